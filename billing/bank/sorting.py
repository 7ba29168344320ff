"""Sort operations that are not one payment: set those aside that concern no invoice, split those that are several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.accounts import receivables
from billing.bank import candidates, suggesting
from billing.bank.candidates import MatchingLedger
from billing.models import BankOperation, BankStatement, OperationStatus
from groupement.kernel.lifecycle import Refusal, StaleRow, still_there
from groupement.kernel.money import ZERO, cents, spell
from members.models import User

LONGEST_NOTE = 200
MOST_PARTS = 100
UNRELATED_NOTE = "Sortie d’argent, sans règlement d’adhérent"


class OperationNotOpen(StaleRow):
    """The operation is matched, set aside or split already."""


class NotSortable(Refusal):
    """The note is empty or too long, or the parts do not sum to the operation."""


def lock_open(operation: BankOperation) -> BankOperation:
    """Lock the operation and read it again. Raises OperationNotOpen unless it is open."""
    row: BankOperation = still_there(BankOperation.objects.select_for_update(no_key=True), operation.pk)
    if row.status != OperationStatus.OPEN:
        raise OperationNotOpen(f"Cette opération est déjà {row.get_status_display()}. Rechargez la page.")
    return row


@transaction.atomic
def set_aside(operation: BankOperation, *, note: str, by: User | None, at: datetime) -> BankOperation:
    """Note that the operation settles no invoice, and what it is: salary, fee, grant.

    Raises NotSortable, OperationNotOpen.
    """
    text = " ".join(note.split())
    if not text:
        raise NotSortable(
            "Dites en quelques mots ce que c’est\u00a0: salaire, frais, subvention…", field="note"
        )
    if len(text) > LONGEST_NOTE:
        raise NotSortable(f"La note tient en {LONGEST_NOTE}\u00a0caractères.", field="note")
    row = lock_open(operation)
    row.status, row.note = OperationStatus.SET_ASIDE, text
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        row.save(update_fields=["status", "note"])
    return row


@transaction.atomic
def set_aside_unrelated(statement: BankStatement, *, by: User | None, at: datetime) -> int:
    """Set aside the unrelated outflows of ``statement``; returns how many."""
    rows = statement.operations.select_for_update(no_key=True).filter(status=OperationStatus.OPEN)
    chosen = unrelated_outflows(rows.order_by("pk"), candidates.read_ledger(on=timezone.localdate(at)))
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        return BankOperation.objects.filter(pk__in=[row.pk for row in chosen]).update(
            status=OperationStatus.SET_ASIDE, note=UNRELATED_NOTE
        )


def unrelated_outflows(operations: Iterable[BankOperation], ledger: MatchingLedger) -> list[BankOperation]:
    """Open ``operations`` that took money out and return no member's payment: wages, fees, rent.

    One of exactly what is left of a payment or a credit note may give that back: it stays open.
    """
    out = [
        row
        for row in operations
        if row.status == OperationStatus.OPEN
        and row.amount < 0
        and not row.is_return
        and not suggesting.suggest(candidates.operation_facts(row), ledger)
    ]
    left = receivables.amounts_left() if out else set()
    return [row for row in out if -row.amount not in left]


@transaction.atomic
def split_operation(
    operation: BankOperation, amounts: Sequence[Decimal], *, by: User | None, at: datetime
) -> list[BankOperation]:
    """Split the operation into parts of these amounts, without sign, which sum to it.

    Raises NotSortable, OperationNotOpen.
    """
    row = lock_open(operation)
    if not 2 <= len(amounts) <= MOST_PARTS or any(
        amount <= 0 or cents(amount) != amount for amount in amounts
    ):
        raise NotSortable("Une opération se ventile en deux parties au moins, toutes supérieures à zéro.")
    if (total := sum(amounts, ZERO)) != abs(row.amount):
        raise NotSortable(f"Les parties font {spell(total)}, l’opération {spell(abs(row.amount))}.")
    sign = 1 if row.amount > 0 else -1
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        BankOperation.objects.filter(pk=row.pk).update(status=OperationStatus.SPLIT)
        return BankOperation.objects.bulk_create(
            BankOperation(
                statement_id=row.statement_id,
                part_of=row,
                line=row.line,
                # The whole keeps the bank's own key, by which later statements recognise it.
                key=f"part:{row.pk}/{rank}",
                iban=row.iban,
                booked_on=row.booked_on,
                amount=sign * amount,
                counterparty=row.counterparty,
                label=row.label,
                reference=row.reference,
                nature=row.nature,
                is_return=row.is_return,
            )
            for rank, amount in enumerate(amounts, start=1)
        )


@transaction.atomic
def split_off(
    operation: BankOperation, amount: Decimal, *, by: User | None, at: datetime
) -> list[BankOperation]:
    """Split into two: ``amount``, without sign, and the rest. Raises NotSortable, OperationNotOpen."""
    whole = abs(operation.amount)
    if not ZERO < amount < whole:
        raise NotSortable(
            f"Détachez moins que l’opération, entre 0,01\u00a0€ et {spell(whole - Decimal('0.01'))}.",
            field="amount",
        )
    return split_operation(operation, [amount, whole - amount], by=by, at=at)
