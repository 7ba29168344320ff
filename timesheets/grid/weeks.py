"""The grid laid out for the page: weeks of seven days, and in each the cells of every line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from groupement.periods import MONTHS, days_between
from groupement.worktime import short_hours
from timesheets.grid.lines import Grid, Line
from timesheets.grid.typed import Typed
from timesheets.models import GROUP_KINDS, Kind

CHOICES = [(kind.value, kind.label) for kind in Kind if kind in GROUP_KINDS]


@dataclass
class Day:
    """The head of a column: its day, how it looks, and what it adds up to."""

    day: date
    is_in_month: bool
    is_off: bool
    holiday: str
    minutes: int = 0
    is_contested: bool = False
    is_absent: bool = False
    is_faulty: bool = False

    @property
    def look(self) -> str:
        if not self.is_in_month:
            return "is-out"
        if self.holiday:
            return "is-feast"
        return "is-off" if self.is_off else ""


@dataclass
class Cell:
    """One input, or the reason why there is none."""

    day: date
    look: str
    is_open: bool
    name: str
    text: str
    planned: str
    spoken: str
    describedby: str
    is_faulty: bool
    moved: str
    kind: str = ""
    kind_name: str = ""

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


@dataclass
class Row:
    """One line of one week."""

    line: Line
    cells: list[Cell]
    minutes: int


@dataclass
class Week:
    """One week of the month, from Monday to Sunday."""

    number: int
    days: list[Day]
    rows: list[Row] = field(default_factory=list)
    planned: int = 0

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def span(self) -> str:
        """ "2 au 8 novembre", "30 novembre" """
        first, *_, last = [head.day for head in self.days_in_month] * 2
        spelt = f"{_ordinal(last)} {MONTHS[last.month - 1]}"
        return spelt if first == last else f"{_ordinal(first)} au {spelt}"

    @property
    def days_in_month(self) -> list[Day]:
        return [day for day in self.days if day.is_in_month]

    @property
    def is_contested(self) -> bool:
        return any(day.is_contested for day in self.days)

    @property
    def is_faulty(self) -> bool:
        return any(day.is_faulty for day in self.days)


def lay_out(grid: Grid, typed: Typed | None = None) -> list[Week]:
    """The weeks of ``grid``; the cells show what was ``typed`` where it was not kept."""
    typed = typed or Typed()
    weeks = []
    for days in grid.month.weeks():
        monday = days[0] - timedelta(days=days[0].weekday())
        heads = [_head(grid, day) for day in days_between(monday, monday + timedelta(days=7))]
        week = Week(days[0].isocalendar().week, heads)
        week.planned = sum(grid.plan.get(day, 0) for day in days)
        week.rows = [_row(line, heads, typed) for line in grid.lines]
        weeks.append(week)
    return weeks


def _head(grid: Grid, day: date) -> Day:
    is_weekend = day.weekday() > 4
    return Day(
        day,
        is_in_month=day in grid.month,
        is_off=not grid.plan.get(day) if grid.plan else is_weekend,
        holiday=grid.holidays.get(day, ""),
        is_absent=day in grid.absent,
    )


def _row(line: Line, heads: list[Day], typed: Typed) -> Row:
    cells = []
    for head in heads:
        cell = _cell(line, head, typed)
        head.minutes += line.minutes.get(head.day, 0)
        head.is_contested |= head.day in line.remarks
        head.is_faulty |= cell.is_faulty
        cells.append(cell)
    return Row(line, cells, sum(line.minutes.get(head.day, 0) for head in heads))


def _cell(line: Line, head: Day, typed: Typed) -> Cell:
    day = head.day
    name = line.name(day)
    minutes, planned = line.minutes.get(day, 0), line.planned.get(day, 0)
    is_moved = bool(line.planned) and bool(minutes) and minutes != planned
    notes = {
        "contesté": day in line.remarks,
        "indisponible": head.is_absent,
        f"prévu {short_hours(planned)}": bool(planned),
    }
    looks = {
        head.look: True,
        "is-shut": head.is_in_month and day not in line.open_days,
        "is-contested": day in line.remarks,
        "is-moved": is_moved,
    }
    is_faulty = name in typed.faults
    return Cell(
        day,
        look=" ".join(look for look, holds in looks.items() if look and holds),
        is_open=head.is_in_month and day in line.open_days,
        name=name,
        text=typed.texts.get(name, short_hours(minutes) if minutes else ""),
        planned=short_hours(planned) if planned else "",
        spoken="".join(f", {note}" for note, holds in notes.items() if holds),
        describedby=_describedby(line, day, is_faulty),
        is_faulty=is_faulty,
        moved=f"prévu {short_hours(planned)}" if is_moved else "",
        kind=typed.texts.get(line.kind_name(day), line.kinds.get(day, "")) if line.is_at_group else "",
        kind_name=line.kind_name(day) if line.is_at_group else "",
    )


def _describedby(line: Line, day: date, is_faulty: bool) -> str:
    if is_faulty:
        return f"faute-{line.name(day)}"
    return f"remarque-{line.sheet.pk}-{day}" if day in line.remarks else ""


def _ordinal(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)
