"""The differences of a preview as grouped bars: a group a member, a bar a key; places on an SVG, no words of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from billing.true_ups.previewing import BAR, GAP, MARGIN, NAME, STEP, TOP, WIDTH, Preview
from groupement.kernel.money import ZERO, spell
from members.models import Member


@dataclass(frozen=True)
class Bar:
    """One key's bar from the line of zero, to the right when owed, to the left when due back."""

    key: str
    x: int
    y: int
    width: int
    label: str
    label_x: int
    anchor: str


@dataclass(frozen=True)
class Group:
    """One member with its bars."""

    member: Member
    y: int
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Chart:
    """The whole drawing, ``height`` high, with its line of zero."""

    groups: Sequence[Group]
    height: int
    zero: int
    bar: int = BAR
    width: int = WIDTH


def draw(shown: Preview) -> Chart:
    """Lay out ``shown``; every group has a bar for each key, on one scale."""
    amounts = [amount for row in shown.rows for _, amount in row.amounts]
    low, high = min([ZERO, *amounts]), max([ZERO, *amounts])
    room, spread = WIDTH - 2 * MARGIN, (high - low) or Decimal(1)
    zero = MARGIN + _round(room * -low / spread)
    groups, y = [], TOP
    for row in shown.rows:
        bars = [
            _bar(key, amount, _round(room * abs(amount) / spread), zero, y + NAME + rank * STEP)
            for rank, (key, amount) in enumerate(row.amounts)
        ]
        groups.append(Group(row.member, y, bars))
        y += NAME + len(bars) * STEP + GAP
    return Chart(groups, y, zero)


def _bar(key: str, amount: Decimal, length: int, zero: int, y: int) -> Bar:
    label = f"+{spell(amount)}" if amount > 0 else spell(amount)
    if amount < 0:
        return Bar(key, zero - length, y, length, label, zero - length - 6, "end")
    return Bar(key, zero, y, length, label, zero + length + 6, "start")


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
