"""What a calendar shows, read in the scope of the reader, in a number of queries that does not grow with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject, Lower

from employees.models import (
    Absence,
    AbsenceKind,
    Assignment,
    Contract,
    ContractMember,
    ContractTerms,
    Employee,
    PlannedDay,
)
from employees.planning import Plan, days_away, plan_and_holidays
from members.models import Group, HolidayZone, Membership
from members.models.membership import MembershipStatus

UNAVAILABLE = "Indisponible"
BY_NAME = (Lower("employee__last_name__unaccent"), Lower("employee__first_name__unaccent"), "employee")


@dataclass(frozen=True)
class CalendarScope:
    """Whose days are read: of everybody, of one person by themself, or what is at ``members`` and nothing else.

    ``person`` and ``member`` narrow it further; what lies outside the scope stays outside.
    """

    members: frozenset[int] | None = None
    own: int | None = None
    person: int | None = None
    member: int | None = None

    @property
    def is_inside(self) -> bool:
        """Whether causes, reasons and whole weeks may be read: by the group, and by the person."""
        return self.members is None


@dataclass(frozen=True)
class ChangedDay:
    """A day planned apart; the reason is for the group and the person."""

    minutes: int
    reason: str


@dataclass(frozen=True)
class ContractWeek:
    """Weekly minutes of a contract from a day on; None for contracts that count days."""

    starts_on: date
    ends_before: date | None
    minutes: int | None


@dataclass(frozen=True)
class CalendarFacts:
    """All that a calendar shows, from ``first`` to the day before ``before``."""

    scope: CalendarScope
    first: date
    before: date
    zone: str
    people: list[Employee]
    assignments: list[Assignment]
    plans: Plan
    lost: Plan
    away: Mapping[int, Mapping[date, str]]
    absences: list[Absence] = field(default_factory=list)
    contracts: Mapping[int, list[ContractWeek]] = field(default_factory=dict)

    def changed_days(self, assignment: Any) -> dict[date, ChangedDay]:
        """The days of ``assignment`` planned apart, as the reader may know them."""
        inside = self.scope.is_inside
        return {
            date.fromisoformat(row["day"]): ChangedDay(row["minutes"], row["reason"] if inside else "")
            for row in assignment.changed_days_json
        }


def read_calendar_facts(scope: CalendarScope, first: date, before: date) -> CalendarFacts:
    """Read the days of ``scope``: three queries, one more for who reads whole weeks."""
    rows: list[Any] = list(_assignments(scope, first, before))
    people = {placed.employee_id: placed.employee for placed in rows}
    contracts: dict[int, list[ContractWeek]] = {}
    if scope.is_inside:
        held = list(_contracts(scope, first, before))
        if scope.member is None:
            people = {contract.employee_id: contract.employee for contract in held} | people
        for contract in held:
            contracts.setdefault(contract.employee_id, []).extend(_weeks_of(contract))
    plans, lost = plan_and_holidays(first, before, rows)
    rows_away = list(_absences(first, before, people))
    return CalendarFacts(
        scope,
        first,
        before,
        next((placed.group_zone for placed in rows), None) or HolidayZone.METROPOLE,
        list(people.values()),
        rows,
        plans,
        lost,
        _words(scope, days_away(rows_away, first, before)),
        rows_away if scope.is_inside else [],
        contracts,
    )


def _assignments(scope: CalendarScope, first: date, before: date) -> QuerySet[Assignment]:
    """Those of the scope that hold one of these days, with what departs from them and what they rest on."""
    days = PlannedDay.objects.filter(assignment=OuterRef("pk"), day__gte=first, day__lt=before)
    member_since = Membership.objects.filter(member=OuterRef("member")).exclude(
        status=MembershipStatus.CANDIDATE
    )
    listed = ContractMember.objects.filter(contract=OuterRef("contract"), member=OuterRef("member"))
    dates = JSONObject(starts_on="starts_on", ends_before="ends_before")
    rows = Assignment.objects.filter(_holding(first, before))
    return (
        _within(rows, scope, Assignment.objects.filter(_holding(first, before), member=scope.member))
        .select_related("employee", "member", "site", "contract")
        .annotate(
            group_zone=Subquery(Group.objects.order_by("pk").values("holiday_zone")[:1]),
            changed_days_json=ArraySubquery(
                days.order_by("day").values(row=JSONObject(day="day", minutes="minutes", reason="reason"))
            ),
            membership_spans=ArraySubquery(member_since.order_by("starts_on").values(span=dates)),
            contract_spans=ArraySubquery(listed.order_by("starts_on").values(span=dates)),
        )
        .order_by(*BY_NAME, Lower("member__short_name__unaccent"), "pk")
    )


def _holding(first: date, before: date) -> Q:
    """Dated rows that hold one of these days."""
    return Q(ends_before__isnull=True, starts_on__lt=before) | Q(ends_before__gt=first, starts_on__lt=before)


def _within(
    rows: QuerySet[Assignment], scope: CalendarScope, there: QuerySet[Assignment]
) -> QuerySet[Assignment]:
    if scope.members is not None:
        rows = rows.filter(member__in=scope.members)
    if scope.own is not None:
        rows = rows.filter(employee=scope.own)
    if scope.person is not None:
        rows = rows.filter(employee=scope.person)
    if scope.member is not None and scope.is_inside:
        # The whole week of who works there: a clash with another place could not be seen otherwise.
        return rows.filter(employee__in=there.values("employee"))
    return rows.filter(member=scope.member) if scope.member is not None else rows


def _contracts(scope: CalendarScope, first: date, before: date) -> Any:
    terms = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("starts_on")
    row = JSONObject(
        starts_on="starts_on", ends_before="ends_before", minutes="weekly_minutes", scheme="time_scheme"
    )
    rows = Contract.objects.filter(_holding(first, before))
    if who := scope.own or scope.person:
        rows = rows.filter(employee=who)
    return (
        rows.select_related("employee")
        .annotate(terms_json=ArraySubquery(terms.values(row=row)))
        .order_by(*BY_NAME, "pk")
    )


def _weeks_of(contract: Any) -> list[ContractWeek]:
    """The contract's weekly minutes, within the days of the contract itself."""
    ends = [contract.ends_before] if contract.ends_before else []
    return [
        ContractWeek(
            max(date.fromisoformat(row["starts_on"]), contract.starts_on),
            min(
                [*ends, *([date.fromisoformat(row["ends_before"])] if row["ends_before"] else [])],
                default=None,
            ),
            None if row["scheme"] == "day_rate" else row["minutes"],
        )
        for row in contract.terms_json
    ]


def _absences(first: date, before: date, people: Collection[int]) -> QuerySet[Absence]:
    rows = Absence.objects.filter(starts_on__lt=before, ends_before__gt=first, employee__in=people)
    return rows.select_related("employee").order_by("starts_on", *BY_NAME, "pk")


def _words(scope: CalendarScope, found: Mapping[int, Mapping[date, str]]) -> dict[int, dict[date, str]]:
    """The days away of each person: the cause for the group and the person, one word for all others."""
    kinds = dict(AbsenceKind.choices)
    return {
        employee: {day: kinds[kind] if scope.is_inside else UNAVAILABLE for day, kind in days.items()}
        for employee, days in found.items()
    }
