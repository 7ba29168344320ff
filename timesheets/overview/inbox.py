"""What waits for the coordination in one month: to approve, to settle, who is late, what blocks, who is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from employees.models import Absence
from groupement.kernel.templatetags.formats import day as spell_day
from members.access import decides_on
from members.models import User
from timesheets import settling
from timesheets.models import Timesheet
from timesheets.overview import blockers, departures, month_sheets
from timesheets.overview.awaited import Awaited, read_awaited
from timesheets.overview.blockers import WAITING_FOR_OTHERS, Blocker, BlockerKind
from timesheets.overview.departures import ApprovalBatch
from timesheets.overview.month_sheets import MonthSheets, SheetFigures
from timesheets.settling import OpenContest

DAYS_AHEAD = timedelta(days=14)
ABSENCES_SHOWN = 8


@dataclass(frozen=True)
class ContestedSheet:
    """A contest to settle: the timesheet, both counts, and whether the reader decides on it."""

    line: SheetFigures
    dispute: OpenContest
    decides: bool


@dataclass(frozen=True)
class KnownAbsence:
    """Who is away, why in a word, and on which days: "mardi 8 décembre", "du mardi 8 au vendredi 11 décembre"."""

    name: str
    kind: str
    days: str


@dataclass(frozen=True)
class Inbox:
    """The month's work in the order in which it is done; ``blocking`` are facts that neither side settles alone."""

    batch: ApprovalBatch
    disputed: list[ContestedSheet]
    awaited: Awaited
    blocking: list[Blocker]
    absences: list[KnownAbsence]

    @property
    def is_empty(self) -> bool:
        return not (self.batch.count or self.disputed or self.awaited.late or self.blocking)


def read_inbox(reading: MonthSheets, lines: Sequence[SheetFigures], user: User) -> Inbox:
    """Of ``lines``, in a number of queries that does not grow; the working time of who waits for approval is read."""
    by_pk = {line.timesheet.pk: line for line in lines}
    disputes = settling.read_contests(Timesheet.objects.filter(month=reading.month))
    disputed = [
        ContestedSheet(line, disputes[pk], decides_on(user, line.employee.user_id))
        for pk, line in by_pk.items()
        if pk in disputes
    ]
    found = [
        each
        for each in blockers.blockers(reading, lines)
        if each.timesheet is None
        or each.timesheet.pk not in disputes
        or each.kind == BlockerKind.CONTRADICTED
    ]
    return Inbox(
        departures.read_batch(reading, month_sheets.to_approve(reading, lines)),
        disputed,
        read_awaited(reading, found),
        [each for each in found if each.kind not in WAITING_FOR_OTHERS],
        _absences(reading, user),
    )


def _absences(reading: MonthSheets, user: User) -> list[KnownAbsence]:
    """Who is away today or soon."""
    known = Absence.objects.visible_to(user).filter(
        starts_on__lt=reading.on + DAYS_AHEAD, ends_before__gt=reading.on
    )
    rows = known.select_related("employee").order_by("starts_on", "pk")[:ABSENCES_SHOWN]
    return [
        KnownAbsence(each.employee.full_name, each.get_kind_display().lower(), _days(each)) for each in rows
    ]


def _days(absence: Absence) -> str:
    last = cast(date, absence.ends_before) - timedelta(days=1)  # an absence has an end
    if last == absence.starts_on:
        return spell_day(last)
    return f"du {spell_day(absence.starts_on)} au {spell_day(last)}"
