"""The grid as the page shows it: weeks of seven days, and in each the cells of every line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from groupement.kernel.french import day_and_month, ordinal, short_weekday, weekday_and_day
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import days_between
from groupement.kernel.worktime import short_hours
from timesheets.day_rules import spell_times
from timesheets.grid.lines import GridLine, MonthGrid
from timesheets.grid.posted import PostedGrid
from timesheets.models import GROUP_KINDS, Kind

ABSENCE_CHOICES = [(kind.value, kind.label) for kind in Kind if kind in GROUP_KINDS]


@dataclass
class GridDayHead:
    """The head of a column: its day, its CSS class, the sum of its minutes."""

    day: date
    is_in_month: bool
    is_off: bool
    holiday: str
    minutes: int = 0
    is_contested: bool = False
    is_absent: bool = False
    is_faulty: bool = False

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def short(self) -> str:
        """ "mar." """
        return short_weekday(self.day)

    @property
    def words(self) -> str:
        """ "mardi 3": the page says the month."""
        return weekday_and_day(self.day)

    @property
    def css_class(self) -> str:
        if not self.is_in_month:
            return "is-out"
        if self.holiday:
            return "is-feast"
        return "is-off" if self.is_off else ""


@dataclass
class GridCell:
    """One input, or the reason why there is none; ``night``: what of its day and the next is written in one line."""

    day: date
    css_class: str
    is_open: bool
    name: str
    text: str
    planned: str
    words: str
    spoken: str
    describedby: str
    is_faulty: bool
    moved: str
    night: tuple[str, ...] = ()
    kind: str = ""
    kind_name: str = ""

    @property
    def waits_for_cause(self) -> bool:
        """An absence that is not there yet: its choice of causes comes with it, or when somebody enters the cell."""
        return bool(self.kind_name) and not (self.text or self.kind or self.is_faulty)

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


@dataclass
class WeekRow:
    """One line of one week; days of other months are left out."""

    line: GridLine
    cells: list[GridCell]
    minutes: int


@dataclass
class GridWeek:
    """One week of the month, from Monday to Sunday."""

    number: int
    days: list[GridDayHead]
    rows: list[WeekRow] = field(default_factory=list)
    planned: int = 0
    may_copy: bool = False

    @property
    def before(self) -> int:
        """How many of its days are of the month before."""
        return self._out(self.days)

    @property
    def after(self) -> int:
        return self._out(self.days[::-1])

    @staticmethod
    def _out(days: list[GridDayHead]) -> int:
        return next(n for n, head in enumerate(days) if head.is_in_month)

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def span(self) -> str:
        """ "2 au 8 novembre", "30 novembre" """
        first, *_, last = [head.day for head in self.days_in_month] * 2
        spelt = day_and_month(last)
        return spelt if first == last else f"{ordinal(first)} au {spelt}"

    @property
    def days_in_month(self) -> list[GridDayHead]:
        return [day for day in self.days if day.is_in_month]

    @property
    def is_contested(self) -> bool:
        return any(day.is_contested for day in self.days)

    @property
    def is_faulty(self) -> bool:
        return any(day.is_faulty for day in self.days)


def weeks_of(grid: MonthGrid, posted: PostedGrid | None = None) -> list[GridWeek]:
    """The weeks of ``grid``; the cells show what was ``posted`` where it was not saved."""
    posted = posted or PostedGrid()
    weeks = []
    for days in grid.month.weeks():
        monday = days[0] - timedelta(days=days[0].weekday())
        heads = [_head(grid, day) for day in days_between(monday, monday + timedelta(days=7))]
        week = GridWeek(days[0].isocalendar().week, heads)
        week.planned = sum(grid.plan.get(day, 0) for day in days)
        week.rows = [_row(grid, line, week.days_in_month, posted) for line in grid.lines]
        workable = [day for day in days if day not in grid.holidays and day not in grid.known_absences]
        week.may_copy = any(_may_copy(line, workable) for line in grid.drafts)
        weeks.append(week)
    return weeks


def _head(grid: MonthGrid, day: date) -> GridDayHead:
    is_weekend = day.weekday() > 4
    return GridDayHead(
        day,
        is_in_month=day in grid.month,
        is_off=not grid.plan.get(day) if grid.plan else is_weekend,
        holiday=grid.holidays.get(day, ""),
        is_absent=day in grid.absent or day in grid.known_absences,
    )


def _may_copy(line: GridLine, days: Sequence[date]) -> bool:
    """Whether the week before could fill a cell of this line."""
    return not line.is_at_group and any(day in line.open_days and day not in line.minutes for day in days)


def _row(grid: MonthGrid, line: GridLine, heads: list[GridDayHead], posted: PostedGrid) -> WeekRow:
    cells, total = [], 0
    for head in heads:
        cell = _cell(grid, line, head, posted)
        minutes = grid.recorded_on(line, head.day, posted.cells.get(line.name(head.day)))
        head.minutes += minutes
        total += minutes
        head.is_contested |= head.day in line.remarks
        head.is_faulty |= cell.is_faulty
        cells.append(cell)
    return WeekRow(line, cells, total)


def _cell(grid: MonthGrid, line: GridLine, head: GridDayHead, posted: PostedGrid) -> GridCell:
    day = head.day
    name = line.name(day)
    minutes, planned = line.minutes.get(day, 0), _planned(grid, line, day)
    entry = line.entries.get(day)
    night = _night(grid, line, day)
    times = spell_times(entry.started_at, entry.ended_at) if entry else ""
    is_moved = bool(line.planned) and not line.is_at_group and bool(minutes) and minutes != planned
    notes = {
        "contesté": day in line.remarks,
        "indisponible": head.is_absent,
        f"prévu {short_hours(planned)}": bool(planned),
        times: bool(times),
        **dict.fromkeys(night, True),
        f"note\u00a0: {entry.note}" if entry else "": bool(entry and entry.note),
    }
    classes = {
        head.css_class: True,
        "is-shut": head.is_in_month and day not in line.open_days,
        "is-contested": day in line.remarks,
        "is-moved": is_moved and not night,
        "has-detail": bool(times or (entry and entry.note)),
    }
    is_faulty = name in posted.faults
    return GridCell(
        day,
        css_class=" ".join(each for each, holds in classes.items() if each and holds),
        is_open=head.is_in_month and day in line.open_days,
        name=name,
        text=posted.texts.get(name, short_hours(minutes) if minutes else ""),
        planned=short_hours(planned) if planned else "",
        words=head.words,
        spoken=", ".join([head.words, *(note for note, holds in notes.items() if holds)]),
        describedby=_describedby(line, day, is_faulty),
        is_faulty=is_faulty,
        # Beside a night there is room for one line more, not for two over each other.
        moved=f"prévu {short_hours(planned)}" if is_moved and not night else "",
        night=(*night, f"prévu {short_hours(planned)}") if night and is_moved else night,
        kind=_kind(grid, line, day, posted) if line.is_at_group else "",
        kind_name=line.kind_name(day) if line.is_at_group else "",
    )


def _night(grid: MonthGrid, line: GridLine, day: date) -> tuple[str, ...]:
    """ "6 h de la veille", "6 h le lendemain": sums are made by the day, cells hold a night as it is written."""
    before, late = grid.went_on_to(line, day), grid.after_midnight_on(line, day)
    notes = {f"{spell_duration(before)} de la veille": before, f"{spell_duration(late)} le lendemain": late}
    return tuple(words for words, minutes in notes.items() if minutes)


def _planned(grid: MonthGrid, line: GridLine, day: date) -> int:
    """What the cell expects: an absence that is known in advance takes the place of the hours at the members."""
    if line.is_at_group:
        return grid.plan.get(day, 0) if line.is_first and day in grid.known_absences else 0
    return 0 if day in grid.known_absences else line.planned.get(day, 0)


def _kind(grid: MonthGrid, line: GridLine, day: date, posted: PostedGrid) -> str:
    known = grid.known_absences.get(day, "") if line.is_first else ""
    return posted.texts.get(line.kind_name(day), line.kinds.get(day, known))


def _describedby(line: GridLine, day: date, is_faulty: bool) -> str:
    if is_faulty:
        return f"faute-{line.name(day)}"
    return f"remarque-{line.sheet.pk}-{day}" if day in line.remarks else ""
