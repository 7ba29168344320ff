"""Take a payroll file in, all or nothing: it replaces its month; what differs from a closed estimate is carried."""

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
from employees.models import Employee
from groupement.kernel.french import NO_BREAK_SPACE, of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from members.models import User

Amounts = dict[str, Decimal]


class NotImportable(Refusal):
    """The file was taken before, or invoices stand on the figures that it would change."""


@dataclass(frozen=True)
class Outcome:
    """One person's month as the file says it and as it stood; ``row`` is None for who the file does not name.

    ``is_closed``: an invoice stands on the month. ``was_estimate``: what stood was an estimate; closed, it stays and
    the difference is carried.
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
        return paid(self.after) != paid(self.before)

    @property
    def is_carried(self) -> bool:
        """Whether the difference goes into an open month, since an invoice stands on this one’s estimate."""
        return self.is_closed and self.was_estimate

    @property
    def cells(self) -> list[tuple[str, Decimal | None]]:
        """The label and the amount of each kind, in the order of the columns."""
        return [(CostKind(kind).label, self.after.get(kind)) for kind in AMOUNTS]


@dataclass
class Trial:
    """A file without fault against what is there: ``outcomes`` by line, who is not named last; ``errors`` forbid it."""

    sheet: PayrollSheet
    outcomes: list[Outcome] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    digest: str = ""

    @property
    def is_good(self) -> bool:
        return not self.errors

    @property
    def gone(self) -> list[Outcome]:
        """People whose figures the file would take away."""
        return [outcome for outcome in self.outcomes if outcome.row is None]

    @property
    def sums(self) -> list[tuple[str, Decimal]]:
        return [(CostKind(kind).label, self.sheet.sum_of(kind)) for kind in AMOUNTS]


def rehearse(sheet: PayrollSheet) -> Trial:
    """Compare ``sheet`` with its month; writes nothing. Raises NotImportable for a file that was taken before."""
    _refuse_twice(sheet)
    shut = closed(sheet.month)
    costs = EmployerCost.objects.filter(month=sheet.month, kind__in=AMOUNTS).select_related("employee")
    stands: dict[int, dict[str, EmployerCost]] = {}
    people: dict[int, Employee] = {}
    for cost in costs.order_by("employee__last_name", "employee__first_name", "employee", "pk"):
        stands.setdefault(cost.employee_id, {})[cost.kind] = cost
        people[cost.employee_id] = cost.employee
    arrived: dict[int, Amounts] = {}
    for actual in ActualCost.objects.filter(month=sheet.month).order_by("employee", "kind"):
        arrived.setdefault(actual.employee_id, {})[actual.kind] = actual.amount
    trial = Trial(sheet)
    for row in sheet.rows:
        kinds = stands.get(row.employee.pk, {})
        trial.outcomes.append(_outcome(row.employee, row, kinds, arrived, shut))
    named = {row.employee.pk for row in sheet.rows}
    trial.outcomes += [
        _outcome(people[pk], None, kinds, arrived, shut)
        for pk, kinds in stands.items()
        if pk not in named and pk not in shut
    ]
    trial.errors = [error for outcome in trial.outcomes for error in _errors(outcome, stands)]
    trial.digest = _digest(trial)
    return trial


def paid(amounts: Mapping[str, Decimal]) -> Amounts:
    """``amounts`` without the kinds that come to nothing."""
    return {kind: amount for kind, amount in amounts.items() if amount}


def _outcome(
    employee: Employee,
    row: PayrollRow | None,
    kinds: Mapping[str, EmployerCost],
    arrived: Mapping[int, Amounts],
    shut: Collection[int],
) -> Outcome:
    before = {kind: cost.amount for kind, cost in kinds.items()}
    return Outcome(
        employee,
        row,
        before=arrived.get(employee.pk, before),
        was_estimate=any(cost.is_estimate for cost in kinds.values()),
        is_closed=employee.pk in shut,
    )


def _errors(outcome: Outcome, stands: Mapping[int, Mapping[str, EmployerCost]]) -> list[str]:
    """What the file may not say of a closed month: another figure than the actual one that was invoiced."""
    if outcome.row is None or not outcome.is_closed:
        return []
    kept = stands.get(outcome.employee.pk, {})
    may_differ = {
        kind for kind in AMOUNTS if (kind not in kept or kept[kind].is_estimate) and outcome.was_estimate
    }
    now = paid(outcome.row.amounts)
    then = paid({kind: cost.amount for kind, cost in kept.items()})
    if all(now.get(kind) == then.get(kind) for kind in AMOUNTS if kind not in may_differ):
        return []
    stays = spell(sum(then.values(), ZERO))
    told = f"le coût {of(outcome.employee.full_name)} est facturé, il reste à {stays}."
    return [f"Ligne {outcome.row.line}{NO_BREAK_SPACE}: {told} Une différence passera par la régularisation."]


def _refuse_twice(sheet: PayrollSheet) -> None:
    earlier = PayrollImport.objects.filter(sha256=sheet.sha256).first()
    if earlier:
        on = timezone.localdate(earlier.imported_at)
        raise NotImportable(
            f"Ce fichier a déjà été importé le {on:%d/%m/%Y} pour {earlier.month.label} "
            f"({earlier.file_name}). Rien n’a été changé."
        )


def _digest(trial: Trial) -> str:
    """The mark of what was shown: another file, or other figures below it, give another."""
    facts = [
        (
            each.employee.pk,
            sorted(each.after.items()),
            sorted(each.before.items()),
            each.was_estimate,
            each.is_closed,
        )
        for each in trial.outcomes
    ]
    return hashlib.sha256(repr((str(trial.sheet.month), trial.sheet.sha256, facts)).encode()).hexdigest()


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
    leave_drawing.refresh({(employee, sheet.month) for employee in touched}, at=at)
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
