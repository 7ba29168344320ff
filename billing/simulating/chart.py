"""The drawing of an hour's price: what stands behind an hour paid and an hour billed, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.simulating.job import Job
from groupement.money import allocate, cents

WIDTH = 600
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Piece:
    """One kind of cost on a bar: its place and width in units of the drawing, its tone, euros an hour."""

    label: str
    tone: str
    amount: Decimal
    x: Decimal
    width: Decimal


@dataclass(frozen=True)
class Bar:
    """One hour: what is drawn, and how much it comes to."""

    label: str
    total: Decimal
    pieces: Sequence[Piece]

    @property
    def end(self) -> Decimal:
        last = self.pieces[-1]
        return last.x + last.width


def draw(job: Job) -> list[Bar]:
    """An hour paid and an hour billed: the second holds the hours that nobody is billed for, and the fee."""
    groups = _groups(job)
    weights = [amount for _, _, amount in groups]
    paid = allocate(job.paid_hour_cost, weights)
    billed = [*allocate(job.hourly_cost, weights), job.hourly_fee]
    names = [(label, tone) for label, tone, _ in groups]
    scale = max(job.price, job.paid_hour_cost, Decimal("0.01"))
    return [
        _bar("Une heure payée", names, paid, scale),
        _bar("Une heure facturée", [*names, ("Frais de gestion", "fee")], billed, scale),
    ]


def _groups(job: Job) -> list[tuple[str, str, Decimal]]:
    rest = job.full_cost - job.gross_yearly_pay - job.contributions
    return [
        ("Salaire brut", "pay", job.gross_yearly_pay),
        ("Cotisations patronales", "contributions", job.contributions),
        ("Autres coûts", "others", rest),
    ]


def _bar(label: str, names: Sequence[tuple[str, str]], amounts: Sequence[Decimal], scale: Decimal) -> Bar:
    pieces, x = [], ZERO
    for (name, tone), amount in zip(names, amounts, strict=True):
        width = cents(amount * WIDTH / scale)
        pieces.append(Piece(name, tone, amount, x, width))
        x += width
    return Bar(label, sum(amounts, ZERO), pieces)
