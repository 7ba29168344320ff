"""Notices: what waits for a person is told in one message once it is quiet, and nothing of it a second time."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings

from members import deputising, linking, mailing, notifying
from members.models import Mail, MailKind, MailSubject, Notice, NoticeKind, SubjectKind, User
from tests import world

pytestmark = pytest.mark.django_db
NOW = world.at(date(2026, 12, 3), 10)
QUARTER = timedelta(minutes=15)
PAGE = f"{settings.SITE_URL}/page/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def maelle():
    world.group()
    return world.user("Maëlle Kerbrat")


def queue(to, sentence, topic="absence 1", kind=NoticeKind.ABSENCE, at=NOW, **facts):
    notifying.queue([to], kind=kind, topic=topic, sentence=sentence, url=PAGE, at=at, **facts)


def waiting():
    return list(Notice.objects.filter(settled_at=None).order_by("pk").values_list("sentence", flat=True))


def test_one_message_tells_all_after_a_quiet_quarter_of_an_hour(maelle):
    queue(maelle, "Solène a noté une absence.")
    queue(maelle, "Mardi est libéré.", "assignment 1", NoticeKind.PLAN, NOW + timedelta(minutes=14))
    queue(maelle, "Jeudi : 7 h.", "assignment 2", NoticeKind.PLAN, NOW + timedelta(minutes=14), note="À deux")
    assert [notifying.tell_quiet(NOW + each * MINUTE) for each in (15, 28, 29, 29, 60)] == [0, 0, 1, 0, 0]
    mail = Mail.objects.get()
    assert (mail.to, mail.kind, mail.day) == (maelle, MailKind.NOTICES, None)
    assert mail.subject == "Une absence a été notée, et plus"
    order = [
        "Une absence a été notée",
        "Solène a noté une absence.",
        "Le planning a changé",
        "Mardi est libéré.",
    ]
    for form in (mail.text, mail.html):
        places = [form.index(words) for words in order]
        assert places == sorted(places) or form is mail.html  # its title says the first of them too
        assert "«\u00a0À deux\u00a0»" in form
        links = re.findall(r"https?://[^\s\"]+/lien/([^/\"]+)/", form)
        assert [linking.read(link).path for link in links] == ["/page/"]  # all are told on one page
        assert "mes préférences" in form or "/preferences/" in form
    about = MailSubject.objects.filter(mail=mail, kind=SubjectKind.NOTICE).values_list("number", flat=True)
    assert set(about) == set(Notice.objects.filter(mail=mail).values_list("pk", flat=True))
    assert len(about) == 3
    assert mailing.send_pending(NOW + timedelta(hours=1)) == 1


def test_who_is_busy_without_a_pause_is_told_after_an_hour(maelle):
    for number in range(7):
        queue(
            maelle, "Encore.", f"assignment {number}", NoticeKind.PLAN, NOW + number * timedelta(minutes=10)
        )
    assert notifying.tell_quiet(NOW + timedelta(minutes=59)) == 0
    assert notifying.tell_quiet(NOW + timedelta(minutes=60)) == 1


def test_the_same_fact_told_anew_takes_the_place_of_what_nobody_has_read(maelle):
    queue(maelle, "Lundi est libéré.")
    queue(maelle, "Lundi compte 7 h.", at=NOW + MINUTE)
    assert waiting() == ["Lundi compte 7 h."]
    notifying.tell_quiet(NOW + timedelta(hours=1))
    queue(maelle, "Lundi compte 3 h.", at=NOW + timedelta(hours=2))
    assert waiting() == ["Lundi compte 3 h."]
    notifying.tell_quiet(NOW + timedelta(hours=3))
    texts = [mail.text for mail in Mail.objects.order_by("pk")]
    assert ["7 h" in text for text in texts] == [True, False]


def test_what_is_taken_back_in_time_is_never_told_and_what_was_told_is_put_right(maelle):
    facts = {"kind": NoticeKind.ABSENCE, "topic": "absence 1", "url": PAGE}
    queue(maelle, "Absente lundi.")
    notifying.retract([maelle], sentence="Présente lundi.", at=NOW + MINUTE, **facts)
    assert waiting() == []
    queue(maelle, "Absente lundi.")
    notifying.tell_quiet(NOW + QUARTER)
    queue(maelle, "Absente lundi et mardi.", at=NOW + QUARTER)
    notifying.retract([maelle], sentence="Présente lundi.", at=NOW + QUARTER + MINUTE, **facts)
    assert waiting() == ["Présente lundi."]


@pytest.mark.parametrize("why", ["never", "closed", "refused"])
def test_who_reads_no_messages_leaves_nothing_waiting(maelle, why):
    if why == "never":
        maelle.mail_frequency = "never"
    maelle.is_active = why != "closed"
    maelle.save()
    if why == "refused":
        Mail.objects.create(
            to=maelle,
            address=maelle.email,
            kind="contested",
            subject="…",
            text="…",
            html="…",
            status="failed",
            error=f"{mailing.REFUSED} (550)",
            queued_at=NOW,
        )
    before = Mail.objects.count()
    queue(maelle, "Absente lundi.")
    assert notifying.tell_quiet(NOW + QUARTER) == 0
    assert (Mail.objects.count(), waiting()) == (before, [])
    assert Notice.objects.get().mail is None


def test_one_message_that_cannot_be_written_holds_up_no_other(maelle, monkeypatch):
    youenn = world.user("Youenn Talec")
    queue(maelle, "Absente lundi.")
    queue(youenn, "Absent lundi.")
    write = mailing.write

    def fail_for_maelle(to, **facts):
        if to == maelle:
            raise RuntimeError
        return write(to, **facts)

    monkeypatch.setattr(mailing, "write", fail_for_maelle)
    assert notifying.tell_quiet(NOW + QUARTER) == 1
    assert Mail.objects.get().to == youenn
    assert waiting() == ["Absente lundi."]


def test_the_task_tells_in_office_hours_only(maelle, monkeypatch):
    from timesheets import tasks

    queue(maelle, "Absente lundi.", at=world.at(date(2026, 12, 4), 19, 50))
    seen = []
    for moment in (
        world.at(date(2026, 12, 4), 20, 30),
        world.at(date(2026, 12, 5), 10),
        world.at(date(2026, 12, 7), 6, 59),
        world.at(date(2026, 12, 7), 7),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        tasks.tell_notices()
        seen.append(Mail.objects.count())
    assert seen == [0, 0, 0, 1]
    scheduled = settings.CELERY_BEAT_SCHEDULE["tell notices"]
    assert (scheduled["task"], scheduled["schedule"].run_every) == (tasks.tell_notices.name, MINUTE)


def noticed(sentence_of):
    return {
        notice.to.name: notice.sentence
        for notice in Notice.objects.filter(settled_at=None, kind=sentence_of).select_related("to")
    }


def test_a_deputy_and_the_person_they_stand_in_for_are_told_of_each_other():
    """Red before: nobody was."""
    aloen = world.member("Aloen")
    nolwenn, ronan, solene = world.staff(aloen), world.staff(aloen, "Ronan Le Bihan"), world.coordinator()
    first, last = date(2026, 12, 7), date(2026, 12, 11)
    days = "du lundi 7 décembre au vendredi 11 décembre"
    made = deputising.appoint(nolwenn, ronan, member=aloen, first=first, last=last, by=solene, at=NOW)
    assert noticed(NoticeKind.DEPUTY) == {
        "Ronan Le Bihan": f"Vous remplacez Nolwenn Jégo {days}\u00a0: Aloen.",
        "Nolwenn Jégo": f"Ronan Le Bihan vous remplace {days}\u00a0: Aloen.",
    }
    deputising.end(made, on=first, by=solene, at=NOW + MINUTE)
    assert noticed(NoticeKind.DEPUTY) == {}  # named and taken back: it is news for nobody
    made = deputising.appoint(nolwenn, ronan, member=aloen, first=first, last=last, by=nolwenn, at=NOW)
    assert noticed(NoticeKind.DEPUTY).keys() == {"Ronan Le Bihan"}
    notifying.tell_quiet(NOW + QUARTER)
    assert Mail.objects.get().subject == "Une suppléance a été convenue"
    later = world.at(date(2026, 12, 8))
    deputising.end(made, on=date(2026, 12, 10), by=ronan, at=later)
    assert noticed(NoticeKind.DEPUTY) == {
        "Nolwenn Jégo": "La suppléance de Ronan Le Bihan pour vous s’arrête après le mercredi 9 décembre\u00a0: Aloen."
    }
    assert User.objects.count() == 3
