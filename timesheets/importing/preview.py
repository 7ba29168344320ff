"""Preview and import of a file of hours: what it would change by person and place, its faults; then all is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cached_property

from django.db import transaction

from employees.models import Employee
from groupement.kernel.french import counted, plural
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Fault, csv_text
from members.models import Member, User
from timesheets import recording
from timesheets.importing.checks import HoursByKind, ImportChanges, StoredHours, check_changes, read_stored
from timesheets.importing.columns import find_layout, read_hours_file
from timesheets.importing.gathering import (
    NOT_PARTED,
    DayHours,
    GatheredHours,
    by_person_and_month,
    gather,
    is_kept_in_one,
    note_of,
    settle_kinds,
    spell_seconds,
    sum_up,
    value_of,
)
from timesheets.importing.layouts import HoursFileLayout
from timesheets.importing.nights import complete
from timesheets.importing.rows import read_rows
from timesheets.importing.scope import Directory, ImportChoices, read_directory
from timesheets.importing.twins import TwinLine, twins_of, without
from timesheets.importing.unread import UNREAD
from timesheets.models import Entry, HoursLayout, Timesheet
from timesheets.parting import EntryLine, is_as_wanted
from timesheets.reminding import sending

MOST_LISTED = 200


@dataclass
class ImportTotals:
    """Minutes entered, real seconds, and days by what becomes of them."""

    minutes: int = 0
    seconds: int = 0
    days: int = 0
    new: int = 0
    changed: int = 0
    emptied: int = 0
    unchanged: int = 0

    def add(self, other: ImportTotals) -> None:
        for each in fields(ImportTotals):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def real(self) -> str:
        """ "1 h 15 min 17 s" """
        return spell_seconds(self.seconds)

    @property
    def outcome(self) -> str:
        """ "3 jours nouveaux, 1 remplacé, 2 inchangés" """
        counts = [
            counted(count, word)
            for count, word in (
                (self.new, "nouveau"),
                (self.changed, "remplacé"),
                (self.emptied, "vidé"),
                (self.unchanged, "inchangé"),
            )
            if count
        ]
        return ", ".join(counts)


@dataclass
class PlaceTotals(ImportTotals):
    """One person at one place, at the group when there is no member."""

    employee: Employee = field(kw_only=True)
    member: Member | None = field(kw_only=True)


@dataclass
class HoursPreview:
    """What a file of hours would change: ``changes`` by person and month, or ``faults`` in the order of the lines.

    ``twins``: lines that repeat others, decided or not. ``places``: totals by person and place. ``digest``: of the file
    and the stored hours that it was compared with; a file with more than MOST_LISTED faults is not compared
    (``is_compared``), so that the answer comes fast. ``stored_layout``: the columns as the person chose them once.
    """

    layout: HoursFileLayout
    directory: Directory
    lines: int = 0
    left_out: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    twins: list[TwinLine] = field(default_factory=list)
    places: list[PlaceTotals] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    changes: ImportChanges = field(default_factory=dict)
    notes: dict[tuple[int, Month], dict[tuple[int | None, date], str]] = field(default_factory=dict)
    digest: str = ""
    is_compared: bool = True
    stored_layout: HoursLayout | None = None

    @property
    def is_good(self) -> bool:
        return not self.faults

    @property
    def has_changes(self) -> bool:
        return bool(self.changes)

    @property
    def unread_sentences(self) -> list[str]:
        """ "2 lignes de pause non lues : une pause n’est pas du travail." """
        return [
            f"{counted(count, name, name.replace('ligne', 'lignes', 1))}, {plural(count, 'non lue', 'non lues')}"
            f"\u00a0: {what}"
            for why, count in self.unread.items()
            for name, what in [UNREAD[why]]
        ]

    @property
    def is_rounded(self) -> bool:
        """Whether what would be entered differs from what the file says was worked."""
        return any(each.minutes * 60 != each.seconds for each in self.places)

    @cached_property
    def total(self) -> ImportTotals:
        """All places together."""
        total = ImportTotals()
        for each in self.places:
            total.add(each)
        return total


def preview_hours(data: bytes, choices: ImportChoices, *, by: User, at: datetime) -> HoursPreview:
    """Read an uploaded file and compare it with the stored hours; writes nothing, in a fixed number of queries.

    Raises Unreadable when it is no file of hours, as ColumnsAsked when ``by`` must say what its columns mean; faults of
    its lines are in the preview.
    """
    file = read_hours_file(data, by=by)
    directory = read_directory(by)
    layout = find_layout(file, names_nobody=directory.is_own_only)
    reading = read_rows(file.table, layout, choices.order)
    gathered = gather(reading, directory, choices)
    preview = HoursPreview(layout, directory, lines=len(file.table.rows), left_out=gathered.left_out)
    preview.stored_layout = file.stored
    preview.unread = reading.unread
    preview.unknown = gathered.unknown
    preview.faults = gathered.faults
    preview.is_compared = len(preview.faults) <= MOST_LISTED
    if preview.is_compared:
        stored = read_stored(gathered)
        _compare(preview, gathered, stored, choices)
        preview.faults += check_changes(
            preview.changes, gathered, stored, by=by, at=at, reason=choices.reason
        )
    preview.faults.sort(key=lambda fault: fault.line)
    return preview


def _compare(
    preview: HoursPreview, gathered: GatheredHours, stored: StoredHours, choices: ImportChoices
) -> None:
    """Fill ``places`` and ``changes``; a day stored as the file says is no change, even on a locked timesheet."""
    places: dict[tuple[int, int | None], PlaceTotals] = {}
    seen = hashlib.sha256()
    for (employee, month), place_days in by_person_and_month(gathered.cells).items():
        for place_day in place_days:
            place = gathered.places[place_day]
            member = place.assignment.member if place.assignment else None
            key = (employee, member.pk if member else None)
            place_totals = places.setdefault(key, PlaceTotals(employee=place.employee, member=member))
            sheet = stored.sheet(place_day, place)
            lines = stored.lines(sheet, place_day.day)
            mornings = stored.mornings(sheet, place_day.day)
            if not _complete_nights(preview, gathered.cells[place_day], mornings, lines, choices):
                continue
            minutes = {line.kind: line.minutes for line in lines}
            kinds = settle_kinds(gathered.cells[place_day], minutes, choices)
            kinds = gathered.cells[place_day] = _without_twins(preview, kinds, choices)
            wanted = {kind: value_of(cell) for kind, cell in kinds.items()}
            preview.faults += _unparted(kinds)
            note = note_of(kinds)
            seen.update(repr((place_day, wanted, note, [_stored_values(line) for line in lines])).encode())
            if _count_day(place_totals, kinds, wanted, note, lines):
                changes = preview.changes.setdefault((employee, month), {})
                changes.setdefault(place_day.assignment, {})[place_day.day] = wanted
                if note:
                    preview.notes.setdefault((employee, month), {})[place_day.assignment, place_day.day] = (
                        note
                    )
    preview.places = sorted(
        places.values(),
        key=lambda each: (
            each.employee.last_name,
            each.employee.first_name,
            each.employee.pk,
            str(each.member or ""),
        ),
    )
    preview.digest = seen.hexdigest()


def _complete_nights(
    preview: HoursPreview,
    kinds: dict[str, DayHours],
    mornings: Sequence[Entry],
    lines: Sequence[EntryLine],
    choices: ImportChoices,
) -> bool:
    """Complete the nights of which the file has one half by what is stored; whether anything is left of the day."""
    for kind, cell in list(kinds.items()):
        if any(row.mark for row in cell.rows):
            cell.rows = complete(cell.rows, lines, mornings, preview.faults)
            sum_up(cell, choices)
            if not cell.rows:
                del kinds[kind]
    return bool(kinds)


def _unparted(kinds: Mapping[str, DayHours]) -> list[Fault]:
    return [
        Fault(row.line, NOT_PARTED)
        for cell in kinds.values()
        if not is_kept_in_one(cell)
        for row in cell.rows
        if row.after
    ]


def _without_twins(
    preview: HoursPreview, kinds: Mapping[str, DayHours], choices: ImportChoices
) -> dict[str, DayHours]:
    """The hours of a day without lines that repeat others and shall not count; what is undecided is a fault."""
    settled: dict[str, DayHours] = {}
    for kind, cell in kinds.items():
        twins = twins_of(cell, choices.twins)
        settled[kind] = without(cell, twins) if twins else cell
        if twins:
            sum_up(settled[kind], choices)
            preview.twins += twins
            preview.left_out += len(cell.rows) - len(settled[kind].rows)
            preview.faults += [Fault(twin.line, twin.sentence) for twin in twins if not twin.decision]
    return settled


def _count_day(
    place_totals: PlaceTotals,
    kinds: Mapping[str, DayHours],
    wanted: HoursByKind,
    note: str,
    entries: Sequence[EntryLine],
) -> bool:
    """Count a day in the totals; returns whether it changes."""
    place_totals.days += 1
    place_totals.minutes += sum(cell.all_minutes for cell in kinds.values())
    place_totals.seconds += sum(cell.all_seconds for cell in kinds.values())
    asked = {kind: value for kind, value in wanted.items() if kinds[kind].all_minutes}
    if (
        _is_same_note(note, kinds, entries)
        and {entry.kind for entry in entries} == set(asked)
        and all(is_as_wanted(entry, asked[entry.kind]) for entry in entries)
    ):
        place_totals.unchanged += 1
        return False
    if not asked:
        place_totals.emptied += 1
    elif entries:
        place_totals.changed += 1
    else:
        place_totals.new += 1
    return True


def _is_same_note(note: str, kinds: Mapping[str, DayHours], entries: Sequence[EntryLine]) -> bool:
    """Whether the notes of a day are the stored ones, whatever blanks they have and in how many entries they are."""
    stored = [" ".join(entry.note.split()) for entry in entries if entry.note.strip()]
    if not note or stored == [" ".join(note.split())]:
        return True
    rows = {row.note for cell in kinds.values() for row in cell.rows if row.note}
    return rows == set(stored) and all(cell.all_minutes * 60 == cell.all_seconds for cell in kinds.values())


def _stored_values(line: EntryLine) -> tuple[object, ...]:
    return line.kind, *line.hours, line.note


def faults_csv(faults: Iterable[Fault]) -> str:
    """All faults as CSV, a line each."""
    rows = [[fault.line, fault.column, fault.value, fault.sentence] for fault in faults]
    return csv_text([["ligne", "colonne", "valeur", "erreur"], *rows])


class BadHours(Refusal):
    """The file cannot be imported as it is; ``faults`` says why, line by line. Nothing was written."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message, errors=[str(fault) for fault in faults])
        self.faults = list(faults)


@dataclass(frozen=True)
class HoursImported:
    """How many entries were written, of how many people; what the file held, in minutes."""

    entries: int
    people: int
    minutes: int


@transaction.atomic
def import_hours(
    data: bytes, choices: ImportChoices, *, digest: str, by: User, at: datetime
) -> HoursImported:
    """Write the hours of an uploaded file through recording.save_all(), person by person and month by month.

    ``digest`` is that of the preview which ``by`` has read; the import is refused when stored hours changed since. Only
    the days that the file names are replaced, on the timesheets that it names. Raises BadHours and Unreadable; then
    nothing is written.
    """
    preview = preview_hours(data, choices, by=by, at=at)
    if preview.faults:
        raise BadHours("Rien n’est importé\u00a0: corrigez les lignes signalées.", preview.faults)
    if preview.digest != digest:
        raise BadHours(
            "Rien n’est importé\u00a0: des heures ont changé depuis votre essai. Relisez ce qui serait écrit."
        )
    written = sum(
        _write(preview, employee, month, by=by, at=at, reason=choices.reason)
        for employee, month in preview.changes
    )
    for employee in dict.fromkeys(employee for employee, _ in preview.changes):
        if (person := preview.directory.people[employee]).user_id != by.pk and choices.reason:
            sending.notify_changed(person, by=by, at=at)
    if preview.stored_layout:
        HoursLayout.objects.filter(pk=preview.stored_layout.pk).update(used_at=at)
    return HoursImported(written, len({employee for employee, _ in preview.changes}), preview.total.minutes)


def _write(preview: HoursPreview, employee: int, month: Month, *, by: User, at: datetime, reason: str) -> int:
    """How many entries were written."""
    places = preview.changes[employee, month]
    sheets = _sheets(preview.directory.people[employee], month, set(places), at)
    notes: dict[int, dict[date, str]] = {sheet.pk: {} for sheet in sheets.values()}
    for (assignment, day), note in preview.notes.get((employee, month), {}).items():
        notes[sheets[assignment].pk][day] = note
    days_of = {sheets[place]: days for place, days in places.items()}
    try:
        return recording.save_all(days_of, by=by, at=at, notes=notes, reason=reason)
    except Refusal as refusal:
        # Somebody saved or moved a timesheet after the preview above.
        subject = f"{preview.directory.people[employee]}, {month.label}"
        raise BadHours(
            f"Rien n’est importé\u00a0: {subject}\u00a0: {' '.join(refusal.errors) or refusal.message}"
        ) from refusal


def _sheets(
    employee: Employee, month: Month, places: set[int | None], at: datetime
) -> dict[int | None, Timesheet]:
    rows = Timesheet.objects.filter(employee=employee, month=month, supplement=0).order_by("pk")
    sheets = {sheet.assignment_id: sheet for sheet in rows}
    if not places <= set(sheets):
        recording.open_month(month, at=at, employee=employee)
        sheets = {sheet.assignment_id: sheet for sheet in rows.all()}
    return sheets
