"""Which costs are closed: an issued invoice of the run that settled them stands on them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import Invoice, InvoiceStatus, RunStatus, Settlement
from groupement.kernel.periods import Month

EmployeeMonth = tuple[int, Month]
"""An employee's id and a month."""


def is_closed(employee: int, month: Month) -> bool:
    """Whether an issued invoice stands on the cost of this employee's (id) month."""
    return employee in closed(month)


def closed(month: Month) -> set[int]:
    """Employees (ids) whose cost of ``month`` is settled in a run that has an issued invoice, as the trigger has it."""
    return set(closed_employees(month))


def closed_employees(month: Month) -> QuerySet[Settlement, Any]:
    """The same ids as a query, to be a part of another one."""
    return _settled().filter(month=month).values_list("employee", flat=True)


def closed_months(employees: Collection[int]) -> set[EmployeeMonth]:
    """The same for every month of some employees."""
    return set(_settled().filter(employee__in=employees).values_list("employee", "month"))


def _settled() -> QuerySet[Settlement]:
    issued = Invoice.objects.filter(run=OuterRef("run"), status=InvoiceStatus.ISSUED)
    rows = Settlement.objects.exclude(employer_cost=0)
    return rows.filter(Q(run__status=RunStatus.ISSUED) | Exists(issued))
