"""Nobody is asked for a cent, nor for what has come to the bank: what is said instead, and what it costs."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.accounts import allocating, receivables
from billing.models import Invoice, Reminder
from billing.reminders import choosing, claiming, sending
from billing.reminders.lateness import measure_lateness
from members.models import Group
from tests import world
from tests.billing.bank.statements import imported, line
from tests.billing.reminders.scene import day, late, levels, moment, pay

pytestmark = pytest.mark.django_db
TENTH = day(10)


@pytest.fixture(autouse=True)
def in_force() -> None:
    levels()


def costs(invoice: Invoice) -> Decimal:
    rows = receivables.with_dues(Invoice.objects.filter(pk=invoice.pk)).select_related("member")
    return measure_lateness(rows, on=day(31))[0].costs_left


def test_a_cent_that_is_left_is_written_off_not_reminded() -> None:
    """1 000.00 due on 1 December: 999.99 came in time, then 995.00; the limit is 5.00. 994.99 leaves too much."""
    for paid, found in (("999.99", ["Reste minime"]), ("995.00", ["Reste minime"]), ("994.99", [])):
        invoice = late(world.member(paid))
        pay(invoice, paid, on=day(1))
        here = [row for row in choosing.reminders_of_day(TENTH).not_reminded if row.late.invoice == invoice]
        assert [row.label for row in here] == found, paid
    assert [letter.member.short_name for letter in choosing.due_reminders(TENTH)] == ["994.99"]
    Group.objects.update(write_off_limit=Decimal(0))
    assert len(choosing.due_reminders(TENTH)) == 3


def test_a_small_invoice_that_nobody_paid_is_reminded() -> None:
    late(world.member("Aloen"), "4.00")
    assert [letter.due for letter in choosing.due_reminders(TENTH)] == [Decimal("4.00")]


def test_a_cent_costs_neither_forty_euros_nor_interest() -> None:
    """In time but for a cent: left, written off later, paid later. Late but for a cent: 40.00 and interest."""
    aloen = world.member("Aloen")
    left, off, later, slow = (late(aloen) for _ in range(4))
    for invoice in (left, off, later):
        pay(invoice, "999.99", on=day(1))
    pay(slow, "999.99", on=TENTH)
    for invoice in (off, slow):
        allocating.write_off(invoice, reason="Un centime", by=None, at=moment(20))
    pay(later, "0.01", on=day(20))
    assert [costs(invoice) for invoice in (left, off, later)] == [0, 0, 0]
    assert costs(slow) > 40
    claimable = [row.invoice for row in claiming.claimable(day(31))]
    assert claimable == [slow]
    with pytest.raises(claiming.LatenessNotClaimable):
        claiming.charge_interest([off], by=None, at=moment(31))


def test_what_waits_in_the_bank_is_not_reminded_until_somebody_says_that_it_is_something_else() -> None:
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    paid, _ = late(aloen), late(sonam, "700.00")
    (letter, _) = choosing.due_reminders(TENTH)
    imported(line("1000.00", f"VIR {paid.number}", on=day(2)), line("-700.00", "LOYER", on=day(2)))
    found = choosing.reminders_of_day(TENTH)
    assert [each.member for each in found.to_send] == [sonam]
    (held,) = found.not_reminded
    assert (held.label, held.late.invoice, held.expected and held.expected.amount) == (
        "En banque",
        paid,
        1000,
    )
    assert "2 décembre 2026 attend son rapprochement" in held.reason
    with pytest.raises(sending.NotSendable):
        sending.send_reminders([letter.key], by=None, at=moment(10))
    sending.send_reminders([letter.key], by=None, at=moment(10), despite_bank=[paid.pk])
    assert Reminder.objects.get().invoice == paid


def test_an_operation_that_pays_something_else_holds_nothing() -> None:
    late(world.member("Aloen"))
    imported(line("321.00", "SUBVENTION REGION", on=day(2)), line("-1000.00", "VIR ALOEN", on=day(2)))
    assert len(choosing.due_reminders(TENTH)) == 1
    assert choosing.reminders_of_day(TENTH).not_reminded == []


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def test_the_page_says_so_and_finance_may_tick(login, monkeypatch) -> None:
    aloen = world.member("Aloen")
    paid, rest = late(aloen), late(aloen, "500.00")
    pay(rest, "499.99", on=day(1))
    imported(line("1000.00", f"VIR {paid.number}", on=day(2)))
    gael = world.finance()
    finance = login(gael)
    monkeypatch.setattr(timezone, "now", lambda: moment(10))
    finance.force_login(gael)
    page = words(finance.get(reverse("billing:reminders")))
    for sentence in ("En banque", "Rapprocher l’opération", "Relancer quand même", "Abandonner 0,01 €…"):
        assert sentence in page, sentence
    ticked = {"malgre": paid.pk}
    assert "Relire avant d’envoyer" in words(finance.get(reverse("billing:reminders"), ticked))
    review = finance.get(reverse("billing:review_reminders"), ticked)
    assert f'name="malgre" value="{paid.pk}"' in review.content.decode()
    (letter,) = choosing.due_reminders(TENTH, despite_bank=[paid.pk])
    finance.post(reverse("billing:send_reminders"), {"lettre": letter.key})
    assert not Reminder.objects.exists()
    finance.post(reverse("billing:send_reminders"), {"lettre": letter.key} | ticked)
    assert Reminder.objects.get().invoice == paid
    assert (
        "Reste minime après règlement"
        in finance.get(reverse("billing:invoice", args=[rest.pk])).content.decode()
    )
