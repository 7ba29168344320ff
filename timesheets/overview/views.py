"""The coordinator’s month: who works for whom, what blocks, and what is to approve, decided in place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from groupement.kernel.asked import asked_key, asked_moment
from groupement.kernel.french import MONTHS, counted, enumeration
from groupement.kernel.pages import act, page
from groupement.kernel.periods import Month
from members.access import UserRequest, coordinates, for_roles
from members.models import User
from timesheets import approval, recording
from timesheets.models import BY_PERSON_AND_MEMBER, Timesheet, TimesheetStatus
from timesheets.opening import how_it_opens
from timesheets.overview import awaited, blockers, funnel, matrix, month_sheets
from timesheets.overview.inbox import read_inbox
from timesheets.reminding import sending
from timesheets.watching import findings


@require_safe
@for_roles("coordinator", "finance", "admin")
def months(_request: UserRequest) -> HttpResponse:
    """The month to work on: the one that ended, until all of it is approved; then the one we are in."""
    present = Month.of(timezone.localdate())
    is_closing = (
        Timesheet.objects.filter(month=present.previous).exclude(status=TimesheetStatus.APPROVED).exists()
    )
    return redirect("timesheets:month", present.previous if is_closing else present)


@require_safe
@for_roles("coordinator", "finance", "admin")
def month(request: UserRequest, month: Month) -> HttpResponse:
    """The whole month; only the coordinator is offered decisions."""
    return month_page(request, month)


@require_POST
@for_roles("coordinator")
def open_month(request: UserRequest, month: Month) -> HttpResponse:
    """Make the timesheets that are missing in the month."""
    act(request, recording.open_month, month, at=timezone.now(), success=_opened)
    return back_to_month(request, month)


@require_POST
@for_roles("coordinator")
def approve_confirmed(request: UserRequest, month: Month) -> HttpResponse:
    """Approve the timesheets that the posted page listed; a message for each that could not be approved."""
    at = timezone.now()
    seen = posted_keys(request)
    sheets = Timesheet.objects.filter(month=month, pk__in=seen).select_related(
        "employee", "assignment__member"
    )
    done = approval.approve_all(sheets.order_by(*BY_PERSON_AND_MEMBER), by=request.user, at=at)
    if done.count:
        messages.success(request, _approved(done.count), extra_tags=_way_back(month, at))
    if not seen:
        messages.error(request, "Aucun relevé n’est coché\u00a0: cochez ceux que vous approuvez.")
    for timesheet, sentence in done.exceptions:
        messages.error(request, f"{month_sheets.sheet_title(timesheet)}\u00a0: {sentence}")
    return back_to_month(request, month)


@require_POST
@for_roles("coordinator")
def undo_approvals(request: UserRequest, month: Month) -> HttpResponse:
    """Take back at once all that one's approval of a moment has approved, within the quarter of an hour."""
    moment = asked_moment(request.GET.get("le", ""))
    sheets = Timesheet.objects.filter(month=month, approved_at=moment) if moment else Timesheet.objects.none()
    whole = sheets.select_related("employee", "assignment__member").order_by(*BY_PERSON_AND_MEMBER)
    done = approval.undo_all(whole, by=request.user, at=timezone.now())
    if done.count:
        messages.success(request, f"Approbation annulée\u00a0: {counted(done.count, 'relevé')}.")
    elif not done.exceptions:
        messages.error(
            request, "Cette approbation est déjà annulée, ou ces relevés ont changé d’état depuis."
        )
    for timesheet, sentence in done.exceptions:
        messages.error(request, f"{month_sheets.sheet_title(timesheet)}\u00a0: {sentence}")
    return back_to_month(request, month)


def posted_keys(request: UserRequest) -> set[int]:
    """The keys of the timesheets that a page listed, apart or joined by commas."""
    named = [pk for each in request.POST.getlist("timesheet") for pk in each.split(",")]
    return {key for pk in named if (key := asked_key(pk))}


def _way_back(month: Month, at: datetime) -> str:
    """The address that undoes what was approved at that moment."""
    return f"{reverse('timesheets:undo_approvals', args=[month])}?{urlencode({'le': at.astimezone(UTC).isoformat()})}"


def back_to_month(request: UserRequest, month: Month) -> HttpResponse:
    """After a decision: the month's new content for htmx, else a redirect to its page, with its filters."""
    if request.htmx:
        return month_page(request, month)
    asked = request.GET.urlencode()
    return redirect(reverse("timesheets:month", args=[month]) + (f"?{asked}" if asked else ""))


def month_page(request: UserRequest, month: Month, *, with_inbox: bool = False) -> HttpResponse:
    """The page of ``month``, or its content for htmx; 204 when the fingerprint that htmx sends is still right.

    ``with_inbox``: with what waits in it, as htmx always gets it; else the page asks for it once it is there, because
    the law takes longer to read.
    """
    if (
        request.htmx
        and request.method == "GET"
        and request.GET.get("vu") == month_sheets.month_fingerprint(month)
    ):
        return HttpResponse(status=204)
    reading, choice, lines = _read(request, month)
    queue = month_sheets.to_approve(reading, lines)
    context = {
        "month": month,
        "fingerprint": reading.fingerprint,
        "months": _month_tabs(month),
        "stages": funnel.month_steps(reading),
        "decides": coordinates(request.user),
        "just_approved": _just_approved(request.user, month),
        "queue_count": len(queue),
        "queue_minutes": sum(line.minutes for line in queue),
        **_view_context(reading, choice, lines),
    }
    if with_inbox or request.htmx:
        context |= _inbox_context(request, reading, lines)
    return page(request, "timesheets/month.html", part="month", context=context)


@require_safe
@for_roles("coordinator", "finance", "admin")
def inbox(request: UserRequest, month: Month) -> HttpResponse:
    """What waits in the month: the part that its page asks for when it is there, or without a script the whole page."""
    if not request.htmx:
        return month_page(request, month, with_inbox=True)
    reading, choice, lines = _read(request, month)
    context = {
        "month": month,
        "decides": coordinates(request.user),
        "query": choice.query(),
        "choice": choice,
        **_inbox_context(request, reading, lines),
    }
    return page(request, "timesheets/parts/inbox.html", context=context)


@require_POST
@for_roles("coordinator")
def remind_late(request: UserRequest, month: Month) -> HttpResponse:
    """Write to those who are late among whom the posted page listed, each once a day; those in time are left alone."""
    reading = month_sheets.read_month(month, on=timezone.localdate())
    seen = posted_keys(request)
    found = awaited.read_awaited(reading, blockers.blockers(reading))
    late = [sheet.pk for sheet in awaited.late_sheets(found) if sheet.pk in seen]
    sheets = Timesheet.objects.filter(pk__in=late).select_related("employee__user", "assignment__member")
    if not late:
        messages.info(request, "Personne n’est en retard parmi ces relevés\u00a0: rien n’est parti.")
    elif set(late) <= sending.reminded_on(reading.on):
        messages.info(
            request, "Ces personnes ont déjà été relancées aujourd’hui\u00a0: rien de plus n’est parti."
        )
    else:
        at = timezone.now()
        ordered = list(sheets.order_by(*BY_PERSON_AND_MEMBER))
        act(request, sending.remind, ordered, by=request.user, at=at, success=reminder_sent)
    return back_to_month(request, month)


def reminder_sent(users: Sequence[User]) -> str:
    return f"Relance envoyée à {enumeration(users)}."


@require_safe
@for_roles("coordinator", "finance", "admin")
def alerts(request: UserRequest, month: Month) -> HttpResponse:
    """The panel of the month's findings, which its page asks for when it is there: the law takes longer to read."""
    if not request.htmx:
        return redirect(f"{reverse('timesheets:findings')}?mois={month}")
    return page(request, "timesheets/parts/findings.html", context={"panel": findings.findings_panel(month)})


def _view_context(
    reading: month_sheets.MonthSheets, choice: matrix.MonthFilter, lines: list[month_sheets.SheetFigures]
) -> dict[str, Any]:
    """The chosen view of the month, and the choices of the filters."""
    found: dict[str, Any] = {
        "is_empty": not reading.lines,
        "how_it_opens": how_it_opens(reading.month, reading.on),
        "choice": choice,
        "query": choice.query(),
        "views": [
            (label, choice.query(vue=view), view == choice.view) for view, label in matrix.VIEW_LABELS.items()
        ],
        "people": list({line.employee.pk: line.employee.full_name for line in reading.lines}.items()),
        "hosts": sorted({(line.member.pk, str(line.member)) for line in reading.lines if line.member}),
        "states": list(matrix.STATE_LABELS.items()),
    }
    if choice.view == matrix.MonthView.GRID:
        found["matrix"] = matrix.month_matrix(reading, lines)
    else:
        group_rows = funnel.by_person if choice.view == matrix.MonthView.PEOPLE else funnel.by_member
        found["rows"] = group_rows(lines)
        found["total"] = funnel.sum_of_rows(found["rows"]).figures
        found["steps"] = funnel.STEPS
        found["totals"] = matrix.state_totals(lines)
    return found


def _read(
    request: UserRequest, month: Month
) -> tuple[month_sheets.MonthSheets, matrix.MonthFilter, list[month_sheets.SheetFigures]]:
    """The month, what was chosen to see of it, and the timesheets that this leaves."""
    reading = month_sheets.read_month(month, on=timezone.localdate())
    choice = matrix.MonthFilter.read(request.GET, reading)
    return reading, choice, [line for line in reading.lines if choice.holds(line)]


def _inbox_context(
    request: UserRequest, reading: month_sheets.MonthSheets, lines: list[month_sheets.SheetFigures]
) -> dict[str, Any]:
    """What waits, among ``lines``; ``departing`` with the key of the row to go on with after each decision."""
    found = read_inbox(reading, lines, request.user)
    departing = found.batch.departing
    following = [each.line.timesheet.pk for each in departing[1:]] + [""]
    return {
        "inbox": found,
        "departing": list(zip(departing, following, strict=False)),
        "blocking": [(each, reverse(each.view, args=each.args)) for each in found.blocking],
        "focus": _next_row(request.POST.get("next")),
    }


def _just_approved(user: User, month: Month) -> dict[str, Any] | None:
    """What ``user`` has just approved at once, while all of it can be undone: how many, when, and the address."""
    at = timezone.now()
    last = approval.last_batch(month, by=user, at=at) if coordinates(user) else None
    return {"count": last[1], "at": last[0], "url": _way_back(month, last[0])} if last else None


def _next_row(following: str | None) -> int | str | None:
    """Where to go on after a decision in the queue: the next row, "" when there is none; None without a decision."""
    return asked_key(following) or following


def _month_tabs(month: Month) -> list[dict[str, Any]]:
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
