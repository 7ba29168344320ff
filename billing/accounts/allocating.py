"""Settle invoices with a payment, a credit note or the write-off of a small remainder, and undo it.

What settles a part of an invoice is split by VAT rate: the VAT of services is due on receipt (CGI, art. 269, 2, c).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.accounts.receivables import with_dues, with_left
from billing.accounts.spreading import due_invoices, spread
from billing.models import Allocation, AllocationSource, Invoice, InvoiceKind, InvoiceStatus, Payment, Refund
from groupement.kernel import money
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.money import ZERO, cents, spell
from members.models import Group, Member, User

if TYPE_CHECKING:
    from billing.accounts.receivables import InvoiceWithDues

# Invoices with the euros that go to each.
InvoiceAmounts = Sequence[tuple[Invoice, Decimal]]
# A line of a VAT table, amounts as texts of decimals: an invoice's, or the ``by_rate`` of an allocation.
VatRow = Mapping[str, str]
# Euros by (rate in percent, "net" or "vat").
AmountsByRate = dict[tuple[str, str], Decimal]


class NotAllocatable(Refusal):
    """The amount does not fit: not that member's, not issued, more than is due, or more than there is."""


class NothingToWriteOff(Refusal):
    """Nothing is due, or more than the group gives up."""


@transaction.atomic
def allocate(
    payment: Payment, allocations: InvoiceAmounts | None = None, *, by: User | None, at: datetime
) -> list[Allocation]:
    """Use what is left of ``payment``: on the invoices named with their amounts, else the oldest due first.

    Money settles on the day it came, an invoice issued later on the day of its issue. Raises NotAllocatable.
    """
    lock_member(payment.member_id)
    (row,) = with_left(Payment.objects.filter(pk=payment.pk)).select_related("member")
    if row.reversed_on:
        raise NotAllocatable("Ce règlement a été annulé\u00a0: il ne règle plus rien.")
    parts = spread(row.left, due_invoices(row.member_id)) if allocations is None else allocations
    wanted = sum((amount for _, amount in parts), ZERO)
    if wanted > row.left:
        raise NotAllocatable(
            f"Vous répartissez {spell(wanted)} et il n’y a que {spell(row.left)} à répartir{NO_BREAK_SPACE}: "
            f"retirez {spell(wanted - row.left)}."
        )
    source = _Source(payment=row, on=row.received_on)
    return _write_allocations(_checked(parts, row.member), source, by=by, at=at)


@transaction.atomic
def apply_credit(
    credit_note: Invoice, *, to: Invoice | None = None, by: User | None, at: datetime
) -> Allocation | None:
    """Use what is left of an issued ``credit_note`` as far as is due: on ``to``, else on the invoice it corrects.

    Without ``to``, None when there is nothing to settle: the credit stays unused. Raises NotAllocatable.
    """
    lock_member(credit_note.member_id)
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
    parts = _checked([(target, min(note.left, due) or note.left)], note.member)
    (made,) = _write_allocations(
        parts, _Source(credit_note=note, on=cast("date", note.issued_on)), by=by, at=at
    )
    return made


@transaction.atomic
def write_off(invoice: Invoice, *, reason: str, by: User | None, at: datetime) -> Allocation:
    """Give up all that is still due of ``invoice``, within the group's limit. Raises NothingToWriteOff."""
    lock_member(invoice.member_id)
    reason = checked_reason(reason)
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
    (made,) = _write_allocations([(invoice, due)], source, by=by, at=at)
    return made


@dataclass(frozen=True)
class WholeSettlement:
    """What would make an invoice whole, euros: the member's unused credit, and a small rest to write off."""

    credit: Decimal
    written_off: Decimal


def whole_settlement(due: Decimal, credit: Decimal, limit: Decimal) -> WholeSettlement | None:
    """How the unused ``credit`` settles all that is ``due``, up to a rest within ``limit``; None when it does not."""
    rest = max(due - credit, ZERO)
    if not due or not credit or rest > limit:
        return None
    return WholeSettlement(due - rest, rest)


def whole_after(
    parts: Iterable[tuple[InvoiceWithDues, Decimal]], credit: Decimal, limit: Decimal
) -> tuple[Invoice, WholeSettlement] | None:
    """What makes the invoice whole that these ``parts`` (euros, of invoices with their dues) pay but for a rest."""
    for invoice, part in parts:
        rest = invoice.due - part
        if part > 0 and rest > 0:
            small = WholeSettlement(ZERO, rest) if rest <= limit else None
            if found := whole_settlement(rest, credit, limit) or small:
                return invoice, found
    return None


@transaction.atomic
def settle_whole(invoice: Invoice, *, by: User | None, at: datetime) -> WholeSettlement:
    """Settle all that is due of ``invoice`` with what is left of the member's payments and credit notes, oldest first.

    A rest within the group's limit is written off. Raises NothingToWriteOff when they do not make it whole.
    """
    lock_member(invoice.member_id)
    before = due = _due_of(invoice)
    payments = with_left(Payment.objects.filter(member=invoice.member_id)).filter(left__gt=ZERO)
    for payment in payments.order_by("received_on", "pk"):
        if due:
            part = min(payment.left, due)
            allocate(payment, [(invoice, part)], by=by, at=at)
            due -= part
    notes = (
        with_dues(Invoice.objects.filter(member=invoice.member_id)).filter(left__gt=ZERO).defer("snapshot")
    )
    for note in notes.order_by("issued_on", "sequence", "pk"):
        if due:
            apply_credit(note, to=invoice, by=by, at=at)
            due -= min(note.left, due)
    if due or not before:
        write_off(invoice, reason="Reste minime après règlement", by=by, at=at)
    return WholeSettlement(before - due, due)


@transaction.atomic
def unallocate(allocation: Allocation, *, by: User | None, at: datetime) -> None:
    """Undo one allocation: the invoice is due again by as much, and what settled it may be used again."""
    lock_member(allocation.invoice.member_id)
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        gone, _ = Allocation.objects.filter(pk=allocation.pk).delete()
    if not gone:
        raise StaleRow("Cette imputation a déjà été annulée. Rechargez la page.")


def lock_member(member: int) -> None:
    """Lock ``member`` (id): what is read of its dues after this stays true until the end of the transaction."""
    list(Member.objects.select_for_update(no_key=True).filter(pk=member).values_list("pk"))


def checked_reason(reason: str) -> str:
    """``reason`` on one line. Raises a Refusal when it is empty or longer than 200 characters."""
    plain = " ".join(reason.split())
    if not plain:
        raise Refusal("Indiquez le motif\u00a0: il reste dans l’historique.", field="reason")
    if len(plain) > 200:
        raise Refusal("Le motif tient en 200\u00a0caractères.", field="reason")
    return plain


def _checked(parts: InvoiceAmounts, member: Member) -> list[tuple[Invoice, Decimal]]:
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


def _write_allocations(
    parts: InvoiceAmounts, source: _Source, *, by: User | None, at: datetime
) -> list[Allocation]:
    """Write the allocations; one that the same source has on an invoice already is replaced by their sum."""
    ids = [invoice.pk for invoice, _ in parts]
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        earlier = {} if source.kind == AllocationSource.WRITE_OFF else _remove_earlier(ids, source)
        vats = _vat_tables(ids)
        before = _allocated(Allocation.objects.filter(invoice__in=ids).values_list("invoice", "by_rate"))
        like = unused_by_rate(source.credit_note) if source.credit_note else None
        rows = []
        for invoice, part in parts:
            amount, whole = part + earlier.get(invoice.pk, ZERO), invoiced_by_rate(vats[invoice.pk])
            rows.append(
                Allocation(
                    invoice=invoice,
                    source=source.kind,
                    payment=source.payment,
                    credit_note=source.credit_note,
                    amount=amount,
                    by_rate=split_by_rate(amount, whole, before.get(invoice.pk, {}), like),
                    settled_on=max(source.on, invoice.issued_on or source.on),
                    reason=source.reason,
                    recorded_by=by,
                    recorded_at=at,
                )
            )
        return Allocation.objects.bulk_create(rows)


def _remove_earlier(invoices: Sequence[int], source: _Source) -> dict[int, Decimal]:
    """Delete what the same payment or credit note settled of these invoices; the euros, by invoice (id)."""
    earlier = Allocation.objects.filter(
        invoice__in=invoices, payment=source.payment, credit_note=source.credit_note
    )
    amounts = dict(earlier.values_list("invoice", "amount"))
    if amounts:
        earlier.delete()
    return amounts


def _vat_tables(invoices: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """The VAT table of each invoice's snapshot; not the rest of it, which may be long."""
    return dict(Invoice.objects.filter(pk__in=invoices).values_list("pk", "snapshot__vat"))


def _allocated(rows: Iterable[tuple[int, list[dict[str, str]]]]) -> dict[int, AmountsByRate]:
    """From pairs (id of an invoice or credit note, ``by_rate`` of one of its allocations), the sums by that id."""
    parts: dict[int, list[list[dict[str, str]]]] = defaultdict(list)
    for pk, by_rate in rows:
        parts[pk].append(by_rate)
    return {pk: allocated_by_rate(of_one) for pk, of_one in parts.items()}


def unused_by_rate(credit_note: Invoice) -> AmountsByRate:
    """What is left of a credit note, by rate: neither on an invoice nor given back."""
    amounts = invoiced_by_rate(_vat_tables([credit_note.pk])[credit_note.pk])
    settled = Allocation.objects.filter(credit_note=credit_note).values_list("by_rate", flat=True)
    returned = Refund.objects.standing().filter(credit_note=credit_note).values_list("by_rate", flat=True)
    for key, value in allocated_by_rate([*settled, *returned]).items():
        amounts[key] = amounts.get(key, ZERO) - value
    return amounts


def invoiced_by_rate(vat: Iterable[VatRow]) -> AmountsByRate:
    """The amounts of an invoice, from the VAT table of its snapshot."""
    amounts: AmountsByRate = {}
    for row in vat:
        _add(amounts, row["rate"], net=Decimal(row["base"]), vat=Decimal(row["amount"]))
    return amounts


def allocated_by_rate(parts: Iterable[Iterable[VatRow]]) -> AmountsByRate:
    """The amounts that allocations have together, from their ``by_rate``."""
    amounts: AmountsByRate = {}
    for rows in parts:
        for row in rows:
            vat = Decimal(row["vat"])
            _add(amounts, row["rate"], net=Decimal(row["amount"]) - vat, vat=vat)
    return amounts


def split_by_rate(
    amount: Decimal, of: AmountsByRate, before: AmountsByRate, like: AmountsByRate | None = None
) -> list[dict[str, str]]:
    """The ``by_rate`` of an allocation: ``amount`` euros of the invoice ``of``, of which ``before`` is settled.

    All allocations of an invoice together follow its proportions to the cent, also after one of them was undone.
    ``like`` are the amounts of a credit note: it settles the rates that it corrects first, so that the rest due is
    that of the other lines. Raises ValueError when less than ``amount`` is left.
    """
    room = {key: of[key] - before.get(key, ZERO) for key in of}
    left = sum(room.values(), ZERO)
    if not ZERO < amount <= left:
        raise ValueError(f"{amount} does not fit into {left}")
    if amount == left:
        return _rows(room)
    if min(room.values()) < 0:
        return _rows(_with_negatives(amount, room))
    first = _in_proportion_of_credit(amount, room, like) if like else {}
    rest = amount - sum(first.values(), ZERO)
    begun = {key: before.get(key, ZERO) + first.get(key, ZERO) for key in of}
    then = _in_proportion(rest, of, begun) if rest else {}
    return _rows({key: first.get(key, ZERO) + then.get(key, ZERO) for key in of})


def _in_proportion(amount: Decimal, of: AmountsByRate, before: AmountsByRate) -> AmountsByRate:
    """Bring the sum of what is settled to the invoice's proportions; a rate settled beyond them gets nothing."""
    target = money.allocate(sum(before.values(), amount), list(of.values()))
    missing = [max(goal - before[key], ZERO) for goal, key in zip(target, of, strict=True)]
    return dict(zip(of, money.allocate(amount, missing), strict=True))


def _in_proportion_of_credit(amount: Decimal, room: AmountsByRate, like: AmountsByRate) -> AmountsByRate:
    """``amount`` in the proportions of a credit note, at each rate at most what is left of the invoice there."""
    weights = [max(like.get(key, ZERO), ZERO) for key in room]
    elsewhere = sum((max(value, ZERO) for key, value in like.items() if key not in room), ZERO)
    if not any(weights):
        return {}
    shares = money.allocate(amount, [*weights, elsewhere])
    return {key: min(share, room[key]) for key, share in zip(room, shares, strict=False)}


def _with_negatives(amount: Decimal, room: AmountsByRate) -> AmountsByRate:
    """An invoice with a rate below zero: that rate gives back in proportion, and no rate gets more than is left."""
    back = -sum((value for value in room.values() if value < 0), ZERO)
    given = cents(amount * back / sum(room.values(), ZERO))
    plus = money.allocate(amount + given, [max(value, ZERO) for value in room.values()])
    minus = money.allocate(given, [max(-value, ZERO) for value in room.values()])
    return {key: up - down for key, up, down in zip(room, plus, minus, strict=True)}


def _rows(amounts: AmountsByRate) -> list[dict[str, str]]:
    rows = []
    for rate in sorted({rate for rate, _ in amounts}, key=Decimal, reverse=True):
        net, vat = amounts.get((rate, "net"), ZERO), amounts.get((rate, "vat"), ZERO)
        if net or vat:
            rows.append({"rate": rate, "amount": str(net + vat), "vat": str(vat)})
    return rows


def _add(amounts: AmountsByRate, rate: str, *, net: Decimal, vat: Decimal) -> None:
    percent = f"{Decimal(rate):.2f}"
    for part, value in (("net", net), ("vat", vat)):
        amounts[percent, part] = amounts.get((percent, part), ZERO) + value
