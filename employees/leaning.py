"""What of people stands on memberships and contracts: the assignments under them, for members.standing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from employees.models import Assignment, ContractMember
from groupement.kernel.templatetags.formats import day_fr
from members.models import Membership
from members.standing import Days, StandingFact, StandingKind, stand_on


def register() -> None:
    """Tell the app below."""
    stand_on(StandingKind.MEMBERSHIP, under_membership)
    stand_on(StandingKind.CONTRACT, under_contract)
    stand_on(StandingKind.CONTRACT_MEMBER, under_named_member)


def under_membership(pk: int, days: Days | None) -> Iterable[StandingFact]:
    """Assignments at the member of a membership."""
    members = Membership.objects.filter(pk=pk).values("member")
    return _assignments(Assignment.objects.filter(member__in=members), days)


def under_contract(pk: int, days: Days | None) -> Iterable[StandingFact]:
    """Assignments under a contract."""
    return _assignments(Assignment.objects.filter(contract=pk), days)


def under_named_member(pk: int, days: Days | None) -> Iterable[StandingFact]:
    """Assignments at a member that a contract names."""
    named = ContractMember.objects.filter(pk=pk).values_list("contract", "member").first()
    contract, member = named or (None, None)
    return _assignments(Assignment.objects.filter(contract=contract, member=member), days)


def _assignments(rows: QuerySet[Any], days: Days | None) -> Iterable[StandingFact]:
    if days is not None:
        first, before = days
        rows = rows.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=first))
        rows = rows if before is None else rows.filter(starts_on__lt=before)
    return [
        StandingFact(
            f"{row.employee.full_name} chez {row.member}\u00a0: mise à disposition {row.reference} {_until(row)}."
        )
        for row in rows.select_related("employee", "member").order_by("reference", "pk")
    ]


def _until(row: Assignment) -> str:
    return f"jusqu’au {day_fr(row.last_day)}" if row.last_day else "sans fin"
