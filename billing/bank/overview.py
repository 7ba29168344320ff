"""What the pages of the bank show: statements with their progress, operations with what they may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Prefetch, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from billing.bank import candidates, suggesting
from billing.bank.accepting import certain
from billing.bank.candidates import Candidate, Ledger
from billing.bank.sorting import unrelated
from billing.models import Allocation, BankOperation, BankStatement, OperationStatus, Payment
from groupement.kernel.money import ZERO

_EUROS: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=2)
# A split operation is shown by its parts.
_SHOWN = ~Q(operations__status=OperationStatus.SPLIT)
_WHOLE = Q(operations__part_of=None)


@dataclass(frozen=True)
class Row:
    """One operation, and what it may be while it is open."""

    operation: BankOperation
    candidates: Sequence[Candidate]


@dataclass(frozen=True)
class AtOnce:
    """What one click may do on a statement: accept what is certain, set aside what concerns no member."""

    certain: int
    amount: Decimal
    unrelated: int


def statements() -> QuerySet[Any]:
    """Statements, the latest first, with ``total``, ``open``, ``came_in`` and ``went_out``."""
    rows = BankStatement.objects.select_related("imported_by").annotate(
        total=Count("operations", filter=_SHOWN),
        open=Count("operations", filter=Q(operations__status=OperationStatus.OPEN)),
        came_in=_sum(_WHOLE & Q(operations__amount__gt=0)),
        went_out=_sum(_WHOLE & Q(operations__amount__lt=0)),
    )
    return rows.order_by("-ends_on", "-imported_at", "-pk")


def operations(statement: BankStatement) -> QuerySet[BankOperation]:
    """Its operations in order, a split one by its parts, with what was made of them."""
    rows = statement.operations.exclude(status=OperationStatus.SPLIT)
    return _with_payments(rows).order_by("booked_on", "line", "pk")


def found(pk: int) -> QuerySet[BankOperation]:
    """One operation with its statement, its parts and what was made of it."""
    rows = BankOperation.objects.filter(pk=pk).select_related("statement")
    parts = _with_payments(BankOperation.objects.all()).order_by("pk")
    return _with_payments(rows).prefetch_related(Prefetch("parts", parts))


def counts(statement: BankStatement) -> dict[str, int]:
    """How many operations of each state."""
    rows = statement.operations.exclude(status=OperationStatus.SPLIT).order_by("status")
    return dict(rows.values_list("status").annotate(count=Count("pk")))


def rows(shown: Iterable[BankOperation], ledger: Ledger) -> list[Row]:
    """The operations with their candidates."""
    return [
        Row(each, suggesting.suggest(candidates.movement_of(each), ledger) if each.status == "open" else ())
        for each in shown
    ]


def at_once(statement: BankStatement, ledger: Ledger) -> AtOnce:
    """What the buttons above the list would do."""
    waiting = list(statement.operations.filter(status=OperationStatus.OPEN).order_by("booked_on", "pk"))
    sure = certain(waiting, ledger)
    amount = sum((operation.amount for operation, _ in sure), ZERO)
    return AtOnce(len(sure), amount, len(unrelated(waiting, ledger)))


def next_open(operation: BankOperation) -> int | None:
    """The operation (id) to look at after this one on its statement: the next open one, else the first."""
    rows = BankOperation.objects.filter(statement=operation.statement_id, status=OperationStatus.OPEN)
    waiting = list(rows.order_by("booked_on", "line", "pk").values_list("booked_on", "line", "pk"))
    here = (operation.booked_on, operation.line, operation.pk)
    return next((each[2] for each in waiting if each > here), waiting[0][2] if waiting else None)


def mirrored(operation: BankOperation) -> QuerySet[Payment]:
    """Payments that stand and that ``operation``, by which money went out, may take back."""
    found = Payment.objects.filter(
        amount=-operation.amount, received_on__lte=operation.booked_on, reversed_on=None
    )
    return found.select_related("member").order_by("-received_on", "-pk")


def latest() -> date | None:
    """The last day that a statement covers."""
    return BankStatement.objects.order_by("-ends_on").values_list("ends_on", flat=True).first()


def _with_payments(rows: QuerySet[BankOperation]) -> QuerySet[BankOperation]:
    settled = Allocation.objects.select_related("invoice").defer("invoice__snapshot").order_by("pk")
    return rows.select_related("payment__member", "reverses__member", "part_of").prefetch_related(
        Prefetch("payment__allocations", settled)
    )


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum("operations__amount", filter=condition), Value(ZERO), output_field=_EUROS)
