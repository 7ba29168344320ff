"""Taking somebody on: the person, the contract with the group, its terms, and the members it names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction

from employees.models import Contract, ContractMember, ContractTerms, Employee, TimeScheme
from groupement.kernel.cells import plain
from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import covers, overlaps
from groupement.kernel.templatetags.formats import day_fr
from members.models import Member, User

YOUNGEST = 16
MOST_DAYS = 235
FULL_WEEK = 35 * 60
_SCHEME = ("time_scheme", "yearly_minutes", "yearly_days", "cycle_starts_on")


class NotHireable(Refusal):
    """The person, the contract or its terms may not be so; the sentence says why."""


@transaction.atomic
def hire(
    *,
    birth_date: date,
    starts_on: date,
    is_another_person: bool = False,
    by: User,
    at: datetime,
    **identity: Any,
) -> Employee:
    """Enter a person into the personnel register, who starts on ``starts_on``.

    ``identity`` holds the other fields of Employee. Raises NotHireable under sixteen (C. trav. L4153-1), when the
    payroll number is in use, and when the same person has a record, unless this ``is_another_person``.
    """
    _refuse_under_age(birth_date, starts_on)
    existing = Employee.objects.filter(payroll_number__plain=plain(identity["payroll_number"])).first()
    if existing:
        raise NotHireable(f"Ce matricule est déjà celui {of(existing.full_name)}.", field="payroll_number")
    if not is_another_person:
        refuse_namesake(
            birth_date=birth_date, **{name: identity[name] for name in ("last_name", "first_name")}
        )
    with _history(by, at):
        return Employee.objects.create(birth_date=birth_date, **identity)


def refuse_namesake(
    *, last_name: str, first_name: str, birth_date: date, besides: Employee | None = None
) -> None:
    """Raise NotHireable when another record than ``besides`` has these names and this date of birth."""
    records = Employee.objects.namesakes(last_name, first_name, birth_date).order_by("pk")
    if known := next((each for each in records if each != besides), None):
        raise NotHireable(
            f"{known.full_name}, qui est de ce nom et de ce jour de naissance, a déjà une fiche, de matricule "
            f"{known.payroll_number}. Reprenez cette fiche, ou cochez «\u00a0C’est une autre personne\u00a0».",
            field="is_another_person",
        )


@transaction.atomic
def sign_contract(
    employee: Employee,
    *,
    kind: str = Contract.Kind.PERMANENT,
    starts_on: date,
    ends_before: date | None = None,
    signed_on: date | None = None,
    members: Iterable[Member],
    weekly_minutes: int,
    gross_monthly_pay: Decimal,
    by: User,
    at: datetime,
    **details: Any,
) -> Contract:
    """Give ``employee`` a contract with its first terms and the list of members where they may work.

    The list is an obligatory clause (C. trav. L1253-9). ``gross_monthly_pay`` is in euros; ``details`` are the
    classification, and how time is counted: time_scheme, yearly_minutes, yearly_days, cycle_starts_on.
    Raises NotHireable.
    """
    named = list(members)
    if not named:
        raise NotHireable(
            "Le contrat doit citer au moins un adhérent utilisateur (C. trav. L1253-9).", field="members"
        )
    refuse_contract(employee, kind=kind, starts_on=starts_on, ends_before=ends_before)
    worth: dict[str, Any] = {"weekly_minutes": weekly_minutes, "gross_monthly_pay": gross_monthly_pay}
    refuse_contract_terms(**worth, **{name: details[name] for name in _SCHEME if name in details})
    with _history(by, at):
        contract = Contract.objects.create(
            employee=employee, kind=kind, starts_on=starts_on, ends_before=ends_before, signed_on=signed_on
        )
        ContractTerms.objects.create(contract=contract, starts_on=starts_on, **worth, **details)
        ContractMember.objects.bulk_create(
            ContractMember(contract=contract, member=member, starts_on=starts_on) for member in named
        )
    return contract


@transaction.atomic
def set_contract_terms(
    contract: Contract,
    *,
    starts_on: date,
    weekly_minutes: int,
    gross_monthly_pay: Decimal,
    classification: str = "",
    by: User,
    at: datetime,
    **scheme: Any,
) -> ContractTerms:
    """Change hours, pay or classification from ``starts_on``; the terms before end that day.

    ``scheme`` is how time is counted: time_scheme, yearly_minutes, yearly_days, cycle_starts_on. Raises NotHireable
    outside the contract, or when terms already begin on that day or later.
    """
    refuse_contract_terms(weekly_minutes=weekly_minutes, gross_monthly_pay=gross_monthly_pay, **scheme)
    _refuse_outside(contract, starts_on)
    later = contract.terms.filter(starts_on__gte=starts_on).order_by("starts_on").first()
    if later:
        raise NotHireable(
            f"Des conditions commencent déjà le {day_fr(later.starts_on)}\u00a0: corrigez-les, ou choisissez "
            "une date plus tardive.",
            field="starts_on",
        )
    with _history(by, at):
        contract.terms.on(starts_on).update(ends_before=starts_on)
        return ContractTerms.objects.create(
            contract=contract,
            starts_on=starts_on,
            weekly_minutes=weekly_minutes,
            gross_monthly_pay=gross_monthly_pay,
            classification=classification,
            **scheme,
        )


@transaction.atomic
def name_member(
    contract: Contract,
    member: Member,
    *,
    starts_on: date,
    ends_before: date | None = None,
    by: User,
    at: datetime,
) -> ContractMember:
    """Add ``member`` to the contract's list from ``starts_on``, as an amendment does (C. trav. L1253-9).

    Raises NotHireable outside the contract, or when the list names the member on some of those days.
    """
    _refuse_outside(contract, starts_on)
    if ends_before is not None and ends_before <= starts_on:
        raise NotHireable("La fin doit venir après le début.", field="ends_before")
    for row in contract.allowed_members.filter(member=member):
        if overlaps(row.starts_on, row.ends_before, starts_on, ends_before):
            raise NotHireable(
                f"Le contrat cite déjà {member} à partir du {day_fr(row.starts_on)}.", field="member"
            )
    with _history(by, at):
        return ContractMember.objects.create(
            contract=contract, member=member, starts_on=starts_on, ends_before=ends_before
        )


def refuse_contract(
    employee: Employee,
    *,
    kind: str,
    starts_on: date,
    ends_before: date | None,
    contract: Contract | None = None,
) -> None:
    """Raise NotHireable unless such a contract may stand beside the others; ``contract`` is the one edited."""
    _refuse_under_age(employee.birth_date, starts_on)
    if ends_before is None and kind == Contract.Kind.FIXED_TERM:
        raise NotHireable("Un CDD a une date de fin\u00a0: indiquez-la.", field="ends_before")
    if ends_before is not None and ends_before <= starts_on:
        raise NotHireable("La fin doit venir après le début.", field="ends_before")
    for other in employee.contracts.all():
        if other != contract and overlaps(other.starts_on, other.ends_before, starts_on, ends_before):
            raise NotHireable(
                f"{employee.full_name} a déjà un {other} sur cette période\u00a0: donnez-lui une fin.",
                field="starts_on",
            )


def refuse_contract_terms(
    *,
    weekly_minutes: int,
    gross_monthly_pay: Decimal,
    time_scheme: str = TimeScheme.WEEKLY,
    yearly_minutes: int | None = None,
    yearly_days: int | None = None,
    cycle_starts_on: date | None = None,
) -> None:
    """Raise NotHireable for hours, days or pay that no contract has.

    Sixty hours a week at the very most (C. trav. L3121-21); a year counted in hours only when it is annualised
    (L3121-41), in days only for a day-rate contract: 235 at the very most when rest is given up (L3121-66).
    """
    if not 0 < weekly_minutes <= 60 * 60:
        raise NotHireable("La durée hebdomadaire va jusqu’à 60\u00a0h.", field="weekly_minutes")
    if gross_monthly_pay < 0:
        raise NotHireable("Le salaire ne peut pas être négatif.", field="gross_monthly_pay")
    if yearly_minutes is not None and time_scheme != TimeScheme.ANNUALISED:
        raise NotHireable(
            "Une durée annuelle va avec un temps annualisé\u00a0: videz-la, ou changez le décompte.",
            field="yearly_minutes",
        )
    _refuse_days(time_scheme, yearly_days)
    _refuse_cycle(time_scheme, weekly_minutes, cycle_starts_on)


def _refuse_days(time_scheme: str, yearly_days: int | None) -> None:
    if time_scheme == TimeScheme.DAY_RATE and not 1 <= (yearly_days or 0) <= MOST_DAYS:
        raise NotHireable(
            f"Un forfait en jours compte de 1 à {MOST_DAYS} jours par an\u00a0: indiquez-les.",
            field="yearly_days",
        )
    if yearly_days is not None and time_scheme != TimeScheme.DAY_RATE:
        raise NotHireable(
            "Des jours par an vont avec un forfait en jours\u00a0: videz-les, ou changez le décompte.",
            field="yearly_days",
        )


def _refuse_cycle(time_scheme: str, weekly_minutes: int, cycle_starts_on: date | None) -> None:
    """Two weeks begin on a Monday, and are of full time: the rules of part-time (L3123-28) are of one week here."""
    if time_scheme != TimeScheme.TWO_WEEKS:
        if cycle_starts_on is not None:
            raise NotHireable(
                "Un premier lundi va avec un décompte sur deux semaines\u00a0: videz-le, ou changez le décompte.",
                field="cycle_starts_on",
            )
        return
    if cycle_starts_on is None or cycle_starts_on.isoweekday() != 1:
        raise NotHireable(
            "Un décompte sur deux semaines commence un lundi\u00a0: indiquez-en un.", field="cycle_starts_on"
        )
    if weekly_minutes < FULL_WEEK:
        raise NotHireable(
            "Un décompte sur deux semaines va avec un temps plein, 35\u00a0h au moins par semaine\u00a0: "
            "choisissez «\u00a0à la semaine\u00a0», ou «\u00a0annualisé\u00a0».",
            field="time_scheme",
        )


def _refuse_under_age(birth_date: date, starts_on: date) -> None:
    # A comparison of tuples, since nobody is born on a 29 February every year.
    if (starts_on.year - YOUNGEST, starts_on.month, starts_on.day) < (
        birth_date.year,
        birth_date.month,
        birth_date.day,
    ):
        raise NotHireable(
            f"La personne n’aura pas {YOUNGEST} ans le {day_fr(starts_on)} (C. trav. L4153-1).",
            field="birth_date",
        )


def _refuse_outside(contract: Contract, starts_on: date) -> None:
    if not covers(contract.starts_on, contract.ends_before, starts_on):
        raise NotHireable(f"Le {day_fr(starts_on)} n’est pas dans le contrat.", field="starts_on")


def _history(by: User, at: datetime) -> Any:
    """The change history names who did it, also outside a request."""
    return pghistory.context(user=by.pk, at=at.isoformat())
