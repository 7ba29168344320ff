"""The outbox: written once, sent in two forms, tried again, and never sent to who cannot read it."""

import smtplib
import threading
from datetime import date, timedelta

import pytest
from django.core import mail as box
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError, IntegrityError, connection, transaction

from members import mailing
from members.models import Mail, MailKind, MailStatus, MailSubject, SubjectKind
from tests import markup, world

pytestmark = pytest.mark.django_db
AT = world.at(date(2026, 12, 3), 7, 30)
HOUR = timedelta(hours=1)


@pytest.fixture
def nolwenn():
    world.group()
    return world.staff(world.member())


def write(to, nth=0, **facts):
    """The digest of the ``nth`` morning."""
    context = {"lines": ["Aloen\u00a0: 1\u00a0relevé à viser"], "visas": 1, "is_tacit": True, "asked_by": ""}
    defaults = {
        "kind": MailKind.CONFIRM_DIGEST,
        "subject": "1\u00a0relevé attend votre visa",
        "template": "visas",
        "context": context | {"url": "https://ge.example/heures/a-viser/"},
        "at": AT,
        "day": AT.date() + timedelta(days=nth),
    }
    return mailing.write(to, **defaults | facts)


class Broken(EmailBackend):
    """A mail server that raises what it is given."""

    error: Exception = OSError("no route")

    def send_messages(self, messages):
        raise self.error


@pytest.fixture
def broken(monkeypatch):
    monkeypatch.setattr(mailing, "get_connection", Broken)
    return lambda error: monkeypatch.setattr(Broken, "error", error)


def states():
    return list(Mail.objects.order_by("pk").values_list("status", "attempts"))


def test_a_message_is_written_in_two_forms_with_one_link_and_the_way_to_change_the_rhythm(nolwenn):
    written = write(nolwenn)
    assert (written.status, written.address, written.queued_at) == (MailStatus.PENDING, nolwenn.email, AT)
    for form in (written.text, written.html):
        assert "Bonjour Nolwenn Jégo," in form
        assert "Aloen\u00a0: 1\u00a0relevé à viser" in form
        assert form.count("https://ge.example/heures/a-viser/") == 1
        assert mailing.address("members:preferences") in form
    assert "&" not in written.text
    # As any page of ours, but for its style: mail programs get no sheet.
    assert markup.faults(written.html) == ["inline style element"]
    assert written.text.endswith("\n")


def test_a_digest_is_written_once_a_day(nolwenn):
    assert write(nolwenn) is not None
    assert write(nolwenn, subject="Autre chose") is None
    assert write(nolwenn, nth=1) is not None
    assert Mail.objects.count() == 2


def test_what_a_message_is_about_is_told_once_to_each(nolwenn):
    anais = world.staff(world.member("Sonam"), "Anaïs Moal")
    found = {"kind": MailKind.RETURNED, "day": None, "about": [(SubjectKind.TIMESHEET_STEP, 7)]}
    assert write(nolwenn, **found) is not None
    assert write(nolwenn, **found) is None
    assert write(anais, **found) is not None
    both = [(SubjectKind.TIMESHEET_STEP, 7), (SubjectKind.TIMESHEET_STEP, 8)]
    assert write(nolwenn, **found | {"about": both}) is None
    assert write(nolwenn, **found | {"about": both[1:]}) is not None
    assert [str(subject) for subject in MailSubject.objects.order_by("pk")] == [
        "étape de relevé n° 7",
        "étape de relevé n° 7",
        "étape de relevé n° 8",
    ]


def test_by_hand_a_timesheet_is_told_once_a_day_beside_the_digest(nolwenn):
    asked = {"about": [(SubjectKind.TIMESHEET, 7)]}
    assert write(nolwenn).is_by_hand is False
    assert write(nolwenn, **asked).is_by_hand is True
    assert write(nolwenn, **asked) is None
    assert write(nolwenn, nth=1, **asked) is not None


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"day": None}, "a_digest_has_its_day"),
        ({"kind": MailKind.RETURNED}, "a_digest_has_its_day"),
        ({}, "one_digest_of_a_kind_a_day"),
    ],
)
def test_postgresql_refuses_a_second_digest_and_one_without_its_day(nolwenn, columns, constraint):
    mail = write(nolwenn)
    mail.pk = None
    for name, value in columns.items():
        setattr(mail, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        mail.save()


def test_postgresql_refuses_to_tell_the_same_twice_and_to_change_what_was_told(nolwenn):
    mail = write(nolwenn, about=[(SubjectKind.TIMESHEET, 7)])
    subject = mail.about.get()
    subject.pk = None
    with pytest.raises(IntegrityError, match="nobody_is_told_the_same_twice"), transaction.atomic():
        subject.save()
    subject.number, subject.kind = 8, "poem"
    with pytest.raises(IntegrityError, match="a_subject_is_of_a_known_kind"), transaction.atomic():
        subject.save()
    for change in (lambda rows: rows.update(number=8), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            change(MailSubject.objects.all())


def test_a_subject_is_one_line(nolwenn):
    assert write(nolwenn, subject="Deux\nlignes").subject == "Deux lignes"


def test_nobody_writes_to_a_closed_account(nolwenn):
    nolwenn.is_active = False
    nolwenn.save()
    assert write(nolwenn) is None


def test_a_message_leaves_with_both_forms_and_what_programs_read(nolwenn, settings):
    settings.SITE_URL = "https://ge.example"
    written = write(nolwenn)
    assert mailing.send_pending(AT) == 1
    letter = box.outbox[0]
    assert (letter.to, letter.reply_to) == ([nolwenn.email], ["bonjour@laronde.example"])
    assert letter.subject == "1\u00a0relevé attend votre visa"
    assert (letter.body, letter.alternatives[0].mimetype) == (written.text, "text/html")
    assert letter.extra_headers["List-Unsubscribe"] == f"<{mailing.address('members:preferences')}>"
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert letter.extra_headers["Message-ID"].endswith("@ge.example>")
    written.refresh_from_db()
    assert (written.status, written.sent_at, written.attempts) == (MailStatus.SENT, AT, 1)
    assert mailing.send_pending(AT + HOUR) == 0
    assert len(box.outbox) == 1


def test_a_failure_has_three_attempts_spread_over_an_hour(nolwenn, broken):
    broken(smtplib.SMTPDataError(451, b"busy"))
    write(nolwenn)
    for minutes, reached in [(0, 1), (9, 1), (10, 2), (59, 2), (60, 3), (600, 3)]:
        assert mailing.send_pending(AT + timedelta(minutes=minutes)) == 0
        assert states() == [(MailStatus.FAILED if reached == 3 else MailStatus.PENDING, reached)]
    assert "busy" in Mail.objects.get().error


def test_what_one_message_does_holds_up_no_other(nolwenn, monkeypatch):
    write(nolwenn, nth=0, subject="Un")
    write(nolwenn, nth=1, subject="Deux")
    real = EmailBackend.send_messages

    def send(self, messages):
        if messages[0].subject == "Un":
            raise smtplib.SMTPDataError(554, b"not this one")
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    assert mailing.send_pending(AT) == 1
    assert states() == [(MailStatus.PENDING, 1), (MailStatus.SENT, 1)]


def test_when_the_server_goes_away_the_rest_waits_unharmed(nolwenn, broken):
    broken(smtplib.SMTPServerDisconnected("gone"))
    write(nolwenn, nth=0)
    write(nolwenn, nth=1)
    assert mailing.send_pending(AT) == 0
    assert states() == [(MailStatus.PENDING, 1), (MailStatus.PENDING, 0)]


def test_a_server_that_does_not_answer_costs_each_an_attempt(nolwenn, monkeypatch):
    def closed(self):
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(EmailBackend, "open", closed)
    write(nolwenn, nth=0)
    write(nolwenn, nth=1)
    assert mailing.send_pending(AT) == 0
    assert states() == [(MailStatus.PENDING, 1)] * 2


def test_an_address_refused_for_good_is_not_written_to_until_it_changes(nolwenn, broken):
    broken(smtplib.SMTPRecipientsRefused({nolwenn.email: (550, b"no such user")}))
    write(nolwenn)
    mailing.send_pending(AT)
    assert states() == [(MailStatus.FAILED, 1)]
    assert not mailing.is_reachable(nolwenn)
    assert write(nolwenn, nth=1) is None
    nolwenn.email = "nolwenn@ailleurs.example"
    nolwenn.save()
    assert write(nolwenn, nth=1) is not None


def test_a_full_mailbox_is_tried_again(nolwenn, broken):
    broken(smtplib.SMTPRecipientsRefused({nolwenn.email: (452, b"full")}))
    write(nolwenn)
    mailing.send_pending(AT)
    assert states() == [(MailStatus.PENDING, 1)]
    assert mailing.is_reachable(nolwenn)


def test_an_account_closed_in_between_gets_nothing(nolwenn):
    write(nolwenn)
    nolwenn.is_active = False
    nolwenn.save()
    assert mailing.send_pending(AT) == 0
    assert box.outbox == []
    assert Mail.objects.get().error == "Compte fermé"


def test_a_crash_after_the_server_took_it_repeats_that_message_only_and_recognisably(nolwenn, monkeypatch):
    write(nolwenn, nth=0)
    write(nolwenn, nth=1)
    saved = []

    def save(self, **kwargs):
        if len(saved) == 1:
            saved.append(self.pk)
            raise KeyboardInterrupt
        saved.append(self.pk)
        return real(self, **kwargs)

    real = Mail.save
    monkeypatch.setattr(Mail, "save", save)
    with pytest.raises(KeyboardInterrupt):
        mailing.send_pending(AT)
    assert states() == [(MailStatus.SENT, 1), (MailStatus.PENDING, 0)]
    assert mailing.send_pending(AT) == 1
    first, second, again = [letter.extra_headers["Message-ID"] for letter in box.outbox]
    assert second == again != first


def test_failed_messages_are_sent_again_when_asked(nolwenn, broken, monkeypatch):
    broken(smtplib.SMTPRecipientsRefused({nolwenn.email: (550, b"no such user")}))
    failed = write(nolwenn)
    mailing.send_pending(AT)
    monkeypatch.setattr(mailing, "get_connection", EmailBackend)
    assert mailing.resend([failed.pk], at=AT + HOUR) == 1
    assert mailing.resend([failed.pk], at=AT + HOUR) == 0
    assert mailing.send_pending(AT + HOUR) == 1
    assert states() == [(MailStatus.SENT, 1)]


def test_postgresql_keeps_what_a_message_said(nolwenn):
    write(nolwenn)
    with pytest.raises(DatabaseError, match="Cannot update rows from members_mail"), transaction.atomic():
        Mail.objects.update(text="autre chose")
    with pytest.raises(DatabaseError, match="Cannot delete rows from members_mail"), transaction.atomic():
        Mail.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_message_once(monkeypatch):
    world.group()
    nolwenn = world.staff(world.member())
    for number in range(6):
        write(nolwenn, nth=number, subject=f"Message {number}")
    together = threading.Barrier(2)
    real = EmailBackend.send_messages

    def send(self, messages):
        if together.n_waiting or len(box.outbox) == 0:
            together.wait(10)
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    counts = []

    def work():
        counts.append(mailing.send_pending(AT))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sum(counts) == 6
    assert sorted(letter.subject for letter in box.outbox) == [f"Message {number}" for number in range(6)]
    assert min(counts) >= 1


def test_an_address_without_account_is_written_to_as_it_stands(settings, monkeypatch):
    settings.SITE_URL = "https://ge.example"
    world.group()
    accounts = mailing.Correspondent("compta@aloen.example")
    written = write(accounts)
    assert (written.to, written.address) == (None, "compta@aloen.example")
    for form in (written.text, written.html):
        assert "Bonjour," in form
    assert mailing.send_pending(AT) == 1
    letter = box.outbox[0]
    assert letter.to == ["compta@aloen.example"]
    assert "List-Unsubscribe" not in letter.extra_headers
    assert mailing.is_reachable(accounts)
    refused = smtplib.SMTPRecipientsRefused({accounts.email: (550, b"no such user")})
    monkeypatch.setattr(Broken, "error", refused)
    monkeypatch.setattr(mailing, "get_connection", Broken)
    assert write(accounts, nth=2) is not None
    mailing.send_pending(AT + HOUR)
    assert not mailing.is_reachable(accounts)
    assert write(accounts, nth=1) is None
