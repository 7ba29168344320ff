"""One timesheet: its days, its history, and what the person who looks may decide."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groupement.pages import act, page
from members.access import for_roles
from members.models import Group, User
from timesheets import approval, confirming, locking, overview
from timesheets.forms import AnswerForm, ReasonForm
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.views import month


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The timesheet as the person who looks may see it."""
    return show(request, find(request, pk))


@require_POST
@for_roles("coordinator")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve one timesheet, from the month's queue or from its page."""
    timesheet = find(request, pk)
    done = f"Heures approuvées\u00a0: {overview.title(timesheet)}."
    act(request, approval.approve, timesheet, by=request.user, at=timezone.now(), success=done)
    return _answer(request, timesheet)


@require_POST
@for_roles("coordinator")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return hours to the person, with the reason."""
    return _with_reason(request, pk, approval.send_back, "Heures renvoyées")


@require_POST
@for_roles("coordinator")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an approval that no invoice holds, with the reason."""
    return _with_reason(request, pk, approval.reopen, "Heures rouvertes")


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
    reason: ReasonForm | None = None,
) -> HttpResponse:
    """The page of ``timesheet``; with a faulty form, as an answer that says so."""
    context = _context(request.user, timesheet)
    if answers:
        context["answers"] = answers
    if reason:
        context["reason"] = reason
    return page(request, "timesheets/sheet.html", context=context, status=422 if answers or reason else 200)


def _context(user: User, timesheet: Timesheet) -> dict[str, Any]:
    is_own = timesheet.employee.user_id == user.pk
    is_insider = user.sees_every_member or is_own
    writes = locking.may_write(user, timesheet)
    # Until they are submitted, hours are between the person and who enters them; a contest goes back to its author.
    is_hidden = timesheet.state in ("draft", "returned") and not (is_insider or writes)
    days = [] if is_hidden else overview.days_of(timesheet, discreetly=not is_insider)
    return {
        "sheet": timesheet,
        "days": days,
        "minutes": sum(day.minutes for day in days),
        "planned": sum(day.planned for day in days),
        "steps": overview.history(timesheet),
        "is_hidden": is_hidden,
        "is_own": is_own,
        "writes": writes,
        "grid_url": _grid(user, timesheet),
        "decides": user.is_coordinator and not is_own,
        "approvable": approval.is_ready(timesheet),
        "reason": ReasonForm(),
        "why_locked": locking.why_locked(timesheet),
        "up": [_up(user, timesheet)],
        **_answers(user, timesheet, days),
    }


def _answers(user: User, timesheet: Timesheet, days: list[overview.Day]) -> dict[str, Any]:
    """The member's form and its term, for who may answer now."""
    if timesheet.status != TimesheetStatus.SUBMITTED or not confirming.may_answer(user, timesheet):
        return {"answers": None, "due_on": None}
    return {
        "answers": AnswerForm(days=days, submitted_at=timesheet.submitted_at),
        "due_on": confirming.due_on(timesheet, Group.objects.get()),
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


def _with_reason(request: HttpRequest, pk: int, deed: Any, done: str) -> HttpResponse:
    timesheet, form = find(request, pk), ReasonForm(request.POST)
    if form.is_valid() and act(
        request,
        deed,
        timesheet,
        by=request.user,
        at=timezone.now(),
        note=form.cleaned_data["note"],
        form=form,
        success=f"{done}\u00a0: {overview.title(timesheet)}.",
    ):
        return _answer(request, timesheet)
    return show(request, timesheet, reason=form)


def _answer(request: HttpRequest, timesheet: Timesheet) -> HttpResponse:
    if request.POST.get("back") == "month":
        return month.answer(request, timesheet.month)
    return redirect("timesheets:sheet", timesheet.pk)
