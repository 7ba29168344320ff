"""Undo the import of a statement while nothing stands on it: no payment, no other statement."""

from __future__ import annotations

from datetime import datetime

import pghistory
from django.db import transaction

from billing.models import BankOperation, BankStatement, OperationStatus
from groupement.kernel.french import counted, enumeration, plural, quoted
from groupement.kernel.lifecycle import Refusal, StaleRow, still_there
from groupement.kernel.money import spell
from members.models import Group, User


class ImportNotUndoable(Refusal):
    """Something stands on the import; the sentence says what to undo first."""


@transaction.atomic
def undo_import(statement: BankStatement, *, by: User | None, at: datetime) -> int:
    """Take the operations of ``statement`` back, so that its file may be imported again; returns how many.

    Who undid it and when stays. Raises ImportNotUndoable, StaleRow.
    """
    # No import at the same time: what it finds to be known stays true until it ends.
    Group.objects.select_for_update(no_key=True).order_by("pk").first()
    row: BankStatement = still_there(BankStatement.objects.all(), statement.pk)
    if row.undone_at:
        raise StaleRow("Cet import est déjà annulé. Rechargez la page.")
    list(row.operations.select_for_update(no_key=True).filter(part_of=None).order_by("pk"))
    # What was split or matched until then is read after the lock.
    operations = list(row.operations.order_by("pk"))
    _refuse_what_stands_on_it(row, operations)
    row.undone_by, row.undone_at = by, at
    row.save(update_fields=["undone_by", "undone_at"])
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        row.operations.filter(part_of__isnull=False).delete()
        row.operations.all().delete()
    return sum(each.part_of_id is None for each in operations)


def _refuse_what_stands_on_it(row: BankStatement, operations: list[BankOperation]) -> None:
    matched = [each for each in operations if each.status == OperationStatus.MATCHED]
    if matched:
        named = enumeration(
            [f"{spell(each.amount)} du {each.booked_on:%d/%m/%Y}" for each in matched], at_most=3
        )
        count = counted(
            len(matched), "opération de ce relevé est rapprochée", "opérations de ce relevé sont rapprochées"
        )
        raise ImportNotUndoable(
            f"{count}\u00a0: {named}. Annulez d’abord {plural(len(matched), 'ce rapprochement', 'ces rapprochements')}."
        )
    later = BankStatement.objects.filter(undone_at=None, known_by__contains=[row.pk]).order_by("pk")
    if names := list(later.values_list("file_name", flat=True)):
        standing = enumeration(map(quoted, names), at_most=3)
        raise ImportNotUndoable(
            f"{standing} {plural(len(names), 'contient', 'contiennent')} aussi de ces opérations, laissées de côté "
            f"parce que ce relevé les avait. Annulez d’abord {plural(len(names), 'son import', 'leurs imports')}."
        )
