"""A month of timesheets read at once, in a number of queries that does not depend on how many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from employees.models import Assignment, ContractTerms, Employee
from employees.planning import plan
from groupement.kernel.periods import Month
from members.access import today
from members.models import Member
from timesheets.approval import is_ready
from timesheets.contradicting import Contradiction, contradictions
from timesheets.credited import credited_minutes
from timesheets.models import (
    BY_PERSON_AND_MEMBER,
    Entry,
    Remark,
    StepKind,
    Timesheet,
    TimesheetStatus,
    TimesheetStep,
)
from timesheets.parting import A_DAY


@dataclass(frozen=True)
class DayRemark:
    """Why one day was contested or returned, and the minutes that the member counted, if it gave them."""

    day: date
    reason: str
    expected_minutes: int | None = None


@dataclass(frozen=True)
class SheetFigures:
    """A timesheet with its figures, the last step that brought it where it is, and what contradicts its hours.

    ``begun_by_day``: the minutes by the day on which the work began, as plans count them: a night is of one day.
    ``credited``: billed minutes that were credited since.
    """

    timesheet: Timesheet
    by_day: Mapping[date, int]
    planned_by_day: Mapping[date, int]
    member: Member | None = None
    last_step: TimesheetStep | None = None
    remarks: tuple[DayRemark, ...] = ()
    against: Sequence[Contradiction] = ()
    begun_by_day: Mapping[date, int] = field(default_factory=dict)
    credited: int = 0

    @property
    def employee(self) -> Employee:
        return self.timesheet.employee

    @cached_property
    def minutes(self) -> int:
        return sum(self.by_day.values())

    @cached_property
    def planned(self) -> int:
        return sum(self.planned_by_day.values())

    @property
    def weekly_minutes(self) -> int | None:
        """Of the person's contract, read with the person."""
        return getattr(self.employee, "weekly", None)

    @property
    def deviation(self) -> int:
        """Minutes above the plan, negative below."""
        return self.minutes - self.planned


@dataclass(frozen=True)
class MonthSheets:
    """The timesheets of ``month`` on the day ``on``; hours planned after ``on`` are not missing."""

    month: Month
    on: date
    lines: list[SheetFigures]
    unopened: list[Assignment]
    weekly_minutes: Mapping[int, int | None]
    filled_days: Mapping[int, set[date]] = field(default_factory=dict)
    fingerprint: str = "0"

    def days_since(self, line: SheetFigures) -> int:
        """Days since the hours of ``line`` were submitted."""
        return (self.on - timezone.localdate(line.timesheet.submitted_at)).days


def read_month(month: Month, *, on: date | None = None) -> MonthSheets:
    """Read ``month``: timesheets, entries, what contradicts them, plan, steps, remarks, assignments, contract hours."""
    day = on or today()
    sheets = list(_sheets(month))
    against = contradictions([sheet.pk for sheet, _ in sheets if sheet.billed_at is None], on=day)
    (minutes, begun), planned = _minutes(month), plan(month)
    steps, seen = _last_steps(month), None
    lines: list[SheetFigures] = []
    filled: dict[int, set[date]] = defaultdict(set)
    for sheet, member in sheets:
        step = steps.get(sheet.pk)
        # The plan counts once, however many supplements follow.
        expected = planned.get(sheet.assignment_id or 0, {}) if not sheet.supplement else {}
        remarks = _day_remarks(step) if step else ()
        figures = (sheet, minutes.get(sheet.pk, {}), expected, member, step, remarks)
        lines.append(
            SheetFigures(*figures, against.get(sheet.pk, ()), begun.get(sheet.pk, {}), sheet.credited)
        )
        filled[sheet.employee_id].update(lines[-1].by_day)
        seen = sheet
    return MonthSheets(
        month=month,
        on=day,
        lines=lines,
        unopened=_unopened(month),
        weekly_minutes={line.employee.pk: line.weekly_minutes for line in lines},
        filled_days=filled,
        fingerprint=_fingerprint_text(len(lines), seen) if seen else "0",
    )


class OfMonth(TypedDict):
    """What the reading of a month adds to a timesheet: the member’s id, the day before which the assignment ends, what
    was credited of its hours, the last step and change of the month.
    """

    at: int | None
    until: date | None
    credited: int
    last_step: int | None
    last_event: int | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    TimesheetOfMonth = WithAnnotations[Timesheet, OfMonth]


def _sheets(month: Month) -> Iterator[tuple[TimesheetOfMonth, Member | None]]:
    """Timesheets by name, each with its employee and where it was worked; a member or a person is read once."""
    sheets = Timesheet.objects.filter(month=month).annotate(
        at=F("assignment__member"),
        until=F("assignment__ends_before"),
        credited=credited_minutes(),
        **_last_changes(month),
    )
    ordered = sheets.defer("approved_at", "accepted_days").order_by(*BY_PERSON_AND_MEMBER)
    rows = cast("list[TimesheetOfMonth]", list(ordered))
    agreed = ContractTerms.objects.during(month).filter(contract__employee=OuterRef("pk"))
    people = Employee.objects.annotate(
        # Contract hours: those in force at the end of the month.
        weekly=Subquery(agreed.order_by("-starts_on", "-pk").values("weekly_minutes")[:1])
    ).in_bulk({row.employee_id for row in rows})
    members = Member.objects.in_bulk({row.at for row in rows if row.at})
    for row in rows:
        row.employee = people[row.employee_id]
        yield row, members.get(row.at or 0)


def to_approve(reading: MonthSheets, lines: Sequence[SheetFigures] | None = None) -> list[SheetFigures]:
    """What waits for the coordinator: confirmed by the member, or submitted at the group; of ``lines`` if given.

    Hours that other facts contradict are among what blocks.
    """
    chosen = reading.lines if lines is None else lines
    return [line for line in chosen if is_ready(line.timesheet) and not line.against]


def month_fingerprint(month: Month) -> str:
    """A text that changes with every step and every entry of the month. Two queries."""
    rows = Timesheet.objects.filter(month=month)
    last = rows.annotate(**_last_changes(month)).only("pk").order_by("pk").last()
    return _fingerprint_text(rows.count(), last) if last else "0"


def _last_changes(month: Month) -> dict[str, Subquery]:
    """The last step and the last change of an entry of the month, the same for all its timesheets."""
    steps = TimesheetStep.objects.filter(subject__month=month).order_by("-pk").values("pk")[:1]
    events = Entry.pgh_event_model.objects.filter(timesheet__month=month)  # type: ignore[attr-defined]
    return {"last_step": Subquery(steps), "last_event": Subquery(events.order_by("-pk").values("pk")[:1])}


def _fingerprint_text(count: int, row: Any) -> str:
    return f"{count}-{row.last_step or 0}-{row.last_event or 0}"


def sheet_title(timesheet: Timesheet) -> str:
    """How lists call a timesheet: whose, and where."""
    placed = timesheet.assignment
    return f"{timesheet.employee}, {placed.member if placed else 'au groupement'}"


def _minutes(month: Month) -> tuple[dict[int, dict[date, int]], dict[int, dict[date, int]]]:
    """Minutes by timesheet and day; and by timesheet and the day on which the work began.

    One row for each timesheet, whatever the number of its entries; and what goes on in the next month, if any.
    """
    rows = Entry.objects.filter(timesheet__month=month).order_by("timesheet").values("timesheet")
    spans = rows.annotate(
        days=ArrayAgg("day", order_by="pk"),
        each=ArrayAgg("minutes", order_by="pk"),
        late=ArrayAgg("goes_on_from_day_before", order_by="pk"),
        ends_at_midnight=BoolOr(Q(day=month.last, ended_at=time()), default=False),
    )
    totals: dict[int, dict[date, int]] = {}
    begun: dict[int, dict[date, int]] = {}
    nights = []
    fields = ("timesheet", "days", "each", "late", "ends_at_midnight")
    for timesheet, days, each, late, ends_at_midnight in spans.values_list(*fields):
        held, since = totals.setdefault(timesheet, {}), begun.setdefault(timesheet, {})
        for day, minutes, is_late in zip(days, each, late, strict=True):
            held[day] = held.get(day, 0) + minutes
            began = day - A_DAY if is_late else day
            if began in month:
                since[began] = since.get(began, 0) + minutes
        if ends_at_midnight:
            nights.append(timesheet)
    for timesheet, minutes in _next_mornings(month, nights) if nights else ():
        begun[timesheet][month.last] += minutes
    return totals, begun


def _next_mornings(month: Month, sheets: Collection[int]) -> Iterable[tuple[int, int]]:
    """By timesheet of ``month``, what the next month's one holds of its last night, in minutes."""
    evenings = Entry.objects.filter(
        Q(timesheet__assignment=OuterRef("timesheet__assignment")) | Q(timesheet__assignment__isnull=True),
        timesheet__in=sheets,
        timesheet__employee=OuterRef("timesheet__employee"),
        day=month.last,
        kind=OuterRef("kind"),
        ended_at=time(),
    )
    mornings = Entry.objects.filter(
        timesheet__month=month.next, day=month.before, goes_on_from_day_before=True
    )
    found = mornings.annotate(begun_in=Subquery(evenings.values("timesheet")[:1]))
    return found.filter(begun_in__isnull=False).order_by("pk").values_list("begun_in", "minutes")


def _last_steps(month: Month) -> dict[int, TimesheetStep]:
    """The last step of each timesheet that is not approved yet: of the others nobody is asked anything."""
    steps = TimesheetStep.objects.exclude(kind=StepKind.CHANGE)
    open_ones = steps.filter(subject__month=month, subject__approved_at=None)
    remarks = Remark.objects.filter(step=OuterRef("pk")).order_by("day", "pk")
    remark = JSONObject(day="day", reason="reason", expected_minutes="expected_minutes")
    latest = open_ones.order_by("subject", "-pk").distinct("subject")
    rows = latest.select_related("by").annotate(remarks_found=ArraySubquery(remarks.values(remark=remark)))
    return {step.subject_id: step for step in rows}


def _day_remarks(step: Any) -> tuple[DayRemark, ...]:
    """The remarks of a step that sent the timesheet back to its draft; none of other steps."""
    if step.target != TimesheetStatus.DRAFT:
        return ()
    return tuple(
        DayRemark(**{**remark, "day": date.fromisoformat(remark["day"])}) for remark in step.remarks_found
    )


def _unopened(month: Month) -> list[Assignment]:
    opened = Timesheet.objects.filter(month=month, assignment=OuterRef("pk"))
    placed = Assignment.objects.during(month).filter(~Exists(opened))
    return list(placed.select_related("employee", "member").order_by("employee", "pk"))
