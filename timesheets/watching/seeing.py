"""Findings beside what was said of them: all of some days, those that wait, the month at a glance, one's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from employees.models import Employee
from employees.worktime_rules import Calendar, Finding, Place, Severity
from employees.worktime_rules import findings as find
from groupement.periods import Month
from timesheets.models import Acknowledgement
from timesheets.watching.reading import read

# Beyond so many days, they are told by the week.
MOST_DAYS = 14


@dataclass(frozen=True)
class Share:
    """What was worked on a day, or in a week when ``is_week``: minutes by place, the most first."""

    day: date
    is_week: bool
    minutes: int
    places: tuple[tuple[Place, int], ...] = ()


@dataclass(frozen=True)
class Seen:
    """A finding of one person, and who read it, if anybody did."""

    employee: Employee
    finding: Finding
    calendar: Calendar
    read: Acknowledgement | None = None

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """The hours it is about, by day; what runs over many weeks, by week."""
        return _shares(self.calendar, self.finding)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look at it; what is only good to know waits for nobody."""
        return self.read is None and self.finding.severity != Severity.INFO

    @property
    def is_week(self) -> bool:
        """Whether it is about a week or more, which the Monday names."""
        return self.finding.before - self.finding.first >= timedelta(days=7)

    @property
    def tone(self) -> str:
        """Its colour and icon."""
        return {Severity.WARNING: "warning", Severity.INFO: "info"}.get(self.finding.severity, "danger")

    @property
    def id(self) -> str:
        rule, day, measured = self.finding.key
        return f"alerte-{self.employee.pk}-{rule}-{day:%Y%m%d}-{measured}"


@dataclass(frozen=True)
class Panel:
    """The open findings of a month at a glance: how many of each severity, the gravest first."""

    month: Month
    counts: tuple[tuple[Severity, int], ...]
    gravest: tuple[Seen, ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.counts)


def findings(first: date, before: date, employees: Collection[int] | None = None) -> list[Seen]:
    """What the rules find on the days from ``first`` to the day before ``before``, with the notes that answer it.

    By person in the order of names, the newest first. Eight queries.
    """
    watched = read(first, before, employees)
    notes = _notes(first, before, watched)
    found: dict[tuple[int, str, date, int], Seen] = {}
    for pk, person in watched.items():
        for finding in find(person.calendar):
            # Two changes of one day, announced as late: one thing to know.
            key = (pk, *finding.key)
            found.setdefault(key, Seen(person.employee, finding, person.calendar, notes.get(key)))
    return list(found.values())


def open_findings(month: Month, employees: Collection[int] | None = None) -> list[Seen]:
    """Those of ``month`` that nobody has answered; what is only good to know is none of them."""
    return [seen for seen in findings(month.first, month.before, employees) if seen.is_open]


def panel(month: Month) -> Panel:
    """The open findings of everybody’s month, for the coordinator’s page."""
    waiting = open_findings(month)
    grave = sorted(
        waiting, key=lambda seen: (_rank(seen.finding.severity), -seen.finding.day.toordinal(), seen.id)
    )
    counts = [(each, sum(seen.finding.severity == each for seen in waiting)) for each in Severity]
    return Panel(month, tuple((each, count) for each, count in counts if count), tuple(grave[:5]))


def own(employee: Employee, month: Month) -> list[Seen]:
    """What the person reads of their own month; the notes of the coordination are not for them."""
    return [
        Seen(seen.employee, seen.finding, seen.calendar)
        for seen in findings(month.first, month.before, [employee.pk])
    ]


def _notes(
    first: date, before: date, employees: Collection[int]
) -> dict[tuple[int, str, date, int], Acknowledgement]:
    rows = Acknowledgement.objects.filter(day__gte=first, day__lt=before, employee__in=employees)
    return {
        (row.employee_id, row.rule, row.day, row.measured): row
        for row in rows.select_related("by").order_by("pk")
    }


def _shares(calendar: Calendar, finding: Finding) -> tuple[Share, ...]:
    """The hours of the days concerned; a rest lies between two days of work, an average runs over weeks."""
    length = (finding.before - finding.first).days
    if length > MOST_DAYS:
        mondays = [finding.first + timedelta(days=n) for n in range(0, length, 7)]
        return tuple(Share(each, True, calendar.weeks.get(each, 0)) for each in mondays)
    days: Sequence[date] = [finding.first + timedelta(days=n) for n in range(length)]
    return tuple(
        Share(day, False, calendar.minutes[day], calendar.shares(day, day + timedelta(days=1)))
        for day in days
        if day in calendar.minutes
    )


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)
