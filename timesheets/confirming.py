"""The member's word on a timesheet: confirm it, or contest days of it with a reason for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from groupement.lifecycle import Refusal
from groupement.templatetags.formats import day as spell_day
from members.access import can_write_for, written_for
from members.models import Group, User
from timesheets.models import Remark, Timesheet, TimesheetStatus

Contested = tuple[date, str, int | None]


class NotYours(Refusal):
    """Who asks may not answer for this member, or the hours are their own."""


class NothingToConfirm(Refusal):
    """A timesheet at the group, or one that has not been submitted."""


class NoReason(Refusal):
    """A day is contested without a word on why."""


@transaction.atomic
def confirm(timesheet: Timesheet, *, by: User, at: datetime) -> None:
    """The member says that these hours were worked.

    ``by`` holds a current seat that may write at the timesheet's member and is not the person whose hours these
    are. Raises NotYours, NothingToConfirm, StaleRow.
    """
    _refuse_stranger(timesheet, by)
    timesheet.move(TimesheetStatus.CONFIRMED, by=by, at=at, confirmed_at=at)


@transaction.atomic
def contest(
    timesheet: Timesheet, *, by: User, at: datetime, remarks: Sequence[Contested], note: str = ""
) -> None:
    """The member disagrees on some days: the timesheet is a draft again, and the person reads why.

    ``remarks`` are (day, reason, minutes that the member counted or None). Raises NotYours, NothingToConfirm,
    NoReason, StaleRow.
    """
    _refuse_stranger(timesheet, by)
    if not remarks:
        raise NoReason("Indiquez au moins un jour à contester.")
    timesheet.move(
        TimesheetStatus.DRAFT, by=by, at=at, note=note, submitted_at=None, confirmed_at=None, contested_at=at
    )
    write_remarks(timesheet, remarks)


def may_answer(user: User, timesheet: Timesheet) -> bool:
    """Whether ``user`` may confirm or contest ``timesheet`` once it is submitted."""
    assignment = timesheet.assignment
    return (
        assignment is not None
        and timesheet.employee.user_id != user.pk
        and can_write_for(user, assignment.member)
    )


def awaiting(user: User) -> QuerySet[Timesheet]:
    """The submitted timesheets that ``user`` may confirm or contest, the longest waiting first."""
    submitted = Timesheet.objects.filter(
        status=TimesheetStatus.SUBMITTED, assignment__member__in=written_for(user)
    )
    return submitted.exclude(employee__user=user).order_by("submitted_at", "pk")


def due_on(timesheet: Timesheet, group: Group) -> date:
    """The last day to answer: the group’s delay after the hours were submitted."""
    return timezone.localdate(timesheet.submitted_at) + timedelta(days=group.confirmation_days)


def write_remarks(timesheet: Timesheet, remarks: Sequence[Contested]) -> None:
    """Hang ``remarks`` on the step just made. Raises NoReason when a day has no reason or is of another month."""
    faults = [
        f"{spell_day(day).capitalize()}\u00a0: dites pourquoi."
        if day in timesheet.month
        else f"{spell_day(day).capitalize()} n’est pas dans ce mois."
        for day, reason, _ in remarks
        if not reason.strip() or day not in timesheet.month
    ]
    if faults:
        raise NoReason("Donnez un motif pour chaque jour contesté.", errors=faults)
    step = timesheet.steps.latest("pk")
    Remark.objects.bulk_create(
        Remark(step=step, day=day, reason=reason.strip(), expected_minutes=minutes)
        for day, reason, minutes in remarks
    )


def _refuse_stranger(timesheet: Timesheet, by: User) -> None:
    if timesheet.assignment is None:
        raise NothingToConfirm("Les heures au groupement ne passent pas par le visa d’un adhérent.")
    if timesheet.employee.user_id == by.pk:
        raise NotYours("Vous ne pouvez pas viser vos propres heures\u00a0: une autre personne doit le faire.")
    if not may_answer(by, timesheet):
        raise NotYours(f"Seule l’équipe de {timesheet.assignment.member} peut viser ces heures.")
    if timesheet.status != TimesheetStatus.SUBMITTED:
        raise NothingToConfirm(
            "Ces heures ne sont pas à viser\u00a0: elles ne sont pas soumises, ou elles ont déjà été visées."
        )
