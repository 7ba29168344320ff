"""What a payroll file would change, told before anything is kept: person by person, with what stands against it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from billing.closing import closed
from billing.costing.columns import AMOUNTS
from billing.costing.payroll_file import PayrollRow, PayrollSheet
from billing.models import ActualCost, CostKind, EmployerCost, PayrollImport
from employees.models import Employee
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE, spell

ZERO = Decimal("0.00")
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
    told = f"le coût de {outcome.employee.full_name} est facturé, il reste à {stays}."
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
