"""One way to match an operation: the payments it would be, member by member, with a score and reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.banking.matching.ledger import Debt, Received
from billing.models import BankOperation, PaymentMethod
from members.models import Member

ZERO = Decimal("0.00")
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
