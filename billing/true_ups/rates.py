"""The management rate of a period: its own or the group’s month by month, and its mean by days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from billing.month.segments import rate_of
from employees.models import Terms
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month, active_days
from members.rules import RuleBook


def rates_between(terms: Terms, first: date, before: date, book: RuleBook) -> Iterator[tuple[Decimal, int]]:
    """The management rates of ``terms`` on these days, each with how many days: the group's own month by month."""
    if terms.management_rate is not None:
        yield terms.management_rate, (before - first).days
        return
    month = Month.of(first)
    while month.first < before:
        yield rate_of(terms, month, book)[0], len(active_days(first, before, month))
        month = month.next


def mean_rate(rates: Mapping[Decimal, int]) -> Decimal:
    """The rate of a period in which it changed: by days, to the hundredth of a percent."""
    if len(rates) == 1:
        return next(iter(rates))
    days = sum(rates.values()) or 1
    exact = sum((rate * share for rate, share in rates.items()), ZERO) / days
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
