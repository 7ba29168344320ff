"""A member leaves: what it paid ahead for people's leave stays with the group, which owes them that leave."""

from __future__ import annotations

from datetime import datetime
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
    today = timezone.localdate(at)
    running = Q(ends_before__isnull=True) | Q(ends_before__gt=today)
    if Assignment.objects.filter(running, member=member).exists():
        raise NotSettled(
            f"{member.short_name} accueille encore quelqu’un. Terminez ses mises à disposition, puis soldez."
        )
    mine = ProvisionEntry.objects.filter(member=member)
    if mine.filter(run__isnull=False).exclude(run__status=RunStatus.ISSUED).exists():
        raise NotSettled(
            f"Des brouillons comptent encore une provision de {member.short_name}. "
            "Émettez les factures, ou abandonnez les brouillons, puis soldez."
        )
    held = dict(mine.values_list("employee").annotate(Sum("amount")).order_by("employee"))
    held = {employee: amount for employee, amount in held.items() if amount}
    if not held:
        raise NotSettled(f"{member.short_name} n’a pas de provision à solder.")
    month = Month.of(today)
    for employee, amount in held.items():
        _move(employee, member, month, 0 - amount, at)
        _move(employee, None, month, amount, at)
    return sum(held.values(), Decimal("0.00"))


def _move(employee: int, member: Member | None, month: Month, amount: Decimal, at: datetime) -> None:
    entry, _ = ProvisionEntry.objects.get_or_create(
        employee_id=employee,
        member=member,
        month=month,
        kind=ProvisionKind.SETTLED,
        defaults={"amount": Decimal("0.00"), "noted_at": at},
    )
    entry.amount += amount
    entry.noted_at = at
    entry.save(update_fields=["amount", "noted_at"])
