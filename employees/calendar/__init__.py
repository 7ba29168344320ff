"""Where everybody is, by week and by month: reading only, in the scope of who looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from employees.calendar.clashes import Clash, days_by_person, find
from employees.calendar.colleagues import colleagues
from employees.calendar.laying import (
    Balance,
    Cell,
    Head,
    Place,
    Row,
    by_member,
    by_person,
    heads,
    whole_weeks,
)
from employees.calendar.reading import Scope, gather
from employees.calendar.week import YEARS, Week, WeekConverter
from employees.limits import limits_between
from employees.models import Absence
from groupement.kernel.periods import Month

__all__ = [
    "YEARS",
    "Balance",
    "Calendar",
    "Cell",
    "Clash",
    "Head",
    "Place",
    "Row",
    "Scope",
    "Week",
    "WeekConverter",
    "colleagues",
    "month",
    "week",
]


@dataclass(frozen=True)
class Calendar:
    """Columns, rows of people or of members, what does not fit together, absences with their causes.

    Clashes are for the group; causes for the group and the person.
    """

    heads: list[Head]
    rows: list[Row]
    clashes: list[Clash]
    absences: list[Absence]

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def free(self) -> int:
        """Minutes of contracts that no member has yet; what one person has too much is no other's lack."""
        return sum(row.free for row in self.rows)


def week(week: Week, scope: Scope, *, members: bool = False) -> Calendar:
    """One week, by person, or by member when ``members``."""
    return _read(week.days, scope, members)


def month(month: Month, scope: Scope, *, members: bool = False) -> Calendar:
    """One month, read with the whole weeks that touch it, so that each has its balance."""
    return _read(month.days, scope, members)


def _read(days: Sequence[date], scope: Scope, members: bool) -> Calendar:
    first, before = whole_weeks(days)
    facts = gather(scope, first, before)
    found = []
    if scope.is_inside and scope.own is None:
        limits = limits_between(first, before)
        found = [clash for clash in find(facts, limits) if clash.first <= days[-1] and clash.last >= days[0]]
    rows = by_member(facts, days) if members else by_person(facts, days, days_by_person(found))
    away = [row for row in facts.absences if row.covers(days[0]) or days[0] < row.starts_on <= days[-1]]
    return Calendar(heads(facts, days), rows, found, away)
