"""Take in what employees cost: a payroll file replaces its month, all or nothing, until invoices stand on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from billing.costing.payroll_file import BadPayroll, PayrollRow, PayrollSheet, read_payroll
from billing.models import (
    BillingRun,
    CostKind,
    EmployerCost,
    Invoice,
    InvoiceStatus,
    PayrollImport,
    RunStatus,
    Settlement,
)
from employees.models import Employee
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE, spell
from groupement.periods import Month
from members.models import User

__all__ = ["BadPayroll", "NotImportable", "PayrollSheet", "import_payroll", "is_closed", "read_payroll"]


class NotImportable(Refusal):
    """The file was taken before, or invoices stand on the figures that it would change."""


@dataclass(frozen=True)
class _Change:
    """One figure that an import changes; None before is new, None after is gone."""

    employee: Employee
    kind: str
    before: Decimal | None
    after: Decimal | None

    def told(self) -> dict[str, str]:
        return {
            "employee": self.employee.full_name,
            "kind": CostKind(self.kind).label,
            "before": "" if self.before is None else str(self.before),
            "after": "" if self.after is None else str(self.after),
        }


@transaction.atomic
def import_payroll(
    sheet: PayrollSheet, *, month: Month | None = None, by: User | None, at: datetime
) -> PayrollImport:
    """Keep the figures of ``sheet`` in place of the month's earlier ones; ``changes`` of the result say what changed.

    Employees whose month is invoiced keep their figures: a file that says otherwise is refused, line by line. Raises
    NotImportable for that, for a file taken before, and for a file of another month than ``month``.
    """
    if month is not None and month != sheet.month:
        raise NotImportable(f"Ce fichier est celui {sheet.month.of_label}, pas {month.of_label}.")
    _lock_runs(sheet.month)
    _refuse_twice(sheet)
    closed = _closed(sheet.month)
    _refuse_closed(sheet, closed)
    before = {
        (cost.employee_id, cost.kind): cost
        for cost in EmployerCost.objects.filter(month=sheet.month)
        .exclude(employee__in=closed)
        .select_related("employee")
        .order_by("pk")
    }
    rows = [row for row in sheet.rows if row.employee.pk not in closed]
    made = PayrollImport.objects.create(
        month=sheet.month,
        file_name=sheet.file_name[:200],
        sha256=sheet.sha256,
        row_count=len(sheet.rows),
        total=sheet.total,
        changes=[change.told() for change in _changes(before, rows)],
        imported_by=by,
        imported_at=at,
    )
    EmployerCost.objects.filter(pk__in=[cost.pk for cost in before.values()]).delete()
    EmployerCost.objects.bulk_create(
        EmployerCost(employee=row.employee, month=sheet.month, kind=kind, amount=amount, source=made)
        for row in rows
        for kind, amount in row.amounts.items()
    )
    return made


def is_closed(employee: int, month: Month) -> bool:
    """Whether an issued invoice stands on the cost of this employee's (id) month."""
    return employee in _closed(month)


def _closed(month: Month) -> set[int]:
    """Employees (ids) whose cost of ``month`` is settled in a run that has an issued invoice, as the trigger has it."""
    issued = Invoice.objects.filter(run=OuterRef("run"), status=InvoiceStatus.ISSUED)
    rows = Settlement.objects.filter(month=month, employer_cost__gt=0)
    rows = rows.filter(Q(run__status=RunStatus.ISSUED) | Exists(issued))
    return set(rows.values_list("employee", flat=True))


def _lock_runs(month: Month) -> None:
    """Wait for whoever drafts or issues on these costs."""
    settling = Settlement.objects.filter(month=month).values("run")
    runs = BillingRun.objects.filter(Q(month=month) | Q(pk__in=settling)).order_by("pk")
    list(runs.select_for_update(no_key=True).values_list("pk", flat=True))


def _refuse_twice(sheet: PayrollSheet) -> None:
    earlier = PayrollImport.objects.filter(sha256=sheet.sha256).first()
    if earlier:
        on = timezone.localdate(earlier.imported_at)
        raise NotImportable(
            f"Ce fichier a déjà été importé le {on:%d/%m/%Y} pour {earlier.month.label} "
            f"({earlier.file_name}). Rien n’a été changé."
        )


def _refuse_closed(sheet: PayrollSheet, closed: Collection[int]) -> None:
    kept: dict[int, dict[str, Decimal]] = {}
    for employee, kind, amount in EmployerCost.objects.filter(
        month=sheet.month, employee__in=closed
    ).values_list("employee", "kind", "amount"):
        kept.setdefault(employee, {})[kind] = amount
    errors = [
        f"Ligne {row.line}{NO_BREAK_SPACE}: le coût de {row.employee.full_name} est facturé, il reste à "
        f"{spell(sum(kept[row.employee.pk].values()))}. Une différence passera par la régularisation."
        for row in sheet.rows
        if row.employee.pk in closed and _paid(row.amounts) != _paid(kept[row.employee.pk])
    ]
    if errors or all(row.employee.pk in closed for row in sheet.rows):
        raise NotImportable(
            f"Les factures {sheet.month.of_label} sont émises{NO_BREAK_SPACE}: leurs coûts sont arrêtés.",
            errors=errors,
        )


def _paid(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {kind: amount for kind, amount in amounts.items() if amount}


def _changes(before: Mapping[tuple[int, str], EmployerCost], rows: Collection[PayrollRow]) -> list[_Change]:
    now = {
        (row.employee.pk, kind): (row.employee, amount)
        for row in rows
        for kind, amount in row.amounts.items()
    }
    changes = [
        _Change(employee, key[1], before[key].amount if key in before else None, amount)
        for key, (employee, amount) in now.items()
        if key not in before or before[key].amount != amount
    ]
    gone = [
        _Change(cost.employee, key[1], cost.amount, None) for key, cost in before.items() if key not in now
    ]
    return changes + gone
