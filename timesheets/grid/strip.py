"""The months around the one shown, each with the state of its least advanced timesheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groupement.periods import Month
from timesheets.models import Timesheet

# From what needs somebody most to what needs nobody any more.
URGENCY = ["contested", "returned", "draft", "submitted", "confirmed", "approved", "invoiced"]
BEFORE, AFTER = 2, 1


@dataclass(frozen=True)
class Stage:
    """One month of the strip; no state when nothing was opened."""

    month: Month
    state: str
    state_label: str


def neighbours(month: Month) -> list[Month]:
    """Two months before ``month``, itself, and the one after."""
    return [month.shift(n) for n in range(-BEFORE, AFTER + 1)]


def stages(month: Month, sheets: Iterable[Timesheet]) -> list[Stage]:
    """The strip around ``month``, from the ``sheets`` of those months."""
    first: dict[Month, Timesheet] = {}
    for sheet in sorted(sheets, key=_urgency):
        first.setdefault(sheet.month, sheet)
    return [
        Stage(each, first[each].state, first[each].state_label) if each in first else Stage(each, "", "")
        for each in neighbours(month)
    ]


def _urgency(sheet: Timesheet) -> int:
    """Approved hours at the group ask nothing of anybody, and no invoice may ever hold them: they come last."""
    if sheet.assignment_id is None and sheet.state == "approved":
        return len(URGENCY)
    return URGENCY.index(sheet.state)
