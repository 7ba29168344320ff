"""Findings of the working-time rules, with their acknowledgements: all of some days, open ones, one's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Case, DateField, F, QuerySet, Sum, When
from django.db.models.functions import Cast, TruncWeek

from employees.limits import limits_between
from employees.models import Employee, TimeScheme
from employees.worktime_rules.calendar import EarlierSums, WorkCalendar, by_civil_day, monday_of
from employees.worktime_rules.facts import AT_GROUP, Finding, Severity, WorkingPerson, Workplace, WorkSpan
from employees.worktime_rules.findings import findings as find
from employees.worktime_rules.records import changes, people
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.periods import Month
from members.access import decides_on
from members.models import User
from members.roles import Role, only
from timesheets.models import ABSENCES, Acknowledgement, Entry, Kind
from timesheets.parting import A_DAY

# Rests begin before the first day, weeks end after the last one; averages go back for sixteen weeks.
WEEK, AHEAD, LOOKBACK = timedelta(days=7), timedelta(days=9), timedelta(weeks=16)
SUNDAY = 7


@dataclass(frozen=True)
class PersonCalendar:
    """One person and the merged calendar of all members."""

    employee: Employee
    calendar: WorkCalendar


def read_calendars(
    first: date, before: date, employees: Collection[int] | None = None
) -> dict[int, PersonCalendar]:
    """The calendars around the days from ``first`` to the day before ``before``, by employee id.

    Of everybody under contract then, or of those with these ids, in the order of names; drafts included, so that a
    finding appears at once. Hours long before are read as sums, since a year of everybody's entries would take long.
    Seven queries, however many people and days.
    """
    counted_from = monday_of(first) - WEEK
    since = min(date(first.year, 1, 1), counted_from - LOOKBACK)
    until = before + AHEAD
    known = people(since, until, employees)
    spans, leave = _spans(counted_from - WEEK, until, employees)
    weeks = _weeks(since, counted_from, employees)
    by_year = [pk for pk, (_, person) in known.items() if _counts_by_year(person)]
    days = _days(date(first.year, 1, 1), counted_from, by_year)
    limits, changed = limits_between(since, until), changes(first, before, employees)
    return {
        pk: PersonCalendar(
            employee,
            WorkCalendar(
                person,
                spans.get(pk, ()),
                limits,
                first,
                before,
                changes=changed.get(pk, ()),
                earlier=EarlierSums(weeks.get(pk, {}), days.get(pk, {})),
                counted_from=counted_from,
                credited=leave.get(pk),
            ),
        )
        for pk, (employee, person) in known.items()
    }


def _entries(first: date, before: date, employees: Collection[int] | None) -> QuerySet[Entry, Entry]:
    """What was entered on these days."""
    rows = Entry.objects.filter(
        # The month is what the timesheets are found by.
        timesheet__month__gte=Month.of(first),
        timesheet__month__lte=Month.of(before),
        day__gte=first,
        day__lt=before,
    )
    return rows if employees is None else rows.filter(timesheet__employee__in=employees)


def _work(first: date, before: date, employees: Collection[int] | None) -> QuerySet[Entry, Entry]:
    """Effective work; absences are none, downtime is: the person is at the group’s disposal (L3121-1)."""
    return _entries(first, before, employees).exclude(kind__in=ABSENCES)


LeaveByDay = dict[int, dict[date, int]]


def _spans(
    first: date, before: date, employees: Collection[int] | None
) -> tuple[dict[int, list[WorkSpan]], LeaveByDay]:
    """The work by employee, and the minutes of paid leave by day beside it."""
    rows = _entries(first, before, employees).exclude(kind__in=ABSENCES - {Kind.LEAVE}).order_by("day", "pk")
    found: dict[int, list[WorkSpan]] = defaultdict(list)
    leave: LeaveByDay = defaultdict(lambda: defaultdict(int))
    places: dict[tuple[int, int | None], Workplace] = {}
    for person, member, name, site, *span in rows.values_list(
        "timesheet__employee",
        "timesheet__assignment__member",
        "timesheet__assignment__member__short_name",
        "timesheet__assignment__site",
        *("day", "minutes", "kind", "started_at", "ended_at", "break_minutes"),
    ):
        place = AT_GROUP
        if member is not None:
            place = places.setdefault((member, site), Workplace(member, name, site))
        day, minutes, kind, *rest = span
        if kind == Kind.LEAVE:
            leave[person][day] += minutes
        else:
            found[person].append(WorkSpan(day, minutes, place, kind, *rest))
    return found, leave


def _weeks(first: date, before: date, employees: Collection[int] | None) -> dict[int, dict[date, int]]:
    """Minutes by employee and Monday; of nights from Sunday on, what lies in the next week is counted there."""
    first = monday_of(first)
    rows = _work(first, before, employees)
    sums: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    totals = rows.annotate(monday=TruncWeek("day")).order_by("timesheet__employee", "monday")
    for person, monday, minutes in totals.values_list("timesheet__employee", "monday").annotate(
        total=Sum("minutes")
    ):
        sums[person][monday] += minutes
    nights = rows.filter(day__iso_week_day=SUNDAY, ended_at__lt=F("started_at")).order_by("day", "pk")
    for person, *facts in nights.values_list(
        "timesheet__employee", "day", "minutes", "started_at", "ended_at", "break_minutes"
    ):
        _move_to_next_week(sums[person], before, facts)
    return sums


def _move_to_next_week(weeks: dict[date, int], before: date, facts: list[Any]) -> None:
    day, minutes, start, end, pause = facts
    night = WorkSpan(day, minutes, start=start, end=end, break_minutes=pause)
    (_, _), (monday, after) = by_civil_day(night)
    weeks[monday_of(day)] -= after
    # The week of ``before`` is counted from its spans, this one among them.
    if monday < before:
        weeks[monday] += after


def _days(first: date, before: date, employees: Collection[int]) -> Mapping[int, Mapping[date, int]]:
    """Minutes by employee and the day on which the work began: a night is one day of work, as it is in the calendar."""
    sums: dict[int, dict[date, int]] = defaultdict(dict)
    began = Case(When(goes_on_from_day_before=True, then=F("day") - A_DAY), default=F("day"))
    rows = _work(first, max(first, before) + A_DAY, employees).annotate(
        began=Cast(began, output_field=DateField())
    )
    rows = rows.filter(began__gte=first, began__lt=max(first, before)).order_by(
        "timesheet__employee", "began"
    )
    totals = rows.values_list("timesheet__employee", "began").annotate(total=Sum("minutes"))
    for person, day, minutes in totals:
        sums[person][day] = minutes
    return sums


def _counts_by_year(person: WorkingPerson) -> bool:
    return any(regime.scheme in (TimeScheme.ANNUALISED, TimeScheme.DAY_RATE) for regime in person.regimes)


# Beyond so many days, hours are listed by week.
MOST_DAYS = 14
ON_LEAVE = Workplace(None, "Congés payés")


@dataclass(frozen=True)
class WorkedPeriod:
    """What was worked on a day, or in a week when ``is_week``: minutes by place, the most first."""

    day: date
    is_week: bool
    minutes: int
    places: tuple[tuple[Workplace, int], ...] = ()


@dataclass(frozen=True)
class PersonFinding:
    """A finding of one person, with its acknowledgement if there is one."""

    employee: Employee
    finding: Finding
    calendar: WorkCalendar
    acknowledgement: Acknowledgement | None = None

    @cached_property
    def shares(self) -> tuple[WorkedPeriod, ...]:
        """The hours of the finding by day; by week when it runs over many weeks."""
        return _worked_periods(self.calendar, self.finding)

    @property
    def is_open(self) -> bool:
        """Whether it has to be acknowledged; for information only, it has not."""
        return self.acknowledgement is None and self.finding.severity != Severity.INFO

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
class FindingsPanel:
    """The open findings of a month at a glance: how many of each severity, the gravest first."""

    month: Month
    counts: tuple[tuple[Severity, int], ...]
    gravest: tuple[PersonFinding, ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.counts)


def person_findings(
    first: date, before: date, employees: Collection[int] | None = None
) -> list[PersonFinding]:
    """What the rules find on the days from ``first`` to the day before ``before``, with their acknowledgements.

    By person in the order of names, the newest first. Eight queries.
    """
    watched = read_calendars(first, before, employees)
    notes = _acknowledgements(first, before, watched)
    found: dict[tuple[int, str, date, int], PersonFinding] = {}
    for pk, person in watched.items():
        for finding in find(person.calendar):
            # Two changes of one day, announced as late: one thing to know.
            key = (pk, *finding.key)
            found.setdefault(key, PersonFinding(person.employee, finding, person.calendar, notes.get(key)))
    return list(found.values())


def open_findings(month: Month, employees: Collection[int] | None = None) -> list[PersonFinding]:
    """Those of ``month`` that are not acknowledged; those for information are left out."""
    return [each for each in person_findings(month.first, month.before, employees) if each.is_open]


def findings_panel(month: Month) -> FindingsPanel:
    """The open findings of everybody’s month, for the coordinator’s page."""
    waiting = open_findings(month)
    grave = sorted(
        waiting, key=lambda each: (_rank(each.finding.severity), -each.finding.day.toordinal(), each.id)
    )
    counts = [(each, sum(found.finding.severity == each for found in waiting)) for each in Severity]
    return FindingsPanel(month, tuple((each, count) for each, count in counts if count), tuple(grave[:5]))


def own_findings(employee: Employee, month: Month) -> list[PersonFinding]:
    """What the person reads of their own month; the notes of the coordination are not for them."""
    return [
        PersonFinding(each.employee, each.finding, each.calendar)
        for each in person_findings(month.first, month.before, [employee.pk])
    ]


def _acknowledgements(
    first: date, before: date, employees: Collection[int]
) -> dict[tuple[int, str, date, int], Acknowledgement]:
    rows = Acknowledgement.objects.filter(day__gte=first, day__lt=before, employee__in=employees)
    return {
        (row.employee_id, row.rule, row.day, row.measured): row
        for row in rows.select_related("by").order_by("pk")
    }


def _worked_periods(calendar: WorkCalendar, finding: Finding) -> tuple[WorkedPeriod, ...]:
    """The hours of the days concerned; a rest lies between two days of work, an average runs over weeks.

    Paid leave that was counted stands beside them, so that the hours make the figure.
    """
    length = (finding.before - finding.first).days
    if length > MOST_DAYS:
        mondays = [finding.first + timedelta(days=n) for n in range(0, length, 7)]
        return tuple(WorkedPeriod(each, True, calendar.weeks.get(each, 0)) for each in mondays)
    days: Sequence[date] = [finding.first + timedelta(days=n) for n in range(length)]
    leave = dict(finding.leave)
    return tuple(
        WorkedPeriod(
            day,
            False,
            calendar.minutes.get(day, 0) + leave.get(day, 0),
            (*calendar.shares(day, day + A_DAY), *([(ON_LEAVE, leave[day])] if day in leave else [])),
        )
        for day in days
        if day in calendar.minutes or day in leave
    )


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)


class NotAcknowledged(Refusal):
    """The person may not answer for these hours, wrote nothing, or the finding is no longer what was read."""


@transaction.atomic
def acknowledge(
    employee: Employee, rule: str, day: date, measured: int, *, note: str, by: User, at: datetime
) -> Acknowledgement:
    """Acknowledge a finding with a note on what follows; with other figures it is another finding.

    ``measured`` is what the person read: minutes, or days where the rule counts them. The coordinator or a deputy,
    never about themselves. Raises NotAcknowledged.
    """
    if not decides_on(by, employee.user_id):
        raise NotAcknowledged(only(Role.COORDINATOR, "répond aux alertes, et jamais aux siennes"))
    if not note.strip():
        raise NotAcknowledged(
            "Écrivez ce que vous en avez fait\u00a0: la note reste avec l’alerte.", field="note"
        )
    # Two people who answer at once: the second one waits, and reads that it was answered.
    still_there(Employee.objects.select_for_update(), employee.pk)
    key = {"employee": employee, "rule": rule, "day": day, "measured": measured}
    answered = Acknowledgement.objects.filter(**key).select_related("by").first()
    if answered:
        raise NotAcknowledged(f"{answered.by} a déjà répondu à cette alerte.")
    watched = read_calendars(day, day + timedelta(days=1), [employee.pk]).get(employee.pk)
    if watched is None or (rule, day, measured) not in {each.key for each in find(watched.calendar)}:
        raise NotAcknowledged("Les heures ont changé\u00a0: cette alerte n’existe plus. Relisez la liste.")
    return Acknowledgement.objects.create(**key, note=note.strip(), by=by, at=at)
