"""The payroll file as a table: text or workbook, its cells, its months, its amounts; no person, no kind of cost."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from groupement import tabular
from groupement.money import NO_BREAK_SPACE, cents, parse_amount
from groupement.periods import MONTHS, Month
from groupement.tabular import Table, Unreadable, plain

__all__ = ["Table", "Unreadable", "plain", "read_amount", "read_month", "read_table", "shown"]

LARGEST_FILE = 1_000_000
PAYROLL = tabular.Asked(
    what="la paie",
    largest_text=LARGEST_FILE,
    text_too_large="Le fichier dépasse 1 Mo. Un fichier de paie du mois est bien plus petit.",
    largest_workbook=LARGEST_FILE,
    workbook_too_large="Le classeur dépasse 1 Mo. Gardez la seule feuille de la paie du mois.",
    most_rows=5_000,
    too_many_rows="Le fichier compte plus de 5\u202f000 lignes. Importez la paie d’un seul mois.",
    no_rows="Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres.",
)
# A workbook keeps 0.1 + 0.2 as 0.30000000000000004: what is nearer to a cent than this is that cent.
NEARLY = Decimal("0.000001")


def read_table(data: bytes) -> Table:
    """The table in a payroll file. Raises Unreadable with the cure."""
    return tabular.read_table(data, PAYROLL)


def shown(value: Any) -> str:
    """A cell as text: a number of a workbook without its idle decimals, nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read_amount(value: Any) -> Decimal | None:
    """Euros in whole cents; None when the cell is empty. Raises ValueError with a sentence for the person."""
    if value is None or value == "":
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value)
    told = shown(value)
    if isinstance(value, (bool, date, datetime)):
        raise ValueError(f"«{NO_BREAK_SPACE}{told[:20]}{NO_BREAK_SPACE}» n’est pas un montant.")
    if told[0] in "=@":
        raise ValueError(
            f"«{NO_BREAK_SPACE}{told[:20]}{NO_BREAK_SPACE}» est une formule. Écrivez le montant."
        )
    return parse_amount(told[:40])


def read_month(told: Any) -> Month | None:
    """ "2026-11", "11/2026", "30/11/2026", "202611", "novembre 2026", or a date of a workbook."""
    if isinstance(told, date):
        return Month.of(told)
    words = plain(shown(told))
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


def _number(value: float) -> Decimal:
    exact = Decimal(repr(value))
    if not exact.is_finite():
        raise ValueError("le nombre de cette cellule n’est pas un montant.")
    rounded = cents(exact)
    if abs(exact - rounded) > NEARLY:
        told = str(exact).replace(".", ",")
        raise ValueError(
            f"«{NO_BREAK_SPACE}{told[:20]}{NO_BREAK_SPACE}» a plus de deux décimales{NO_BREAK_SPACE}: "
            "arrondissez au centime."
        )
    return rounded
