"""Charts as places in an SVG: a scale and its ticks, columns, rows, shares of a whole, points of lines.

Whole arithmetic; each coordinate is a text with one decimal and a point, so that no comma of a locale slips into an
attribute and the same figures always draw the same picture. Units are those of the viewBox, WIDTH wide. Colours are
those that static/css/charts.css has for a series; words come from the caller.
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
# Columns and lines: where they are drawn; figures of the scale on the left, names below.
LEFT, RIGHT, TOP, BOTTOM = 72, 632, 20, 176
NAMES_AT, HEIGHT = 198, 206
MOST_TICKS = 5
WIDEST_COLUMN = 64
MOST_NAMES = 6
# Rows: the height of a name, of a bar, from a bar to the next, between groups; room for the label at an end.
NAME, BAR, STEP, GAP = 26, 18, 24, 10
LABEL_ROOM = 150
# A bar that stands for something can be seen.
SHORTEST = 2
# A share bar is so long.
SHARE_UNITS = 1000


def coordinate(value: Fraction | int) -> str:
    """A place or a length as an SVG attribute: one decimal, with a point."""
    tenths = round(value * 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def points(places: Iterable[tuple[Fraction, Fraction]]) -> str:
    """The points (x, y) of a polyline or polygon."""
    return " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in places)


@dataclass(frozen=True)
class Scale:
    """From values to places: ``low`` is drawn at ``start``, ``high`` at ``end``; for heights ``start`` is below."""

    low: Value
    high: Value
    start: int
    end: int

    def at(self, value: Value) -> Fraction:
        """The place of ``value``; on a scale from a value to itself, its start."""
        extent = Fraction(self.high) - Fraction(self.low)
        share = (Fraction(value) - Fraction(self.low)) / extent if extent else Fraction(0)
        return self.start + share * (self.end - self.start)


def round_values(low: Value, high: Value, *, most: int = MOST_TICKS, unit: int = 1) -> list[int]:
    """The multiples of a step from ``low`` to ``high``; the step is 1, 2 or 5 times a power of ten ``unit``s.

    It is the smallest of which at most ``most`` go from ``low`` to ``high``. Zero is a value when it lies between.
    """
    step = _round_step(low, high, most=most, unit=unit)
    return list(range(-int(-Fraction(low) // step) * step, int(Fraction(high) // step) * step + 1, step))


@dataclass(frozen=True)
class Tick:
    """A horizontal line of the scale at ``y`` from ``start`` to ``end``, and its figure, which ends at ``label_x``."""

    y: str
    label: str
    start: str = coordinate(LEFT)
    end: str = coordinate(RIGHT)
    label_x: str = coordinate(LEFT - 8)


def ticks(scale: Scale, values: Iterable[int], label: Callable[[int], str]) -> list[Tick]:
    """A tick for each of ``values``, with its figure as ``label`` writes it."""
    return [Tick(coordinate(scale.at(value)), label(value)) for value in values]


@dataclass(frozen=True)
class Mark:
    """One rectangle; ``series`` is what it stands for, ``title`` the words that a pointer on it shows."""

    x: str
    y: str
    width: str
    height: str
    series: str
    title: str


@dataclass(frozen=True)
class Label:
    """One text; ``is_key`` ones are emphasised, ``is_minor`` ones are left out where there is little room."""

    x: str
    y: str
    text: str
    anchor: Anchor = "start"
    is_key: bool = False
    is_minor: bool = False


@dataclass(frozen=True)
class ZeroLine:
    """The line of zero, across the bars."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class BarChart:
    """The whole drawing, WIDTH by ``height``; ``description`` is for those who do not see it."""

    marks: list[Mark]
    labels: list[Label]
    ticks: list[Tick]
    zero: ZeroLine | None
    description: str
    height: int
    has_rows: bool = False
    width: int = WIDTH


@dataclass(frozen=True)
class Part:
    """One part of a bar: its series ("" for none), its amount, and the words that a pointer on it shows."""

    series: str
    amount: Value
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar of parts: those above zero one after the other from zero, those below zero to the other side."""

    parts: Sequence[Part]
    label: str

    @property
    def above(self) -> Fraction:
        return sum((Fraction(part.amount) for part in self.parts if part.amount > 0), Fraction(0))

    @property
    def below(self) -> Fraction:
        return sum((Fraction(part.amount) for part in self.parts if part.amount < 0), Fraction(0))


@dataclass(frozen=True)
class NamedBars:
    """A name and its bars."""

    name: str
    bars: Sequence[Bar]


def columns(
    named: Sequence[tuple[str, Bar]], *, tick: Callable[[int], str] | None = None, description: str = ""
) -> BarChart:
    """Bars side by side, their names below; ``description`` replaces the names with their labels.

    ``tick`` writes the figures of a scale on the left, which stands instead of the labels of the bars. Of more than
    MOST_NAMES names every second is left out where there is little room.
    """
    low, high = _extent([bar for _, bar in named])
    if tick:
        step = _round_step(low, high, most=MOST_TICKS)
        low, high = Fraction(low // step * step), Fraction(-(-high // step) * step)
    scale = Scale(low, high, BOTTOM, TOP)
    left = LEFT if tick else 0
    room = Fraction((RIGHT if tick else WIDTH) - left, max(len(named), 1))
    wide = min(room * 2 / 3, Fraction(WIDEST_COLUMN))
    zero = coordinate(scale.at(0))
    marks, labels = [], []
    for place, (name, bar) in enumerate(named):
        middle = left + room * place + room / 2
        for part, top, bottom in _segments(bar, scale):
            marks.append(_mark(part, middle - wide / 2, top, wide, bottom - top))
        if tick is None:
            top = _reach(scale, bar.above) - 6
            labels.append(Label(coordinate(middle), coordinate(top), bar.label, "middle", is_key=True))
        is_minor = len(named) > MOST_NAMES and place % 2 > 0
        labels.append(Label(coordinate(middle), coordinate(NAMES_AT), name, "middle", is_minor=is_minor))
    return BarChart(
        marks,
        labels,
        ticks(scale, round_values(low, high), tick) if tick else [],
        ZeroLine(coordinate(left), zero, coordinate(RIGHT if tick else WIDTH), zero),
        description or _describe([NamedBars(name, [bar]) for name, bar in named]),
        HEIGHT,
    )


def rows(groups: Sequence[NamedBars], *, description: str = "") -> BarChart:
    """Groups one below the other, the name above its bars; all on one scale, left of zero what is below it.

    The label of a bar stands at its end. ``description`` replaces the names with their labels.
    """
    low, high = _extent([bar for group in groups for bar in group.bars])
    scale = Scale(low, high, LABEL_ROOM if low else 0, WIDTH - LABEL_ROOM)
    zero = coordinate(scale.at(0))
    marks, labels, y = [], [], 0
    for group in groups:
        labels.append(Label(coordinate(0), coordinate(y + 18), group.name, is_key=True))
        y += NAME
        for bar in group.bars:
            for part, begin, end in _segments(bar, scale):
                marks.append(_mark(part, begin, Fraction(y), end - begin, Fraction(BAR)))
            is_left = bool(bar.below) and not bar.above
            x = _reach(scale, bar.below) - 8 if is_left else _reach(scale, bar.above) + 8
            labels.append(Label(coordinate(x), coordinate(y + 14), bar.label, "end" if is_left else "start"))
            y += STEP
        y += GAP
    height = max(y - GAP, STEP)
    line = ZeroLine(zero, coordinate(0), zero, coordinate(height)) if low else None
    return BarChart(marks, labels, [], line, description or _describe(groups), height, has_rows=True)


@dataclass(frozen=True)
class Share:
    """A part of a whole: where it begins and how long it is in a bar SHARE_UNITS long."""

    series: str
    start: int
    length: int


def shares(parts: Iterable[Part], *, whole: Value = 0) -> list[Share]:
    """The parts of one bar, one after the other; each ends where the sum up to it does, cut to whole units.

    The full length stands for ``whole``, or for the sum of the parts when that is more. An amount that is not above
    zero, or shorter than a unit, has no share.
    """
    drawn = [part for part in parts if part.amount > 0]
    full = max(sum((Fraction(part.amount) for part in drawn), Fraction(0)), Fraction(whole))
    found, before = [], Fraction(0)
    for part in drawn:
        after = before + Fraction(part.amount)
        start, end = int(before * SHARE_UNITS / full), int(after * SHARE_UNITS / full)
        if end > start:
            found.append(Share(part.series, start, end - start))
        before = after
    return found


def _round_step(low: Value, high: Value, *, most: int, unit: int = 1) -> int:
    extent = (Fraction(high) - Fraction(low)) / unit
    factor, power = 1, 1
    while extent > factor * power * most:
        factor, power = {1: (2, power), 2: (5, power), 5: (1, power * 10)}[factor]
    return factor * power * unit


def _extent(bars: Sequence[Bar]) -> tuple[Fraction, Fraction]:
    """The lowest and the highest end of ``bars``, zero between; never both the same."""
    low = min([bar.below for bar in bars], default=Fraction(0))
    high = max([bar.above for bar in bars], default=Fraction(0))
    return (low, high) if low or high else (Fraction(0), Fraction(1))


def _reach(scale: Scale, value: Fraction) -> Fraction:
    """The place where a bar of ``value`` ends: at least SHORTEST away from zero, unless it is zero."""
    zero, end = scale.at(0), scale.at(value)
    if not value or abs(end - zero) >= SHORTEST:
        return end
    is_further = (scale.end > scale.start) == (value > 0)
    return zero + SHORTEST if is_further else zero - SHORTEST


def _segments(bar: Bar, scale: Scale) -> Iterable[tuple[Part, Fraction, Fraction]]:
    """The parts of ``bar`` that are not zero, each with its lower and its higher coordinate."""
    zero = scale.at(0)
    for sign, total in ((1, bar.above), (-1, bar.below)):
        length, before = _reach(scale, total) - zero, Fraction(0)
        for part in bar.parts:
            if part.amount * sign > 0:
                after = before + Fraction(part.amount)
                begin, end = zero + length * before / total, zero + length * after / total
                yield part, min(begin, end), max(begin, end)
                before = after


def _mark(part: Part, x: Fraction, y: Fraction, width: Fraction, height: Fraction) -> Mark:
    # Both corners are rounded, not corner and length: what touches in figures touches in the drawing.
    right, bottom = round((x + width) * 10), round((y + height) * 10)
    left, top = round(x * 10), round(y * 10)
    return Mark(
        coordinate(x),
        coordinate(y),
        coordinate(Fraction(right - left, 10)),
        coordinate(Fraction(bottom - top, 10)),
        part.series,
        part.title,
    )


def _describe(groups: Sequence[NamedBars]) -> str:
    """Each name with the labels of its bars."""
    return " ".join(f"{group.name}\u00a0: {', '.join(bar.label for bar in group.bars)}." for group in groups)
