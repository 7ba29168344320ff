"""One timesheet: its days, its history, and what the person who looks may decide."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groupement.kernel.pages import act, page
from members.access import decides_on, for_roles
from members.models import Group, User
from timesheets import actions, approval, confirming, freezing, locking
from timesheets.actions import Action
from timesheets.forms import AnswerForm, ReasonForm
from timesheets.models import SignedSheet, Timesheet
from timesheets.overview import days as overview_days
from timesheets.overview import reading
from timesheets.reminding import events as reminding_events
from timesheets.views import month

WITH_REASON = (Action.SETTLE, Action.RETURN, Action.REOPEN)
ANSWERS = {Action.CONFIRM, Action.CONTEST}


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The timesheet as the person who looks may see it."""
    return show(request, find(request, pk))


@require_POST
@for_roles("coordinator")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve one timesheet, from the month's queue or from its page."""
    timesheet = find(request, pk)
    done = f"Heures approuvées\u00a0: {reading.title(timesheet)}."
    way_back = reverse("timesheets:undo", args=[pk]) + _place(request)
    act(request, approval.approve, timesheet, by=request.user, at=timezone.now(), success=done, undo=way_back)
    return _answer(request, timesheet)


@require_POST
@for_roles("coordinator")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the approval just given."""
    timesheet = find(request, pk)
    done = f"Approbation annulée\u00a0: {reading.title(timesheet)}."
    act(request, approval.undo, timesheet, by=request.user, at=timezone.now(), success=done)
    return _answer(request, timesheet)


@require_POST
@for_roles("coordinator")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide between the person and the member, with the reason."""
    return _with_reason(request, pk, Action.SETTLE, approval.settle, "Heures tranchées")


@require_POST
@for_roles("coordinator")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return hours to the person, with the reason."""
    return _with_reason(request, pk, Action.RETURN, approval.send_back, "Heures renvoyées")


@require_POST
@for_roles("coordinator")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an approval that no invoice holds, with the reason."""
    return _with_reason(request, pk, Action.REOPEN, approval.reopen, "Heures rouvertes")


@require_POST
@for_roles("coordinator")
def supplement(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a further timesheet beside a billed one, and go there."""
    timesheet = find(request, pk)
    done = act(
        request,
        approval.open_supplement,
        timesheet,
        by=request.user,
        at=timezone.now(),
        success="Complément ouvert\u00a0: les heures oubliées peuvent y être saisies.",
    )
    return redirect("timesheets:sheet", done.value.pk if done.value else timesheet.pk)


def find(request: HttpRequest, pk: int) -> Timesheet:
    """The timesheet, if it is in the scope of who asks."""
    sheets = Timesheet.objects.visible_to(request.user).select_related("employee", "assignment__member")
    return get_object_or_404(sheets, pk=pk)


def show(
    request: HttpRequest,
    timesheet: Timesheet,
    *,
    answers: AnswerForm | None = None,
    reasons: dict[str, ReasonForm] | None = None,
) -> HttpResponse:
    """The page of ``timesheet``; with a faulty form, as an answer that says so."""
    context = _context(request.user, timesheet)
    if answers:
        context["answers"] = answers
    context["reasons"] |= reasons or {}
    return page(request, "timesheets/sheet.html", context=context, status=422 if answers or reasons else 200)


def _context(user: User, timesheet: Timesheet) -> dict[str, Any]:
    is_own = timesheet.employee.user_id == user.pk
    is_insider = user.sees_every_member or is_own
    events = overview_days.history(timesheet)
    steps = [event.step for event in events]
    acts = actions.offered(timesheet, user, at=timezone.now(), steps=steps)
    writes = not acts.isdisjoint({Action.WRITE, Action.RECALL}) or locking.may_write(user, timesheet)
    # Until they are submitted, hours are between the person and who enters them; a contest goes back to its author.
    is_hidden = timesheet.state in ("draft", "returned") and not (is_insider or writes)
    days = [] if is_hidden else overview_days.days_of(timesheet, discreetly=not is_insider, events=events)
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
        "writes": writes,
        **_typists(days if is_insider or writes else []),
        "grid_url": _grid(user, timesheet),
        "decides": decides_on(user, timesheet.employee.user_id),
        "verdict": overview_days.verdict(timesheet, events),
        "reply": overview_days.reply(timesheet, events),
        "reasons": {action.value: _reason(action) for action in WITH_REASON},
        "signed": freezing.latest([timesheet.pk]).get(timesheet.pk) if timesheet.approved_at else None,
        "why_locked": locking.why_locked(timesheet),
        "up": [_up(user, timesheet)],
        **_answers(timesheet, days, acts),
    }


def _typists(days: list[overview_days.Day]) -> dict[str, Any]:
    """Who entered the hours: said once when it was one person, else day by day."""
    names = {day.typed_by for day in days if day.typed_by}
    return {"shows_typists": len(names) > 1, "typist": names.pop() if len(names) == 1 else ""}


def _answers(timesheet: Timesheet, days: list[overview_days.Day], acts: frozenset[Action]) -> dict[str, Any]:
    """The member's form, its term and what happens then, for who may answer now."""
    if Action.CONFIRM not in acts:
        return {"answers": None, "due_on": None, "is_tacit_next": False}
    group = Group.objects.get()
    return {
        "answers": AnswerForm(days=days, submitted_at=timesheet.submitted_at),
        "due_on": confirming.due_on(timesheet, group),
        "is_tacit_next": group.has_tacit_confirmation,
    }


def _grid(user: User, timesheet: Timesheet) -> str:
    """Where the person who looks enters these hours."""
    if timesheet.employee.user_id == user.pk:
        return reverse("timesheets:my_month", args=[timesheet.month])
    if user.sees_every_member:
        return reverse("timesheets:person_month", args=[timesheet.month, timesheet.employee_id])
    return reverse("timesheets:grid", args=[timesheet.month, timesheet.assignment_id])


def _up(user: User, timesheet: Timesheet) -> dict[str, str]:
    """The list that the person who looks comes from."""
    if timesheet.employee.user_id == user.pk:
        return {"url": _grid(user, timesheet), "label": "Mes heures"}
    if user.sees_every_member:
        address = reverse("timesheets:month", args=[timesheet.month])
        return {"url": address, "label": timesheet.month.label.capitalize()}
    return {"url": reverse("timesheets:to_confirm"), "label": "Heures à viser"}


def _reason(action: Action, data: Any = None) -> ReasonForm:
    """The reason for ``action``; several stand on one page."""
    return ReasonForm(data, auto_id=f"{action}_%s")


def _with_reason(request: HttpRequest, pk: int, action: Action, deed: Any, done: str) -> HttpResponse:
    timesheet, form, now = find(request, pk), _reason(action, request.POST), timezone.now()
    if form.is_valid() and act(
        request,
        deed,
        timesheet,
        by=request.user,
        at=now,
        note=form.cleaned_data["note"],
        form=form,
        success=f"{done}\u00a0: {reading.title(timesheet)}.",
    ):
        if timesheet.returned_at:
            reminding_events.tell_returned(timesheet, at=now)
        return _answer(request, timesheet)
    return show(request, timesheet, reasons={action.value: form})


def _answer(request: HttpRequest, timesheet: Timesheet) -> HttpResponse:
    if request.POST.get("back") == "month":
        return month.answer(request, timesheet.month)
    if request.GET.get("back") == "month":
        filters = request.GET.copy()
        del filters["back"]
        address = reverse("timesheets:month", args=[timesheet.month])
        return redirect(f"{address}?{filters.urlencode()}" if filters else address)
    return redirect("timesheets:sheet", timesheet.pk)


def _place(request: HttpRequest) -> str:
    """For the button of a message: that the gesture was made in the month's page, and with which filters."""
    if request.POST.get("back") != "month":
        return ""
    place = request.GET.copy()
    place["back"] = "month"
    return f"?{place.urlencode()}"


@require_safe
def signed(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    """The PDF of one version, its digest checked; not made yet, the timesheet’s page says so."""
    visible = Timesheet.objects.visible_to(request.user)
    row = get_object_or_404(SignedSheet, timesheet__in=visible, timesheet=pk, version=version)
    done = act(request, freezing.open_printed, row)
    if not done:
        return redirect("timesheets:sheet", pk)
    return FileResponse(done.value, as_attachment=True, filename=f"releve-{row.content['reference']}.pdf")
