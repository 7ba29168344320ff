"""What an import would do, told before anything is written: by person and place, with what stands against it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cached_property

from django.db import transaction

from employees.models import Employee
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members.models import Member, User
from timesheets import recording
from timesheets.day_rules import Timed
from timesheets.importing.checks import Changes, Kinds, Standing, judge, read_standing
from timesheets.importing.gathering import Cell, Gathered, gather, months_of, note_of, spell_seconds, value_of
from timesheets.importing.layouts import Layout, read_table, recognise
from timesheets.importing.rows import Fault, read_rows
from timesheets.importing.scope import Choices, Directory, read_directory
from timesheets.models import Entry, Timesheet

MOST_LISTED = 200


@dataclass
class Tally:
    """Minutes entered, real seconds, and days by what becomes of them."""

    minutes: int = 0
    seconds: int = 0
    days: int = 0
    new: int = 0
    changed: int = 0
    emptied: int = 0
    unchanged: int = 0

    def add(self, other: Tally) -> None:
        for each in fields(Tally):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def real(self) -> str:
        """ "1 h 15 min 17 s" """
        return spell_seconds(self.seconds)

    @property
    def outcome(self) -> str:
        """ "3 jours nouveaux, 1 remplacé, 2 inchangés" """
        told = [
            counted(count, word)
            for count, word in (
                (self.new, "nouveau"),
                (self.changed, "remplacé"),
                (self.emptied, "vidé"),
                (self.unchanged, "inchangé"),
            )
            if count
        ]
        return ", ".join(told)


@dataclass
class Share(Tally):
    """One person at one place, at the group when there is no member."""

    employee: Employee = field(kw_only=True)
    member: Member | None = field(kw_only=True)


@dataclass
class Trial:
    """The file as it would be taken: ``changes`` by person and month, or ``faults``, in the order of the lines.

    With more faults than anybody reads at once it has not been compared with what is there: that comes once they are
    mended, and the answer comes now.
    """

    layout: Layout
    directory: Directory
    lines: int = 0
    left_out: int = 0
    shares: list[Share] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    notes: dict[tuple[int, Month], dict[tuple[int | None, date], str]] = field(default_factory=dict)
    digest: str = ""
    is_compared: bool = True

    @property
    def is_good(self) -> bool:
        return not self.faults

    @property
    def has_changes(self) -> bool:
        return bool(self.changes)

    @property
    def is_rounded(self) -> bool:
        """Whether what would be entered differs from what the file says was worked."""
        return any(share.minutes * 60 != share.seconds for share in self.shares)

    @cached_property
    def total(self) -> Tally:
        """All shares together."""
        total = Tally()
        for share in self.shares:
            total.add(share)
        return total


def rehearse(data: bytes, choices: Choices, *, by: User, at: datetime) -> Trial:
    """Read an uploaded file and say what taking it in would change; writes nothing, in a fixed number of queries.

    Raises Unreadable when it is no such file; faults of lines are in the trial.
    """
    table = read_table(data)
    layout = recognise(table.titles)
    reading = read_rows(table, layout, choices.order)
    directory = read_directory(by)
    gathered = gather(reading, directory, choices)
    trial = Trial(layout, directory, lines=len(table.rows), left_out=gathered.left_out)
    trial.unknown = gathered.unknown
    trial.faults = gathered.faults
    trial.is_compared = len(trial.faults) <= MOST_LISTED
    if trial.is_compared:
        standing = read_standing(gathered)
        _compare(trial, gathered, standing)
        trial.faults += judge(trial.changes, gathered, standing, by=by, at=at)
    trial.faults.sort(key=lambda fault: fault.line)
    return trial


def _compare(trial: Trial, gathered: Gathered, standing: Standing) -> None:
    """Fill the shares and the changes; a day that is as the file says is left alone, whatever its timesheet's state."""
    shares: dict[tuple[int, int | None], Share] = {}
    seen = hashlib.sha256()
    for (employee, month), spots in months_of(gathered.cells).items():
        for spot in spots:
            place, kinds = gathered.places[spot], gathered.cells[spot]
            member = place.assignment.member if place.assignment else None
            key = (employee, member.pk if member else None)
            share = shares.setdefault(key, Share(employee=place.employee, member=member))
            wanted = {kind: value_of(cell) for kind, cell in kinds.items()}
            note = note_of(kinds)
            there = standing.at(standing.sheet(spot, place), spot[2])
            seen.update(repr((spot, wanted, note, [_facts(entry) for entry in there])).encode())
            if _count(share, kinds, wanted, note, there):
                trial.changes.setdefault((employee, month), {}).setdefault(spot[1], {})[spot[2]] = wanted
                if note:
                    trial.notes.setdefault((employee, month), {})[spot[1], spot[2]] = note
    trial.shares = sorted(
        shares.values(),
        key=lambda share: (
            share.employee.last_name,
            share.employee.first_name,
            share.employee.pk,
            str(share.member or ""),
        ),
    )
    trial.digest = seen.hexdigest()


def _count(share: Share, kinds: Mapping[str, Cell], wanted: Kinds, note: str, there: list[Entry]) -> bool:
    """Add a day to the share; whether it changes."""
    share.days += 1
    share.minutes += sum(cell.minutes for cell in kinds.values())
    share.seconds += sum(cell.seconds for cell in kinds.values())
    asked = {kind: value for kind, value in wanted.items() if kinds[kind].minutes}
    same_note = not note or note == " ".join(entry.note for entry in there if entry.note)
    if (
        same_note
        and {entry.kind for entry in there} == set(asked)
        and all(_is_as_asked(entry, asked[entry.kind]) for entry in there)
    ):
        share.unchanged += 1
        return False
    if not asked:
        share.emptied += 1
    elif there:
        share.changed += 1
    else:
        share.new += 1
    return True


def _is_as_asked(entry: Entry, value: int | Timed) -> bool:
    if isinstance(value, int):
        return entry.minutes == value
    return (entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes) == tuple(value)


def _facts(entry: Entry) -> tuple[object, ...]:
    return entry.kind, entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes, entry.note


class BadHours(Refusal):
    """The file cannot be taken in as it is; ``faults`` says why, line by line. Nothing was written."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message, errors=[str(fault) for fault in faults])
        self.faults = list(faults)


@dataclass(frozen=True)
class Taken:
    """How many entries were written, of how many people; what the file held, in minutes."""

    entries: int
    people: int
    minutes: int


@transaction.atomic
def take_in(data: bytes, choices: Choices, *, digest: str, by: User, at: datetime) -> Taken:
    """Write the hours of an uploaded file through recording.save_all(), person by person and month by month.

    ``digest`` is that of the trial which ``by`` has read: hours that changed since are read again first. Only the days
    that the file names are replaced, on the timesheets that it names. Raises BadHours and Unreadable; then nothing is
    written.
    """
    trial = rehearse(data, choices, by=by, at=at)
    if trial.faults:
        raise BadHours("Rien n’est importé\u00a0: corrigez les lignes signalées.", trial.faults)
    if trial.digest != digest:
        raise BadHours(
            "Rien n’est importé\u00a0: des heures ont changé depuis votre essai. Relisez ce qui serait écrit."
        )
    written = 0
    for employee, month in trial.changes:
        written += _write(trial, employee, month, by=by, at=at)
    return Taken(written, len({employee for employee, _ in trial.changes}), trial.total.minutes)


def _write(trial: Trial, employee: int, month: Month, *, by: User, at: datetime) -> int:
    places = trial.changes[employee, month]
    sheets = _sheets(trial.directory.people[employee], month, set(places), at)
    notes: dict[int, dict[date, str]] = {sheet.pk: {} for sheet in sheets.values()}
    for (assignment, day), note in trial.notes.get((employee, month), {}).items():
        notes[sheets[assignment].pk][day] = note
    try:
        return recording.save_all(
            {sheets[place]: days for place, days in places.items()}, by=by, at=at, notes=notes
        )
    except Refusal as refusal:
        # Somebody was faster than this import, between its rehearsal and this line.
        whose = f"{trial.directory.people[employee]}, {month.label}"
        raise BadHours(
            f"Rien n’est importé\u00a0: {whose}\u00a0: {' '.join(refusal.errors) or refusal.message}"
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
