"""Minutes at each step by person or member: planned, entered, submitted, confirmed, approved, billed; the step bar."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypedDict

from django.db.models import Count

from groupement.kernel.french import counted
from groupement.kernel.periods import Month
from groupement.kernel.worktime import short_hours
from members.models import Member
from timesheets.approval import is_ready
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview.month_sheets import MonthSheets, SheetFigures

STEPS = ("Prévu", "Saisi", "Soumis", "Visé", "Approuvé", "Facturé")


@dataclass
class MinutesByStep:
    """Minutes at each step of the month; what was approved had been submitted and confirmed before."""

    planned: int = 0
    entered: int = 0
    submitted: int = 0
    confirmed: int = 0
    approved: int = 0
    billed: int = 0

    def add(self, line: SheetFigures) -> None:
        """Count one timesheet; at the group nobody confirms, so that its hours count as confirmed with the approval."""
        minutes, status = line.minutes, line.timesheet.status
        self.planned += line.planned
        self.entered += minutes
        if status == TimesheetStatus.DRAFT:
            return
        self.submitted += minutes
        if status == TimesheetStatus.SUBMITTED:
            return
        self.confirmed += minutes
        if status == TimesheetStatus.APPROVED:
            self.approved += minutes
        if line.timesheet.billed_at:
            self.billed += minutes - line.credited

    @property
    def figures(self) -> list[tuple[str, str]]:
        """The six figures as the table shows them, each with the name of its step."""
        each = (self.planned, self.entered, self.submitted, self.confirmed, self.approved, self.billed)
        return [(step, short_hours(minutes)) for step, minutes in zip(STEPS, each, strict=True)]


class SheetChip(TypedDict):
    """One timesheet in a row: where or whose, its hours, its state; plain texts, for there may be thousands."""

    pk: str
    label: str
    hours: str
    state: str
    state_label: str


@dataclass
class FunnelRow:
    """One person, or one member (None: at the group), with the timesheets and their minutes by step."""

    key: int
    label: str
    hint: str
    member: Member | None = None
    chips: list[SheetChip] = field(default_factory=list)
    minutes: MinutesByStep = field(default_factory=MinutesByStep)


def by_person(lines: Iterable[SheetFigures]) -> list[FunnelRow]:
    """A row for each person of ``lines``, in their order, with a chip for each place."""
    rows: dict[int, FunnelRow] = {}
    for line in lines:
        person = line.employee
        row = rows.get(person.pk) or rows.setdefault(
            person.pk, FunnelRow(person.pk, person.full_name, person.job)
        )
        row.chips.append(_sheet_chip(line, str(line.member) if line.member else "Au groupement"))
        row.minutes.add(line)
    return list(rows.values())


def by_member(lines: Iterable[SheetFigures]) -> list[FunnelRow]:
    """A row for each member of ``lines``, the oldest first and the group last, with a chip for each person."""
    rows: dict[int, FunnelRow] = {}
    for line in lines:
        key = line.member.pk if line.member else 0
        label = str(line.member) if line.member else "Au groupement"
        row = rows.get(key) or rows.setdefault(key, FunnelRow(key, label, "", line.member))
        row.chips.append(_sheet_chip(line, line.employee.full_name))
        row.minutes.add(line)
    return sorted(rows.values(), key=lambda row: (row.key == 0, row.key))


def sum_of_rows(rows: Iterable[FunnelRow]) -> MinutesByStep:
    """The sum of ``rows``."""
    summed = MinutesByStep()
    for row in rows:
        for name, minutes in vars(row.minutes).items():
            setattr(summed, name, getattr(summed, name) + minutes)
    return summed


def _sheet_chip(line: SheetFigures, label: str) -> SheetChip:
    sheet = line.timesheet
    extra = f" (complément {sheet.supplement})" if sheet.supplement else ""
    return {
        "pk": str(sheet.pk),
        "label": label + extra,
        "hours": short_hours(line.minutes),
        "state": sheet.state,
        "state_label": sheet.state_label.lower(),
    }


# Finance's steps: here only their end is known, when every timesheet is billed.
FINANCE_STEPS = ("Coûts", "Brouillons", "Émission")


@dataclass(frozen=True)
class MonthStep:
    """One step of the bar."""

    label: str
    note: str
    done: bool
    current: bool = False


def month_steps(reading: MonthSheets) -> list[MonthStep]:
    """The step bar of the month, with what each step still waits for: the first that is not done is the current one."""
    sheets = [line.timesheet for line in reading.lines]
    placed = [sheet for sheet in sheets if sheet.assignment_id]
    missing = sum(sheet.status == TimesheetStatus.DRAFT for sheet in sheets)
    visas = sum(sheet.status == TimesheetStatus.SUBMITTED for sheet in placed)
    unopened = len(reading.unopened)
    is_entered = bool(sheets) and not unopened and not missing
    is_approved = is_entered and all(sheet.status == TimesheetStatus.APPROVED for sheet in sheets)
    is_billed = bool(placed) and all(sheet.billed_at for sheet in placed)
    to_hand_in = [_left(unopened, "à ouvrir"), _left(missing, "à soumettre")]
    steps = [
        ("Heures", ", ".join(filter(None, to_hand_in)), is_entered),
        (
            "Visa des adhérents",
            counted(visas, "visa attendu") if visas else "",
            is_entered and all(sheet.confirmed_at for sheet in placed),
        ),
        ("Approbation", _left(sum(map(is_ready, sheets)), "à approuver"), is_approved),
        *((label, "", is_billed) for label in FINANCE_STEPS),
    ]
    current = next((label for label, _, done in steps if not done), None)
    return [MonthStep(label, note, done, label == current) for label, note, done in steps]


def _left(count: int, what: str) -> str:
    return f"{counted(count, 'relevé')} {what}" if count else ""


def billed_months(months: Collection[Month]) -> set[Month]:
    """Those of ``months`` in which every timesheet on an assignment is billed."""
    sheets = (
        Timesheet.objects.filter(month__in=months, assignment__isnull=False).values("month").order_by("month")
    )
    totals = sheets.annotate(total=Count("pk"), billed=Count("billed_at"))
    return {row["month"] for row in totals if row["total"] == row["billed"]}
