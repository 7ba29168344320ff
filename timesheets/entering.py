"""One gesture on the month grid: what was typed is kept, handed over or taken back, all of it or nothing; or undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

import pghistory
from django.db import transaction

from employees.models import Employee
from groupement.kernel.periods import Month
from members.models import User
from timesheets import recording
from timesheets.day_rules import Days, Timed
from timesheets.locking import may_write, with_grace
from timesheets.models import Entry, Timesheet, TimesheetStatus

# (assignment or None for "at the group", supplement): a timesheet that may not exist yet.
Place = tuple[int | None, int]
Minutes = Mapping[str, int]


@dataclass(frozen=True)
class Entered:
    """How many entries changed and how many timesheets were submitted."""

    changed: int
    submitted: int


class Was(NamedTuple):
    """An entry as it was: minutes, start, end, minutes of break, note, and the id of who entered it."""

    minutes: int
    start: time | None
    end: time | None
    break_minutes: int
    note: str
    author: int | None


@dataclass(frozen=True)
class Past:
    """The days that a gesture changed: their entries by kind before it, and their minutes by kind after it."""

    before: Mapping[Place, Mapping[date, Mapping[str, Was]]]
    after: Mapping[Place, Mapping[date, Minutes]]


@transaction.atomic
def enter(
    employee: Employee,
    month: Month,
    changes: Mapping[Place, Days],
    *,
    notes: Mapping[Place, Mapping[date, str]] | None = None,
    seen: Mapping[Place, Mapping[date, Minutes]] | None = None,
    recall: Place | None = None,
    submit: Collection[Place] = (),
    note: str = "",
    by: User,
    at: datetime,
) -> Entered:
    """Save ``changes``, opening the month of ``employee`` if nobody has; then recall one timesheet, submit others.

    Of ``submit`` those are handed over that are drafts which ``by`` may write; ``note`` answers a contest or a return
    and goes with the timesheets that had one. ``seen`` is what the page showed: raises recording.Overtaken when another
    hand changed one of these days since. Raises what recording's acts raise; then nothing is done.
    """
    sheets = _opened(employee, month, {*changes, *submit}, at, is_moved=bool(recall or submit))
    changed = 0
    if changes:
        changed = recording.save_all(
            {sheets[place]: days for place, days in changes.items()},
            by=by,
            at=at,
            notes={sheets[place].pk: days for place, days in (notes or {}).items()},
            seen=_by_sheet(seen or {}, sheets),
        )
    if recall is not None:
        recording.recall(sheets[recall], by=by, at=at)
    asked = [sheets[place] for place in submit]
    drafts = [sheet for sheet in asked if sheet.status == TimesheetStatus.DRAFT and may_write(by, sheet)]
    for sheet in drafts:
        answer = note if sheet.contested_at or sheet.returned_at else ""
        recording.submit(sheet, by=by, at=at, note=answer)
    return Entered(changed, len(drafts))


@transaction.atomic
def undo(employee: Employee, month: Month, past: Past, *, by: User, at: datetime) -> int:
    """Put the days of ``past`` back as they were, with times, notes and authors; returns how many entries changed.

    Raises recording.Overtaken when somebody has written there since, and what recording.save_all() raises.
    """
    sheets = _sheets(employee, month)
    days = {
        sheets[place]: {
            day: {kind: Timed(*was[:4]) for kind, was in kinds.items()} for day, kinds in held.items()
        }
        for place, held in past.before.items()
    }
    changed = recording.save_all(days, by=by, at=at, seen=_by_sheet(past.after, sheets))
    was_of = {
        (sheets[place].pk, day, kind): was
        for place, held in past.before.items()
        for day, kinds in held.items()
        for kind, was in kinds.items()
    }
    rows = Entry.objects.filter(timesheet__in=days, day__in={day for _, day, _ in was_of}).order_by("pk")
    mended = []
    for row in rows:
        was = was_of.get((row.timesheet_id, row.day, row.kind))
        if was and (row.note, row.entered_by_id) != (was.note, was.author):
            row.note, row.entered_by_id = was.note, was.author
            mended.append(row)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        Entry.objects.bulk_update(mended, ["note", "entered_by"])
    return changed


def _opened(
    employee: Employee, month: Month, places: Collection[Place], at: datetime, *, is_moved: bool
) -> dict[Place, Timesheet]:
    """The timesheets of the month, which is opened if it has none or one of ``places`` is missing."""
    sheets = _sheets(employee, month, is_moved=is_moved)
    if sheets and sheets.keys() >= set(places):
        return sheets
    recording.open_month(month, at=at, employee=employee)
    return _sheets(employee, month, is_moved=is_moved)


def _sheets(employee: Employee, month: Month, *, is_moved: bool = False) -> dict[Place, Timesheet]:
    """The timesheets of the month by place; with all that moving them asks for, if they are."""
    rows = Timesheet.objects.filter(employee=employee, month=month).order_by("pk")
    whole = with_grace(rows).select_related("employee", "assignment__member")
    return {(sheet.assignment_id, sheet.supplement): sheet for sheet in (whole if is_moved else rows)}


def _by_sheet(
    places: Mapping[Place, Mapping[date, Minutes]], sheets: Mapping[Place, Timesheet]
) -> dict[tuple[int, date], Minutes]:
    return {(sheets[place].pk, day): kinds for place, days in places.items() for day, kinds in days.items()}
