"""The months around the one shown, each with the state of its least advanced timesheet."""

from __future__ import annotations

from dataclasses import dataclass

from employees.models import Assignment, Employee
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


def strip(employee: Employee, month: Month, only: Assignment | None) -> list[Stage]:
    """Two months before ``month``, itself, and the one after; of one assignment, if given. One query."""
    months = [month.shift(n) for n in range(-BEFORE, AFTER + 1)]
    rows = Timesheet.objects.filter(employee=employee, month__in=months)
    if only is not None:
        rows = rows.filter(assignment=only)
    first: dict[Month, Timesheet] = {}
    for sheet in sorted(rows, key=lambda sheet: URGENCY.index(sheet.state)):
        first.setdefault(sheet.month, sheet)
    return [
        Stage(each, first[each].state, first[each].state_label) if each in first else Stage(each, "", "")
        for each in months
    ]
