"""What the group's reserve bears of people's months by the absence rules agreed, as a monthly close would say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing import pricing
from billing.pricing import EmployeeMonth, Segment
from billing.trueing_up.sharing import ZERO
from employees.models import AbsenceRule, Assignment, Terms
from groupement.periods import Month, clip
from timesheets.models import Entry, TimesheetStatus

Days = dict[date, int]
Worked = Mapping[tuple[int, Month], Mapping[int | str, Days]]
"""Approved minutes day by day, by person and month, then by assignment, or by kind when at the group."""


@dataclass(frozen=True)
class Reading:
    """The assignments of some people with their terms and plans, and what their months cost."""

    assignments: Sequence[Assignment]
    terms: Mapping[int, Sequence[Terms]]
    plan: Mapping[int, Days]
    costs: Mapping[tuple[int, Month], Decimal]


def bear(reading: Reading) -> dict[int, Decimal]:
    """Euros that the reserve bears by employee id; one query, and none when no terms leave anything to it.

    A month with an agreed price is reckoned as one at cost: absences are nobody's hours in both.
    """
    placed_of: dict[int, list[Assignment]] = defaultdict(list)
    for placed in reading.assignments:
        placed_of[placed.employee_id].append(placed)
    leaves = {
        employee
        for employee, placements in placed_of.items()
        if any(_leaves_some(row) for placed in placements for row in reading.terms[placed.pk])
    }
    if not leaves:
        return {}
    months = [key for key in reading.costs if key[0] in leaves]
    worked = _worked(months)
    borne: dict[int, Decimal] = defaultdict(Decimal)
    for employee, month in months:
        borne[employee] += _reserve(placed_of[employee], month, reading, worked)
    return dict(borne)


def _leaves_some(terms: Terms) -> bool:
    return AbsenceRule.RESERVE in (terms.absence_rule, *terms.absence_rules.values())


def _reserve(
    placements: Sequence[Assignment],
    month: Month,
    reading: Reading,
    worked: Worked,
) -> Decimal:
    key = (placements[0].employee_id, month)
    hours = worked.get(key, {})
    segments = [
        segment
        for placed in placements
        for segment in _segments(placed, month, reading, hours.get(placed.pk, {}))
    ]
    if not segments:
        return ZERO
    pools = {str(kind): days for kind, days in hours.items() if isinstance(kind, str)}
    shared = pricing.share_cost(EmployeeMonth(month, segments, cost=reading.costs[key], pools=pools))
    return shared.reserve


def _segments(placed: Assignment, month: Month, reading: Reading, worked: Days) -> list[Segment]:
    found = []
    for terms in reading.terms[placed.pk]:
        span = clip(terms.starts_on, terms.ends_before, month)
        held = clip(placed.starts_on, placed.ends_before, month)
        if not span or not held:
            continue
        starts, before = max(span[0], held[0]), min(span[1], held[1])
        if starts < before:
            planned = reading.plan.get(placed.pk, {})
            found.append(
                Segment(
                    assignment=placed.pk,
                    terms=terms.pk,
                    member=placed.member_id,
                    method=terms.price_method,
                    spans=[(starts, before)],
                    minutes=_within(worked, starts, before),
                    planned=_within(planned, starts, before),
                    absence_rule=terms.absence_rule,
                    absence_rules=terms.absence_rules,
                )
            )
    return found


def _within(days: Days, starts: date, before: date) -> Days:
    return {day: minutes for day, minutes in days.items() if starts <= day < before}


def _worked(keys: Sequence[tuple[int, Month]]) -> Worked:
    rows = Entry.objects.filter(
        timesheet__employee__in={employee for employee, _ in keys},
        timesheet__month__in={month for _, month in keys},
        timesheet__status=TimesheetStatus.APPROVED,
    ).values_list(
        "timesheet__employee", "timesheet__month", "timesheet__assignment", "kind", "day", "minutes"
    )
    worked: dict[tuple[int, Month], dict[int | str, Days]] = defaultdict(lambda: defaultdict(dict))
    for employee, month, assignment, kind, day, minutes in rows.order_by("pk"):
        days = worked[employee, month][kind if assignment is None else assignment]
        days[day] = days.get(day, 0) + minutes
    return worked
