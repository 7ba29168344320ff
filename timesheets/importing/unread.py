"""Lines of a file that are no hours to enter: breaks, totals, supplements, absences, kinds that were left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from groupement.kernel.cells import cell_text, plain
from timesheets.importing.layouts import LEFT_OUT, HoursFileLayout

# Lines that are no hours to enter, by why: how they are called, and what to know.
UNREAD = {
    "supplement": ("ligne de complément", "un complément se saisit sur sa page."),
    "break": ("ligne de pause", "une pause n’est pas du travail."),
    "total": ("ligne de total", "elle répète les heures des autres."),
    "left_out": ("ligne d’une nature à ne pas importer", "vous l’avez choisi avec les colonnes."),
    "absence": ("ligne de congé ou de jour férié", "notez l’absence dans la grille, avec sa nature."),
}
_PAUSES = {"break", "pause"}
_TOTALS = {
    "total",
    "totaux",
    "totals",
    "total general",
    "grand total",
    "somme",
    "sum",
    "sous-total",
    "subtotal",
}
# What a line of totals does not say.
_NAMED = (
    "payroll_number",
    "email",
    "person",
    "first_name",
    "last_name",
    "member",
    "project",
    "reference",
    "started",
)
# A group of an export of Odoo stands in its first column, with how many lines it has.
_GROUP_OF_ODOO = re.compile(r".+ \(\d+\)")
_ABSENT = {"time off", "timeoff", "holiday", "conge", "conges", "jour ferie", "absence"}


def why_unread(
    cells: Sequence[Any], layout: HoursFileLayout, before: Callable[[], Sequence[int]], *, is_last: bool
) -> str:
    """The key in UNREAD of a line that is no hours to enter; nothing for one that is.

    ``before`` gives the seconds of the lines that were read before it.
    """
    if layout.text("supplement", cells) not in ("", "0"):
        return "supplement"
    group = next((cell for cell in cells if cell not in (None, "")), "")
    if layout.program == "odoo" and _GROUP_OF_ODOO.fullmatch(cell_text(group)):
        return "total"
    if layout.cell("day", cells) is None and _is_total(cells, layout, before, is_last=is_last):
        return "total"
    if layout.kind_of(cells) == LEFT_OUT:
        return "left_out"
    sort = plain(layout.text("type", cells))
    if sort in _PAUSES:
        return "break"
    return "absence" if sort in _ABSENT else ""


def _is_total(
    cells: Sequence[Any], layout: HoursFileLayout, before: Callable[[], Sequence[int]], *, is_last: bool
) -> bool:
    """Whether a line without a day sums others up: by its name, or as the last one, of nobody and of as many hours."""
    texts = [plain(cell) for cell in cells if isinstance(cell, str) and cell]
    if any(text.rstrip(" :") in _TOTALS for text in texts):
        return True
    if not is_last or any(layout.text(column, cells) for column in _NAMED):
        return False
    stated = _stated_seconds(layout.cell("hours", cells))
    if stated is None and (minutes := _stated_seconds(layout.cell("minutes", cells))) is not None:
        stated = minutes // 60
    seconds = before()
    # Programs round each line to the minute, and their sum once.
    return stated is not None and abs(stated - sum(seconds)) <= 60 * len(seconds)


def _stated_seconds(value: Any) -> int | None:
    """A sum of hours, which may be more than a day."""
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return round(value * 3600)
    if match := re.fullmatch(r"(\d{1,6}):(\d\d)(?::(\d\d))?", cell_text(value)):
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    if match := re.fullmatch(r"(\d{1,6})(?:[.,](\d{1,9}))?", cell_text(value)):
        return round(float(f"{match[1]}.{match[2] or 0}") * 3600)
    return None
