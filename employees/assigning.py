"""Placing an employee at a member, and the priced terms of it: what the law and the contract allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction

from employees.models import (
    AbsenceRule,
    Assignment,
    Contract,
    Employee,
    HoursEntry,
    MemberUse,
    PriceMethod,
    Terms,
    VatRegime,
)
from employees.models.assignment import REGIME_OF_USE
from groupement.kernel.cells import plain
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.periods import covers, overlaps
from groupement.kernel.templatetags.formats import day_fr
from groupement.kernel.worktime import DAY
from members.models import Member, Site, User
from members.models.membership import MembershipStatus

Span = tuple[date, date | None]


class NotAssignable(Refusal):
    """The person may not be placed there on those days."""


class BadTerms(Refusal):
    """The terms contradict themselves, the assignment or the tax rules."""


@transaction.atomic
def assign(
    employee: Employee,
    *,
    member: Member,
    job: str,
    site: Site | None = None,
    starts_on: date,
    ends_before: date | None = None,
    hours_entry: str = HoursEntry.BOTH,
    use: str = MemberUse.ALL,
    reference: str | None = None,
    by: User,
    at: datetime,
) -> Assignment:
    """Place ``employee`` at ``member`` from ``starts_on`` to the day before ``ends_before``.

    Without ``reference`` the next free one of the person is used. Raises NotAssignable; see contract_for().
    """
    # Two assignments of the same person wait for each other: neither sees the other's dates or reference half done.
    still_there(Employee.objects.select_for_update(), employee.pk)
    contract = contract_for(
        employee, member=member, site=site, starts_on=starts_on, ends_before=ends_before, use=use
    )
    with pghistory.context(user=by.pk, at=at.isoformat()):
        return Assignment.objects.create(
            reference=reference or next_reference(employee),
            employee=employee,
            contract=contract,
            member=member,
            site=site,
            job=job,
            hours_entry=hours_entry,
            use=use,
            starts_on=starts_on,
            ends_before=ends_before,
        )


def contract_for(
    employee: Employee,
    *,
    member: Member,
    site: Site | None,
    starts_on: date,
    ends_before: date | None,
    assignment: Assignment | None = None,
    use: str = MemberUse.ALL,
) -> Contract:
    """The contract under which ``employee`` may work at ``member`` on all those days.

    It covers them and its list names the member on each (C. trav. L1253-9); the member is admitted on each, since
    a group lends to its members only (L1253-1); no other assignment of the person there overlaps, but for one of the
    other ``use``. ``assignment`` is the one being edited. Raises NotAssignable.
    """
    if ends_before is not None and ends_before <= starts_on:
        raise NotAssignable("La fin doit venir après le début.", field="ends_before")
    if site is not None and site.member_id != member.pk:
        raise NotAssignable(f"Ce lieu de travail n’est pas à {member}.", field="site")
    contract: Contract | None = next(
        (held for held in employee.contracts.all() if held.covers(starts_on)), None
    )
    if contract is None:
        raise NotAssignable(
            f"{employee.full_name} n’a pas de contrat le {day_fr(starts_on)}.", field="starts_on"
        )
    wanted = (starts_on, ends_before)
    _refuse_gap([(contract.starts_on, contract.ends_before)], wanted, "le contrat s’arrête")
    listed = contract.allowed_members.filter(member=member)
    _refuse_gap(_spans(listed), wanted, f"le contrat ne cite pas {member} (C. trav. L1253-9)")
    admitted = member.memberships.exclude(status=MembershipStatus.CANDIDATE)
    _refuse_gap(_spans(admitted), wanted, f"{member} n’est pas adhérent (C. trav. L1253-1)")
    _refuse_overlap(employee, member, wanted, assignment, use)
    return contract


@transaction.atomic
def set_terms(
    assignment: Assignment,
    *,
    starts_on: date,
    weekly_pattern: Sequence[int],
    price_method: str,
    by: User,
    at: datetime,
    **figures: Any,
) -> Terms:
    """Agree on new terms from ``starts_on``; those before end that day, those after stay.

    ``weekly_pattern`` is minutes from Monday to Sunday; ``figures`` are the other fields of Terms, among them
    ``alternate_pattern``, every second week. Raises BadTerms; see refuse_terms(). What a price may not touch since it
    is invoiced is known above: billing.repricing.
    """
    # Two at once of one assignment: the second reads what the first wrote.
    still_there(Assignment.objects.select_for_update(no_key=True), assignment.pk)
    refuse_terms(
        assignment,
        starts_on=starts_on,
        weekly_pattern=weekly_pattern,
        price_method=price_method,
        **{name: figures[name] for name in CHECKED if name in figures},
    )
    if assignment.terms.filter(starts_on=starts_on).exists():
        raise BadTerms(
            f"Des conditions commencent déjà le {day_fr(starts_on)}\u00a0: corrigez-les.", field="starts_on"
        )
    later = assignment.terms.filter(starts_on__gt=starts_on).order_by("starts_on").first()
    with pghistory.context(user=by.pk, at=at.isoformat()):
        assignment.terms.on(starts_on).update(ends_before=starts_on)
        return Terms.objects.create(
            assignment=assignment,
            starts_on=starts_on,
            ends_before=later.starts_on if later else None,
            weekly_pattern=list(weekly_pattern),
            price_method=price_method,
            **figures,
        )


CHECKED = (
    *("alternate_pattern", "hourly_price", "flat_amount", "vat_regime", "is_trued_up", "management_rate"),
    *("absence_rules", "monthly_minimum_minutes", "index_code", "index_base"),
)


def refuse_terms(
    assignment: Assignment,
    *,
    starts_on: date,
    weekly_pattern: Sequence[int],
    price_method: str,
    alternate_pattern: Sequence[int] | None = None,
    hourly_price: Decimal | None = None,
    flat_amount: Decimal | None = None,
    vat_regime: str = VatRegime.STANDARD,
    is_trued_up: bool = False,
    management_rate: Decimal | None = Decimal(0),
    absence_rules: Mapping[str, str] | None = None,
    monthly_minimum_minutes: int | None = None,
    index_code: str = "",
    index_base: Decimal | None = None,
) -> None:
    """Raise BadTerms unless such terms may begin on ``starts_on``.

    Exempt under CGI art. 261 B needs the member's attestation valid that day, and a price that is the actual cost
    without a fee on top, or is trued up to it. A monthly minimum goes with an hourly price, an index with a price
    agreed on and with its base. Without ``management_rate`` (None) the group's own holds, month by month.
    """
    if not covers(assignment.starts_on, assignment.ends_before, starts_on):
        raise BadTerms(f"Le {day_fr(starts_on)} n’est pas dans la mise à disposition.", field="starts_on")
    _refuse_week(weekly_pattern, "La semaine type", "weekly_pattern")
    if alternate_pattern is not None:
        _refuse_week(alternate_pattern, "La semaine B", "alternate_pattern")
    _refuse_figures(price_method, hourly_price, flat_amount)
    _refuse_options(price_method, management_rate, absence_rules or {}, monthly_minimum_minutes)
    _refuse_index(price_method, index_code, index_base)
    if vat_regime != REGIME_OF_USE.get(MemberUse(assignment.use), vat_regime):
        raise BadTerms(
            f"Cette mise à disposition sert à {MemberUse(assignment.use).label}\u00a0: son régime de TVA est "
            f"«\u00a0{REGIME_OF_USE[MemberUse(assignment.use)].label}\u00a0».",
            field="vat_regime",
        )
    if vat_regime == VatRegime.EXEMPT_261B:
        if not is_trued_up:
            _refuse_above_cost(price_method, management_rate)
        _refuse_unattested(assignment.member, starts_on)


def next_reference(employee: Employee) -> str:
    """The first free "MAD-<payroll number>-<n>"; call it with the employee's row locked."""
    taken = Assignment.objects.filter(reference__plain__startswith=plain(f"MAD-{employee.payroll_number}-"))
    existing = set(map(plain, taken.values_list("reference", flat=True)))
    number = Assignment.objects.filter(employee=employee).count() + 1
    while plain(reference := f"MAD-{employee.payroll_number}-{number}") in existing:
        number += 1
    return reference


def _refuse_week(pattern: Sequence[int], name: str, field: str) -> None:
    if len(pattern) != 7 or not all(0 <= minutes <= DAY for minutes in pattern):
        raise BadTerms(f"{name} compte sept jours, de 0 à 24\u00a0h.", field=field)


def _refuse_figures(price_method: str, hourly_price: Decimal | None, flat_amount: Decimal | None) -> None:
    is_hourly, is_flat = price_method == PriceMethod.HOURLY, price_method == PriceMethod.FLAT
    if is_hourly and not (hourly_price and hourly_price > 0):
        raise BadTerms("Indiquez le prix horaire convenu.", field="hourly_price")
    if is_flat and (flat_amount is None or flat_amount < 0):
        raise BadTerms("Indiquez le forfait mensuel.", field="flat_amount")
    if hourly_price is not None and not is_hourly:
        raise BadTerms("Cette méthode de prix n’a pas de prix horaire\u00a0: videz-le.", field="hourly_price")
    if flat_amount is not None and not is_flat:
        raise BadTerms("Cette méthode de prix n’a pas de forfait\u00a0: videz-le.", field="flat_amount")


def _refuse_options(
    price_method: str, management_rate: Decimal | None, absence_rules: Mapping[str, str], minimum: int | None
) -> None:
    if management_rate is not None and not 0 <= management_rate <= 100:
        raise BadTerms("Le taux de gestion va de 0 à 100\u00a0%.", field="management_rate")
    if any(rule not in AbsenceRule.values for rule in absence_rules.values()):
        raise BadTerms(
            "Choisissez, pour chaque sorte d’absence, qui la porte dans la liste.", field="absence_rules"
        )
    if minimum and price_method != PriceMethod.HOURLY:
        raise BadTerms(
            "Un minimum facturé va avec un prix horaire\u00a0: videz-le.", field="monthly_minimum_minutes"
        )


def _refuse_index(price_method: str, code: str, base: Decimal | None) -> None:
    if bool(code) != (base is not None):
        raise BadTerms(
            "Un indice de révision va avec sa valeur de départ\u00a0: donnez les deux, ou aucun.",
            field="index_base",
        )
    if base is not None and base <= 0:
        raise BadTerms("La valeur de départ d’un indice est supérieure à zéro.", field="index_base")
    if code and price_method == PriceMethod.ACTUAL:
        raise BadTerms("Le coût réel suit déjà les salaires\u00a0: il n’a pas d’indice.", field="index_code")


def _refuse_above_cost(price_method: str, management_rate: Decimal | None) -> None:
    """Exempt and not trued up, a price is the cost and nothing else."""
    if price_method != PriceMethod.ACTUAL:
        raise BadTerms(
            "L’exonération (CGI, art. 261 B) demande le coût exact\u00a0: choisissez le coût réel partagé, ou cochez "
            "«\u00a0régularisé au coût réel\u00a0».",
            field="vat_regime",
        )
    if management_rate is None or management_rate:
        raise BadTerms(
            "L’exonération (CGI, art. 261 B) demande le coût exact, sans frais de gestion en plus\u00a0: mettez leur "
            "taux à zéro, ou cochez «\u00a0régularisé au coût réel\u00a0».",
            field="management_rate",
        )


def _refuse_unattested(member: Member, starts_on: date) -> None:
    if not member.vat_attestations.on(starts_on).exists():
        raise BadTerms(
            f"{member} n’a pas d’attestation de TVA valable le {day_fr(starts_on)}\u00a0: enregistrez-la d’abord.",
            field="vat_regime",
        )


def _refuse_overlap(
    employee: Employee, member: Member, wanted: Span, edited: Assignment | None, use: str
) -> None:
    others = employee.assignments.filter(member=member)
    if use:
        others = others.filter(use__in=(use, MemberUse.ALL))
    if edited:
        others = others.exclude(pk=edited.pk)
    for other in others.order_by("starts_on"):
        if overlaps(other.starts_on, other.ends_before, *wanted):
            raise NotAssignable(
                f"{employee.full_name} est déjà chez {member} à partir du {day_fr(other.starts_on)} "
                f"({other.reference})\u00a0: donnez une fin à cette mise à disposition.",
                field="starts_on",
                errors=[
                    "Deux à la fois\u00a0: l’une pour les activités taxées, l’autre pour les activités exonérées."
                ],
            )


def _refuse_gap(spans: Sequence[Span], wanted: Span, why: str) -> None:
    """Raise NotAssignable for the first day of ``wanted`` that none of ``spans`` holds."""
    day, ends_before = wanted
    for starts_on, before in sorted(spans, key=lambda span: span[0]):
        if covers(starts_on, before, day):
            if before is None or (ends_before is not None and ends_before <= before):
                return
            day = before
    field = "starts_on" if day == wanted[0] else "ends_before"
    raise NotAssignable(f"À partir du {day_fr(day)}, {why}.", field=field)


def _spans(rows: Any) -> list[Span]:
    return list(rows.values_list("starts_on", "ends_before"))
