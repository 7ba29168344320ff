"""Take a payroll file in, all or nothing: it replaces its month; what differs from a closed estimate is carried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from billing import provisioning
from billing.costing.carrying import carry
from billing.costing.columns import AMOUNTS
from billing.costing.payroll_file import PayrollSheet
from billing.costing.rehearsing import NotImportable, Outcome, Trial, rehearse
from billing.models import ActualCost, BillingRun, CostKind, EmployerCost, PayrollImport, Settlement
from employees.models import Employee
from groupement.money import NO_BREAK_SPACE
from groupement.periods import Month
from members.models import User


@dataclass(frozen=True)
class _Change:
    """One figure that an import changes; None before is new, None after is gone."""

    employee: Employee
    kind: str
    before: Decimal | None
    after: Decimal | None
    is_carried: bool

    def told(self) -> dict[str, str]:
        label = CostKind(self.kind).label
        return {
            "employee": self.employee.full_name,
            "kind": f"{label} (écart reporté)" if self.is_carried else label,
            "before": "" if self.before is None else str(self.before),
            "after": "" if self.after is None else str(self.after),
        }


@transaction.atomic
def import_payroll(
    sheet: PayrollSheet,
    *,
    month: Month | None = None,
    rehearsed: str | None = None,
    by: User | None,
    at: datetime,
) -> PayrollImport:
    """Keep the figures of ``sheet`` in place of the month's earlier ones; ``changes`` of the result say what changed.

    In a month that is invoiced, figures that were invoiced as estimates stay too: the actual ones are kept beside, and
    what they differ by is carried into the person's next open month. Actual figures that were invoiced do not change:
    a file that says otherwise is refused, line by line. Raises NotImportable for that, for a file taken before, for a
    file of another month than ``month``, and when ``rehearsed`` (Trial.digest) is not what would happen now.
    """
    if month is not None and month != sheet.month:
        raise NotImportable(f"Ce fichier est celui {sheet.month.of_label}, pas {month.of_label}.")
    lock(sheet.month, {row.employee.pk for row in sheet.rows})
    trial = rehearse(sheet)
    _refuse_closed(trial)
    if rehearsed is not None and rehearsed != trial.digest:
        raise NotImportable("Les coûts ont changé depuis la relecture. Relisez, puis importez de nouveau.")
    made = PayrollImport.objects.create(
        month=sheet.month,
        file_name=sheet.file_name[:200],
        sha256=sheet.sha256,
        row_count=len(sheet.rows),
        total=sheet.total,
        changes=[change.told() for change in _changes(trial.outcomes)],
        imported_by=by,
        imported_at=at,
    )
    _replace([each for each in trial.outcomes if not each.is_closed], sheet, made, by=by, at=at)
    _note_actual([each for each in trial.outcomes if each.is_carried], made)
    touched = {each.employee.pk for each in trial.outcomes}
    provisioning.refresh({(employee, sheet.month) for employee in touched}, at=at)
    carry(touched, at=at)
    return made


def lock(month: Month, employees: Collection[int]) -> None:
    """Wait for whoever drafts or issues on the costs of ``month``, or writes those of the same people."""
    settling = Settlement.objects.filter(Q(month=month) | Q(employee__in=employees)).values("run")
    runs = BillingRun.objects.filter(Q(month=month) | Q(pk__in=settling)).order_by("pk")
    list(runs.select_for_update(no_key=True).values_list("pk", flat=True))
    people = Employee.objects.filter(pk__in=employees).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk", flat=True))


def _refuse_closed(trial: Trial) -> None:
    nothing_to_take = all(each.is_closed and not each.was_estimate for each in trial.outcomes)
    if trial.errors or nothing_to_take:
        raise NotImportable(
            f"Les factures {trial.sheet.month.of_label} sont émises{NO_BREAK_SPACE}: leurs coûts sont arrêtés.",
            errors=trial.errors,
        )


def _replace(
    outcomes: Collection[Outcome], sheet: PayrollSheet, made: PayrollImport, *, by: User | None, at: datetime
) -> None:
    """Open months take the file's figures; what it does not name goes."""
    people = [each.employee.pk for each in outcomes]
    EmployerCost.objects.filter(employee__in=people, month=made.month, kind__in=AMOUNTS).delete()
    EmployerCost.objects.bulk_create(
        EmployerCost(
            employee=each.employee,
            month=made.month,
            kind=kind,
            amount=amount,
            source=made,
            basis=sheet.aids[:120] if kind == CostKind.AID else "",
            noted_by=by,
            noted_at=at,
        )
        for each in outcomes
        for kind, amount in each.after.items()
    )


def _note_actual(outcomes: Collection[Outcome], made: PayrollImport) -> None:
    """Closed estimates stay; what the payroll says of them at last is kept beside."""
    people = [each.employee.pk for each in outcomes]
    ActualCost.objects.filter(employee__in=people, month=made.month).delete()
    ActualCost.objects.bulk_create(
        ActualCost(employee=each.employee, month=made.month, kind=kind, amount=amount, source=made)
        for each in outcomes
        for kind, amount in each.after.items()
    )


def _changes(outcomes: Collection[Outcome]) -> list[_Change]:
    taken = [each for each in outcomes if not each.is_closed or each.is_carried]
    changes = [
        _Change(each.employee, kind, each.before.get(kind), amount, each.is_carried)
        for each in taken
        for kind, amount in each.after.items()
        if each.before.get(kind) != amount
    ]
    gone = [
        _Change(each.employee, kind, amount, None, each.is_carried)
        for each in taken
        for kind, amount in each.before.items()
        if kind not in each.after
    ]
    return changes + gone
