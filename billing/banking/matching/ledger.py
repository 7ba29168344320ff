"""What operations can be matched with: debts, payments, members and the payers known so far; read once, then pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q

from billing import settling
from billing.banking.matching.numbers import Numbers
from billing.models import Allocation, BankOperation, Invoice, InvoiceKind, InvoiceStatus, Payment
from groupement.tabular import plain
from members.models import Member

# Settled invoices are looked up this long, so that one paid twice is seen; payments, for thirteen months (unauthorised
# direct debits may be given back until then, C. mon. fin. L133-24).
SETTLED_DAYS = 730
RETURN_DAYS = 400
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Debt:
    """An issued invoice and what is still due of it, zero when settled."""

    invoice: int
    member: int
    number: str
    sequence: int
    due: Decimal
    due_on: date


@dataclass(frozen=True)
class Received:
    """A payment that stands; ``numbers`` of the invoices that it settles; whether an operation is matched with it."""

    payment: int
    member: int
    amount: Decimal
    received_on: date
    method: str
    numbers: tuple[str, ...] = ()
    is_matched: bool = False


@dataclass(frozen=True)
class Ledger:
    """All of it. ``payers``: the member for whom a payer (plain name) has paid before, where it is one member."""

    debts: Sequence[Debt]
    received: Sequence[Received]
    members: Mapping[int, Member]
    payers: Mapping[str, int]

    @cached_property
    def numbers(self) -> Numbers[Debt]:
        return Numbers((debt.number, debt.sequence, debt) for debt in self.debts)

    @cached_property
    def owed(self) -> Mapping[int, list[Debt]]:
        """What is due by member, the oldest first."""
        found: dict[int, list[Debt]] = {}
        for debt in sorted(self.debts, key=lambda debt: (debt.due_on, debt.sequence, debt.invoice)):
            if debt.due:
                found.setdefault(debt.member, []).append(debt)
        return found

    @cached_property
    def loose(self) -> list[Received]:
        """Payments that no operation is matched with yet."""
        return [payment for payment in self.received if not payment.is_matched]

    def after(self, parts: Iterable[tuple[Debt, Decimal]], confirmed: Collection[int] = ()) -> Ledger:
        """The same once these amounts are settled and these payments (ids) have their operation."""
        taken: dict[int, Decimal] = {}
        for debt, amount in parts:
            taken[debt.invoice] = taken.get(debt.invoice, ZERO) + amount
        debts = [replace(each, due=each.due - taken.get(each.invoice, ZERO)) for each in self.debts]
        received = [
            replace(each, is_matched=each.is_matched or each.payment in confirmed) for each in self.received
        ]
        return replace(self, debts=debts, received=received)


def read(*, on: date) -> Ledger:
    """The ledger of day ``on``, in a fixed number of queries."""
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED, kind=InvoiceKind.INVOICE)
    # Its annotations are not seen from here.
    invoices: Any = settling.with_dues(issued)
    recent = Q(due__gt=0) | Q(issued_on__gt=on - timedelta(days=SETTLED_DAYS))
    rows = (
        invoices.filter(recent)
        .order_by("pk")
        .values_list("pk", "member", "number", "sequence", "due", "due_on")
    )
    return Ledger([Debt(*row) for row in rows], _received(on), Member.objects.in_bulk(), _payers())


def _received(on: date) -> list[Received]:
    since = on - timedelta(days=RETURN_DAYS)
    numbers: dict[int, list[str]] = {}
    settled = Allocation.objects.filter(payment__received_on__gt=since).order_by("pk")
    for payment, number in settled.values_list("payment", "invoice__number"):
        numbers.setdefault(payment, []).append(number or "")
    rows = Payment.objects.filter(reversed_on=None, received_on__gt=since).order_by("received_on", "pk")
    return [
        Received(
            pk, member, amount, received_on, method, tuple(numbers.get(pk, ())), is_matched=bool(operation)
        )
        for pk, member, amount, received_on, method, operation in rows.values_list(
            "pk", "member", "amount", "received_on", "method", "operation"
        )
    ]


def _payers() -> dict[str, int]:
    pairs = BankOperation.objects.filter(payment__isnull=False).exclude(counterparty="")
    found: dict[str, set[int]] = {}
    for counterparty, member in pairs.values_list("counterparty", "payment__member").distinct().order_by():
        found.setdefault(plain(counterparty), set()).add(member)
    return {payer: next(iter(members)) for payer, members in found.items() if len(members) == 1}
