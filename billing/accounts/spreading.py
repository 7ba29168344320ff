"""Spread a sum of money over debts, the oldest first when nobody says which it pays (C. civ., art. 1342-10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from django.db.models import QuerySet

from billing.accounts.receivables import unsettled

# Whoever pays may name the debt that he pays. Otherwise the law takes those that have fallen due, and of these the
# oldest: so by due date, and of one day by the day of issue, then by number.
_ORDER = ("due_on", "issued_on", "sequence", "pk")


class Debt(Protocol):
    """An invoice with ``due``, the euros that remain to pay; read by ``with_dues``, or from a ledger in memory."""

    @property
    def due(self) -> Decimal: ...


class DatedDebt(Debt, Protocol):
    """A debt that has its place in the order."""

    @property
    def due_on(self) -> date: ...
    @property
    def issued_on(self) -> date: ...
    @property
    def sequence(self) -> int: ...
    @property
    def pk(self) -> int: ...


AnyDebt = TypeVar("AnyDebt", bound=Debt)
AnyDatedDebt = TypeVar("AnyDatedDebt", bound=DatedDebt)


def spread(amount: Decimal, debts: Iterable[AnyDebt]) -> list[tuple[AnyDebt, Decimal]]:
    """Pay ``debts`` in the order given out of ``amount`` euros: each whole before the next, until the money is used.

    Only debts that get something are returned, each with the euros that it gets, above zero and at most its ``due``.
    The amounts sum to ``amount``, or to all that is due where that is less; what is left then stays a credit.
    """
    parts = []
    for debt in debts:
        part = min(amount, debt.due)
        if part > 0:
            parts.append((debt, part))
            amount -= part
    return parts


def oldest_first(invoices: QuerySet[Any]) -> QuerySet[Any]:
    """Issued invoices in the order in which money pays them when nobody names one."""
    return invoices.order_by(*_ORDER)


def sorted_by_age(debts: Iterable[AnyDatedDebt]) -> list[AnyDatedDebt]:
    """Debts that are in memory, in the order of ``oldest_first``."""
    return sorted(debts, key=attrgetter(*_ORDER))


def due_invoices(member: int) -> QuerySet[Any]:
    """The invoices of which ``member`` (id) owes something, with their dues and without snapshots, the oldest first."""
    return oldest_first(unsettled(member).defer("snapshot"))
