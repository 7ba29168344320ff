"""Tables as spreadsheets write and read them: text, titles compared without accents, inert cells, and nothing else.

Text is UTF-8 (with or without its mark) or Windows-1252; cells are parted by semicolons, commas or tabs.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE

_RUNS_IN_A_SPREADSHEET = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Unreadable(Refusal):
    """The file is not the table that was asked for."""


def decode(data: bytes, *, what: str, largest: int, too_large: str) -> str:
    """The text of a CSV file that holds ``what`` ("la paie"). Raises Unreadable with the cure.

    ``largest`` is in bytes; ``too_large`` says what to do beyond.
    """
    if not data.strip():
        raise Unreadable(f"Le fichier est vide. Exportez de nouveau {what} au format CSV.")
    if len(data) > largest:
        raise Unreadable(too_large)
    if data[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
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
