"""The payroll file to fill in: our own layout, the month's people, their amounts if known."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Font

from billing.costing.columns import AMOUNTS, FIRST_NAME, LAST_NAME, NUMBER, TITLES
from billing.models import NEGATIVE, EmployerCost
from employees.models import Employee
from groupement.periods import Month
from groupement.tabular import inert
from timesheets.models import Timesheet

SAMPLE_TITLES = [TITLES[code] for code in (NUMBER, LAST_NAME, FIRST_NAME, *AMOUNTS)]
WIDTHS = (12, 20, 20, 12, 24, 12, 12)


def sample_rows(month: Month) -> Iterator[tuple[list[str], list[Decimal | None]]]:
    """Number and names, then the amounts as they are typed, of everybody with hours or a cost in ``month``."""
    known: dict[int, dict[str, Decimal]] = {}
    for cost in EmployerCost.objects.filter(month=month, kind__in=AMOUNTS).order_by("pk"):
        known.setdefault(cost.employee_id, {})[cost.kind] = (
            0 - cost.amount if cost.kind in NEGATIVE else cost.amount
        )
    staff = {*known, *Timesheet.objects.filter(month=month).values_list("employee", flat=True)}
    for person in Employee.objects.filter(pk__in=staff).by_name():
        names = [person.payroll_number, person.last_name, person.first_name]
        yield names, [known.get(person.pk, {}).get(kind) for kind in AMOUNTS]


def sample_workbook(month: Month) -> bytes:
    """The same as a workbook."""
    book = Workbook()
    sheet = book.active
    sheet.title = f"Paie {month}"
    sheet.append(SAMPLE_TITLES)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for names, amounts in sample_rows(month):
        sheet.append([*map(inert, names), *amounts])
    for row in sheet.iter_rows(min_row=2, min_col=4):
        for cell in row:
            cell.number_format = "#,##0.00"
    for number, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = width
    sheet.freeze_panes = "A2"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
