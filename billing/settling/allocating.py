"""Settle invoices with what is left of a payment or credit note, write off a small remainder; and undo it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.models import Allocation, AllocationSource, Invoice, InvoiceKind, InvoiceStatus, Payment
from billing.settling import by_rate
from billing.settling.dues import oldest_first, unsettled, with_dues, with_left
from groupement.lifecycle import Refusal, StaleRow
from groupement.money import NO_BREAK_SPACE, cents, spell
from members.models import Group, Member, User

ZERO = Decimal("0.00")
Parts = Sequence[tuple[Invoice, Decimal]]


class NotAllocatable(Refusal):
    """The amount does not fit: not that member's, not issued, more than is due, or more than there is."""


class NothingToWriteOff(Refusal):
    """Nothing is due, or more than the group gives up."""


@transaction.atomic
def allocate(
    payment: Payment, allocations: Parts | None = None, *, by: User | None, at: datetime
) -> list[Allocation]:
    """Use what is left of ``payment``: on the invoices named with their amounts, else the oldest due first.

    Money settles on the day it came, an invoice issued later on the day of its issue. Raises NotAllocatable.
    """
    hold(payment.member_id)
    row = with_left(Payment.objects.filter(pk=payment.pk)).select_related("member").get()
    left: Decimal = row.left
    if row.reversed_on:
        raise NotAllocatable("Ce règlement a été annulé\u00a0: il ne règle plus rien.")
    parts = _oldest_first(row.member_id, left) if allocations is None else allocations
    _refuse_beyond(left, parts)
    return [
        _settle(invoice, amount, payment=row, settled_on=row.received_on, by=by, at=at)
        for invoice, amount in _fitting(parts, row.member)
    ]


@transaction.atomic
def apply_credit(
    credit_note: Invoice, *, to: Invoice | None = None, by: User | None, at: datetime
) -> Allocation | None:
    """Use what is left of an issued ``credit_note`` as far as is due: on ``to``, else on the invoice it corrects.

    Without ``to``, None when there is nothing to settle: the credit stays at hand. Raises NotAllocatable.
    """
    hold(credit_note.member_id)
    note = with_dues(Invoice.objects.filter(pk=credit_note.pk)).select_related("member").get()
    if (note.kind, note.status) != (InvoiceKind.CREDIT_NOTE, InvoiceStatus.ISSUED):
        raise NotAllocatable(f"{note} n’est pas un avoir émis.")
    target = to or note.corrects
    if target is None:
        return None
    due, left = _due_of(target), note.left
    if to is None and not (due and left):
        return None
    if not left:
        raise NotAllocatable(f"Il ne reste rien à utiliser de l’avoir {note.number}.")
    ((invoice, amount),) = _fitting([(target, min(left, due) or left)], note.member)
    settled_on = note.issued_on or timezone.localdate(at)
    return _settle(invoice, amount, credit_note=note, settled_on=settled_on, by=by, at=at)


@transaction.atomic
def write_off(invoice: Invoice, *, reason: str, by: User | None, at: datetime) -> Allocation:
    """Give up all that is still due of ``invoice``, within the group's limit. Raises NothingToWriteOff."""
    hold(invoice.member_id)
    reason = said(reason)
    due = _due_of(invoice)
    if not due:
        raise NothingToWriteOff(f"Il ne reste rien à régler sur {invoice}.")
    given_up = sum(
        invoice.allocations.filter(source=AllocationSource.WRITE_OFF).values_list("amount", flat=True), ZERO
    )
    limit = Group.objects.values_list("write_off_limit", flat=True).get()
    if given_up + due > limit:
        raise NothingToWriteOff(
            f"Il reste {spell(due)}, et le groupement n’abandonne pas plus de {spell(limit)} par facture. "
            "Demandez le règlement, ou corrigez la facture par un avoir."
        )
    return _settle(invoice, due, settled_on=timezone.localdate(at), reason=reason, by=by, at=at)


@transaction.atomic
def unallocate(allocation: Allocation, *, by: User | None, at: datetime) -> None:
    """Undo one allocation: the invoice is due again by as much, and what settled it may be used again."""
    hold(allocation.invoice.member_id)
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        gone, _ = Allocation.objects.filter(pk=allocation.pk).delete()
    if not gone:
        raise StaleRow("Cette imputation a déjà été annulée. Rechargez la page.")


def hold(member: int) -> None:
    """One settles at a time for a member: dues read after this stay true until the end of the transaction."""
    Member.objects.select_for_update(no_key=True).get(pk=member)


def said(reason: str) -> str:
    """``reason`` on one line. Raises a Refusal when it says nothing."""
    plain = " ".join(reason.split())
    if not plain:
        raise Refusal("Indiquez le motif\u00a0: il reste dans l’historique.", field="reason")
    if len(plain) > 200:
        raise Refusal("Le motif tient en 200\u00a0caractères.", field="reason")
    return plain


def _oldest_first(member: int, left: Decimal) -> list[tuple[Invoice, Decimal]]:
    parts = []
    for invoice in oldest_first(unsettled(member).defer("snapshot")):
        if not left:
            break
        amount = min(left, invoice.due)
        parts.append((invoice, amount))
        left -= amount
    return parts


def _refuse_beyond(left: Decimal, parts: Parts) -> None:
    wanted = sum((amount for _, amount in parts), ZERO)
    if wanted > left:
        raise NotAllocatable(
            f"Vous répartissez {spell(wanted)} et il n’y a que {spell(left)} à répartir{NO_BREAK_SPACE}: "
            f"retirez {spell(wanted - left)}."
        )


def _fitting(parts: Parts, member: Member) -> list[tuple[Invoice, Decimal]]:
    """The parts, one for an invoice, each within what is due. Raises NotAllocatable with a sentence for each fault."""
    asked: dict[int, Decimal] = {}
    for invoice, amount in parts:
        asked[invoice.pk] = asked.get(invoice.pk, ZERO) + amount
        if amount <= 0 or cents(amount) != amount:
            raise NotAllocatable(f"Indiquez pour {invoice} un montant supérieur à zéro, en centimes au plus.")
    rows = with_dues(Invoice.objects.filter(pk__in=asked)).defer("snapshot")
    found = {row.pk: row for row in rows.order_by("pk")}
    faults = [fault for pk, amount in asked.items() if (fault := _fault(found.get(pk), amount, member))]
    if faults:
        raise NotAllocatable(faults[0], errors=faults[1:])
    return [(found[pk], amount) for pk, amount in asked.items()]


def _fault(invoice: Invoice | None, amount: Decimal, member: Member) -> str:
    if invoice is None or invoice.member_id != member.pk:
        return f"Cette facture n’est pas à {member.short_name}\u00a0: choisissez parmi les siennes."
    if invoice.status != InvoiceStatus.ISSUED:
        return "Un brouillon ne se règle pas\u00a0: émettez d’abord la facture."
    if invoice.kind != InvoiceKind.INVOICE:
        return f"L’avoir {invoice.number} ne se règle pas\u00a0: il s’impute sur une facture."
    due: Decimal = getattr(invoice, "due", ZERO)
    if not due:
        return f"La facture {invoice.number} est déjà réglée."
    if amount > due:
        return f"Il reste {spell(due)} à régler sur {invoice.number}, vous y mettez {spell(amount)}\u00a0: réduisez."
    return ""


def _due_of(invoice: Invoice) -> Decimal:
    due: Decimal = with_dues(Invoice.objects.filter(pk=invoice.pk)).values_list("due", flat=True).get()
    return due


def _settle(
    invoice: Invoice,
    amount: Decimal,
    *,
    payment: Payment | None = None,
    credit_note: Invoice | None = None,
    settled_on: date,
    reason: str = "",
    by: User | None,
    at: datetime,
) -> Allocation:
    """Write the allocation; a payment or credit note that settled a part of the invoice before has one for both."""
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        source = AllocationSource.WRITE_OFF
        if payment or credit_note:
            source = AllocationSource.PAYMENT if payment else AllocationSource.CREDIT_NOTE
            earlier = Allocation.objects.filter(invoice=invoice, payment=payment, credit_note=credit_note)
            amount += sum(earlier.values_list("amount", flat=True), ZERO)
            earlier.delete()
        whole = by_rate.whole(_vat(invoice))
        before = by_rate.taken(
            _parts(Allocation.objects.filter(invoice=invoice).values_list("by_rate", flat=True))
        )
        return Allocation.objects.create(
            invoice=invoice,
            source=source,
            payment=payment,
            credit_note=credit_note,
            amount=amount,
            by_rate=by_rate.split(amount, whole, before, _unused(credit_note) if credit_note else None),
            settled_on=max(settled_on, invoice.issued_on or settled_on),
            reason=reason,
            recorded_by=by,
            recorded_at=at,
        )


def _unused(credit_note: Invoice) -> by_rate.Cells:
    cells = by_rate.whole(_vat(credit_note))
    for cell, value in by_rate.taken(_parts(credit_note.uses.values_list("by_rate", flat=True))).items():
        cells[cell] = cells.get(cell, ZERO) - value
    return cells


def _vat(invoice: Invoice) -> list[dict[str, str]]:
    """The VAT table of the paper; without the rest of it, which may be long."""
    rows: list[dict[str, str]] = Invoice.objects.values_list("snapshot__vat", flat=True).get(pk=invoice.pk)
    return rows


def _parts(rows: Iterable[list[dict[str, str]]]) -> list[list[dict[str, str]]]:
    return list(rows)
