"""Lines that say the same twice: without times of the clock nobody can tell a copy from a second piece of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groupement.kernel.page_unit import spell_duration
from timesheets.importing.gathering import DayHours
from timesheets.importing.rows import HoursRow

COUNTED, NOT_COUNTED = "count", "leave"


@dataclass(frozen=True)
class TwinLine:
    """A line that says what another said before, and the decision if there is one: COUNTED or NOT_COUNTED."""

    line: int
    first: int
    row: HoursRow
    decision: str = ""

    @property
    def label(self) -> str:
        """ "Ligne 3, comme la ligne 2 : 7 h le 03/11/2026" """
        hours = spell_duration(self.row.seconds // 60)
        return f"Ligne {self.line}, comme la ligne {self.first}\u00a0: {hours} le {self.row.day:%d/%m/%Y}"

    @property
    def sentence(self) -> str:
        """What the person is asked, as a fault of the line."""
        return (
            f"ces heures sont déjà à la ligne {self.first}. Choisissez ci-dessus si elles comptent une seconde fois, "
            "ou ôtez la ligne."
        )


def twins_of(cell: DayHours, decisions: Mapping[str, str]) -> list[TwinLine]:
    """The lines of a day, place and kind that repeat an earlier one; ``decisions`` by the number of the line."""
    found: list[TwinLine] = []
    first: dict[tuple[object, ...], int] = {}
    for row in cell.rows:
        if row.clocked or not row.seconds:
            continue
        key = (row.seconds, row.note, row.unread)
        if key in first:
            found.append(TwinLine(row.line, first[key], row, decisions.get(str(row.line), "")))
        else:
            first[key] = row.line
    return found


def without(cell: DayHours, twins: list[TwinLine]) -> DayHours:
    """The hours of a day without the lines that were decided not to count."""
    dropped = {twin.line for twin in twins if twin.decision == NOT_COUNTED}
    rows = [row for row in cell.rows if row.line not in dropped]
    return DayHours(rows, is_interleaved=cell.is_interleaved)
