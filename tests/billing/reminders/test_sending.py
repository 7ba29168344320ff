"""Reminders leave once: frozen letters, noted for each invoice, mailed in two forms to who reads about money."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail as box
from django.db import DatabaseError, IntegrityError, transaction

from billing.documents import letters
from billing.models import DunningLevel, Letter, Reminder
from billing.reminders import choosing, disputing, sending
from members import mailing
from members.models import Mail, MailKind
from tests import markup, world
from tests.billing.reminders import scene
from tests.billing.reminders.scene import day, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def aloen():
    scene.levels()
    return world.member("Aloen")


@pytest.fixture
def gael():
    return world.finance()


def test_a_letter_is_frozen_with_what_was_due(aloen, gael):
    first, second = scene.late(aloen, "1000.00"), scene.late(aloen, "234.50", issued_on=day(4, 11))
    (sent,) = sending.send_reminders(choosing.due_reminders(day(10)), by=gael, at=moment(10))
    content = sent.letter.content
    assert sent.letter.subject == "Rappel de paiement, 2\u00a0factures"
    assert content["rows"] == [
        {
            "number": first.number,
            "issued_on": "2026-11-01",
            "due_on": "2026-12-01",
            "total": "1000.00",
            "due": "1000.00",
            "days": 9,
            "interest": "",
            "indemnity": "",
        },
        {
            "number": second.number,
            "issued_on": "2026-11-04",
            "due_on": "2026-12-04",
            "total": "234.50",
            "due": "234.50",
            "days": 6,
            "interest": "",
            "indemnity": "",
        },
    ]
    assert (content["due"], content["total"], content["signed_by"]) == ("1234.50", "1234.50", "Gaël Perrot")
    assert content["paragraphs"][0] == (
        "Sauf erreur de notre part, il reste 1\u202f234,50\u00a0€ à régler pour les factures F-2026-0001 et "
        "F-2026-0002. L’échéance, le 1er décembre 2026 pour la plus ancienne, est passée de 9\u00a0jours au plus."
    )
    rows = Reminder.objects.order_by("invoice").values_list("invoice", "amount_due", "sent_by", "sent_on")
    assert list(rows) == [
        (first.pk, Decimal("1000.00"), gael.pk, day(10)),
        (second.pk, Decimal("234.50"), gael.pk, day(10)),
    ]


def test_the_formal_notice_asks_for_interest_and_the_indemnity(aloen):
    scene.late(aloen, "1000.00")
    *_, ((last),) = scene.remind_to_the_last()
    content = last.letter.content
    # 30 days × 1 000.00 × 12.15 / 36 500 = 9.986…
    assert (content["interest"], content["indemnity"], content["total"]) == ("9.99", "40.00", "1049.99")
    assert content["rates"] == ["12.15"]
    assert content["paragraphs"][0].endswith("L’échéance, le 1er décembre 2026, est passée de 30\u00a0jours.")
    reminder = Reminder.objects.get(letter=last.letter)
    assert (reminder.interest, reminder.indemnity) == (Decimal("9.99"), Decimal("40.00"))


def test_the_letter_goes_where_the_member_wants_its_invoices():
    scene.levels()
    sonam = world.member("Sonam", billing_street="BP 12", billing_postal_code="56000", billing_city="Vannes")
    scene.late(sonam)
    (sent,) = scene.send(day(6))
    assert sent.letter.content["addressee"] == {
        "name": sonam.legal_name,
        "street": "BP 12",
        "postal_code": "56000",
        "city": "Vannes",
        "siren": sonam.siren,
    }


def test_it_is_mailed_to_who_represents_or_manages_and_to_the_accounts(aloen):
    nolwenn, erwan = world.staff(aloen), world.staff(aloen, "Erwan Le Bris", function="manager")
    world.staff(aloen, "Léa Guen", function="reader")
    world.staff(aloen, "Yann Le Floch", ends_before=day(6))
    world.staff(world.member("Sonam"), "Anaïs Moal")
    scene.late(aloen)
    (sent,) = scene.send(day(6))
    mails = Mail.objects.order_by("pk")
    assert [(mail.to, mail.address, mail.kind) for mail in mails] == [
        (nolwenn, nolwenn.email, MailKind.DUNNING),
        (erwan, erwan.email, MailKind.DUNNING),
        (None, aloen.billing_email, MailKind.DUNNING),
    ]
    assert sent.mails == 3


def test_one_person_gets_one_message_though_two_addresses_are_theirs(aloen):
    nolwenn = world.staff(aloen)
    aloen.billing_email = nolwenn.email.upper()
    aloen.save()
    scene.late(aloen)
    scene.send(day(6))
    assert [mail.to for mail in Mail.objects.all()] == [nolwenn]


def test_who_has_no_address_is_told_to_the_sender(aloen):
    aloen.billing_email = ""
    aloen.save()
    scene.late(aloen)
    assert [sent.mails for sent in scene.send(day(6))] == [0]


def test_the_message_says_all_in_both_forms(aloen, settings):
    settings.SITE_URL = "https://ge.example"
    world.staff(aloen)
    scene.late(aloen)
    *_, (last,) = scene.remind_to_the_last()
    mailing.send_pending(moment(31, hour=12))
    notices = [letter for letter in box.outbox if "Mise en demeure" in letter.subject]
    assert [letter.to for letter in notices] == [["nolwenn.jego@laronde.example"], [aloen.billing_email]]
    url = f"https://ge.example/facturation/relances/courriers/{last.letter.pk}/"
    for letter in notices:
        html = letter.alternatives[0].content
        for form in (letter.body, html):
            assert "F-2026-0001 du 1er novembre 2026, échéance le 1er décembre 2026" in form
            assert "1\u202f000,00\u00a0€ à régler" in form
            assert "À régler\u00a0: 1\u202f049,99\u00a0€" in form
            assert "FR76\u00a03000\u00a06000" in form
            assert form.count(url) == 1
            assert "rythme" not in form
        assert markup.faults(html) == ["inline style element"]
        assert "&" not in letter.body
    assert notices[0].body.startswith("Bonjour Nolwenn Jégo,")
    assert notices[1].body.startswith("Bonjour,")


def test_the_same_letter_is_not_sent_twice_and_says_who_sent_it(aloen, gael):
    scene.late(aloen)
    due = choosing.due_reminders(day(6))
    sending.send_reminders(due, by=gael, at=moment(6))
    with pytest.raises(sending.AlreadySent) as refused:
        sending.send_reminders(due, by=world.finance("Ana Riou"), at=moment(6, hour=10))
    assert refused.value.message == (
        "Rappel de paiement à Aloen\u00a0: déjà envoyé par Gaël Perrot le 6 décembre 2026 (facture F-2026-0001). "
        "Rien n’est parti deux fois."
    )
    assert Letter.objects.count() == 1


def test_postgresql_refuses_a_second_reminder_and_a_change_of_the_first(aloen):
    scene.late(aloen)
    scene.send(day(6))
    first = Reminder.objects.get()
    with pytest.raises(IntegrityError, match="an_invoice_is_reminded_once_a_level"), transaction.atomic():
        Reminder.objects.create(
            invoice=first.invoice,
            level=first.level,
            letter=first.letter,
            sent_on=day(7),
            amount_due=1,
            sent_at=moment(7),
        )
    for change in (lambda: Reminder.objects.update(amount_due=1), Reminder.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.update(subject="Autre")


@pytest.mark.parametrize("event", ["paid", "contested", "reworded", "next day"])
def test_what_was_read_must_still_be_what_is_due(aloen, event):
    invoice = scene.late(aloen)
    due = choosing.due_reminders(day(6))
    at = moment(6)
    if event == "paid":
        scene.pay(invoice, "400.00", on=day(6))
    elif event == "contested":
        disputing.open_dispute(invoice, reason="Prix", by=None, at=at)
    elif event == "reworded":
        DunningLevel.objects.filter(rank=1).update(text="{numero}\u00a0: {montant}.")
    else:
        at = moment(7)
    with pytest.raises(sending.NotSendable, match="a changé depuis votre lecture"):
        sending.send_reminders(due, by=None, at=at)
    assert not Letter.objects.exists()
    assert not Mail.objects.exists()


def test_one_stale_letter_holds_all_back(aloen):
    sonam = world.member("Sonam")
    scene.late(aloen)
    other = scene.late(sonam)
    due = choosing.due_reminders(day(6))
    scene.pay(other, on=day(6))
    with pytest.raises(sending.NotSendable, match="Sonam"):
        sending.send_reminders(due, by=None, at=moment(6))
    assert not Letter.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "1", "1-2", "999-1-abc", "--", "99999999999999999999-1-a", "²-1-a"])
def test_a_key_that_means_nothing_is_refused(aloen, key):
    with pytest.raises(sending.NotSendable, match="relisez"):
        sending.send_reminders([key], by=None, at=moment(6))


def test_nothing_chosen_is_said(aloen):
    with pytest.raises(sending.NotSendable, match="Cochez"):
        sending.send_reminders([], by=None, at=moment(6))


def test_the_letter_prints_once(aloen):
    scene.late(aloen)
    (sent,) = scene.send(date(2026, 12, 6))
    with letters.open_pdf(sent.letter) as file:
        first = file.read()
    with letters.open_pdf(Letter.objects.get()) as file:
        assert file.read() == first
    assert first.startswith(b"%PDF-1.7")
