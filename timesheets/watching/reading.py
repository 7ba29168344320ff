"""Reading what people worked, over all their timesheets, as the calendars that the rules look at: seven queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncWeek

from employees.limits import limits_between
from employees.models import Employee, TimeScheme
from employees.worktime_rules import AT_GROUP, Calendar, Earlier, Person, Place, Span, by_civil_day, monday_of
from employees.worktime_rules.people import changes, people
from groupement.periods import Month
from timesheets.models import ABSENCES, Entry

# Rest before the first day and a whole week after the last one are looked at; averages go back for sixteen weeks.
WEEK, AHEAD, LOOKBACK = timedelta(days=7), timedelta(days=9), timedelta(weeks=16)
SUNDAY = 7


@dataclass(frozen=True)
class Watched:
    """One person and the merged calendar of all members."""

    employee: Employee
    calendar: Calendar


def read(first: date, before: date, employees: Collection[int] | None = None) -> dict[int, Watched]:
    """The calendars around the days from ``first`` to the day before ``before``, by employee id.

    Of everybody under contract then, or of those with these ids, in the order of names; drafts included: what arises is
    seen at once. Hours long before are read as sums, a year of everybody's would take long. Seven queries, whoever and
    however long it is.
    """
    counted_from = monday_of(first) - WEEK
    since = min(date(first.year, 1, 1), counted_from - LOOKBACK)
    until = before + AHEAD
    known = people(since, until, employees)
    spans = _spans(counted_from - WEEK, until, employees)
    weeks = _weeks(since, counted_from, employees)
    by_year = [pk for pk, (_, person) in known.items() if _counts_by_year(person)]
    days = _days(date(first.year, 1, 1), counted_from, by_year)
    limits, changed = limits_between(since, until), changes(first, before, employees)
    return {
        pk: Watched(
            employee,
            Calendar(
                person,
                spans.get(pk, ()),
                limits,
                first,
                before,
                changes=changed.get(pk, ()),
                earlier=Earlier(weeks.get(pk, {}), days.get(pk, {})),
                counted_from=counted_from,
            ),
        )
        for pk, (employee, person) in known.items()
    }


def _entries(first: date, before: date, employees: Collection[int] | None) -> QuerySet[Entry, Entry]:
    """Effective work; absences are none, downtime is: the person is at the group’s disposal (L3121-1)."""
    rows = Entry.objects.filter(
        # The month is what the timesheets are found by.
        timesheet__month__gte=Month.of(first),
        timesheet__month__lte=Month.of(before),
        day__gte=first,
        day__lt=before,
    ).exclude(kind__in=ABSENCES)
    return rows if employees is None else rows.filter(timesheet__employee__in=employees)


def _spans(first: date, before: date, employees: Collection[int] | None) -> dict[int, list[Span]]:
    rows = _entries(first, before, employees).order_by("day", "pk")
    found: dict[int, list[Span]] = defaultdict(list)
    places: dict[tuple[int, int | None], Place] = {}
    for person, member, name, site, *span in rows.values_list(
        "timesheet__employee",
        "timesheet__assignment__member",
        "timesheet__assignment__member__short_name",
        "timesheet__assignment__site",
        *("day", "minutes", "kind", "started_at", "ended_at", "break_minutes"),
    ):
        place = AT_GROUP
        if member is not None:
            place = places.setdefault((member, site), Place(member, name, site))
        day, minutes, *rest = span
        found[person].append(Span(day, minutes, place, *rest))
    return found


def _weeks(first: date, before: date, employees: Collection[int] | None) -> dict[int, dict[date, int]]:
    """Minutes by employee and Monday; of nights from Sunday on, what lies in the next week is counted there."""
    first = monday_of(first)
    rows = _entries(first, before, employees)
    sums: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    totals = rows.annotate(monday=TruncWeek("day")).order_by("timesheet__employee", "monday")
    for person, monday, minutes in totals.values_list("timesheet__employee", "monday").annotate(
        total=Sum("minutes")
    ):
        sums[person][monday] += minutes
    nights = rows.filter(day__iso_week_day=SUNDAY, ended_at__lt=F("started_at")).order_by("day", "pk")
    for person, *facts in nights.values_list(
        "timesheet__employee", "day", "minutes", "started_at", "ended_at"
    ):
        _move_the_end_of(sums[person], before, facts)
    return sums


def _move_the_end_of(weeks: dict[date, int], before: date, facts: list[Any]) -> None:
    day, minutes, start, end = facts
    (_, _), (monday, after) = by_civil_day(Span(day, minutes, start=start, end=end))
    weeks[monday_of(day)] -= after
    # The week of ``before`` is counted from its spans, this one among them.
    if monday < before:
        weeks[monday] += after


def _days(first: date, before: date, employees: Collection[int]) -> Mapping[int, Mapping[date, int]]:
    """Minutes by employee and day."""
    sums: dict[int, dict[date, int]] = defaultdict(dict)
    rows = _entries(first, max(first, before), employees).order_by("timesheet__employee", "day")
    for person, day, minutes in rows.values_list("timesheet__employee", "day").annotate(total=Sum("minutes")):
        sums[person][day] = minutes
    return sums


def _counts_by_year(person: Person) -> bool:
    return any(regime.scheme != TimeScheme.WEEKLY for regime in person.regimes)
