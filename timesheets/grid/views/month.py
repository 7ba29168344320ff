"""The month grid where hours are entered: by the person for themselves, by a member for one assignment."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from employees.models import Assignment, Employee
from groupement.kernel.french import of
from groupement.kernel.pages import DEVICE_HEADERS, is_phone, page
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles
from timesheets.grid.filling import GridAction
from timesheets.grid.lines import MonthGrid
from timesheets.grid.loading import load_grid, months_to_submit
from timesheets.grid.posted import PostedGrid, encode_minutes, read_posted_grid
from timesheets.grid.views.saving import (
    SaveResult,
    autosave_response,
    is_autosave,
    pop_undo,
    save_posted,
    store_undo,
)
from timesheets.grid.weeks import ABSENCE_CHOICES, weeks_of


@require_safe
@for_roles("employee")
def my_months(request: UserRequest) -> HttpResponse:
    """On a phone the present day; else the oldest month that is still to submit, or the one we are in."""
    today = timezone.localdate()
    if is_phone(request):
        answer = redirect("timesheets:day", Month.of(today), today.day)
    else:
        late = months_to_submit(get_object_or_404(Employee, user=request.user), Month.of(today))
        answer = redirect("timesheets:my_month", late[0].month if late else Month.of(today))
    patch_vary_headers(answer, DEVICE_HEADERS)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employee")
def my_month(request: UserRequest, month: Month) -> HttpResponse:
    """All the own timesheets of a month: GET shows them, POST saves and perhaps submits."""
    return _month_page(request, month, get_object_or_404(Employee, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("coordinator", "finance", "admin")
def person_month(request: UserRequest, month: Month, employee: int) -> HttpResponse:
    """The same of somebody else: the coordinator corrects it with a trace, others with a group-wide role read it."""
    return _month_page(
        request, month, get_object_or_404(Employee.objects.visible_to(request.user), pk=employee)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: UserRequest, month: Month, assignment: int) -> HttpResponse:
    """One assignment's month, for the staff of its member, the person and the coordinator; nothing from elsewhere."""
    visible = Assignment.objects.visible_to(request.user).select_related("employee", "member")
    only = get_object_or_404(visible, pk=assignment)
    return _month_page(request, month, only.employee, only)


def _month_page(
    request: UserRequest, month: Month, employee: Employee, only: Assignment | None = None
) -> HttpResponse:
    """The page of a month; posted, it is saved and shown again, or shown with its faults."""

    def load() -> MonthGrid:
        return load_grid(
            employee,
            month,
            request.user,
            on=timezone.localdate(),
            only=only,
            has_extra_lines="plus" in request.GET,
            is_brief=is_autosave(request),
        )

    if request.method != "POST":
        return _show(request, load(), undo=pop_undo(request))
    action = GridAction(request.POST)

    def read(grid: MonthGrid) -> PostedGrid:
        return read_posted_grid(grid, request.POST, fill=action.fill, may_choose=not action.is_quiet)

    saved = save_posted(request, action, load, read)
    if is_autosave(request):
        return _autosaved(saved)
    if not saved.is_saved:
        return _show(request, saved.grid, action=action, posted=saved.posted)
    if not request.htmx:
        store_undo(request, saved)
        return redirect(request.get_full_path())
    return _show(request, load(), undo=saved.undo, saved_at=timezone.localtime())


def _show(
    request: UserRequest,
    grid: MonthGrid,
    *,
    action: GridAction | None = None,
    posted: PostedGrid | None = None,
    undo: str = "",
    saved_at: datetime | None = None,
) -> HttpResponse:
    action, status = action or GridAction(), 422 if posted else 200
    posted = posted or PostedGrid()
    context = _context(request, grid, action, posted) | {"undo": undo, "saved_at": saved_at}
    return page(request, "timesheets/entry.html", part="month", context=context, status=status)


def _autosaved(saved: SaveResult) -> HttpResponse:
    """The answer to a page that saved itself: the sum, and the hidden fields for its next save."""
    if saved.is_saved:
        saved.posted.mark_saved(saved.grid)
    context = {
        "grid": saved.grid,
        "posted": saved.posted,
        "shown_fields": _shown_fields(saved.grid, saved.posted),
        "saved_at": timezone.localtime() if saved.is_saved else None,
    }
    return autosave_response("timesheets/entry.html", context, saved)


def _shown_fields(grid: MonthGrid, posted: PostedGrid) -> list[tuple[str, str, str]]:
    """Hidden fields with the stored hours as the page shows them: name, value, name before the month was opened."""
    return [
        (
            f"vu-{line.key}",
            encode_minutes(posted.shown.get(line.key, grid.days_of[line.key])),
            line.aliases[-1],
        )
        for line in grid.sheets
    ]


def _context(request: UserRequest, grid: MonthGrid, action: GridAction, posted: PostedGrid) -> dict[str, Any]:
    for line in grid.lines:
        line.caption = render_to_string("timesheets/entry/caption.html", {"line": line})
    return {
        "grid": grid,
        "weeks": weeks_of(grid, posted),
        "shown_fields": _shown_fields(grid, posted),
        "sheets": [(line, grid.total(line)) for line in grid.sheets],
        "posted": posted,
        "action": action,
        "choices": ABSENCE_CHOICES,
        "months": [
            {
                "url": _address(request, stage.month),
                "label": _label(stage.month, grid.month),
                "current": stage.month == grid.month,
                "state": stage.state,
                "state_label": stage.state_label,
            }
            for stage in grid.month_tabs
        ],
        "colleagues": _colleagues(request, grid),
        "has_extra_lines": "plus" in request.GET,
        "title": _title(grid),
    }


def _address(request: UserRequest, month: Month) -> str:
    """This page for another month."""
    match = request.resolver_match
    return reverse(match.view_name, kwargs={**match.kwargs, "month": month})


def _label(month: Month, shown: Month) -> str:
    """ "Octobre", with its year when it is another one than that of the month shown."""
    label = month.label.capitalize()
    return label if month.year != shown.year else label.split()[0]


def _title(grid: MonthGrid) -> str:
    if grid.only is None and grid.is_own:
        return f"Mes heures, {grid.month.label}"
    where = f" chez {grid.only.member}" if grid.only else ""
    return f"Heures {of(str(grid.employee))}{where}, {grid.month.label}"


def _colleagues(request: UserRequest, grid: MonthGrid) -> list[dict[str, Any]]:
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
