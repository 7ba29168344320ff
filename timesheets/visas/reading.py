"""What waits for the answer of one person at their members, with the days that depart; and what they just confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from groupement.kernel.periods import Month
from members.access import answers_by
from members.models import Group, Seat, User
from timesheets.answer_delay import read_delays
from timesheets.confirming import TAKE_BACK_WITHIN
from timesheets.models import BY_PERSON_AND_MEMBER, StepKind, Timesheet, TimesheetStatus, TimesheetStep
from timesheets.sheet.days import days_of_many
from timesheets.sheet.forms import OneOfSeveral

DRAFTS_SHOWN = 30


@dataclass(frozen=True)
class SheetToConfirm:
    """A submitted timesheet: how long it waits, until when, and whether the reader may answer.

    ``form`` has its days, for who may.
    """

    sheet: Timesheet
    days: int
    due_on: date
    may_answer: bool
    is_late: bool
    form: OneOfSeveral | None = None

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.form.days) if self.form else 0

    @property
    def planned(self) -> int:
        return sum(day.planned for day in self.form.days) if self.form else 0

    @property
    def on_plan(self) -> int:
        """On how many days the hours are as planned, and not none."""
        return sum(bool(each.day.minutes) for each in self.form.on_plan()) if self.form else 0


def read_waiting(
    sheets: QuerySet[Timesheet], user: User, seats: Mapping[int, Sequence[Seat]], posted: object = None
) -> list[SheetToConfirm]:
    """Those of ``sheets`` that wait, the longest on top, each with its form for who may answer."""
    today, group = timezone.localdate(), Group.objects.get()
    waiting = list(sheets.filter(status=TimesheetStatus.SUBMITTED).order_by("submitted_at", "pk"))
    delays = read_delays(waiting, group, on=today)
    answered = {
        each.pk
        for each in waiting
        if each.assignment
        and answers_by(user, seats.get(each.assignment.member_id, ()), each.employee.user_id)
    }
    days = days_of_many([each for each in waiting if each.pk in answered]) if answered else {}
    found = []
    for each in waiting:
        form = None
        if each.pk in answered:
            form = OneOfSeveral(
                posted, days=days[each.pk], submitted_at=each.submitted_at, prefix=f"s{each.pk}"
            )
        due_on = delays[each.pk].due_on
        waits = (today - timezone.localdate(each.submitted_at)).days
        found.append(SheetToConfirm(each, waits, due_on, each.pk in answered, today > due_on, form))
    return found


def drafts(sheets: QuerySet[Timesheet]) -> QuerySet[Timesheet]:
    """What is being entered, of the present months: only that it is, until it is submitted."""
    latest = Month.of(timezone.localdate())
    recent = sheets.filter(status=TimesheetStatus.DRAFT, month__range=(latest.shift(-2), latest))
    return recent.order_by("-month", *BY_PERSON_AND_MEMBER)[:DRAFTS_SHOWN]


def confirmed(sheets: QuerySet[Timesheet]) -> QuerySet[Timesheet]:
    """What is confirmed, the latest month on top, each with who confirmed it for the member (``given_by``)."""
    given = TimesheetStep.objects.filter(subject=OuterRef("pk"), target=TimesheetStatus.CONFIRMED)
    own = given.filter(kind=StepKind.CONFIRM).order_by("-pk").values("by")
    done = sheets.filter(status__in=(TimesheetStatus.CONFIRMED, TimesheetStatus.APPROVED))
    return done.annotate(given_by=Subquery(own[:1])).order_by("-month", "-confirmed_at", "-pk")


def just_confirmed(done: Sequence[Timesheet], user: User, now: datetime) -> tuple[datetime, int] | None:
    """When ``user`` last confirmed several of ``done`` at once that can still be undone, and how many."""
    fresh = [
        each.confirmed_at
        for each in done
        if each.status == TimesheetStatus.CONFIRMED
        and each.confirmed_at
        and now - each.confirmed_at <= TAKE_BACK_WITHIN
        and getattr(each, "given_by", None) == user.pk
    ]
    return (max(fresh), fresh.count(max(fresh))) if fresh else None
