"""What is due and what is at hand: of invoices, of credit notes, of payments, of members; read in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from billing.models import Allocation, Invoice, InvoiceKind, InvoiceStatus, Payment
from groupement.kernel.money import ZERO, allocate

EUROS: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=2)

_INVOICE = Q(kind=InvoiceKind.INVOICE, status=InvoiceStatus.ISSUED)
_CREDIT_NOTE = Q(kind=InvoiceKind.CREDIT_NOTE, status=InvoiceStatus.ISSUED)


def with_dues(invoices: QuerySet[Invoice]) -> QuerySet[Any]:
    """Annotate issued invoices with ``settled`` and ``due``, issued credit notes with ``used`` and ``left``.

    What does not apply is 0.00: nothing is due of a draft, nor of a credit note.
    """
    return invoices.annotate(
        settled=_when(_INVOICE, _allocated("invoice")),
        used=_when(_CREDIT_NOTE, _allocated("credit_note")),
    ).annotate(
        due=_when(_INVOICE, F("total") - F("settled")),
        left=_when(_CREDIT_NOTE, F("total") - F("used")),
    )


def overdue(on: date) -> QuerySet[Any]:
    """Issued invoices of which something is due since before ``on``, with their dues."""
    late = Invoice.objects.filter(_INVOICE, due_on__lt=on)
    return with_dues(late).filter(due__gt=0)


def unsettled(member: int | None = None) -> QuerySet[Any]:
    """Issued invoices of which something is due, of one member or of all, with their dues."""
    issued = Invoice.objects.filter(_INVOICE)
    return with_dues(issued if member is None else issued.filter(member=member)).filter(due__gt=0)


def oldest_first(invoices: QuerySet[Any]) -> QuerySet[Any]:
    """The order in which money settles when nobody says otherwise (C. civ., art. 1342-10)."""
    return invoices.order_by("due_on", "issued_on", "sequence", "pk")


def shared_out(amount: Decimal, invoices: Iterable[Any]) -> list[tuple[Any, Decimal]]:
    """``amount`` over ``invoices`` in the order given, each up to what is due; what is left is nobody's."""
    parts = []
    for invoice in invoices:
        if (part := min(amount, invoice.due)) > 0:
            parts.append((invoice, part))
            amount -= part
    return parts


def with_left(payments: QuerySet[Payment]) -> QuerySet[Any]:
    """Annotate payments with ``used`` and ``left``; nothing is left of one that was reversed."""
    return payments.annotate(used=_allocated("payment")).annotate(
        left=_when(Q(reversed_on__isnull=True), F("amount") - F("used"))
    )


def credits_at_hand(members: Collection[int] | None = None) -> dict[int, Decimal]:
    """What each member may still use, when it is something: money not allocated and credit notes not used."""
    at_hand: dict[int, Decimal] = {}
    scope = {} if members is None else {"member__in": members}
    payments = with_left(Payment.objects.filter(**scope)).filter(left__gt=0)
    notes = with_dues(Invoice.objects.filter(_CREDIT_NOTE, **scope)).filter(left__gt=0)
    found: QuerySet[Any]
    for found in (payments, notes):
        for member, left in found.values_list("member").annotate(sum=Sum("left")).order_by("member"):
            at_hand[member] = at_hand.get(member, ZERO) + left
    return at_hand


def _allocated(by: str) -> Coalesce:
    rows = Allocation.objects.filter(**{by: OuterRef("pk")}).order_by().values(by)
    return Coalesce(Subquery(rows.annotate(sum=Sum("amount")).values("sum")), Value(ZERO), output_field=EUROS)


def _when(condition: Q, then: Any) -> Case:
    return Case(When(condition, then=then), default=Value(ZERO), output_field=EUROS)


class Standing(models.TextChoices):
    """Its values are what the filter of the list says in the address."""

    DUE = "a-regler", "À régler"
    PART = "en-partie", "Réglée en partie"
    LATE = "en-retard", "En retard"
    PAID = "reglee", "Réglée"
    AT_HAND = "a-utiliser", "Avoir à utiliser"
    USED = "utilise", "Avoir utilisé"


TONES = {
    Standing.DUE: "",
    Standing.PART: "info",
    Standing.LATE: "danger",
    Standing.PAID: "success",
    Standing.AT_HAND: "info",
    Standing.USED: "success",
}


@dataclass(frozen=True)
class Shown:
    """A standing with the tone of its badge."""

    code: Standing

    @property
    def label(self) -> str:
        return str(self.code.label)

    @property
    def tone(self) -> str:
        return TONES[self.code]


def standing(invoice: Any, *, on: date) -> Shown | None:
    """That of an invoice read by ``with_dues``; None for a draft. What is late stays late when it is paid in part."""
    if invoice.status != InvoiceStatus.ISSUED:
        return None
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return Shown(Standing.AT_HAND if invoice.left else Standing.USED)
    if not invoice.due:
        return Shown(Standing.PAID)
    if invoice.due_on < on:
        return Shown(Standing.LATE)
    return Shown(Standing.PART if invoice.settled else Standing.DUE)


def standing_so(invoices: QuerySet[Any], code: str, *, on: date) -> QuerySet[Any]:
    """Those of ``invoices``, read by ``with_dues``, that stand so on a day; the same answers in SQL."""
    issued = invoices.filter(status=InvoiceStatus.ISSUED)
    bills = issued.filter(kind=InvoiceKind.INVOICE)
    notes = issued.filter(kind=InvoiceKind.CREDIT_NOTE)
    chosen = {
        Standing.DUE: lambda: bills.filter(due=F("total"), due__gt=0, due_on__gte=on),
        Standing.PART: lambda: bills.filter(settled__gt=0, due__gt=0, due_on__gte=on),
        Standing.LATE: lambda: bills.filter(due__gt=0, due_on__lt=on),
        Standing.PAID: lambda: bills.filter(due=0),
        Standing.AT_HAND: lambda: notes.filter(left__gt=0),
        Standing.USED: lambda: notes.filter(left=0),
    }
    return chosen[Standing(code)]()


def split_in(total: Decimal, n: int) -> list[Decimal]:
    """``total`` in ``n`` parts that sum to it exactly, the larger ones first. Raises ValueError below one part."""
    if n < 1:
        raise ValueError("Un échéancier a au moins une échéance.")
    return allocate(total, [1] * n)
