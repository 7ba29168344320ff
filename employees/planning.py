"""Who is expected where, day by day: the patterns of the terms in force, days planned apart, public holidays, absences.

A day planned apart stands as it is, also on a public holiday. Absences are given beside the plan, never taken off it:
shares of cost follow what was agreed; ``expected`` is the plan without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from holidays import country_holidays

from employees.models import Absence, Assignment, PlannedDay, Terms
from employees.models.assignment import week_of
from groupement.kernel.periods import Month, days_between
from members.models import Group, HolidayZone

Plan = dict[int, dict[date, int]]


@cache
def holidays(year: int, zone: str = HolidayZone.METROPOLE) -> Mapping[date, str]:
    """The public holidays of a zone with their French names: eleven (C. trav. L3133-1), thirteen (L3134-13)."""
    subdiv = "57" if zone == HolidayZone.ALSACE_MOSELLE else None
    named = country_holidays("FR", years=year, language="fr", subdiv=subdiv).items()
    return MappingProxyType({day: name.replace("'", "’") for day, name in sorted(named)})


def plan(month: Month, assignments: Collection[Assignment] | None = None) -> Plan:
    """Minutes expected by assignment id and day of ``month``; days without work are left out.

    Of all assignments, or of those given, each of which has its key even with no day. One query.
    """
    return plan_between(month.first, month.before, assignments)


def plan_between(first: date, before: date, assignments: Collection[Assignment] | None = None) -> Plan:
    """The same from ``first`` to the day before ``before``: a week, a quarter, a year. One query."""
    return _read(first, before, assignments)[0]


def plan_and_holidays(
    first: date, before: date, assignments: Collection[Assignment] | None = None
) -> tuple[Plan, Plan]:
    """The plan of those days, and beside it what public holidays take off it. One query."""
    return _read(first, before, assignments)


def holiday_minutes(month: Month, assignments: Collection[Assignment] | None = None) -> Plan:
    """Minutes that fall on a public holiday, which would be worked otherwise, by assignment id and day. One query."""
    return _read(month.first, month.before, assignments)[1]


def absences(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, dict[date, str]]:
    """The kind of absence by employee id and day, of all employees or of those with these ids. One query."""
    rows = Absence.objects.filter(starts_on__lt=before, ends_before__gt=first).order_by("starts_on", "pk")
    if employees is not None:
        rows = rows.filter(employee__in=employees)
    return days_away(rows, first, before)


def days_away(rows: Iterable[Absence], first: date, before: date) -> dict[int, dict[date, str]]:
    """The same of absences read already."""
    found: dict[int, dict[date, str]] = defaultdict(dict)
    for row in rows:
        for day in days_between(max(row.starts_on, first), min(row.ends_before or before, before)):
            found[row.employee_id][day] = row.kind
    return dict(found)


def expected(plans: Plan, away: Mapping[int, Collection[date]], employee_of: Mapping[int, int]) -> Plan:
    """``plans`` without the days on which the person is away; ``employee_of`` gives the employee of each assignment."""
    return {
        assignment: {
            day: minutes for day, minutes in days.items() if day not in away.get(employee_of[assignment], ())
        }
        for assignment, days in plans.items()
    }


def planned_minutes(assignment: Assignment, month: Month) -> int:
    """The sum of the month's plan of one assignment."""
    return sum(plan(month, [assignment])[assignment.pk].values())


def planned_days(assignment: Assignment, month: Month) -> tuple[date, ...]:
    """The days of ``month`` on which the person is expected, in order."""
    return tuple(sorted(plan(month, [assignment])[assignment.pk]))


def _read(first: date, before: date, assignments: Collection[Assignment] | None) -> tuple[Plan, Plan]:
    """The plan, and what public holidays take off it, on days that assignment and terms both hold."""
    plans: Plan = {assignment.pk: {} for assignment in assignments or ()}
    feasts: Plan = {assignment.pk: {} for assignment in assignments or ()}
    spread = cache(_spread)  # a group agrees on few different weeks: each is computed once
    for row in _terms(first, before, assignments):
        starts = max(row["starts_on"], row["assignment__starts_on"], first)
        ends = min(end for end in (row["ends_before"], row["assignment__ends_before"], before) if end)
        zone = row["assignment__site__holiday_zone"] or row["group_zone"] or HolidayZone.METROPOLE
        weeks = (
            tuple(row["weekly_pattern"]),
            tuple(row["alternate_pattern"] or ()) or None,
            row["starts_on"],
        )
        # Only weeks that alternate depend on when they were agreed.
        planned, lost = spread(*weeks[:2], weeks[2] if weeks[1] else None, zone, starts, ends)
        planned_days, holiday_days = (
            plans.setdefault(row["assignment"], {}),
            feasts.setdefault(row["assignment"], {}),
        )
        planned_days.update(planned)
        holiday_days.update(lost)
        for changed in row["changed_days"]:
            day, minutes = date.fromisoformat(changed["day"]), changed["minutes"]
            if starts <= day < ends:
                planned_days.pop(day, None)
                holiday_days.pop(day, None)
                if minutes:
                    planned_days[day] = minutes
    return plans, feasts


def _terms(first: date, before: date, assignments: Collection[Assignment] | None) -> Iterable[dict[str, Any]]:
    changed_days = PlannedDay.objects.filter(
        assignment=OuterRef("assignment"), day__gte=first, day__lt=before
    )
    rows = (
        Terms.objects.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=first), starts_on__lt=before)
        .annotate(
            group_zone=Subquery(Group.objects.order_by("pk").values("holiday_zone")[:1]),
            changed_days=ArraySubquery(
                changed_days.order_by("day").values(changed=JSONObject(day="day", minutes="minutes"))
            ),
        )
        .order_by("assignment", "starts_on")
    )
    if assignments is not None:
        rows = rows.filter(assignment__in=[assignment.pk for assignment in assignments])
    found: Iterable[dict[str, Any]] = rows.values(
        *("assignment", "starts_on", "ends_before", "weekly_pattern", "alternate_pattern", "changed_days"),
        *("assignment__starts_on", "assignment__ends_before", "assignment__site__holiday_zone", "group_zone"),
    )
    return found


def _spread(
    weekly: tuple[int, ...],
    alternate: tuple[int, ...] | None,
    agreed_on: date | None,
    zone: str,
    starts: date,
    ends: date,
) -> tuple[dict[date, int], dict[date, int]]:
    """The working days of one agreed week from ``starts`` to before ``ends``, and those that a public holiday takes."""
    planned: dict[date, int] = {}
    lost: dict[date, int] = {}
    for day in days_between(starts, max(starts, ends)):
        minutes = week_of(day, weekly, alternate, agreed_on)[day.weekday()]
        if minutes:
            (lost if day in holidays(day.year, zone) else planned)[day] = minutes
    return planned, lost
