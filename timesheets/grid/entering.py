"""One action on the month grid as one transaction: hours saved, timesheets submitted or recalled; and its undoing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import pghistory
from django.core import signing
from django.db import transaction

from employees.models import Employee
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members.models import User
from timesheets import changing, recording
from timesheets.day_rules import HoursByDay, TimedHours
from timesheets.grid.lines import MonthGrid, SheetPlace
from timesheets.grid.posted import PostedGrid, as_minutes
from timesheets.locking import may_write, with_grace_days
from timesheets.models import Entry, Timesheet, TimesheetStatus
from timesheets.parting import EntryLine, join_lines, with_place
from timesheets.reminding import sending

Minutes = Mapping[str, int]


@dataclass(frozen=True)
class ChangeResult:
    """How many entries changed, how many timesheets were submitted, and whether one was recalled."""

    changed: int
    submitted: int
    is_recalled: bool = False


class EntryBefore(NamedTuple):
    """A line as it was: minutes, start, end, minutes of break, note, who entered it, and the break after midnight."""

    minutes: int
    start: time | None
    end: time | None
    break_minutes: int
    note: str
    author: int | None
    late_break: int | None = None

    @property
    def hours(self) -> TimedHours:
        return TimedHours(self.minutes, self.start, self.end, self.break_minutes, self.late_break)


@dataclass(frozen=True)
class UndoRecord:
    """The days that an action changed, by timesheet: entries by kind before it, minutes by kind after it."""

    before: Mapping[SheetPlace, Mapping[date, Mapping[str, EntryBefore]]]
    after: Mapping[SheetPlace, Mapping[date, Minutes]]


@transaction.atomic
def apply_changes(
    employee: Employee,
    month: Month,
    changes: Mapping[SheetPlace, HoursByDay],
    *,
    notes: Mapping[SheetPlace, Mapping[date, str]] | None = None,
    seen: Mapping[SheetPlace, Mapping[date, Minutes]] | None = None,
    recall: SheetPlace | None = None,
    submit: Collection[SheetPlace] = (),
    note: str = "",
    reason: str = "",
    is_early: bool = False,
    by: User,
    at: datetime,
) -> ChangeResult:
    """Save ``changes``, opening the month of ``employee`` if nobody has; then recall one timesheet, submit others.

    Of ``submit`` only drafts that ``by`` may write are submitted; ``note`` answers a contest or a return and goes with
    the timesheets that had one, ``is_early`` says that to submit before the last day is meant. ``seen``: the minutes
    that the page showed; raises recording.ChangedMeanwhile when somebody else changed one of these days since.
    ``reason``: why hours change that another wrote or handed in; the person is told. Raises what recording's acts
    raise; then nothing is done.
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
            reason=reason,
        )
        _tell(employee, by, at)
    if recall is not None:
        recording.recall(sheets[recall], by=by, at=at)
    asked = [sheets[place] for place in submit]
    drafts = [sheet for sheet in asked if sheet.status == TimesheetStatus.DRAFT and may_write(by, sheet)]
    for sheet in drafts:
        answer = note if sheet.contested_at or sheet.returned_at else ""
        recording.submit(sheet, by=by, at=at, note=answer, is_early=is_early)
    return ChangeResult(changed, len(drafts), is_recalled=recall is not None)


@transaction.atomic
def undo_changes(employee: Employee, month: Month, record: UndoRecord, *, by: User, at: datetime) -> int:
    """Put the days of ``record`` back as they were, with times, notes and authors; returns how many entries changed.

    Raises recording.ChangedMeanwhile when somebody has written there since, and what recording.save_all() raises.
    """
    sheets = _sheets(employee, month)
    days = {
        sheets[place]: {
            day: {kind: entry.hours for kind, entry in kinds.items()} for day, kinds in days_of_sheet.items()
        }
        for place, days_of_sheet in record.before.items()
    }
    notes = {
        sheets[place].pk: {
            day: next((entry.note for entry in kinds.values() if entry.note), "")
            for day, kinds in days_of_sheet.items()
        }
        for place, days_of_sheet in record.before.items()
    }
    changed = recording.save_all(
        days,
        by=by,
        at=at,
        notes=notes,
        seen=_by_sheet(record.after, sheets),
        reason="Changement annulé.",
    )
    _tell(employee, by, at)
    entry_of = {
        (sheets[place].pk, day, kind): entry
        for place, days_of_sheet in record.before.items()
        for day, kinds in days_of_sheet.items()
        for kind, entry in kinds.items()
    }
    around = {day + timedelta(days=n) for _, day, _ in entry_of for n in (0, 1)}
    rows = with_place(Entry.objects.filter(timesheet__employee=employee, day__in=around))
    corrected = []
    for line in join_lines(rows.order_by("pk"), lets_go=True):
        if before := entry_of.get(line.key):
            for row in line.entries:
                note = "" if row.goes_on_from_day_before else before.note
                if (row.note, row.entered_by_id) != (note, before.author):
                    row.note, row.entered_by_id = note, before.author
                    corrected.append(row)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        Entry.objects.bulk_update(corrected, ["note", "entered_by"])
    return changed


def _tell(employee: Employee, by: User, at: datetime) -> None:
    """Tell the person what changed in their stead; nobody's own hours are news."""
    if employee.user_id and employee.user_id != by.pk:
        sending.notify_changed(employee, by=by, at=at)


def _opened(
    employee: Employee, month: Month, places: Collection[SheetPlace], at: datetime, *, is_moved: bool
) -> dict[SheetPlace, Timesheet]:
    """The timesheets of the month, which is opened if it has none or one of ``places`` is missing."""
    sheets = _sheets(employee, month, is_moved=is_moved)
    if sheets and sheets.keys() >= set(places):
        return sheets
    recording.open_month(month, at=at, employee=employee)
    return _sheets(employee, month, is_moved=is_moved)


def _sheets(employee: Employee, month: Month, *, is_moved: bool = False) -> dict[SheetPlace, Timesheet]:
    """The timesheets of the month by place; with all that moving them asks for, if they are."""
    rows = Timesheet.objects.filter(employee=employee, month=month).order_by("pk")
    whole = changing.with_submitter(with_grace_days(rows)).select_related("employee", "assignment__member")
    return {(sheet.assignment_id, sheet.supplement): sheet for sheet in (whole if is_moved else rows)}


def _by_sheet(
    places: Mapping[SheetPlace, Mapping[date, Minutes]], sheets: Mapping[SheetPlace, Timesheet]
) -> dict[tuple[int, date], Minutes]:
    return {(sheets[place].pk, day): kinds for place, days in places.items() for day, kinds in days.items()}


UNDO_SALT = "timesheets.undo"
UNDO_SECONDS = 600


class UndoExpired(Refusal):
    """The undo record of the page is older than ten minutes, or of another month, person or viewer."""


def undo_record(grid: MonthGrid, posted: PostedGrid) -> UndoRecord:
    """The days that ``posted`` changes, before and after; ``grid`` is as it entry read before the change."""
    entries_of = {line.place: grid.entries_of[line.key] for line in grid.sheets}
    return UndoRecord(
        before={
            place: {
                day: {kind: _entry_before(entry) for kind, entry in entries_of[place].get(day, {}).items()}
                for day in days
            }
            for place, days in posted.changes.items()
        },
        after={
            place: {day: as_minutes(kinds, day) for day, kinds in days.items()}
            for place, days in posted.changes.items()
        },
    )


def sign_undo_record(record: UndoRecord, grid: MonthGrid) -> str:
    """The record as a signed text for a hidden field: valid for ten minutes, for this viewer, person and month."""
    rows = [
        [
            *place,
            day.isoformat(),
            {kind: _to_json(entry) for kind, entry in kinds.items()},
            record.after[place][day],
        ]
        for place, days in record.before.items()
        for day, kinds in days.items()
    ]
    return signing.dumps([*_signed_for(grid), rows], salt=UNDO_SALT, compress=True)


def load_undo_record(text: str, grid: MonthGrid) -> UndoRecord:
    """The reverse. Raises TooLate."""
    try:
        *whose, rows = signing.loads(text, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature as error:
        raise UndoExpired("Trop tard pour annuler\u00a0: corrigez les jours dans la grille.") from error
    if whose != _signed_for(grid):
        raise UndoExpired("Ce n’est pas sur cette page que cela s’annule.")
    record = UndoRecord(before={}, after={})
    before: Any = record.before
    after: Any = record.after
    for assignment, supplement, text_day, kinds, minutes in rows:
        place, day = (assignment, supplement), date.fromisoformat(text_day)
        before.setdefault(place, {})[day] = {kind: _from_json(plain) for kind, plain in kinds.items()}
        after.setdefault(place, {})[day] = minutes
    return record


def _signed_for(grid: MonthGrid) -> list[Any]:
    viewer: User = grid.viewer
    return [viewer.pk, grid.employee.pk, str(grid.month)]


def _entry_before(entry: EntryLine) -> EntryBefore:
    _, start, end, pause, late_break = entry.hours
    return EntryBefore(entry.minutes, start, end, pause, entry.note, entry.entered_by_id, late_break)


def _to_json(entry: EntryBefore) -> list[Any]:
    return [part.isoformat() if isinstance(part, time) else part for part in entry]


def _from_json(plain: list[Any]) -> EntryBefore:
    minutes, start, end, *rest = plain
    return EntryBefore(minutes, _time_from_iso(start), _time_from_iso(end), *rest)


def _time_from_iso(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
