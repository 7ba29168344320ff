"""An uploaded file as a table: a text, or a workbook (XLSX, Strict too, and OpenDocument), by its content.

Titles are searched among the first rows of each visible sheet, below a notice too. What a workbook packs is listed
before it is opened, and only what the limits allow is read, in a process of its own (reading_apart.py).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from groupement.kernel import open_document, workbook_file
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, quoted
from groupement.kernel.reading_apart import TOO_MUCH, read_apart
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

MOST_COLUMNS = 100
# Of all sheets together; a year of two hundred people has a quarter of it.
MOST_CELLS = 3_000_000
FIRST_ROWS = 30
# What rates a row that has all titles; a lower rate says how many of them it has.
COMPLETE = 1000
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?[ \t;,]*\r?\n", re.IGNORECASE)
SEPARATORS = ";,\t"
# How well a row answers for the titles: COMPLETE, or how many of them it has.
Rating = Callable[[Sequence[str]], int]


@dataclass
class TableSheet:
    """One sheet: its rows that are not blank, up to where ``fault`` says that the rest cannot be read."""

    name: str = ""
    is_hidden: bool = False
    separator: str = ""
    kept: list[NumberedRow] = field(default_factory=list)
    fault: Unreadable | None = None

    def rows(self) -> Iterator[NumberedRow]:
        """The rows, from the first. Raises Unreadable where the fault is."""
        yield from self.kept
        if self.fault is not None:
            raise self.fault


# A sheet and what reads its rows.
UnreadSheet = tuple[TableSheet, Callable[[], Iterator[NumberedRow]]]


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
    sheets: list[TableSheet] = read_apart(read_sheets, data, limits)
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


def read_sheets(data: bytes, limits: FileLimits) -> list[TableSheet]:
    """All sheets of a workbook; of a text one for each separator that may part its cells, the likeliest first.

    Raises Unreadable. Asks nothing of the database.
    """
    sheets = _workbook_sheets(data, limits) if data[:4] == PACKED else _text_sheets(data, limits)
    room = MOST_CELLS
    for sheet, rows in sheets:
        try:
            for number, cells in rows():
                room -= len(cells)
                if room < 0:
                    raise Unreadable(TOO_MUCH)
                sheet.kept.append((number, cells))
        except Unreadable as fault:
            if room < 0 or not sheet.separator:
                raise
            sheet.fault = fault  # the text may be sound with the next separator
        if sheet.separator:
            room = MOST_CELLS
    return [sheet for sheet, _ in sheets]


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


def _text_sheets(data: bytes, limits: FileLimits) -> list[UnreadSheet]:
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


def _text_sheet(text: str, separator: str, limits: FileLimits) -> UnreadSheet:
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

    # One row more than may be imported is enough to say that there are too many.
    most = limits.most_rows + FIRST_ROWS + 1
    return TableSheet(separator=separator), lambda: islice(rows(), most)


def _workbook_sheets(data: bytes, limits: FileLimits) -> list[UnreadSheet]:
    if len(data) > limits.largest_workbook:
        raise Unreadable(limits.workbook_too_large)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            workbook_file.refuse_what_is_packed(packed)
            if open_document.is_open_document(packed):
                return _open_document_sheets(packed, limits)
        # Rows that a workbook may skip or leave empty count too: its numbers come from outside.
        found = workbook_file.read_sheets(data, most_rows=3 * limits.most_rows, most_columns=MOST_COLUMNS)
    except workbook_file.UNSOUND as error:
        raise Unreadable(workbook_file.BROKEN) from error
    return [(TableSheet(sheet.name, sheet.is_hidden), sheet.each_row) for sheet in found]


def _open_document_sheets(packed: zipfile.ZipFile, limits: FileLimits) -> list[UnreadSheet]:
    if open_document.is_encrypted(packed):
        raise Unreadable("Ce classeur est protégé. Enregistrez-le sans mot de passe.")
    found = open_document.read_sheets(packed, most_rows=3 * limits.most_rows, most_columns=MOST_COLUMNS)
    return [(TableSheet(sheet.name, sheet.is_hidden), sheet.each_row) for sheet in found]
