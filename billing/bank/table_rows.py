"""The tables of a bank's file as numbered rows of texts: a text by each separator, a workbook sheet by sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from billing.bank.csv_layouts import CsvRow
from billing.bank.statement import LARGEST_FILE, MOST_OPERATIONS, TOO_LARGE, BadStatement
from groupement.kernel import table_files, tabular
from groupement.kernel.cells import NEARLY, cell_text
from groupement.kernel.money import cents
from groupement.kernel.tabular import PACKED, FileLimits

SEPARATORS = ";\t,"
TOO_MANY_ROWS = "Le relevé compte plus de 20\u202f000 lignes. Choisissez une période plus courte."
_LIMITS = FileLimits(
    what="le relevé",
    largest_text=LARGEST_FILE,
    text_too_large=TOO_LARGE,
    largest_workbook=LARGEST_FILE,
    workbook_too_large=TOO_LARGE,
    most_rows=MOST_OPERATIONS,
    too_many_rows=TOO_MANY_ROWS,
    no_rows="Ce classeur est vide. Téléchargez de nouveau le relevé.",
)


@dataclass(frozen=True)
class RowTable:
    """One way to read a file: its rows that are not blank. ``sheet``: the name of a sheet, which may be hidden."""

    rows: Sequence[CsvRow]
    sheet: str = ""
    is_hidden: bool = False


def is_workbook(data: bytes) -> bool:
    """Whether the file is a workbook, by its content."""
    return data[:4] == PACKED


def tables_of(data: bytes) -> list[RowTable]:
    """Every way to read the file. Raises Unreadable or BadStatement with the cure."""
    if data[:4] == tabular.OLD_WORKBOOK:
        raise BadStatement(
            "Ce classeur est protégé ou d’un format ancien (.xls). Enregistrez-le au format .xlsx, sans mot de passe."
        )
    if is_workbook(data):
        return [
            RowTable(
                [(number, [_text(cell) for cell in cells]) for number, cells in sheet.rows()],
                sheet.name,
                sheet.is_hidden,
            )
            for sheet in table_files.read_sheets(data, _LIMITS)
        ]
    text = tabular.decode(data, what="le relevé", largest=LARGEST_FILE, too_large=TOO_LARGE)
    return [RowTable(_rows(text, separator)) for separator in SEPARATORS]


def _text(cell: Any) -> str:
    """A cell of a workbook as a CSV would write it: a number to the cent where it is one."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        exact = Decimal(repr(cell))
        if exact.is_finite() and exact != exact.to_integral_value() and abs(exact - cents(exact)) <= NEARLY:
            return str(cents(exact))
        return f"{exact:f}" if exact.is_finite() and not isinstance(cell, int) else cell_text(cell)
    if isinstance(cell, (date, time)):
        return cell_text(cell)
    return tabular.written(cell_text(cell))


def _rows(text: str, separator: str) -> list[CsvRow]:
    """Numbered rows, blank ones left out. Banks leave quotes open in labels: such a file is read without quoting."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=separator,
            quoting=quoting,
            strict=quoting == csv.QUOTE_MINIMAL,
        )
        try:
            around = " \t\u00a0" if quoting == csv.QUOTE_MINIMAL else ' \t\u00a0"'
            rows = [(reader.line_num, [cell.strip(around) for cell in cells]) for cells in reader]
        except csv.Error:
            continue
        return [row for row in rows if any(row[1])]
    raise BadStatement("Ce fichier n’est pas un CSV. Exportez de nouveau le relevé au format CSV.")
