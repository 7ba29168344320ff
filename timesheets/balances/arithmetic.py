"""What a contract asks over a year, a month, a week: plain arithmetic on dated terms; no query and no clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from employees.models import TimeScheme
from groupement.kernel.periods import Month, clip, covers

WEEKDAYS = 5


@dataclass(frozen=True)
class FullTime:
    """What full time is, minutes: 1 607 h a year (C. trav. L3121-41), 35 a week (L3121-27), unless agreed otherwise."""

    year: int = 1_607 * 60
    week: int = 35 * 60


LEGAL = FullTime()


@dataclass(frozen=True)
class ContractPeriod:
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
class YearTarget:
    """What a year asks: ``minutes`` of the contracts in hours, ``days`` of those in days; None where there are none."""

    minutes: int | None
    days: Decimal | None


def months_of(year: int) -> tuple[Month, ...]:
    """January to December."""
    return tuple(Month(year, number) for number in range(1, 13))


def month_presence(period: ContractPeriod, month: Month) -> Fraction:
    """The part of ``month`` that lies in ``period``, by calendar days: 1 is all of it."""
    held = clip(period.starts_on, period.ends_before, month)
    return Fraction((held[1] - held[0]).days, (month.before - month.first).days) if held else Fraction(0)


def year_presence(period: ContractPeriod, year: int) -> Fraction:
    """The part of ``year`` that lies in ``period``: each month counts a twelfth, as pay does (L3242-1)."""
    return sum((month_presence(period, month) for month in months_of(year)), Fraction(0)) / 12


def average_share(
    contract_periods: Iterable[ContractPeriod], year: int, *, full_time: FullTime = LEGAL
) -> Decimal:
    """The contract's weeks against those of full time, over the twelve months.

    80 % for nine of them and 100 % for three is 0.85.
    """
    held = (
        Fraction(each.weekly_minutes, full_time.week) * year_presence(each, year) for each in contract_periods
    )
    return _decimal(sum(held, Fraction(0)))


def leave_entitlement(full_time_days: Decimal | int, share: Decimal) -> Decimal:
    """Days of leave of a year, in days of full time: 25 at 85 % are 21.25."""
    return Decimal(full_time_days) * share


def yearly_target(
    contract_periods: Collection[ContractPeriod], year: int, *, full_time: FullTime = LEGAL
) -> YearTarget:
    """What the year asks, in proportion to the time under contract, weighted over its changes.

    The hours a year that the contract says, else those of full time in proportion to the week (L3121-41); of a
    contract in days, days to the tenth (L3121-64). Rounded half-up, once on the sum.
    """
    timed = [each for each in contract_periods if each.counts_hours and year_presence(each, year)]
    in_days = [each for each in contract_periods if not each.counts_hours and year_presence(each, year)]
    minutes = sum((_hours_a_year(each, full_time) * year_presence(each, year) for each in timed), Fraction(0))
    days = sum(((each.yearly_days or 0) * year_presence(each, year) for each in in_days), Fraction(0))
    return YearTarget(
        minutes=rounded(minutes) if timed else None,
        days=_decimal(days).quantize(Decimal("0.1"), ROUND_HALF_UP) if in_days else None,
    )


def open_days(month: Month, feasts: Collection[date]) -> list[date]:
    """The weekdays of ``month`` that are no public holiday, in order."""
    return [day for day in month.days if day.weekday() < WEEKDAYS and day not in feasts]


def contract_minutes(contract_periods: Iterable[ContractPeriod], days: Sequence[date]) -> int:
    """What the contract holds on the open ``days`` of a month (in order): a fifth of its week on each.

    Leave is not taken off: it is taken off the plan as well, so what is left to place stays the same.
    """
    total = Fraction(0)
    for each in contract_periods:
        end = len(days) if each.ends_before is None else bisect_left(days, each.ends_before)
        held = max(end - bisect_left(days, each.starts_on), 0) if each.counts_hours else 0
        total += Fraction(each.weekly_minutes * held, WEEKDAYS)
    return rounded(total)


def owed_minutes(planned: int, done: int, *, is_away: bool) -> int:
    """Minutes that a day asks: its plan; of a day away no more than what was done, so that absence is no debt."""
    return min(planned, done) if is_away else planned


def period_of_week(contract_periods: Iterable[ContractPeriod], monday: date) -> ContractPeriod | None:
    """The terms of a week: those that hold on its first day under contract."""
    week = [monday + timedelta(days=number) for number in range(7)]
    holding = (
        (day, each)
        for day in week
        for each in contract_periods
        if covers(each.starts_on, each.ends_before, day)
    )
    return next((each for _, each in holding), None)


def rounded(value: Fraction) -> int:
    """The nearest whole minute, half away from zero."""
    nearest = int(abs(value) + Fraction(1, 2))
    return nearest if value >= 0 else -nearest


def _hours_a_year(period: ContractPeriod, full_time: FullTime) -> Fraction:
    if period.yearly_minutes is not None:
        return Fraction(period.yearly_minutes)
    return Fraction(full_time.year * period.weekly_minutes, full_time.week)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


# Two hours a week above the contract over twelve weeks on end count against it (C. trav. L3123-13).
AVERAGE_WEEKS = 12
AVERAGE_EXCESS = 2 * 60


@dataclass(frozen=True)
class PartTimeCounters:
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


def part_time_counters(
    contract_periods: Sequence[ContractPeriod],
    year: int,
    weeks: Mapping[date, int],
    *,
    done: int,
    on: date,
    full_time: FullTime = LEGAL,
) -> PartTimeCounters | None:
    """The counters of ``year``; ``weeks`` are minutes by Monday, ``done`` those of the year.

    None for who worked full time or in days all year. The average is that of the twelve weeks before that of ``on``,
    and left out when they are not all under a part-time contract.
    """
    partial = [each for each in contract_periods if each.is_part_time(full_time)]
    during = [each for each in partial if year_presence(each, year)]
    if not during:
        return None
    by_the_year = [each for each in during if each.scheme == TimeScheme.ANNUALISED]
    all_held = [each for each in contract_periods if year_presence(each, year)]
    if len(by_the_year) == len(all_held):
        target = yearly_target(by_the_year, year, full_time=full_time).minutes or 0
        return _with_average(max(done - target, 0), partial, weeks, on)
    weekly = [each for each in during if each.scheme == TimeScheme.WEEKLY]
    return _with_average(extra_by_week(weekly, year, weeks), partial, weeks, on)


def extra_by_week(contract_periods: Sequence[ContractPeriod], year: int, weeks: Mapping[date, int]) -> int:
    """What each week of ``year`` (ISO 8601) has above its contract, summed (L3123-28); minutes."""
    above = 0
    for monday, minutes in weeks.items():
        held = period_of_week(contract_periods, monday)
        if held and monday.isocalendar().year == year:
            above += max(minutes - held.weekly_minutes, 0)
    return above


def _with_average(
    extra: int, partial: Sequence[ContractPeriod], weeks: Mapping[date, int], on: date
) -> PartTimeCounters:
    last = on - timedelta(days=on.weekday())
    mondays = [last - timedelta(weeks=back) for back in range(1, AVERAGE_WEEKS + 1)]
    held = [each.weekly_minutes for monday in mondays if (each := period_of_week(partial, monday))]
    if len(held) < AVERAGE_WEEKS:
        return PartTimeCounters(extra)
    worked = sum(weeks.get(monday, 0) for monday in mondays)
    return PartTimeCounters(
        extra, rounded(Fraction(worked, AVERAGE_WEEKS)), rounded(Fraction(sum(held), AVERAGE_WEEKS))
    )


# Two and a half days a month, thirty a year at most (C. trav. L3141-3), from 1 June on (R3141-4).
DAYS_A_MONTH = Fraction(5, 2)
DAYS_A_YEAR = 30
FIRST_MONTH = 6
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class LeaveCounters:
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


def leave_counters(
    contract_periods: Sequence[ContractPeriod], days: Collection[date], feasts: Collection[date], *, on: date
) -> LeaveCounters:
    """The counters ``on`` a day: from the time under contract, and the ``days`` of leave past and ahead.

    Sick leave, which earns less (L3141-5-1), is not told apart: the payslip has the last word.
    """
    since = leave_year(on)
    before = since.replace(year=since.year + 1)
    passed = {day for day in days if since <= day < on}
    ahead = {day for day in days if on <= day < before}
    return LeaveCounters(
        since=since,
        acquired=ceil(earned_days(contract_periods, since.replace(year=since.year - 1), since)),
        taken=working_days(passed, feasts),
        booked=working_days(passed | ahead, feasts) - working_days(passed, feasts),
        earned=_hundredth(earned_days(contract_periods, since, on)),
    )


def leave_year(on: date) -> date:
    """The 1 June on or before ``on``."""
    return date(on.year if on.month >= FIRST_MONTH else on.year - 1, FIRST_MONTH, 1)


def earned_days(contract_periods: Iterable[ContractPeriod], first: date, before: date) -> Fraction:
    """Days earned in the whole months from ``first`` (a first of month) that ended by ``before``."""
    held = list(contract_periods)
    total, month = Fraction(0), Month.of(first)
    while month.before <= before:
        total += DAYS_A_MONTH * sum((month_presence(each, month) for each in held), Fraction(0))
        month = month.next
    return min(total, Fraction(DAYS_A_YEAR))


def working_days(days: Collection[date], feasts: Collection[date]) -> int:
    """How many days of leave ``days`` count: Monday to Saturday but public holidays.

    A week whose five weekdays are off counts its Saturday, even if it was not entered.
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
