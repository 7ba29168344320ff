"""An uploaded file as a table: a text, or a workbook (XLSX, Strict too, and OpenDocument), by its content.

Titles are searched among the first rows of each visible sheet, below a notice too. What a workbook packs is listed
before it is opened, and only what the limits allow is read.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from groupement.kernel import open_document
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, quoted
from groupement.kernel.tabular import (
    OLD_WORKBOOK,
    PACKED,
    FileLimits,
    NumberedRow,
    Table,
    Unreadable,
    decode,
    written,
)

LARGEST_UNPACKED = 100_000_000
MOST_PARTS = 500
MOST_COLUMNS = 100
FIRST_ROWS = 30
# What rates a row that has all titles; a lower rate says how many of them it has.
COMPLETE = 1000
BROKEN = "Ce classeur est abîmé ou n’est pas un classeur Excel. Enregistrez-le de nouveau au format .xlsx."
# What openpyxl and the parsers below it raise on files that are no workbooks; a SyntaxError is a fault of the XML.
_UNSOUND = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?[ \t]*\r?\n", re.IGNORECASE)
SEPARATORS = ";,\t"
# The names that Strict XLSX gives to what openpyxl knows by others.
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
)

# How well a row answers for the titles: COMPLETE, or how many of them it has.
Rating = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class TableSheet:
    """One sheet; ``rows`` reads those that are not blank, from the first."""

    rows: Callable[[], Iterator[NumberedRow]]
    name: str = ""
    is_hidden: bool = False
    separator: str = ""


@dataclass(frozen=True)
class _TitleRow:
    """Where titles may be: the sheet, how many rows come before them, the cells, and how they are rated."""

    sheet: TableSheet
    before: int
    titles: list[str]
    rate: int

    def has_rows(self) -> bool:
        """Whether anything follows."""
        return next(islice(self.sheet.rows(), self.before + 1, None), None) is not None


def read_table(data: bytes, limits: FileLimits, rate: Rating) -> Table:
    """The table in an uploaded file. Raises Unreadable with the cure."""
    if data[:4] == OLD_WORKBOOK:
        raise Unreadable(
            "Ce classeur est protégé ou d’un format ancien (.xls). Enregistrez-le au format .xlsx, "
            "sans mot de passe."
        )
    is_packed = data[:4] == PACKED
    sheets = _workbook_sheets(data, limits) if is_packed else _text_sheets(data, limits)
    found = _find_titles(sheets, limits, rate, is_text=not is_packed)
    last = max(place for place, title in enumerate(found.titles) if title) + 1
    kept: list[NumberedRow] = []
    for number, cells in islice(found.sheet.rows(), found.before + 1, None):
        if len(kept) >= limits.most_rows:
            raise Unreadable(limits.too_many_rows)
        width = last if is_packed else len(cells)
        row = [written(cell) if isinstance(cell, str) else cell for cell in cells[:width]]
        if any(cell not in (None, "") for cell in row):
            kept.append((number, row))
    if not kept:
        raise Unreadable(limits.no_rows)
    return Table(found.titles[:last] if is_packed else found.titles, kept, found.sheet.separator)


def _find_titles(
    sheets: Sequence[TableSheet], limits: FileLimits, rate: Rating, *, is_text: bool
) -> _TitleRow:
    """The row that has all titles, of one sheet that people see; else the one that has most of them."""
    best = [row for sheet in sheets if (row := _best_row(sheet, rate)) is not None]
    shown = [row for row in best if not row.sheet.is_hidden]
    complete = [row for row in shown if row.rate == COMPLETE]
    filled = [row for row in complete if row.has_rows()]
    if len(filled) > 1 and not is_text:
        names = enumeration(quoted(row.sheet.name) for row in filled)
        raise Unreadable(
            f"Plusieurs feuilles peuvent être importées{NO_BREAK_SPACE}: {names}. Gardez-en une par fichier."
        )
    hidden = [row for row in best if row.sheet.is_hidden and row.rate == COMPLETE and row.has_rows()]
    if hidden and not filled:
        raise Unreadable(
            f"La feuille {quoted(hidden[0].sheet.name)} est masquée. Affichez-la dans le tableur, "
            "enregistrez, puis envoyez de nouveau le classeur."
        )
    candidates = filled or complete or shown
    if not candidates:
        raise Unreadable(limits.no_rows)
    return max(candidates, key=lambda row: row.rate)


def _best_row(sheet: TableSheet, rate: Rating) -> _TitleRow | None:
    best: _TitleRow | None = None
    for before, (_, cells) in enumerate(islice(sheet.rows(), FIRST_ROWS)):
        titles = ["" if cell is None else str(cell).strip()[:80] for cell in cells]
        rated = rate(titles)
        if best is None or rated > best.rate:
            best = _TitleRow(sheet, before, titles, rated)
        if rated == COMPLETE:
            break
    return best


def _text_sheets(data: bytes, limits: FileLimits) -> list[TableSheet]:
    """The text by each separator that may part its cells, the likeliest first."""
    text = decode(data, what=limits.what, largest=limits.largest_text, too_large=limits.text_too_large)
    if match := _SEPARATOR_LINE.match(text):
        # Excel's own first line; a spreadsheet does not show it.
        return [_text_sheet(text[match.end() :], match[1], limits)]
    lines = [line for line in islice(io.StringIO(text), 3 * FIRST_ROWS) if line.strip()][:FIRST_ROWS]
    first = next((line for line in lines if any(each in line for each in SEPARATORS)), lines[0])
    likeliest = sorted(SEPARATORS, key=lambda each: -first.count(each))
    used = [each for each in likeliest if any(each in line for line in lines)] or likeliest[:1]
    return [_text_sheet(text, separator, limits) for separator in used]


def _text_sheet(text: str, separator: str, limits: FileLimits) -> TableSheet:
    def rows() -> Iterator[NumberedRow]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Unreadable(
                    f"Ligne {reader.line_num}{NO_BREAK_SPACE}: guillemets mal fermés. "
                    f"Exportez de nouveau {limits.what} au format CSV."
                ) from error
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]

    return TableSheet(rows, separator=separator)


def _workbook_sheets(data: bytes, limits: FileLimits) -> list[TableSheet]:
    if len(data) > limits.largest_workbook:
        raise Unreadable(limits.workbook_too_large)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _refuse_what_is_packed(packed)
            if open_document.is_open_document(packed):
                return _open_document_sheets(packed, limits)
            whole = _transitional(packed) if _STRICT in packed.read("xl/workbook.xml") else data
        with warnings.catch_warnings():
            # Styles and validations that openpyxl does not know do not touch the values.
            warnings.simplefilter("ignore")
            # Values as the spreadsheet last computed them; external links stay where they are.
            book = load_workbook(io.BytesIO(whole), read_only=True, data_only=True, keep_links=False)
        return [
            TableSheet(_workbook_rows(sheet, limits), sheet.title, sheet.sheet_state != "visible")
            for sheet in book.worksheets
        ]
    except _UNSOUND as error:
        raise Unreadable(BROKEN) from error


def _workbook_rows(sheet: Any, limits: FileLimits) -> Callable[[], Iterator[NumberedRow]]:
    def rows() -> Iterator[NumberedRow]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                sheet.reset_dimensions()  # what the file says about its own size is not to be trusted
            # Rows that a workbook may skip or leave empty count too: its numbers come from outside.
            found = sheet.iter_rows(max_row=3 * limits.most_rows, max_col=MOST_COLUMNS, values_only=True)
            for number, values in enumerate(found, start=1):
                cells = [value.strip() if isinstance(value, str) else value for value in values]
                if any(cell not in (None, "") for cell in cells):
                    yield number, cells
        except _UNSOUND as error:
            raise Unreadable(BROKEN) from error

    return rows


def _open_document_sheets(packed: zipfile.ZipFile, limits: FileLimits) -> list[TableSheet]:
    if open_document.is_encrypted(packed):
        raise Unreadable("Ce classeur est protégé. Enregistrez-le sans mot de passe.")
    found = open_document.read_sheets(packed, most_rows=3 * limits.most_rows, most_columns=MOST_COLUMNS)
    return [TableSheet(sheet.each_row, sheet.name, sheet.is_hidden) for sheet in found]


def _transitional(packed: zipfile.ZipFile) -> bytes:
    """A Strict workbook with the names that openpyxl knows; its parts are the same."""
    renamed = io.BytesIO()
    with zipfile.ZipFile(renamed, "w") as target:
        for part in packed.infolist():
            content = packed.read(part)
            for strict, transitional in _TRANSITIONAL:
                content = content.replace(strict, transitional)
            target.writestr(part.filename, content)
    return renamed.getvalue()


def _refuse_what_is_packed(packed: zipfile.ZipFile) -> None:
    """A workbook is a ZIP: its list of parts is checked before anything is unpacked. Raises Unreadable."""
    parts = packed.infolist()
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unreadable("Ce classeur contient des macros. Enregistrez-le au format .xlsx, sans macros.")
    # The readers never take more from a part than the list says, so a list that lies gains nothing.
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        raise Unreadable(
            "Ce classeur est bien plus gros une fois ouvert qu’il n’y paraît. Copiez les valeurs dans un classeur neuf."
        )
    if "xl/workbook.bin" in names or any(name.endswith(".iwa") for name in names):
        raise Unreadable(
            "Ce classeur est d’un format qui n’est pas lu (.xlsb, Numbers). Exportez-le au format .xlsx."
        )
