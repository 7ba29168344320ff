"""What operations of the bank are matched with: invoices and payments in memory, names, and the candidate itself.

A candidate is one way to match an operation: the payments that it would be, by member, with a score and reasons.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Q

from billing.accounts import receivables
from billing.accounts.spreading import sorted_by_age
from billing.bank.invoice_numbers import InvoiceNumbers
from billing.models import (
    Allocation,
    BankOperation,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Payment,
    PaymentMethod,
    Refund,
)
from groupement.kernel.cells import plain
from groupement.kernel.money import ZERO
from members.models import Member

# Days for which settled invoices are read, so that a second payment is recognised; and payments, for thirteen months
# (an unauthorised direct debit may be given back until then, C. mon. fin. L133-24).
SETTLED_DAYS = 730
RETURN_DAYS = 400


@dataclass(frozen=True)
class LedgerInvoice:
    """An issued invoice and the euros still due of it, zero when settled."""

    pk: int
    member: int
    number: str
    sequence: int
    due: Decimal
    due_on: date
    issued_on: date


@dataclass(frozen=True)
class LedgerPayment:
    """A payment that was not reversed; ``numbers`` of the invoices that it settles."""

    pk: int
    member: int
    amount: Decimal
    received_on: date
    method: str
    numbers: tuple[str, ...] = ()
    is_matched: bool = False


@dataclass(frozen=True)
class LedgerRefund:
    """Money given back that was not cancelled, and that no operation is matched with yet."""

    pk: int
    member: int
    amount: Decimal
    paid_on: date


@dataclass(frozen=True)
class MatchingLedger:
    """Invoices and payments of all members. ``payers``: by plain name of a payer, the only member it has paid for."""

    invoices: Sequence[LedgerInvoice]
    payments: Sequence[LedgerPayment]
    members: Mapping[int, Member]
    payers: Mapping[str, int]
    refunds: Sequence[LedgerRefund] = ()

    @cached_property
    def numbers(self) -> InvoiceNumbers[LedgerInvoice]:
        return InvoiceNumbers((each.number, each.sequence, each) for each in self.invoices)

    @cached_property
    def due_by_member(self) -> Mapping[int, list[LedgerInvoice]]:
        """The invoices of which something is due, by member (id), the oldest first."""
        found: dict[int, list[LedgerInvoice]] = {}
        for invoice in sorted_by_age(self.invoices):
            if invoice.due:
                found.setdefault(invoice.member, []).append(invoice)
        return found

    @cached_property
    def unmatched(self) -> list[LedgerPayment]:
        """Payments that no operation is matched with yet."""
        return [payment for payment in self.payments if not payment.is_matched]

    def after_matching(
        self, parts: Iterable[tuple[LedgerInvoice, Decimal]], confirmed: Collection[int] = ()
    ) -> MatchingLedger:
        """The ledger once these amounts are settled and these payments (ids) are matched."""
        settled: dict[int, Decimal] = {}
        for invoice, amount in parts:
            settled[invoice.pk] = settled.get(invoice.pk, ZERO) + amount
        invoices = [replace(each, due=each.due - settled.get(each.pk, ZERO)) for each in self.invoices]
        payments = [
            replace(each, is_matched=each.is_matched or each.pk in confirmed) for each in self.payments
        ]
        return replace(self, invoices=invoices, payments=payments)


def read_ledger(*, on: date) -> MatchingLedger:
    """The ledger of day ``on``, in a fixed number of queries."""
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED, kind=InvoiceKind.INVOICE)
    invoices: Any = receivables.with_dues(issued)
    recent = Q(due__gt=0) | Q(issued_on__gt=on - timedelta(days=SETTLED_DAYS))
    rows = (
        invoices.filter(recent)
        .order_by("pk")
        .values_list("pk", "member", "number", "sequence", "due", "due_on", "issued_on")
    )
    return MatchingLedger(
        [LedgerInvoice(*row) for row in rows],
        _payments_read(on),
        Member.objects.in_bulk(),
        _payers(),
        _refunds_read(on),
    )


def _refunds_read(on: date) -> list[LedgerRefund]:
    since = on - timedelta(days=RETURN_DAYS)
    rows = Refund.objects.standing().filter(operation=None, paid_on__gt=since).order_by("paid_on", "pk")
    return [LedgerRefund(*row) for row in rows.values_list("pk", "member", "amount", "paid_on")]


def _payments_read(on: date) -> list[LedgerPayment]:
    since = on - timedelta(days=RETURN_DAYS)
    numbers: dict[int, list[str]] = {}
    settled = Allocation.objects.filter(payment__received_on__gt=since).order_by("pk")
    for payment, number in settled.values_list("payment", "invoice__number"):
        numbers.setdefault(payment, []).append(number or "")
    rows = Payment.objects.filter(reversed_on=None, received_on__gt=since).order_by("received_on", "pk")
    return [
        LedgerPayment(
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


PAY, LINK, RETURN, REFUND = "pay", "link", "return", "refund"


@dataclass(frozen=True)
class OperationFacts:
    """What the bank says of an operation, as far as candidates need it; euros, negative when money went out."""

    amount: Decimal
    booked_on: date
    counterparty: str = ""
    label: str = ""
    reference: str = ""
    nature: str = PaymentMethod.TRANSFER
    is_return: bool = False

    @property
    def text(self) -> str:
        return f"{self.label} {self.reference} {self.counterparty}"


@dataclass(frozen=True)
class MemberPayment:
    """What one member paid: a new payment with the invoices that it settles, or ``payment``, recorded before.

    Or what one member got back: ``refund``, recorded before.
    """

    member: Member
    amount: Decimal
    settled: tuple[tuple[LedgerInvoice, Decimal], ...] = ()
    payment: LedgerPayment | None = None
    refund: LedgerRefund | None = None

    @property
    def credit(self) -> Decimal:
        """What settles nothing and stays a credit of the member."""
        return self.amount - sum((amount for _, amount in self.settled), ZERO)


@dataclass(frozen=True)
class MatchCandidate:
    """One way to match; ``code`` names it in a form. ``is_certain``: number and amount agree."""

    kind: str
    payments: tuple[MemberPayment, ...]
    score: int
    reasons: tuple[str, ...]
    is_certain: bool = False

    @property
    def code(self) -> str:
        return f"{self.kind}:" + ";".join(map(_coded, self.payments))

    @property
    def settled(self) -> list[tuple[LedgerInvoice, Decimal]]:
        """The invoices that it settles, each with the euros."""
        return [part for each in self.payments for part in each.settled]

    @property
    def confirmed(self) -> list[int]:
        """The payments (ids) recorded before that it is."""
        return [each.payment.pk for each in self.payments if each.payment]


def _coded(paid: MemberPayment) -> str:
    if paid.refund:
        return f"r{paid.refund.pk}"
    if paid.payment:
        return f"p{paid.payment.pk}"
    return f"m{paid.member.pk}" + "".join(f"+{invoice.pk}={amount}" for invoice, amount in paid.settled)


def operation_facts(operation: BankOperation) -> OperationFacts:
    """The facts of an imported operation."""
    return OperationFacts(
        operation.amount,
        operation.booked_on,
        operation.counterparty,
        operation.label,
        operation.reference,
        operation.nature,
        operation.is_return,
    )


SIMILAR_NAME, SAME_NAME = 10, 20
_NEAR_RATIO, _SAME_RATIO = 0.78, 0.92
_SHORTEST = 4
_FORMS = frozenset(
    ["association", "assoc", "asso", "ass", "sas", "sasu", "sarl", "scop", "scic", "spl", "sa", "eurl", "ste"]
) | frozenset(["societe", "cie", "la", "le", "les", "de", "des", "du", "l", "d", "et"])
_BRACKETED = re.compile(r"\(.*?\)")


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name without legal form and articles: "Association OPTIM'ISM (56)" is ("optim", "ism")."""
    words = re.findall(r"[a-z0-9]+", plain(_BRACKETED.sub(" ", name)))
    return tuple(word for word in words if word not in _FORMS) or tuple(words)


def name_similarity(name: str, payer: str) -> int:
    """SAME_NAME, SIMILAR_NAME or 0: how much the name of a payer is like that of a member."""
    own, other = "".join(name_words(name)), "".join(name_words(payer))
    if not own or not other:
        return 0
    if own == other or mentions_name(payer, name):
        return SAME_NAME
    matcher = SequenceMatcher(None, own, other)
    if matcher.real_quick_ratio() < _NEAR_RATIO or matcher.quick_ratio() < _NEAR_RATIO:
        return 0
    ratio = matcher.ratio()
    return SAME_NAME if ratio >= _SAME_RATIO else SIMILAR_NAME if ratio >= _NEAR_RATIO else 0


def mentions_name(text: str, name: str) -> bool:
    """Whether ``text`` has the name, word after word: "VIR SEPA ALOEN NOV" mentions Aloen."""
    words, wanted = name_words(text), name_words(name)
    if not wanted or len("".join(wanted)) < _SHORTEST:
        return bool(wanted) and words == wanted
    glued = f" {' '.join(words)} "
    return f" {' '.join(wanted)} " in glued or f" {''.join(wanted)} " in glued
