"""The uploaded file of hours as a table: how large it may be, and what is said when it is not one."""

from __future__ import annotations

from groupement import tabular
from groupement.tabular import BROKEN, LARGEST_UNPACKED, Cells, Table

__all__ = [
    "BROKEN",
    "LARGEST_CSV",
    "LARGEST_UNPACKED",
    "LARGEST_WORKBOOK",
    "MOST_ROWS",
    "Cells",
    "Table",
    "read_table",
]

LARGEST_CSV = 12_000_000
LARGEST_WORKBOOK = 6_000_000
MOST_ROWS = 60_000
HOURS = tabular.Asked(
    what="les heures",
    largest_text=LARGEST_CSV,
    text_too_large="Le fichier dépasse 12 Mo. Découpez-le, par exemple un fichier par mois.",
    largest_workbook=LARGEST_WORKBOOK,
    workbook_too_large="Le classeur dépasse 6 Mo. Gardez la seule feuille des heures, ou découpez-la.",
    most_rows=MOST_ROWS,
    too_many_rows="Le fichier compte plus de 60\u202f000 lignes. Découpez-le, par exemple un fichier par mois, "
    "et importez chaque partie.",
    no_rows="Le fichier ne contient aucune ligne d’heures sous les titres. Complétez-le.",
)


def read_table(data: bytes) -> Table:
    """The table in an uploaded file, by its content, not by its name. Raises Unreadable with the cure."""
    return tabular.read_table(data, HOURS)
