"""Credits at the same time: nothing is credited twice, nobody waits for ever."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.accounts import payments, receivables
from billing.credit_notes import crediting, remaining
from billing.credit_notes.composing import CreditAmount
from billing.credit_notes.crediting import RemainderChanged
from billing.models import Invoice
from tests.billing.credit_notes.issued import REASON, credit, days, invoice, line, of_sums
from tests.together import all_at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_six_at_once_credit_each_day_once() -> None:
    of = invoice(dict.fromkeys((2, 3, 4), 420))
    asked = [days(line(of), {day: 420}) for day in (2, 3, 4, 2, 3, 4)]
    calls = all_at_once([lambda each=each: credit(of, each) for each in asked])
    assert sorted(type(call.error).__name__ for call in calls) == ["NoneType"] * 3 + ["NotCreditable"] * 3
    assert remaining.remainder_of(of).is_fully_credited
    notes = Invoice.objects.filter(corrects=of)
    assert sum(note.total for note in notes) == of.total
    assert sorted(notes.values_list("sequence", flat=True)) == [2, 3, 4]


def test_two_clicks_are_one_credit() -> None:
    of = of_sums(("100.00", "S20"))
    part = CreditAmount(line(of), Decimal("40.00"))

    def click() -> Invoice:
        return crediting.issue_credit_note(
            of, lines=[part], reason=REASON, by=None, at=NOW, expected=of.total
        )

    calls = all_at_once([click, click])
    assert sorted(type(call.error) for call in calls if call.error) == [RemainderChanged]
    assert Invoice.objects.get(corrects=of).total == Decimal("48.00")


def test_credits_and_payments_of_one_invoice_pass_one_after_the_other() -> None:
    of = of_sums(("100.00", "S20"))
    part = CreditAmount(line(of), Decimal("10.00"))

    def pay() -> None:
        payments.record_payment(
            of.member, amount=Decimal("30.00"), received_on=NOW.date(), method="transfer", by=None, at=NOW
        )

    calls = all_at_once([pay, lambda: credit(of, part), pay, lambda: credit(of, part), pay])
    assert [call.error for call in calls] == [None] * 5
    assert receivables.with_dues(Invoice.objects.filter(pk=of.pk)).get().due == Decimal("6.00")
