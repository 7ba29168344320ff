"""What the coordinator decides on a timesheet: approve, send back, reopen; then the invoice’s seal, and supplements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from groupement.lifecycle import Refusal
from members.models import User
from timesheets.confirming import Contested, write_remarks
from timesheets.models import Timesheet, TimesheetStatus


class NotApprovable(Refusal):
    """The person may not decide on this timesheet, or it is not where this can be decided."""


class AlreadyBilled(Refusal):
    """An invoice holds these hours: what is missing goes to a supplement, what is wrong to a credit note."""


def is_ready(timesheet: Timesheet) -> bool:
    """Whether the hours wait for the coordinator: confirmed by the member, or submitted when at the group."""
    awaited = TimesheetStatus.CONFIRMED if timesheet.assignment_id else TimesheetStatus.SUBMITTED
    return timesheet.status == awaited


@dataclass
class Approved:
    """How many went through, and for each of the others the sentence that says why not."""

    count: int = 0
    exceptions: list[tuple[Timesheet, str]] = field(default_factory=list)


@transaction.atomic
def approve(timesheet: Timesheet, *, by: User, at: datetime) -> None:
    """Accept the hours for billing and payroll; from then on they are locked (trigger on Entry).

    A member has confirmed them first; hours at the group come straight from submitted. Nobody approves their own.
    Raises NotApprovable, StaleRow.
    """
    _refuse_unless_in_charge(timesheet, by)
    if not is_ready(timesheet):
        if timesheet.assignment and timesheet.status == TimesheetStatus.SUBMITTED:
            raise NotApprovable(f"{timesheet.assignment.member} n’a pas encore visé ces heures.")
        raise NotApprovable(f"Ces heures ne sont pas à approuver\u00a0: {timesheet.state_label.lower()}.")
    timesheet.move(TimesheetStatus.APPROVED, by=by, at=at, approved_at=at)


@transaction.atomic
def approve_all(timesheets: Iterable[Timesheet], *, by: User, at: datetime) -> Approved:
    """Approve each of ``timesheets`` that may be; one refusal holds up no other."""
    done = Approved()
    for timesheet in timesheets:
        try:
            approve(timesheet, by=by, at=at)
        except Refusal as refusal:
            done.exceptions.append((timesheet, refusal.message))
        else:
            done.count += 1
    return done


@transaction.atomic
def send_back(
    timesheet: Timesheet, *, by: User, at: datetime, note: str, remarks: Sequence[Contested] = ()
) -> None:
    """Return submitted or confirmed hours to the person, who reads ``note``. Raises NotApprovable, StaleRow."""
    _refuse_unless_in_charge(timesheet, by)
    if timesheet.status not in (TimesheetStatus.SUBMITTED, TimesheetStatus.CONFIRMED):
        raise NotApprovable("Seules des heures soumises ou visées peuvent être renvoyées.")
    _back_to_draft(timesheet, by=by, at=at, note=note)
    write_remarks(timesheet, remarks)


@transaction.atomic
def reopen(timesheet: Timesheet, *, by: User, at: datetime, note: str) -> None:
    """Undo an approval while no invoice holds the hours. Raises AlreadyBilled, NotApprovable, StaleRow."""
    _refuse_unless_in_charge(timesheet, by)
    # An invoice may be sealing the row at this moment: wait for it, and believe the row rather than the instance.
    row = Timesheet.objects.select_for_update().get(pk=timesheet.pk)
    if row.billed_at:
        raise AlreadyBilled("Ces heures sont facturées\u00a0: ouvrez un complément pour ce qui manque.")
    if row.status != TimesheetStatus.APPROVED:
        raise NotApprovable("Seules des heures approuvées peuvent être rouvertes.")
    _back_to_draft(timesheet, by=by, at=at, note=note)


@transaction.atomic
def seal(timesheet_ids: Collection[int], *, at: datetime) -> None:
    """Mark timesheets as held by an invoice, in one statement: all of them, or AlreadyBilled is raised."""
    ready = Timesheet.objects.filter(pk__in=timesheet_ids, status=TimesheetStatus.APPROVED, billed_at=None)
    if ready.update(billed_at=at) != len(set(timesheet_ids)):
        raise AlreadyBilled(
            "Des heures ne sont plus approuvées, ou sont déjà facturées\u00a0: refaites le brouillon."
        )


@transaction.atomic
def open_supplement(timesheet: Timesheet, *, by: User, at: datetime) -> Timesheet:
    """A further draft of the same month and place, for hours that came after the invoice. Raises NotApprovable."""
    _refuse_unless_in_charge(timesheet, by)
    place = {
        "employee": timesheet.employee,
        "month": timesheet.month,
        "assignment": timesheet.assignment,
    }
    rows = list(Timesheet.objects.select_for_update().filter(**place))
    if any(row.billed_at is None for row in rows):
        raise NotApprovable("Un relevé de ce mois n’est pas encore facturé\u00a0: complétez celui-là.")
    made = Timesheet.objects.create(supplement=max(row.supplement for row in rows) + 1, **place)
    made.steps.create(source="", target=made.status, by=by, at=at)
    return made


def _back_to_draft(timesheet: Timesheet, *, by: User, at: datetime, note: str) -> None:
    if not note.strip():
        raise NotApprovable("Écrivez un motif\u00a0: la personne le lira.", field="note")
    gone = {"submitted_at": None, "confirmed_at": None, "is_confirmed_tacitly": False, "approved_at": None}
    timesheet.move(TimesheetStatus.DRAFT, by=by, at=at, note=note.strip(), returned_at=at, **gone)


def _refuse_unless_in_charge(timesheet: Timesheet, by: User) -> None:
    if not by.is_coordinator:
        raise NotApprovable("Seule la coordination peut décider de ces heures.")
    if timesheet.employee.user_id == by.pk:
        raise NotApprovable(
            "Vous ne pouvez pas décider de vos propres heures\u00a0: une autre personne doit le faire."
        )
