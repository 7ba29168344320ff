"""The payroll file as a table: its text, its separator, its lines, its months; no figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from groupement import tabular
from groupement.periods import MONTHS, Month
from groupement.tabular import Unreadable, plain

__all__ = ["Unreadable", "decode", "plain", "read_month", "split"]

LARGEST_FILE = 1_000_000


def decode(data: bytes) -> str:
    """The text of a payroll file. Raises Unreadable with the cure."""
    return tabular.decode(
        data,
        what="la paie",
        largest=LARGEST_FILE,
        too_large="Le fichier dépasse 1 Mo. Un fichier de paie du mois est bien plus petit.",
    )


def split(text: str) -> tuple[str, list[str], Iterator[tuple[int, list[str]]]]:
    """The separator that the titles use, the titles, and the further lines with their numbers; no blank ones."""
    return tabular.split(text, what="la paie")


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
