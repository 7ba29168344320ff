"""Money pays the oldest debts first: whole, one after the other, in the same order in memory and in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.accounts import spreading
from billing.accounts.spreading import sorted_by_age, spread
from groupement.kernel.money import ZERO
from tests import world
from tests.billing import owing


@dataclass(frozen=True)
class Owed:
    """A debt that is no invoice."""

    due: Decimal
    due_on: date = date(2026, 12, 1)
    issued_on: date = date(2026, 11, 1)
    sequence: int = 1
    pk: int = 1


AMOUNTS = st.integers(min_value=0, max_value=100_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(min_value=0, max_value=3).map(lambda days: date(2026, 12, 1) + timedelta(days=days))
DEBTS = st.lists(st.builds(Owed, AMOUNTS, DAYS, DAYS, st.integers(1, 3), st.integers(1, 1000)), max_size=8)


@given(AMOUNTS, DEBTS)
def test_amounts_sum_to_the_money_or_to_all_that_is_due(amount: Decimal, debts: list[Owed]) -> None:
    parts = spread(amount, debts)
    assert sum((part for _, part in parts), ZERO) == min(amount, sum((debt.due for debt in debts), ZERO))


@given(AMOUNTS, DEBTS)
def test_each_debt_is_paid_whole_before_the_next_gets_anything(amount: Decimal, debts: list[Owed]) -> None:
    parts = spread(amount, debts)
    assert all(ZERO < part <= debt.due for debt, part in parts)
    assert all(part == debt.due for debt, part in parts[:-1])
    assert [debt for debt, _ in parts] == [debt for debt in debts if debt.due][: len(parts)]


@given(AMOUNTS, AMOUNTS, DEBTS)
def test_two_sums_after_each_other_pay_what_one_sum_pays(
    first: Decimal, second: Decimal, debts: list[Owed]
) -> None:
    once = dict.fromkeys(range(len(debts)), ZERO) | _by_rank(spread(first + second, _ranked(debts)))
    before = dict.fromkeys(range(len(debts)), ZERO) | _by_rank(spread(first, _ranked(debts)))
    rest = [Owed(debt.due - before[rank], pk=rank) for rank, debt in enumerate(debts)]
    after = before | {debt.pk: before[debt.pk] + part for debt, part in spread(second, rest)}
    assert after == once


@given(DEBTS)
def test_oldest_is_the_one_that_fell_due_first_then_was_issued_first(debts: list[Owed]) -> None:
    ages = [(debt.due_on, debt.issued_on, debt.sequence) for debt in sorted_by_age(debts)]
    assert ages == sorted(ages)


def test_nothing_is_paid_without_money_or_without_debts() -> None:
    assert spread(ZERO, [Owed(Decimal("10.00"))]) == []
    assert spread(Decimal("-5.00"), [Owed(Decimal("10.00"))]) == []
    assert spread(Decimal("5.00"), []) == []


@pytest.mark.django_db
def test_database_and_memory_have_one_order() -> None:
    world.group()
    member = world.member()
    late = owing.invoice(member, "100.00", issued_on=date(2026, 10, 2))
    soon = owing.invoice(member, "50.00", issued_on=date(2026, 10, 5), days=10)
    same_day = owing.invoice(member, "30.00", issued_on=date(2026, 10, 12), days=20)
    again = owing.invoice(member, "20.00", issued_on=date(2026, 10, 12), days=20)
    assert late.due_on == same_day.due_on
    found = list(spreading.due_invoices(member.pk))
    assert [each.pk for each in found] == [soon.pk, late.pk, same_day.pk, again.pk]
    assert sorted_by_age(reversed(found)) == found


def _ranked(debts: list[Owed]) -> list[Owed]:
    """The same dues, each with its place as its id."""
    return [Owed(debt.due, pk=rank) for rank, debt in enumerate(debts)]


def _by_rank(parts: list[tuple[Owed, Decimal]]) -> dict[int, Decimal]:
    return {debt.pk: part for debt, part in parts}
