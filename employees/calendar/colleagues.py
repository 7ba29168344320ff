"""Who else of the group is expected at the same place on the same day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from employees.calendar.laying import Row
from employees.calendar.reading import BY_NAME
from employees.models import Assignment
from employees.planning import absences, expected, plan_between

Company = Mapping[tuple[int, date], list[str]]


def colleagues(row: Row, first: date, before: date) -> Company:
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
