"""Which invoices an operation that waits in the bank would settle, so that nobody is asked for what has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.bank import candidates, suggesting
from billing.models import BankOperation, OperationStatus


@dataclass(frozen=True)
class ExpectedSettlement:
    """An operation to match, the euros that it would put on an invoice, and why."""

    operation: BankOperation
    amount: Decimal
    reasons: str


def expected_settlements(invoices: Collection[int], *, on: date) -> dict[int, ExpectedSettlement]:
    """By invoice (id), the operation whose best candidate settles it; one query while nothing is to be matched."""
    waiting = BankOperation.objects.filter(status=OperationStatus.OPEN, amount__gt=0, booked_on__lte=on)
    operations = list(waiting.order_by("booked_on", "pk")) if invoices else []
    if not operations:
        return {}
    ledger, found = candidates.read_ledger(on=on), dict[int, ExpectedSettlement]()
    for operation in operations:
        best = suggesting.suggest(candidates.operation_facts(operation), ledger)[:1]
        for candidate in best:
            for invoice, amount in candidate.settled:
                if invoice.pk in invoices:
                    expected = ExpectedSettlement(operation, amount, " ".join(candidate.reasons))
                    found.setdefault(invoice.pk, expected)
            ledger = ledger.after_matching(candidate.settled, candidate.confirmed)
    return found
