"""The files: CSV as French spreadsheets open it, and workbooks; a row at a time, nothing that a spreadsheet runs.

Minutes are whole numbers and sum exactly everywhere. A duration of a workbook is minutes / 1440, a day being 1, as
spreadsheets count time; hours carry every decimal that a spreadsheet keeps.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, localcontext
from functools import cache
from typing import IO, Any, NamedTuple

from django import forms
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from employees.models import Assignment, Employee, HoursEntry
from groupement.kernel.periods import Month, MonthFormField
from groupement.kernel.tabular import BYTE_ORDER_MARK, csv_cell, inert, printable
from groupement.kernel.worktime import DAY, HOUR
from members.access import current_seats
from members.models import Member, User
from timesheets.models import Entry, Kind, Timesheet, TimesheetStatus
from timesheets.notes import readable_note

ROWS_AT_ONCE = 2000


class ExportRow(NamedTuple):
    """An entry with all that its row of the file may show; plain values, as there are tens of thousands."""

    day: date
    kind: str
    minutes: int
    started_at: time | None
    ended_at: time | None
    break_minutes: int
    goes_on: bool
    is_followed: bool
    note: str
    employee: int
    payroll_number: str
    first_name: str
    last_name: str
    member: str | None
    reference: str | None
    status: str
    billed_at: datetime | None
    contested_at: datetime | None
    returned_at: datetime | None
    supplement: int
    typist: str | None
    typist_email: str | None


FIELDS = (
    "day",
    "kind",
    "minutes",
    "started_at",
    "ended_at",
    "break_minutes",
    "goes_on_from_day_before",
    "is_followed",
    "words",
    "timesheet__employee",
    "timesheet__employee__payroll_number",
    "timesheet__employee__first_name",
    "timesheet__employee__last_name",
    "timesheet__assignment__member__short_name",
    "timesheet__assignment__reference",
    "timesheet__status",
    "timesheet__billed_at",
    "timesheet__contested_at",
    "timesheet__returned_at",
    "timesheet__supplement",
    "entered_by__name",
    "entered_by__email",
)


@dataclass(frozen=True)
class ExportChoice:
    """Which hours: months from ``first`` to ``last`` included, of one person, at one member, in one state; or all."""

    first: Month | None = None
    last: Month | None = None
    person: Employee | None = None
    member: Member | None = None
    state: str = ""


class ExportForm(forms.Form):
    """Which hours to export; the names are those of the address, so they are French."""

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

    def wanted(self) -> ExportChoice:
        """The filters as entries() takes them."""
        data = self.cleaned_data
        return ExportChoice(
            data.get("de"), data.get("a"), data.get("personne"), data.get("adherent"), data.get("etat", "")
        )


# An evening that ends at midnight and is written in one line with what goes on from it. Few are asked about.
_IS_FOLLOWED = Case(
    When(
        ended_at=time(),
        then=Exists(
            Entry.objects.filter(
                # Of one kind, both are at the group or neither is.
                Q(timesheet__assignment=OuterRef("timesheet__assignment"))
                | Q(timesheet__assignment__isnull=True),
                timesheet__employee=OuterRef("timesheet__employee"),
                day=OuterRef("day") + timedelta(days=1),
                kind=OuterRef("kind"),
                goes_on_from_day_before=True,
            )
        ),
    ),
    default=Value(False),
    output_field=BooleanField(),
)


def export_rows(user: User, wanted: ExportChoice) -> Iterator[ExportRow]:
    """The entries that ``user`` may see and wants, by person, day and place; one query, never all in memory."""
    found = visible_entries(user, wanted).annotate(is_followed=_IS_FOLLOWED, words=readable_note(user))
    found = found.order_by(
        "timesheet__employee__last_name",
        "timesheet__employee__first_name",
        "timesheet__employee",
        "day",
        "timesheet",
        "kind",
        "-goes_on_from_day_before",
    )
    return map(ExportRow._make, found.values_list(*FIELDS).iterator(ROWS_AT_ONCE))


def visible_entries(user: User, wanted: ExportChoice) -> QuerySet[Entry]:
    """Of a member's staff: those at their member, and none that the person is still writing for themselves alone."""
    found = Entry.objects.filter(timesheet__in=Timesheet.objects.visible_to(user))
    if not user.sees_every_member:
        theirs = Q(timesheet__employee__user=user)
        private = Q(
            timesheet__status=TimesheetStatus.DRAFT,
            timesheet__assignment__hours_entry=HoursEntry.EMPLOYEE,
        )
        found = found.filter(theirs | ~private)
    asked: dict[str, Any] = {
        "timesheet__month__gte": wanted.first,
        "timesheet__month__lte": wanted.last,
        "timesheet__employee": wanted.person,
        "timesheet__assignment__member": wanted.member,
        "timesheet__status": wanted.state,
    }
    return found.filter(**{name: value for name, value in asked.items() if value})


DIGITS = 17  # what a spreadsheet's own numbers hold, and one more
PRESENT = "présent"
IS_FOLLOWED, GOES_ON = "suite le lendemain", "suite de la veille"
DURATION = "[h]:mm"
INSIDER_COLUMNS = ("matricule", "saisi par")


@dataclass(frozen=True)
class ExportColumn:
    """One column: its title, what it holds of a line, its number format and width in a workbook."""

    title: str
    value: Callable[[ExportRow], Any]
    number_format: str = ""
    width: int = 12


@cache
def exact_part(minutes: int, whole: int) -> Decimal:
    """``minutes`` as a part of an hour or a day, with all digits that a spreadsheet stores."""
    with localcontext() as context:
        context.prec = DIGITS
        return Decimal(minutes) / whole


def visible_columns(user: User) -> list[ExportColumn]:
    """What ``user`` may know of the entries in their scope; of their own, the kind too."""
    person = Employee.objects.filter(user=user).values_list("pk", flat=True).first()
    knows = user.sees_every_member
    labels = dict(Kind.choices)

    def kind(line: ExportRow) -> str:
        return str(labels[line.kind]) if knows or line.employee == person else PRESENT

    shown = [
        ExportColumn("matricule", lambda line: line.payroll_number),
        ExportColumn("personne", lambda line: f"{line.first_name} {line.last_name}", width=26),
        ExportColumn("adhérent", lambda line: line.member, width=22),
        ExportColumn("référence de mise à disposition", lambda line: line.reference, width=18),
        ExportColumn("date", lambda line: line.day, "dd/mm/yyyy"),
        ExportColumn("nature", kind, width=22),
        ExportColumn("heures", lambda line: exact_part(line.minutes, DAY), DURATION),
        ExportColumn("heures décimales", lambda line: exact_part(line.minutes, HOUR), "0.00", 16),
        ExportColumn("minutes", lambda line: line.minutes),
        ExportColumn("début", lambda line: line.started_at, "hh:mm"),
        ExportColumn("fin", lambda line: line.ended_at, "hh:mm"),
        ExportColumn("pause", _break, DURATION),
        ExportColumn("note", lambda line: line.note, width=30),
        ExportColumn("état", _state),
        ExportColumn("complément", lambda line: line.supplement or None),
        ExportColumn("saisi par", lambda line: line.typist or line.typist_email, width=22),
        ExportColumn("passe minuit", _midnight, width=18),
    ]
    if knows or (person and not current_seats(user).exists()):
        return shown
    return [column for column in shown if column.title not in INSIDER_COLUMNS]


def _break(line: ExportRow, whole: int = DAY) -> Decimal | None:
    return exact_part(line.break_minutes, whole) if line.started_at else None


def _midnight(line: ExportRow) -> str | None:
    """Which of its two days a row of a night is of, so that both are read as the one line that they were."""
    if line.goes_on:
        return GOES_ON
    return IS_FOLLOWED if line.is_followed else None


# Text knows no duration: these are decimal hours there.
HOURS_OF_TEXT: Mapping[str, Callable[[ExportRow], Decimal | None]] = {
    "heures": lambda line: exact_part(line.minutes, HOUR),
    "pause": lambda line: _break(line, HOUR),
}


def _state(line: ExportRow) -> str:
    """The label of Timesheet.state, made from plain values."""
    sheet = Timesheet(
        status=line.status,
        billed_at=line.billed_at,
        contested_at=line.contested_at,
        returned_at=line.returned_at,
    )
    return str(sheet.state_label)


def as_csv(user: User, wanted: ExportChoice) -> Iterator[str]:
    """The lines of a CSV file: marked UTF-8, semicolons, decimal commas."""
    held = [column for column in visible_columns(user) if column.title != "heures décimales"]
    values = [HOURS_OF_TEXT.get(column.title) or column.value for column in held]
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.title for column in held])
    yield BYTE_ORDER_MARK + written.getvalue()
    for line in export_rows(user, wanted):
        written.seek(0)
        written.truncate()
        writer.writerow([csv_cell(value(line)) for value in values])
        yield written.getvalue()


def as_workbook(user: User, wanted: ExportChoice) -> IO[bytes]:
    """The same as XLSX, open at its beginning: days, times and durations as spreadsheets count them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Heures")
    sheet.freeze_panes = "A2"
    held = visible_columns(user)
    for number, column in enumerate(held, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_title(sheet, column.title) for column in held])
    # A row is written as soon as it is appended: one cell with its format does for a whole column.
    cells = [_formatted(sheet, column) for column in held]
    for line in export_rows(user, wanted):
        sheet.append(
            [_filled(sheet, cell, column.value(line)) for cell, column in zip(cells, held, strict=True)]
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    book.save(file)
    file.seek(0)
    return file


def file_name(wanted: ExportChoice, suffix: str) -> str:
    """ "heures-2026-10-a-2026-11-aloen.xlsx" """
    months = [str(month) for month in (wanted.first, wanted.last) if month]
    parts = ["heures", "-a-".join(dict.fromkeys(months))]
    parts += [slugify(str(named)) for named in (wanted.person, wanted.member, wanted.state) if named]
    return f"{'-'.join(part for part in parts if part)}.{suffix}"


def _title(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _formatted(sheet: Any, column: ExportColumn) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    if column.number_format:
        cell.number_format = column.number_format
    return cell


def _filled(sheet: Any, cell: WriteOnlyCell, value: Any) -> Any:
    """The cell of a column with its value; plain text and whole numbers need none."""
    if value in (None, ""):
        return None
    if isinstance(value, int):
        return value
    if not isinstance(value, str):
        cell.value = value
        return cell
    text = printable(value)
    if text.startswith("'"):
        # The mark of inert(): what begins with it is guarded by it, so that an import gives it back.
        return inert(text)
    if inert(text) == text and not text.startswith("#"):
        return text
    # Text, whatever it resembles: openpyxl would make a formula of "=", an error of "#N/A".
    guarded = WriteOnlyCell(sheet)
    guarded.value, guarded.data_type, guarded.quotePrefix = text, "s", True
    return guarded
