"""The differences of a preview as grouped bars of an SVG: a group for each member, a bar for each key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from billing.true_ups.previewing import Preview
from groupement.kernel.money import ZERO, spell
from members.models import Member

# Units of the drawing: bars keep room on both sides for the amounts that stand at their ends.
WIDTH, MARGIN = 640, 150
NAME, STEP, BAR, GAP, TOP = 28, 24, 16, 12, 4


@dataclass(frozen=True)
class KeyBar:
    """One key's bar from the line of zero, to the right when owed, to the left when due back."""

    key: str
    x: int
    y: int
    width: int
    label: str
    label_x: int
    anchor: str


@dataclass(frozen=True)
class MemberBars:
    """One member with its bars."""

    member: Member
    y: int
    bars: Sequence[KeyBar]


@dataclass(frozen=True)
class DifferenceChart:
    """The whole drawing, ``height`` high, with its line of zero."""

    groups: Sequence[MemberBars]
    height: int
    zero: int
    bar: int = BAR
    width: int = WIDTH


def draw(preview: Preview) -> DifferenceChart:
    """The chart of ``preview``; every member has a bar for each key, all on one scale."""
    amounts = [amount for row in preview.rows for _, amount in row.amounts]
    low, high = min([ZERO, *amounts]), max([ZERO, *amounts])
    room, spread = WIDTH - 2 * MARGIN, (high - low) or Decimal(1)
    zero = MARGIN + _round(room * -low / spread)
    groups, y = [], TOP
    for row in preview.rows:
        bars = [
            _bar(key, amount, _round(room * abs(amount) / spread), zero, y + NAME + rank * STEP)
            for rank, (key, amount) in enumerate(row.amounts)
        ]
        groups.append(MemberBars(row.member, y, bars))
        y += NAME + len(bars) * STEP + GAP
    return DifferenceChart(groups, y, zero)


def _bar(key: str, amount: Decimal, length: int, zero: int, y: int) -> KeyBar:
    label = f"+{spell(amount)}" if amount > 0 else spell(amount)
    if amount < 0:
        return KeyBar(key, zero - length, y, length, label, zero - length - 6, "end")
    return KeyBar(key, zero, y, length, label, zero + length + 6, "start")


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
