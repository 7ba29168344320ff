"""Who may write in a timesheet, when it is locked, and who can unlock it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Subquery
from django.utils import timezone

from employees.models import Assignment, Employee, HoursEntry
from groupement.kernel.french import of, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from members.access import answers_for, decides_on
from members.models import Group, User
from timesheets.models import Timesheet, TimesheetStatus


class NotWritable(Refusal):
    """The person may not write in this timesheet."""


class Locked(Refusal):
    """The timesheet is no draft: somebody is reading it, or has accepted it."""


class Closed(Locked):
    """The days to enter that month are over."""


class NotBegun(Refusal):
    """The month has not begun: its hours are planned, not worked."""


def may_write(user: User, timesheet: Timesheet) -> bool:
    """Whether ``user`` enters the hours of ``timesheet``, as the assignment says; who coordinates always may.

    One's own hours are entered as their employee or not at all: neither a seat at the member nor the coordination
    helps. A deputy never enters those of whom they stand in for.
    """
    return decides_on(user, timesheet.employee.user_id) or may_enter(
        user, timesheet.employee, timesheet.assignment
    )


def may_enter(user: User, employee: Employee, assignment: Assignment | None) -> bool:
    """The same, coordination apart, for a timesheet that may not exist yet; no assignment means "at the group"."""
    if employee.user_id == user.pk:
        return assignment is None or assignment.hours_entry != HoursEntry.MEMBER
    return (
        assignment is not None
        and assignment.hours_entry != HoursEntry.EMPLOYEE
        and answers_for(user, assignment.member, employee.user_id)
    )


def with_grace_days(sheets: QuerySet[Timesheet]) -> QuerySet[Timesheet, Any]:
    """``sheets`` read together with the group's days of grace, which why_closed() asks for otherwise."""
    return sheets.annotate(grace_days=Subquery(_grace_days()))


def copy_grace_days(known: Timesheet, sheets: Iterable[Timesheet]) -> None:
    """Copy what with_grace_days() read with ``known`` to ``sheets``, which may not exist yet."""
    for sheet in sheets:
        sheet.__dict__["grace_days"] = known.__dict__["grace_days"]


def why_closed(timesheet: Timesheet, user: User, on: date) -> str:
    """Why the hours of a month that is over are not entered any more on that day; empty while they are.

    The group's days of grace: last month is open to its authors up to that day, then to the coordination alone; what
    is older is shut to all. What was contested, returned or reopened stays open, and so do supplements.
    """
    current = Month.of(on)
    if timesheet.month >= current or timesheet.contested_at or timesheet.returned_at or timesheet.supplement:
        return ""
    # Read with the timesheet by with_grace_days(), so that a save asks no more than it must.
    days = timesheet.grace_days if hasattr(timesheet, "grace_days") else _grace_days().first()
    if days is None:
        return ""
    if timesheet.month.shift(1) < current:
        return (
            f"la saisie {timesheet.month.of_label} est close. Soumettez-le tel quel\u00a0: "
            "la coordination le renverra s’il faut le corriger"
        )
    if on.day <= days or decides_on(user, timesheet.employee.user_id):
        return ""
    until = min(days, current.last.day)
    ended = f"s’est terminée le {long_date(current.first.replace(day=until))}" if until else "est terminée"
    return f"la saisie {timesheet.month.of_label} {ended}. La coordination peut encore la compléter"


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


def refuse_unless_writable(timesheet: Timesheet, by: User, at: datetime) -> None:
    """Raise NotWritable, Locked or Closed unless ``by`` may change the entries of ``timesheet`` at that moment."""
    if not may_write(by, timesheet):
        raise NotWritable(who_enters(timesheet))
    if timesheet.status != TimesheetStatus.DRAFT:
        raise Locked(f"{sheet_name(timesheet)} n’est plus modifiable. {why_locked(timesheet)}")
    refuse_closed(timesheet, by, at)


def refuse_closed(timesheet: Timesheet, by: User, at: datetime) -> None:
    """Raise Closed when the days to enter its month are over for ``by``."""
    if reason := why_closed(timesheet, by, timezone.localdate(at)):
        raise Closed(f"{sheet_name(timesheet)} n’est plus modifiable\u00a0: {reason}.")


def refuse_unless_begun(timesheet: Timesheet, at: datetime) -> None:
    """Raise NotBegun before the first day of its month: hours may be planned ahead, not handed over."""
    if timesheet.month.first > timezone.localdate(at):
        raise NotBegun(
            f"{sheet_name(timesheet)} ne se soumet qu’à partir du {long_date(timesheet.month.first)}\u00a0: "
            "le mois n’a pas commencé. Vos heures prévues sont gardées."
        )


def _grace_days() -> QuerySet[Group, Any]:
    return Group.objects.order_by("pk").values_list("entry_grace_days", flat=True)[:1]


def sheet_name(timesheet: Timesheet) -> str:
    """The subject of sentences about a timesheet: its member and month."""
    where = str(timesheet.assignment.member) if timesheet.assignment else "absences et groupement"
    return f"Le relevé {quoted(where)} {timesheet.month.of_label}"


def who_enters(timesheet: Timesheet) -> str:
    """The sentence on who enters these hours, for somebody who may not."""
    if timesheet.assignment is None:
        return "Ces heures sont saisies par la personne ou par la coordination."
    if timesheet.assignment.hours_entry == HoursEntry.MEMBER:
        return f"Ces heures sont saisies par l’équipe {of(str(timesheet.assignment.member))}."
    if timesheet.assignment.hours_entry == HoursEntry.EMPLOYEE:
        return "Ces heures sont saisies par la personne elle-même."
    return f"Ces heures sont saisies par la personne ou par l’équipe {of(str(timesheet.assignment.member))}."
