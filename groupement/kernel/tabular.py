"""Tables from outside and to outside: titles and rows, the layout of columns, the faults of lines, the text of a CSV.

Files are read by table_files.py, what a cell says by cells.py; the words of all imports are in docs/glossary.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from groupement.kernel.cells import plain
from groupement.kernel.french import NO_BREAK_SPACE, quoted
from groupement.kernel.lifecycle import Refusal

_RUNS_IN_A_SPREADSHEET = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

BYTE_ORDER_MARK = "\ufeff"
# What stands for a sign whose bytes are damaged.
LOST = "\ufffd"
PACKED, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

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


# So much of a text tells whether it is UTF-16 that does not say so: every other byte of Latin letters is zero.
_BEGINNING = 200


def utf16_of(data: bytes) -> str:
    """Which UTF-16 ``data`` is written in, by its mark or its zeros; nothing for any other text."""
    if data.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        return "utf-16"
    if _has_zeros(data[1:_BEGINNING:2]):
        return "utf-16-le"
    return "utf-16-be" if _has_zeros(data[0:_BEGINNING:2]) else ""


def _has_zeros(half: bytes) -> bool:
    """Whether nearly every byte is zero; accented letters have none."""
    return len(half) > 1 and half.count(0) > 0.9 * len(half)


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
    if encoding := utf16_of(data):
        try:
            return data.decode(encoding).lstrip(BYTE_ORDER_MARK)
        except UnicodeDecodeError as error:
            raise Unreadable(f"Le fichier est abîmé. Exportez de nouveau {what}.") from error
    if b"\x00" in data or data.startswith(b"%PDF"):
        raise Unreadable(f"Ce n’est pas un fichier de texte. Exportez {what} au format CSV (UTF-8).")
    return _decoded(data)


def _decoded(data: bytes) -> str:
    """UTF-8, even with a byte that was cut; Windows-1252 where hardly anything is UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        damaged = data.decode("utf-8-sig", errors="replace")
    signs = Counter(sign == LOST for sign in damaged if not sign.isascii())
    if signs[False] > signs[True]:
        return damaged
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "L’encodage du fichier n’est pas reconnu. Enregistrez-le au format CSV (UTF-8)."
        ) from error


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
