"""Estimate what a month costs before its payroll comes: from the last actual month, or from the contract's pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Sum

from billing.costs import leave_drawing
from billing.costs.carried_over import carry
from billing.costs.closing import closed_employees
from billing.costs.payroll_columns import AMOUNTS
from billing.costs.payroll_import import lock
from billing.models import CostKind, EmployerCost
from employees.models import ContractTerms, Employee
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, cents, spell_plain
from groupement.kernel.periods import Month, intersection
from members.models import User
from timesheets.models import Timesheet

MONTHS_READ = 12


class Basis(models.TextChoices):
    """What an estimate is made from."""

    LAST_MONTH = "last_month", "le dernier mois de paie connu"
    CONTRACT = "contract", "le salaire du contrat et un taux de cotisations"


class NotEstimable(Refusal):
    """Nothing to estimate from, or nothing left to estimate."""


@dataclass
class Estimates:
    """Who has an estimate now, and who had nothing to estimate from."""

    month: Month
    made: list[Employee] = field(default_factory=list)
    without: list[Employee] = field(default_factory=list)
    total: Decimal = ZERO


EstimatedAmounts = tuple[dict[str, Decimal], str]
"""Amounts by kind, and what they come from in words."""


@transaction.atomic
def estimate(
    month: Month,
    *,
    employees: Collection[Employee] | None = None,
    basis: str = Basis.LAST_MONTH,
    rate: Decimal | None = None,
    by: User | None,
    at: datetime,
) -> Estimates:
    """Write an estimated cost of ``month``, marked as such, for ``employees`` or for everybody who lacks an actual one.

    ``rate`` is the employer contributions in percent of gross pay, for an estimate from the contract. An earlier
    estimate is replaced; an actual figure and an invoiced one never are. Raises NotEstimable when it comes to nothing.
    """
    people = _to_estimate(month, employees)
    lock(month, {person.pk for person in people})
    made = _from_contract(month, people, rate) if basis == Basis.CONTRACT else _from_last(month, people)
    done = Estimates(month, without=[person for person in people if person.pk not in made])
    if not made:
        raise NotEstimable(_nothing_known(basis, done.without))
    done.made = [person for person in people if person.pk in made]
    done.total = sum((amount for amounts, _ in made.values() for amount in amounts.values()), ZERO)
    EmployerCost.objects.filter(employee__in=made, month=month, kind__in=AMOUNTS).delete()
    EmployerCost.objects.bulk_create(
        EmployerCost(
            employee=person,
            month=month,
            kind=kind,
            amount=amount,
            is_estimate=True,
            basis=made[person.pk][1],
            noted_by=by,
            noted_at=at,
        )
        for person in done.made
        for kind, amount in made[person.pk][0].items()
    )
    leave_drawing.rewrite_leave_rows({(pk, month) for pk in made}, at=at)
    carry(made, at=at)
    return done


def usual_rate(month: Month) -> Decimal | None:
    """Employer contributions in percent of gross pay over the twelve months before, None when no payroll is known."""
    rows = EmployerCost.objects.filter(
        month__gte=month.shift(-MONTHS_READ), month__lt=month, is_estimate=False
    )
    by_kind = rows.filter(kind__in=(CostKind.GROSS_PAY, CostKind.EMPLOYER_CONTRIBUTIONS)).values_list("kind")
    sums = dict(by_kind.annotate(Sum("amount")).order_by("kind"))
    gross = sums.get(CostKind.GROSS_PAY)
    return cents(sums.get(CostKind.EMPLOYER_CONTRIBUTIONS, ZERO) * 100 / gross) if gross else None


def estimable(month: Month) -> list[Employee]:
    """Who works for the group in ``month`` and has no actual cost of it, by name."""
    actual = EmployerCost.objects.filter(
        employee=OuterRef("pk"), month=month, is_estimate=False, kind__in=AMOUNTS
    )
    under_contract = ContractTerms.objects.during(month).values("contract__employee")
    people = Employee.objects.filter(
        ~Exists(actual),
        Q(pk__in=under_contract) | Q(pk__in=Timesheet.objects.filter(month=month).values("employee")),
    )
    return list(people.exclude(pk__in=closed_employees(month)).by_name())


def _to_estimate(month: Month, employees: Collection[Employee] | None) -> list[Employee]:
    everybody = estimable(month)
    if employees is None:
        if not everybody:
            raise NotEstimable(f"Tous les coûts {month.of_label} sont connus, il n’y a rien à estimer.")
        return everybody
    wanted = {person.pk for person in employees}
    people = [person for person in everybody if person.pk in wanted]
    if len(people) < len(wanted):
        raise NotEstimable(
            f"Le coût {month.of_label} est déjà connu ou facturé, ou il n’y a pas de contrat ce mois-là. "
            "Choisissez une autre personne.",
            field="employee",
        )
    return people


def _from_last(month: Month, people: Collection[Employee]) -> dict[int, EstimatedAmounts]:
    rows = EmployerCost.objects.filter(
        employee__in=[person.pk for person in people],
        month__lt=month,
        month__gte=month.shift(-MONTHS_READ),
        is_estimate=False,
        kind__in=AMOUNTS,
    )
    months: dict[int, dict[Month, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for cost in rows.order_by("employee", "month", "pk"):
        months[cost.employee_id][cost.month][cost.kind] = cost.amount
    made: dict[int, EstimatedAmounts] = {}
    for employee, known in months.items():
        last = max(known)
        made[employee] = known[last], f"d’après {last.label}"
    return made


def _from_contract(
    month: Month, people: Collection[Employee], rate: Decimal | None
) -> dict[int, EstimatedAmounts]:
    if rate is None:
        raise NotEstimable("Indiquez le taux de cotisations patronales, par exemple 42,00.", field="rate")
    terms: Mapping[int, list[ContractTerms]] = defaultdict(list)
    rows = ContractTerms.objects.during(month).filter(contract__employee__in=[each.pk for each in people])
    for row in rows.select_related("contract").order_by("starts_on", "pk"):
        terms[row.contract.employee_id].append(row)
    words = f"d’après le contrat, cotisations {spell_plain(rate)}\u00a0%"
    made: dict[int, EstimatedAmounts] = {}
    for employee, rows_of_one in terms.items():
        exact = sum((row.gross_monthly_pay * _days(row, month) for row in rows_of_one), ZERO) / len(
            month.days
        )
        gross = cents(exact)
        if gross:
            contributions = cents(gross * rate / 100)
            made[employee] = (
                {CostKind.GROSS_PAY: gross, CostKind.EMPLOYER_CONTRIBUTIONS: contributions},
                words,
            )
    return made


def _days(terms: ContractTerms, month: Month) -> int:
    """The days of ``month`` on which the terms and their contract hold."""
    contract = terms.contract
    span = intersection(
        (terms.starts_on, terms.ends_before),
        (contract.starts_on, contract.ends_before),
        (month.first, month.before),
    )
    return (span[1] - span[0]).days if span else 0


def _nothing_known(basis: str, people: Collection[Employee]) -> str:
    names = ", ".join(person.full_name for person in people)
    if basis == Basis.CONTRACT:
        return f"Aucun salaire au contrat pour {names}. Complétez le contrat, ou importez la paie."
    return f"Aucune paie connue pour {names} dans les douze mois d’avant. Estimez d’après le contrat."
