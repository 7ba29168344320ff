"""Credit and replace: an invoice taken back whole and drafted again at the price that is right, in one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from billing.credit_notes import crediting
from billing.credit_notes.remaining import remainder_of
from billing.models import Charge, Fate, Invoice, InvoiceStatus
from billing.month import ahead, drafting
from billing.prices import changing
from employees.models import PriceMethod, Terms
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members import rules
from members.models import User

# The figure of each method that an invoice prints, and what it is called.
FIGURES = {
    PriceMethod.HOURLY.value: ("hourly_price", "Prix horaire HT"),
    PriceMethod.FLAT.value: ("flat_amount", "Forfait mensuel HT"),
    PriceMethod.ACTUAL.value: ("management_rate", "Taux de gestion (%)"),
}


class NotReplaceable(Refusal):
    """There is no price on this invoice that could be put right, or none that changes."""


@dataclass(frozen=True)
class InvoicedPrice:
    """The terms by which lines of an invoice were priced, and the first day on which the invoice used them.

    ``until`` is the first later month that is invoiced too: it keeps its price.
    """

    terms: Terms
    starts_on: date
    until: Month | None = None

    @property
    def figure(self) -> str:
        return FIGURES[self.terms.price_method][0]

    @property
    def label(self) -> str:
        return FIGURES[self.terms.price_method][1]

    @cached_property
    def value(self) -> Decimal:
        value: Decimal | None = getattr(self.terms, self.figure)
        # Without a rate of their own, terms follow the group's.
        return rules.on(Month.of(self.starts_on).first).management_rate if value is None else value


@dataclass(frozen=True)
class CorrectedPrice:
    """What a price should have been: its figure, and the VAT regime."""

    value: Decimal
    vat_regime: str


@dataclass(frozen=True)
class Replacement:
    """The credit note, issued, and the draft that takes the invoice's place."""

    note: Invoice
    draft: Invoice


def invoiced_prices_of(invoice: Invoice) -> list[InvoicedPrice]:
    """The prices behind the lines of ``invoice``, in their order; none for sums that were recorded one by one."""
    charges = Charge.objects.filter(line__invoice=invoice, terms__isnull=False)
    found: dict[int, InvoicedPrice] = {}
    for charge in charges.select_related("terms__assignment__employee").order_by("line__position"):
        if (terms := charge.terms) is None:
            continue
        day = max(charge.service_month.first, terms.starts_on)
        before = found.get(terms.pk)
        later = before.until if before else changing.invoiced_after(terms.assignment, invoice.service_month)
        found[terms.pk] = InvoicedPrice(terms, min(day, before.starts_on) if before else day, later)
    return list(found.values())


@transaction.atomic
def credit_and_replace(
    invoice: Invoice,
    *,
    prices: Mapping[int, CorrectedPrice],
    reason: str,
    by: User,
    at: datetime,
    expected: Decimal | None = None,
    issued_on: date | None = None,
    accepts_clock: bool = True,
) -> Replacement:
    """Credit all that is left of ``invoice``, put the prices right from its month on, and draft the month again.

    A later month that is invoiced keeps the price of its invoice, and so do those after it.

    ``prices`` are by the id of the terms. ``expected`` is what was left of the invoice on the page: sent twice, the
    second one is refused. ``issued_on`` is the date of the credit note, as issue_credit_note takes it. The draft is
    issued as any other, once it was read. Raises NotReplaceable, and what crediting, changing a price and drafting
    raise: then nothing at all is done.
    """
    if not accepts_clock:
        ahead.refuse_clock(timezone.localdate(at))
    known = {price.terms.pk: price for price in invoiced_prices_of(invoice)}
    changed = [(known[pk], new) for pk, new in prices.items() if pk in known and _is_other(known[pk], new)]
    if not known or invoice.run_id is None:
        raise NotReplaceable(
            f"Aucun prix convenu n’explique cette facture{NO_BREAK_SPACE}: faites un avoir, puis facturez de nouveau."
        )
    if not changed:
        raise NotReplaceable(f"Aucun prix ne change{NO_BREAK_SPACE}: corrigez-en un, ou faites un avoir.")
    lines = crediting.whole_invoice(remainder_of(invoice), Fate.RELEASED)
    note = crediting.issue_credit_note(
        invoice, lines=lines, reason=reason, by=by, at=at, expected=expected, issued_on=issued_on
    )
    for price, new in changed:
        figures = {**changing.figures_of(price.terms), price.figure: new.value, "vat_regime": new.vat_regime}
        assignment, first = price.terms.assignment, price.starts_on
        changing.agree(assignment, starts_on=first, figures=figures, is_correction=True, by=by, at=at)
    return Replacement(note, _draft_again(invoice, by=by, at=at))


def _draft_again(invoice: Invoice, *, by: User, at: datetime) -> Invoice:
    run = drafting.draft(invoice.service_month, by=by, at=at)
    drafts = run.invoices.filter(member=invoice.member_id, status=InvoiceStatus.DRAFT, is_out_of_scope=False)
    draft: Invoice | None = drafts.order_by("pk").first()
    if draft is None:
        waiting = run.problems.filter(is_blocking=True).order_by("pk").values_list("message", flat=True)
        raise NotReplaceable(
            f"Le brouillon de remplacement ne peut pas être fait{NO_BREAK_SPACE}: rien n’a été crédité.",
            errors=list(waiting),
        )
    return draft


def _is_other(price: InvoicedPrice, new: CorrectedPrice) -> bool:
    return (price.value, price.terms.vat_regime) != (new.value, new.vat_regime)
