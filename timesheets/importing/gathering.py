"""Rows into days: found among people and places, rounded, summed by kind; times that run into each other are faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from groupement.kernel.periods import Month
from groupement.kernel.worktime import round_span, span_minutes, spell_clock
from timesheets.day_rules import Timed
from timesheets.importing.rows import LONGEST_NOTE, Clocked, Fault, Reading, Row
from timesheets.importing.scope import Astray, Choices, Directory, LeftOut, Place

MIDNIGHT = datetime(2001, 1, 1, tzinfo=UTC)
# employee, assignment or None, day
Spot = tuple[int, int | None, date]


@dataclass
class Cell:
    """What the file says of one person, place, day and kind: its rows, minutes to enter, real seconds.

    Interleaved: between its first start and its last end the person worked elsewhere; one entry cannot hold its times.
    """

    rows: list[Row] = field(default_factory=list)
    minutes: int = 0
    seconds: int = 0
    is_interleaved: bool = False


@dataclass
class Gathered:
    """The file by spot and kind; names nobody answers to; lines left out on purpose; people whose times clash in it."""

    places: dict[Spot, Place] = field(default_factory=dict)
    cells: dict[Spot, dict[str, Cell]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unknown: dict[str, dict[str, int]] = field(default_factory=lambda: {"people": {}, "places": {}})
    left_out: int = 0
    clashing: set[int] = field(default_factory=set)

    def first_line(self, spot: Spot) -> int:
        return min(row.line for cell in self.cells[spot].values() for row in cell.rows)


def gather(reading: Reading, directory: Directory, choices: Choices) -> Gathered:
    """Find each row's place and sum the rows of each day; rounding is row by row, as the rows were clocked."""
    gathered = Gathered(faults=list(reading.faults))
    clocked: dict[int, list[Row]] = defaultdict(list)
    for row in reading.rows:
        place = _find(row, directory, choices, gathered, reading)
        if place is None:
            continue
        spot = (place.employee.pk, place.assignment.pk if place.assignment else None, row.day)
        gathered.places.setdefault(spot, place)
        gathered.cells.setdefault(spot, {}).setdefault(row.kind, Cell()).rows.append(row)
        if row.clocked:
            clocked[place.employee.pk].append(row)
    _refuse_clashes(gathered, clocked, reading)
    _mark_interleaved(gathered, clocked)
    for cell in (cell for kinds in gathered.cells.values() for cell in kinds.values()):
        cell.seconds = sum(row.seconds for row in cell.rows)
        cell.minutes = _minutes(cell, choices)
    if not reading.layout.is_own:
        _forget_moments(gathered)
    return gathered


def value_of(cell: Cell) -> int | Timed:
    """The cell as recording.save() takes it: with its times where they tell the same minutes, else minutes alone."""
    return (None if cell.is_interleaved else _timed(cell.rows, cell.minutes)) or cell.minutes


def note_of(kinds: Mapping[str, Cell]) -> str:
    """The notes of a day, and what was really worked where rounding changed it; empty when the file says nothing."""
    told: list[str] = []
    for cell in kinds.values():
        told += [row.note for row in cell.rows if row.note and row.note not in told]
    real = [
        f"réel {spell_seconds(cell.seconds)}" for cell in kinds.values() if cell.minutes * 60 != cell.seconds
    ]
    # What was really worked is kept whole; the notes give way.
    kept = " · ".join(told)[: LONGEST_NOTE - sum(len(words) + 3 for words in real)]
    return " · ".join(words for words in (kept, *real) if words)


def spell_seconds(seconds: int) -> str:
    """ "1 h 15", "1 h 15 min 17 s" """
    minutes, rest = divmod(seconds, 60)
    if not rest:
        return spell_clock(minutes)
    hours = f"{minutes // 60}\u00a0h\u00a0" if minutes >= 60 else ""
    return f"{hours}{minutes % 60:02}\u00a0min\u00a0{rest:02}\u00a0s"


def months_of(spots: Iterable[Spot]) -> dict[tuple[int, Month], list[Spot]]:
    """Spots by person and month, as they are saved together."""
    found: dict[tuple[int, Month], list[Spot]] = defaultdict(list)
    for spot in sorted(spots, key=lambda spot: (spot[0], spot[2], spot[1] or 0)):
        found[spot[0], Month.of(spot[2])].append(spot)
    return found


def _find(
    row: Row, directory: Directory, choices: Choices, gathered: Gathered, reading: Reading
) -> Place | None:
    try:
        return directory.find(row, choices)
    except LeftOut:
        gathered.left_out += 1
    except Astray as astray:
        title = reading.layout.title(astray.column)
        gathered.faults.append(Fault(row.line, title, astray.told[:60], astray.message))
        if astray.unknown:
            group, name = astray.unknown
            gathered.unknown[group][name] = gathered.unknown[group].get(name, 0) + 1
    return None


def _overlaps(rows: list[Row], reading: Reading) -> list[Fault]:
    """A fault for each line that begins before another one of the same person has ended, at whatever place."""
    faults: list[Fault] = []
    moments = sorted((row.clocked.began, row.clocked.over, row.line) for row in rows if row.clocked)
    last: tuple[datetime, int] | None = None
    for began, over, line in moments:
        if last and began < last[0] and over > began:
            faults.append(
                Fault(
                    line,
                    reading.layout.title("started"),
                    timezone.localtime(began).strftime("%H:%M"),
                    f"ces heures en chevauchent d’autres, ligne {last[1]}. Corrigez le début ou la fin.",
                )
            )
        if last is None or over > last[0]:
            last = (over, line)
    return faults


def _refuse_clashes(gathered: Gathered, clocked: Mapping[int, list[Row]], reading: Reading) -> None:
    for employee, rows in clocked.items():
        if faults := _overlaps(rows, reading):
            gathered.clashing.add(employee)
            gathered.faults += faults


def _mark_interleaved(gathered: Gathered, clocked: Mapping[int, list[Row]]) -> None:
    by_day: dict[tuple[int, date], list[Row]] = defaultdict(list)
    for employee, rows in clocked.items():
        for row in rows:
            by_day[employee, row.day].append(row)
    for (employee, _, day), kinds in gathered.cells.items():
        for cell in kinds.values():
            if len(cell.rows) > 1 and (bounds := _bounds(cell.rows)):
                own = {row.line for row in cell.rows}
                # A night runs from one day into the next.
                days = [day + timedelta(days=n) for n in (-1, 0, 1)]
                near = [
                    row for each in days for row in by_day.get((employee, each), ()) if row.line not in own
                ]
                cell.is_interleaved = any(
                    row.clocked and row.clocked.began < bounds[1].over and row.clocked.over > bounds[0].began
                    for row in near
                )


def _bounds(rows: list[Row]) -> tuple[Clocked, Clocked] | None:
    """The span that begins first and the one that ends last; None unless all rows have theirs."""
    spans = [row.clocked for row in rows if row.clocked]
    if len(spans) < len(rows):
        return None
    return min(spans, key=lambda span: span.began), max(spans, key=lambda span: span.over)


def _minutes(cell: Cell, choices: Choices) -> int:
    if choices.how == "none":
        return round_span(MIDNIGHT, MIDNIGHT + timedelta(seconds=cell.seconds), 1, "none")
    return sum(_rounded(row, choices) for row in cell.rows)


def _rounded(row: Row, choices: Choices) -> int:
    """Times of the clock are brought to the step; a duration alone is counted from midnight, which is on every step."""
    if row.clocked and row.clocked.over > row.clocked.began:
        return max(
            0, round_span(row.clocked.start, row.clocked.end, choices.step, choices.how) - row.break_minutes
        )
    return round_span(MIDNIGHT, MIDNIGHT + timedelta(seconds=row.seconds), choices.step, choices.how)


def _timed(rows: list[Row], minutes: int) -> Timed | None:
    """From the first start to the last end, with what lies between as the break, if that leaves ``minutes``."""
    bounds = _bounds(rows)
    if bounds is None or bounds[0].first == bounds[1].last:
        return None
    worked = sum(row.clocked.minutes - row.break_minutes for row in rows if row.clocked)
    if worked != minutes or bounds[1].over - bounds[0].began >= timedelta(days=1):
        return None
    first, last = bounds[0].first, bounds[1].last
    present = (
        bounds[0].minutes
        if len(rows) == 1
        else span_minutes(rows[0].day, first, last, timezone.get_default_timezone())
    )
    return Timed(minutes, first, last, present - worked) if present >= worked else None


def _forget_moments(gathered: Gathered) -> None:
    """A clock of another program that ran for some seconds makes no minute, and empties no day."""
    for spot, kinds in list(gathered.cells.items()):
        gathered.cells[spot] = {kind: cell for kind, cell in kinds.items() if cell.minutes}
        if not gathered.cells[spot]:
            del gathered.cells[spot]
