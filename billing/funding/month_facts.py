"""What a person's month cost the group, and how many hours were worked or learnt in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from billing.costing.columns import AMOUNTS
from billing.funding.finding import FUNDABLE
from billing.models import ActualCost, CostKind, EmployerCost
from groupement.periods import Month
from timesheets.models import Entry, TimesheetStatus

ZERO = Decimal("0.00")
Key = tuple[int, Month]


@dataclass
class MonthFacts:
    """One person's month."""

    cost: Decimal | None = None
    is_estimate: bool = False
    minutes: int = 0


def month_facts(keys: Collection[Key]) -> dict[Key, MonthFacts]:
    """Cost and hours of each person's month; a few months too many, since persons and months vary apart."""
    facts = {key: MonthFacts() for key in keys}
    within = {"employee__in": {key[0] for key in keys}, "month__in": {key[1] for key in keys}}
    for (employee, month), (cost, is_estimate) in _month_costs(within).items():
        if (employee, month) in facts:
            facts[employee, month].cost = cost
            facts[employee, month].is_estimate = is_estimate
    worked = Entry.objects.filter(
        kind__in=FUNDABLE,
        timesheet__status=TimesheetStatus.APPROVED,
        **{f"timesheet__{name}": value for name, value in within.items()},
    ).values_list("timesheet__employee", "timesheet__month")
    for employee, month, minutes in worked.annotate(Sum("minutes")).order_by():
        if (employee, month) in facts:
            facts[employee, month].minutes = minutes
    return facts


def _month_costs(within: Mapping[str, Any]) -> dict[Key, tuple[Decimal, bool]]:
    """What each person's month cost, and whether that is an estimate; two queries.

    A month invoiced on an estimate cost what the payroll said at last; what it carries into later months is not theirs.
    """
    found: dict[Key, dict[str, tuple[Decimal, bool]]] = defaultdict(dict)
    rows = EmployerCost.objects.filter(**within).exclude(kind=CostKind.CARRIED)
    names = ("employee", "month", "kind", "amount", "is_estimate")
    for employee, month, kind, amount, is_estimate in rows.values_list(*names).order_by():
        found[employee, month][kind] = (amount, is_estimate)
    actual: dict[Key, dict[str, tuple[Decimal, bool]]] = defaultdict(dict)
    paid = ActualCost.objects.filter(**within).values_list("employee", "month", "kind", "amount")
    for employee, month, kind, amount in paid.order_by():
        actual[employee, month][kind] = (amount, False)
    for key, by_kind in actual.items():
        kept = {kind: cost for kind, cost in found[key].items() if kind not in AMOUNTS}
        found[key] = kept | by_kind
    return {
        key: (sum((amount for amount, _ in costs.values()), ZERO), any(each for _, each in costs.values()))
        for key, costs in found.items()
    }
