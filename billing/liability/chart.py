"""Shares of a debt as bars: one a member, and at its end what a default would add; places on an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from billing.liability.stating import Share, Statement
from groupement.money import spell

WIDTH, MARGIN = 640, 160
NAME, BAR, GAP, TOP = 28, 18, 14, 4


@dataclass(frozen=True)
class Bar:
    """One member: its share from the left, then what the default adds."""

    share: Share
    y: int
    width: int
    more: int
    label: str
    label_x: int


@dataclass(frozen=True)
class Chart:
    """The whole drawing, ``height`` high."""

    bars: Sequence[Bar]
    height: int
    bar: int = BAR
    name: int = NAME
    width: int = WIDTH


def draw(statement: Statement) -> Chart:
    """Lay out ``statement`` on one scale; the member that defaults keeps its name and has no bar."""
    shown = [share for share in statement.shares if share.exposure.base or share.whole]
    highest = max((_paid(share, statement) for share in shown), default=Decimal(0)) or Decimal(1)
    bars, y = [], TOP
    for share in shown:
        gone = statement.defaulting == share.member
        whole = _length(_paid(share, statement), highest)
        own = 0 if gone else _length(share.exposure.amount, highest)
        label = "défaillant" if gone else spell(share.whole)
        bars.append(Bar(share, y, own, whole - own, label, whole + 8))
        y += NAME + BAR + GAP
    return Chart(bars, y)


def _paid(share: Share, statement: Statement) -> Decimal:
    return Decimal(0) if statement.defaulting == share.member else share.whole


def _length(amount: Decimal, highest: Decimal) -> int:
    return int(((WIDTH - MARGIN) * amount / highest).quantize(Decimal(1), rounding=ROUND_HALF_UP))
