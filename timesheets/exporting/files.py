"""The files: CSV as French spreadsheets open it, and workbooks; a row at a time, nothing that a spreadsheet runs.

Minutes are whole numbers and sum exactly everywhere. A duration of a workbook is minutes / 1440, a day being 1, as
spreadsheets count time; hours carry every decimal that a spreadsheet keeps.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from typing import IO, Any

from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from groupement.tabular import inert, printable
from groupement.worktime import HOUR
from members.models import User
from timesheets.exporting.columns import Column, columns, part
from timesheets.exporting.selecting import Wanted, lines

MARK = "\ufeff"


def as_csv(user: User, wanted: Wanted) -> Iterator[str]:
    """The lines of a CSV file: marked UTF-8, semicolons, decimal commas."""
    held = [column for column in columns(user) if column.title != "heures décimales"]
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.title for column in held])
    yield MARK + written.getvalue()
    for line in lines(user, wanted):
        written.seek(0)
        written.truncate()
        # Text knows no duration: the hours are decimal there.
        hours = part(line.minutes, HOUR)
        writer.writerow(
            [_french(hours if column.title == "heures" else column.value(line)) for column in held]
        )
        yield written.getvalue()


def as_workbook(user: User, wanted: Wanted) -> IO[bytes]:
    """The same as XLSX, open at its beginning: days, times and durations as spreadsheets count them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Heures")
    sheet.freeze_panes = "A2"
    held = columns(user)
    for number, column in enumerate(held, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_title(sheet, column.title) for column in held])
    # A row is written as soon as it is appended: one cell with its format does for a whole column.
    cells = [_formatted(sheet, column) for column in held]
    for line in lines(user, wanted):
        sheet.append(
            [_filled(sheet, cell, column.value(line)) for cell, column in zip(cells, held, strict=True)]
        )
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


def _formatted(sheet: Any, column: Column) -> WriteOnlyCell:
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
    if inert(text) == text and not text.startswith("#"):
        return text
    # Text, whatever it looks like: openpyxl would make a formula of "=", an error of "#N/A".
    guarded = WriteOnlyCell(sheet)
    guarded.value, guarded.data_type, guarded.quotePrefix = text, "s", True
    return guarded
