"""Paid leave in working days (jours ouvrables): earned by the month, taken by the day; plain arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from groupement.periods import Month
from timesheets.balances.arithmetic import Stretch, presence

# Two and a half days a month, thirty a year at most (C. trav. L3141-3), from 1 June on (R3141-4).
DAYS_A_MONTH = Fraction(5, 2)
DAYS_A_YEAR = 30
FIRST_MONTH = 6
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Leave:
    """The counters of one person on one day; ``since`` is when the present year of leave began. Working days.

    ``acquired`` in the year before it, ``taken`` and ``booked`` (ahead) since it; ``earned`` since it, for the next.
    """

    since: date
    acquired: int
    taken: int
    booked: int
    earned: Decimal

    @property
    def left(self) -> Decimal:
        """Days earned so far that are neither taken nor booked (L3141-12); negative when more was given."""
        return self.acquired + self.earned - self.taken - self.booked


def leave(
    stretches: Sequence[Stretch], days: Collection[date], feasts: Collection[date], *, on: date
) -> Leave:
    """The counters ``on`` a day: from the time under contract, and the ``days`` of leave past and ahead.

    Sick leave, which earns less (L3141-5-1), is not told apart: the payslip has the last word.
    """
    since = leave_year(on)
    before = since.replace(year=since.year + 1)
    passed = {day for day in days if since <= day < on}
    ahead = {day for day in days if on <= day < before}
    return Leave(
        since=since,
        acquired=ceil(earned(stretches, since.replace(year=since.year - 1), since)),
        taken=working_days(passed, feasts),
        booked=working_days(passed | ahead, feasts) - working_days(passed, feasts),
        earned=_hundredth(earned(stretches, since, on)),
    )


def leave_year(on: date) -> date:
    """The 1 June on or before ``on``."""
    return date(on.year if on.month >= FIRST_MONTH else on.year - 1, FIRST_MONTH, 1)


def earned(stretches: Iterable[Stretch], first: date, before: date) -> Fraction:
    """Days earned in the whole months from ``first`` (a first of month) that ended by ``before``."""
    held = list(stretches)
    total, month = Fraction(0), Month.of(first)
    while month.before <= before:
        total += DAYS_A_MONTH * sum((presence(each, month) for each in held), Fraction(0))
        month = month.next
    return min(total, Fraction(DAYS_A_YEAR))


def working_days(days: Collection[date], feasts: Collection[date]) -> int:
    """How many days of leave ``days`` count: Monday to Saturday but public holidays.

    A week whose five weekdays are off counts its Saturday, even if nobody noted it.
    """
    counted = {day for day in days if day.weekday() != SUNDAY}
    for day in days:
        monday = day - timedelta(days=day.weekday())
        week = [monday + timedelta(days=number) for number in range(SATURDAY)]
        if all(each in counted or each in feasts for each in week):
            counted.add(monday + timedelta(days=SATURDAY))
    return len(counted - set(feasts))


def _hundredth(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
