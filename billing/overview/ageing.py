"""What is due by age, as drawings: a bar for each age, a stacked bar for each member; whole numbers, no float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

HEIGHT = 120
WIDTH = 100
STEP = 96


@dataclass(frozen=True)
class Bar:
    """One age: where its bar begins and how high it is, in the units of the drawing."""

    label: str
    short: str
    amount: Decimal
    rank: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + STEP // 2


def bars(labels: Sequence[str], shorts: Sequence[str], amounts: Sequence[Decimal]) -> list[Bar]:
    """A bar for each amount, the highest as high as the drawing; what is something is at least two units high."""
    most = max([*amounts, Decimal(0)])
    found = []
    for rank, (label, short, amount) in enumerate(zip(labels, shorts, amounts, strict=True)):
        height = max(int(amount * HEIGHT / most), 2) if amount > 0 else 0
        found.append(Bar(label, short, amount, rank, rank * STEP, HEIGHT - height, height))
    return found


def stacked(amounts: Sequence[Decimal]) -> list[tuple[int, int, int]]:
    """(rank, start, length) of each amount in a bar of a hundred; the last one ends it exactly."""
    total = sum(amounts, Decimal(0))
    if not total:
        return []
    parts, begun = [], Decimal(0)
    for rank, amount in enumerate(amounts):
        start, end = int(begun * WIDTH / total), int((begun + amount) * WIDTH / total)
        begun += amount
        if end > start:
            parts.append((rank, start, end - start))
    return parts
