"""The coordinator’s month: who works for whom, what blocks, and what is to approve, decided in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groupement.kernel.french import MONTHS, counted
from groupement.kernel.pages import act, page
from groupement.kernel.periods import Month
from members.access import coordinates, for_roles
from timesheets import approval, recording, watching
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview import blockers, funnel, matrix
from timesheets.overview import reading as overview_reading
from timesheets.reminding import by_hand

QUEUE_SHOWN = 20
BLOCKERS_SHOWN = 20


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
    seen = [pk for each in request.POST.getlist("timesheet") for pk in each.split(",") if pk.isdecimal()]
    sheets = Timesheet.objects.filter(month=month, pk__in=seen).select_related(
        "employee", "assignment__member"
    )
    done = approval.approve_all(sheets.order_by(*overview_reading.ORDER), by=request.user, at=timezone.now())
    if done.count:
        messages.success(request, _approved(done.count))
    for timesheet, sentence in done.exceptions:
        messages.error(request, f"{overview_reading.title(timesheet)}\u00a0: {sentence}")
    return answer(request, month)


def answer(request: HttpRequest, month: Month) -> HttpResponse:
    """After a decision: the month's new content for htmx, else the page to go back to, with its filters."""
    if request.htmx:
        return show(request, month)
    asked = request.GET.urlencode()
    return redirect(reverse("timesheets:month", args=[month]) + (f"?{asked}" if asked else ""))


def show(request: HttpRequest, month: Month) -> HttpResponse:
    """The page of ``month``, or its content when htmx asks; nothing when htmx has already what there is."""
    if (
        request.htmx
        and request.method == "GET"
        and request.GET.get("vu") == overview_reading.fingerprint(month)
    ):
        return HttpResponse(status=204)
    reading = overview_reading.read(month, on=timezone.localdate())
    choice = matrix.Choice.read(request.GET, reading)
    lines = [line for line in reading.lines if choice.holds(line)]
    context = {
        "month": month,
        "seen": reading.fingerprint,
        "months": _strip(month),
        "stages": funnel.stages(reading),
        "decides": coordinates(request.user),
        "asks_for_all": "approuver" in request.GET,
        "focus": _focus(request.POST.get("next")),
        **_chosen(reading, choice, lines),
        **_waiting(reading, choice, lines),
    }
    return page(request, "timesheets/month.html", part="month", context=context)


@require_safe
@for_roles("coordinator", "finance", "admin")
def alerts(request: HttpRequest, month: Month) -> HttpResponse:
    """The panel of the month's findings, which its page asks for when it is there: the law takes longer to read."""
    if not request.htmx:
        return redirect(f"{reverse('timesheets:findings')}?mois={month}")
    return page(request, "timesheets/parts/findings.html", context={"panel": watching.panel(month)})


def _chosen(
    reading: overview_reading.MonthReading, choice: matrix.Choice, lines: list[overview_reading.Line]
) -> dict[str, Any]:
    """The month laid out as asked, and what else can be asked for."""
    found: dict[str, Any] = {
        "is_empty": not reading.lines,
        "choice": choice,
        "query": choice.query(),
        "views": [
            (label, choice.query(vue=view), view == choice.view) for view, label in matrix.LABELS.items()
        ],
        "people": list({line.employee.pk: line.employee.full_name for line in reading.lines}.items()),
        "hosts": sorted({(line.member.pk, str(line.member)) for line in reading.lines if line.member}),
        "states": list(matrix.STATES.items()),
    }
    if choice.view == matrix.View.GRID:
        found["matrix"] = matrix.month_matrix(reading, lines)
    else:
        lay_out = funnel.by_person if choice.view == matrix.View.PEOPLE else funnel.by_member
        found["rows"] = lay_out(lines)
        found["total"] = funnel.total(found["rows"]).figures
        found["steps"] = funnel.STEPS
        found["totals"] = matrix.state_totals(lines)
    return found


def _waiting(
    reading: overview_reading.MonthReading, choice: matrix.Choice, lines: list[overview_reading.Line]
) -> dict[str, Any]:
    """What is to approve and what blocks, among ``lines``; long lists are cut unless all was asked for."""
    queue = overview_reading.to_approve(reading, lines)
    shown = queue if choice.shows_all else queue[:QUEUE_SHOWN]
    following = [line.timesheet.pk for line in shown[1:]] + [""]
    found = blockers.blockers(reading, lines, reminded=by_hand.reminded_on(reading.on))
    return {
        "queue": queue,
        "queue_shown": list(zip(shown, following, strict=False)),
        "queue_rest": len(queue) - len(shown),
        "queue_all": choice.query(tout="oui"),
        "queue_pks": ",".join(str(line.timesheet.pk) for line in queue),
        "queue_minutes": sum(line.minutes for line in queue),
        "blocker_count": len(found),
        "blockers": [
            (blocker, reverse(blocker.view, args=blocker.args)) for blocker in found[:BLOCKERS_SHOWN]
        ],
    }


def _focus(following: str | None) -> int | str | None:
    """Where to go on after a decision in the queue: the next row, "" when there is none; None without a decision."""
    return int(following) if following and following.isdecimal() else following


def _strip(month: Month) -> list[dict[str, Any]]:
    shown = [month.shift(n) for n in (-2, -1, 0, 1)]
    billed = funnel.billed_months(shown)
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
    return f"{counted(count, 'relevé ouvert')}." if count > 1 else "Un relevé ouvert."


def _approved(count: int) -> str:
    return f"{counted(count, 'relevé approuvé')}." if count > 1 else "Un relevé approuvé."
