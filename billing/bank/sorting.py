"""Sort operations that are no payment, or several: set aside with a note, split into parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.bank import candidates, suggesting
from billing.bank.candidates import Ledger
from billing.models import BankOperation, BankStatement, OperationStatus
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.money import ZERO, cents, spell
from members.models import User

LONGEST_NOTE = 200
MOST_PARTS = 100
NOT_OURS = "Sortie d’argent, sans règlement d’adhérent"


class NotOpen(StaleRow):
    """Somebody was faster: the operation is matched, set aside or split already."""


class NotSortable(Refusal):
    """No note, or parts that are not the whole."""


def held(operation: BankOperation) -> BankOperation:
    """The row as it is now, locked until the end of the transaction. Raises NotOpen unless it waits to be sorted."""
    row = BankOperation.objects.select_for_update(no_key=True).get(pk=operation.pk)
    if row.status != OperationStatus.OPEN:
        raise NotOpen(f"Cette opération est déjà {row.get_status_display()}. Rechargez la page.")
    return row


@transaction.atomic
def set_aside(operation: BankOperation, *, note: str, by: User | None, at: datetime) -> BankOperation:
    """Say that it settles no invoice, and why: a salary, a fee, a grant. Raises NotSortable, NotOpen."""
    said = " ".join(note.split())
    if not said:
        raise NotSortable(
            "Dites en quelques mots ce que c’est\u00a0: salaire, frais, subvention…", field="note"
        )
    if len(said) > LONGEST_NOTE:
        raise NotSortable(f"La note tient en {LONGEST_NOTE}\u00a0caractères.", field="note")
    row = held(operation)
    row.status, row.note = OperationStatus.SET_ASIDE, said
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        row.save(update_fields=["status", "note"])
    return row


@transaction.atomic
def set_aside_all(statement: BankStatement, *, by: User | None, at: datetime) -> int:
    """Set aside all by which money went out of ``statement`` and that takes no payment back; returns how many."""
    rows = statement.operations.select_for_update(no_key=True).filter(status=OperationStatus.OPEN)
    chosen = unrelated(rows.order_by("pk"), candidates.read(on=timezone.localdate(at)))
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        return BankOperation.objects.filter(pk__in=[row.pk for row in chosen]).update(
            status=OperationStatus.SET_ASIDE, note=NOT_OURS
        )


def unrelated(operations: Iterable[BankOperation], ledger: Ledger) -> list[BankOperation]:
    """Which of open ``operations`` took money out and have nothing to do with what members paid: wages, fees, rent."""
    return [
        row
        for row in operations
        if row.status == OperationStatus.OPEN
        and row.amount < 0
        and not row.is_return
        and not suggesting.suggest(candidates.movement_of(row), ledger)
    ]


@transaction.atomic
def split(
    operation: BankOperation, amounts: Sequence[Decimal], *, by: User | None, at: datetime
) -> list[BankOperation]:
    """Take it apart into parts of these amounts, without sign, which sum to it. Raises NotSortable, NotOpen."""
    row = held(operation)
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
                # Not the bank's word: the whole keeps that, and is known by it in further statements.
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
    """Two parts: ``amount``, without sign, and the rest. Raises NotSortable, NotOpen."""
    whole = abs(operation.amount)
    if not ZERO < amount < whole:
        raise NotSortable(
            f"Détachez moins que l’opération, entre 0,01\u00a0€ et {spell(whole - Decimal('0.01'))}.",
            field="amount",
        )
    return split(operation, [amount, whole - amount], by=by, at=at)
