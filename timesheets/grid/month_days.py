"""The days of a month beside the one that is shown: its calendar, and the days just before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from groupement.kernel.french import short_weekday
from groupement.kernel.periods import days_between
from members.models import Member
from timesheets.grid.lines import MonthGrid

DAYS_ASIDE = 3


@dataclass(frozen=True)
class MonthDay:
    """A day in the calendar: minutes by the record, and planned; at whose places; what it is otherwise.

    ``is_complete``: hours are written, and no place where some are planned is left empty.
    """

    day: date
    minutes: int
    planned: int
    members: tuple[Member, ...]
    holiday: str
    is_away: bool
    is_contested: bool
    is_complete: bool

    @property
    def css_class(self) -> str:
        if self.is_contested:
            return "is-contested"
        if self.is_complete:
            return "is-done"
        if self.holiday:
            return "is-feast"
        if self.is_away:
            return "is-away"
        return "is-off" if self.is_off else "is-open"

    @property
    def is_off(self) -> bool:
        """Nothing is planned, written or known of it."""
        return not (self.minutes or self.planned or self.is_away)


@dataclass(frozen=True)
class NearDay:
    """A day before or after the one shown; ``here`` is what the calendar says of it, None in another month."""

    day: date
    word: str
    here: MonthDay | None

    @property
    def is_rest(self) -> bool:
        return self.here.is_off if self.here else self.day.weekday() > 4


def calendar_of(grid: MonthGrid) -> list[list[MonthDay | None]]:
    """The month by weeks of seven, None on days of other months."""
    weeks: list[list[MonthDay | None]] = []
    for days in grid.month.weeks():
        monday = days[0] - timedelta(days=days[0].weekday())
        each = days_between(monday, monday + timedelta(days=7))
        weeks.append([_month_day(grid, day) if day in grid.month else None for day in each])
    return weeks


def near_days(grid: MonthGrid, day: date, weeks: list[list[MonthDay | None]]) -> list[NearDay]:
    """``day`` in the middle of seven: yesterday and tomorrow are always beside it."""
    known = {each.day: each for week in weeks for each in week if each}
    first, after = day - timedelta(days=DAYS_ASIDE), day + timedelta(days=DAYS_ASIDE + 1)
    return [NearDay(each, _word(each, grid.on), known.get(each)) for each in days_between(first, after)]


def _word(day: date, on: date) -> str:
    """ "hier", "auj.", "demain", else "mar." """
    return {-1: "hier", 0: "auj.", 1: "demain"}.get((day - on).days, short_weekday(day))


def _month_day(grid: MonthGrid, day: date) -> MonthDay:
    is_away = day in grid.absent or day in grid.known_absences
    minutes, members, is_complete = 0, {}, True
    for line in grid.sheets:
        written = sum(grid.recorded(line.key, day).values())
        minutes += written
        placed = line.sheet.assignment
        if placed is None:
            is_away |= bool(written)
        elif written or (line.planned.get(day) and not is_away):
            members[placed.member_id] = placed.member
            is_complete &= bool(written)
    return MonthDay(
        day,
        minutes,
        0 if is_away else grid.plan.get(day, 0),
        tuple(members.values()),
        grid.holidays.get(day, ""),
        is_away,
        any(day in line.remarks for line in grid.sheets),
        bool(minutes) and (is_complete or is_away),
    )
