"""Read what months carry of others' differences, and who bore those; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from django.db.models import Sum

from billing.charge_kinds import SHARES_COST
from billing.costs import leave_ledger
from billing.models import CarriedCost, Charge, Settlement
from billing.month.cost_differences import BorneShare, CarriedDifference
from billing.month.segments import rate_of
from billing.month.summing import charges_with_credits
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month
from members import rules
from members.rules import RuleBook

Key = tuple[int, Month]
"""An employee's id and a month."""


def carried(keys: Collection[Key]) -> dict[Key, list[CarriedDifference]]:
    """The differences that each of these months carries; four queries, none without such months."""
    if not keys:
        return {}
    moves = [
        row
        for row in CarriedCost.objects.filter(
            employee__in={key[0] for key in keys}, into_month__in={key[1] for key in keys}
        ).order_by("from_month", "pk")
        if (row.employee_id, row.into_month) in keys
    ]
    since = {(row.employee_id, row.from_month) for row in moves}
    shares, own_costs = _shares(since), _own_costs(since)
    found: dict[Key, list[CarriedDifference]] = defaultdict(list)
    for row in moves:
        key = row.employee_id, row.from_month
        borne = shares.get(key, [])
        rest = own_costs.get(key, ZERO) - sum((share.net for share in borne), ZERO)
        found[row.employee_id, row.into_month].append(
            CarriedDifference(row.from_month, row.amount, borne, max(rest, ZERO))
        )
    return found


def rests_of_provisions(amounts: Mapping[Key, Decimal]) -> dict[Key, CarriedDifference]:
    """What provisions of people who left give back in these months (euros), to who holds them; two queries."""
    if not amounts:
        return {}
    employees = {employee for employee, _ in amounts}
    held = leave_ledger.available(employees, leaving_out=amounts)
    latest = _latest_shares(employees)
    found: dict[Key, CarriedDifference] = {}
    for key, amount in amounts.items():
        shares, own = [], ZERO
        for member, balance in held.get(key[0], {}).items():
            if balance <= 0:
                continue
            if member is not None and (share := latest.get((key[0], member))):
                shares.append(replace(share, net=balance))
            else:
                own += balance
        shares.sort(key=lambda share: (share.assignment, share.terms))
        found[key] = CarriedDifference(key[1], amount, shares, own, is_provision=True)
    return found


def _latest_shares(employees: Collection[int]) -> dict[tuple[int, int], BorneShare]:
    """The assignment, terms and regime by which each member last bore a part of a person's cost."""
    rows = Charge.objects.filter(kind__in=SHARES_COST, employee__in=employees, terms__isnull=False)
    found: dict[tuple[int, int], BorneShare] = {}
    charged = list(rows.select_related("terms").order_by("service_month", "pk"))
    book = _book_of(charged)
    for row in charged:
        if row.terms is not None and row.assignment_id is not None:
            rate, _ = rate_of(row.terms, row.service_month, book)
            found[row.employee_id or 0, row.member_id] = BorneShare(
                row.assignment_id, row.terms.pk, row.member_id, ZERO, rate, row.vat_regime
            )
    return found


def _book_of(charged: Collection[Charge]) -> RuleBook:
    """The group's own rates where some terms have none: those of the month that was worked; else nothing is read."""
    follows = any(row.terms is not None and row.terms.management_rate is None for row in charged)
    return rules.read() if follows else RuleBook(())


def _shares(keys: Collection[Key]) -> dict[Key, list[BorneShare]]:
    """What is charged of the cost of these months, less what credit notes took back: that the reserve bears."""
    rows = charges_with_credits(
        Charge.objects.filter(
            kind__in=SHARES_COST,
            employee__in={employee for employee, _ in keys},
            service_month__in={month for _, month in keys},
            terms__isnull=False,
        )
    ).select_related("terms")
    found: dict[Key, dict[tuple[int, int], BorneShare]] = defaultdict(dict)
    charged = list(rows.order_by("pk"))
    book = _book_of(charged)
    for row in charged:
        key = row.employee_id or 0, row.service_month
        if row.terms is None or row.assignment_id is None or key not in keys:
            continue
        source, before = (row.assignment_id, row.terms.pk), found[key].get((row.assignment_id, row.terms.pk))
        net = row.net - row.credited + (before.net if before else ZERO)
        found[key][source] = BorneShare(
            *source, row.member_id, net, rate_of(row.terms, row.service_month, book)[0], row.vat_regime
        )
    return {key: [share for share in shares.values() if share.net > 0] for key, shares in found.items()}


def _own_costs(keys: Collection[Key]) -> dict[Key, Decimal]:
    """What these months cost when they were settled, without what they carried themselves."""
    scope = {"employee__in": {employee for employee, _ in keys}}
    months = {month for _, month in keys}
    rows = Settlement.objects.filter(**scope, month__in=months).exclude(employer_cost=0)
    costs = {(row.employee_id, row.month): row.employer_cost for row in rows.order_by("pk")}
    carried_into = CarriedCost.objects.filter(**scope, into_month__in=months).values_list(
        "employee", "into_month"
    )
    for employee, month, amount in carried_into.annotate(Sum("amount")).order_by():
        if (employee, month) in costs:
            costs[employee, month] -= amount
    return costs
