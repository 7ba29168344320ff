"""The chart of a burn-down: the plan, what is left month by month, and where the rest of the plan leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from groupement.kernel.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    NAMES_AT,
    RIGHT,
    TOP,
    WIDTH,
    Label,
    Scale,
    Tick,
    coordinate,
    points,
    round_values,
    ticks,
)
from groupement.kernel.french import NO_BREAK_SPACE, SHORT_MONTHS
from groupement.kernel.periods import Month
from groupement.kernel.worktime import HOUR, short_hours
from timesheets.balances.burn_down import BurnDown

# The months of a year, January from its left end.
YEAR = Scale(0, 12, LEFT, RIGHT)


@dataclass(frozen=True)
class BurnDownChart:
    """``plan``, ``real`` and ``ahead`` are points of polylines, ``area`` of a polygon; "" draws nothing.

    ``dots`` are the ends of months, ``now`` is where the hours used so far end.
    """

    ticks: list[Tick]
    labels: list[Label]
    plan: str
    real: str
    area: str
    ahead: str
    dots: list[tuple[str, str]]
    now: tuple[str, str]
    width: int = WIDTH
    height: int = HEIGHT


def burn_down_chart(burned: BurnDown, *, on: date) -> BurnDownChart:
    """The chart of ``burned`` on the day ``on``; lines begin with the first month that has a plan or hours."""
    top = max(burned.commitment, HOUR)
    lowest = min(0, *burned.pace, *burned.left[: burned.shown], burned.projected)
    scale = Scale(lowest, top, BOTTOM, TOP)
    begin = burned.begin
    start = (YEAR.at(begin), scale.at(burned.commitment))
    plan = [(YEAR.at(n + 1), scale.at(burned.pace[n])) for n in range(begin, 12)]
    real = [(_end_of(n, burned.year, on), scale.at(burned.left[n])) for n in range(begin, burned.shown)]
    line = [start, *real]
    now_x, now_y = line[-1]
    floor = scale.at(0)
    names = [
        Label(
            coordinate(YEAR.at(Fraction(2 * n + 1, 2))),
            coordinate(NAMES_AT),
            name,
            "middle",
            is_minor=n % 3 > 0,
        )
        for n, name in enumerate(SHORT_MONTHS)
    ]
    return BurnDownChart(
        ticks=ticks(scale, round_values(lowest, top, unit=HOUR), short_hours),
        labels=[*names, _remaining(burned, now_x, now_y)] if real else names,
        plan=points([start, *plan]) if burned.commitment else "",
        real=points(line) if real else "",
        area=points([*line, (now_x, floor), (start[0], floor)]) if real else "",
        ahead=_ahead(burned, scale, line[-1]),
        dots=[(coordinate(x), coordinate(y)) for x, y in line[:-1]],
        now=(coordinate(now_x), coordinate(now_y)),
    )


def _remaining(burned: BurnDown, x: Fraction, y: Fraction) -> Label:
    """What is left in hours, right above the last known point; at the right edge it ends there, above the line."""
    text = f"{short_hours(burned.remaining)}{NO_BREAK_SPACE}h"
    if x > WIDTH - 80:
        return Label(coordinate(WIDTH), coordinate(y - 24), text, "end", is_key=True)
    return Label(coordinate(x + 6), coordinate(y - 12), text, is_key=True)


def _ahead(burned: BurnDown, scale: Scale, now: tuple[Fraction, Fraction]) -> str:
    """From the last known point to the end of the year, each month as it is expected; "" once the year is known."""
    if burned.is_over:
        return ""
    line = [now]
    # What months shown will still use, when one is under way or not all submitted, comes by the end of the last.
    left = burned.commitment - sum(burned.expected[: burned.shown])
    if left != burned.remaining:
        line.append((YEAR.at(burned.shown), scale.at(left)))
    for n in range(max(burned.shown, burned.begin), 12):
        left -= burned.expected[n]
        line.append((YEAR.at(n + 1), scale.at(left)))
    return points(line)


def _end_of(n: int, year: int, on: date) -> Fraction:
    """Where month ``n`` (0 is January) ends, or where the day ``on`` is in it when it is under way."""
    month = Month(year, n + 1)
    return YEAR.at(n + Fraction(on.day, len(month.days))) if on in month else YEAR.at(n + 1)
