"""How an invoice stands: to pay, late, paid in part or paid; how a credit note does: used or at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, QuerySet

from billing.models import InvoiceKind, InvoiceStatus


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
