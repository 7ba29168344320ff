"""Tables as spreadsheets write and read them: text, workbooks that are safe to open, titles compared, inert cells.

Text is UTF-8 (with or without its mark) or Windows-1252; cells are parted by semicolons, commas or tabs. A workbook is
opened after a look at what is packed in it, and only as far as its titles and the lines asked for go.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal

_RUNS_IN_A_SPREADSHEET = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

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


class Unreadable(Refusal):
    """The file is not the table that was asked for."""


@dataclass(frozen=True)
class Asked:
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
    rows: list[tuple[int, Cells]]
    separator: str = ""


def read_table(data: bytes, asked: Asked) -> Table:
    """The table in an uploaded file, by its content, not by its name. Raises Unreadable with the cure."""
    if data[:4] == OLD_WORKBOOK:
        raise Unreadable(
            "Ce classeur est protégé ou d’un format ancien (.xls). Enregistrez-le au format .xlsx, "
            "sans mot de passe."
        )
    separator, rows = ("", _from_workbook(data, asked)) if data[:4] == PACKED else _from_text(data, asked)
    kept: list[tuple[int, Cells]] = []
    for row in rows:
        if len(kept) > asked.most_rows:
            raise Unreadable(asked.too_many_rows)
        kept.append(row)
    if len(kept) < 2:
        raise Unreadable(asked.no_rows)
    titles = ["" if title is None else str(title).strip()[:80] for title in kept[0][1]]
    return Table(titles, kept[1:], separator)


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


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Without accents, case or doubled blanks: titles and names are compared so."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.replace("’", "'").casefold().replace("_", " ").split())


def inert(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula: an apostrophe before what would begin one."""
    kept = printable(text)
    return f"'{kept}" if _RUNS_IN_A_SPREADSHEET.match(kept.lstrip(" ")) else kept


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


def _from_text(data: bytes, asked: Asked) -> tuple[str, Iterator[tuple[int, Cells]]]:
    text = decode(data, what=asked.what, largest=asked.largest_text, too_large=asked.text_too_large)
    separator, titles, lines = split(text, what=asked.what)
    return separator, iter([(1, list(titles)), *((number, list(cells)) for number, cells in lines)])


def _from_workbook(data: bytes, asked: Asked) -> Iterator[tuple[int, Cells]]:
    if len(data) > asked.largest_workbook:
        raise Unreadable(asked.workbook_too_large)
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
            rows = sheet.iter_rows(max_row=3 * asked.most_rows, max_col=width, values_only=True)
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
    """A workbook is a ZIP: look at its list before anything is unpacked. Raises Unreadable."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Unreadable("Ce classeur contient des macros. Enregistrez-le au format .xlsx, sans macros.")
    # The reader below never takes more from a part than the list says, so a list that lies gains nothing.
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        raise Unreadable(
            "Ce classeur est bien plus gros une fois ouvert qu’il n’y paraît. Copiez les valeurs dans un classeur neuf."
        )
