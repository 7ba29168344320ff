"""Offer a simulated price to a member or a prospect as a letter, and accept it as the terms of an assignment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.documents import letters, vat
from billing.models import Letter, LetterKind, Quote, Unit
from billing.prices import changing
from billing.prices.simulator import Host, HostMonth, Method, Simulation
from employees.models import Assignment, PriceMethod, Terms, VatRegime
from groupement.kernel import postal
from groupement.kernel.french import NO_BREAK_SPACE, enumeration
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.money import ZERO, spell, spell_percent
from groupement.kernel.templatetags.formats import day_fr, long_date
from groupement.kernel.worktime import quantity, spell_hours
from members import rules
from members.models import Group, Member, User

METHODS = {
    PriceMethod.HOURLY: Method.HOURLY,
    PriceMethod.ACTUAL: Method.ACTUAL,
    PriceMethod.FLAT: Method.FLAT,
}


class NotQuotable(Refusal):
    """There is no price to offer, or nobody to offer it to."""


class NotAcceptable(Refusal):
    """The quote can no longer become the terms of that assignment."""


@dataclass(frozen=True)
class Offer:
    """What is offered to one host of a simulation: for which mission, how it is priced, until when it holds.

    ``member`` is None for a prospect. ``address`` is the query string of the simulation, to open it again.
    """

    simulation: Simulation
    row: int
    method: str
    job: str
    valid_until: date
    member: Member | None = None
    note: str = ""
    address: str = ""

    @property
    def host(self) -> Host:
        return self.simulation.hosts[self.row].host

    @property
    def month(self) -> HostMonth:
        """An average month of the host by the method offered."""
        return self.simulation.hosts[self.row].amounts[METHODS[PriceMethod(self.method)]]


@transaction.atomic
def write(offer: Offer, *, by: User, at: datetime) -> Quote:
    """Write ``offer`` as a letter that never changes, and store its figures; nothing of the wage is in the letter.

    Raises NotQuotable for a host without name or sum, and for a validity that is over.
    """
    _refuse_offer(offer, timezone.localdate(at))
    # Two quotes written at once would take the same reference: each waits for the group's row.
    group = Group.objects.select_for_update(no_key=True).get()
    today = timezone.localdate(at)
    reference = _next_reference(today)
    rate = vat.rate_of(offer.host.vat_regime, today)
    content = paper_content(offer, reference, group=group, on=today, rate=rate)
    letter = letters.write(
        LetterKind.QUOTE,
        member=offer.member,
        subject=f"Devis {reference}, {offer.job}",
        content=content,
        at=at,
    )
    # The worker prints it meanwhile; who is faster has it printed at once.
    transaction.on_commit(lambda: letters.enqueue([letter.pk]), robust=True)
    return Quote.objects.create(
        letter=letter,
        member=offer.member,
        prospect="" if offer.member else offer.host.name,
        figures={"question": offer.address, "row": offer.row, "terms": _terms(offer)},
        valid_until=offer.valid_until,
        made_by=by,
        made_at=at,
    )


@transaction.atomic
def accept(quote: Quote, assignment: Assignment, *, starts_on: date | None, by: User, at: datetime) -> Terms:
    """The member agrees: the quote's price becomes the terms of ``assignment`` from ``starts_on``, once.

    Raises NotAcceptable, and what changing.agree() does.
    """
    row = still_there(Quote.objects.select_for_update(), quote.pk)
    # Its terms are read for the proposal: those that another is agreeing on come first.
    still_there(Assignment.objects.select_for_update(no_key=True), assignment.pk)
    proposed = propose(row, assignment, starts_on=starts_on, at=at)
    figures = changing.figures_of(proposed)
    terms = changing.agree(assignment, starts_on=starts_on, figures=figures, by=by, at=at)
    row.terms, row.accepted_at = terms, at
    row.save(update_fields=["terms", "accepted_at"])
    return terms


def propose(quote: Quote, assignment: Assignment, *, starts_on: date | None, at: datetime) -> Terms:
    """The terms that accept() would write, checked and not written; who bears absences stays as it was."""
    _refuse_accepting(quote, assignment, starts_on, timezone.localdate(at))
    current = changing.in_force(assignment, starts_on) if starts_on else None
    figures: dict[str, Any] = (
        {"absence_rule": current.absence_rule, "absence_rules": current.absence_rules} if current else {}
    )
    figures.update(figures_of(quote))
    return changing.propose(assignment, starts_on=starts_on, figures=figures)


def figures_of(quote: Quote) -> dict[str, Any]:
    """The price that the quote offers, as figures of terms."""
    figures: dict[str, Any] = dict(quote.figures["terms"])
    for name in ("hourly_price", "flat_amount", "management_rate"):
        figures[name] = None if figures[name] is None else Decimal(figures[name])
    return figures


def _terms(offer: Offer) -> dict[str, Any]:
    is_actual = offer.method == PriceMethod.ACTUAL
    rate = offer.simulation.job.management_rate if is_actual else ZERO
    return {
        "price_method": str(offer.method),
        "hourly_price": str(offer.simulation.price) if offer.method == PriceMethod.HOURLY else None,
        "flat_amount": str(offer.month.net) if offer.method == PriceMethod.FLAT else None,
        "management_rate": str(rate),
        "vat_regime": str(offer.host.vat_regime),
        "is_trued_up": offer.host.vat_regime == VatRegime.EXEMPT_261B and bool(not is_actual or rate),
    }


def _refuse_offer(offer: Offer, today: date) -> None:
    if not offer.host.name:
        raise NotQuotable("Nommez la structure à qui vous faites ce devis.", field="row")
    if offer.method not in METHODS:
        raise NotQuotable("Choisissez comment le prix est fait.", field="method")
    if not offer.month.net:
        raise NotQuotable(
            f"{offer.host.name} ne paierait rien par cette méthode{NO_BREAK_SPACE}: donnez-lui des heures ou une part.",
            field="row",
        )
    if offer.valid_until < today:
        raise NotQuotable(
            f"Un devis fait le {day_fr(today)} vaut au moins jusqu’à ce jour.", field="valid_until"
        )


def _refuse_accepting(quote: Quote, assignment: Assignment, starts_on: date | None, today: date) -> None:
    if quote.accepted_at is not None:
        raise NotAcceptable("Ce devis est déjà accepté.")
    if quote.valid_until < today:
        raise NotAcceptable(
            f"Ce devis ne vaut plus depuis le {long_date(quote.valid_until)}{NO_BREAK_SPACE}: faites-en un autre."
        )
    if quote.member_id is not None and quote.member_id != assignment.member_id:
        raise NotAcceptable("Ce devis est pour une autre structure.", field="assignment")
    if starts_on and assignment.terms.filter(starts_on=starts_on).exists():
        raise NotAcceptable(
            f"Un prix commence déjà le {day_fr(starts_on)}{NO_BREAK_SPACE}: choisissez un autre jour.",
            field="starts_on",
        )


def _next_reference(on: date) -> str:
    """ "DEV-2026-007": counted by year; letters are never deleted."""
    written = Letter.objects.filter(kind=LetterKind.QUOTE, written_at__year=on.year).count()
    return f"DEV-{on.year}-{written + 1:03}"


INCLUDED = {
    "Mutuelle": "la mutuelle",
    "Médecine du travail": "la médecine du travail",
    "Formation": "la formation",
    "Déplacements": "les déplacements professionnels",
    "Maintien de salaire": "le maintien du salaire en cas de maladie",
    "Assurance": "l’assurance",
    "Autres coûts": "les autres frais de l’emploi",
}
METHOD_TEXTS = {
    PriceMethod.HOURLY: "Chaque heure travaillée chez vous est facturée au prix convenu. Congés, jours fériés, "
    "maladie et formation sont compris dans ce prix, et ne sont jamais facturés à part.",
    PriceMethod.ACTUAL: "Le coût réel du mois est partagé entre les structures selon les heures travaillées chez "
    "chacune, au centime. Le montant ci-dessous est celui d’un mois moyen\u00a0: il suit vos heures et ce coût.",
    PriceMethod.FLAT: "Le même montant est facturé chaque mois. Un mois commencé ou fini en route est compté au "
    "prorata de ses jours.",
}


def paper_content(offer: Offer, reference: str, *, group: Group, on: date, rate: Decimal) -> dict[str, Any]:
    """The letter: plain texts and amounts of plain decimals, as templates/paper/letters/quote.html wants them."""
    amount = offer.month
    return {
        "reference": reference,
        "written_on": on.isoformat(),
        "valid_until": offer.valid_until.isoformat(),
        "recipient": _recipient(offer.member, offer.host.name),
        "job": offer.job,
        "method": PriceMethod(offer.method).label,
        "headline": headline(offer),
        "how": METHOD_TEXTS[PriceMethod(offer.method)],
        "hours": spell_hours(offer.host.minutes),
        "lines": _lines(offer),
        "net": str(amount.net),
        "vat_label": vat.rate_label(offer.host.vat_regime, rate),
        "vat": str(amount.vat),
        "total": str(amount.total),
        "includes": _includes(offer),
        "conditions": _conditions(offer, rules.of(group).on(on)),
        "note": offer.note,
    }


def headline(offer: Offer) -> str:
    """The price in a few words."""
    if offer.method == PriceMethod.HOURLY:
        return f"{spell(offer.simulation.price)} HT de l’heure"
    if offer.method == PriceMethod.FLAT:
        return f"{spell(offer.month.net)} HT par mois"
    return f"environ {spell(offer.month.net)} HT par mois"


def _recipient(member: Member | None, name: str) -> dict[str, str]:
    if member is None:
        return {"name": name, "legal_form": "", **dict.fromkeys(postal.PARTS, ""), "siren": ""}
    own = {"name": member.legal_name, "legal_form": str(member.legal_form), "siren": member.siren}
    return own | postal.parts_of(member)


def _lines(offer: Offer) -> list[dict[str, str]]:
    amount = offer.month
    what = f"Mise à disposition, {offer.job}"
    hours = f"{spell_hours(offer.host.minutes)}{NO_BREAK_SPACE}h par mois"
    if offer.method == PriceMethod.HOURLY:
        count = quantity(offer.host.minutes)
        return [_line(what, "Un mois comme prévu", count, Unit.HOUR, offer.simulation.price, amount.net)]
    if offer.method == PriceMethod.FLAT:
        return [
            _line(what, f"Forfait mensuel, {hours} prévues", Decimal(1), Unit.MONTH, amount.net, amount.net)
        ]
    rate = spell_percent(offer.simulation.job.management_rate)
    lines = [
        _line(what, f"Part du coût réel, {hours}", Decimal(1), Unit.ONE, amount.cost, amount.cost),
    ]
    if amount.fee:
        lines.append(
            _line("Frais de gestion", f"{rate} de la part", Decimal(1), Unit.ONE, amount.fee, amount.fee)
        )
    return lines


def _line(
    label: str, detail: str, count: Decimal, unit: Unit, unit_price: Decimal, net: Decimal
) -> dict[str, str]:
    return {
        "label": label,
        "detail": detail,
        "quantity": str(count),
        "unit": str(unit.label),
        "unit_price": str(unit_price),
        "net": str(net),
    }


def _includes(offer: Offer) -> str:
    """What is in the price, in a sentence without a figure of pay."""
    job = offer.simulation.job
    included = ["le salaire", "les congés payés", "les jours fériés", "les cotisations de l’employeur"]
    included += [INCLUDED.get(label, label.lower()) for label, amount in job.others if amount]
    if job.reserve_rate:
        included.append("la réserve de solidarité du groupement")
    if job.management_rate:
        is_apart = offer.method == PriceMethod.HOURLY and offer.simulation.price == job.price
        an_hour = f", soit {spell(job.hourly_fee)} de l’heure" if is_apart else ""
        included.append(f"les frais de gestion ({spell_percent(job.management_rate)} du coût{an_hour})")
    listed = f"{enumeration(included)}."
    return listed[:1].upper() + listed[1:]


def _conditions(offer: Offer, of_day: rules.Rules) -> list[str]:
    is_exempt = offer.host.vat_regime == VatRegime.EXEMPT_261B
    is_actual = offer.method == PriceMethod.ACTUAL
    trued_up = "" if is_actual else "\u00a0; le prix est régularisé au coût exact chaque année"
    vat_rule = (
        f"exonération de l’article 261 B du CGI, tant que votre attestation annuelle est valable{trued_up}."
        if is_exempt
        else "au taux en vigueur le jour de la facture."
    )
    hours_rule = (
        "Les heures sont saisies jour par jour, visées par votre structure, puis approuvées par le groupement avant "
        "d’être facturées."
    )
    law = (
        "La mise à disposition fait l’objet d’une convention écrite\u00a0; elle est réservée aux adhérents du "
        "groupement (C. trav., art. L.\u00a01253-1)."
    )
    return [
        hours_rule,
        f"Une facture par mois, payable à {of_day.payment_days}{NO_BREAK_SPACE}jours.",
        f"TVA{NO_BREAK_SPACE}: {vat_rule}",
        "Le prix ne change jamais pour un mois déjà facturé. Un nouveau prix se convient d’avance.",
        law,
        f"Ce devis vaut jusqu’au {long_date(offer.valid_until)}.",
    ]
