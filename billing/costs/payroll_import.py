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
from groupement.kernel.french import NO_BREAK_SPACE, of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Fault
from members.models import User
from timesheets.models import Timesheet

Amounts = dict[str, Decimal]


class PayrollNotImportable(Refusal):
    """The file was imported before, or invoices are issued on the figures that it would change."""


@dataclass(frozen=True)
class PersonComparison:
    """One person's month in the file (``row``, None when the file does not name the person) and as stored (``before``).

    ``is_closed``: the month is invoiced. ``was_estimate``: what is stored is an estimate; of a closed month it stays,
    and the difference is carried over.
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
        """Whether the difference goes into an open month, since this one was invoiced on an estimate."""
        return self.is_closed and self.was_estimate

    @property
    def cells(self) -> list[tuple[str, Decimal | None]]:
        """The label and the amount of each kind, in the order of the columns."""
        return [(CostKind(kind).label, self.after.get(kind)) for kind in AMOUNTS]


@dataclass
class PayrollPreview:
    """A payroll file compared with its month: by line, whom it does not name last; ``errors`` forbid the import.

    ``missing`` are people who work in the month, whom the file does not name and of whom no cost is known.
    """

    sheet: PayrollSheet
    comparisons: list[PersonComparison] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    missing: list[Employee] = field(default_factory=list)
    digest: str = ""

    @property
    def is_good(self) -> bool:
        return not self.errors

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
    preview.errors = [error for comparison in preview.comparisons for error in _errors(comparison, stored)]
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


def _errors(comparison: PersonComparison, stored: Mapping[int, Mapping[str, EmployerCost]]) -> list[str]:
    """What forbids a line of a closed month: another figure than the actual one that was invoiced."""
    if comparison.row is None or not comparison.is_closed:
        return []
    figures = stored.get(comparison.employee.pk, {})
    may_differ = {
        kind
        for kind in AMOUNTS
        if (kind not in figures or figures[kind].is_estimate) and comparison.was_estimate
    }
    now = without_zeros(comparison.row.amounts)
    then = without_zeros({kind: cost.amount for kind, cost in figures.items()})
    if all(now.get(kind) == then.get(kind) for kind in AMOUNTS if kind not in may_differ):
        return []
    stays = spell(sum(then.values(), ZERO))
    sentence = f"le coût {of(comparison.employee.full_name)} est facturé, il reste à {stays}."
    return [str(Fault(comparison.row.line, f"{sentence} Une différence passera par la régularisation."))]


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

    In a month that is invoiced, figures that were invoiced as estimates stay; the actual ones are stored beside, and
    the difference is carried into the person's next open month. Actual figures that were invoiced do not change:
    a file that says otherwise is refused, line by line. Raises PayrollNotImportable for that, for a file imported
    before, for a file of another month than ``month``, and when ``previewed`` (PayrollPreview.digest) is no longer the
    digest of the preview.
    """
    if month is not None and month != sheet.month:
        raise PayrollNotImportable(f"Ce fichier est celui {sheet.month.of_label}, pas {month.of_label}.")
    lock(sheet.month, {row.employee.pk for row in sheet.rows})
    preview = preview_payroll(sheet)
    _refuse_closed(preview)
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


def _refuse_closed(preview: PayrollPreview) -> None:
    has_nothing_to_import = all(each.is_closed and not each.was_estimate for each in preview.comparisons)
    if preview.errors or has_nothing_to_import:
        raise PayrollNotImportable(
            f"Les factures {preview.sheet.month.of_label} sont émises{NO_BREAK_SPACE}: leurs coûts sont arrêtés.",
            errors=preview.errors,
        )


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
    """Invoiced estimates stay; the actual figures are stored beside them."""
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
