"""A month’s employer costs as a table: one line a person, one column a kind; for finance only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from billing.models import CostKind, EmployerCost
from employees.models import Employee
from groupement.periods import Month
from timesheets.models import Timesheet


@dataclass
class CostRow:
    """One person’s month; a kind that is not there is None, and a person with no cost at all is missing."""

    employee: Employee
    amounts: dict[str, Decimal] = field(default_factory=dict)
    is_estimate: bool = False

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))

    @property
    def is_missing(self) -> bool:
        return not self.amounts

    @property
    def cells(self) -> list[tuple[str, Decimal | None]]:
        """The label and the amount of each kind, in the order of the columns."""
        return [(label, self.amounts.get(kind)) for kind, label in CostKind.choices]


def cost_rows(month: Month) -> list[CostRow]:
    """Everybody with hours or a cost in ``month``, by name. Two queries."""
    costs = EmployerCost.objects.filter(month=month)
    employees = Employee.objects.filter(
        Q(pk__in=costs.values("employee"))
        | Q(pk__in=Timesheet.objects.filter(month=month).values("employee"))
    ).by_name()
    rows = {employee.pk: CostRow(employee) for employee in employees}
    for cost in costs.order_by("pk"):
        row = rows[cost.employee_id]
        row.amounts[cost.kind] = cost.amount
        row.is_estimate = row.is_estimate or cost.is_estimate
    return list(rows.values())


def cost_sums(rows: Sequence[CostRow]) -> list[tuple[str, Decimal]]:
    """The last line: the label and the sum of each kind."""
    return [
        (label, sum((row.amounts.get(kind, Decimal(0)) for row in rows), Decimal(0)))
        for kind, label in CostKind.choices
    ]


def latest_month() -> Month | None:
    """The last month that has timesheets."""
    return Timesheet.objects.order_by("-month").values_list("month", flat=True).first()
