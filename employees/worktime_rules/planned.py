"""The same rules over the plan, before anything happens: for the pages where days are planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Q

from employees.limits import limits_between
from employees.models import Assignment
from employees.planning import absences, plan_between
from employees.worktime_rules import Calendar, Finding, Place, Span, findings, monday_of
from employees.worktime_rules.people import changes, people

# What the longest look back, twelve weeks of the last fifteen and whether that was already so a week before, needs.
LOOKBACK = timedelta(weeks=16)
LOOKAHEAD = timedelta(days=9)


def planned_findings(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, list[Finding]]:
    """What the plan of the days from ``first`` to the day before ``before`` would break, by employee id.

    Of everybody under contract or of those with these ids; the newest first, people without any left out. Absences are
    taken off, yearly counters left to the hours that were worked. A plan has no times: rest and breaks stay silent.
    Six queries.
    """
    since, until = monday_of(first) - LOOKBACK, before + LOOKAHEAD
    known = people(since, until, employees)
    spans = _spans(since, until, employees)
    limits, changed = limits_between(since, until), changes(first, before, employees)
    found = {
        pk: findings(
            Calendar(
                person,
                spans.get(pk, ()),
                limits,
                first,
                before,
                changes=changed.get(pk, ()),
                counts_years=False,
            )
        )
        for pk, (_, person) in known.items()
    }
    return {pk: each for pk, each in found.items() if each}


def _spans(first: date, before: date, employees: Collection[int] | None) -> dict[int, list[Span]]:
    current = Q(ends_before__isnull=True) | Q(ends_before__gt=first)
    rows = Assignment.objects.filter(current, starts_on__lt=before).select_related("member").order_by("pk")
    if employees is not None:
        rows = rows.filter(employee__in=employees)
    placed = {row.pk: row for row in rows}
    plans = plan_between(first, before, None if employees is None else list(placed.values()))
    away = absences(first, before, employees)
    spans: dict[int, list[Span]] = defaultdict(list)
    for pk, row in placed.items():
        days = plans.get(pk, {})
        place = Place(row.member_id, row.member.short_name, row.site_id)
        off = away.get(row.employee_id, {})
        spans[row.employee_id] += [
            Span(day, minutes, place) for day, minutes in days.items() if day not in off
        ]
    return spans
