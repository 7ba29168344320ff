"""The rest of a month filled as planned and handed in, from the page of one of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from timesheets.grid.filling import copy_plan
from timesheets.grid.lines import MonthGrid
from timesheets.grid.one_day import PostedDay
from timesheets.grid.posted import FillFunction, WantedHours, as_minutes, record_change


@dataclass(frozen=True)
class Completion:
    """What handing the month in would fill: days and minutes; ``opens_on``: its last day, if that is to come."""

    days: int
    minutes: int
    opens_on: date | None


def rest_of_month(grid: MonthGrid) -> Completion | None:
    """What is left of the person's own month; None when nothing is theirs to hand in now, or somebody waits for words.

    The plan is read only when the last day is there: before it nothing is handed in from here.
    """
    if not grid.is_own or grid.only or not grid.to_submit or grid.has_answer:
        return None
    if last := _last_day_to_come(grid):
        return Completion(0, 0, last)
    filled = copy_plan(grid, _stored(grid))
    minutes = sum(sum(as_minutes(kinds, day).values()) for (_, day), kinds in filled.items())
    return Completion(len({day for _, day in filled}), minutes, None)


def fill_rest(grid: MonthGrid, day: date, posted: PostedDay, fill: FillFunction) -> None:
    """Add to what was posted of ``day`` what ``fill`` writes into the empty cells of the whole month.

    Of ``day`` what is typed counts, and what is stored: a place that was just emptied stays so.
    """
    wanted = _stored(grid)
    for key, days in posted.typed.items():
        wanted[key, day] = days.get(day) or wanted[key, day]
    lines = {line.key: line for line in grid.sheets}
    for (key, each), kinds in fill(grid, wanted).items():
        line = lines[key]
        posted.shown.setdefault(key, {})[each] = grid.days_of[key].get(each, {})
        record_change(grid, line, each, kinds, posted)


def _stored(grid: MonthGrid) -> WantedHours:
    return {
        (line.key, day): grid.days_of[line.key].get(day, {})
        for line in grid.sheets
        for day in grid.month.days
    }


def _last_day_to_come(grid: MonthGrid) -> date | None:
    """The last day after the present one that is filled, or planned without a known absence."""
    to_come = [
        day
        for day in grid.month.days
        if day > grid.on
        and any(
            grid.entries_of[line.key].get(day) or (line.planned.get(day) and day not in grid.known_absences)
            for line in grid.to_submit
        )
    ]
    return max(to_come, default=None)
