"""Prepare a true-up, as often as one likes: its choices, its figures and a share for each person at each member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction

from billing.models import TrueUp, TrueUpKey, TrueUpShare, TrueUpStatus
from billing.true_ups.checks import obstacles, remarks
from billing.true_ups.gathering import TrueUpFacts, TrueUpScope, gather
from billing.true_ups.papers import period_label
from billing.true_ups.sharing import SharedPeriod, share_all
from employees.models import Employee
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month
from members.models import Member, User


class NotPreparable(Refusal):
    """The period cannot be trued up, or this true-up is issued."""


def scope_of(
    first: Month,
    last: Month,
    *,
    employees: Iterable[Employee],
    members: Iterable[Member],
    keeps_reserve: bool = True,
    management: Decimal | None = None,
) -> TrueUpScope:
    """What is to be trued up, checked and in the order of names. Raises NotPreparable."""
    if last < first:
        raise NotPreparable(
            f"La période se termine avant de commencer{NO_BREAK_SPACE}: choisissez un dernier mois après "
            f"{first.label}.",
            field="last_month",
        )
    staff = list(Employee.objects.filter(pk__in=[row.pk for row in employees]).by_name())
    if not staff:
        raise NotPreparable("Choisissez au moins une personne.", field="employees")
    hosts = list(Member.objects.filter(pk__in=[row.pk for row in members]).by_name())
    if not hosts:
        raise NotPreparable("Choisissez au moins un adhérent.", field="members")
    if management is not None and management < 0:
        raise NotPreparable("Les frais de gestion réels ne sont pas négatifs.", field="management")
    return TrueUpScope(first, last, staff, hosts, keeps_reserve, management)


@transaction.atomic
def prepare(
    scope: TrueUpScope,
    *,
    key: str,
    label: str = "",
    true_up: TrueUp | None = None,
    by: User | None,
    at: datetime,
) -> TrueUp:
    """Write a draft with its shares by ``key``, or write ``true_up`` again; the same facts give the same shares.

    Nothing is owed by it. Raises NotPreparable with each obstacle, and for a true-up that is issued.
    """
    row = _draft(true_up)
    facts = gather(scope)
    if found := obstacles(facts, key):
        raise NotPreparable("Cette période ne peut pas être régularisée.", errors=found)
    everybody = share_all(facts.periods, key)
    row.first_month, row.last_month, row.key = scope.first, scope.last, key
    row.prepared_by, row.prepared_at = by, at
    row.label = (label.strip() or f"Régularisation {period_label(scope.first, scope.last)}")[:120]
    row.figures = figures(facts, everybody)
    row.save()
    row.shares.all().delete()
    TrueUpShare.objects.bulk_create(shares(row, facts, everybody))
    return row


@transaction.atomic
def discard(true_up: TrueUp, *, by: User | None, at: datetime) -> None:
    """Throw a draft away with its shares; the journal keeps its figures. Raises NotPreparable when it is issued."""
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        _draft(true_up).delete()


def scope_again(true_up: TrueUp) -> TrueUpScope:
    """The choices that ``true_up`` was prepared with."""
    chosen = true_up.figures["chosen"]
    typed = chosen["management"]
    return scope_of(
        true_up.first_month,
        true_up.last_month,
        employees=Employee.objects.filter(pk__in=chosen["employees"]),
        members=Member.objects.filter(pk__in=chosen["members"]),
        keeps_reserve=chosen["keeps_reserve"],
        management=None if typed is None else Decimal(typed),
    )


def shares(true_up: TrueUp, facts: TrueUpFacts, everybody: Sequence[SharedPeriod]) -> list[TrueUpShare]:
    """A row for each person at each member to settle, by names; those that come to nothing at all are left out."""
    by_person = {(one.period.employee, each.member): each for one in everybody for each in one.shares}
    rows = []
    for member in facts.scope.members:
        for employee in facts.scope.employees:
            share = by_person.get((employee.pk, member.pk))
            if share and (share.weight or share.actual or share.invoiced):
                rows.append(
                    TrueUpShare(
                        true_up=true_up,
                        employee=employee,
                        member=member,
                        minutes=facts.hours[employee.pk].get(member.pk, 0),
                        actual=share.actual,
                        invoiced=share.invoiced,
                        amount=share.amount,
                    )
                )
    return rows


def figures(facts: TrueUpFacts, everybody: Sequence[SharedPeriod]) -> dict[str, Any]:
    """The figures behind the shares, as plain JSON: choices, sums, keys used, the reserve before and after."""
    scope = facts.scope
    afterwards = {one.period.employee: reserve_of(one, facts) for one in everybody}
    return {
        "chosen": {
            "employees": scope.staff,
            "members": [member.pk for member in scope.members],
            "keeps_reserve": scope.keeps_reserve,
            "management": None if scope.management is None else str(scope.management),
        },
        "cost": str(sum((one.period.cost for one in everybody), ZERO)),
        "kept": str(sum((one.period.to_reserve for one in everybody), ZERO)),
        "given_up": str(sum((one.given_up for one in everybody), ZERO)),
        "actual": str(sum((one.total for one in everybody), ZERO)),
        "keys": {str(one.period.employee): one.key for one in everybody},
        "reserve_before": str(sum(facts.reserve.values(), ZERO)),
        "reserve_after": str(sum(afterwards.values(), ZERO)),
        # By person, for a later true-up of the same months with other members: it goes on from there.
        "moved": {str(pk): str(facts.reserve[pk] - afterwards.get(pk, ZERO)) for pk in scope.staff},
        "borne": {
            str(one.period.employee): {
                str(share.member): str(share.cost) for share in one.shares if share.member in scope.member_ids
            }
            for one in everybody
        },
        "remarks": remarks(facts, everybody),
    }


def reserve_of(one: SharedPeriod, facts: TrueUpFacts) -> Decimal:
    """What the reserve bears of a person's months (euros) afterwards: left to it, given up, left by others."""
    settled = facts.scope.member_ids
    borne = one.period.to_reserve + one.given_up
    borne += sum((share.cost for share in one.shares if share.member not in settled), ZERO)
    nets = facts.costs_invoiced[one.period.employee]
    return borne - sum((net for member, net in nets.items() if member not in settled), ZERO)


def key_labels(used: Mapping[str, str]) -> list[str]:
    """The keys that were used, in words, each once."""
    return list(dict.fromkeys(str(TrueUpKey(key).label) for key in used.values()))


def _draft(true_up: TrueUp | None) -> TrueUp:
    if true_up is None:
        return TrueUp()
    row = TrueUp.objects.select_for_update().filter(pk=true_up.pk).first()
    if row is None or row.status != TrueUpStatus.DRAFT:
        raise NotPreparable("Cette régularisation est émise\u00a0: elle ne change plus.")
    return row
