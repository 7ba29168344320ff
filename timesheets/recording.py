"""Writing hours down: open a month, save days of its timesheets, submit them, recall them before they are confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import pghistory
from django.db import transaction
from django.utils import timezone

from employees.models import Assignment, Contract, Employee
from groupement.lifecycle import Refusal
from groupement.periods import Month
from members.models import User
from timesheets.day_rules import Days, Key, refuse_long_days, refuse_misfits
from timesheets.locking import Locked, NotWritable, may_write, refuse_unless_writable, whose_hand, why_locked
from timesheets.models import Entry, Timesheet, TimesheetStatus

MONTHS_AHEAD = 12


class TooFarAhead(Refusal):
    """A month that nobody plans yet, so most likely a slip of the finger."""


@transaction.atomic
def open_month(month: Month, *, at: datetime, employee: Employee | None = None) -> int:
    """Create the missing drafts of ``month``: one per assignment active in it, one "at the group" per contract.

    Of ``employee`` only, if given. Returns how many were made; a second run makes none. Raises TooFarAhead beyond
    twelve months after ``at``.
    """
    if month > Month.of(timezone.localdate(at)).shift(MONTHS_AHEAD):
        raise TooFarAhead(f"Le mois {month.of_label} est trop loin pour y saisir des heures.")
    assignments, contracts = Assignment.objects.during(month), Contract.objects.during(month)
    present = Timesheet.objects.filter(month=month, supplement=0)
    if employee is not None:
        assignments, contracts = assignments.filter(employee=employee), contracts.filter(employee=employee)
        present = present.filter(employee=employee)
    placed = assignments.order_by("pk").values_list("employee", "pk")
    wanted = {
        *placed,
        *((person, None) for person, _ in placed),
        *((person, None) for person in contracts.values_list("employee", flat=True)),
    }
    missing = wanted - set(present.values_list("employee", "assignment"))
    Timesheet.objects.bulk_create(
        [
            Timesheet(employee_id=person, assignment_id=assignment, month=month)
            for person, assignment in sorted(missing, key=lambda pair: (pair[0], pair[1] or 0))
        ],
        ignore_conflicts=True,  # somebody else opens the month at the same moment
    )
    return len(missing)


def save(
    timesheet: Timesheet, days: Days, *, by: User, at: datetime, notes: Mapping[date, str] | None = None
) -> int:
    """Replace the entries of ``timesheet`` on each of ``days`` by {kind: minutes}; other days stay as they are.

    Zero minutes, or no kind, empty a day. Future days are welcome: hours may be planned ahead. A note stays unless
    ``notes`` has one for its day. What does not change keeps its ``entered_by``. Returns how many entries changed.
    Raises Locked, NotWritable and BadDays; then nothing is saved.
    """
    return save_all({timesheet: days}, by=by, at=at, notes={timesheet.pk: notes} if notes else None)


@transaction.atomic
def save_all(
    changes: Mapping[Timesheet, Days],
    *,
    by: User,
    at: datetime,
    notes: Mapping[int, Mapping[date, str]] | None = None,
) -> int:
    """save() for several timesheets of one person and month at once: all or nothing, in a constant number of queries.

    The sum of a day is judged over all the person's timesheets, as they will be after the last change.
    """
    whose = {(sheet.employee_id, sheet.month) for sheet in changes}
    if len(whose) != 1:
        raise ValueError("the timesheets of one save are of one person and month")
    locked = _lock(*whose.pop())
    for sheet in changes:
        refuse_unless_writable(locked[sheet.pk], by)
    days_of = {locked[sheet.pk]: days for sheet, days in changes.items()}
    refuse_misfits(days_of)
    wanted = {
        (sheet.pk, day, str(kind)): minutes
        for sheet, days in days_of.items()
        for day, kinds in days.items()
        for kind, minutes in kinds.items()
        if minutes
    }
    present, kept = _present(days_of)
    refuse_long_days(wanted, kept, by=by, is_own=_is_own(by, days_of))
    with pghistory.context(user=by.pk, at=at.isoformat()):
        return _write(wanted, present, notes or {}, by)


@transaction.atomic
def submit(timesheet: Timesheet, *, by: User, at: datetime, note: str = "") -> None:
    """Hand the hours over to the member, or to the coordinator when they are at the group; none at all is an answer.

    Clears a contest or a return; ``note`` is the answer to it. Raises Locked, NotWritable, StaleRow.
    """
    refuse_unless_writable(timesheet, by)
    timesheet.move(
        TimesheetStatus.SUBMITTED,
        by=by,
        at=at,
        note=note.strip(),
        submitted_at=at,
        contested_at=None,
        returned_at=None,
    )


@transaction.atomic
def recall(timesheet: Timesheet, *, by: User, at: datetime) -> None:
    """Take submitted hours back to correct them, before anybody confirms them. Raises Locked, NotWritable, StaleRow."""
    if not may_write(by, timesheet):
        raise NotWritable(whose_hand(timesheet))
    if timesheet.status != TimesheetStatus.SUBMITTED:
        raise Locked(
            "Ce relevé n’est pas soumis\u00a0: vous pouvez le modifier."
            if timesheet.status == TimesheetStatus.DRAFT
            else f"Trop tard pour rappeler ce relevé. {why_locked(timesheet)}"
        )
    timesheet.move(TimesheetStatus.DRAFT, by=by, at=at, submitted_at=None)


def _lock(employee_id: int, month: Month) -> dict[int, Timesheet]:
    """All timesheets of the person's month: two saves wait for each other, and neither overlooks the other."""
    rows = (
        Timesheet.objects.filter(employee=employee_id, month=month)
        .select_related("employee", "assignment__member")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return {sheet.pk: sheet for sheet in rows}


def _is_own(by: User, sheets: Iterable[Timesheet]) -> bool:
    return all(sheet.employee.user_id == by.pk for sheet in sheets)


def _present(days_of: Mapping[Timesheet, Days]) -> tuple[dict[Key, Entry], list[Entry]]:
    """The person's entries of those days: those to replace by their key, and those of other timesheets."""
    touched = {(sheet.pk, day) for sheet, days in days_of.items() for day in days}
    employee = next(iter(days_of)).employee_id
    present: dict[Key, Entry] = {}
    kept: list[Entry] = []
    for entry in Entry.objects.filter(timesheet__employee=employee, day__in={day for _, day in touched}):
        if (entry.timesheet_id, entry.day) in touched:
            present[entry.timesheet_id, entry.day, entry.kind] = entry
        else:
            kept.append(entry)
    return present, kept


def _write(
    wanted: Mapping[Key, int],
    present: Mapping[Key, Entry],
    notes: Mapping[int, Mapping[date, str]],
    by: User,
) -> int:
    gone = [entry.pk for key, entry in present.items() if key not in wanted]
    changed: list[Entry] = []
    new: list[Entry] = []
    for key, minutes in wanted.items():
        timesheet_id, day, kind = key
        entry = present.get(key) or Entry(timesheet_id=timesheet_id, day=day, kind=kind, minutes=0)
        note = notes.get(timesheet_id, {}).get(day, entry.note)
        if (entry.minutes, entry.note) != (minutes, note):
            (changed if entry.pk else new).append(_rewritten(entry, minutes, note, by))
    if gone:
        Entry.objects.filter(pk__in=gone).delete()
    if changed:
        Entry.objects.bulk_update(changed, ["minutes", "note", "entered_by", "started_at", "ended_at"])
    if new:
        Entry.objects.bulk_create(new)
    return len(gone) + len(changed) + len(new)


def _rewritten(entry: Entry, minutes: int, note: str, by: User) -> Entry:
    if entry.minutes != minutes:
        # Times that were noted belong to the former minutes.
        entry.started_at = entry.ended_at = None
    entry.minutes, entry.note, entry.entered_by = minutes, note, by
    return entry
