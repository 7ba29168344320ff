"""Charts as places on an SVG: one scale, its ticks, bars, shares of a whole and lines; no colour, no words.

Whole arithmetic, and each coordinate a text with one decimal and a point: no comma slips into an attribute, and the
same figures always draw the same picture. Units are those of the viewBox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Value = Decimal | Fraction | int
Anchor = Literal["start", "middle", "end"]

WIDTH = 640
# Of columns: room for the figures of the scale on the left, for names below.
LEFT, RIGHT, TOP, BOTTOM, NAMES = 64, 632, 20, 176, 30
WIDEST_COLUMN = 44
MOST_TICKS = 4
# Of rows: the name above its bars; the labels stand at the ends of the bars.
NAME, BAR, STEP, GAP = 22, 18, 24, 10
ROOM_FOR_LABELS = 130


def coordinate(value: Fraction | int) -> str:
    """A place or a length as an SVG attribute: one decimal, with a point."""
    tenths = round(value * 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def points(places: Iterable[tuple[Fraction, Fraction]]) -> str:
    """The points of a polyline or polygon."""
    return " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in places)


@dataclass(frozen=True)
class Scale:
    """From values to places: ``low`` lies at ``start``, ``high`` at ``end``, which is above it for heights."""

    low: Value
    high: Value
    start: int
    end: int

    def at(self, value: Value) -> Fraction:
        """The place of ``value``; of a scale without extent, its start."""
        extent = Fraction(self.high) - Fraction(self.low)
        share = (Fraction(value) - Fraction(self.low)) / extent if extent else Fraction(0)
        return self.start + share * (self.end - self.start)

    def length(self, value: Value) -> Fraction:
        """How long ``value`` is; never below zero."""
        return abs(self.at(Fraction(self.low) + abs(Fraction(value))) - self.start)


def round_values(low: Value, high: Value, *, most: int, unit: int = 1) -> list[int]:
    """Round values from ``low`` to ``high``, at most ``most`` steps of 1, 2 or 5 times a power of ten ``unit``s.

    Zero is one of them when it lies between.
    """
    extent = (Fraction(high) - Fraction(low)) / unit
    steps = (factor * 10**power for power in range(12) for factor in (1, 2, 5))
    step = next(each for each in steps if extent <= each * most) * unit
    first = -(-Fraction(low) // step) * step
    return list(range(int(first), int(Fraction(high) // 1) + 1, step))


@dataclass(frozen=True)
class Tick:
    """A line of the scale and its figure."""

    at: str
    label: str


@dataclass(frozen=True)
class Mark:
    """One rectangle; ``series`` says what it stands for, ``title`` what a pointer on it reads."""

    x: str
    y: str
    width: str
    height: str
    series: str
    title: str


@dataclass(frozen=True)
class Label:
    """One text; ``is_key`` ones are read first, ``is_minor`` ones may be left out where there is little room."""

    x: str
    y: str
    text: str
    anchor: Anchor
    is_key: bool = False
    is_minor: bool = False


@dataclass(frozen=True)
class BarChart:
    """The whole drawing. ``zero`` is the place of a vertical line of zero, "" without one."""

    marks: list[Mark]
    labels: list[Label]
    description: str
    height: int
    ticks: Sequence[Tick] = ()
    zero: str = ""
    width: int = WIDTH


@dataclass(frozen=True)
class Part:
    """One part of a bar: what it stands for, and its amount."""

    series: str
    amount: Value
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar of stacked parts. ``label`` stands at its end."""

    parts: Sequence[Part]
    label: str

    @property
    def total(self) -> Value:
        return sum((Fraction(part.amount) for part in self.parts), Fraction(0))


@dataclass(frozen=True)
class Group:
    """A name and its bars; in columns it has one."""

    name: str
    bars: Sequence[Bar]


def columns(groups: Sequence[Group], *, tick: Callable[[int], str] | None = None) -> BarChart:
    """Bars side by side, their parts stacked from the floor; parts below zero are not drawn.

    ``tick`` writes the figures of the scale, which then replace the labels of the bars.
    """
    totals = [_drawn(bar) for group in groups for bar in group.bars]
    values = round_values(0, max([*totals, Fraction(1)]), most=MOST_TICKS) if tick else []
    top = max([*totals, Fraction(1)])
    if len(values) > 1:
        top = max(Fraction(values[-1]), -(-top // (values[1] - values[0])) * (values[1] - values[0]))
        values = list(range(0, int(top) + 1, values[1] - values[0]))
    scale = Scale(0, top, BOTTOM, TOP)
    left = LEFT if tick else 0
    room = Fraction(RIGHT - left, max(len(groups), 1))
    wide = min(room * 2 / 3, Fraction(WIDEST_COLUMN if tick else 2 * WIDEST_COLUMN))
    marks, labels = [], []
    for place, group in enumerate(groups):
        middle, floor = left + room * place + room / 2, Fraction(BOTTOM)
        for bar in group.bars:
            for part in bar.parts:
                height = scale.length(part.amount) if part.amount > 0 else Fraction(0)
                floor -= height
                if height:
                    marks.append(_mark(middle - wide / 2, floor, wide, height, part))
            if tick is None:
                labels.append(_label(middle, floor - 6, bar.label, "middle", is_key=True))
        is_minor = tick is not None and place % 2 > 0
        labels.append(_label(middle, BOTTOM + 20, group.name, "middle", is_minor=is_minor))
    ticks = [Tick(coordinate(scale.at(value)), tick(value)) for value in values] if tick else []
    return BarChart(marks, labels, _description(groups), BOTTOM + NAMES, ticks)


def rows(groups: Sequence[Group]) -> BarChart:
    """Groups one below the other, the name above its bars; all bars on one scale, left of zero what is below it."""
    totals = [Fraction(bar.total) for group in groups for bar in group.bars]
    low, high = min([Fraction(0), *totals]), max([Fraction(0), *totals])
    scale = Scale(low, high or 1, ROOM_FOR_LABELS if low else 0, WIDTH - ROOM_FOR_LABELS)
    marks, labels, y = [], [], 0
    for group in groups:
        labels.append(_label(0, y + NAME - 8, group.name, "start", is_key=True))
        y += NAME
        for bar in group.bars:
            edge = zero = scale.at(0)
            for part in bar.parts:
                length = scale.length(part.amount)
                edge += length if part.amount > 0 else -length
                if length:
                    marks.append(
                        _mark(
                            min(edge, edge + length) if part.amount < 0 else edge - length,
                            y,
                            length,
                            BAR,
                            part,
                        )
                    )
            is_below = edge < zero
            labels.append(
                _label(edge - 8 if is_below else edge + 8, y + 14, bar.label, "end" if is_below else "start")
            )
            y += STEP
        y += GAP
    zero_line = coordinate(scale.at(0)) if low else ""
    return BarChart(marks, labels, _description(groups), max(y, NAME + STEP), zero=zero_line)


@dataclass(frozen=True)
class Share:
    """A part of a whole, as a place and a length in whole units."""

    series: str
    start: int
    length: int


def shares(parts: Iterable[Part], *, units: int, whole: Value | None = None) -> list[Share]:
    """The parts of a bar ``units`` long, one after the other; the last ends exactly where their sum does.

    ``whole`` is what the full length stands for: the sum of the parts when left out. What is zero or less, or shorter
    than a unit, has no share.
    """
    drawn = [part for part in parts if part.amount > 0]
    full = (
        Fraction(whole) if whole is not None else sum((Fraction(part.amount) for part in drawn), Fraction(0))
    )
    found, before = [], Fraction(0)
    for part in drawn:
        start, end = int(before * units / full), int((before + Fraction(part.amount)) * units / full)
        before += Fraction(part.amount)
        if end > start:
            found.append(Share(part.series, start, end - start))
    return found


def _drawn(bar: Bar) -> Fraction:
    return sum((Fraction(part.amount) for part in bar.parts if part.amount > 0), Fraction(0))


def _mark(x: Fraction, y: Fraction | int, width: Fraction, height: Fraction | int, part: Part) -> Mark:
    return Mark(coordinate(x), coordinate(y), coordinate(width), coordinate(height), part.series, part.title)


def _label(
    x: Fraction | int,
    y: Fraction | int,
    text: str,
    anchor: Anchor,
    *,
    is_key: bool = False,
    is_minor: bool = False,
) -> Label:
    return Label(coordinate(x), coordinate(y), text, anchor, is_key, is_minor)


def _description(groups: Sequence[Group]) -> str:
    """What the drawing says, for those who do not see it: each name with its figures."""
    return " ".join(f"{group.name}\u00a0: {', '.join(bar.label for bar in group.bars)}." for group in groups)
