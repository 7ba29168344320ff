"""What goes out around an import: all faults of a file as CSV, and the sample that documents our own layout."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from groupement.tabular import inert
from timesheets.importing.layouts import COLUMNS
from timesheets.importing.rows import Fault

MARK = "\ufeff"
# Rows of the sample: one by the clock, one by its duration, one at the group; days and people are made up.
SAMPLE_NAMES = ("M001", "", "Maëlle Kerbrat")
SAMPLE_DAY = date(2026, 11, 3)


def report(faults: Iterable[Fault]) -> str:
    """Every fault as a line of CSV for French spreadsheets; what the file said is made inert."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["ligne", "colonne", "valeur", "erreur"])
    writer.writerows(
        [fault.line, inert(fault.column), inert(fault.told), inert(fault.message)] for fault in faults
    )
    return MARK + text.getvalue()


def sample_csv(member: str) -> str:
    """A file to fill in, as French spreadsheets open it; ``member`` is one that the reader knows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    writer.writerows([_french(value) for value in row] for row in _rows(member))
    return MARK + text.getvalue()


def sample_workbook(member: str) -> bytes:
    """The same as a workbook, with real days, times and durations."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Heures"
    sheet.append(list(COLUMNS.values()))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in _rows(member):
        sheet.append(row)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, date):
                cell.number_format = "dd/mm/yyyy"
            elif isinstance(cell.value, time):
                cell.number_format = "hh:mm"
    for number, width in enumerate((11, 26, 24, 18, 30, 12, 9, 9, 9, 9, 14, 30), start=1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = width
    sheet.freeze_panes = "A2"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _rows(member: str) -> list[list[Any]]:
    return [
        [*SAMPLE_NAMES, member, "", SAMPLE_DAY, Decimal("7"), time(9), time(17), time(1), "travail", ""],
        [
            *SAMPLE_NAMES,
            member,
            "",
            SAMPLE_DAY.replace(day=4),
            Decimal("3.5"),
            "",
            "",
            "",
            "travail",
            "matin",
        ],
        [*SAMPLE_NAMES, "", "", SAMPLE_DAY.replace(day=5), Decimal("7"), "", "", "", "formation", ""],
    ]


def _french(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return inert(str(value).replace(".", ",") if isinstance(value, Decimal) else str(value))
