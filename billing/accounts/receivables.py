"""What is still due of invoices, and what is left to use of payments and credit notes; read in SQL, euros."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db import models
from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from billing.models import (
    Allocation,
    AllocationSource,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Payment,
    Refund,
)
from groupement.kernel.money import ZERO, allocate

EUROS: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=2)

_INVOICE = Q(kind=InvoiceKind.INVOICE, status=InvoiceStatus.ISSUED)
_CREDIT_NOTE = Q(kind=InvoiceKind.CREDIT_NOTE, status=InvoiceStatus.ISSUED)


class Dues(TypedDict):
    """What with_dues() adds to an invoice, in euros; ``used`` counts what was given back too."""

    settled: Decimal
    credited: Decimal
    used: Decimal
    due: Decimal
    left: Decimal


class Left(TypedDict):
    """What with_left() adds to a payment, in euros: ``used`` on invoices, ``refunded`` to the member."""

    used: Decimal
    refunded: Decimal
    left: Decimal


class DuesAndState(Dues):
    """What with_states() adds to an invoice that has its dues."""

    settlement_state: SettlementState | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    InvoiceWithDues = WithAnnotations[Invoice, Dues]
    InvoiceWithState = WithAnnotations[Invoice, DuesAndState]
    PaymentWithLeft = WithAnnotations[Payment, Left]


def with_dues(invoices: QuerySet[Invoice]) -> QuerySet[InvoiceWithDues]:
    """Annotate issued invoices with ``settled``, the part of it by credit notes (``credited``), ``due``; issued
    credit notes with ``used`` and ``left``.

    What does not apply is 0.00: nothing is due of a draft, nor of a credit note.
    """
    found = invoices.annotate(
        settled=_when(_INVOICE, _allocated("invoice")),
        credited=_when(_INVOICE, _allocated("invoice", source=AllocationSource.CREDIT_NOTE)),
        used=_when(_CREDIT_NOTE, _allocated("credit_note") + _refunded("credit_note")),
    ).annotate(
        due=_when(_INVOICE, F("total") - F("settled")),
        left=_when(_CREDIT_NOTE, F("total") - F("used")),
    )
    return cast("QuerySet[InvoiceWithDues]", found)


def overdue(on: date) -> QuerySet[InvoiceWithDues]:
    """Issued invoices of which something is due since before ``on``, with their dues."""
    late = Invoice.objects.filter(_INVOICE, due_on__lt=on)
    return with_dues(late).filter(due__gt=ZERO)


def unsettled(member: int | None = None) -> QuerySet[InvoiceWithDues]:
    """Issued invoices of which something is due, of one member or of all, with their dues."""
    issued = Invoice.objects.filter(_INVOICE)
    return with_dues(issued if member is None else issued.filter(member=member)).filter(due__gt=ZERO)


def with_left(payments: QuerySet[Payment]) -> QuerySet[PaymentWithLeft]:
    """Annotate payments with ``used``, ``refunded`` and ``left``; nothing is left of one that was reversed."""
    found = payments.annotate(used=_allocated("payment"), refunded=_refunded("payment")).annotate(
        left=_when(Q(reversed_on__isnull=True), F("amount") - F("used") - F("refunded"))
    )
    return cast("QuerySet[PaymentWithLeft]", found)


def _with_something_left(**scope: Any) -> tuple[QuerySet[PaymentWithLeft], QuerySet[InvoiceWithDues]]:
    """Payments and credit notes of which something is left."""
    payments = with_left(Payment.objects.filter(**scope))
    notes = with_dues(Invoice.objects.filter(_CREDIT_NOTE, **scope))
    return payments.filter(left__gt=ZERO), notes.filter(left__gt=ZERO)


def amounts_left() -> set[Decimal]:
    """What is left of each payment and of each credit note, in euros: what may be given back. One query."""
    payments, notes = _with_something_left()
    return {left for (left,) in payments.values_list("left").union(notes.values_list("left"))}


def unused_credits(members: Collection[int] | None = None) -> dict[int, Decimal]:
    """Euros that each member may still use, by id: money not allocated and credit notes not used; zero is left out."""
    unused: dict[int, Decimal] = {}
    found: QuerySet[Any]
    for found in _with_something_left(**({} if members is None else {"member__in": members})):
        for member, left in found.values_list("member").annotate(sum=Sum("left")).order_by("member"):
            unused[member] = unused.get(member, ZERO) + left
    return unused


class SettlementState(models.TextChoices):
    """How far an issued invoice is paid, or a credit note used; its values are those of the filter in the address."""

    DUE = "a-regler", "À régler"
    PART = "en-partie", "Réglée en partie"
    LATE = "en-retard", "En retard"
    PAID = "reglee", "Réglée"
    CREDITED = "creditee", "Soldée par avoir"
    UNUSED = "a-utiliser", "Avoir à utiliser"
    USED = "utilise", "Avoir utilisé"

    @property
    def tone(self) -> str:
        """That of its badge."""
        return _TONES.get(self, "")


_TONES = {
    SettlementState.PART: "info",
    SettlementState.LATE: "danger",
    SettlementState.PAID: "success",
    SettlementState.CREDITED: "success",
    SettlementState.UNUSED: "info",
    SettlementState.USED: "success",
}


def settlement_state(invoice: InvoiceWithDues, *, on: date) -> SettlementState | None:
    """That of an invoice read by ``with_dues``; None for a draft. What is late stays late when it is paid in part.

    A credit note is no payment: an invoice that only credit notes settle is still to be paid, or needs no payment.
    """
    if invoice.status != InvoiceStatus.ISSUED:
        return None
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return SettlementState.UNUSED if invoice.left else SettlementState.USED
    paid = invoice.settled - invoice.credited
    if not invoice.due:
        return SettlementState.PAID if paid else SettlementState.CREDITED
    if invoice.due_on and invoice.due_on < on:
        return SettlementState.LATE
    return SettlementState.PART if paid else SettlementState.DUE


def with_states(invoices: Iterable[InvoiceWithDues], *, on: date) -> list[InvoiceWithState]:
    """Note on each invoice, read by ``with_dues``, its ``settlement_state``."""
    found = cast("list[InvoiceWithState]", list(invoices))
    for each in found:
        each.settlement_state = settlement_state(each, on=on)
    return found


def in_state(invoices: QuerySet[InvoiceWithDues], state: str, *, on: date) -> QuerySet[InvoiceWithDues]:
    """Those of ``invoices``, read by ``with_dues``, whose ``settlement_state`` on a day is ``state``; in SQL."""
    issued = invoices.filter(status=InvoiceStatus.ISSUED)
    bills = issued.filter(kind=InvoiceKind.INVOICE).annotate(paid=F("settled") - F("credited"))
    notes = issued.filter(kind=InvoiceKind.CREDIT_NOTE)
    chosen: dict[str, Callable[[], QuerySet[Any]]] = {
        SettlementState.DUE: lambda: bills.filter(paid=ZERO, due__gt=ZERO, due_on__gte=on),
        SettlementState.PART: lambda: bills.filter(paid__gt=ZERO, due__gt=ZERO, due_on__gte=on),
        SettlementState.LATE: lambda: bills.filter(due__gt=ZERO, due_on__lt=on),
        SettlementState.PAID: lambda: bills.filter(due=ZERO, paid__gt=ZERO),
        SettlementState.CREDITED: lambda: bills.filter(due=ZERO, paid=ZERO),
        SettlementState.UNUSED: lambda: notes.filter(left__gt=ZERO),
        SettlementState.USED: lambda: notes.filter(left=ZERO),
    }
    return cast("QuerySet[InvoiceWithDues]", chosen[SettlementState(state)]())


def instalments(total: Decimal, n: int) -> list[Decimal]:
    """A schedule: ``total`` in ``n`` parts that sum to it exactly, the larger first. Raises ValueError below one."""
    if n < 1:
        raise ValueError("Un échéancier a au moins une échéance.")
    return allocate(total, [1] * n)


def _allocated(by: str, **only: str) -> Coalesce:
    rows = Allocation.objects.filter(**{by: OuterRef("pk")}, **only).order_by().values(by)
    return Coalesce(Subquery(rows.annotate(sum=Sum("amount")).values("sum")), Value(ZERO), output_field=EUROS)


def _refunded(by: str) -> Coalesce:
    rows = Refund.objects.standing().filter(**{by: OuterRef("pk")}).order_by().values(by)
    return Coalesce(Subquery(rows.annotate(sum=Sum("amount")).values("sum")), Value(ZERO), output_field=EUROS)


def _when(condition: Q, then: Any) -> Case:
    return Case(When(condition, then=then), default=Value(ZERO), output_field=EUROS)
