"""Rows of a file summed to days by person, place and kind, and rounded; times that overlap in the file are faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Fault
from groupement.kernel.worktime import round_span, span_minutes
from timesheets.day_rules import TimedHours
from timesheets.importing.nights import join_marked, part_at_midnight
from timesheets.importing.rows import LONGEST_NOTE, PRESENT, ClockedSpan, HoursReading, HoursRow
from timesheets.importing.scope import Directory, HoursPlace, ImportChoices, RowLeftOut, UnknownPlace
from timesheets.models import Kind
from timesheets.parting import A_DAY

NOT_PARTED = (
    "ces heures passent minuit, et leurs horaires ne peuvent être gardés avec les autres du jour. "
    "Coupez la ligne en deux à minuit."
)
MIDNIGHT = datetime(2001, 1, 1, tzinfo=UTC)


class PlaceDay(NamedTuple):
    """A person, an assignment (None at the group) and a day, by the keys of the first two."""

    employee: int
    assignment: int | None
    day: date


@dataclass
class DayHours:
    """What a file says of one person, place, day and kind: its rows, minutes to enter, seconds really worked.

    ``late_minutes`` and ``late_seconds`` are those of the next day, which go on from its last row after midnight.
    ``is_interleaved``: the person worked elsewhere between its first start and its last end, so that the times of one
    entry would overlap.
    """

    rows: list[HoursRow] = field(default_factory=list)
    minutes: int = 0
    seconds: int = 0
    late_minutes: int = 0
    late_seconds: int = 0
    is_interleaved: bool = False

    @property
    def late_rows(self) -> list[HoursRow]:
        return [row.after for row in self.rows if row.after]

    @property
    def all_minutes(self) -> int:
        return self.minutes + self.late_minutes

    @property
    def all_seconds(self) -> int:
        return self.seconds + self.late_seconds


@dataclass
class GatheredHours:
    """The hours of a file by place, day and kind; unknown names; lines left out; people whose times overlap in it."""

    places: dict[PlaceDay, HoursPlace] = field(default_factory=dict)
    cells: dict[PlaceDay, dict[str, DayHours]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unknown: dict[str, dict[str, int]] = field(default_factory=lambda: {"people": {}, "places": {}})
    left_out: int = 0
    overlapping: set[int] = field(default_factory=set)

    def first_line(self, place_day: PlaceDay) -> int:
        return min(row.line for cell in self.cells[place_day].values() for row in cell.rows)


def gather(reading: HoursReading, directory: Directory, choices: ImportChoices) -> GatheredHours:
    """Find each row's place and sum the rows of each day; rounding is row by row, as the rows were clocked."""
    gathered = GatheredHours(faults=list(reading.faults))
    clocked: dict[int, list[HoursRow]] = defaultdict(list)
    placed = [
        (part_at_midnight(row), place)
        for row in reading.rows
        if (place := _find(row, directory, choices, gathered, reading))
    ]
    for row, place in join_marked(placed):
        place_day = PlaceDay(place.employee.pk, place.assignment.pk if place.assignment else None, row.day)
        gathered.places.setdefault(place_day, place)
        gathered.cells.setdefault(place_day, {}).setdefault(row.kind, DayHours()).rows.append(row)
        clocked[place.employee.pk] += [each for each in (row, row.after) if each and each.clocked]
    _add_overlaps(gathered, clocked, reading)
    is_settled = False
    while not is_settled:
        _mark_interleaved(gathered, clocked)
        for cell in (cell for kinds in gathered.cells.values() for cell in kinds.values()):
            sum_up(cell, choices)
        is_settled = not _move_mornings(gathered)
    if not reading.layout.is_own:
        _drop_hours_below_a_minute(gathered)
    return gathered


def _move_mornings(gathered: GatheredHours) -> bool:
    """Where times cannot be kept, what follows midnight is hours of the next day like others; whether any was."""
    is_moved = False
    for place_day in sorted(gathered.cells, key=lambda each: each.day):
        for kind, cell in gathered.cells[place_day].items():
            if kind == PRESENT or is_kept_in_one(cell):
                continue
            morning = place_day._replace(day=place_day.day + A_DAY)
            gathered.places.setdefault(morning, gathered.places[place_day])
            late = gathered.cells.setdefault(morning, {}).setdefault(kind, DayHours())
            late.rows += cell.late_rows
            cell.rows = [replace(row, after=None) for row in cell.rows]
            is_moved = True
    return is_moved


def settle_kinds(
    kinds: Mapping[str, DayHours], stored: Mapping[str, int], choices: ImportChoices
) -> dict[str, DayHours]:
    """Hours of which a file says only that they were present get the kind that the stored day gives them.

    ``stored``: minutes by kind. A row of as many minutes as a stored kind is that kind; what is left is the one kind
    that is left, or work.
    """
    settled = {kind: cell for kind, cell in kinds.items() if kind != PRESENT}
    left = {kind: minutes for kind, minutes in stored.items() if kind not in settled}
    others: list[HoursRow] = []
    by_kind: dict[str, list[HoursRow]] = defaultdict(list)
    for row in kinds[PRESENT].rows if PRESENT in kinds else ():
        same = next((kind for kind, minutes in left.items() if minutes == _whole(row, choices)), "")
        if same:
            del left[same]
        (by_kind[same] if same else others).append(row)
    if others:
        kind = next(iter(left)) if len(left) == 1 else str(Kind.WORKED)
        by_kind[kind] += others
    for kind, rows in by_kind.items():
        cell = DayHours([*(settled[kind].rows if kind in settled else ()), *rows])
        cell.is_interleaved = kinds[PRESENT].is_interleaved
        sum_up(cell, choices)
        settled[kind] = cell
    return settled


def value_of(cell: DayHours) -> int | TimedHours:
    """The hours as recording.save() takes them: with times where these give the same minutes, else minutes alone."""
    first = None if cell.is_interleaved else _timed(cell.rows, cell.minutes)
    after = _timed(cell.late_rows, cell.late_minutes) if first and cell.late_rows else None
    if first and after and first.minutes and after.minutes:
        pause = first.break_minutes + after.break_minutes
        return TimedHours(
            first.minutes + after.minutes, first.start, after.end, pause, late_break=after.break_minutes
        )
    return cell.all_minutes if cell.late_rows else first or cell.minutes


def is_kept_in_one(cell: DayHours) -> bool:
    """Whether the cell ends by midnight, or its times tell how much of it is of the next day."""
    return not cell.late_rows or isinstance(value_of(cell), TimedHours)


def note_of(kinds: Mapping[str, DayHours]) -> str:
    """The notes of a day, and what was really worked where rounding changed it; empty without either."""
    notes: list[str] = []
    for cell in kinds.values():
        notes += [row.note for row in cell.rows if row.note and row.note not in notes]
    real = [
        f"réel {spell_seconds(cell.all_seconds)}"
        for cell in kinds.values()
        if cell.all_minutes * 60 != cell.all_seconds
    ]
    # What was really worked is always written; the notes are cut.
    joined = " · ".join(notes)[: LONGEST_NOTE - sum(len(words) + 3 for words in real)]
    return " · ".join(words for words in (joined, *real) if words)


def spell_seconds(seconds: int) -> str:
    """ "1 h 15", "1 h 15 min 17 s" """
    minutes, rest = divmod(seconds, 60)
    if not rest:
        return spell_duration(minutes)
    hours = f"{minutes // 60}\u00a0h\u00a0" if minutes >= 60 else ""
    return f"{hours}{minutes % 60:02}\u00a0min\u00a0{rest:02}\u00a0s"


def by_person_and_month(place_days: Iterable[PlaceDay]) -> dict[tuple[int, Month], list[PlaceDay]]:
    """Places and days by person and month, as they are saved together."""
    found: dict[tuple[int, Month], list[PlaceDay]] = defaultdict(list)
    for place_day in sorted(place_days, key=lambda each: (each.employee, each.day, each.assignment or 0)):
        found[place_day.employee, Month.of(place_day.day)].append(place_day)
    return found


def _find(
    row: HoursRow,
    directory: Directory,
    choices: ImportChoices,
    gathered: GatheredHours,
    reading: HoursReading,
) -> HoursPlace | None:
    try:
        return directory.find(row, choices)
    except RowLeftOut:
        gathered.left_out += 1
    except UnknownPlace as unknown:
        title = reading.layout.title(unknown.column)
        gathered.faults.append(Fault(row.line, unknown.sentence, title, unknown.value[:60]))
        if unknown.name:
            group, name = unknown.name
            gathered.unknown[group][name] = gathered.unknown[group].get(name, 0) + 1
    return None


def _overlaps(rows: list[HoursRow], reading: HoursReading) -> list[Fault]:
    """A fault for each line that begins before another one of the same person has ended, at whatever place."""
    faults: list[Fault] = []
    moments = sorted((row.clocked.began, row.clocked.over, row.line) for row in rows if row.clocked)
    last: tuple[datetime, int] | None = None
    for began, over, line in moments:
        if last and began < last[0] and over > began:
            faults.append(
                Fault(
                    line,
                    f"ces heures en chevauchent d’autres, ligne {last[1]}. Corrigez le début ou la fin.",
                    reading.layout.title("started"),
                    timezone.localtime(began).strftime("%H:%M"),
                )
            )
        if last is None or over > last[0]:
            last = (over, line)
    return faults


def _add_overlaps(
    gathered: GatheredHours, clocked: Mapping[int, list[HoursRow]], reading: HoursReading
) -> None:
    for employee, rows in clocked.items():
        if faults := _overlaps(rows, reading):
            gathered.overlapping.add(employee)
            gathered.faults += faults


def _mark_interleaved(gathered: GatheredHours, clocked: Mapping[int, list[HoursRow]]) -> None:
    by_day: dict[tuple[int, date], list[HoursRow]] = defaultdict(list)
    for employee, rows in clocked.items():
        for row in rows:
            by_day[employee, row.day].append(row)
    for (employee, _, day), kinds in gathered.cells.items():
        for cell in kinds.values():
            if len(cell.rows) > 1 and (bounds := _first_and_last(cell.rows)):
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


def _first_and_last(rows: list[HoursRow]) -> tuple[ClockedSpan, ClockedSpan] | None:
    """The span that begins first and the one that ends last; None unless all rows have theirs."""
    spans = [row.clocked for row in rows if row.clocked]
    if len(spans) < len(rows):
        return None
    return min(spans, key=lambda span: span.began), max(spans, key=lambda span: span.over)


def sum_up(cell: DayHours, choices: ImportChoices) -> None:
    """Fill the seconds and minutes of a cell from its rows, before and after midnight."""
    cell.seconds, cell.minutes = _sums(cell.rows, choices)
    cell.late_seconds, cell.late_minutes = _sums(cell.late_rows, choices)


def _sums(rows: Iterable[HoursRow], choices: ImportChoices) -> tuple[int, int]:
    rows = list(rows)
    seconds = sum(row.seconds for row in rows)
    if choices.how == "none":
        return seconds, round_span(MIDNIGHT, MIDNIGHT + timedelta(seconds=seconds), 1, "none")
    return seconds, sum(_rounded(row, choices) for row in rows)


def _rounded(row: HoursRow, choices: ImportChoices) -> int:
    """Times of the clock are brought to the step; a duration alone is counted from midnight, which is on every step."""
    if row.clocked and row.clocked.over > row.clocked.began:
        return max(
            0, round_span(row.clocked.start, row.clocked.end, choices.step, choices.how) - row.break_minutes
        )
    return round_span(MIDNIGHT, MIDNIGHT + timedelta(seconds=row.seconds), choices.step, choices.how)


def _whole(row: HoursRow, choices: ImportChoices) -> int:
    """With what goes on after midnight."""
    return _rounded(row, choices) + (_rounded(row.after, choices) if row.after else 0)


def _timed(rows: list[HoursRow], minutes: int) -> TimedHours | None:
    """From the first start to the last end, with what lies between as the break, if that leaves ``minutes``."""
    bounds = _first_and_last(rows)
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
    return TimedHours(minutes, first, last, present - worked) if present >= worked else None


def _drop_hours_below_a_minute(gathered: GatheredHours) -> None:
    """Seconds that another program counted and that make no minute are left out: they would empty a day."""
    for place_day, kinds in list(gathered.cells.items()):
        gathered.cells[place_day] = {kind: cell for kind, cell in kinds.items() if cell.all_minutes}
        if not gathered.cells[place_day]:
            del gathered.cells[place_day]
