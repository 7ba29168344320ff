"""The rows of a file as facts: whose, where, which day, how long; what cannot be read becomes a fault of its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.utils import timezone

from groupement.kernel.tabular import Table, Unreadable
from groupement.kernel.worktime import DAY, span_minutes, spell_clock
from timesheets.importing.cells import (
    DAY_FIRST,
    day_order,
    read_clock,
    read_day,
    read_hours,
    read_kind,
    read_seconds,
    shown,
)
from timesheets.importing.layouts import Layout
from timesheets.models import Kind

T = TypeVar("T")
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line: its number, the column as the file calls it, what it says, what to do."""

    line: int
    column: str
    told: str
    message: str

    def __str__(self) -> str:
        where = f", colonne «\u00a0{self.column}\u00a0»" if self.column else ""
        return f"Ligne {self.line}{where}\u00a0: {self.message}"


class Clocked(NamedTuple):
    """From when to when: in the group's time zone, in UTC to compare, as an entry keeps it, and its minutes there."""

    start: datetime
    end: datetime
    began: datetime
    over: datetime
    first: time
    last: time
    minutes: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line: people and places as told, the day, seconds worked; its span and minutes of break if told."""

    line: int
    payroll_number: str
    email: str
    names: tuple[str, ...]
    reference: str
    places: tuple[str, ...]
    day: date
    seconds: int
    clocked: Clocked | None
    break_minutes: int
    kind: str
    note: str


class _Spoilt(Exception):  # noqa: N818 - the line is left, its fault is noted
    """The line cannot be read; its fault has been noted."""


@dataclass
class Reading:
    """The rows that could be read, and the faults of the others."""

    layout: Layout
    order: str = DAY_FIRST
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def spoil(self, line: int, column: str, told: Any, message: str) -> _Spoilt:
        """Note a fault; raise what this returns."""
        title = self.layout.title(column) if column else ""
        self.faults.append(Fault(line, title, shown(told), message))
        return _Spoilt()

    def text(self, column: str, cells: Sequence[Any]) -> str:
        value = self.layout.cell(column, cells)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a workbook turns the payroll number 12 into 12.0
        return "" if value is None else str(value).strip()


def read_rows(table: Table, layout: Layout, order: str = "") -> Reading:
    """Read every line; ``order`` of day and month, else what the days themselves tell. Raises Unreadable."""
    reading = Reading(layout, order or _order(table, layout))
    for line, cells in table.rows:
        try:
            reading.rows.append(_read(line, cells, reading))
        except _Spoilt:
            continue
    return reading


def _order(table: Table, layout: Layout) -> str:
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


def _read(line: int, cells: Sequence[Any], reading: Reading) -> Row:
    layout = reading.layout
    day = _asked(line, "day", cells, reading, lambda value: read_day(value, reading.order))
    if day is None:
        raise reading.spoil(line, "day", None, "la date manque. Écrivez par exemple 03/11/2026.")
    clocked = _clocked(line, day, cells, reading)
    seconds, pause = _worked(line, cells, reading, clocked)
    if pause < 0:
        # The program counted more than passed between its times: its figure is kept, the times tell nothing.
        clocked, pause = None, 0
    kind = _asked(line, "kind", cells, reading, read_kind) if layout.is_own else None
    return Row(
        line=line,
        payroll_number=reading.text("payroll_number", cells),
        email=reading.text("email", cells),
        names=_filled("person", cells, layout),
        reference=reading.text("reference", cells),
        places=(*_filled("member", cells, layout), *_filled("project", cells, layout)),
        day=day,
        seconds=seconds,
        clocked=clocked,
        break_minutes=pause,
        kind=kind or str(Kind.WORKED),
        note=" ".join(reading.text("note", cells).split())[:LONGEST_NOTE],
    )


def _filled(column: str, cells: Sequence[Any], layout: Layout) -> tuple[str, ...]:
    places = layout.places.get(column, ())
    return tuple(
        str(cells[place]).strip() for place in places if place < len(cells) and cells[place] not in (None, "")
    )


def _asked(
    line: int, column: str, cells: Sequence[Any], reading: Reading, read: Callable[[Any], T]
) -> T | None:
    """The cell of a column as ``read`` takes it, None when it is empty; a sentence of ``read`` spoils the line."""
    value = reading.layout.cell(column, cells)
    if value is None:
        return None
    try:
        return read(value)
    except ValueError as error:
        raise reading.spoil(line, column, value, str(error)) from error


def _clocked(line: int, day: date, cells: Sequence[Any], reading: Reading) -> Clocked | None:
    """Start and end; an end before its start is on the next day, unless the file says which day it is on."""
    start = _asked(line, "started", cells, reading, read_clock)
    end = _asked(line, "ended", cells, reading, read_clock)
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "started" if start is None else "ended"
        raise reading.spoil(
            line, missing, None, "il faut le début et la fin, ou aucun des deux. Complétez la ligne."
        )
    last = _asked(line, "end_day", cells, reading, lambda value: read_day(value, reading.order))
    if last is None:
        last = day + timedelta(days=1) if end < start else day
    found = _span(day, start, last, end)
    if not timedelta(0) <= found.over - found.began < timedelta(days=1):
        raise reading.spoil(
            line, "ended", end, "la fin doit suivre le début de moins de 24\u00a0h. Corrigez les heures."
        )
    return found


@lru_cache(maxsize=65536)
def _span(day: date, start: time, last: date, end: time) -> Clocked:
    """Many people begin and end together: worked out once for all of them."""
    zone = timezone.get_default_timezone()
    began, over = datetime.combine(day, start, zone), datetime.combine(last, end, zone)
    first, until = start.replace(second=0), end.replace(second=0)
    return Clocked(
        began,
        over,
        began.astimezone(UTC),
        over.astimezone(UTC),
        first,
        until,
        span_minutes(day, first, until, zone),
    )


def _worked(line: int, cells: Sequence[Any], reading: Reading, clocked: Clocked | None) -> tuple[int, int]:
    """Seconds worked, and minutes of break; these are negative where a program's figure exceeds its own times."""
    told = _asked(line, "hours", cells, reading, read_hours if reading.layout.is_own else read_seconds)
    pause = _asked(line, "break", cells, reading, read_seconds) or 0
    if clocked is None:
        if told is None:
            raise reading.spoil(
                line, "hours", None, "les heures manquent. Écrivez une durée, ou le début et la fin."
            )
        return told, 0
    # By what passes, not by the clock on the wall: the night of the change has an hour more or less.
    span = int((clocked.over - clocked.began) // timedelta(seconds=1))
    if told is None:
        if pause >= span > 0:
            raise reading.spoil(
                line, "break", None, "la pause dure plus que le temps de présence. Corrigez-la."
            )
        return span - pause, pause // 60
    if abs(span - pause - told) < 60:
        return span - pause, pause // 60
    if reading.layout.is_own:
        raise reading.spoil(line, "hours", _spelled(told), _disagreement(span - pause, told))
    return told, (span - told) // 60


def _disagreement(span: int, told: int) -> str:
    return (
        f"du début à la fin, pause déduite, il y a {_spelled(span)}, et non {_spelled(told)}. "
        "Corrigez les heures, ou le début, la fin et la pause."
    )


def _spelled(seconds: int) -> str:
    return spell_clock(min(max(seconds, 0) // 60, DAY))
