"""Prolonging the assignment of a timesheet to the last day on which it has hours."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from employees import prolonging
from employees.models import Assignment
from groupement.kernel.lifecycle import Refusal
from members.models import User
from timesheets.contradicting import ContradictionKind, contradictions
from timesheets.models import Timesheet


class NothingToProlong(Refusal):
    """The timesheet is of no assignment."""


@transaction.atomic
def prolong_assignment(timesheet: Timesheet, *, by: User, at: datetime) -> Assignment:
    """Prolong the assignment to the last day with hours outside it; without any it stays as it is: twice does no harm.

    Raises NotAssignable as employees.prolonging does, NothingToProlong for hours at the group itself.
    """
    assignment = timesheet.assignment
    if assignment is None:
        raise NothingToProlong(
            "Ces heures sont au groupement\u00a0: aucune mise à disposition n’est à prolonger."
        )
    found = contradictions([timesheet.pk], on=timezone.localdate(at)).get(timesheet.pk, [])
    days = [
        day for each in found if each.kind == ContradictionKind.NO_ASSIGNMENT for day in each.minutes_by_day
    ]
    if not days:
        return assignment
    return prolonging.prolong(assignment, through=max(days), by=by, at=at)
