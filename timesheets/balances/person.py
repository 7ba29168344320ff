"""One person's year in detail: planned and worked by day, part-time counters, leave; never for members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from employees.models import AbsenceKind, Employee
from employees.planning import Plan, absences, holidays, plan_between
from timesheets.balances import arithmetic, reading
from timesheets.balances.arithmetic import (
    FIRST_MONTH,
    LeaveCounters,
    leave_counters,
    months_of,
    part_time_counters,
)
from timesheets.balances.year import PersonDetail, PersonYear, YearMonthRow
from timesheets.models import Entry, Kind
from timesheets.models.entry import ABSENCES


@dataclass
class DayRecords:
    """What one person entered and was planned, day by day; minutes."""

    planned: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    done: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    away: set[date] = field(default_factory=set)
    leave: set[date] = field(default_factory=set)

    def owed(self, day: date) -> int:
        """What the day asked: its plan, of a day away no more than what was done."""
        return arithmetic.owed_minutes(
            self.planned.get(day, 0), self.done.get(day, 0), is_away=day in self.away
        )


def person_detail(employee: Employee, year: int, *, on: date) -> PersonDetail:
    """The year of ``employee`` as it stands ``on`` that day; seven queries."""
    first, before = reading.bounds(year)
    # Leave of the year before is still taken now, and was earned in the one before that.
    contracts = reading.read_contracts(date(year - 2, FIRST_MONTH, 1), before, employee=employee.pk)
    placed = list(reading.assignments(year).filter(employee=employee))
    plans = plan_between(first, before, placed)
    away = absences(date(year - 1, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH, 1), [employee.pk])
    kinds = away.get(employee.pk, {})
    sheets = reading.read_sheets(year, employee=employee)
    limits = reading.year_limits(year)
    person = reading.person_year(employee, year, contracts, limits, placed, plans, sheets, kinds)
    diary = _day_records(employee, year, plans, kinds)
    lines = _month_rows(person, year, diary, on=on)
    worked = [day for day, minutes in diary.done.items() if minutes and day.year == year]
    return PersonDetail(
        year=year,
        on=on,
        person=person,
        lines=lines,
        ahead=_ahead(person, year, on=on),
        days_worked=len(worked),
        part_time=part_time_counters(
            person.contract_periods,
            year,
            _weeks(diary.done),
            done=person.done,
            on=min(on, before),
            full_time=reading.full_time(limits),
        ),
        leave=_leave(person, diary, contracts.zone, on=on) if on.year == year else None,
    )


def _day_records(employee: Employee, year: int, plans: Plan, away: Mapping[date, str]) -> DayRecords:
    """Entries since 1 June of the year before, one query, beside the plan of the year and the absences known ahead."""
    diary = DayRecords()
    rows = Entry.objects.filter(
        timesheet__employee=employee,
        day__gte=date(year - 1, FIRST_MONTH, 1),
        day__lt=date(year + 1, FIRST_MONTH, 1),
    )
    for day, kind, minutes in rows.order_by("day", "pk").values_list("day", "kind", "minutes"):
        if kind not in ABSENCES:
            diary.done[day] += minutes
        elif kind != Kind.HOLIDAY:
            diary.away.add(day)
        if kind == Kind.LEAVE:
            diary.leave.add(day)
    for days in plans.values():
        for day, minutes in days.items():
            diary.planned[day] += minutes
    diary.away |= set(away)
    diary.leave |= {day for day, kind in away.items() if kind == AbsenceKind.LEAVE}
    return diary


def _month_rows(person: PersonYear, year: int, diary: DayRecords, *, on: date) -> list[YearMonthRow]:
    """The twelve months; ended ones with the deviation from the plan."""
    months = months_of(year)
    deviations = [
        sum(diary.done.get(day, 0) - diary.owed(day) for day in month.days)
        for month in months
        if month.before <= on
    ]
    balances = list(accumulate(deviations))
    missing = [None] * (12 - len(deviations))
    rows = zip(months, person.months, [*deviations, *missing], [*balances, *missing], strict=True)
    return [
        YearMonthRow(
            month,
            figures,
            person.contract[n] if person.counts_hours else None,
            person.away[n],
            person.at_group[n],
            person.absent[n],
            deviation,
            balance,
        )
        for n, (month, figures, deviation, balance) in enumerate(rows)
    ]


def _ahead(person: PersonYear, year: int, *, on: date) -> int:
    """What the plan still holds of the months that have not ended, absences known ahead left out."""
    return sum(
        max(figures.planned - person.away[n] - figures.worked, 0)
        for n, (month, figures) in enumerate(zip(months_of(year), person.months, strict=True))
        if month.before > on
    )


def _weeks(done: Mapping[date, int]) -> dict[date, int]:
    """Minutes by Monday."""
    weeks: dict[date, int] = defaultdict(int)
    for day, minutes in done.items():
        weeks[day - timedelta(days=day.weekday())] += minutes
    return dict(weeks)


def _leave(person: PersonYear, diary: DayRecords, zone: str, *, on: date) -> LeaveCounters:
    feasts: Collection[date] = {
        day for year in (on.year - 1, on.year, on.year + 1) for day in holidays(year, zone)
    }
    return leave_counters(person.contract_periods, diary.leave, feasts, on=on)
