"""Pages of one timesheet: its days and history, the member's form, the coordinator's decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from employees.models import Assignment
from groupement.kernel.pages import act, page
from groupement.kernel.templatetags.formats import day_fr
from members.access import UserRequest, decides_on, for_roles
from members.models import Group, User
from timesheets import actions, approval, changing, confirming, freezing, locking, prolonging, settling
from timesheets.actions import Action
from timesheets.answer_delay import read_delays
from timesheets.models import SignedSheet, Timesheet, TimesheetStatus, TimesheetStep
from timesheets.notes import reads_notes_of_absences
from timesheets.overview import month_sheets, views
from timesheets.reminding import sending
from timesheets.sheet import days as sheet_days
from timesheets.sheet.forms import AnswerForm, ReasonForm


@require_POST
@for_roles("coordinator")
def remind(request: UserRequest, pk: int) -> HttpResponse:
    """Write to who has to act next, and go back to the month, or to the timesheet."""
    timesheet = find_sheet(request, pk)
    act(request, sending.remind, [timesheet], by=request.user, at=timezone.now(), success=views.reminder_sent)
    if request.POST.get("back") == "month":
        return views.back_to_month(request, timesheet.month)
    return redirect("timesheets:sheet", pk)


WITH_REASON = (Action.SETTLE, Action.RETURN, Action.REOPEN, Action.TAKE_BACK)
ANSWERS = {Action.CONFIRM, Action.CONTEST}


@require_safe
def sheet(request: UserRequest, pk: int) -> HttpResponse:
    """The timesheet as its reader may see it; who would answer for hours that are out of sight reads why."""
    try:
        return sheet_page(request, find_sheet(request, pk))
    except Http404:
        return come_back(request, pk)


@require_POST
@for_roles("coordinator")
def approve(request: UserRequest, pk: int) -> HttpResponse:
    """Approve one timesheet, from the month's queue or from its page."""
    timesheet = find_sheet(request, pk)
    done = f"Heures approuvées\u00a0: {month_sheets.sheet_title(timesheet)}."
    way_back = reverse("timesheets:undo", args=[pk]) + _origin(request)
    act(request, approval.approve, timesheet, by=request.user, at=timezone.now(), success=done, undo=way_back)
    return back(request, timesheet)


@require_POST
@for_roles("coordinator")
def undo(request: UserRequest, pk: int) -> HttpResponse:
    """Take back the approval just given."""
    timesheet = find_sheet(request, pk)
    done = f"Approbation annulée\u00a0: {month_sheets.sheet_title(timesheet)}."
    act(request, approval.undo, timesheet, by=request.user, at=timezone.now(), success=done)
    return back(request, timesheet)


@require_POST
@for_roles("coordinator")
def settle(request: UserRequest, pk: int) -> HttpResponse:
    """Decide between the person and the member, with the reason."""
    return _with_reason(request, pk, Action.SETTLE, approval.settle, "Heures tranchées")


@require_POST
@for_roles("coordinator")
def keep(request: UserRequest, pk: int) -> HttpResponse:
    """The hours stand as the person entered them."""
    return _settle(request, pk, settling.keep)


@require_POST
@for_roles("coordinator")
def retain(request: UserRequest, pk: int) -> HttpResponse:
    """The hours become those that the member counts."""
    return _settle(request, pk, settling.retain)


def _settle(request: UserRequest, pk: int, deed: Callable[..., None]) -> HttpResponse:
    timesheet, at = find_sheet(request, pk), timezone.now()
    done = (
        f"Contestation tranchée\u00a0: {month_sheets.sheet_title(timesheet)}. Les deux côtés sont prévenus."
    )
    if act(request, deed, timesheet, by=request.user, at=at, seen=request.POST.get("seen", ""), success=done):
        sending.notify_settled(timesheet, at=at)
    return back(request, timesheet)


@require_POST
@for_roles("coordinator")
def send_back(request: UserRequest, pk: int) -> HttpResponse:
    """Return hours to the person, with the reason."""
    return _with_reason(request, pk, Action.RETURN, approval.send_back, "Heures renvoyées")


@require_POST
@for_roles("coordinator")
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    """Undo an approval that no invoice holds, with the reason."""
    return _with_reason(request, pk, Action.REOPEN, approval.reopen, "Heures rouvertes")


@require_POST
@for_roles("coordinator")
def prolong(request: UserRequest, pk: int) -> HttpResponse:
    """Let the assignment go on until the last day with hours."""
    timesheet = find_sheet(request, pk)
    act(
        request,
        prolonging.prolong_assignment,
        timesheet,
        by=request.user,
        at=timezone.now(),
        success=_prolonged,
    )
    return back(request, timesheet)


def _prolonged(assignment: Assignment) -> str:
    until = f"jusqu’au {day_fr(assignment.last_day)}" if assignment.last_day else "sans fin"
    return f"{assignment.reference}, {assignment.member}\u00a0: mise à disposition {until}."


@require_POST
@for_roles("coordinator")
def supplement(request: UserRequest, pk: int) -> HttpResponse:
    """Open a further timesheet beside a billed one, and go there."""
    timesheet = find_sheet(request, pk)
    done = act(
        request,
        approval.open_supplement,
        timesheet,
        by=request.user,
        at=timezone.now(),
        success="Complément ouvert\u00a0: les heures oubliées peuvent y être saisies.",
    )
    return redirect("timesheets:sheet", done.value.pk if done.value else timesheet.pk)


def find_sheet(request: UserRequest, pk: int) -> Timesheet:
    """The timesheet, if it is in the scope of who asks."""
    sheets = Timesheet.objects.visible_to(request.user).select_related("employee", "assignment__member")
    found: Timesheet = get_object_or_404(changing.with_submitter(sheets), pk=pk)
    return found


def come_back(request: UserRequest, pk: int) -> HttpResponse:
    """Where who answers for hours goes that were taken back and that the group shows to nobody until they are there."""
    sheets = Timesheet.objects.answerable_by(request.user).filter(steps__isnull=False).distinct()
    taken_back = get_object_or_404(sheets, pk=pk)
    messages.error(request, confirming.nothing_to_confirm(taken_back))
    return redirect("timesheets:to_confirm")


def sheet_page(
    request: UserRequest,
    timesheet: Timesheet,
    *,
    answers: AnswerForm | None = None,
    reasons: dict[str, ReasonForm] | None = None,
) -> HttpResponse:
    """The page of ``timesheet``; status 422 with a faulty form."""
    context = _context(request.user, timesheet)
    if answers:
        context["answers"] = answers
    context["reasons"] |= reasons or {}
    return page(request, "timesheets/sheet.html", context=context, status=422 if answers or reasons else 200)


def _context(user: User, timesheet: Timesheet) -> dict[str, Any]:
    is_own = timesheet.employee.user_id == user.pk
    is_insider = user.sees_every_member or is_own
    events = sheet_days.history(timesheet)
    steps = [event.step for event in events]
    acts = actions.offered_actions(timesheet, user, at=timezone.now(), steps=steps)
    writes = not acts.isdisjoint({Action.WRITE, Action.RECALL}) or locking.may_write(user, timesheet)
    # Until they are submitted, hours are between the person and who enters them; a contest goes back to its author.
    is_hidden = timesheet.state in ("draft", "returned") and not (is_insider or writes)
    days = (
        []
        if is_hidden
        else sheet_days.sheet_days(
            timesheet,
            discreetly=not is_insider,
            events=events,
            reads_notes=reads_notes_of_absences(user, timesheet.employee),
        )
    )
    return {
        "sheet": timesheet,
        "days": days,
        "minutes": sum(day.minutes for day in days),
        "planned": sum(day.planned for day in days),
        "steps": events,
        "is_hidden": is_hidden,
        "is_own": is_own,
        "acts": acts,
        "has_decisions": bool(acts - ANSWERS),
        "takes_back_freely": Action.TAKE_BACK in acts and _is_fresh(steps, user),
        "writes": writes,
        **_authors(days if is_insider or writes else []),
        "grid_url": _grid(user, timesheet),
        "decides": decides_on(user, timesheet.employee.user_id),
        "settled": sheet_days.settling_decision(timesheet, events),
        "reply": sheet_days.reply(timesheet, events),
        "dispute": _dispute(timesheet) if Action.KEEP in acts else None,
        "reasons": {action.value: reason_form(action) for action in WITH_REASON},
        "signed": freezing.latest_signed([timesheet.pk]).get(timesheet.pk) if timesheet.approved_at else None,
        "why_locked": locking.why_locked(timesheet),
        "up": _up(user, timesheet),
        **_answers(timesheet, days, acts),
    }


def _is_fresh(steps: Sequence[TimesheetStep], user: User) -> bool:
    """Whether ``user`` has just confirmed these hours."""
    given = next((step for step in steps if step.target == TimesheetStatus.CONFIRMED), None)
    return given is not None and confirming.is_fresh(given, user, timezone.now())


def _dispute(timesheet: Timesheet) -> settling.OpenContest | None:
    """The contest that waits for the coordination to settle it."""
    return settling.read_contests(Timesheet.objects.filter(pk=timesheet.pk)).get(timesheet.pk)


def _authors(days: list[sheet_days.SheetDay]) -> dict[str, Any]:
    """Who entered the hours: one name for all, or a name a day."""
    names = {day.typed_by for day in days if day.typed_by}
    return {"shows_typists": len(names) > 1, "typist": names.pop() if len(names) == 1 else ""}


def _answers(
    timesheet: Timesheet, days: list[sheet_days.SheetDay], acts: frozenset[Action]
) -> dict[str, Any]:
    """The member's form, its deadline and what follows without an answer; None for who may not answer."""
    if Action.CONFIRM not in acts:
        return {"answers": None, "due_on": None, "is_late": False, "is_tacit_next": False}
    group, today = Group.objects.get(), timezone.localdate()
    due_on = read_delays([timesheet], group, on=today)[timesheet.pk].due_on
    return {
        "answers": AnswerForm(days=days, submitted_at=timesheet.submitted_at),
        "due_on": due_on,
        "is_late": due_on < today,
        "is_tacit_next": group.has_tacit_confirmation,
    }


def _grid(user: User, timesheet: Timesheet) -> str:
    """The address at which the reader enters these hours."""
    if timesheet.employee.user_id == user.pk:
        return reverse("timesheets:my_month", args=[timesheet.month])
    if user.sees_every_member:
        return reverse("timesheets:person_month", args=[timesheet.month, timesheet.employee_id])
    return reverse("timesheets:grid", args=[timesheet.month, timesheet.assignment_id])


def _up(user: User, timesheet: Timesheet) -> dict[str, str]:
    """The list above the timesheet, by the reader's role."""
    if timesheet.employee.user_id == user.pk:
        return {"url": _grid(user, timesheet), "label": "Mes heures"}
    if user.sees_every_member:
        address = reverse("timesheets:month", args=[timesheet.month])
        return {"url": address, "label": timesheet.month.label.capitalize()}
    return {"url": reverse("timesheets:to_confirm"), "label": "Heures à viser"}


def reason_form(action: Action, data: Any = None) -> ReasonForm:
    """The reason for ``action``; several stand on one page."""
    return ReasonForm(data, auto_id=f"{action}_%s")


def _with_reason(request: UserRequest, pk: int, action: Action, deed: Any, done: str) -> HttpResponse:
    timesheet, form, now = find_sheet(request, pk), reason_form(action, request.POST), timezone.now()
    if form.is_valid() and act(
        request,
        deed,
        timesheet,
        by=request.user,
        at=now,
        note=form.cleaned_data["note"],
        form=form,
        success=f"{done}\u00a0: {month_sheets.sheet_title(timesheet)}.",
    ):
        if timesheet.returned_at:
            sending.notify_returned(timesheet, at=now)
        return back(request, timesheet)
    return sheet_page(request, timesheet, reasons={action.value: form})


def back(request: UserRequest, timesheet: Timesheet) -> HttpResponse:
    """Where a decision came from: the month, with its filters, or the page of the timesheet."""
    if request.POST.get("back") == "month":
        return views.back_to_month(request, timesheet.month)
    if request.GET.get("back") == "month":
        filters = request.GET.copy()
        del filters["back"]
        address = reverse("timesheets:month", args=[timesheet.month])
        return redirect(f"{address}?{filters.urlencode()}" if filters else address)
    return redirect("timesheets:sheet", timesheet.pk)


def _origin(request: UserRequest) -> str:
    """The query that brings the undo button of a message back to the month's page, with its filters."""
    if request.POST.get("back") != "month":
        return ""
    place = request.GET.copy()
    place["back"] = "month"
    return f"?{place.urlencode()}"


@require_safe
def signed(request: UserRequest, pk: int, version: int) -> HttpResponseBase:
    """The PDF of one version, its digest checked; while it is not made, the page of the timesheet with a message."""
    visible = Timesheet.objects.visible_to(request.user)
    row = get_object_or_404(SignedSheet, timesheet__in=visible, timesheet=pk, version=version)
    done = act(request, freezing.open_printed, row)
    if not done:
        return redirect("timesheets:sheet", pk)
    return FileResponse(done.value, as_attachment=True, filename=f"releve-{row.content['reference']}.pdf")
