"""Accept what an operation is: its payment is recorded, or confirmed, or taken back, in one transaction with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.accounts import payments
from billing.bank import candidates, suggesting
from billing.bank.candidates import LINK, RETURN, Candidate, Ledger, Share
from billing.bank.sorting import held, split
from billing.models import BankOperation, BankStatement, Invoice, OperationStatus, Payment
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.money import ZERO, spell
from members.models import Member, User

CHANGED = "Les factures ou les règlements ont changé entre-temps. Choisissez de nouveau."


class NoSuchCandidate(StaleRow):
    """The suggestion is not there any more: dues or payments changed since it was shown."""


class NotMatchable(Refusal):
    """The operation and the payment do not go together."""


@dataclass(frozen=True)
class Accepted:
    """What was accepted at once: how many operations, and what came in by them."""

    count: int
    amount: Decimal


@transaction.atomic
def accept(operation: BankOperation, code: str, *, by: User | None, at: datetime) -> BankOperation:
    """Accept the candidate ``code`` among those that stand now.

    Raises NotOpen, NoSuchCandidate, refusals of settling.
    """
    row = held(operation)
    ledger = candidates.read(on=timezone.localdate(at))
    for candidate in suggesting.suggest(candidates.movement_of(row), ledger):
        if candidate.code == code:
            return _apply(row, candidate, by=by, at=at)
    raise NoSuchCandidate(CHANGED)


@transaction.atomic
def accept_certain(statement: BankStatement, *, by: User | None, at: datetime) -> Accepted:
    """Accept all that is certain of ``statement``, one after the other: what one settles, no other settles again."""
    rows = statement.operations.select_for_update(no_key=True).filter(status=OperationStatus.OPEN)
    chosen = certain(rows.order_by("booked_on", "pk"), candidates.read(on=timezone.localdate(at)))
    for operation, candidate in chosen:
        _apply(operation, candidate, by=by, at=at)
    return Accepted(len(chosen), sum((operation.amount for operation, _ in chosen), ZERO))


def certain(operations: Iterable[BankOperation], ledger: Ledger) -> list[tuple[BankOperation, Candidate]]:
    """Which of open ``operations`` would be accepted at once, each with its candidate."""
    chosen = []
    for operation in operations:
        movement = candidates.movement_of(operation)
        if operation.status != OperationStatus.OPEN or not ledger.numbers.find(movement.text):
            continue
        for candidate in suggesting.suggest(movement, ledger):
            if candidate.is_certain:
                chosen.append((operation, candidate))
                ledger = ledger.after(candidate.parts, candidate.confirmed)
    return chosen


@transaction.atomic
def settle(
    operation: BankOperation,
    member: Member,
    allocations: Sequence[tuple[Invoice, Decimal]],
    *,
    by: User | None,
    at: datetime,
) -> BankOperation:
    """Record the operation as a payment of ``member`` on these invoices; the rest stays at its credit.

    Raises NotOpen, NotMatchable, refusals of settling.
    """
    row = held(operation)
    if row.amount < 0:
        raise NotMatchable("L’argent est sorti\u00a0: ce n’est pas un règlement reçu.")
    return _pay(row, member, allocations, by=by, at=at)


@transaction.atomic
def take_back(operation: BankOperation, payment: Payment, *, by: User | None, at: datetime) -> BankOperation:
    """Say that by ``operation`` the bank took ``payment`` back. Raises NotOpen, NotMatchable, refusals of settling."""
    row = held(operation)
    if row.amount != -payment.amount:
        raise NotMatchable(
            f"Le règlement est de {spell(payment.amount)}, l’opération de {spell(row.amount)}\u00a0: "
            "les deux montants doivent s’annuler."
        )
    words = f"Relevé bancaire\u00a0: {row.label or 'repris par la banque'}"[:200]
    payments.reverse(payment, on=row.booked_on, reason=words, by=by, at=at)
    return _write(row, by=by, at=at, reverses=payment)


def _apply(row: BankOperation, candidate: Candidate, *, by: User | None, at: datetime) -> BankOperation:
    if candidate.kind == RETURN:
        payment = _payment(candidate.shares[0])
        return take_back(row, payment, by=by, at=at)
    if len(candidate.shares) == 1:
        return _apply_share(row, candidate.kind, candidate.shares[0], by=by, at=at)
    parts = split(row, [share.amount for share in candidate.shares], by=by, at=at)
    for part, share in zip(parts, candidate.shares, strict=True):
        _apply_share(part, candidate.kind, share, by=by, at=at)
    row.status = OperationStatus.SPLIT
    return row


def _apply_share(
    row: BankOperation, kind: str, share: Share, *, by: User | None, at: datetime
) -> BankOperation:
    if kind == LINK:
        return _write(row, by=by, at=at, payment=_payment(share))
    found = Invoice.objects.defer("snapshot").in_bulk([debt.invoice for debt, _ in share.parts])
    parts = [(found[debt.invoice], amount) for debt, amount in share.parts]
    return _pay(row, share.member, parts, by=by, at=at)


def _pay(
    row: BankOperation,
    member: Member,
    allocations: Sequence[tuple[Invoice, Decimal]],
    *,
    by: User | None,
    at: datetime,
) -> BankOperation:
    payment = payments.record(
        member,
        amount=row.amount,
        received_on=row.booked_on,
        method=row.nature,
        reference=(row.reference or row.label)[:140],
        note=f"Relevé bancaire\u00a0: {row.counterparty}"[:200] if row.counterparty else "Relevé bancaire",
        allocations=list(allocations),
        by=by,
        at=at,
    )
    return _write(row, by=by, at=at, payment=payment, has_made_payment=True)


def _payment(share: Share) -> Payment:
    """The payment of a candidate, locked, as it stands. Raises NoSuchCandidate."""
    named = [share.payment.payment] if share.payment else []
    found = Payment.objects.select_for_update(no_key=True).filter(pk__in=named, reversed_on=None).first()
    if found is None:
        raise NoSuchCandidate(CHANGED)
    return found


def _write(
    row: BankOperation,
    *,
    by: User | None,
    at: datetime,
    payment: Payment | None = None,
    reverses: Payment | None = None,
    has_made_payment: bool = False,
) -> BankOperation:
    row.status = OperationStatus.MATCHED
    row.payment, row.reverses, row.has_made_payment = payment, reverses, has_made_payment
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        row.save(update_fields=["status", "payment", "reverses", "has_made_payment"])
    return row


REASON = "Rapprochement bancaire annulé"


class NotUndoable(Refusal):
    """Something else stands on it: say what to undo first."""


@transaction.atomic
def undo(operation: BankOperation, *, by: User | None, at: datetime) -> str:
    """Open it again; returns the sentence that says what came of it. Raises NotUndoable.

    A payment that the matching recorded is reversed today, since reports up to now were right as they were made; one
    that was there before stays. Where the bank took a payment back, that payment stays reversed, and both operations
    are open again. Parts are put together again while none of them settles anything.
    """
    row = BankOperation.objects.select_for_update(no_key=True).get(pk=operation.pk)
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        if row.status == OperationStatus.SET_ASIDE:
            _open(row)
            return "L’opération est de nouveau à rapprocher."
        if row.status == OperationStatus.SPLIT:
            return _join(row)
        if row.payment:
            return _unmatch(row, row.payment, by=by, at=at)
        if row.reverses:
            return _take_back(row, row.reverses)
    raise StaleRow("Cette opération est déjà à rapprocher. Rechargez la page.")


def _unmatch(row: BankOperation, payment: Payment, *, by: User | None, at: datetime) -> str:
    taken = BankOperation.objects.filter(reverses=payment).first()
    if taken:
        raise NotUndoable(
            f"La banque a repris ce règlement le {taken.booked_on:%d/%m/%Y}\u00a0: annulez d’abord le rapprochement "
            "de cette opération-là."
        )
    made = row.has_made_payment
    _open(row)
    if not made:
        return "Le rapprochement est annulé. Le règlement, enregistré avant le relevé, reste."
    if not payment.reversed_on:
        payments.reverse(payment, on=timezone.localdate(at), reason=REASON, by=by, at=at)
    return "Le rapprochement est annulé\u00a0: son règlement est annulé aussi, ses factures sont de nouveau dues."


def _take_back(row: BankOperation, payment: Payment) -> str:
    _open(row)
    first = BankOperation.objects.select_for_update(no_key=True).filter(payment=payment).first()
    if first:
        _open(first)
        return (
            "Le rapprochement est annulé. Le règlement reste annulé\u00a0: l’opération qui l’avait apporté, du "
            f"{first.booked_on:%d/%m/%Y}, est de nouveau à rapprocher elle aussi."
        )
    return (
        "Le rapprochement est annulé. Le règlement reste annulé\u00a0: enregistrez-le de nouveau s’il tient."
    )


def _join(row: BankOperation) -> str:
    parts = BankOperation.objects.select_for_update(no_key=True).filter(part_of=row).order_by("pk")
    if busy := [part for part in parts if part.status != OperationStatus.OPEN]:
        count = len(busy)
        missing = counted(count, "partie n’a pas été rouverte", "parties n’ont pas été rouvertes")
        raise NotUndoable(f"{missing}. Annulez d’abord ce qui en a été fait.")
    parts.delete()
    _open(row)
    return "Les parties sont réunies\u00a0: l’opération est de nouveau à rapprocher."


def _open(row: BankOperation) -> None:
    row.status, row.payment, row.reverses = OperationStatus.OPEN, None, None
    row.has_made_payment, row.note = False, ""
    row.save(update_fields=["status", "payment", "reverses", "has_made_payment", "note"])
