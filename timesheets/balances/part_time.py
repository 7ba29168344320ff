"""The counters of part-time work: extra hours of a year, and the last weeks against the contract; plain arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from employees.models import TimeScheme
from timesheets.balances.arithmetic import (
    LEGAL,
    FullTime,
    Stretch,
    rounded,
    stretch_of_week,
    year_presence,
    yearly_target,
)

# Two hours a week above the contract over twelve weeks on end count against it (C. trav. L3123-13).
AVERAGE_WEEKS = 12
AVERAGE_EXCESS = 2 * 60


@dataclass(frozen=True)
class PartTime:
    """Extra hours (heures complémentaires) of a year; the mean of the last twelve weeks and the contract's; minutes."""

    extra: int
    average: int | None = None
    contract: int | None = None

    @property
    def above(self) -> int:
        """How much the average week exceeds the contract's; zero when it does not."""
        return max((self.average or 0) - (self.contract or 0), 0)

    @property
    def raises_the_contract(self) -> bool:
        """Whether the contract is to be raised to the average, unless the person refuses (L3123-13)."""
        return self.above >= AVERAGE_EXCESS


def part_time(
    stretches: Sequence[Stretch],
    year: int,
    weeks: Mapping[date, int],
    *,
    done: int,
    on: date,
    full_time: FullTime = LEGAL,
) -> PartTime | None:
    """The counters of ``year``; ``weeks`` are minutes by Monday, ``done`` those of the year.

    None for who worked full time or in days all year. The average is that of the twelve weeks before that of ``on``,
    and left out when they are not all under a part-time contract.
    """
    partial = [each for each in stretches if each.is_part_time(full_time)]
    during = [each for each in partial if year_presence(each, year)]
    if not during:
        return None
    by_the_year = [each for each in during if each.scheme == TimeScheme.ANNUALISED]
    all_held = [each for each in stretches if year_presence(each, year)]
    if len(by_the_year) == len(all_held):
        target = yearly_target(by_the_year, year, full_time=full_time).minutes or 0
        return _with_average(max(done - target, 0), partial, weeks, on)
    weekly = [each for each in during if each.scheme == TimeScheme.WEEKLY]
    return _with_average(extra_by_week(weekly, year, weeks), partial, weeks, on)


def extra_by_week(stretches: Sequence[Stretch], year: int, weeks: Mapping[date, int]) -> int:
    """What each week of ``year`` (ISO 8601) has above its contract, summed (L3123-28); minutes."""
    above = 0
    for monday, minutes in weeks.items():
        held = stretch_of_week(stretches, monday)
        if held and monday.isocalendar().year == year:
            above += max(minutes - held.weekly_minutes, 0)
    return above


def _with_average(extra: int, partial: Sequence[Stretch], weeks: Mapping[date, int], on: date) -> PartTime:
    last = on - timedelta(days=on.weekday())
    mondays = [last - timedelta(weeks=back) for back in range(1, AVERAGE_WEEKS + 1)]
    held = [each.weekly_minutes for monday in mondays if (each := stretch_of_week(partial, monday))]
    if len(held) < AVERAGE_WEEKS:
        return PartTime(extra)
    worked = sum(weeks.get(monday, 0) for monday in mondays)
    return PartTime(
        extra, rounded(Fraction(worked, AVERAGE_WEEKS)), rounded(Fraction(sum(held), AVERAGE_WEEKS))
    )
