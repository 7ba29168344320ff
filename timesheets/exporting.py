"""Hours out, as CSV or workbook, within the scope of who asks: numbers that sum exactly, text that stays text.

Minutes are whole numbers and sum exactly everywhere. A duration of a workbook is minutes / 1440, a day being 1, as
spreadsheets count time; hours carry every decimal that a spreadsheet keeps. Members read present, never a kind.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, localcontext
from typing import IO, Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from employees.models import Assignment, Employee, HoursEntry
from groupement.periods import Month, MonthFormField
from groupement.tabular import inert, printable
from groupement.worktime import DAY, HOUR
from members.access import current_seats
from members.models import Member, User
from timesheets.models import Entry, Kind, Timesheet, TimesheetStatus

ROWS_AT_ONCE = 2000
DIGITS = 17  # what a spreadsheet's own numbers hold, and one more
MARK = "\ufeff"
PRESENT = "présent"
DURATION = "[h]:mm"


@dataclass(frozen=True)
class Wanted:
    """Which hours: months from ``first`` to ``last`` included, of one person, at one member, in one state; or all."""

    first: Month | None = None
    last: Month | None = None
    person: Employee | None = None
    member: Member | None = None
    state: str = ""


class Filter(forms.Form):
    """Which hours to take out; the names are those of the address, so they are French."""

    de = MonthFormField(label="Du mois", required=False)
    a = MonthFormField(label="Au mois", required=False)
    personne = forms.ModelChoiceField(
        Employee.objects.none(), label="Personne", required=False, empty_label="Toutes"
    )
    adherent = forms.ModelChoiceField(
        Member.objects.none(), label="Adhérent", required=False, empty_label="Tous"
    )
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *TimesheetStatus.choices])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        placed = Assignment.objects.visible_to(user).values("member")
        self._choose("personne", Employee.objects.visible_to(user).by_name())
        self._choose("adherent", Member.objects.filter(pk__in=placed).by_name())

    def _choose(self, name: str, rows: QuerySet[Any]) -> None:
        """Nothing to choose from is nothing to ask."""
        field: Any = self.fields[name]
        field.queryset = rows
        found = list(rows)
        if len(found) < 2:
            del self.fields[name]
        else:
            field.choices = [("", field.empty_label), *((each.pk, str(each)) for each in found)]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("de"), self.cleaned_data.get("a")
        if first and last and last < first:
            self.add_error("a", "Le dernier mois vient avant le premier. Inversez-les.")
        return self.cleaned_data

    def wanted(self) -> Wanted:
        """The filters as entries() takes them."""
        data = self.cleaned_data
        return Wanted(
            data.get("de"), data.get("a"), data.get("personne"), data.get("adherent"), data.get("etat", "")
        )


@dataclass(frozen=True)
class Column:
    """One column: its title, what it holds of an entry, its number format and width in a workbook."""

    title: str
    value: Callable[[Entry], Any]
    number_format: str = ""
    width: int = 12


def entries(user: User, wanted: Wanted) -> QuerySet[Entry]:
    """The entries that ``user`` may see and wants, by person, day and place; everything a row says comes with it.

    Of a member's staff: those at their member, and none that the person is still writing for themselves alone.
    """
    found = Entry.objects.filter(timesheet__in=Timesheet.objects.visible_to(user))
    if not user.sees_every_member:
        theirs = Q(timesheet__employee__user=user)
        private = Q(
            timesheet__status=TimesheetStatus.DRAFT,
            timesheet__assignment__hours_entry=HoursEntry.EMPLOYEE,
        )
        found = found.filter(theirs | ~private)
    if wanted.first:
        found = found.filter(timesheet__month__gte=wanted.first)
    if wanted.last:
        found = found.filter(timesheet__month__lte=wanted.last)
    if wanted.person:
        found = found.filter(timesheet__employee=wanted.person)
    if wanted.member:
        found = found.filter(timesheet__assignment__member=wanted.member)
    if wanted.state:
        found = found.filter(timesheet__status=wanted.state)
    return found.select_related(
        "timesheet__employee", "timesheet__assignment__member", "entered_by"
    ).order_by(
        "timesheet__employee__last_name",
        "timesheet__employee__first_name",
        "timesheet__employee",
        "day",
        "timesheet",
        "kind",
        "pk",
    )


def columns(user: User) -> list[Column]:
    """What ``user`` may know of the entries in their scope; members neither kinds nor who typed nor payroll numbers."""
    person = Employee.objects.filter(user=user).values_list("pk", flat=True).first()
    knows = user.sees_every_member

    def kind(entry: Entry) -> str:
        is_known = knows or entry.timesheet.employee_id == person
        return Kind(entry.kind).label if is_known else PRESENT

    shown = [
        Column("matricule", lambda entry: entry.timesheet.employee.payroll_number),
        Column("personne", lambda entry: entry.timesheet.employee.full_name, width=26),
        Column("adhérent", _member, width=22),
        Column("référence de mise à disposition", _reference, width=18),
        Column("date", lambda entry: entry.day, "dd/mm/yyyy"),
        Column("nature", kind, width=22),
        Column("heures", lambda entry: _part(entry.minutes, DAY), DURATION),
        Column("heures décimales", lambda entry: _part(entry.minutes, HOUR), "0.00", 16),
        Column("minutes", lambda entry: entry.minutes, "0"),
        Column("début", lambda entry: entry.started_at, "hh:mm"),
        Column("fin", lambda entry: entry.ended_at, "hh:mm"),
        Column(
            "pause", lambda entry: _part(entry.break_minutes, DAY) if entry.started_at else None, DURATION
        ),
        Column("note", lambda entry: entry.note, width=30),
        Column("état", lambda entry: entry.timesheet.state_label),
        Column("saisi par", lambda entry: str(entry.entered_by or ""), width=22),
    ]
    if knows or (person and not current_seats(user).exists()):
        return shown
    return [column for column in shown if column.title not in ("matricule", "saisi par")]


def as_csv(user: User, wanted: Wanted) -> Iterator[str]:
    """The lines of a CSV file as French spreadsheets open it: marked UTF-8, semicolons, decimal commas."""
    held = [column for column in columns(user) if column.title != "heures décimales"]
    line = io.StringIO()
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.title for column in held])
    yield MARK + line.getvalue()
    for entry in entries(user, wanted).iterator(ROWS_AT_ONCE):
        line.seek(0)
        line.truncate()
        writer.writerow(
            [
                _french(_part(entry.minutes, HOUR) if column.title == "heures" else column.value(entry))
                for column in held
            ]
        )
        yield line.getvalue()


def as_workbook(user: User, wanted: Wanted) -> IO[bytes]:
    """The same as XLSX, open at its beginning: days, times and durations as spreadsheets count them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Heures")
    sheet.freeze_panes = "A2"
    held = columns(user)
    for number, column in enumerate(held, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_title(sheet, column.title) for column in held])
    for entry in entries(user, wanted).iterator(ROWS_AT_ONCE):
        sheet.append([_cell(sheet, column.value(entry), column.number_format) for column in held])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    book.save(file)
    file.seek(0)
    return file


def file_name(wanted: Wanted, suffix: str) -> str:
    """ "heures-2026-10-a-2026-11-aloen.xlsx" """
    months = [str(month) for month in (wanted.first, wanted.last) if month]
    parts = ["heures", "-a-".join(dict.fromkeys(months))]
    parts += [slugify(str(named)) for named in (wanted.person, wanted.member, wanted.state) if named]
    return f"{'-'.join(part for part in parts if part)}.{suffix}"


def _member(entry: Entry) -> str:
    placed = entry.timesheet.assignment
    return placed.member.short_name if placed else ""


def _reference(entry: Entry) -> str:
    placed = entry.timesheet.assignment
    return placed.reference if placed else ""


def _part(minutes: int, whole: int) -> Decimal:
    """``minutes`` as a part of an hour or a day, to the last digit that a spreadsheet keeps."""
    with localcontext() as context:
        context.prec = DIGITS
        return Decimal(minutes) / whole


def _french(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return inert(str(value)) if value is not None else ""


def _title(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any, number_format: str) -> WriteOnlyCell | None:
    if value in (None, ""):
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=printable(value))
        # Text, whatever it looks like: a formula is what openpyxl would make of "=".
        cell.data_type = "s"
        if inert(value) != value:
            cell.quotePrefix = True
        return cell
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = number_format
    return cell
