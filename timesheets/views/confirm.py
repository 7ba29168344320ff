"""What a member's staff have to confirm, and their answer to one timesheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groupement.kernel.french import enumeration
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from members.access import answers_by, current_seats, for_roles
from members.models import Group, Seat, User
from timesheets import confirming
from timesheets.forms import AnswerForm
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview import days, reading
from timesheets.reminding import by_hand, events
from timesheets.views import month, sheet

PER_PAGE = 20
DRAFTS_SHOWN = 30


@require_safe
@for_roles("member")
def to_confirm(request: HttpRequest) -> HttpResponse:
    """The hours at one's members: those to confirm first, the longest waiting on top."""
    seats: dict[int, list[Seat]] = defaultdict(list)
    for seat in current_seats(request.user):
        seats[seat.member_id].append(seat)
    sheets = (
        Timesheet.objects.visible_to(request.user)
        .filter(assignment__member__in=seats)
        .select_related("employee", "assignment__member")
        .with_minutes()
    )
    context = {
        "waiting": _waiting(sheets, request.user, seats),
        "drafts": _drafts(sheets),
        "done": paginate(request, _done(sheets), PER_PAGE),
        "writes": any(seat.can_write for held in seats.values() for seat in held),
        "has_several": len(seats) > 1,
    }
    return page(request, "timesheets/to_confirm.html", context=context)


@require_POST
@for_roles("member")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """All days as they are, or some contested with a reason for each, from one form."""
    timesheet = sheet.find(request, pk)
    form = AnswerForm(
        request.POST, days=days.days_of(timesheet, discreetly=True), submitted_at=timesheet.submitted_at
    )
    if not form.is_valid():
        return sheet.show(request, timesheet, answers=form)
    who, by_at = reading.title(timesheet), {"by": request.user, "at": timezone.now()}
    if form.is_contest:
        done = f"Contestation envoyée\u00a0: {who}. La personne lit vos motifs et corrige ou vous répond."
        if act(request, confirming.contest, timesheet, remarks=form.remarks, success=done, **by_at):
            events.tell_contested(timesheet, at=by_at["at"])
    else:
        act(request, confirming.confirm, timesheet, success=f"Heures visées\u00a0: {who}.", **by_at)
    return redirect("timesheets:to_confirm")


@dataclass(frozen=True)
class Waiting:
    """A submitted timesheet: how long it waits, until when, and whether the person who looks may answer."""

    sheet: Timesheet
    days: int
    due_on: date
    may_answer: bool
    is_late: bool


def _waiting(sheets: QuerySet[Timesheet], user: User, seats: Mapping[int, list[Seat]]) -> list[Waiting]:
    today = timezone.localdate()
    group = Group.objects.get()
    found = []
    for each in sheets.filter(status=TimesheetStatus.SUBMITTED).order_by("submitted_at", "pk"):
        due_on = confirming.due_on(each, group)
        waits = (today - timezone.localdate(each.submitted_at)).days
        may_answer = answers_by(user, seats[each.assignment.member_id], each.employee.user_id)
        found.append(Waiting(each, waits, due_on, may_answer, today > due_on))
    return found


def _drafts(sheets: QuerySet[Timesheet]) -> QuerySet[Timesheet]:
    """What is being entered, of the present months: only that it is, until it is submitted."""
    latest = Month.of(timezone.localdate())
    recent = sheets.filter(status=TimesheetStatus.DRAFT, month__range=(latest.shift(-2), latest))
    return recent.order_by("-month", *reading.ORDER)[:DRAFTS_SHOWN]


def _done(sheets: QuerySet[Timesheet]) -> QuerySet[Timesheet]:
    confirmed = (TimesheetStatus.CONFIRMED, TimesheetStatus.APPROVED)
    return sheets.filter(status__in=confirmed).order_by("-month", "-confirmed_at", "-pk")


@require_POST
@for_roles("coordinator")
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to who has to act next, and go back to the month, or to the timesheet."""
    timesheet = sheet.find(request, pk)
    act(request, by_hand.remind, [timesheet], by=request.user, at=timezone.now(), success=_told)
    if request.POST.get("back") == "month":
        return month.answer(request, timesheet.month)
    return redirect("timesheets:sheet", pk)


def _told(users: Sequence[User]) -> str:
    return f"Relance envoyée à {enumeration(users)}."
