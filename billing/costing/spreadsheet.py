"""CSV as French spreadsheets write it: its encoding, its separator, its lines, its months; no figures.

Text is UTF-8 (with or without its mark) or Windows-1252; cells are parted by semicolons, commas or tabs.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE
from groupement.periods import MONTHS, Month

LARGEST_FILE = 1_000_000


class Unreadable(Refusal):
    """The file is not the CSV that was asked for."""


def decode(data: bytes) -> str:
    """The text of a file. Raises Unreadable with the cure."""
    if not data.strip():
        raise Unreadable("Le fichier est vide. Exportez de nouveau la paie au format CSV.")
    if len(data) > LARGEST_FILE:
        raise Unreadable("Le fichier dépasse 1 Mo. Un fichier de paie du mois est bien plus petit.")
    if data[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        raise Unreadable("C’est un classeur de tableur. Enregistrez-le au format CSV, puis importez ce CSV.")
    if b"\x00" in data or data.startswith(b"%PDF"):
        raise Unreadable("Ce n’est pas un fichier de texte. Exportez la paie au format CSV (UTF-8).")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("L’encodage du fichier n’est pas reconnu. Enregistrez-le au format CSV (UTF-8).")


def split(text: str) -> tuple[str, list[str], Iterator[tuple[int, list[str]]]]:
    """The separator that the titles use, the titles, and the further lines with their numbers; no blank ones."""
    first = next(line for line in text.splitlines() if line.strip())
    separator = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = _numbered(reader)
    return separator, next(lines)[1], lines


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    rows = reader
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            line = getattr(reader, "line_num", 0)
            raise Unreadable(
                f"Ligne {line}{NO_BREAK_SPACE}: guillemets mal fermés. Exportez de nouveau la paie au format CSV."
            ) from error
        if any(cell.strip() for cell in cells):
            yield getattr(reader, "line_num", 0), [cell.strip() for cell in cells]


def read_month(told: str) -> Month | None:
    """ "2026-11", "11/2026", "30/11/2026", "202611", "novembre 2026" """
    words = plain(told)
    names = {plain(name): rank for rank, name in enumerate(MONTHS, start=1)}
    patterns = (
        r"(?P<year>\d{4})[-/ ](?P<month>\d{1,2})(?:[-/]\d{1,2})?",
        r"(?:\d{1,2}[-/])?(?P<month>\d{1,2})[-/ ](?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<month>\d{2})",
        r"(?P<month>[a-z]+) (?P<year>\d{4})",
    )
    for pattern in patterns:
        if match := re.fullmatch(pattern, words):
            rank = names.get(match["month"]) or (int(match["month"]) if match["month"].isdigit() else 0)
            return Month(int(match["year"]), rank) if 1 <= rank <= 12 and int(match["year"]) > 0 else None
    return None


def plain(text: str) -> str:
    """Without accents, case or doubled blanks: titles and names are compared so."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.replace("’", "'").casefold().replace("_", " ").split())
