"""One way to match an operation: the payments it would be, member by member, with a score and reasons in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from django.db.models import Q

from billing.accounts import receivables
from billing.models import (
    Allocation,
    BankOperation,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Payment,
    PaymentMethod,
)
from groupement.kernel.cells import plain
from groupement.kernel.money import ZERO
from members.models import Member

T = TypeVar("T")

# Words that people glue to a number: "FACTUREF20260012".
_BEFORE = r"(?<![A-Z])(?:FACTURES?|FACT|FAC|REF|NO|N)?"
_BETWEEN = r"[\W_]*"
# After a whole number, the ranks of others of the same year: "0012/0013", "0012, 13 et 14".
_FURTHER = re.compile(r"\s*(?:[/,;+&]|\bET\b)\s*0*(\d{1,6})(?![\d.,]*\d)")


class Numbers(Generic[T]):
    """Things by their invoice number, to be found in free text."""

    def __init__(self, numbered: Iterable[tuple[str, int, T]]) -> None:
        """``numbered``: the number, the rank that it ends with, and what it names."""
        self._stems: dict[str, dict[int, T]] = {}
        for number, sequence, named in numbered:
            self._stems.setdefault(_stem(number, sequence), {})[sequence] = named

    def find(self, text: str) -> list[T]:
        """What ``text`` names, in the order of the text, each once."""
        told = text.upper()
        found: dict[tuple[int, str, int], T] = {}
        for stem, ranks in self._stems.items():
            for match in _pattern(stem).finditer(told):
                self._take(stem, ranks, match.start(), int(match[1]), found)
                end = match.end()
                while further := _FURTHER.match(told, end):
                    self._take(stem, ranks, further.start(), int(further[1]), found)
                    end = further.end()
        each_once: dict[tuple[str, int], T] = {}
        for (_, stem, rank), named in sorted(found.items(), key=lambda item: item[0]):
            each_once.setdefault((stem, rank), named)
        return list(each_once.values())

    @staticmethod
    def _take(
        stem: str, ranks: Mapping[int, T], place: int, rank: int, found: dict[tuple[int, str, int], T]
    ) -> None:
        if rank in ranks:
            found[place, stem, rank] = ranks[rank]


def _stem(number: str, sequence: int) -> str:
    """The number without its rank: "F-2026-" of "F-2026-0012"."""
    return number.upper().removesuffix(f"{sequence:04d}")


@lru_cache(maxsize=256)
def _pattern(stem: str) -> re.Pattern[str]:
    chunks = re.findall(r"[A-Z]+|\d+", stem)
    return re.compile(_BEFORE + _BETWEEN + _BETWEEN.join(chunks) + _BETWEEN + r"0*(\d{1,6})(?!\d)")


# Settled invoices are looked up this long, so that one paid twice is seen; payments, for thirteen months (unauthorised
# direct debits may be given back until then, C. mon. fin. L133-24).
SETTLED_DAYS = 730
RETURN_DAYS = 400


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
    invoices: Any = receivables.with_dues(issued)
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


PAY, LINK, RETURN = "pay", "link", "return"


@dataclass(frozen=True)
class Movement:
    """What an operation says, as far as it matters here."""

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
class Share:
    """What one member paid: new, with the invoices it settles, or a payment recorded before (``payment``)."""

    member: Member
    amount: Decimal
    parts: tuple[tuple[Debt, Decimal], ...] = ()
    payment: Received | None = None

    @property
    def rest(self) -> Decimal:
        """What settles nothing and stays a credit of the member."""
        return self.amount - sum((amount for _, amount in self.parts), ZERO)


@dataclass(frozen=True)
class Candidate:
    """One way to match; ``code`` names it in a form. ``is_certain``: number and amount agree."""

    kind: str
    shares: tuple[Share, ...]
    score: int
    reasons: tuple[str, ...]
    is_certain: bool = False

    @property
    def code(self) -> str:
        return f"{self.kind}:" + ";".join(
            f"p{share.payment.payment}"
            if share.payment
            else f"m{share.member.pk}" + "".join(f"+{debt.invoice}={amount}" for debt, amount in share.parts)
            for share in self.shares
        )

    @property
    def parts(self) -> list[tuple[Debt, Decimal]]:
        return [part for share in self.shares for part in share.parts]

    @property
    def confirmed(self) -> list[int]:
        """The payments (ids) recorded before that it names."""
        return [share.payment.payment for share in self.shares if share.payment]


def movement_of(operation: BankOperation) -> Movement:
    """An operation that was taken in, as suggestions look at it."""
    return Movement(
        operation.amount,
        operation.booked_on,
        operation.counterparty,
        operation.label,
        operation.reference,
        operation.nature,
        operation.is_return,
    )


NEAR, SAME = 10, 20
_NEAR_RATIO, _SAME_RATIO = 0.78, 0.92
_SHORTEST = 4
_FORMS = frozenset(
    ["association", "assoc", "asso", "ass", "sas", "sasu", "sarl", "scop", "scic", "spl", "sa", "eurl", "ste"]
) | frozenset(["societe", "cie", "la", "le", "les", "de", "des", "du", "l", "d", "et"])
_ASIDE = re.compile(r"\(.*?\)")


@lru_cache(maxsize=8192)
def bare(name: str) -> tuple[str, ...]:
    """The words of a name that tell: "Association OPTIM'ISM (56)" is ("optim", "ism")."""
    words = re.findall(r"[a-z0-9]+", plain(_ASIDE.sub(" ", name)))
    return tuple(word for word in words if word not in _FORMS) or tuple(words)


def closeness(name: str, payer: str) -> int:
    """SAME, NEAR or 0: how near the name of a member and that of a payer are."""
    own, other = "".join(bare(name)), "".join(bare(payer))
    if not own or not other:
        return 0
    if own == other or _contains(payer, name):
        return SAME
    matcher = SequenceMatcher(None, own, other)
    if matcher.real_quick_ratio() < _NEAR_RATIO or matcher.quick_ratio() < _NEAR_RATIO:
        return 0
    ratio = matcher.ratio()
    return SAME if ratio >= _SAME_RATIO else NEAR if ratio >= _NEAR_RATIO else 0


def names(text: str, name: str) -> bool:
    """Whether ``text`` has the name, word after word: "VIR SEPA ALOEN NOV" names Aloen."""
    return _contains(text, name)


def _contains(text: str, name: str) -> bool:
    words, wanted = bare(text), bare(name)
    if not wanted or len("".join(wanted)) < _SHORTEST:
        return bool(wanted) and words == wanted
    glued = f" {' '.join(words)} "
    return f" {' '.join(wanted)} " in glued or f" {''.join(wanted)} " in glued
