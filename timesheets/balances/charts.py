"""Where the lines of a burn-down lie, as texts for SVG attributes: whole arithmetic, so that no comma slips in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate

from groupement.kernel.periods import Month
from groupement.kernel.worktime import HOUR, short_hours
from timesheets.balances.arithmetic import months_of


@dataclass(frozen=True)
class Rung:
    """One month of a burn-down; minutes. ``remaining`` is None while nothing is known of it."""

    month: Month
    planned: int
    used: int
    approved: int
    pace: int
    remaining: int | None


@dataclass(frozen=True)
class BurnDown:
    """The plan of a year, what was used of it, and what each month will have used: known, else as planned; minutes.

    ``known`` is how many months, from January on, have ended and are told.
    """

    year: int
    planned: tuple[int, ...]
    used: tuple[int, ...]
    approved: tuple[int, ...]
    expected: tuple[int, ...]
    known: int

    @property
    def commitment(self) -> int:
        return sum(self.planned)

    @property
    def spent(self) -> int:
        return sum(self.used)

    @property
    def sealed(self) -> int:
        """What was approved of it."""
        return sum(self.approved)

    @property
    def remaining(self) -> int:
        """What is left of the commitment today; negative when it was exceeded."""
        return self.commitment - self.spent

    @property
    def projected(self) -> int:
        """What will be left at the end of the year if the rest goes as planned; negative when it will be exceeded."""
        return self.commitment - sum(self.expected)

    @property
    def pace(self) -> tuple[int, ...]:
        """What the plan would leave at the end of each month."""
        return tuple(self.commitment - total for total in accumulate(self.planned))

    @property
    def excess(self) -> int:
        """By how much the commitment will be exceeded; zero when it will not."""
        return max(-self.projected, 0)

    @property
    def lead(self) -> int:
        """How much more is left than planned at the end of the known months; negative: used faster."""
        return sum(self.planned[: self.known]) - sum(self.used[: self.known])

    @property
    def lag(self) -> int:
        """How much less is left than planned; zero when it is not less."""
        return max(-self.lead, 0)

    @property
    def is_over(self) -> bool:
        """Whether the whole year is known."""
        return self.known == len(self.planned)

    @property
    def last_shown(self) -> Month | None:
        """The last month with a figure."""
        return Month(self.year, self.shown) if self.shown else None

    @property
    def shown(self) -> int:
        """How many months have a figure: the known ones, and those up to the last with hours."""
        return max([self.known, *(n + 1 for n, minutes in enumerate(self.used) if minutes)])

    @property
    def begin(self) -> int:
        """How many months pass before the first with a plan or hours; none when there is no such month."""
        both = zip(self.planned, self.used, strict=True)
        return next((n for n, (plan, use) in enumerate(both) if plan or use), 0)

    @property
    def left(self) -> tuple[int, ...]:
        """What is left at the end of each month after what was used in it."""
        return tuple(self.commitment - total for total in accumulate(self.used))

    @property
    def rungs(self) -> list[Rung]:
        return [
            Rung(
                month,
                self.planned[n],
                self.used[n],
                self.approved[n],
                self.pace[n],
                self.left[n] if n < self.shown else None,
            )
            for n, month in enumerate(months_of(self.year))
        ]


def burn_down(
    year: int,
    *,
    on: date,
    planned: Sequence[int],
    used: Sequence[int],
    approved: Sequence[int],
    is_settled: Sequence[bool],
) -> BurnDown:
    """The burn-down of one assignment: twelve figures each, January first; minutes.

    A month counts for what was used once it has ended and ``is_settled`` (all its hours are submitted); until then
    for its plan, or for what was used when that is more.
    """
    ended = [month.before <= on for month in months_of(year)]
    told = [
        over and (settled or not plan) for over, settled, plan in zip(ended, is_settled, planned, strict=True)
    ]
    expected = tuple(
        use if is_told else max(use, plan) for use, plan, is_told in zip(used, planned, told, strict=True)
    )
    known = next((n for n, is_told in enumerate(told) if not is_told), 12)
    return BurnDown(year, tuple(planned), tuple(used), tuple(approved), expected, known)


def together(parts: Iterable[BurnDown], year: int) -> BurnDown:
    """The burn-down of several assignments: their sums; known is what is known of all of them."""
    found = list(parts)
    nothing = (0,) * 12

    def total(rows: list[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(map(sum, zip(nothing, *rows, strict=True)))

    return BurnDown(
        year,
        total([part.planned for part in found]),
        total([part.used for part in found]),
        total([part.approved for part in found]),
        total([part.expected for part in found]),
        min((part.known for part in found), default=0),
    )


# The drawing's own units, as its viewBox says.
LEFT, RIGHT, TOP, BOTTOM = 52, 626, 14, 178
MOST_TICKS = 5
NAMES = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True)
class Tick:
    """A horizontal line and its hours."""

    y: str
    label: str


@dataclass(frozen=True)
class Name:
    """A month under its part of the axis; ``is_minor`` may be left out where there is little room."""

    x: str
    label: str
    is_minor: bool


@dataclass(frozen=True)
class Chart:
    """The drawing: ``plan``, ``real``, ``ahead`` are points of polylines, ``area`` of a polygon; "" draws nothing."""

    ticks: list[Tick]
    names: list[Name]
    plan: str
    real: str
    area: str
    ahead: str
    dots: list[tuple[str, str]]
    now: tuple[str, str]
    label: str
    label_y: str


def draw(burned: BurnDown, *, on: date) -> Chart:
    """The burn-down as it stands ``on`` that day: what is left so far, the pace of the plan, where it leads.

    Lines begin with the first month that has a plan or hours.
    """
    top = max(burned.commitment, HOUR)
    lowest = min(0, *burned.pace, *burned.left[: burned.shown], burned.projected)
    scale = _Scale(top, lowest)
    begin = burned.begin
    start = (_x(Fraction(begin)), scale.y(burned.commitment))
    plan = [(_x(Fraction(n + 1)), scale.y(burned.pace[n])) for n in range(begin, 12)]
    real = [(_end_of(n, burned.year, on), scale.y(burned.left[n])) for n in range(begin, burned.shown)]
    points = [start, *real]
    now_x, now_y = points[-1]
    floor = scale.y(0)
    return Chart(
        ticks=[Tick(_text(scale.y(minutes)), short_hours(minutes)) for minutes in _ticks(top, lowest)],
        names=[Name(_text(_x(Fraction(2 * n + 1, 2))), name, n % 3 > 0) for n, name in enumerate(NAMES)],
        plan=_joined([start, *plan]) if burned.commitment else "",
        real=_joined(points) if real else "",
        area=_joined([*points, (now_x, floor), (start[0], floor)]) if real else "",
        ahead=_ahead(burned, scale, points[-1]),
        dots=[(_text(x), _text(y)) for x, y in points[:-1]],
        now=(_text(now_x), _text(now_y)),
        label=f"{short_hours(burned.remaining)}\u00a0h",
        label_y=_text(now_y - 12),
    )


class _Scale:
    """Minutes to the height of the drawing; the top is the most that was ever left."""

    def __init__(self, top: int, lowest: int) -> None:
        self.top, self.span = top, top - lowest

    def y(self, minutes: int) -> Fraction:
        return TOP + Fraction((self.top - minutes) * (BOTTOM - TOP), self.span)


def _ahead(burned: BurnDown, scale: _Scale, now: tuple[Fraction, Fraction]) -> str:
    """From where one stands to the end of the year, each month as it is expected; nothing once the year is known."""
    if burned.is_over:
        return ""
    points = [now]
    # What months shown will still use, when one is under way or not told to the end, comes by the end of the last.
    left = burned.commitment - sum(burned.expected[: burned.shown])
    if left != burned.remaining:
        points.append((_x(Fraction(burned.shown)), scale.y(left)))
    for n in range(max(burned.shown, burned.begin), 12):
        left -= burned.expected[n]
        points.append((_x(Fraction(n + 1)), scale.y(left)))
    return _joined(points)


def _end_of(n: int, year: int, on: date) -> Fraction:
    """Where month ``n`` ends, or where the day ``on`` lies in it when it is under way."""
    month = Month(year, n + 1)
    if on in month:
        return _x(n + Fraction(on.day, len(month.days)))
    return _x(Fraction(n + 1))


def _x(months: Fraction) -> Fraction:
    return LEFT + months * (RIGHT - LEFT) / 12


def _ticks(top: int, lowest: int) -> list[int]:
    """Round hours between ``lowest`` and ``top``, in minutes; the zero is always one of them."""
    span = Fraction(top - lowest, HOUR)
    steps = (factor * 10**power for power in range(6) for factor in (1, 2, 5))
    step = next(each for each in steps if span / each <= MOST_TICKS) * HOUR
    first = -(-lowest // step) * step
    return list(range(first, top + 1, step))


def _joined(points: Sequence[tuple[Fraction, Fraction]]) -> str:
    return " ".join(f"{_text(x)},{_text(y)}" for x, y in points)


def _text(value: Fraction) -> str:
    """One decimal, with a point."""
    tenths = round(value * 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"
