"""The rows of a file of hours: whose, where, which day, how long; a cell that cannot be read is a fault of its line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.utils import timezone

from groupement.kernel.cells import (
    DAY_FIRST,
    cell_text,
    day_order,
    minutes_of_a_day,
    part_of_a_day,
    plain,
    read_clock,
    read_day,
    read_minutes,
    read_seconds,
)
from groupement.kernel.french import quoted
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.tabular import LOST, Fault, Table, Unreadable
from groupement.kernel.worktime import DAY, span_minutes
from timesheets import exporting
from timesheets.importing.layouts import HoursFileLayout
from timesheets.importing.unread import why_unread
from timesheets.models import GROUP_KINDS, Kind

T = TypeVar("T")
LONGEST_NOTE = 200
LONGEST_VALUE = 60
# What a member's export says instead of the kind: work or travel, as the stored hours tell.
PRESENT = "present"
_KINDS = {
    **{plain(str(kind.label)): str(kind.value) for kind in Kind},
    "travaille": "worked",
    "present": PRESENT,
    "trajet": "travel",
    "reunion": "meeting",
    "conges": "leave",
    "arret maladie": "sickness",
    "ferie": "holiday",
    "autre": "other",
}


# Cells of a layout that a person chose may say the day and the clock, and where on earth.
MOMENTS = frozenset({"day", "started", "end_day", "ended"})
_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")

# Which of its two days a row of a night is of, as our export marks it.
IS_FOLLOWED, GOES_ON = "is_followed", "goes_on"
_MARKS = {plain(exporting.IS_FOLLOWED): IS_FOLLOWED, plain(exporting.GOES_ON): GOES_ON}


class ClockedSpan(NamedTuple):
    """From when to when: in the group's time zone, in UTC to compare, as an entry stores it, and its minutes."""

    start: datetime
    end: datetime
    began: datetime
    over: datetime
    first: time
    last: time
    minutes: int


@dataclass(frozen=True, slots=True)
class HoursRow:
    """One line: names of people and places as the file spells them, the day, seconds worked, span, minutes of break.

    ``unread``: what stands in the columns that have no meaning, by which two lines may differ. ``is_own``: it is of our
    own layout, so that its payroll number is ours. ``mark``: which of two rows this is, as which our export wrote a
    night. ``after``: what goes on from it after midnight, as a row of the next day.
    """

    line: int
    payroll_number: str
    email: str
    names: tuple[str, ...]
    reference: str
    places: tuple[str, ...]
    day: date
    seconds: int
    clocked: ClockedSpan | None
    break_minutes: int
    kind: str
    note: str
    unread: tuple[str, ...] = ()
    is_own: bool = True
    is_chosen: bool = False
    mark: str = ""
    after: HoursRow | None = None


class _UnreadableRow(Exception):  # noqa: N818 - its fault is in the list, the reading goes on
    """A row that cannot be read; its fault is in HoursReading.faults."""


@dataclass
class HoursReading:
    """The rows that could be read, the faults of the others, and how many lines were not read, by why.

    ``in_days``: columns of durations in which a spreadsheet counted days, where people write hours.
    """

    layout: HoursFileLayout
    order: str = DAY_FIRST
    rows: list[HoursRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    in_days: frozenset[str] = frozenset()

    def refuse(self, line: int, column: str, value: Any, sentence: str) -> _UnreadableRow:
        """Add a fault; the caller raises what this returns."""
        title = self.layout.title(column) if column else ""
        self.faults.append(Fault(line, sentence, title, cell_text(value)[:LONGEST_VALUE]))
        return _UnreadableRow()

    def text(self, column: str, cells: Sequence[Any]) -> str:
        """The first filled cell of a column as text."""
        return self.layout.text(column, cells)

    def seconds(self) -> list[int]:
        """Of each row that was read."""
        return [row.seconds for row in self.rows]


def read_rows(table: Table, layout: HoursFileLayout, order: str = "") -> HoursReading:
    """Read every line; ``order`` of day and month, else what the days themselves tell. Raises Unreadable."""
    reading = HoursReading(layout, order or _order(table, layout), in_days=_columns_in_days(table, layout))
    last = table.rows[-1][0] if table.rows else 0
    for line, cells in table.rows:
        if why := why_unread(cells, layout, reading.seconds, is_last=line == last):
            reading.unread[why] += 1
            continue
        try:
            reading.rows.append(_read_row(line, cells, reading))
        except _UnreadableRow:
            continue
    return reading


def _columns_in_days(table: Table, layout: HoursFileLayout) -> frozenset[str]:
    """One such cell tells that the whole column lost its format: 0.25 beside 0.3125 is six hours, not a quarter."""
    found = set()
    for column in ("hours", "break") if layout.is_own or layout.is_chosen else ():
        cells = [cell for _, row in table.rows if (cell := layout.cell(column, row)) is not None]
        # Another program may count seconds in hours: 0.3125 beside 7.5 is 18 minutes and 45 seconds.
        may_be_days = layout.is_own or all(minutes_of_a_day(cell) for cell in cells)
        if may_be_days and any(part_of_a_day(cell) is not None for cell in cells):
            found.add(column)
    return frozenset(found)


def _refuse_days(column: str, value: Any, reading: HoursReading) -> None:
    """Raises ValueError for a number that a spreadsheet counted in days."""
    if column in reading.in_days and (minutes := minutes_of_a_day(value)):
        text = cell_text(value).replace(".", ",")
        raise ValueError(
            f"{quoted(text, at_most=12)} est compté en jours, comme un tableur compte {spell_duration(minutes)}. "
            f"Écrivez {minutes // 60}:{minutes % 60:02}, ou donnez à la colonne le format [h]:mm."
        )


def _order(table: Table, layout: HoursFileLayout) -> str:
    """Other programs write days as their user chose: read all of them before the first."""
    if layout.is_own:
        return DAY_FIRST
    texts = [str(layout.cell("day", cells) or "") for _, cells in table.rows]
    order = day_order(texts)
    if order is None:
        raise Unreadable(
            "Les dates de ce fichier se lisent de deux façons (jour/mois ou mois/jour). Choisissez l’ordre des dates.",
            field="order",
        )
    return order


def _read_row(line: int, cells: Sequence[Any], reading: HoursReading) -> HoursRow:
    layout = reading.layout
    lost = next((column for column in layout.places if LOST in reading.text(column, cells)), "")
    if lost:
        damage = "un caractère est abîmé. Exportez de nouveau le fichier, ou corrigez-le."
        raise reading.refuse(line, lost, layout.cell(lost, cells), damage)
    day = _read_cell(line, "day", cells, reading, lambda value: read_day(value, reading.order))
    if day is None:
        raise reading.refuse(line, "day", None, "la date manque. Écrivez par exemple 03/11/2026.")
    clocked = _read_span(line, day, cells, reading)
    seconds, pause = _worked_seconds(line, cells, reading, clocked)
    if pause < 0:
        # The program counted more than passed between its times: its figure counts, its times do not.
        clocked, pause = None, 0
    kind = _read_cell(line, "kind", cells, reading, read_kind) if layout.is_own else layout.kind_of(cells)
    places = (*_filled("member", cells, layout), *_filled("project", cells, layout))
    return HoursRow(
        line=line,
        payroll_number=reading.text("payroll_number", cells),
        email=reading.text("email", cells),
        names=_names(cells, layout),
        reference=reading.text("reference", cells),
        # What other programs write beside an absence is no member.
        places=() if layout.is_chosen and kind in GROUP_KINDS else places,
        day=day,
        seconds=seconds,
        clocked=clocked,
        break_minutes=pause,
        kind=kind or str(Kind.WORKED),
        note=" ".join(reading.text("note", cells).split())[:LONGEST_NOTE],
        unread=tuple(cell_text(cells[place]) for place in layout.unread_places if place < len(cells)),
        is_own=layout.is_own,
        is_chosen=layout.is_chosen,
        mark=_mark(clocked, plain(reading.text("midnight", cells))),
    )


def _mark(clocked: ClockedSpan | None, text: str) -> str:
    """The mark of a row whose times still touch midnight on that side."""
    mark = _MARKS.get(text, "")
    touched = {IS_FOLLOWED: clocked and clocked.last, GOES_ON: clocked and clocked.first}.get(mark)
    return mark if touched == time() else ""


def _names(cells: Sequence[Any], layout: HoursFileLayout) -> tuple[str, ...]:
    """The person's name in one cell, or first and last name in two."""
    parts = (*_filled("first_name", cells, layout), *_filled("last_name", cells, layout))
    return (*_filled("person", cells, layout), *((" ".join(parts),) if parts else ()))


def _filled(column: str, cells: Sequence[Any], layout: HoursFileLayout) -> tuple[str, ...]:
    return tuple(str(cell).strip() for cell in layout.cells(column, cells) if cell not in (None, ""))


def _read_cell(
    line: int, column: str, cells: Sequence[Any], reading: HoursReading, read: Callable[[Any], T]
) -> T | None:
    """The cell of a column read by ``read``, None when it is empty; a ValueError of ``read`` is a fault of the line."""
    value = reading.layout.cell(column, cells)
    if value is None:
        return None
    if reading.layout.is_chosen and column in MOMENTS:
        value = _at_our_time(value)
    try:
        _refuse_days(column, value, reading)
        return read(value)
    except ValueError as error:
        raise reading.refuse(line, column, value, str(error)) from error


def _at_our_time(value: Any) -> Any:
    """A moment that says how far from Greenwich it is ("2026-11-03T08:00:00Z") in our time; another cell as it is."""
    if isinstance(value, str) and _WITH_OFFSET.fullmatch(value):
        with suppress(ValueError):  # a moment that does not exist is told by who reads the day or the clock
            return timezone.localtime(datetime.fromisoformat(value)).replace(tzinfo=None)
    return value


def _read_span(line: int, day: date, cells: Sequence[Any], reading: HoursReading) -> ClockedSpan | None:
    """Start and end; an end before its start is on the next day, unless the file says which day it is on."""
    start = _read_cell(line, "started", cells, reading, read_clock)
    end = _read_cell(line, "ended", cells, reading, read_clock)
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "started" if start is None else "ended"
        raise reading.refuse(
            line, missing, None, "il faut le début et la fin, ou aucun des deux. Complétez la ligne."
        )
    last = _read_cell(line, "end_day", cells, reading, lambda value: read_day(value, reading.order))
    if last is None:
        last = day + timedelta(days=1) if end < start else day
    found = clocked_span(day, start, last, end)
    if not timedelta(0) <= found.over - found.began < timedelta(days=1):
        raise reading.refuse(
            line, "ended", end, "la fin doit suivre le début de moins de 24\u00a0h. Corrigez les heures."
        )
    return found


@lru_cache(maxsize=65536)
def clocked_span(day: date, start: time, last: date, end: time) -> ClockedSpan:
    """Many people begin and end together: worked out once for all of them."""
    zone = timezone.get_default_timezone()
    began, over = datetime.combine(day, start, zone), datetime.combine(last, end, zone)
    first, until = start.replace(second=0), end.replace(second=0)
    return ClockedSpan(
        began,
        over,
        began.astimezone(UTC),
        over.astimezone(UTC),
        first,
        until,
        span_minutes(day, first, until, zone),
    )


def _worked_seconds(
    line: int, cells: Sequence[Any], reading: HoursReading, clocked: ClockedSpan | None
) -> tuple[int, int]:
    """Seconds worked, and minutes of break; these are negative where a program's figure exceeds its own times."""
    stated, pause = _stated(line, cells, reading)
    if clocked is None:
        if stated is None:
            raise reading.refuse(
                line, "hours", None, "les heures manquent. Écrivez une durée, ou le début et la fin."
            )
        return stated, 0
    # By what passes, not by the clock on the wall: the night of the change has an hour more or less.
    span = int((clocked.over - clocked.began) // timedelta(seconds=1))
    if stated is None:
        if pause >= span > 0:
            raise reading.refuse(
                line, "break", None, "la pause dure plus que le temps de présence. Corrigez-la."
            )
        return span - pause, pause // 60
    if abs(span - pause - stated) < 60:
        return span - pause, pause // 60
    if reading.layout.is_own:
        raise reading.refuse(line, "hours", _spelled(stated), _disagreement(span - pause, stated))
    return stated, (span - stated) // 60


def _stated(line: int, cells: Sequence[Any], reading: HoursReading) -> tuple[int | None, int]:
    """The duration and the break that a line says, in seconds."""
    stated = _read_cell(line, "hours", cells, reading, read_hours if reading.layout.is_own else read_seconds)
    if stated is None:
        stated = _read_cell(line, "minutes", cells, reading, read_minutes)
    pause = _read_cell(line, "break", cells, reading, read_seconds)
    if pause is None:
        pause = _read_cell(line, "break_minutes", cells, reading, read_minutes)
    return stated, pause or 0


def read_hours(value: Any) -> int:
    """Seconds where people write hours themselves: their hundredths are brought to the minute, as in the grid."""
    seconds = read_seconds(value)
    is_clock = isinstance(value, (time, timedelta)) or ":" in str(value)
    return seconds if is_clock else (seconds + 30) // 60 * 60


def kind_of_word(word: str) -> str:
    """The kind, or PRESENT, that a word without accents or case names; nothing for another word."""
    return _KINDS.get(word, "")


def read_kind(value: Any) -> str:
    """The kind that a word names: "travail", "Formation", "congés"; an empty cell means work."""
    word = plain(cell_text(value))
    if not word:
        return str(Kind.WORKED)
    if word not in _KINDS:
        raise ValueError(
            f"{quoted(cell_text(value), at_most=30)} n’est pas une nature d’heures. "
            f"Écrivez {', '.join(str(label).lower() for label in Kind.labels)}."
        )
    return _KINDS[word]


def _disagreement(span: int, stated: int) -> str:
    return (
        f"du début à la fin, pause déduite, il y a {_spelled(span)}, et non {_spelled(stated)}. "
        "Corrigez les heures, ou le début, la fin et la pause."
    )


def _spelled(seconds: int) -> str:
    return spell_duration(min(max(seconds, 0) // 60, DAY))
