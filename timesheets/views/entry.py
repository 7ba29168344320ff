"""The month grid where hours are entered: by the person for themselves, by a member for one assignment."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from employees.models import Assignment, Employee
from groupement.kernel.french import of
from groupement.kernel.pages import page
from groupement.kernel.periods import Month
from members.access import for_roles
from timesheets.grid.filling import Gesture
from timesheets.grid.lines import Grid
from timesheets.grid.loading import load
from timesheets.grid.typed import Typed, read, seal
from timesheets.grid.weeks import CHOICES, lay_out
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.views.keeping import Kept, is_quiet, keep, recall_past, remember_past, tell_quietly


@require_safe
@for_roles("employee")
def my_months(request: HttpRequest) -> HttpResponse:
    """The oldest month that is still to submit, else the one we are in."""
    present = Month.of(timezone.localdate())
    late = Timesheet.objects.filter(
        employee__user=request.user, status=TimesheetStatus.DRAFT, month__lt=present
    ).order_by("month", "pk")
    return redirect("timesheets:my_month", late.values_list("month", flat=True).first() or present)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employee")
def my_month(request: HttpRequest, month: Month) -> HttpResponse:
    """All the own timesheets of a month: GET shows them, POST saves and perhaps submits."""
    return _answer(request, month, get_object_or_404(Employee, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("coordinator", "finance", "admin")
def person_month(request: HttpRequest, month: Month, employee: int) -> HttpResponse:
    """The same of somebody else: the coordinator corrects it with a trace, others with a group-wide role read it."""
    return _answer(request, month, get_object_or_404(Employee.objects.visible_to(request.user), pk=employee))


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: HttpRequest, month: Month, assignment: int) -> HttpResponse:
    """One assignment's month, for the staff of its member, the person and the coordinator; nothing from elsewhere."""
    visible = Assignment.objects.visible_to(request.user).select_related("employee", "member")
    only = get_object_or_404(visible, pk=assignment)
    return _answer(request, month, only.employee, only)


def _answer(
    request: HttpRequest, month: Month, employee: Employee, only: Assignment | None = None
) -> HttpResponse:
    """Show the grid; when it is posted, keep it and show what is kept, or what was typed with its faults."""

    def look() -> Grid:
        options = {"only": only, "is_spacious": "plus" in request.GET, "is_brief": is_quiet(request)}
        return load(employee, month, request.user, on=timezone.localdate(), **options)

    if request.method != "POST":
        return _show(request, look(), past=recall_past(request))
    gesture = Gesture(request.POST)
    options = {"fill": gesture.filling, "may_choose": not gesture.is_quiet}
    kept = keep(request, gesture, look, lambda grid: read(grid, request.POST, **options))
    if is_quiet(request):
        return _tell_quietly(kept)
    if not kept.is_kept:
        return _show(request, kept.grid, gesture=gesture, typed=kept.typed)
    if not request.htmx:
        remember_past(request, kept)
        return redirect(request.get_full_path())
    return _show(request, look(), past=kept.past, saved_at=timezone.localtime())


def _show(
    request: HttpRequest,
    grid: Grid,
    *,
    gesture: Gesture | None = None,
    typed: Typed | None = None,
    past: str = "",
    saved_at: datetime | None = None,
) -> HttpResponse:
    gesture, status = gesture or Gesture(), 422 if typed else 200
    typed = typed or Typed()
    context = _context(request, grid, gesture, typed) | {"past": past, "saved_at": saved_at}
    return page(request, "timesheets/entry.html", part="month", context=context, status=status)


def _tell_quietly(kept: Kept) -> HttpResponse:
    """The sum, and what the page must know for its next save; the cells stay as they are."""
    if kept.is_kept:
        kept.typed.keep(kept.grid)
    context = {
        "grid": kept.grid,
        "typed": kept.typed,
        "seals": _seals(kept.grid, kept.typed),
        "saved_at": timezone.localtime() if kept.is_kept else None,
    }
    return tell_quietly("timesheets/entry.html", context, kept)


def _seals(grid: Grid, typed: Typed) -> list[tuple[str, str, str]]:
    """What the cells of the page are based on, which may be less than what is stored by now; with older names."""
    return [
        (f"vu-{line.key}", seal(typed.shown.get(line.key, grid.days_of[line.key])), line.aliases[-1])
        for line in grid.sheets
    ]


def _context(request: HttpRequest, grid: Grid, gesture: Gesture, typed: Typed) -> dict[str, Any]:
    for line in grid.lines:
        line.caption = render_to_string("timesheets/entry/caption.html", {"line": line})
    return {
        "grid": grid,
        "weeks": lay_out(grid, typed),
        "seals": _seals(grid, typed),
        "sheets": [(line, grid.total(line)) for line in grid.sheets],
        "typed": typed,
        "gesture": gesture,
        "choices": CHOICES,
        "months": [
            {
                "url": _address(request, stage.month),
                "label": _label(stage.month, grid.month),
                "current": stage.month == grid.month,
                "state": stage.state,
                "state_label": stage.state_label,
            }
            for stage in grid.stages
        ],
        "colleagues": _colleagues(request, grid),
        "is_spacious": "plus" in request.GET,
        "title": _title(grid),
    }


def _address(request: HttpRequest, month: Month) -> str:
    """This page for another month."""
    match = request.resolver_match
    return reverse(match.view_name, kwargs={**match.kwargs, "month": month})


def _label(month: Month, shown: Month) -> str:
    """ "Octobre", with its year when it is another one than that of the month shown."""
    label = month.label.capitalize()
    return label if month.year != shown.year else label.split()[0]


def _title(grid: Grid) -> str:
    if grid.only is None and grid.is_own:
        return f"Mes heures, {grid.month.label}"
    where = f" chez {grid.only.member}" if grid.only else ""
    return f"Heures {of(str(grid.employee))}{where}, {grid.month.label}"


def _colleagues(request: HttpRequest, grid: Grid) -> list[dict[str, Any]]:
    """Everybody at the same member this month, to go from one to the next."""
    if grid.only is None:
        return []
    placed = Assignment.objects.visible_to(request.user).during(grid.month).filter(member=grid.only.member)
    rows = placed.select_related("employee").order_by("employee__last_name__unaccent", "starts_on", "pk")
    return [
        {
            "url": reverse("timesheets:grid", args=[grid.month, row.pk]),
            "name": row.employee.full_name,
            "job": row.job,
            "current": row.pk == grid.only.pk,
        }
        for row in rows
    ]
