"""Uploaded tables: a CSV or XLSX file as titles and rows, the layout of its columns, the faults of its lines.

Text is UTF-8 (with or without its mark) or Windows-1252; cells are parted by semicolons, commas or tabs. What a
workbook packs is listed before it is opened, and only its titles and the rows that the limits allow are read. What a
cell says is read by cells.py; the words of all imports are in docs/glossary.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from groupement.kernel.cells import plain
from groupement.kernel.french import NO_BREAK_SPACE, quoted
from groupement.kernel.lifecycle import Refusal

_RUNS_IN_A_SPREADSHEET = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

BYTE_ORDER_MARK = "\ufeff"
LARGEST_UNPACKED = 100_000_000
MOST_PARTS = 500
LAST_TITLE = 50
MOST_COLUMNS = 100
PACKED, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
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

Cells = list[Any]
# A row with the number by which a spreadsheet shows it.
NumberedRow = tuple[int, Cells]


class Unreadable(Refusal):
    """The file is not the table that was asked for."""


@dataclass(frozen=True)
class FileLimits:
    """What a file should hold ("la paie"), how much of it at most (bytes, rows), and the sentences that refuse more."""

    what: str
    largest_text: int
    text_too_large: str
    largest_workbook: int
    workbook_too_large: str
    most_rows: int
    too_many_rows: str
    no_rows: str


@dataclass(frozen=True)
class Table:
    """The titles, and the further rows with the number by which a spreadsheet shows them; blank ones left out.

    ``separator`` is what parts the cells of a text, nothing for a workbook.
    """

    titles: list[str]
    rows: list[NumberedRow]
    separator: str = ""


@dataclass(frozen=True)
class Layout:
    """Which columns of a table have a meaning: ``places`` from 0, several where a meaning is in several columns."""

    titles: Sequence[str]
    places: Mapping[str, tuple[int, ...]]

    @property
    def last(self) -> int:
        """The place of the last column that is read."""
        return max(place for places in self.places.values() for place in places)

    @cached_property
    def unread_places(self) -> tuple[int, ...]:
        """The places of columns that are not read."""
        read = {place for places in self.places.values() for place in places}
        return tuple(place for place in range(len(self.titles)) if place not in read)

    @property
    def ignored(self) -> list[str]:
        """The titles of columns that are not read."""
        return [self.titles[place] for place in self.unread_places if self.titles[place]]

    def has(self, meaning: str) -> bool:
        """Whether a column has this meaning."""
        return meaning in self.places

    def cells(self, meaning: str, row: Sequence[Any]) -> list[Any]:
        """The cells of a row that have this meaning; None for those that a short row does not have."""
        return [row[place] if place < len(row) else None for place in self.places.get(meaning, ())]

    def cell(self, meaning: str, row: Sequence[Any]) -> Any:
        """The first filled of these cells; None when there is none."""
        return next((cell for cell in self.cells(meaning, row) if cell not in (None, "")), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line of a file: its number, what to do, the column as the file calls it, what it says."""

    line: int
    sentence: str
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        where = f", colonne {quoted(self.column)}" if self.column else ""
        return f"Ligne {self.line}{where}{NO_BREAK_SPACE}: {self.sentence}"


def titles_digest(titles: Sequence[str], separator: str = "\n") -> str:
    """SHA-256 by which a stored layout is found again, whatever the accents or case of the titles."""
    return hashlib.sha256(separator.join(plain(title) for title in titles).encode()).hexdigest()


def read_table(data: bytes, limits: FileLimits) -> Table:
    """The table in an uploaded file, by its content, not by its name. Raises Unreadable with the cure."""
    if data[:4] == OLD_WORKBOOK:
        raise Unreadable(
            "Ce classeur est protégé ou d’un format ancien (.xls). Enregistrez-le au format .xlsx, "
            "sans mot de passe."
        )
    separator, rows = ("", _from_workbook(data, limits)) if data[:4] == PACKED else _from_text(data, limits)
    kept: list[NumberedRow] = []
    for row in rows:
        if len(kept) > limits.most_rows:
            raise Unreadable(limits.too_many_rows)
        kept.append(row)
    if len(kept) < 2:
        raise Unreadable(limits.no_rows)
    titles = ["" if title is None else str(title).strip()[:80] for title in kept[0][1]]
    return Table(
        titles, [(number, [_written(cell) for cell in cells]) for number, cells in kept[1:]], separator
    )


def _written(cell: Any) -> Any:
    return written(cell) if isinstance(cell, str) else cell


def decode(data: bytes, *, what: str, largest: int, too_large: str) -> str:
    """The text of a CSV file that holds ``what`` ("la paie"). Raises Unreadable with the cure.

    ``largest`` is in bytes; ``too_large`` says what to do beyond.
    """
    if not data.strip():
        raise Unreadable(f"Le fichier est vide. Exportez de nouveau {what} au format CSV.")
    if len(data) > largest:
        raise Unreadable(too_large)
    if data[:4] in {PACKED, OLD_WORKBOOK}:
        raise Unreadable("C’est un classeur de tableur. Enregistrez-le au format CSV, puis importez ce CSV.")
    if b"\x00" in data or data.startswith(b"%PDF"):
        raise Unreadable(f"Ce n’est pas un fichier de texte. Exportez {what} au format CSV (UTF-8).")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("L’encodage du fichier n’est pas reconnu. Enregistrez-le au format CSV (UTF-8).")


def split(text: str, *, what: str) -> tuple[str, list[str], Iterator[tuple[int, list[str]]]]:
    """The separator that the titles use, the titles, and the further lines with their numbers; no blank ones."""
    first = next(line for line in text.splitlines() if line.strip())
    separator = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = _numbered(reader, what)
    return separator, next(lines)[1], lines


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV that French spreadsheets open: marked UTF-8, semicolons, decimal commas, nothing that they run."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()


def csv_cell(value: Any) -> str:
    """A value as such a file writes it: 03/11/2026, 09:00, 7,5; a text made inert; nothing for None."""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return inert(str(value)) if value is not None else ""


def inert(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula: an apostrophe before what would begin one.

    Before what would begin one behind apostrophes too, so that written() gives every text back.
    """
    kept = printable(text)
    return f"'{kept}" if _RUNS_IN_A_SPREADSHEET.match(kept.lstrip("' ")) else kept


def written(text: str) -> str:
    """The text that inert() was given; other programs guard their files in the same way."""
    guarded = text.startswith("'") and _RUNS_IN_A_SPREADSHEET.match(text.lstrip("' "))
    return text[1:] if guarded else text


def printable(text: str) -> str:
    """``text`` without the control characters that a workbook cannot hold."""
    return _UNPRINTABLE.sub("", text)


def _numbered(reader: Iterator[list[str]], what: str) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = getattr(reader, "line_num", 0)
            raise Unreadable(
                f"Ligne {line}{NO_BREAK_SPACE}: guillemets mal fermés. Exportez de nouveau {what} au format CSV."
            ) from error
        if any(cell.strip() for cell in cells):
            yield getattr(reader, "line_num", 0), [cell.strip() for cell in cells]


def _from_text(data: bytes, limits: FileLimits) -> tuple[str, Iterator[NumberedRow]]:
    text = decode(data, what=limits.what, largest=limits.largest_text, too_large=limits.text_too_large)
    separator, titles, lines = split(text, what=limits.what)
    return separator, iter([(1, list(titles)), *((number, list(cells)) for number, cells in lines)])


def _from_workbook(data: bytes, limits: FileLimits) -> Iterator[NumberedRow]:
    if len(data) > limits.largest_workbook:
        raise Unreadable(limits.workbook_too_large)
    try:
        _refuse_what_is_packed(data)
        with warnings.catch_warnings():
            # Styles and validations that openpyxl does not know do not touch the values.
            warnings.simplefilter("ignore")
            # Values as the spreadsheet last computed them; external links stay where they are.
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says about its own size is not to be trusted
            width = _width(sheet)
            # Rows that a workbook may skip or leave empty count too: its numbers come from outside.
            rows = sheet.iter_rows(max_row=3 * limits.most_rows, max_col=width, values_only=True)
            for number, values in enumerate(rows, start=1):
                cells = [value.strip() if isinstance(value, str) else value for value in values]
                if any(cell not in (None, "") for cell in cells):
                    yield number, cells
    except _UNSOUND as error:
        raise Unreadable(BROKEN) from error


def _width(sheet: Any) -> int:
    """How many columns the titles take: what lies beyond is not read, sixty thousand times over."""
    for values in sheet.iter_rows(max_row=LAST_TITLE, max_col=MOST_COLUMNS, values_only=True):
        filled = [place for place, value in enumerate(values, start=1) if value not in (None, "")]
        if filled:
            return filled[-1]
    return 1


def _refuse_what_is_packed(data: bytes) -> None:
    """A workbook is a ZIP: its list of parts is checked before anything is unpacked. Raises Unreadable."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Unreadable("Ce classeur contient des macros. Enregistrez-le au format .xlsx, sans macros.")
    # The reader below never takes more from a part than the list says, so a list that lies gains nothing.
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        raise Unreadable(
            "Ce classeur est bien plus gros une fois ouvert qu’il n’y paraît. Copiez les valeurs dans un classeur neuf."
        )
