"""Each part of an invoice knows its VAT, and the parts that settle it whole give exactly the VAT of the invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.accounts import allocating, payments
from billing.models import Allocation
from groupement.kernel.money import vat
from tests import world
from tests.billing import owing
from tests.world import NOW

RATES = ("20.00", "10.00", "5.50", "0.00")
ZERO = Decimal("0.00")


def table(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"label": "", "rate": rate, "base": base, "amount": tax} for rate, base, tax in rows]


@st.composite
def vat_tables(draw: st.DrawFn) -> list[dict[str, str]]:
    """One to four rates with their bases and the VAT on them."""
    rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=4, unique=True))
    rows = []
    for rate in rates:
        base = draw(st.integers(min_value=1, max_value=10_000_00)) * Decimal("0.01")
        rows.append((rate, str(base), str(vat(base, Decimal(rate)))))
    return table(*rows)


def whole_of(rows: list[dict[str, str]]) -> Decimal:
    return sum(allocating.invoiced_by_rate(rows).values(), ZERO)


def sums(parts: list[list[dict[str, str]]]) -> dict[str, tuple[Decimal, Decimal]]:
    """Amount and VAT by rate of all parts."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for row in (row for part in parts for row in part):
        amount, tax = found.get(row["rate"], (ZERO, ZERO))
        found[row["rate"]] = amount + Decimal(row["amount"]), tax + Decimal(row["vat"])
    return found


def of_invoice(rows: list[dict[str, str]]) -> dict[str, tuple[Decimal, Decimal]]:
    return {
        row["rate"]: (Decimal(row["base"]) + Decimal(row["amount"]), Decimal(row["amount"])) for row in rows
    }


def settle(rows: list[dict[str, str]], data: st.DataObject, *, undo: bool) -> list[list[dict[str, str]]]:
    """Parts drawn until nothing is due; with ``undo``, parts in between are undone now and then."""
    cells, parts = allocating.invoiced_by_rate(rows), []
    for turn in range(12):
        left = whole_of(rows) - sum(allocating.allocated_by_rate(parts).values(), ZERO)
        if not left:
            break
        last = turn == 11
        amount = left if last else data.draw(st.integers(1, int(left * 100))) * Decimal("0.01")
        like = allocating.invoiced_by_rate(data.draw(vat_tables())) if data.draw(st.booleans()) else None
        part = allocating.split_by_rate(amount, cells, allocating.allocated_by_rate(parts), like)
        assert sum((Decimal(row["amount"]) for row in part), ZERO) == amount
        assert all(ZERO <= Decimal(row["vat"]) <= Decimal(row["amount"]) for row in part)
        parts.append(part)
        if undo and not last and data.draw(st.booleans()):
            parts.pop(data.draw(st.integers(0, len(parts) - 1)))
    return parts


@given(vat_tables(), st.data(), st.booleans())
def test_any_sequence_of_parts_gives_the_invoice_s_vat(rows, data, undo: bool) -> None:
    assert sums(settle(rows, data, undo=undo)) == of_invoice(rows)


@given(vat_tables(), st.lists(st.integers(1, 500_00), max_size=8))
def test_parts_follow_the_proportions_to_a_few_cents(rows, amounts: list[int]) -> None:
    cells, parts, total = allocating.invoiced_by_rate(rows), [], whole_of(rows)
    for each in amounts:
        amount, paid = each * Decimal("0.01"), sum(allocating.allocated_by_rate(parts).values(), ZERO)
        if amount > total - paid:
            break
        parts.append(allocating.split_by_rate(amount, cells, allocating.allocated_by_rate(parts)))
        for cell, value in allocating.allocated_by_rate(parts).items():
            assert abs(value - cells[cell] * (paid + amount) / total) <= Decimal("0.02")


def test_parts_of_one_cent_do_not_put_the_vat_off() -> None:
    cells, parts = allocating.invoiced_by_rate(table(("20.00", "1.00", "0.20"))), []
    for _ in range(60):
        parts.append(allocating.split_by_rate(Decimal("0.01"), cells, allocating.allocated_by_rate(parts)))
    assert sums(parts) == {"20.00": (Decimal("0.60"), Decimal("0.10"))}


def test_credit_of_one_rate_leaves_the_other_rates_to_pay() -> None:
    rows = table(("20.00", "100.00", "20.00"), ("0.00", "100.00", "0.00"))
    cells = allocating.invoiced_by_rate(rows)
    credit = allocating.split_by_rate(
        Decimal("120.00"), cells, {}, allocating.invoiced_by_rate(table(("20.00", "100.00", "20.00")))
    )
    assert credit == [{"rate": "20.00", "amount": "120.00", "vat": "20.00"}]
    paid = allocating.split_by_rate(Decimal("40.00"), cells, allocating.allocated_by_rate([credit]))
    assert paid == [{"rate": "0.00", "amount": "40.00", "vat": "0.00"}]


def test_rate_below_zero_gives_back_in_proportion() -> None:
    cells = allocating.invoiced_by_rate(table(("20.00", "100.00", "20.00"), ("0.00", "-20.00", "0.00")))
    half = allocating.split_by_rate(Decimal("50.00"), cells, {})
    assert half == [
        {"rate": "20.00", "amount": "60.00", "vat": "10.00"},
        {"rate": "0.00", "amount": "-10.00", "vat": "0.00"},
    ]
    rest = allocating.split_by_rate(Decimal("50.00"), cells, allocating.allocated_by_rate([half]))
    assert sums([half, rest])["20.00"] == (Decimal("120.00"), Decimal("20.00"))


def test_more_than_is_left_does_not_fit() -> None:
    cells = allocating.invoiced_by_rate(table(("20.00", "10.00", "2.00")))
    for amount in ("12.01", "0.00"):
        with pytest.raises(ValueError, match="does not fit"):
            allocating.split_by_rate(Decimal(amount), cells, {})


@pytest.mark.django_db
def test_allocations_of_an_invoice_keep_what_they_hold_of_each_rate() -> None:
    world.group()
    member = world.member()
    rows = [("20.00", "791.01", "158.20"), ("5.50", "9.99", "0.55"), ("0.00", "150.00", "0.00")]
    invoice = owing.invoice(member, vat=rows)
    for amount in ("333.33", "333.33"):
        payments.record_payment(
            member, amount=Decimal(amount), received_on=NOW.date(), method="cheque", by=None, at=NOW
        )
    credit = owing.credit_note(invoice, vat=[("0.00", "50.00", "0.00")], total="50.00")
    allocating.apply_credit(credit, by=None, at=NOW)
    first, *_ = Allocation.objects.order_by("pk")
    allocating.unallocate(first, by=None, at=NOW)
    payments.record_payment(
        member, amount=Decimal("1000.00"), received_on=NOW.date(), method="cheque", by=None, at=NOW
    )
    allocations = list(Allocation.objects.order_by("pk").values_list("amount", "by_rate"))
    assert all(sum(Decimal(row["amount"]) for row in parts) == amount for amount, parts in allocations)
    assert sums([parts for _, parts in allocations]) == {
        rate: (Decimal(base) + Decimal(tax), Decimal(tax)) for rate, base, tax in rows
    }
    assert allocations[1] == (Decimal("50.00"), [{"rate": "0.00", "amount": "50.00", "vat": "0.00"}])
