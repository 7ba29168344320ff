"""Preview and import of a payroll file, whole or not at all: it replaces its month; closed months carry over."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from billing.costs import leave_drawing
from billing.costs.carried_over import carry
from billing.costs.closing import closed
from billing.costs.payroll_columns import AMOUNTS
from billing.costs.payroll_file import PayrollRow, PayrollSheet
from billing.models import ActualCost, BillingRun, CostKind, EmployerCost, PayrollImport, Settlement
from employees.models import Assignment, Employee
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month
from members.models import User
from timesheets.models import Timesheet

Amounts = dict[str, Decimal]


class PayrollNotImportable(Refusal):
    """The file was imported before, is of another month, or changes nothing of an invoiced one."""


@dataclass(frozen=True)
class PersonComparison:
    """One person's month in the file (``row``, None when the file does not name the person) and as stored (``before``).

    ``is_closed``: the month is invoiced, so what is stored stays, and the difference is carried over.
    ``was_estimate``: what is stored is an estimate.
    """

    employee: Employee
    row: PayrollRow | None
    before: Mapping[str, Decimal]
    was_estimate: bool
    is_closed: bool

    @property
    def after(self) -> Mapping[str, Decimal]:
        return self.row.amounts if self.row else {}

    @property
    def total_before(self) -> Decimal | None:
        return sum(self.before.values(), ZERO) if self.before else None

    @property
    def total(self) -> Decimal | None:
        return self.row.total if self.row else None

    @property
    def difference(self) -> Decimal:
        return (self.total or ZERO) - (self.total_before or ZERO)

    @property
    def is_changed(self) -> bool:
        return without_zeros(self.after) != without_zeros(self.before)

    @property
    def is_carried(self) -> bool:
        """Whether the file’s figures are stored beside those that were invoiced, their difference carried over."""
        return self.is_closed and (self.was_estimate or self.is_changed)

    @property
    def cells(self) -> list[tuple[str, Decimal | None]]:
        """The label and the amount of each kind, in the order of the columns."""
        return [(CostKind(kind).label, self.after.get(kind)) for kind in AMOUNTS]


@dataclass
class PayrollPreview:
    """A payroll file compared with its month: by line, whom it does not name last.

    ``missing`` are people who work in the month, whom the file does not name and of whom no cost is known; ``refusal``
    says why the file brings nothing.
    """

    sheet: PayrollSheet
    comparisons: list[PersonComparison] = field(default_factory=list)
    missing: list[Employee] = field(default_factory=list)
    refusal: str = ""
    digest: str = ""

    @property
    def is_good(self) -> bool:
        return not self.refusal

    @property
    def gone(self) -> list[PersonComparison]:
        """People whose figures the file would take away."""
        return [comparison for comparison in self.comparisons if comparison.row is None]

    @property
    def sums(self) -> list[tuple[str, Decimal]]:
        return [(CostKind(kind).label, self.sheet.sum_of(kind)) for kind in AMOUNTS]


def preview_payroll(sheet: PayrollSheet) -> PayrollPreview:
    """Compare ``sheet`` with its month; writes nothing.

    Raises PayrollNotImportable for a file that was imported before.
    """
    _refuse_twice(sheet)
    shut = closed(sheet.month)
    costs = EmployerCost.objects.filter(month=sheet.month, kind__in=AMOUNTS).select_related("employee")
    stored: dict[int, dict[str, EmployerCost]] = {}
    people: dict[int, Employee] = {}
    for cost in costs.order_by("employee__last_name", "employee__first_name", "employee", "pk"):
        stored.setdefault(cost.employee_id, {})[cost.kind] = cost
        people[cost.employee_id] = cost.employee
    arrived: dict[int, Amounts] = {}
    for actual in ActualCost.objects.filter(month=sheet.month).order_by("employee", "kind"):
        arrived.setdefault(actual.employee_id, {})[actual.kind] = actual.amount
    preview = PayrollPreview(sheet)
    for row in sheet.rows:
        kinds = stored.get(row.employee.pk, {})
        preview.comparisons.append(_comparison(row.employee, row, kinds, arrived, shut))
    named = {row.employee.pk for row in sheet.rows}
    preview.comparisons += [
        _comparison(people[pk], None, kinds, arrived, shut)
        for pk, kinds in stored.items()
        if pk not in named and pk not in shut
    ]
    preview.missing = _missing(sheet.month, named | stored.keys())
    if all(each.is_closed and not each.is_carried for each in preview.comparisons):
        preview.refusal = f"Ce fichier ne change rien aux coûts {sheet.month.of_label}, déjà facturés."
    preview.digest = _digest(preview)
    return preview


def _missing(month: Month, known: Collection[int]) -> list[Employee]:
    at_work = Q(pk__in=Assignment.objects.during(month).values("employee"))
    at_work |= Q(pk__in=Timesheet.objects.filter(month=month).values("employee"))
    return list(Employee.objects.filter(at_work).exclude(pk__in=known).by_name())


def without_zeros(amounts: Mapping[str, Decimal]) -> Amounts:
    """``amounts`` without the kinds that come to nothing."""
    return {kind: amount for kind, amount in amounts.items() if amount}


def _comparison(
    employee: Employee,
    row: PayrollRow | None,
    kinds: Mapping[str, EmployerCost],
    arrived: Mapping[int, Amounts],
    shut: Collection[int],
) -> PersonComparison:
    before = {kind: cost.amount for kind, cost in kinds.items()}
    return PersonComparison(
        employee,
        row,
        before=arrived.get(employee.pk, before),
        was_estimate=any(cost.is_estimate for cost in kinds.values()),
        is_closed=employee.pk in shut,
    )


def _refuse_twice(sheet: PayrollSheet) -> None:
    earlier = PayrollImport.objects.filter(sha256=sheet.sha256).first()
    if earlier:
        on = timezone.localdate(earlier.imported_at)
        raise PayrollNotImportable(
            f"Ce fichier a déjà été importé le {on:%d/%m/%Y} pour {earlier.month.label} "
            f"({earlier.file_name}). Rien n’a été changé."
        )


def _digest(preview: PayrollPreview) -> str:
    """SHA-256 of the file and the figures that it was compared with."""
    facts = [
        (
            each.employee.pk,
            sorted(each.after.items()),
            sorted(each.before.items()),
            each.was_estimate,
            each.is_closed,
        )
        for each in preview.comparisons
    ]
    return hashlib.sha256(repr((str(preview.sheet.month), preview.sheet.sha256, facts)).encode()).hexdigest()


@dataclass(frozen=True)
class _FigureChange:
    """One figure that an import changes; None before is new, None after is gone."""

    employee: Employee
    kind: str
    before: Decimal | None
    after: Decimal | None
    is_carried: bool

    def as_json(self) -> dict[str, str]:
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
    previewed: str | None = None,
    by: User | None,
    at: datetime,
) -> PayrollImport:
    """Store the figures of ``sheet`` in place of the month's earlier ones; ``changes`` of the result say what changed.

    In a month that is invoiced, the figures that were invoiced stay, estimates or not; those of the file are stored
    beside, and the difference is carried into the person's next open month. Raises PayrollNotImportable for a file
    that changes nothing of an invoiced month, for one imported before or of another month than ``month``, and when
    ``previewed`` (PayrollPreview.digest) is no longer the digest of the preview.
    """
    if month is not None and month != sheet.month:
        raise PayrollNotImportable(f"Ce fichier est celui {sheet.month.of_label}, pas {month.of_label}.")
    lock(sheet.month, {row.employee.pk for row in sheet.rows})
    preview = preview_payroll(sheet)
    if preview.refusal:
        raise PayrollNotImportable(preview.refusal)
    if previewed is not None and previewed != preview.digest:
        raise PayrollNotImportable(
            "Les coûts ont changé depuis la relecture. Relisez, puis importez de nouveau."
        )
    made = PayrollImport.objects.create(
        month=sheet.month,
        file_name=sheet.file_name[:200],
        sha256=sheet.sha256,
        row_count=len(sheet.rows),
        total=sheet.total,
        changes=[change.as_json() for change in _changes(preview.comparisons)],
        imported_by=by,
        imported_at=at,
    )
    _replace([each for each in preview.comparisons if not each.is_closed], sheet, made, by=by, at=at)
    _store_actual([each for each in preview.comparisons if each.is_carried], made)
    touched = {each.employee.pk for each in preview.comparisons}
    leave_drawing.rewrite_leave_rows({(employee, sheet.month) for employee in touched}, at=at)
    carry(touched, at=at)
    return made


def lock(month: Month, employees: Collection[int]) -> None:
    """Wait for whoever drafts or issues on the costs of ``month``, or writes those of the same people."""
    settling = Settlement.objects.filter(Q(month=month) | Q(employee__in=employees)).values("run")
    runs = BillingRun.objects.filter(Q(month=month) | Q(pk__in=settling)).order_by("pk")
    list(runs.select_for_update(no_key=True).values_list("pk", flat=True))
    people = Employee.objects.filter(pk__in=employees).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk", flat=True))


def _replace(
    comparisons: Collection[PersonComparison],
    sheet: PayrollSheet,
    made: PayrollImport,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Open months take the file's figures; what it does not name goes."""
    people = [each.employee.pk for each in comparisons]
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
        for each in comparisons
        for kind, amount in each.after.items()
    )


def _store_actual(comparisons: Collection[PersonComparison], made: PayrollImport) -> None:
    """What was invoiced stays; the figures of the file are stored beside it."""
    people = [each.employee.pk for each in comparisons]
    ActualCost.objects.filter(employee__in=people, month=made.month).delete()
    ActualCost.objects.bulk_create(
        ActualCost(employee=each.employee, month=made.month, kind=kind, amount=amount, source=made)
        for each in comparisons
        for kind, amount in each.after.items()
    )


def _changes(comparisons: Collection[PersonComparison]) -> list[_FigureChange]:
    imported = [each for each in comparisons if not each.is_closed or each.is_carried]
    changes = [
        _FigureChange(each.employee, kind, each.before.get(kind), amount, each.is_carried)
        for each in imported
        for kind, amount in each.after.items()
        if each.before.get(kind) != amount
    ]
    gone = [
        _FigureChange(each.employee, kind, amount, None, each.is_carried)
        for each in imported
        for kind, amount in each.before.items()
        if kind not in each.after
    ]
    return changes + gone
