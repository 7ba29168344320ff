"""Calendars of a week or a month for a reader’s scope, and who else is expected at the same place on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from employees.calendar.clashes import Clash, days_by_person, find_clashes
from employees.calendar.reading import BY_NAME, CalendarScope, read_calendar_facts
from employees.calendar.rows import CalendarRow, DayHead, heads, rows_by_member, rows_by_person, whole_weeks
from employees.calendar.week import Week
from employees.limits import limits_between
from employees.models import Absence, Assignment
from employees.planning import absences, expected, plan_between
from groupement.kernel.periods import Month


@dataclass(frozen=True)
class PlanningCalendar:
    """Columns, rows of people or of members, what does not fit together, absences with their causes.

    Clashes are for the group; causes for the group and the person.
    """

    heads: list[DayHead]
    rows: list[CalendarRow]
    clashes: list[Clash]
    absences: list[Absence]

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def free(self) -> int:
        """Minutes of contracts that no member has yet; what one person has too much is no other's lack."""
        return sum(row.free for row in self.rows)


def week_calendar(week: Week, scope: CalendarScope, *, members: bool = False) -> PlanningCalendar:
    """One week, by person, or by member when ``members``."""
    return _read(week.days, scope, members)


def month_calendar(month: Month, scope: CalendarScope, *, members: bool = False) -> PlanningCalendar:
    """One month, read with the whole weeks that touch it, so that each has its balance."""
    return _read(month.days, scope, members)


def _read(days: Sequence[date], scope: CalendarScope, members: bool) -> PlanningCalendar:
    first, before = whole_weeks(days)
    facts = read_calendar_facts(scope, first, before)
    found = []
    if scope.is_inside and scope.own is None:
        limits = limits_between(first, before)
        found = [
            clash
            for clash in find_clashes(facts, limits)
            if clash.first <= days[-1] and clash.last >= days[0]
        ]
    rows = rows_by_member(facts, days) if members else rows_by_person(facts, days, days_by_person(found))
    away = [row for row in facts.absences if row.covers(days[0]) or days[0] < row.starts_on <= days[-1]]
    return PlanningCalendar(heads(facts, days), rows, found, away)


Company = Mapping[tuple[int, date], list[str]]


def colleagues(row: CalendarRow, first: date, before: date) -> Company:
    """The names by (assignment of ``row``, day), for the days on which both are expected. Three queries.

    Only at the same place of work: what colleagues do elsewhere stays theirs.
    """
    own = {place.assignment.pk: place.assignment for cell in row.cells for place in cell.places}
    others = list(
        Assignment.objects.filter(member__in={placed.member_id for placed in own.values()})
        .exclude(employee=row.employee)
        .select_related("employee")
        .order_by(*BY_NAME, "pk")
    )
    employee_of = {placed.pk: placed.employee_id for placed in others}
    away = absences(first, before, set(employee_of.values()))
    there = expected(plan_between(first, before, others), away, employee_of)
    return {
        (place.assignment.pk, cell.day): _names(place.assignment, cell.day, others, there)
        for cell in row.cells
        for place in cell.places
        if place.minutes
    }


def _names(
    own: Assignment, day: date, others: Iterable[Assignment], there: Mapping[int, Mapping[date, int]]
) -> list[str]:
    return [
        placed.employee.full_name
        for placed in others
        if (placed.member_id, placed.site_id) == (own.member_id, own.site_id) and there[placed.pk].get(day)
    ]
