"""Who may write in a timesheet, when it is locked, and who can unlock it."""

from __future__ import annotations

from employees.models import Assignment, Employee, HoursEntry
from groupement.lifecycle import Refusal
from members.access import can_write_for
from members.models import User
from timesheets.models import Timesheet, TimesheetStatus


class NotWritable(Refusal):
    """The person may not write in this timesheet."""


class Locked(Refusal):
    """The timesheet is no draft: somebody is reading it, or has accepted it."""


def may_write(user: User, timesheet: Timesheet) -> bool:
    """Whether ``user`` enters the hours of ``timesheet``, as the assignment says; the coordinator always may.

    One's own hours are entered as their employee or not at all: a seat at the member does not help.
    """
    return user.is_coordinator or may_enter(user, timesheet.employee, timesheet.assignment)


def may_enter(user: User, employee: Employee, assignment: Assignment | None) -> bool:
    """The same for a timesheet that does not exist yet; no assignment means "at the group"."""
    if employee.user_id == user.pk:
        return assignment is None or assignment.hours_entry != HoursEntry.MEMBER
    return (
        assignment is not None
        and assignment.hours_entry != HoursEntry.EMPLOYEE
        and can_write_for(user, assignment.member)
    )


def why_locked(timesheet: Timesheet) -> str:
    """Why the timesheet cannot be changed now and who can reopen it; empty for a draft."""
    if timesheet.status == TimesheetStatus.DRAFT:
        return ""
    return f"{timesheet.state_label}\u00a0: {how_to_reopen(timesheet)}."


def how_to_reopen(timesheet: Timesheet) -> str:
    """What unlocks the timesheet; empty for a draft."""
    if timesheet.billed_at:
        return "ce qui manque passe par un complément, que la coordination ouvre"
    return {
        TimesheetStatus.DRAFT: "",
        TimesheetStatus.SUBMITTED: "rappelez-le pour le corriger",
        TimesheetStatus.CONFIRMED: "la coordination peut le renvoyer",
        TimesheetStatus.APPROVED: "la coordination peut le rouvrir",
    }[TimesheetStatus(timesheet.status)]


def refuse_unless_writable(timesheet: Timesheet, by: User) -> None:
    """Raise Locked or NotWritable unless ``by`` may change the entries of ``timesheet`` now."""
    if not may_write(by, timesheet):
        raise NotWritable(whose_hand(timesheet))
    if timesheet.status != TimesheetStatus.DRAFT:
        raise Locked(f"{name(timesheet)} n’est plus modifiable. {why_locked(timesheet)}")


def name(timesheet: Timesheet) -> str:
    """How people call a timesheet: by its member and month."""
    where = str(timesheet.assignment.member) if timesheet.assignment else "absences et groupement"
    return f"Le relevé «\u00a0{where}\u00a0» {timesheet.month.of_label}"


def whose_hand(timesheet: Timesheet) -> str:
    """Who enters these hours, for somebody who may not."""
    if timesheet.assignment is None:
        return "Ces heures sont saisies par la personne ou par la coordination."
    if timesheet.assignment.hours_entry == HoursEntry.MEMBER:
        return f"Ces heures sont saisies par l’équipe de {timesheet.assignment.member}."
    if timesheet.assignment.hours_entry == HoursEntry.EMPLOYEE:
        return "Ces heures sont saisies par la personne elle-même."
    return f"Ces heures sont saisies par la personne ou par l’équipe de {timesheet.assignment.member}."
