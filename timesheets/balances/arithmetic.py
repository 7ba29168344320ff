"""What a contract asks over a year, a month, a week: plain arithmetic on dated terms; no query and no clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from employees.models import TimeScheme
from groupement.periods import Month, clip, covers

WEEKDAYS = 5


@dataclass(frozen=True)
class FullTime:
    """What full time is, minutes: 1 607 h a year (C. trav. L3121-41), 35 a week (L3121-27), unless agreed otherwise."""

    year: int = 1_607 * 60
    week: int = 35 * 60


LEGAL = FullTime()


@dataclass(frozen=True)
class Stretch:
    """A time under contract on unchanged terms, open when ``ends_before`` is None; minutes, and days a year."""

    starts_on: date
    ends_before: date | None
    weekly_minutes: int
    scheme: str = TimeScheme.WEEKLY
    yearly_minutes: int | None = None
    yearly_days: int | None = None

    @property
    def counts_hours(self) -> bool:
        """A contract in days has no hours to reach (L3121-62)."""
        return self.scheme != TimeScheme.DAY_RATE

    def is_part_time(self, full_time: FullTime = LEGAL) -> bool:
        """Whether the week is below that of full time (L3123-1)."""
        return self.counts_hours and self.weekly_minutes < full_time.week


@dataclass(frozen=True)
class Target:
    """What a year asks: ``minutes`` of the contracts in hours, ``days`` of those in days; None where there are none."""

    minutes: int | None
    days: Decimal | None


def months_of(year: int) -> tuple[Month, ...]:
    """January to December."""
    return tuple(Month(year, number) for number in range(1, 13))


def presence(stretch: Stretch, month: Month) -> Fraction:
    """The part of ``month`` that lies in ``stretch``, by calendar days: 1 is all of it."""
    held = clip(stretch.starts_on, stretch.ends_before, month)
    return Fraction((held[1] - held[0]).days, (month.before - month.first).days) if held else Fraction(0)


def year_presence(stretch: Stretch, year: int) -> Fraction:
    """The part of ``year`` that lies in ``stretch``: each month counts a twelfth, as pay does (L3242-1)."""
    return sum((presence(stretch, month) for month in months_of(year)), Fraction(0)) / 12


def average_share(stretches: Iterable[Stretch], year: int, *, full_time: FullTime = LEGAL) -> Decimal:
    """The contract's weeks against those of full time, over the twelve months.

    80 % for nine of them and 100 % for three is 0.85.
    """
    held = (Fraction(each.weekly_minutes, full_time.week) * year_presence(each, year) for each in stretches)
    return _decimal(sum(held, Fraction(0)))


def leave_entitlement(full_time_days: Decimal | int, share: Decimal) -> Decimal:
    """Days of leave of a year, told in days of full time: 25 at 85 % are 21.25."""
    return Decimal(full_time_days) * share


def yearly_target(stretches: Collection[Stretch], year: int, *, full_time: FullTime = LEGAL) -> Target:
    """What the year asks, in proportion to the time under contract, weighted over its changes.

    The hours a year that the contract says, else those of full time in proportion to the week (L3121-41); of a
    contract in days, days to the tenth (L3121-64). Rounded half-up, once on the sum.
    """
    timed = [each for each in stretches if each.counts_hours and year_presence(each, year)]
    in_days = [each for each in stretches if not each.counts_hours and year_presence(each, year)]
    minutes = sum((_hours_a_year(each, full_time) * year_presence(each, year) for each in timed), Fraction(0))
    days = sum(((each.yearly_days or 0) * year_presence(each, year) for each in in_days), Fraction(0))
    return Target(
        minutes=rounded(minutes) if timed else None,
        days=_decimal(days).quantize(Decimal("0.1"), ROUND_HALF_UP) if in_days else None,
    )


def open_days(month: Month, feasts: Collection[date]) -> list[date]:
    """The weekdays of ``month`` that are no public holiday, in order."""
    return [day for day in month.days if day.weekday() < WEEKDAYS and day not in feasts]


def contract_minutes(stretches: Iterable[Stretch], days: Sequence[date]) -> int:
    """What the contract holds on the open ``days`` of a month (in order): a fifth of its week on each.

    Leave is not taken off: it is taken off the plan as well, so what is left to place stays the same.
    """
    total = Fraction(0)
    for each in stretches:
        end = len(days) if each.ends_before is None else bisect_left(days, each.ends_before)
        held = max(end - bisect_left(days, each.starts_on), 0) if each.counts_hours else 0
        total += Fraction(each.weekly_minutes * held, WEEKDAYS)
    return rounded(total)


def owed(planned: int, done: int, *, is_away: bool) -> int:
    """Minutes that a day asks: its plan; of a day away no more than what was done, so that absence is no debt."""
    return min(planned, done) if is_away else planned


def stretch_of_week(stretches: Iterable[Stretch], monday: date) -> Stretch | None:
    """The terms of a week: those that hold on its first day under contract."""
    week = [monday + timedelta(days=number) for number in range(7)]
    holding = (
        (day, each) for day in week for each in stretches if covers(each.starts_on, each.ends_before, day)
    )
    return next((each for _, each in holding), None)


def rounded(value: Fraction) -> int:
    """The nearest whole minute, half away from zero."""
    nearest = int(abs(value) + Fraction(1, 2))
    return nearest if value >= 0 else -nearest


def _hours_a_year(stretch: Stretch, full_time: FullTime) -> Fraction:
    if stretch.yearly_minutes is not None:
        return Fraction(stretch.yearly_minutes)
    return Fraction(full_time.year * stretch.weekly_minutes, full_time.week)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
