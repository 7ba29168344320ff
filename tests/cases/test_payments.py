"""Cases 42, 45, 47, 48, 50 and 55: what is still due, cents of a schedule, and when an invoice is to be paid."""

from datetime import date
from decimal import Decimal

import pytest

from billing.accounts import ageing, allocating, payments, receivables
from billing.documents.snapshot import due_on
from billing.models import Invoice
from members.models import PaymentBasis
from tests import world
from tests.billing import owing
from tests.world import NOW


@pytest.fixture
def member(db):
    world.group()
    return world.member()


def due(invoice: Invoice) -> str:
    return str(receivables.with_dues(Invoice.objects.all()).get(pk=invoice.pk).due)


def pay(invoice: Invoice, amount: str) -> str:
    """Pay ``amount`` on the invoice; what is due after that."""
    payments.record_payment(
        invoice.member,
        amount=Decimal(amount),
        received_on=NOW.date(),
        method="transfer",
        allocations=[(invoice, Decimal(amount))],
        by=None,
        at=NOW,
    )
    return due(invoice)


def credit(invoice: Invoice, amount: str) -> Invoice:
    """A credit note of ``amount`` used on the invoice that it corrects."""
    made = owing.credit_note(invoice, amount)
    allocating.apply_credit(made, by=None, at=NOW)
    return made


def test_case_42_full_credit_closes_both_and_nothing_is_receivable(member) -> None:
    invoice = owing.invoice(member, "240.00")
    note = credit(invoice, "240.00")
    rows = receivables.with_dues(Invoice.objects.all()).in_bulk()
    assert (str(rows[invoice.pk].due), str(rows[note.pk].left)) == ("0.00", "0.00")
    assert (ageing.balances_by_age(on=NOW.date())[1].due, receivables.unused_credits()) == (0, {})
    assert (note.sequence, note.corrects) == (invoice.sequence + 1, invoice)


def test_case_45_paid_in_parts_and_the_last_euro_written_off(member) -> None:
    invoice = owing.invoice(member, "240.00")
    assert (pay(invoice, "120.00"), pay(invoice, "20.00")) == ("120.00", "100.00")
    pay(invoice, "99.00")
    allocating.write_off(invoice, reason="un euro de frais", by=None, at=NOW)
    assert due(invoice) == "0.00"


def test_case_47_payments_and_credit_notes_leave_24_euros_due(member) -> None:
    invoice = owing.invoice(member, "60.00")
    pay(invoice, "15.00")
    pay(invoice, "10.00")
    credit(invoice, "5.00")
    credit(invoice, "6.00")
    paid = invoice.allocations.filter(source="payment").values_list("amount", flat=True)
    assert (sum(paid), due(invoice)) == (Decimal("25.00"), "24.00")


def test_case_48_applied_credit_is_used_up_and_the_rest_is_due(member) -> None:
    invoice = owing.invoice(member, "50.00")
    note = credit(invoice, "30.00")
    row = receivables.with_dues(Invoice.objects.all()).get(pk=note.pk)
    assert (due(invoice), str(row.left)) == ("20.00", "0.00")
    assert receivables.unsettled(member.pk).get() == invoice


def test_case_50_schedule_in_four_parts_sums_to_the_cent() -> None:
    parts = receivables.instalments(Decimal("1587.35"), 4)
    assert [str(part) for part in parts] == ["396.84", "396.84", "396.84", "396.83"]
    assert sum(parts) == Decimal("1587.35")
    with pytest.raises(ValueError, match="au moins une"):
        receivables.instalments(Decimal("10.00"), 0)


@pytest.mark.parametrize(
    ("basis", "days", "expected"),
    [
        (PaymentBasis.INVOICE_DATE, 30, date(2026, 3, 2)),
        (PaymentBasis.INVOICE_DATE, 45, date(2026, 3, 17)),
        (PaymentBasis.INVOICE_DATE, 60, date(2026, 4, 1)),
        (PaymentBasis.DAYS_THEN_END_OF_MONTH, 30, date(2026, 3, 31)),
        (PaymentBasis.DAYS_THEN_END_OF_MONTH, 45, date(2026, 3, 31)),
        (PaymentBasis.END_OF_MONTH_THEN_DAYS, 30, date(2026, 3, 2)),
        (PaymentBasis.END_OF_MONTH_THEN_DAYS, 45, date(2026, 3, 17)),
    ],
)
def test_case_55_terms_from_31_january(basis: str, days: int, expected: date) -> None:
    assert due_on(date(2026, 1, 31), days=days, basis=basis) == expected


def test_case_55_end_of_month_is_that_of_the_invoice_or_of_the_day_when_the_delay_ends() -> None:
    issued = date(2026, 1, 10)
    assert due_on(issued, days=45, basis=PaymentBasis.DAYS_THEN_END_OF_MONTH) == date(2026, 2, 28)
    assert due_on(issued, days=45, basis=PaymentBasis.END_OF_MONTH_THEN_DAYS) == date(2026, 3, 17)
    assert due_on(issued, days=0) == issued
