"""Take a file in: everything in it, written as if somebody had typed it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from employees.models import Employee
from groupement.lifecycle import Refusal
from groupement.periods import Month
from members.models import User
from timesheets import recording
from timesheets.importing.rehearsing import Trial, rehearse
from timesheets.importing.rows import Fault
from timesheets.importing.scope import Choices
from timesheets.models import Timesheet


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
