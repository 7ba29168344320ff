"""Where the bars of a chart lie, as texts for SVG attributes: whole arithmetic, so that no comma slips in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from groupement.kernel.money import ZERO, spell_plain

# The drawing's own units, as its viewBox says.
LEFT, RIGHT, TOP, BOTTOM = 64, 632, 12, 176
MOST_TICKS = 4
WIDEST = 44
ROW, BAR = 46, 18


@dataclass(frozen=True)
class Tick:
    """A line of the scale and its euros."""

    at: str
    label: str


@dataclass(frozen=True)
class Part:
    """One rectangle; ``series`` says which of the bar's amounts it is."""

    x: str
    y: str
    width: str
    height: str
    series: int


@dataclass(frozen=True)
class Bar:
    """A bar in its parts, with its name; ``is_minor`` names may be left out where there is little room."""

    name: str
    at: str
    parts: list[Part]
    total: str
    end: str
    is_minor: bool = False


@dataclass(frozen=True)
class Chart:
    """The whole drawing; ``height`` is its viewBox's."""

    ticks: list[Tick]
    bars: list[Bar]
    height: int


def upright(named: Sequence[tuple[str, Sequence[Decimal]]]) -> Chart:
    """Bars side by side: each its name and its amounts, stacked from the floor; amounts below zero are not drawn."""
    step = _step(_tallest(named))
    top = max(step, -(-_tallest(named) // step) * step)
    width = Fraction(RIGHT - LEFT, max(len(named), 1))
    wide = min(width * 2 / 3, Fraction(WIDEST))
    bars = []
    for n, (name, amounts) in enumerate(named):
        middle = LEFT + width * n + width / 2
        parts, floor = [], Fraction(BOTTOM)
        for series, amount in enumerate(amounts):
            height = Fraction(max(amount, ZERO)) * (BOTTOM - TOP) / top
            floor -= height
            if height:
                parts.append(Part(_text(middle - wide / 2), _text(floor), _text(wide), _text(height), series))
        total = spell_plain(sum(amounts, ZERO))
        bars.append(Bar(name, _text(middle), parts, total, _text(floor - 5), is_minor=n % 2 > 0))
    ticks = [
        Tick(_text(BOTTOM - Fraction(value * (BOTTOM - TOP), top)), f"{value:,}".replace(",", "\u202f"))
        for value in range(0, top + 1, step)
    ]
    return Chart(ticks, bars, height=206)


def lying(named: Sequence[tuple[str, Sequence[Decimal]]]) -> Chart:
    """Bars one below the other, the longest as wide as there is room for its total beside."""
    longest = max(_tallest(named), 1)
    room = 640 - 120
    bars = []
    for n, (name, amounts) in enumerate(named):
        parts, edge = [], Fraction(0)
        for series, amount in enumerate(amounts):
            width = Fraction(max(amount, ZERO)) * room / longest
            if width:
                parts.append(Part(_text(edge), str(ROW * n + 20), _text(width), str(BAR), series))
            edge += width
        total = spell_plain(sum(amounts, ZERO))
        bars.append(Bar(name, str(ROW * n + 14), parts, total, _text(edge + 8)))
    return Chart([], bars, height=max(ROW * len(named), ROW))


def _tallest(named: Sequence[tuple[str, Sequence[Decimal]]]) -> int:
    sums = [sum((max(amount, ZERO) for amount in amounts), ZERO) for _, amounts in named]
    return int(-(-max(sums, default=ZERO) // 1))


def _step(tallest: int) -> int:
    """A round number of euros, so that at most a few lines are drawn."""
    steps: Iterator[int] = (factor * int(10**power) for power in range(9) for factor in (1, 2, 5))
    return next((step for step in steps if tallest <= step * MOST_TICKS), max(tallest, 1))


def _text(value: Fraction | int) -> str:
    """One decimal, with a point."""
    tenths = round(value * 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"
