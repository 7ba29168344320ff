"""The rows of a calendar: a row for each person or member, a cell for each day, a balance for each week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from employees.calendar.reading import CalendarFacts, ContractWeek
from employees.calendar.week import Week
from employees.models import Assignment, Employee
from employees.planning import holidays
from groupement.kernel.periods import covers
from members.models import HolidayZone, Member

WORKING_DAYS = 5  # contract minutes of a week spread over Monday to Friday


@dataclass(frozen=True)
class PlannedPlace:
    """Minutes planned at one member on a day; ``away`` when the person will not be there, and in which words."""

    assignment: Assignment
    minutes: int
    is_apart: bool = False
    reason: str = ""
    away: str = ""


@dataclass(frozen=True)
class DayCell:
    """One day of a row: its places, those freed that day included; a holiday and an absence by name."""

    day: date
    places: tuple[PlannedPlace, ...] = ()
    holiday: str = ""
    absence: str = ""
    is_clash: bool = False

    @property
    def minutes(self) -> int:
        return sum(place.minutes for place in self.places)

    @property
    def is_weekend(self) -> bool:
        return self.day.weekday() >= WORKING_DAYS

    @property
    def iso(self) -> str:
        """ "2026-11-02", for addresses."""
        return self.day.isoformat()


@dataclass(frozen=True)
class WeekBalance:
    """A person's week: minutes planned, lost to public holidays, and due by contract (None: not counted in hours)."""

    week: Week
    planned: int
    lost: int
    contract: int | None

    @property
    def free(self) -> int:
        """Minutes of the contract that no member has yet."""
        return max(0, (self.contract or 0) - self.planned - self.lost)

    @property
    def over(self) -> int:
        """Minutes planned beyond the contract."""
        return 0 if self.contract is None else max(0, self.planned + self.lost - self.contract)


@dataclass(frozen=True)
class CalendarRow:
    """The days of one person, or of one member; balances only where whole weeks may be read."""

    employee: Employee | None
    member: Member | None
    cells: tuple[DayCell, ...]
    balances: tuple[WeekBalance, ...] = ()

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

    @property
    def missing(self) -> int:
        """Minutes planned on days on which the person will not be there."""
        return sum(place.minutes for cell in self.cells for place in cell.places if place.away)

    @cached_property
    def free(self) -> int:
        return sum(balance.free for balance in self.balances)

    @cached_property
    def over(self) -> int:
        return sum(balance.over for balance in self.balances)


@dataclass(frozen=True)
class DayHead:
    """A day at the top of its column."""

    day: date
    holiday: str

    @property
    def is_weekend(self) -> bool:
        return self.day.weekday() >= WORKING_DAYS


def heads(facts: CalendarFacts, days: Iterable[date]) -> list[DayHead]:
    """The columns, with the public holidays of the group's zone."""
    return [DayHead(day, holidays(day.year, facts.zone).get(day, "")) for day in days]


def rows_by_person(
    facts: CalendarFacts, days: Sequence[date], clashes: Mapping[int, frozenset[date]] | None = None
) -> list[CalendarRow]:
    """A row a person, in order of names; ``clashes`` gives the days to mark by employee id."""
    held: dict[int, list[Assignment]] = {}
    for placed in facts.assignments:
        held.setdefault(placed.employee_id, []).append(placed)
    places = _places(facts)
    return [
        CalendarRow(
            person,
            None,
            tuple(_cell(facts, day, person, held.get(person.pk, []), places, clashes or {}) for day in days),
            tuple(week_balances(facts, person, held.get(person.pk, []))) if facts.scope.is_inside else (),
        )
        for person in facts.people
    ]


def rows_by_member(facts: CalendarFacts, days: Sequence[date]) -> list[CalendarRow]:
    """A row a member, in order of names, with the people expected there each day."""
    held: dict[int, list[Assignment]] = {}
    for placed in facts.assignments:
        if facts.scope.member in (None, placed.member_id):
            held.setdefault(placed.member_id, []).append(placed)
    places = _places(facts)
    rows = [
        CalendarRow(
            None,
            rows[0].member,
            tuple(DayCell(day, _found(places, rows, day), _holiday(facts, rows, day)) for day in days),
        )
        for rows in held.values()
    ]
    return sorted(
        rows, key=lambda row: (row.member.short_name.casefold(), row.member.pk) if row.member else ("", 0)
    )


def week_balances(facts: CalendarFacts, person: Employee, held: Sequence[Assignment]) -> list[WeekBalance]:
    """Each whole week of the facts: what is planned, and what the contract would have."""
    found = []
    week = Week.of(facts.first)
    while week.before <= facts.before:
        found.append(
            WeekBalance(
                week,
                _sum(facts.plans, held, week),
                _sum(facts.lost, held, week),
                contract_minutes(facts.contracts.get(person.pk, ()), week.days),
            )
        )
        week = week.next
    return found


def contract_minutes(terms: Iterable[ContractWeek], days: Sequence[date]) -> int | None:
    """Minutes due by contract over ``days``: a fifth of the week for each Monday to Friday; None if counted in days."""
    fifths = 0
    for each in terms:
        held = [
            day
            for day in days
            if day.weekday() < WORKING_DAYS and covers(each.starts_on, each.ends_before, day)
        ]
        if held and each.minutes is None:
            return None
        fifths += (each.minutes or 0) * len(held)
    return fifths // WORKING_DAYS


def _sum(minutes: Mapping[int, Mapping[date, int]], held: Iterable[Assignment], week: Week) -> int:
    return sum(each for placed in held for day, each in minutes.get(placed.pk, {}).items() if day in week)


def _places(facts: CalendarFacts) -> dict[tuple[int, date], PlannedPlace]:
    """By assignment and day: what is planned, and what was freed on a day apart."""
    found = {}
    for placed in facts.assignments:
        plan, apart = facts.plans.get(placed.pk, {}), facts.changed_days(placed)
        away = facts.away.get(placed.employee_id, {})
        for day in sorted({*plan, *(day for day in apart if placed.covers(day))}):
            changed = apart.get(day)
            found[placed.pk, day] = PlannedPlace(
                placed,
                plan.get(day, 0),
                changed is not None,
                changed.reason if changed else "",
                away.get(day, ""),
            )
    return found


def _found(
    places: Mapping[tuple[int, date], PlannedPlace], held: Iterable[Assignment], day: date
) -> tuple[PlannedPlace, ...]:
    return tuple(places[placed.pk, day] for placed in held if (placed.pk, day) in places)


def _cell(
    facts: CalendarFacts,
    day: date,
    person: Employee,
    held: Sequence[Assignment],
    places: Mapping[tuple[int, date], PlannedPlace],
    clashes: Mapping[int, frozenset[date]],
) -> DayCell:
    found = _found(places, held, day)
    absence = facts.away.get(person.pk, {}).get(day, "")
    if absence and not facts.scope.is_inside and not any(place.minutes for place in found):
        absence = ""  # a member learns it of the days on which it expects the person, and of no other
    return DayCell(
        day, found, _holiday(facts, held, day), absence, day in clashes.get(person.pk, frozenset())
    )


def _holiday(facts: CalendarFacts, held: Iterable[Assignment], day: date) -> str:
    """The holiday where the person works that day, else the group's."""
    zones = {placed.site.holiday_zone for placed in held if placed.site and placed.site.holiday_zone}
    for zone in (facts.zone, *sorted(zones - {facts.zone})):
        if name := holidays(day.year, zone or HolidayZone.METROPOLE).get(day):
            return name
    return ""


def whole_weeks(days: Sequence[date]) -> tuple[date, date]:
    """The Monday and the exclusive end of the weeks that hold these days, given in order."""
    return Week.of(days[0]).first, Week.of(days[-1]).before
