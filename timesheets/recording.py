"""Recording hours: open a month, save days of its timesheets, submit them, recall them before they are confirmed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

import pghistory
from django.db import transaction
from django.utils import timezone

from employees.models import Assignment, Contract, Employee
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members.models import User
from timesheets import changing
from timesheets.agreed_days import with_agreed_days
from timesheets.contradicting import refuse_before_last_day
from timesheets.day_rules import (
    EntryKey,
    HoursByDay,
    LineKey,
    TimedHours,
    minutes_of,
    refuse_impossible_days,
)
from timesheets.locking import (
    Locked,
    NotWritable,
    may_write,
    refuse_closed,
    refuse_unless_begun,
    refuse_unless_writable,
    sheet_name,
    who_enters,
    why_locked,
    with_grace_days,
)
from timesheets.models import Entry, StepKind, Timesheet, TimesheetStatus
from timesheets.parting import (
    EntryLine,
    is_as_wanted,
    join_lines,
    part_lines,
    place_on_first_day,
    refuse_clashes,
    refuse_other_days,
    with_place,
)

MONTHS_AHEAD = 12
SAVED_FIELDS = [
    "minutes",
    "note",
    "entered_by",
    "started_at",
    "ended_at",
    "break_minutes",
    "goes_on_from_day_before",
]


class TooFarAhead(Refusal):
    """A month so far ahead that it is most likely a typing error."""


class NotSubmitter(NotWritable):
    """Somebody else handed these hours in: only they take them back; the member contests, the coordination returns."""


class ChangedMeanwhile(Refusal):
    """Somebody changed the same day since the person read it: nobody overwrites hours that they have not read."""


@transaction.atomic
def open_month(month: Month, *, at: datetime, employee: Employee | None = None) -> int:
    """Create the missing drafts of ``month``: one per assignment active in it, one "at the group" per contract.

    Of ``employee`` only, if given. Returns how many were made; a second run makes none. Raises TooFarAhead beyond
    twelve months after ``at``.
    """
    refuse_too_far(month, at)
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


def refuse_too_far(month: Month, at: datetime) -> None:
    """Raise TooFarAhead for a month more than twelve months after ``at``."""
    if month > Month.of(timezone.localdate(at)).shift(MONTHS_AHEAD):
        raise TooFarAhead(f"Le mois {month.of_label} est trop loin pour y saisir des heures.")


def save(
    timesheet: Timesheet,
    days: HoursByDay,
    *,
    by: User,
    at: datetime,
    notes: Mapping[date, str] | None = None,
    reason: str = "",
) -> int:
    """Replace the entries of ``timesheet`` on each of ``days`` by {kind: minutes}; other days stay as they are.

    Instead of minutes, (minutes or None, start, end, break in minutes): no minutes are those in between. Plain minutes
    keep stored times of as many minutes. Zero minutes, or no kind, empty a day. Work past midnight is written on the
    day on which it begins and parted into its two days; both change together. Future days are accepted: hours may be
    planned ahead. A note stays unless ``notes`` has one for its day. What does not change keeps its ``entered_by``.
    ``reason`` is why hours change that another wrote or handed in. Returns how many entries changed.
    Raises Locked, NotWritable, BadDays and changing.ReasonNeeded; then nothing is saved.
    """
    noted = {timesheet.pk: notes} if notes else None
    return save_all({timesheet: days}, by=by, at=at, notes=noted, reason=reason)


@transaction.atomic
def save_all(
    changes: Mapping[Timesheet, HoursByDay],
    *,
    by: User,
    at: datetime,
    notes: Mapping[int, Mapping[date, str]] | None = None,
    seen: Mapping[tuple[int, date], Mapping[str, int]] | None = None,
    reason: str = "",
) -> int:
    """save() for several timesheets of one person and month at once: all or nothing, in a constant number of queries.

    The sum of a day and its times are checked over all the person's timesheets, as they will be after the last change.
    ``seen``: by timesheet and day, the minutes by kind that the page showed; raises ChangedMeanwhile when somebody has
    changed one of these days since. What another wrote or handed in changes with a ``reason`` only, which stays with
    what stood there before: changing.need_reason().
    """
    whose = {(sheet.employee_id, sheet.month) for sheet in changes}
    if len(whose) != 1:
        raise ValueError("the timesheets of one save are of one person and month")
    employee_id, month = whose.pop()
    locked = _lock(employee_id, _months(month, changes.values()))
    for sheet in changes:
        refuse_unless_writable(locked[sheet.pk], by, at)
    days_of = {locked[sheet.pk]: days for sheet, days in changes.items()}
    refuse_impossible_days(days_of, by=by, notes=notes)
    lines = _wanted(days_of)
    there, around = _present(days_of)
    _refuse_changed_meanwhile(there, lines, seen or {}, by)
    record = part_lines(lines, there, sheet_finder(locked, month, at))
    changed = changing.changed_hours(record.wanted, record.present)
    writable = partial(refuse_unless_writable, by=by, at=at)
    refuse_other_days(record, changed, lines, locked, refuse_unwritable=writable, by=by, notes=notes or {})
    names = {pk: str(sheet.assignment.member) for pk, sheet in locked.items() if sheet.assignment}
    refuse_clashes(record, lines, around, names, by=by, is_own=_is_own(by, days_of))
    with place_on_first_day(record):
        owed = changing.need_reason(changed, record.present, locked, by)
        changing.refuse_without_reason(owed, changed, locked, reason)
    changing.keep(owed, changed, locked, by=by, at=at, reason=reason)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        return _write(record.wanted, record.present, notes or {}, by)


@transaction.atomic
def submit(timesheet: Timesheet, *, by: User, at: datetime, note: str = "", is_early: bool = False) -> None:
    """Hand the hours over to the member, or to the coordinator when they are at the group; a month of zero hours too.

    Clears a contest or a return; ``note`` is the answer to it. Days of grace do not count: hours that can no longer be
    changed can still be handed over. ``is_early``: whoever submits has confirmed to do so before the last day. Raises
    Locked, NotWritable, NotBegun, StaleRow; NotOverYet before the last planned or filled day.
    """
    if not may_write(by, timesheet):
        raise NotWritable(who_enters(timesheet))
    if timesheet.status != TimesheetStatus.DRAFT:
        raise Locked(f"{sheet_name(timesheet)} n’est plus modifiable. {why_locked(timesheet)}")
    refuse_unless_begun(timesheet, at)
    if not is_early:
        refuse_before_last_day(timesheet, timezone.localdate(at))
    timesheet.move(
        TimesheetStatus.SUBMITTED,
        kind=StepKind.SUBMIT,
        by=by,
        at=at,
        note=note.strip(),
        submitted_at=at,
        contested_at=None,
        returned_at=None,
    )


@transaction.atomic
def recall(timesheet: Timesheet, *, by: User, at: datetime) -> None:
    """Take submitted hours back to correct them, before anybody confirms them; who did not hand them in may not.

    Raises Locked, NotWritable, NotSubmitter, StaleRow; and Closed when nobody could correct them any more.
    """
    if not may_write(by, timesheet):
        raise NotWritable(who_enters(timesheet))
    if timesheet.status != TimesheetStatus.SUBMITTED:
        raise Locked(
            "Ce relevé n’est pas soumis\u00a0: vous pouvez le modifier."
            if timesheet.status == TimesheetStatus.DRAFT
            else f"Trop tard pour rappeler ce relevé. {why_locked(timesheet)}"
        )
    if changing.is_anothers(timesheet, by):
        raise NotSubmitter(
            f"{sheet_name(timesheet)} a été soumis par {changing.submitter_name(timesheet)}\u00a0: "
            f"{changing.how_to_take_back(timesheet, by)}."
        )
    refuse_closed(timesheet, by, at)
    timesheet.move(TimesheetStatus.DRAFT, kind=StepKind.RECALL, by=by, at=at, submitted_at=None)


def _months(month: Month, days_of: Iterable[HoursByDay]) -> list[Month]:
    """``month``, and the next one where hours of its last day may go on after midnight."""
    return [month, month.next] if any(month.last in days for days in days_of) else [month]


def _lock(employee_id: int, months: Collection[Month]) -> dict[int, Timesheet]:
    """All timesheets of the person's months: two saves wait for each other, and neither overlooks the other.

    In one order, so that two that need both months never wait for one another.
    """
    rows = (
        changing.with_submitter(
            with_agreed_days(
                with_grace_days(Timesheet.objects.filter(employee=employee_id, month__in=months))
            )
        )
        .select_related("employee", "assignment__member")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return {sheet.pk: sheet for sheet in rows}


def sheet_finder(
    locked: dict[int, Timesheet], month: Month, at: datetime
) -> Callable[[int, date], int | None]:
    """What tells the timesheet that holds a day at the place of another; the next month is opened if nobody has.

    ``locked``: timesheets of one person and ``month``, and those of the next month that are found on the way.
    """

    def find(pk: int, day: date) -> int | None:
        sheet = locked[pk]
        if day in month:
            return pk
        place = (sheet.assignment_id, month.next, 0)
        if place not in _by_place(locked):
            open_month(month.next, at=at, employee=sheet.employee)
            for opened in _lock(sheet.employee_id, [month.next]).values():
                locked[opened.pk] = opened
        return _by_place(locked).get(place)

    return find


def _by_place(sheets: Mapping[int, Timesheet]) -> dict[tuple[int | None, Month, int], int]:
    return {(sheet.assignment_id, sheet.month, sheet.supplement): pk for pk, sheet in sheets.items()}


def _is_own(by: User, sheets: Iterable[Timesheet]) -> bool:
    return all(sheet.employee.user_id == by.pk for sheet in sheets)


def _wanted(days_of: Mapping[Timesheet, HoursByDay]) -> dict[LineKey, int | TimedHours]:
    """The lines to save by key, with their minutes counted; empty ones are left out."""
    wanted: dict[LineKey, int | TimedHours] = {}
    for sheet, days in days_of.items():
        for day, kinds in days.items():
            for kind, value in kinds.items():
                if minutes := minutes_of(value, day):
                    timed = None if isinstance(value, int) else TimedHours(*value)._replace(minutes=minutes)
                    wanted[sheet.pk, day, str(kind)] = timed or minutes
    return wanted


def _present(days_of: Mapping[Timesheet, HoursByDay]) -> tuple[dict[LineKey, EntryLine], list[Entry]]:
    """The lines to replace by their key; and all entries of the person on those days and the days around them.

    A night runs from one day into the next.
    """
    touched = {(sheet.pk, day) for sheet, days in days_of.items() for day in days}
    around = {day + timedelta(days=n) for _, day in touched for n in (-1, 0, 1)}
    employee = next(iter(days_of)).employee_id
    rows = with_place(Entry.objects.filter(timesheet__employee=employee, day__in=around))
    entries = list(rows.order_by("day", "pk"))
    return {line.key: line for line in join_lines(entries, lets_go=True) if line.key[:2] in touched}, entries


def _refuse_changed_meanwhile(
    present: Mapping[LineKey, EntryLine],
    wanted: Mapping[LineKey, int | TimedHours],
    seen: Mapping[tuple[int, date], Mapping[str, int]],
    by: User,
) -> None:
    """Raise ChangedMeanwhile for days that are neither as they were seen nor already as they are wanted."""
    stored: dict[tuple[int, date], dict[str, int]] = {place: {} for place in seen}
    unlike: set[tuple[int, date]] = {key[:2] for key in wanted if key not in present}
    authors: dict[tuple[int, date], set[int | None]] = {place: set() for place in seen}
    for key, line in present.items():
        place, kind = key[:2], key[2]
        if place in seen:
            stored[place][kind] = line.minutes
            authors[place].update(entry.entered_by_id for entry in line.entries)
            unlike |= {place} if not is_as_wanted(line, wanted.get(key)) else set()
    changed = [place for place, kinds in seen.items() if stored[place] != kinds and place in unlike]
    if not changed:
        return
    who = (
        "Vous venez de changer ces jours dans un autre onglet."
        if all(authors[place] == {by.pk} for place in changed)
        else "Une autre personne vient de changer ces jours."
    )
    raise ChangedMeanwhile(f"{who} Relisez-les, puis enregistrez de nouveau.")


def _write(
    wanted: Mapping[EntryKey, int | TimedHours],
    present: Mapping[EntryKey, Entry],
    notes: Mapping[int, Mapping[date, str]],
    by: User,
) -> int:
    gone = [entry.pk for key, entry in present.items() if key not in wanted]
    changed: list[Entry] = []
    new: list[Entry] = []
    with_note: set[tuple[int, date]] = set()
    for key, value in wanted.items():
        timesheet_id, day, kind, goes_on = key
        entry = present.get(key) or Entry(
            timesheet_id=timesheet_id, day=day, kind=kind, minutes=0, goes_on_from_day_before=goes_on
        )
        before = _stored_values(entry)
        _rewrite(entry, value)
        if day in notes.get(timesheet_id, {}) and not goes_on:
            # One note a day: it stays with the first kind.
            entry.note = "" if (timesheet_id, day) in with_note else notes[timesheet_id][day]
            with_note.add((timesheet_id, day))
        if _stored_values(entry) != before:
            entry.entered_by, entry.goes_on_from_day_before = by, goes_on
            (changed if entry.pk else new).append(entry)
    if gone:
        Entry.objects.filter(pk__in=gone).delete()
    if changed:
        Entry.objects.bulk_update(changed, SAVED_FIELDS)
    if new:
        Entry.objects.bulk_create(new)
    return len(gone) + len(changed) + len(new)


def _stored_values(entry: Entry) -> tuple[object, ...]:
    return entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes, entry.note


def _rewrite(entry: Entry, value: int | TimedHours) -> None:
    if isinstance(value, TimedHours):
        entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes = (
            value.minutes or 0,
            *value[1:4],
        )
    elif entry.minutes != value:
        # The stored times belong to the former minutes.
        entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes = value, None, None, 0
