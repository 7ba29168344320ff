"""Gestures that fill cells: what is planned, with absences known in advance and public holidays; or the week before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from timesheets.day_rules import Timed, Value
from timesheets.grid.lines import Grid, Line
from timesheets.grid.typed import Filling, Wanted
from timesheets.models import Entry, Kind

A_WEEK = timedelta(days=7)


def from_plan(grid: Grid, wanted: Wanted) -> Wanted:
    """What the plan puts into the empty cells: work on the days without absence, absences that are known, holidays."""
    return _plan(grid, wanted, keeps=True)


def as_planned(grid: Grid, wanted: Wanted) -> Wanted:
    """The same over whatever hours stand on a planned day; a day with an absence stays, and so does travel."""
    return _plan(grid, wanted, keeps=False)


def from_week_before(number: int) -> Filling:
    """Fill the empty cells of the week with that ISO number by the hours of the week before, last month's if need be.

    Not on public holidays, nor on days of absence; absences themselves are no habit and are not copied.
    """

    def fill(grid: Grid, wanted: Wanted) -> Wanted:
        days = [day for day in grid.month.days if day.isocalendar().week == number]
        earlier = _month_before(grid, [day - A_WEEK for day in days if day - A_WEEK not in grid.month])
        return {
            (line.key, day): source
            for line in _open(grid)
            if not line.is_at_group and not line.sheet.supplement
            for day in days
            if day in line.open_days
            and not wanted.get((line.key, day), True)
            and day not in grid.holidays
            and not _is_away(grid, day, wanted)
            and (source := _source(line, day - A_WEEK, wanted, earlier))
        }

    return fill


def _plan(grid: Grid, wanted: Wanted, *, keeps: bool) -> Wanted:
    filled: Wanted = {}
    feasts = grid.holiday_minutes()
    for line in _open(grid):
        for day in line.open_days:
            held = wanted.get((line.key, day))
            if held is None or (held and (keeps or line.is_at_group)):
                continue
            kinds = _absence(grid, day, feasts) if line.is_at_group else _work(grid, line, day, wanted, held)
            if kinds:
                filled[line.key, day] = kinds
    return filled


def _open(grid: Grid) -> list[Line]:
    return [line for line in grid.sheets if not line.lock]


def _absence(grid: Grid, day: date, feasts: Mapping[date, int]) -> Mapping[str, Value]:
    """A holiday that falls on a working day, or an absence known in advance, for the minutes that were planned."""
    if feasts.get(day):
        return {Kind.HOLIDAY: feasts[day]}
    if day in grid.known_away and grid.plan.get(day):
        return {grid.known_away[day]: grid.plan[day]}
    return {}


def _work(
    grid: Grid, line: Line, day: date, wanted: Wanted, held: Mapping[str, Value]
) -> Mapping[str, Value]:
    planned = line.planned.get(day)
    if not planned or _is_away(grid, day, wanted):
        return {}
    return {**held, Kind.WORKED: planned}


def _is_away(grid: Grid, day: date, wanted: Wanted) -> bool:
    """Whether an absence is known or typed that day: the plan does not hold then."""
    return (
        day in grid.absent
        or day in grid.known_away
        or any(wanted.get((line.key, day), True) for line in grid.sheets if line.is_at_group)
    )


def _source(
    line: Line, day: date, wanted: Wanted, earlier: Mapping[tuple[int | None, date], Mapping[str, Value]]
) -> Mapping[str, Value]:
    """What was done a week before: as typed on this page, with the times that were noted for it; or last month."""
    if (line.key, day) not in wanted:
        return earlier.get((line.sheet.assignment_id, day), {})
    typed = wanted[line.key, day]
    entry = line.entries.get(day)
    if entry and entry.started_at and typed.get(entry.kind) == entry.minutes:
        return {**typed, entry.kind: _timed(entry)}
    return typed


def _month_before(grid: Grid, days: list[date]) -> dict[tuple[int | None, date], dict[str, Value]]:
    if not days:
        return {}
    found: dict[tuple[int | None, date], dict[str, Value]] = {}
    entries = Entry.objects.filter(timesheet__assignment__in=grid.placed, day__in=days)
    for entry in entries.select_related("timesheet").order_by("day", "timesheet__supplement", "pk"):
        kinds = found.setdefault((entry.timesheet.assignment_id, entry.day), {})
        kinds.setdefault(entry.kind, _timed(entry) if entry.started_at else entry.minutes)
    return found


def _timed(entry: Entry) -> Timed:
    return Timed(None, entry.started_at, entry.ended_at, entry.break_minutes)
