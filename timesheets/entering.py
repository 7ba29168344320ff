"""One gesture on the month grid: what was typed is kept, then handed over or taken back; all of it or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from employees.models import Employee
from groupement.periods import Month
from members.models import User
from timesheets import recording
from timesheets.day_rules import Days
from timesheets.locking import may_write
from timesheets.models import Timesheet, TimesheetStatus

# (assignment or None for "at the group", supplement): a timesheet that may not exist yet.
Place = tuple[int | None, int]


@dataclass(frozen=True)
class Entered:
    """How many entries changed and how many timesheets were submitted."""

    changed: int
    submitted: int


@transaction.atomic
def enter(
    employee: Employee,
    month: Month,
    changes: Mapping[Place, Days],
    *,
    recall: Place | None = None,
    submit: Collection[Place] = (),
    note: str = "",
    by: User,
    at: datetime,
) -> Entered:
    """Save ``changes``, opening the month of ``employee`` if nobody has; then recall one timesheet, submit others.

    Of ``submit`` those are handed over that are drafts which ``by`` may write; ``note`` answers a contest or a return
    and goes with the timesheets that had one. Raises what recording's acts raise; then nothing is done.
    """
    recording.open_month(month, at=at, employee=employee)
    rows = Timesheet.objects.filter(employee=employee, month=month)
    sheets = {
        (sheet.assignment_id, sheet.supplement): sheet
        for sheet in rows.select_related("employee", "assignment__member").order_by("pk")
    }
    changed = 0
    if changes:
        changed = recording.save_all({sheets[place]: days for place, days in changes.items()}, by=by, at=at)
    if recall is not None:
        recording.recall(sheets[recall], by=by, at=at)
    drafts = [
        sheets[place]
        for place in submit
        if sheets[place].status == TimesheetStatus.DRAFT and may_write(by, sheets[place])
    ]
    for sheet in drafts:
        answer = note if sheet.contested_at or sheet.returned_at else ""
        recording.submit(sheet, by=by, at=at, note=answer)
    return Entered(changed, len(drafts))
