"""How far the month’s close has come, as its step bar shows it: hours, confirmation, approval, then billing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from groupement.periods import Month
from groupement.worktime import short_hours
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview.reading import MonthReading

# Finance's steps: from here only their end is known, when an invoice has sealed every timesheet.
LATER = ("Coûts", "Brouillons", "Émission")


@dataclass(frozen=True)
class Stage:
    """One step of the bar."""

    label: str
    note: str
    done: bool
    current: bool = False


def stages(reading: MonthReading) -> list[Stage]:
    """The bar of ``reading.month``: the first step that is not done is the current one."""
    sheets = [line.timesheet for line in reading.lines]
    placed = [sheet for sheet in sheets if sheet.assignment_id]
    entered = sum(line.minutes for line in reading.lines)
    planned = sum(line.planned for line in reading.lines)
    confirmed = sum(1 for sheet in placed if sheet.confirmed_at)
    approved = sum(1 for sheet in sheets if sheet.status == TimesheetStatus.APPROVED)
    is_entered = bool(sheets) and not reading.unopened
    is_entered = is_entered and all(sheet.status != TimesheetStatus.DRAFT for sheet in sheets)
    is_billed = bool(placed) and all(sheet.billed_at for sheet in placed)
    steps = [
        ("Heures", f"{short_hours(entered)}\u00a0h sur {short_hours(planned)}", is_entered),
        ("Visa des adhérents", f"{confirmed} sur {len(placed)}", is_entered and confirmed == len(placed)),
        ("Approbation", f"{approved} sur {len(sheets)}", is_entered and approved == len(sheets)),
        *((label, "", is_billed) for label in LATER),
    ]
    current = next((label for label, _, done in steps if not done), None)
    return [Stage(label, note, done, label == current) for label, note, done in steps]


def billed_months(months: Collection[Month]) -> set[Month]:
    """Those of ``months`` whose every timesheet on an assignment is held by an invoice."""
    sheets = (
        Timesheet.objects.filter(month__in=months, assignment__isnull=False).values("month").order_by("month")
    )
    totals = sheets.annotate(total=Count("pk"), billed=Count("billed_at"))
    return {row["month"] for row in totals if row["total"] == row["billed"]}
