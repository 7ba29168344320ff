"""What each person's month really cost: the one place that is asked, whatever was invoiced and carried since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.costs.closing import EmployeeMonth
from billing.costs.payroll_columns import AMOUNTS
from billing.models import ActualCost, CostKind, EmployerCost
from groupement.kernel.money import ZERO


def month_costs(within: Mapping[str, Any]) -> dict[EmployeeMonth, tuple[Decimal, bool]]:
    """What each person’s month cost (euros), and whether that is an estimate; ``within`` filters costs. Two queries.

    A month invoiced on an estimate cost what the payroll came to at last; what of it is carried into later months is
    no cost of those.
    """
    found: dict[EmployeeMonth, dict[str, tuple[Decimal, bool]]] = defaultdict(dict)
    rows = EmployerCost.objects.filter(**within).exclude(kind=CostKind.CARRIED)
    names = ("employee", "month", "kind", "amount", "is_estimate")
    for employee, month, kind, amount, is_estimate in rows.values_list(*names).order_by():
        found[employee, month][kind] = (amount, is_estimate)
    actual: dict[EmployeeMonth, dict[str, tuple[Decimal, bool]]] = defaultdict(dict)
    paid = ActualCost.objects.filter(**within).values_list("employee", "month", "kind", "amount")
    for employee, month, kind, amount in paid.order_by():
        actual[employee, month][kind] = (amount, False)
    for key, by_kind in actual.items():
        others = {kind: cost for kind, cost in found[key].items() if kind not in AMOUNTS}
        found[key] = others | by_kind
    return {
        key: (sum((amount for amount, _ in costs.values()), ZERO), any(each for _, each in costs.values()))
        for key, costs in found.items()
    }
