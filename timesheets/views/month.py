"""The coordinator’s month: who works for whom, what blocks, and what is to approve, decided in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groupement.pages import act, page
from groupement.periods import MONTHS, Month
from members.access import for_roles
from timesheets import approval, overview, recording
from timesheets.models import Timesheet, TimesheetStatus


@require_safe
@for_roles("coordinator", "finance", "admin")
def months(request: HttpRequest) -> HttpResponse:
    """The month to work on: the one that ended, until all of it is approved; then the one we are in."""
    present = Month.of(timezone.localdate())
    is_closing = (
        Timesheet.objects.filter(month=present.previous).exclude(status=TimesheetStatus.APPROVED).exists()
    )
    return redirect("timesheets:month", present.previous if is_closing else present)


@require_safe
@for_roles("coordinator", "finance", "admin")
def month(request: HttpRequest, month: Month) -> HttpResponse:
    """The whole month; only the coordinator is offered decisions."""
    return show(request, month)


@require_POST
@for_roles("coordinator")
def open_month(request: HttpRequest, month: Month) -> HttpResponse:
    """Make the timesheets that are missing in the month."""
    act(request, recording.open_month, month, at=timezone.now(), success=_opened)
    return answer(request, month)


@require_POST
@for_roles("coordinator")
def approve_confirmed(request: HttpRequest, month: Month) -> HttpResponse:
    """Approve all those that the person saw waiting; what could not be approved is told one by one."""
    seen = [pk for pk in request.POST.getlist("timesheet") if pk.isdecimal()]
    sheets = Timesheet.objects.filter(month=month, pk__in=seen).select_related(
        "employee", "assignment__member"
    )
    done = approval.approve_all(sheets.order_by(*overview.ORDER), by=request.user, at=timezone.now())
    if done.count:
        messages.success(request, _approved(done.count))
    for timesheet, sentence in done.exceptions:
        messages.error(request, f"{overview.title(timesheet)}\u00a0: {sentence}")
    return answer(request, month)


def answer(request: HttpRequest, month: Month) -> HttpResponse:
    """After a decision: the month's new content for htmx, else the page to go back to."""
    if request.htmx:
        return show(request, month)
    return redirect("timesheets:month", month)


def show(request: HttpRequest, month: Month) -> HttpResponse:
    """The page of ``month``, or its content when htmx asks."""
    reading = overview.read(month, on=timezone.localdate())
    queue = overview.to_approve(reading)
    following = [line.timesheet.pk for line in queue[1:]] + [""]
    context = {
        "month": month,
        "months": _strip(month),
        "stages": overview.stages(reading),
        "matrix": overview.month_matrix(reading),
        "blockers": [
            (blocker, reverse(blocker.view, args=blocker.args)) for blocker in overview.blockers(reading)
        ],
        "queue": list(zip(queue, following, strict=False)),
        "queue_minutes": sum(line.minutes for line in queue),
        "decides": request.user.is_coordinator,
        "asks_for_all": "approuver" in request.GET,
        "focus": _focus(request.POST.get("next")),
    }
    return page(request, "timesheets/month.html", part="month", context=context)


def _focus(following: str | None) -> int | str | None:
    """Where to go on after a decision in the queue: the next row, "" when there is none; None without a decision."""
    return int(following) if following and following.isdecimal() else following


def _strip(month: Month) -> list[dict[str, Any]]:
    shown = [month.shift(n) for n in (-2, -1, 0, 1)]
    billed = overview.billed_months(shown)
    return [
        {
            "url": reverse("timesheets:month", args=[each]),
            "label": MONTHS[each.month - 1].capitalize()
            + ("" if each.year == month.year else f" {each.year}"),
            "current": each == month,
            "state": "invoiced" if each in billed else "",
            "state_label": "Facturé",
        }
        for each in shown
    ]


def _opened(count: int) -> str:
    if not count:
        return "Tous les relevés du mois étaient déjà ouverts."
    return f"{count} relevés ouverts." if count > 1 else "Un relevé ouvert."


def _approved(count: int) -> str:
    return f"{count} relevés approuvés." if count > 1 else "Un relevé approuvé."
