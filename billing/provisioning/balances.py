"""What the provisions hold: by person and member, as the plain sum of their entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from billing.closing import Key
from billing.models import ProvisionEntry, ProvisionKind, RunStatus
from employees.models import Employee
from members.models import Member

ZERO = Decimal("0.00")
ByMember = dict[int | None, Decimal]
"""Euros by member (id), None for the group's own part."""


@dataclass(frozen=True)
class Balance:
    """One person's provision paid by one member, None for the group; drawn is below zero."""

    employee: Employee
    member: Member | None
    set_aside: Decimal
    drawn: Decimal
    settled: Decimal

    @property
    def balance(self) -> Decimal:
        return self.set_aside + self.drawn + self.settled


def balances() -> list[Balance]:
    """Every provision that ever moved, by person then member, the group's own part last. Three queries."""
    moved: dict[tuple[int, int | None], dict[str, Decimal]] = defaultdict(dict)
    sums = ProvisionEntry.objects.values_list("employee", "member", "kind").annotate(Sum("amount"))
    for employee, member, kind, amount in sums.order_by("employee", "member", "kind"):
        moved[employee, member][kind] = amount
    people = Employee.objects.filter(pk__in={employee for employee, _ in moved}).by_name()
    members = list(Member.objects.filter(pk__in={member for _, member in moved if member}).by_name())
    return [
        Balance(
            person,
            member,
            kinds.get(ProvisionKind.SET_ASIDE, ZERO),
            kinds.get(ProvisionKind.DRAWN, ZERO),
            kinds.get(ProvisionKind.SETTLED, ZERO),
        )
        for person in people
        for member in [*members, None]
        if (kinds := moved.get((person.pk, member.pk if member else None)))
    ]


def available(employees: Collection[int], *, leaving_out: Iterable[Key] = ()) -> dict[int, ByMember]:
    """What may still be drawn, by employee and member, without the entries of some months.

    What is put aside counts once its run is issued; what is drawn counts at once, so that two drafts never draw the
    same euro.
    """
    left_out = set(leaving_out)
    held: dict[int, ByMember] = defaultdict(lambda: defaultdict(Decimal))
    rows = _sure(ProvisionEntry.objects.filter(employee__in=employees))
    for employee, member, month, amount in rows.values_list("employee", "member", "month", "amount"):
        if (employee, month) not in left_out:
            held[employee][member] += amount
    return held


def _sure(entries: QuerySet[ProvisionEntry]) -> QuerySet[Any]:
    return entries.filter(
        Q(run__isnull=True) | Q(run__status=RunStatus.ISSUED) | Q(kind=ProvisionKind.DRAWN)
    ).order_by("month", "pk")
