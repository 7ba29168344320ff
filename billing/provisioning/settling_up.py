"""A member leaves: what it paid ahead for people's leave stays with the group, which owes them that leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from billing.models import ProvisionEntry, ProvisionKind, RunStatus
from employees.models import Assignment
from groupement.lifecycle import Refusal
from groupement.periods import Month
from members.models import Member, User


class NotSettled(Refusal):
    """The member still has people at work, invoices to come, or nothing to settle."""


@transaction.atomic
def settle(member: Member, *, by: User | None, at: datetime) -> Decimal:
    """Move what ``member`` holds of every provision to the group's own part; returns how much, in euros.

    The leave was earned while people worked there and is owed to them: the money pays it when it is taken, whoever
    they work for then. Raises NotSettled while an assignment runs or drafts wait.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    _refuse_too_early(member, timezone.localdate(at))
    mine = ProvisionEntry.objects.filter(member=member)
    held = dict(mine.values_list("employee").annotate(Sum("amount")).order_by("employee"))
    held = {employee: amount for employee, amount in held.items() if amount}
    if not held:
        raise NotSettled(f"{member.short_name} n’a pas de provision à solder.")
    _move(member, held, by=by, at=at)
    return sum(held.values(), Decimal("0.00"))


def _refuse_too_early(member: Member, today: date) -> None:
    running = Q(ends_before__isnull=True) | Q(ends_before__gt=today)
    if Assignment.objects.filter(running, member=member).exists():
        raise NotSettled(
            f"{member.short_name} accueille encore quelqu’un. Terminez ses mises à disposition, puis soldez."
        )
    drafted = ProvisionEntry.objects.filter(member=member, run__isnull=False)
    if drafted.exclude(run__status=RunStatus.ISSUED).exists():
        raise NotSettled(
            f"Des brouillons comptent encore une provision de {member.short_name}. "
            "Émettez les factures, ou abandonnez les brouillons, puis soldez."
        )


def _move(member: Member, held: Mapping[int, Decimal], *, by: User | None, at: datetime) -> None:
    """Add to the month's entries of both sides, since two members may leave in one month."""
    month = Month.of(timezone.localdate(at))
    there = ProvisionEntry.objects.filter(
        Q(member=member) | Q(member=None), employee__in=held, month=month, kind=ProvisionKind.SETTLED
    )
    rows = {(row.employee_id, row.member_id): row for row in there.order_by("pk")}
    for employee, amount in held.items():
        for whose, moved in ((member.pk, 0 - amount), (None, amount)):
            row = rows.setdefault(
                (employee, whose),
                ProvisionEntry(
                    employee_id=employee,
                    member_id=whose,
                    month=month,
                    kind=ProvisionKind.SETTLED,
                    amount=Decimal("0.00"),
                ),
            )
            row.amount, row.noted_by, row.noted_at = row.amount + moved, by, at
    ProvisionEntry.objects.bulk_create([row for row in rows.values() if row.pk is None])
    ProvisionEntry.objects.bulk_update(
        [row for row in rows.values() if row.pk is not None], ["amount", "noted_by", "noted_at"]
    )
