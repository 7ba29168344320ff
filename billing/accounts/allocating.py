"""Settle invoices with what is left of a payment or credit note, write off a small remainder; and undo it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from billing.accounts.receivables import oldest_first, shared_out, unsettled, with_dues, with_left
from billing.models import Allocation, AllocationSource, Invoice, InvoiceKind, InvoiceStatus, Payment
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.money import ZERO, cents, spell
from groupement.kernel.money import allocate as money_allocate
from members.models import Group, Member, User

Row = Mapping[str, str]
# Euros by (rate in percent, "net" or "vat"): an invoice, or what was taken of it, down to its smallest boxes.
Cells = dict[tuple[str, str], Decimal]


def whole_of(vat: Iterable[Row]) -> Cells:
    """The cells of an invoice, from the VAT table of its snapshot."""
    cells: Cells = {}
    for row in vat:
        _add(cells, row["rate"], net=Decimal(row["base"]), vat=Decimal(row["amount"]))
    return cells


def taken(parts: Iterable[Iterable[Row]]) -> Cells:
    """What allocations took together, from their ``by_rate``."""
    cells: Cells = {}
    for rows in parts:
        for row in rows:
            vat = Decimal(row["vat"])
            _add(cells, row["rate"], net=Decimal(row["amount"]) - vat, vat=vat)
    return cells


def split(amount: Decimal, of: Cells, before: Cells, like: Cells | None = None) -> list[dict[str, str]]:
    """The ``by_rate`` of the next part: ``amount`` out of the invoice ``of``, of which ``before`` is settled.

    The settled parts together follow the invoice's proportions to the cent; what an undone part left behind is caught
    up. ``like``: a credit note takes what it corrects first, so that the rest due is that of the other lines.
    Raises ValueError when less is left than ``amount``.
    """
    room = {cell: of[cell] - before.get(cell, ZERO) for cell in of}
    left = sum(room.values(), ZERO)
    if not ZERO < amount <= left:
        raise ValueError(f"{amount} does not fit into {left}")
    if amount == left:
        return _rows(room)
    if min(room.values()) < 0:
        return _rows(_with_negatives(amount, room))
    first = _alike(amount, room, like) if like else {}
    rest = amount - sum(first.values(), ZERO)
    begun = {cell: before.get(cell, ZERO) + first.get(cell, ZERO) for cell in of}
    then = _in_proportion(rest, of, begun) if rest else {}
    return _rows({cell: first.get(cell, ZERO) + then.get(cell, ZERO) for cell in of})


def _in_proportion(amount: Decimal, of: Cells, before: Cells) -> Cells:
    """Bring the sum of what is settled to the invoice's proportions; a cell that is ahead waits."""
    target = money_allocate(sum(before.values(), amount), list(of.values()))
    missing = [max(goal - before[cell], ZERO) for goal, cell in zip(target, of, strict=True)]
    return dict(zip(of, money_allocate(amount, missing), strict=True))


def _alike(amount: Decimal, room: Cells, like: Cells) -> Cells:
    """``amount`` in the proportions of ``like``, as far as there is room in the same cells."""
    weights = [max(like.get(cell, ZERO), ZERO) for cell in room]
    elsewhere = sum((max(value, ZERO) for cell, value in like.items() if cell not in room), ZERO)
    if not any(weights):
        return {}
    shares = money_allocate(amount, [*weights, elsewhere])
    return {cell: min(share, room[cell]) for cell, share in zip(room, shares, strict=False)}


def _with_negatives(amount: Decimal, room: Cells) -> Cells:
    """A rate whose lines sum below zero gives back in proportion; each share stays within its cell."""
    back = -sum((value for value in room.values() if value < 0), ZERO)
    given = cents(amount * back / sum(room.values(), ZERO))
    plus = money_allocate(amount + given, [max(value, ZERO) for value in room.values()])
    minus = money_allocate(given, [max(-value, ZERO) for value in room.values()])
    return {cell: up - down for cell, up, down in zip(room, plus, minus, strict=True)}


def _rows(cells: Cells) -> list[dict[str, str]]:
    rows = []
    for rate in sorted({rate for rate, _ in cells}, key=Decimal, reverse=True):
        net, vat = cells.get((rate, "net"), ZERO), cells.get((rate, "vat"), ZERO)
        if net or vat:
            rows.append({"rate": rate, "amount": str(net + vat), "vat": str(vat)})
    return rows


def _add(cells: Cells, rate: str, *, net: Decimal, vat: Decimal) -> None:
    key = f"{Decimal(rate):.2f}"
    for part, value in (("net", net), ("vat", vat)):
        cells[key, part] = cells.get((key, part), ZERO) + value


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
    (row,) = with_left(Payment.objects.filter(pk=payment.pk)).select_related("member")
    if row.reversed_on:
        raise NotAllocatable("Ce règlement a été annulé\u00a0: il ne règle plus rien.")
    parts = allocations
    if parts is None:
        parts = shared_out(row.left, oldest_first(unsettled(row.member_id).defer("snapshot")))
    _refuse_beyond(row.left, parts)
    fitting = _fitting(parts, row.member)
    return _settle(fitting, _Source(payment=row, on=row.received_on), by=by, at=at)


@transaction.atomic
def apply_credit(
    credit_note: Invoice, *, to: Invoice | None = None, by: User | None, at: datetime
) -> Allocation | None:
    """Use what is left of an issued ``credit_note`` as far as is due: on ``to``, else on the invoice it corrects.

    Without ``to``, None when there is nothing to settle: the credit stays at hand. Raises NotAllocatable.
    """
    hold(credit_note.member_id)
    rows = with_dues(Invoice.objects.filter(pk=credit_note.pk)).select_related("member", "corrects")
    (note,) = rows.defer("snapshot", "corrects__snapshot")
    if (note.kind, note.status) != (InvoiceKind.CREDIT_NOTE, InvoiceStatus.ISSUED):
        raise NotAllocatable(f"{note} n’est pas un avoir émis.")
    target = to or note.corrects
    if target is None:
        return None
    due = _due_of(target)
    if to is None and not (due and note.left):
        return None
    if not note.left:
        raise NotAllocatable(f"Il ne reste rien à utiliser de l’avoir {note.number}.")
    fitting = _fitting([(target, min(note.left, due) or note.left)], note.member)
    (made,) = _settle(fitting, _Source(credit_note=note, on=note.issued_on), by=by, at=at)
    return made


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
    source = _Source(on=timezone.localdate(at), reason=reason)
    (made,) = _settle([(invoice, due)], source, by=by, at=at)
    return made


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
    list(Member.objects.select_for_update(no_key=True).filter(pk=member).values_list("pk"))


def said(reason: str) -> str:
    """``reason`` on one line. Raises a Refusal when it says nothing."""
    plain = " ".join(reason.split())
    if not plain:
        raise Refusal("Indiquez le motif\u00a0: il reste dans l’historique.", field="reason")
    if len(plain) > 200:
        raise Refusal("Le motif tient en 200\u00a0caractères.", field="reason")
    return plain


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
    found: list[Decimal] = list(
        with_dues(Invoice.objects.filter(pk=invoice.pk)).values_list("due", flat=True)
    )
    return found[0]


@dataclass(frozen=True)
class _Source:
    """What settles: a payment, a credit note, or neither for a write-off; the day from which it does."""

    on: date
    payment: Payment | None = None
    credit_note: Invoice | None = None
    reason: str = ""

    @property
    def kind(self) -> AllocationSource:
        if self.payment:
            return AllocationSource.PAYMENT
        return AllocationSource.CREDIT_NOTE if self.credit_note else AllocationSource.WRITE_OFF


def _settle(parts: Parts, source: _Source, *, by: User | None, at: datetime) -> list[Allocation]:
    """Write the allocations; what settled a part of an invoice before has one for both parts."""
    ids = [invoice.pk for invoice, _ in parts]
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        more = _taken_back(ids, source)
        vats, before = _vats(ids), _taken(Allocation.objects.filter(invoice__in=ids), "invoice")
        like = _unused(source.credit_note) if source.credit_note else None
        rows = []
        for invoice, part in parts:
            amount, whole = part + more.get(invoice.pk, ZERO), whole_of(vats[invoice.pk])
            rows.append(
                Allocation(
                    invoice=invoice,
                    source=source.kind,
                    payment=source.payment,
                    credit_note=source.credit_note,
                    amount=amount,
                    by_rate=split(amount, whole, before.get(invoice.pk, {}), like),
                    settled_on=max(source.on, invoice.issued_on or source.on),
                    reason=source.reason,
                    recorded_by=by,
                    recorded_at=at,
                )
            )
        return Allocation.objects.bulk_create(rows)


def _taken_back(invoices: Sequence[int], source: _Source) -> dict[int, Decimal]:
    """Take away what the same payment or credit note settled of these invoices; how much it was."""
    if source.kind == AllocationSource.WRITE_OFF:
        return {}
    earlier = Allocation.objects.filter(
        invoice__in=invoices, payment=source.payment, credit_note=source.credit_note
    )
    amounts = dict(earlier.values_list("invoice", "amount"))
    if amounts:
        earlier.delete()
    return amounts


def _vats(invoices: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """The VAT table of each paper; without the rest of it, which may be long."""
    return dict(Invoice.objects.filter(pk__in=invoices).values_list("pk", "snapshot__vat"))


def _taken(allocations: QuerySet[Allocation], of: str) -> dict[int, Cells]:
    """What was taken of each invoice, or of each credit note, by rate."""
    parts: dict[int, list[list[dict[str, str]]]] = {}
    for pk, rows in allocations.values_list(of, "by_rate"):
        parts.setdefault(pk, []).append(rows)
    return {pk: taken(rows) for pk, rows in parts.items()}


def _unused(credit_note: Invoice) -> Cells:
    """What is left of a credit note, by rate."""
    cells = whole_of(_vats([credit_note.pk])[credit_note.pk])
    used = _taken(Allocation.objects.filter(credit_note=credit_note), "credit_note")
    for cell, value in used.get(credit_note.pk, {}).items():
        cells[cell] = cells.get(cell, ZERO) - value
    return cells
