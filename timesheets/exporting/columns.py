"""What a row of an export says, and to whom: members read present, never a kind, a payroll number or who typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

from employees.models import Employee
from groupement.worktime import DAY, HOUR
from members.access import current_seats
from members.models import User
from timesheets.exporting.selecting import Line
from timesheets.models import Kind, Timesheet

DIGITS = 17  # what a spreadsheet's own numbers hold, and one more
PRESENT = "présent"
DURATION = "[h]:mm"
RESERVED = ("matricule", "saisi par")


@dataclass(frozen=True)
class Column:
    """One column: its title, what it holds of a line, its number format and width in a workbook."""

    title: str
    value: Callable[[Line], Any]
    number_format: str = ""
    width: int = 12


def columns(user: User) -> list[Column]:
    """What ``user`` may know of the entries in their scope; of their own, the kind too."""
    person = Employee.objects.filter(user=user).values_list("pk", flat=True).first()
    knows = user.sees_every_member
    labels = dict(Kind.choices)

    def kind(line: Line) -> str:
        return str(labels[line.kind]) if knows or line.employee == person else PRESENT

    shown = [
        Column("matricule", lambda line: line.payroll_number),
        Column("personne", lambda line: f"{line.first_name} {line.last_name}", width=26),
        Column("adhérent", lambda line: line.member, width=22),
        Column("référence de mise à disposition", lambda line: line.reference, width=18),
        Column("date", lambda line: line.day, "dd/mm/yyyy"),
        Column("nature", kind, width=22),
        Column("heures", lambda line: part(line.minutes, DAY), DURATION),
        Column("heures décimales", lambda line: part(line.minutes, HOUR), "0.00", 16),
        Column("minutes", lambda line: line.minutes),
        Column("début", lambda line: line.started_at, "hh:mm"),
        Column("fin", lambda line: line.ended_at, "hh:mm"),
        Column("pause", lambda line: part(line.break_minutes, DAY) if line.started_at else None, DURATION),
        Column("note", lambda line: line.note, width=30),
        Column("état", _state),
        Column("saisi par", lambda line: line.typist or line.typist_email, width=22),
    ]
    if knows or (person and not current_seats(user).exists()):
        return shown
    return [column for column in shown if column.title not in RESERVED]


@cache
def part(minutes: int, whole: int) -> Decimal:
    """``minutes`` as a part of an hour or a day, to the last digit that a spreadsheet keeps."""
    with localcontext() as context:
        context.prec = DIGITS
        return Decimal(minutes) / whole


def _state(line: Line) -> str:
    """The words of Timesheet.state_label, which says what a status means after a contest, a return or an invoice."""
    sheet = Timesheet(
        status=line.status,
        billed_at=line.billed_at,
        contested_at=line.contested_at,
        returned_at=line.returned_at,
    )
    return str(sheet.state_label)
