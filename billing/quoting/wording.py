"""What a quote says on paper: for whom, which price, what it holds, under which conditions; never a wage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billing import vat
from billing.models import Unit
from billing.simulating import Amount, Method
from employees.models import PriceMethod, VatRegime
from groupement.money import NO_BREAK_SPACE, spell, spell_plain
from groupement.templatetags.formats import long_date
from groupement.worktime import quantity, spell_hours
from members.models import Group, Member

if TYPE_CHECKING:
    from billing.quoting import Offer

SPACE = NO_BREAK_SPACE
LETTERS = {
    PriceMethod.HOURLY: Method.HOURLY,
    PriceMethod.ACTUAL: Method.ACTUAL,
    PriceMethod.FLAT: Method.FLAT,
}
INCLUDED = {
    "Mutuelle": "la mutuelle",
    "Médecine du travail": "la médecine du travail",
    "Formation": "la formation",
    "Déplacements": "les déplacements professionnels",
    "Maintien de salaire": "le maintien du salaire en cas de maladie",
    "Assurance": "l’assurance",
    "Autres coûts": "les autres frais de l’emploi",
}
HOW = {
    PriceMethod.HOURLY: "Chaque heure travaillée chez vous est facturée au prix convenu. Congés, jours fériés, "
    "maladie et formation sont compris dans ce prix, et ne sont jamais facturés à part.",
    PriceMethod.ACTUAL: "Le coût réel du mois est partagé entre les structures selon les heures travaillées chez "
    "chacune, au centime. Le montant ci-dessous est celui d’un mois moyen\u00a0: il suit vos heures et ce coût.",
    PriceMethod.FLAT: "Le même montant est facturé chaque mois. Un mois commencé ou fini en route est compté au "
    "prorata de ses jours.",
}


def content(offer: Offer, reference: str, *, group: Group, on: date, rate: Decimal) -> dict[str, Any]:
    """The letter: plain texts and amounts of plain decimals, as templates/paper/letters/quote.html wants them."""
    amount = offer.simulation.bills[offer.row].amounts[LETTERS[PriceMethod(offer.method)]]
    return {
        "reference": reference,
        "written_on": on.isoformat(),
        "valid_until": offer.valid_until.isoformat(),
        "recipient": _recipient(offer.member, offer.host.name),
        "job": offer.job,
        "method": PriceMethod(offer.method).label,
        "headline": headline(offer),
        "how": HOW[PriceMethod(offer.method)],
        "hours": spell_hours(offer.host.minutes),
        "lines": _lines(offer, amount),
        "net": str(amount.net),
        "vat_label": vat.label(offer.host.vat_regime, rate),
        "vat": str(amount.vat),
        "total": str(amount.total),
        "includes": _includes(offer),
        "conditions": _conditions(offer, group),
        "note": offer.note,
    }


def headline(offer: Offer) -> str:
    """The price in a few words."""
    if offer.method == PriceMethod.HOURLY:
        return f"{spell(offer.simulation.price)} HT de l’heure"
    amount = offer.simulation.bills[offer.row].amounts[LETTERS[PriceMethod(offer.method)]]
    if offer.method == PriceMethod.FLAT:
        return f"{spell(amount.net)} HT par mois"
    return f"environ {spell(amount.net)} HT par mois"


def percent(rate: Decimal) -> str:
    """ "5 %", "7,5 %" """
    return f"{spell_plain(rate).rstrip('0').removesuffix(',')}{SPACE}%"


def _recipient(member: Member | None, name: str) -> dict[str, str]:
    if member is None:
        return {"name": name, "legal_form": "", "street": "", "postal_code": "", "city": "", "siren": ""}
    fields = {"name": "legal_name", "legal_form": "legal_form", "street": "street"}
    fields |= {"postal_code": "postal_code", "city": "city", "siren": "siren"}
    return {key: str(getattr(member, field)) for key, field in fields.items()}


def _lines(offer: Offer, amount: Amount) -> list[dict[str, str]]:
    what = f"Mise à disposition, {offer.job}"
    hours = f"{spell_hours(offer.host.minutes)}{SPACE}h par mois"
    if offer.method == PriceMethod.HOURLY:
        count = quantity(offer.host.minutes)
        return [_line(what, "Un mois comme prévu", count, Unit.HOUR, offer.simulation.price, amount.net)]
    if offer.method == PriceMethod.FLAT:
        return [
            _line(what, f"Forfait mensuel, {hours} prévues", Decimal(1), Unit.MONTH, amount.net, amount.net)
        ]
    rate = percent(offer.simulation.job.management_rate)
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
    said = ["le salaire", "les congés payés", "les jours fériés", "les cotisations de l’employeur"]
    said += [INCLUDED.get(label, label.lower()) for label, amount in job.others if amount]
    if job.reserve_rate:
        said.append("la réserve de solidarité du groupement")
    if job.management_rate:
        is_told = offer.method == PriceMethod.HOURLY and offer.simulation.price == job.price
        an_hour = f", soit {spell(job.hourly_fee)} de l’heure" if is_told else ""
        said.append(f"les frais de gestion ({percent(job.management_rate)} du coût{an_hour})")
    listed = f"{', '.join(said[:-1])} et {said[-1]}."
    return listed[:1].upper() + listed[1:]


def _conditions(offer: Offer, group: Group) -> list[str]:
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
        "groupement (C. trav., art. L1253-1)."
    )
    return [
        hours_rule,
        f"Une facture par mois, payable à {group.payment_days}{SPACE}jours.",
        f"TVA{SPACE}: {vat_rule}",
        "Le prix ne change jamais pour un mois déjà facturé. Un nouveau prix se convient d’avance.",
        law,
        f"Ce devis vaut jusqu’au {long_date(offer.valid_until)}.",
    ]
