"""Take a decision about an operation back, and leave a trace: payments are reversed, never deleted."""

from __future__ import annotations

from datetime import datetime

import pghistory
from django.db import transaction
from django.utils import timezone

from billing import settling
from billing.models import BankOperation, OperationStatus, Payment
from groupement.lifecycle import Refusal, StaleRow
from members.models import User

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
        settling.reverse(payment, on=timezone.localdate(at), reason=REASON, by=by, at=at)
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
        plural = "s" if count > 1 else ""
        raise NotUndoable(
            f"{count} partie{plural} n’{'ont' if plural else 'a'} pas été rouverte{plural}. "
            "Annulez d’abord ce qui en a été fait."
        )
    parts.delete()
    _open(row)
    return "Les parties sont réunies\u00a0: l’opération est de nouveau à rapprocher."


def _open(row: BankOperation) -> None:
    row.status, row.payment, row.reverses = OperationStatus.OPEN, None, None
    row.has_made_payment, row.note = False, ""
    row.save(update_fields=["status", "payment", "reverses", "has_made_payment", "note"])
