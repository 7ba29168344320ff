"""What the pages of the bank show: statements with their progress, operations with their candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Prefetch, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from billing.accounts import receivables
from billing.bank import candidates, suggesting
from billing.bank.accepting import certain_matches
from billing.bank.candidates import MatchCandidate, MatchingLedger
from billing.bank.csv_layouts import COLUMNS
from billing.bank.known_layouts import KNOWN_LAYOUTS, MODEL
from billing.bank.sorting import unrelated_outflows
from billing.models import (
    Allocation,
    BankLayout,
    BankOperation,
    BankStatement,
    Invoice,
    OperationStatus,
    Payment,
)
from groupement.kernel.money import ZERO

_EUROS: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=2)
# A split operation is counted by its parts.
_NOT_SPLIT = ~Q(operations__status=OperationStatus.SPLIT)
_WHOLE = Q(operations__part_of=None)


@dataclass(frozen=True)
class OperationRow:
    """One operation, and its candidates while it is open."""

    operation: BankOperation
    candidates: Sequence[MatchCandidate]


@dataclass(frozen=True)
class BulkActions:
    """What one click does on a statement: the certain candidates and their sum in euros, the unrelated outflows."""

    certain: int
    amount: Decimal
    unrelated: int


def statements() -> QuerySet[Any]:
    """Statements, undone imports apart, the latest first, with ``total``, ``open``, ``came_in`` and ``went_out``."""
    rows = (
        BankStatement.objects.filter(undone_at=None)
        .select_related("imported_by")
        .annotate(
            total=Count("operations", filter=_NOT_SPLIT),
            open=Count("operations", filter=Q(operations__status=OperationStatus.OPEN)),
            came_in=_sum(_WHOLE & Q(operations__amount__gt=0)),
            went_out=_sum(_WHOLE & Q(operations__amount__lt=0)),
        )
    )
    return rows.order_by("-ends_on", "-imported_at", "-pk")


@dataclass(frozen=True)
class ChosenLayout:
    """A layout that finance chose: what each of its columns means, in words, and those that are not read."""

    layout: BankLayout
    meanings: Sequence[tuple[str, str]]
    unread: Sequence[str]


def chosen_layouts() -> list[ChosenLayout]:
    """The layouts that finance chose, the last used first."""
    return [_in_words(each) for each in BankLayout.objects.order_by("-used_at", "-pk")]


def known_banks() -> list[str]:
    """The banks whose layouts are read without asking."""
    return list(dict.fromkeys(each.name for each in KNOWN_LAYOUTS if each.name != MODEL))


def undone_imports() -> QuerySet[BankStatement]:
    """Imports that were undone, the latest first."""
    rows = BankStatement.objects.filter(undone_at__isnull=False).select_related("imported_by", "undone_by")
    return rows.order_by("-undone_at", "-pk")


def _in_words(layout: BankLayout) -> ChosenLayout:
    by_place = {place: COLUMNS.get(name, name) for name, places in layout.columns.items() for place in places}
    titles = {place: title or f"colonne {place + 1}" for place, title in enumerate(layout.titles)}
    meanings = [(titles.get(place, f"colonne {place + 1}"), by_place[place]) for place in sorted(by_place)]
    unread = [title for place, title in titles.items() if place not in by_place and layout.titles[place]]
    return ChosenLayout(layout, meanings, unread)


def operations(statement: BankStatement) -> QuerySet[BankOperation]:
    """The operations of a statement in order, parts instead of the split ones, with their payments."""
    rows = statement.operations.exclude(status=OperationStatus.SPLIT)
    return _with_payments(rows).order_by("booked_on", "line", "pk")


def operation_details(pk: int) -> QuerySet[BankOperation]:
    """One operation (id) with its statement, its parts and their payments."""
    rows = BankOperation.objects.filter(pk=pk).select_related("statement")
    parts = _with_payments(BankOperation.objects.all()).order_by("pk")
    return _with_payments(rows).prefetch_related(Prefetch("parts", parts))


def count_by_status(statement: BankStatement) -> dict[str, int]:
    """How many operations have each status, the split ones by their parts."""
    rows = statement.operations.exclude(status=OperationStatus.SPLIT).order_by("status")
    return dict(rows.values_list("status").annotate(count=Count("pk")))


def operation_rows(shown: Iterable[BankOperation], ledger: MatchingLedger) -> list[OperationRow]:
    """The operations with their candidates."""
    return [
        OperationRow(
            each,
            suggesting.suggest(candidates.operation_facts(each), ledger) if each.status == "open" else (),
        )
        for each in shown
    ]


def bulk_actions(statement: BankStatement, ledger: MatchingLedger) -> BulkActions:
    """What the buttons above the list of operations would do."""
    open_ = list(statement.operations.filter(status=OperationStatus.OPEN).order_by("booked_on", "pk"))
    matches = certain_matches(open_, ledger)
    amount = sum((operation.amount for operation, _ in matches), ZERO)
    return BulkActions(len(matches), amount, len(unrelated_outflows(open_, ledger)))


def next_open(operation: BankOperation) -> int | None:
    """The id of the open operation after this one on its statement, else of the first open one; None without any."""
    rows = BankOperation.objects.filter(statement=operation.statement_id, status=OperationStatus.OPEN)
    open_ = list(rows.order_by("booked_on", "line", "pk").values_list("booked_on", "line", "pk"))
    here = (operation.booked_on, operation.line, operation.pk)
    return next((each[2] for each in open_ if each > here), open_[0][2] if open_ else None)


def returnable_payments(operation: BankOperation) -> QuerySet[Payment]:
    """Payments not reversed that ``operation``, by which money went out, may return: of its amount, received before."""
    payments = Payment.objects.filter(
        amount=-operation.amount, received_on__lte=operation.booked_on, reversed_on=None
    )
    return payments.select_related("member").order_by("-received_on", "-pk")


def refundable_sources(operation: BankOperation) -> list[Payment | Invoice]:
    """Payments and credit notes of which as much is left as ``operation`` took out, or more; exactly so much first."""
    amount = -operation.amount
    payments = receivables.with_left(Payment.objects.filter(received_on__lte=operation.booked_on))
    notes = receivables.with_dues(Invoice.objects.filter(issued_on__lte=operation.booked_on))
    left = {"left__gte": amount}
    found: list[Any] = [
        *payments.filter(**left).select_related("member").order_by("received_on", "pk"),
        *notes.filter(**left).select_related("member").defer("snapshot").order_by("issued_on", "pk"),
    ]
    return sorted(found, key=lambda source: bool(source.left != amount))


def _with_payments(rows: QuerySet[BankOperation]) -> QuerySet[BankOperation]:
    settled = Allocation.objects.select_related("invoice").defer("invoice__snapshot").order_by("pk")
    return rows.select_related(
        "payment__member", "reverses__member", "refund__member", "part_of"
    ).prefetch_related(Prefetch("payment__allocations", settled))


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum("operations__amount", filter=condition), Value(ZERO), output_field=_EUROS)
