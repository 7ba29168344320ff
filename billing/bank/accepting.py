"""Match an operation: its payment is recorded, confirmed, reversed or given back, in its transaction; undo that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.accounts import payments, refunding
from billing.bank import candidates, suggesting
from billing.bank.candidates import LINK, REFUND, RETURN, MatchCandidate, MatchingLedger, MemberPayment
from billing.bank.sorting import lock_open, split_operation
from billing.models import BankOperation, BankStatement, Invoice, OperationStatus, Payment, Refund
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal, StaleRow, still_there
from groupement.kernel.money import ZERO, spell
from members.models import Member, User

CHANGED = "Les factures ou les règlements ont changé entre-temps. Choisissez de nouveau."


class NoSuchCandidate(StaleRow):
    """The suggestion is no longer made: dues or payments changed since it was shown."""


class NotMatchable(Refusal):
    """The operation is not this payment, or not its return: sign or amount differ."""


@dataclass(frozen=True)
class AcceptedOperations:
    """How many operations were accepted at once, and their sum in euros."""

    count: int
    amount: Decimal


@transaction.atomic
def accept_candidate(operation: BankOperation, code: str, *, by: User | None, at: datetime) -> BankOperation:
    """Match the operation as the candidate ``code`` says, if it is still suggested.

    Raises OperationNotOpen, NoSuchCandidate, and the refusals of ``accounts.payments`` and ``accounts.allocating``.
    """
    row = lock_open(operation)
    ledger = candidates.read_ledger(on=timezone.localdate(at))
    for candidate in suggesting.suggest(candidates.operation_facts(row), ledger):
        if candidate.code == code:
            return _apply(row, candidate, by=by, at=at)
    raise NoSuchCandidate(CHANGED)


@transaction.atomic
def accept_certain(statement: BankStatement, *, by: User | None, at: datetime) -> AcceptedOperations:
    """Accept the certain candidates of ``statement`` in order: what one operation settles, no other settles again."""
    rows = statement.operations.select_for_update(no_key=True).filter(status=OperationStatus.OPEN)
    chosen = certain_matches(
        rows.order_by("booked_on", "pk"), candidates.read_ledger(on=timezone.localdate(at))
    )
    for operation, candidate in chosen:
        _apply(operation, candidate, by=by, at=at)
    return AcceptedOperations(len(chosen), sum((operation.amount for operation, _ in chosen), ZERO))


def certain_matches(
    operations: Iterable[BankOperation], ledger: MatchingLedger
) -> list[tuple[BankOperation, MatchCandidate]]:
    """Those of ``operations`` that are open and have a certain candidate, each with it."""
    chosen = []
    for operation in operations:
        facts = candidates.operation_facts(operation)
        if operation.status != OperationStatus.OPEN or not ledger.numbers.find(facts.text):
            continue
        for candidate in suggesting.suggest(facts, ledger):
            if candidate.is_certain:
                chosen.append((operation, candidate))
                ledger = ledger.after_matching(candidate.settled, candidate.confirmed)
    return chosen


@transaction.atomic
def record_as_payment(
    operation: BankOperation,
    member: Member,
    allocations: Sequence[tuple[Invoice, Decimal]],
    *,
    by: User | None,
    at: datetime,
) -> BankOperation:
    """Record the operation as a payment of ``member`` on these invoices; what is left stays its credit.

    Raises OperationNotOpen, NotMatchable, and the refusals of ``accounts.payments`` and ``accounts.allocating``.
    """
    row = lock_open(operation)
    if row.amount < 0:
        raise NotMatchable("L’argent est sorti\u00a0: ce n’est pas un règlement reçu.")
    return _record_payment(row, member, allocations, by=by, at=at)


@transaction.atomic
def record_as_return(
    operation: BankOperation, payment: Payment, *, by: User | None, at: datetime
) -> BankOperation:
    """Reverse ``payment``, which the bank took back by ``operation``.

    Raises OperationNotOpen, NotMatchable, NotReversible.
    """
    row = lock_open(operation)
    if row.amount != -payment.amount:
        raise NotMatchable(
            f"Le règlement est de {spell(payment.amount)}, l’opération de {spell(row.amount)}\u00a0: "
            "les deux montants doivent s’annuler."
        )
    reason = f"Relevé bancaire\u00a0: {row.label or 'repris par la banque'}"[:200]
    payments.reverse_payment(payment, on=row.booked_on, reason=reason, by=by, at=at)
    return _mark_matched(row, by=by, at=at, reverses=payment)


@transaction.atomic
def record_as_refund(
    operation: BankOperation, source: Payment | Invoice, *, by: User | None, at: datetime
) -> BankOperation:
    """Record the operation as money given back to a member, out of ``source``, a payment or a credit note.

    Raises OperationNotOpen, NotMatchable, refunding.NotRefundable.
    """
    row = lock_open(operation)
    if row.amount > 0:
        raise NotMatchable("L’argent est entré\u00a0: ce n’est pas un remboursement.")
    refund = refunding.give_back(
        source,
        amount=-row.amount,
        paid_on=row.booked_on,
        method=row.nature,
        reference=(row.reference or row.label)[:140],
        note="Relevé bancaire",
        by=by,
        at=at,
    )
    return _mark_matched(row, by=by, at=at, refund=refund, has_made_payment=True)


def _apply(row: BankOperation, candidate: MatchCandidate, *, by: User | None, at: datetime) -> BankOperation:
    if candidate.kind == RETURN:
        return record_as_return(row, _lock_payment(candidate.payments[0]), by=by, at=at)
    if candidate.kind == REFUND:
        return _mark_matched(row, by=by, at=at, refund=_lock_refund(candidate.payments[0]))
    if len(candidate.payments) == 1:
        return _apply_payment(row, candidate.kind, candidate.payments[0], by=by, at=at)
    parts = split_operation(row, [each.amount for each in candidate.payments], by=by, at=at)
    for part, paid in zip(parts, candidate.payments, strict=True):
        _apply_payment(part, candidate.kind, paid, by=by, at=at)
    row.status = OperationStatus.SPLIT
    return row


def _apply_payment(
    row: BankOperation, kind: str, paid: MemberPayment, *, by: User | None, at: datetime
) -> BankOperation:
    if kind == LINK:
        return _mark_matched(row, by=by, at=at, payment=_lock_payment(paid))
    found = Invoice.objects.defer("snapshot").in_bulk([invoice.pk for invoice, _ in paid.settled])
    allocations = [(found[invoice.pk], amount) for invoice, amount in paid.settled]
    return _record_payment(row, paid.member, allocations, by=by, at=at)


def _record_payment(
    row: BankOperation,
    member: Member,
    allocations: Sequence[tuple[Invoice, Decimal]],
    *,
    by: User | None,
    at: datetime,
) -> BankOperation:
    """Record the payment that the operation is, and match them."""
    payment = payments.record_payment(
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
    return _mark_matched(row, by=by, at=at, payment=payment, has_made_payment=True)


def _lock_payment(paid: MemberPayment) -> Payment:
    """The payment recorded before of a candidate, its row locked. Raises NoSuchCandidate when it was reversed."""
    named = [paid.payment.pk] if paid.payment else []
    found = Payment.objects.select_for_update(no_key=True).filter(pk__in=named, reversed_on=None).first()
    if found is None:
        raise NoSuchCandidate(CHANGED)
    return found


def _lock_refund(paid: MemberPayment) -> Refund:
    """The refund recorded before of a candidate, its row locked. Raises NoSuchCandidate when it was cancelled."""
    named = [paid.refund.pk] if paid.refund else []
    found = Refund.objects.standing().select_for_update(no_key=True).filter(pk__in=named).first()
    if found is None:
        raise NoSuchCandidate(CHANGED)
    return found


def _mark_matched(
    row: BankOperation,
    *,
    by: User | None,
    at: datetime,
    payment: Payment | None = None,
    reverses: Payment | None = None,
    refund: Refund | None = None,
    has_made_payment: bool = False,
) -> BankOperation:
    row.status = OperationStatus.MATCHED
    row.payment, row.reverses, row.refund = payment, reverses, refund
    row.has_made_payment = has_made_payment
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        row.save(update_fields=["status", "payment", "reverses", "refund", "has_made_payment"])
    return row


REASON = "Rapprochement bancaire annulé"


class NotUndoable(Refusal):
    """Something else depends on it; the sentence says what to undo first."""


@transaction.atomic
def undo_matching(operation: BankOperation, *, by: User | None, at: datetime) -> str:
    """Open the operation again; returns a sentence about what became of its payment. Raises NotUndoable.

    A payment that the matching recorded is reversed today, since reports up to now were right as they were made; one
    that was recorded before stays. A refund likewise is cancelled or stays. A payment that the operation reversed stays
    reversed, and the operation that had brought it is open again too. A split operation becomes whole again if all its
    parts are open.
    """
    row: BankOperation = still_there(BankOperation.objects.select_for_update(no_key=True), operation.pk)
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        if row.status == OperationStatus.SET_ASIDE:
            _reopen(row)
            return "L’opération est de nouveau à rapprocher."
        if row.status == OperationStatus.SPLIT:
            return _join_parts(row)
        if row.payment:
            return _undo_payment(row, row.payment, by=by, at=at)
        if row.reverses:
            return _undo_return(row, row.reverses)
        if row.refund:
            return _undo_refund(row, row.refund, by=by, at=at)
    raise StaleRow("Cette opération est déjà à rapprocher. Rechargez la page.")


def _undo_payment(row: BankOperation, payment: Payment, *, by: User | None, at: datetime) -> str:
    returned = BankOperation.objects.filter(reverses=payment).first()
    if returned:
        raise NotUndoable(
            f"La banque a repris ce règlement le {returned.booked_on:%d/%m/%Y}\u00a0: annulez d’abord le rapprochement "
            "de cette opération-là."
        )
    made = row.has_made_payment
    _reopen(row)
    if not made:
        return "Le rapprochement est annulé. Le règlement, enregistré avant le relevé, reste."
    if not payment.reversed_on:
        payments.reverse_payment(payment, on=timezone.localdate(at), reason=REASON, by=by, at=at)
    return "Le rapprochement est annulé\u00a0: son règlement est annulé aussi, ses factures sont de nouveau dues."


def _undo_return(row: BankOperation, payment: Payment) -> str:
    _reopen(row)
    first = BankOperation.objects.filter(payment=payment).first()
    if first:
        _reopen(first)
        return (
            "Le rapprochement est annulé. Le règlement reste annulé\u00a0: l’opération qui l’avait apporté, du "
            f"{first.booked_on:%d/%m/%Y}, est de nouveau à rapprocher elle aussi."
        )
    return (
        "Le rapprochement est annulé. Le règlement reste annulé\u00a0: enregistrez-le de nouveau s’il tient."
    )


def _undo_refund(row: BankOperation, refund: Refund, *, by: User | None, at: datetime) -> str:
    made = row.has_made_payment
    _reopen(row)
    if not made:
        return "Le rapprochement est annulé. Le remboursement, noté avant le relevé, reste."
    if not refund.cancelled_on:
        refunding.cancel_refund(refund, on=timezone.localdate(at), reason=REASON, by=by, at=at)
    return (
        "Le rapprochement est annulé\u00a0: son remboursement est annulé aussi, la somme reste à l’adhérent."
    )


def _join_parts(row: BankOperation) -> str:
    parts = BankOperation.objects.select_for_update(no_key=True).filter(part_of=row).order_by("pk")
    if busy := [part for part in parts if part.status != OperationStatus.OPEN]:
        count = len(busy)
        missing = counted(count, "partie n’a pas été rouverte", "parties n’ont pas été rouvertes")
        raise NotUndoable(f"{missing}. Annulez d’abord ce qui en a été fait.")
    parts.delete()
    _reopen(row)
    return "Les parties sont réunies\u00a0: l’opération est de nouveau à rapprocher."


def _reopen(row: BankOperation) -> None:
    row.status, row.payment, row.reverses, row.refund = OperationStatus.OPEN, None, None, None
    row.has_made_payment, row.note = False, ""
    row.save(update_fields=["status", "payment", "reverses", "refund", "has_made_payment", "note"])
