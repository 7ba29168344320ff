"""Offer a price to a member, or to who may become one, and accept it: a simulation becomes a quote, then terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing import letters, repricing, vat
from billing.models import Letter, LetterKind, Quote
from billing.quoting import wording
from billing.simulating import Host, Method, Simulation
from employees.models import Assignment, PriceMethod, Terms, VatRegime
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE
from groupement.templatetags.formats import day_fr, long_date
from members.models import Group, Member, User

METHODS = {
    PriceMethod.HOURLY: Method.HOURLY,
    PriceMethod.ACTUAL: Method.ACTUAL,
    PriceMethod.FLAT: Method.FLAT,
}


class NotQuotable(Refusal):
    """There is nothing to offer, or nobody to offer it to."""


class NotAcceptable(Refusal):
    """The quote can no longer become the terms of that assignment."""


@dataclass(frozen=True)
class Offer:
    """What is offered to one host of a simulation: for which mission, how it is priced, until when it holds.

    ``member`` is None for who is not one yet. ``question`` is the address of the simulation, to open it again.
    """

    simulation: Simulation
    row: int
    method: str
    job: str
    valid_until: date
    member: Member | None = None
    note: str = ""
    question: str = ""

    @property
    def host(self) -> Host:
        return self.simulation.bills[self.row].host


@transaction.atomic
def write(offer: Offer, *, by: User, at: datetime) -> Quote:
    """Freeze ``offer`` as a letter and keep its figures; nothing of the wage goes into the letter.

    Raises NotQuotable for a host without name or sum, and for a validity that is over.
    """
    _refuse_offer(offer, timezone.localdate(at))
    # Two quotes written at once would take the same reference: each waits for the group's row.
    group = Group.objects.select_for_update(no_key=True).get()
    today = timezone.localdate(at)
    reference = _next_reference(today)
    rate = vat.rate_of(offer.host.vat_regime, today)
    content = wording.content(offer, reference, group=group, on=today, rate=rate)
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
        figures={"question": offer.question, "row": offer.row, "terms": _terms(offer)},
        valid_until=offer.valid_until,
        made_by=by,
        made_at=at,
    )


@transaction.atomic
def accept(quote: Quote, assignment: Assignment, *, starts_on: date | None, by: User, at: datetime) -> Terms:
    """The member agrees: the quote's price becomes the terms of ``assignment`` from ``starts_on``, once.

    Raises NotAcceptable, and what repricing.agree() does.
    """
    row = Quote.objects.select_for_update().get(pk=quote.pk)
    proposed = propose(row, assignment, starts_on=starts_on, at=at)
    figures = repricing.figures_of(proposed)
    terms = repricing.agree(assignment, starts_on=starts_on, figures=figures, by=by, at=at)
    row.terms, row.accepted_at = terms, at
    row.save(update_fields=["terms", "accepted_at"])
    return terms


def propose(quote: Quote, assignment: Assignment, *, starts_on: date | None, at: datetime) -> Terms:
    """The terms that accept() would write, checked and not written; who bears absences stays as it was."""
    _refuse_accepting(quote, assignment, starts_on, timezone.localdate(at))
    held = repricing.in_force(assignment, starts_on) if starts_on else None
    figures: dict[str, Any] = (
        {"absence_rule": held.absence_rule, "absence_rules": held.absence_rules} if held else {}
    )
    figures.update(figures_of(quote))
    return repricing.propose(assignment, starts_on=starts_on, figures=figures)


def figures_of(quote: Quote) -> dict[str, Any]:
    """The price that the quote offers, as figures of terms."""
    told: dict[str, Any] = dict(quote.figures["terms"])
    for name in ("hourly_price", "flat_amount", "management_rate"):
        told[name] = None if told[name] is None else Decimal(told[name])
    return told


def _terms(offer: Offer) -> dict[str, Any]:
    amount = offer.simulation.bills[offer.row].amounts[METHODS[PriceMethod(offer.method)]]
    is_actual = offer.method == PriceMethod.ACTUAL
    return {
        "price_method": str(offer.method),
        "hourly_price": str(offer.simulation.price) if offer.method == PriceMethod.HOURLY else None,
        "flat_amount": str(amount.net) if offer.method == PriceMethod.FLAT else None,
        "management_rate": str(offer.simulation.job.management_rate if is_actual else Decimal("0.00")),
        "vat_regime": str(offer.host.vat_regime),
        "is_trued_up": offer.host.vat_regime == VatRegime.EXEMPT_261B and not is_actual,
    }


def _refuse_offer(offer: Offer, today: date) -> None:
    if not offer.host.name:
        raise NotQuotable("Nommez la structure à qui vous faites ce devis.", field="row")
    if offer.method not in METHODS:
        raise NotQuotable("Choisissez comment le prix est fait.", field="method")
    if not offer.simulation.bills[offer.row].amounts[METHODS[PriceMethod(offer.method)]].net:
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
