"""The rules of recording asked before anything is written: what they refuse becomes a fault of a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from groupement.lifecycle import Refusal
from groupement.periods import Month
from members.models import User
from timesheets.day_rules import (
    BadDays,
    Timed,
    minutes_of,
    refuse_long_days,
    refuse_misfits,
    refuse_overlaps,
)
from timesheets.importing.gathering import Gathered, Spot
from timesheets.importing.rows import Fault
from timesheets.importing.standing import Standing
from timesheets.locking import refuse_unless_writable
from timesheets.models import Timesheet
from timesheets.recording import refuse_too_far

Kinds = Mapping[str, int | Timed]
# By person and month, then by assignment (None at the group), then by day.
Changes = dict[tuple[int, Month], dict[int | None, dict[date, Kinds]]]


def judge(changes: Changes, gathered: Gathered, standing: Standing, *, by: User, at: datetime) -> list[Fault]:
    """The faults of all changes: locks, hands, days, sums and times, each at the first line of its day."""
    return [
        fault
        for (employee, month), places in changes.items()
        for fault in _judge(employee, month, places, gathered, standing, by, at)
    ]


def _judge(
    employee: int,
    month: Month,
    places: Mapping[int | None, Mapping[date, Kinds]],
    gathered: Gathered,
    standing: Standing,
    by: User,
    at: datetime,
) -> Iterator[Fault]:
    spots: dict[int, Spot] = {}
    days_of: dict[Timesheet, Mapping[date, Kinds]] = {}
    for assignment, days in places.items():
        spot = (employee, assignment, min(days))
        sheet = standing.sheet(spot, gathered.places[spot])
        spots[sheet.pk], days_of[sheet] = spot, days
    first = min(gathered.first_line(spot) for spot in spots.values())
    found = list(_refused(lambda: refuse_too_far(month, at), _always(first)))
    for sheet in days_of:
        found += _refused(_writable(sheet, by, at), _always(gathered.first_line(spots[sheet.pk])))

    def line_of(pk: int, day: date) -> int:
        return gathered.first_line((employee, spots[pk][1], day))

    has_clashes = employee in gathered.clashing
    if not found:
        found += _refused(lambda: refuse_misfits(days_of), line_of)
    if not found:
        found += _refused(lambda: _refuse_sums(employee, days_of, standing, by, has_clashes), line_of)
    yield from found


def _writable(sheet: Timesheet, by: User, at: datetime) -> Callable[[], None]:
    return lambda: refuse_unless_writable(sheet, by, at)


def _always(line: int) -> Callable[[int, date], int]:
    return lambda _pk, _day: line


def _refuse_sums(
    employee: int,
    days_of: Mapping[Timesheet, Mapping[date, Kinds]],
    standing: Standing,
    by: User,
    has_clashes: bool,
) -> None:
    """The person's days as they would be over all timesheets. Raises BadDays.

    Times that clash within the file have been told already, at their lines.
    """
    touched = {(sheet.pk, day) for sheet, days in days_of.items() for day in days}
    wanted = {
        (sheet.pk, day, kind): value
        for sheet, days in days_of.items()
        for day, kinds in days.items()
        for kind, value in kinds.items()
        if minutes_of(value, day)
    }
    around = standing.around(employee, {day for _, day in touched})
    kept = [entry for entry in around if (entry.timesheet_id, entry.day) not in touched]
    is_own = all(sheet.employee.user_id == by.pk for sheet in days_of)
    sums = {key: minutes_of(value, key[1]) for key, value in wanted.items()}
    refuse_long_days(sums, kept, by=by, is_own=is_own)
    if not has_clashes:
        refuse_overlaps(wanted, kept, standing.names[employee], by=by, is_own=is_own)


def _refused(rule: Callable[[], None], line_of: Callable[[int, date], int]) -> Iterator[Fault]:
    """What a rule says against it, with the line to look at."""
    try:
        rule()
    except BadDays as bad:
        for fault in bad.faults:
            yield Fault(line_of(fault.timesheet_id, fault.day), "", "", fault.message)
    except Refusal as refusal:
        yield Fault(line_of(0, date.min), "", "", refusal.message)
