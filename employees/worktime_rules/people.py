"""Reading who the rules are about: people with their regimes, and the days whose plan was changed. A query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Q, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from employees.models import ContractTerms, Employee, PlannedDay
from employees.worktime_rules.facts import Change, Person, Place, Regime
from members.models import Group, HolidayZone

BY_NAME = (
    Lower("contract__employee__last_name__unaccent"),
    Lower("contract__employee__first_name__unaccent"),
    "contract__employee",
)


def people(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, tuple[Employee, Person]]:
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
    regimes: dict[int, list[Regime]] = defaultdict(list)
    for row in rows.select_related("contract__employee").order_by(*BY_NAME, "starts_on", "pk"):
        contract = row.contract
        known[contract.employee_id] = contract.employee
        ends = [end for end in (row.ends_before, contract.ends_before) if end]
        regimes[contract.employee_id].append(
            Regime(
                row.starts_on,
                min(ends, default=None),
                row.weekly_minutes,
                row.time_scheme,
                row.yearly_minutes,
                row.yearly_days,
            )
        )
    return {pk: (each, Person(each.birth_date, tuple(regimes[pk]))) for pk, each in known.items()}


def changes(first: date, before: date, employees: Collection[int] | None = None) -> dict[int, list[Change]]:
    """The days between two that were planned apart, by employee id, with the day on which that was last decided."""
    zone = Group.objects.order_by("pk").values("holiday_zone")[:1]
    rows = PlannedDay.objects.filter(day__gte=first, day__lt=before).annotate(group_zone=Subquery(zone))
    if employees is not None:
        rows = rows.filter(assignment__employee__in=employees)
    found: dict[int, list[Change]] = defaultdict(list)
    for row in rows.select_related("assignment__member", "assignment__site").order_by("day", "pk"):
        placed = row.assignment
        place = Place(placed.member_id, placed.member.short_name, placed.site_id)
        zone_there = (
            (placed.site.holiday_zone if placed.site else "") or row.group_zone or HolidayZone.METROPOLE
        )
        found[placed.employee_id].append(Change(row.day, timezone.localdate(row.made_at), place, zone_there))
    return dict(found)
