"""What the rules need of the records: people with their contract regimes, changes of the plan, and the plan itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from employees.limits import DatedLimits, limits_between
from employees.models import AbsenceKind, Assignment, ContractTerms, Employee, PlannedDay
from employees.planning import absences, plan_between
from employees.worktime_rules.calendar import WorkCalendar, monday_of
from employees.worktime_rules.facts import (
    ContractRegime,
    Finding,
    PlanChange,
    WorkingPerson,
    Workplace,
    WorkSpan,
)
from employees.worktime_rules.findings import findings
from members.models import Group, HolidayZone

BY_NAME = (
    Lower("contract__employee__last_name__unaccent"),
    Lower("contract__employee__first_name__unaccent"),
    "contract__employee",
)


def people(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, tuple[Employee, WorkingPerson]]:
    """The people under contract between two days, with their regimes: of all, or of those with these ids.

    By employee id, in the order of names.
    """
    rows = ContractTerms.objects.filter(
        Q(ends_before__isnull=True) | Q(ends_before__gt=first),
        Q(contract__ends_before__isnull=True) | Q(contract__ends_before__gt=first),
        starts_on__lt=before,
        contract__starts_on__lt=before,
    )
    if employees is not None:
        rows = rows.filter(contract__employee__in=employees)
    known: dict[int, Employee] = {}
    regimes: dict[int, list[ContractRegime]] = defaultdict(list)
    for row in rows.select_related("contract__employee").order_by(*BY_NAME, "starts_on", "pk"):
        contract = row.contract
        known[contract.employee_id] = contract.employee
        ends = [end for end in (row.ends_before, contract.ends_before) if end]
        regimes[contract.employee_id].append(
            ContractRegime(
                row.starts_on,
                min(ends, default=None),
                row.weekly_minutes,
                row.time_scheme,
                row.yearly_minutes,
                row.yearly_days,
                row.cycle_starts_on,
            )
        )
    return {pk: (each, WorkingPerson(each.birth_date, tuple(regimes[pk]))) for pk, each in known.items()}


def changes(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, list[PlanChange]]:
    """The days between two that were planned apart, by employee id, with the day on which that was last decided."""
    zone = Group.objects.order_by("pk").values("holiday_zone")[:1]
    rows = PlannedDay.objects.filter(day__gte=first, day__lt=before).annotate(group_zone=Subquery(zone))
    if employees is not None:
        rows = rows.filter(assignment__employee__in=employees)
    found: dict[int, list[PlanChange]] = defaultdict(list)
    for row in rows.select_related("assignment__member", "assignment__site").order_by("day", "pk"):
        placed = row.assignment
        place = Workplace(placed.member_id, placed.member.short_name, placed.site_id)
        zone_there = (
            (placed.site.holiday_zone if placed.site else "") or row.group_zone or HolidayZone.METROPOLE
        )
        found[placed.employee_id].append(
            PlanChange(row.day, timezone.localdate(row.made_at), place, zone_there)
        )
    return dict(found)


# For the rule that reads furthest back: twelve weeks of the last fifteen, and the same a week before.
LOOKBACK = timedelta(weeks=16)
LOOKAHEAD = timedelta(days=9)


@dataclass(frozen=True)
class PlannedWork:
    """The plan of one person around the days from ``first`` to the day before ``before``, as the rules read it.

    ``leave`` is what was planned on days of paid leave, in minutes by day.
    """

    person: WorkingPerson
    spans: Sequence[WorkSpan]
    limits: DatedLimits
    changes: Sequence[PlanChange]
    first: date
    before: date
    leave: Mapping[date, int] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """What it would break; the newest first."""
        calendar = WorkCalendar(
            self.person,
            self.spans,
            self.limits,
            self.first,
            self.before,
            changes=self.changes,
            credited=self.leave,
            counts_years=False,
        )
        return findings(calendar)


def planned_findings(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, list[Finding]]:
    """What the plan of the days from ``first`` to the day before ``before`` would break, by employee id.

    Of everybody under contract or of those with these ids; the newest first, people without any left out. Absences are
    taken off, yearly counters left to the hours that were worked. A plan has no times: rest and breaks stay silent.
    Six queries.
    """
    found = {pk: work.findings() for pk, work in planned_work(first, before, employees).items()}
    return {pk: each for pk, each in found.items() if each}


def planned_work(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, PlannedWork]:
    """The plan that planned_findings() checks, by employee id. Six queries."""
    since, until = monday_of(first) - LOOKBACK, before + LOOKAHEAD
    known = people(since, until, employees)
    spans, leave = _planned_spans(since, until, employees)
    limits, changed = limits_between(since, until), changes(first, before, employees)
    return {
        pk: PlannedWork(
            person, spans.get(pk, []), limits, changed.get(pk, []), first, before, leave.get(pk, {})
        )
        for pk, (_, person) in known.items()
    }


LeaveByDay = dict[int, dict[date, int]]


def _planned_spans(
    first: date, before: date, employees: Collection[int] | None
) -> tuple[dict[int, list[WorkSpan]], LeaveByDay]:
    """The planned work by employee, and beside it what days of paid leave would have held."""
    current = Q(ends_before__isnull=True) | Q(ends_before__gt=first)
    rows = Assignment.objects.filter(current, starts_on__lt=before).select_related("member").order_by("pk")
    if employees is not None:
        rows = rows.filter(employee__in=employees)
    placed = {row.pk: row for row in rows}
    plans = plan_between(first, before, None if employees is None else list(placed.values()))
    away = absences(first, before, employees)
    spans: dict[int, list[WorkSpan]] = defaultdict(list)
    leave: LeaveByDay = defaultdict(lambda: defaultdict(int))
    for pk, row in placed.items():
        days = plans.get(pk, {})
        place = Workplace(row.member_id, row.member.short_name, row.site_id)
        off = away.get(row.employee_id, {})
        spans[row.employee_id] += [
            WorkSpan(day, minutes, place) for day, minutes in days.items() if day not in off
        ]
        for day, minutes in days.items():
            if minutes and off.get(day) == AbsenceKind.LEAVE:
                leave[row.employee_id][day] += minutes
    return spans, leave
