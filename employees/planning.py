"""Who is expected where, day by day: the weekly pattern of the terms in force, without public holidays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from holidays import country_holidays

from employees.models import Assignment, Terms
from groupement.periods import Month

Plan = dict[int, dict[date, int]]


@cache
def holidays(year: int) -> Mapping[date, str]:
    """The eleven public holidays of metropolitan France with their French names (C. trav. L3133-1)."""
    named = country_holidays("FR", years=year, language="fr").items()
    return MappingProxyType({day: name.replace("'", "’") for day, name in sorted(named)})


def plan(month: Month, assignments: Collection[Assignment] | None = None) -> Plan:
    """Minutes expected by assignment id and day of ``month``; days without work are left out.

    Of all assignments, or of those given, each of which has its key even with no day. One query.
    """
    feasts = holidays(month.year)
    return {
        assignment: {day: minutes for day, minutes in days.items() if day not in feasts}
        for assignment, days in _patterns(month, assignments).items()
    }


def holiday_minutes(month: Month, assignments: Collection[Assignment] | None = None) -> Plan:
    """Minutes that fall on a public holiday, which would be worked otherwise, by assignment id and day."""
    feasts = holidays(month.year)
    return {
        assignment: {day: minutes for day, minutes in days.items() if day in feasts}
        for assignment, days in _patterns(month, assignments).items()
    }


def planned_minutes(assignment: Assignment, month: Month) -> int:
    """The sum of the month's plan of one assignment."""
    return sum(plan(month, [assignment])[assignment.pk].values())


def planned_days(assignment: Assignment, month: Month) -> tuple[date, ...]:
    """The days of ``month`` on which the person is expected, in order."""
    return tuple(sorted(plan(month, [assignment])[assignment.pk]))


def _patterns(month: Month, assignments: Collection[Assignment] | None) -> Plan:
    """What the weekly patterns say, public holidays included, on days that assignment and terms both hold."""
    terms = Terms.objects.during(month).select_related("assignment").order_by("assignment", "starts_on")
    if assignments is not None:
        terms = terms.filter(assignment__in=[assignment.pk for assignment in assignments])
    days: Plan = {assignment.pk: {} for assignment in assignments or ()}
    for row in terms:
        placed = row.assignment
        days.setdefault(placed.pk, {}).update(
            {
                day: row.weekly_pattern[day.weekday()]
                for day in row.active_days(month)
                if row.weekly_pattern[day.weekday()] and placed.covers(day)
            }
        )
    return days
