"""The uploaded file as a table: titles and numbered rows, from CSV text or from a workbook that is safe to open."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from groupement import tabular
from groupement.tabular import Unreadable

LARGEST_CSV = 12_000_000
LARGEST_WORKBOOK = 6_000_000
LARGEST_UNPACKED = 100_000_000
MOST_PARTS = 500
MOST_ROWS = 60_000
# Rows that a workbook may skip or leave empty among those: its numbers come from outside.
LAST_ROW = 3 * MOST_ROWS
LAST_TITLE = 50
MOST_COLUMNS = 100
TOO_MANY = (
    "Le fichier compte plus de 60\u202f000 lignes. Découpez-le, par exemple un fichier par mois, "
    "et importez chaque partie."
)
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


@dataclass(frozen=True)
class Table:
    """The titles, and the further rows with the number by which a spreadsheet shows them; blank ones left out."""

    titles: list[str]
    rows: list[tuple[int, Cells]]


def read_table(data: bytes) -> Table:
    """The table in an uploaded file, by its content, not by its name. Raises Unreadable with the cure."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable(
            "Ce classeur est protégé ou d’un format ancien (.xls). Enregistrez-le au format .xlsx, "
            "sans mot de passe."
        )
    rows = _from_workbook(data) if data[:4] == b"PK\x03\x04" else _from_text(data)
    kept: list[tuple[int, Cells]] = []
    for row in rows:
        if len(kept) > MOST_ROWS:
            raise Unreadable(TOO_MANY)
        kept.append(row)
    if len(kept) < 2:
        raise Unreadable("Le fichier ne contient aucune ligne d’heures sous les titres. Complétez-le.")
    titles = ["" if title is None else str(title).strip()[:80] for title in kept[0][1]]
    return Table(titles, kept[1:])


def _from_text(data: bytes) -> Iterator[tuple[int, Cells]]:
    text = tabular.decode(
        data,
        what="les heures",
        largest=LARGEST_CSV,
        too_large="Le fichier dépasse 12 Mo. Découpez-le, par exemple un fichier par mois.",
    )
    _, titles, lines = tabular.split(text, what="les heures")
    yield 1, list(titles)
    yield from ((number, list(cells)) for number, cells in lines)


def _from_workbook(data: bytes) -> Iterator[tuple[int, Cells]]:
    if len(data) > LARGEST_WORKBOOK:
        raise Unreadable("Le classeur dépasse 6 Mo. Gardez la seule feuille des heures, ou découpez-la.")
    try:
        _refuse_what_is_packed(data)
        with warnings.catch_warnings():
            # Styles and validations that openpyxl does not know do not touch the hours.
            warnings.simplefilter("ignore")
            # Values as the spreadsheet last computed them; external links stay where they are.
            book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says about its own size is not to be trusted
            width = _width(sheet)
            rows = sheet.iter_rows(max_row=LAST_ROW, max_col=width, values_only=True)
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
    with zipfile.ZipFile(BytesIO(data)) as packed:
        parts = packed.infolist()
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Unreadable("Ce classeur contient des macros. Enregistrez-le au format .xlsx, sans macros.")
    # The reader below never takes more from a part than the list says, so a list that lies gains nothing.
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        raise Unreadable(
            "Ce classeur est bien plus gros une fois ouvert qu’il n’y paraît. Copiez les heures dans un classeur neuf."
        )
