"""Pages of a member's staff: what waits for their visa, confirmed or contested at once, and taken back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groupement.kernel.asked import asked_moment
from groupement.kernel.french import counted
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, current_seats, for_roles
from members.models import Seat
from timesheets import confirming
from timesheets.actions import Action
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview import month_sheets
from timesheets.overview.views import posted_keys
from timesheets.reminding import sending
from timesheets.sheet import days as sheet_days
from timesheets.sheet.forms import AnswerForm
from timesheets.sheet.views import come_back, find_sheet, reason_form, sheet_page
from timesheets.visas import reading

PER_PAGE = 20
HERE = "timesheets:to_confirm"


@require_safe
@for_roles("member")
def to_confirm(request: UserRequest) -> HttpResponse:
    """The hours at one's members: those to confirm first, the longest waiting on top."""
    return _list_page(request, _seats(request))


@require_POST
@for_roles("member")
def confirm_all(request: UserRequest) -> HttpResponse:
    """Confirm those that the page listed, but for the days that are contested; a fault of one keeps all back."""
    at, asked, seats = timezone.now(), posted_keys(request), _seats(request)
    sheets = _at_members(request, seats)
    waiting = {
        each.sheet.pk: each for each in reading.read_waiting(sheets, request.user, seats, request.POST)
    }
    chosen = [waiting[pk] for pk in sorted(asked & set(waiting)) if waiting[pk].form]
    if len(chosen) < len(asked):
        messages.error(request, _gone(len(asked) - len(chosen)))
    if any(each.form and not each.form.is_valid() for each in chosen):
        return _list_page(request, seats, list(waiting.values()), status=422)
    _answer_all(request, chosen, at)
    return redirect(HERE)


@require_POST
@for_roles("member")
def take_back_all(request: UserRequest) -> HttpResponse:
    """Take back at once what one confirmed at a moment, within the quarter of an hour."""
    given = asked_moment(request.GET.get("le", ""))
    sheets = _at_members(request, _seats(request))
    named = sheets.filter(confirmed_at=given) if given else sheets.none()
    done = confirming.take_back_all(named.order_by("pk"), by=request.user, at=timezone.now())
    if done.count:
        messages.success(request, f"Visa annulé\u00a0: {counted(done.count, 'relevé')}.")
    elif not done.exceptions:
        messages.error(request, "Ce visa est déjà annulé, ou ces relevés ont changé d’état depuis.")
    for timesheet, sentence in done.exceptions:
        messages.error(request, f"{month_sheets.sheet_title(timesheet)}\u00a0: {sentence}")
    return redirect(HERE)


@require_POST
@for_roles("member")
def confirm(request: UserRequest, pk: int) -> HttpResponse:
    """All days as they are, or some contested with a reason for each, from one form; then the next person."""
    try:
        timesheet, at = find_sheet(request, pk), timezone.now()
    except Http404:
        return come_back(request, pk)
    if timesheet.status != TimesheetStatus.SUBMITTED:
        # Taken back by who wrote it, or answered by somebody else: the page says so and offers nothing.
        act(request, confirming.confirm, timesheet, by=request.user, at=at)
        return redirect("timesheets:sheet", pk)
    days = sheet_days.sheet_days(timesheet, discreetly=True)
    form = AnswerForm(request.POST, days=days, submitted_at=timesheet.submitted_at)
    if not form.is_valid():
        return sheet_page(request, timesheet, answers=form.renewed() if form.is_stale else form)
    if form.is_contest:
        _contest(request, timesheet, form, at)
    else:
        done = f"Heures visées\u00a0: {month_sheets.sheet_title(timesheet)}."
        way_back = reverse("timesheets:take_back", args=[pk])
        act(request, confirming.confirm, timesheet, by=request.user, at=at, success=done, undo=way_back)
    following = confirming.awaiting(request.user).exclude(pk=pk).values_list("pk", flat=True).first()
    return redirect("timesheets:sheet", following) if following else redirect(HERE)


@require_POST
@for_roles("member")
def take_back(request: UserRequest, pk: int) -> HttpResponse:
    """Take one confirmation back: one's own within the quarter of an hour, later with a reason."""
    timesheet = find_sheet(request, pk)
    form = reason_form(Action.TAKE_BACK, request.POST)
    form.fields["note"].required = False
    if form.is_valid() and act(
        request,
        confirming.take_back,
        timesheet,
        by=request.user,
        at=timezone.now(),
        note=form.cleaned_data["note"],
        form=form,
        success=f"Visa repris\u00a0: {month_sheets.sheet_title(timesheet)}. Vous pouvez répondre à nouveau.",
    ):
        return redirect("timesheets:sheet", pk)
    return sheet_page(request, timesheet, reasons={Action.TAKE_BACK.value: form})


def _answer_all(request: UserRequest, chosen: list[reading.SheetToConfirm], at: datetime) -> None:
    """Confirm those without a contested day together, contest the others; a message for each outcome."""
    plain = [each.sheet for each in chosen if each.form and not each.form.remarks]
    done = confirming.confirm_all(plain, by=request.user, at=at)
    if done.count:
        messages.success(request, _confirmed(done.count), extra_tags=_way_back(at))
    for timesheet, sentence in done.exceptions:
        messages.error(request, f"{month_sheets.sheet_title(timesheet)}\u00a0: {sentence}")
    for each in chosen:
        if each.form and each.form.remarks:
            _contest(request, each.sheet, each.form, at)


def _contest(request: UserRequest, timesheet: Timesheet, form: AnswerForm, at: datetime) -> None:
    who = month_sheets.sheet_title(timesheet)
    sent = f"Contestation envoyée\u00a0: {who}. La personne lit vos motifs et corrige ou vous répond."
    by_at: dict[str, Any] = {"by": request.user, "at": at}
    if act(request, confirming.contest, timesheet, remarks=form.remarks, success=sent, **by_at):
        sending.notify_contested(timesheet, at=at)


def _seats(request: UserRequest) -> dict[int, list[Seat]]:
    """The seats of who asks, by member."""
    held: dict[int, list[Seat]] = defaultdict(list)
    for seat in current_seats(request.user):
        held[seat.member_id].append(seat)
    return held


def _at_members(request: UserRequest, seats: dict[int, list[Seat]]) -> QuerySet[Timesheet]:
    visible = Timesheet.objects.visible_to(request.user).filter(assignment__member__in=seats)
    return visible.select_related("employee__user", "assignment__member").with_minutes()


def _list_page(
    request: UserRequest,
    seats: dict[int, list[Seat]],
    answered: list[reading.SheetToConfirm] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The list; ``answered`` with what was posted and its faults."""
    sheets = _at_members(request, seats)
    waiting = reading.read_waiting(sheets, request.user, seats) if answered is None else answered
    done = paginate(request, reading.confirmed(sheets), PER_PAGE)
    last = reading.just_confirmed(list(done.object_list), request.user, timezone.now())
    forms = [each for each in waiting if each.form]
    context = {
        "waiting": waiting,
        "forms": [_renewed(each) for each in forms] if answered else forms,
        "others": [each for each in waiting if not each.form],
        "minutes": sum(each.minutes for each in forms),
        "planned": sum(each.planned for each in forms),
        "due_on": min((each.due_on for each in forms), default=None),
        "is_late": any(each.is_late for each in forms),
        "drafts": reading.drafts(sheets),
        "done": done,
        "just_confirmed": last and {"at": last[0], "count": last[1], "url": _way_back(last[0])},
        "writes": any(seat.can_write for held in seats.values() for seat in held),
        "has_several": len(seats) > 1,
    }
    return page(request, "timesheets/to_confirm.html", context=context, status=status)


def _renewed(each: reading.SheetToConfirm) -> reading.SheetToConfirm:
    """On hours that were handed over anew: what was typed, to be read and sent again."""
    return replace(each, form=each.form.renewed()) if each.form and each.form.is_stale else each


def _way_back(at: datetime) -> str:
    return f"{reverse('timesheets:take_back_all')}?{urlencode({'le': at.astimezone(UTC).isoformat()})}"


def _confirmed(count: int) -> str:
    return f"{counted(count, 'relevé visé')}." if count > 1 else "Un relevé visé."


def _gone(count: int) -> str:
    what = counted(count, "relevé n’attend", "relevés n’attendent")
    return f"{what} plus votre visa\u00a0: repris pour être corrigé, ou déjà visé. Rien n’y a été changé."
