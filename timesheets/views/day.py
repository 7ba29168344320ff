"""One day at a time, with times, breaks and notes: the entry of hours on a phone."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from employees.models import Assignment, Employee
from groupement.kernel.pages import page
from groupement.kernel.periods import Month
from members.access import for_roles
from timesheets.grid.filling import Gesture
from timesheets.grid.lines import Grid
from timesheets.grid.loading import load
from timesheets.grid.one_day import DayTyped, Spot, open_day, read_day, seal_day
from timesheets.grid.typed import Typed
from timesheets.views.keeping import Kept, is_quiet, keep, recall_past, remember_past, tell_quietly

# The page of the whole month, for each page of a day.
MONTHS = {
    "timesheets:day": "timesheets:my_month",
    "timesheets:person_day": "timesheets:person_month",
    "timesheets:grid_day": "timesheets:grid",
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employee")
def my_day(request: HttpRequest, month: Month, day: int) -> HttpResponse:
    """One's own day, at all places."""
    return _answer(request, _day(month, day), get_object_or_404(Employee, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("coordinator", "finance", "admin")
def person_day(request: HttpRequest, month: Month, employee: int, day: int) -> HttpResponse:
    """The same of somebody else, for the coordinator and those who read everything."""
    person = get_object_or_404(Employee.objects.visible_to(request.user), pk=employee)
    return _answer(request, _day(month, day), person)


@require_http_methods(["GET", "HEAD", "POST"])
def grid_day(request: HttpRequest, month: Month, assignment: int, day: int) -> HttpResponse:
    """One assignment's day, for who may see it; nothing from elsewhere."""
    visible = Assignment.objects.visible_to(request.user).select_related("employee", "member")
    only = get_object_or_404(visible, pk=assignment)
    return _answer(request, _day(month, day), only.employee, only)


def _answer(
    request: HttpRequest, day: date, employee: Employee, only: Assignment | None = None
) -> HttpResponse:
    """Show the day; when it is posted, keep it and go where the button says, or show what was typed with its faults."""

    def look() -> Grid:
        options = {"only": only, "is_spacious": "plus" in request.GET, "is_brief": is_quiet(request)}
        return load(employee, Month.of(day), request.user, on=timezone.localdate(), **options)

    if request.method != "POST":
        grid = look()
        return _show(request, grid, day, open_day(grid, day), past=recall_past(request))
    gesture = Gesture(request.POST)
    spots: list[Spot] = []

    def read(grid: Grid) -> DayTyped:
        spots[:] = open_day(grid, day, request.POST, plan=gesture.key if gesture.verb == "plan" else "")
        return read_day(grid, spots, request.POST, may_choose=not gesture.is_quiet)

    kept = keep(request, gesture, look, read)
    if is_quiet(request):
        return _tell_quietly(kept, day, spots)
    if kept.is_kept:
        remember_past(request, kept)
        return redirect(_address(request, gesture.goes_to or day))
    spots = spots or open_day(kept.grid, day)
    return _show(request, kept.grid, day, spots, typed=kept.typed)


def _day(month: Month, number: int) -> date:
    """The day of that number; there is no page for the 31st of November."""
    try:
        return month.first.replace(day=number)
    except ValueError as error:
        raise Http404 from error


def _show(
    request: HttpRequest,
    grid: Grid,
    day: date,
    spots: list[Spot],
    *,
    typed: Typed | None = None,
    past: str = "",
) -> HttpResponse:
    status = 422 if typed else 200
    context = _told(grid, day, spots, typed or Typed()) | {"past": past, "saved_at": None}
    context |= {
        "days": [_linked(request, day + timedelta(days=n)) for n in (-1, 1)],
        "month_url": reverse(MONTHS[request.resolver_match.view_name], kwargs=_of_month(request)),
        "is_spacious": "plus" in request.GET,
        "title": grid.employee.full_name if not grid.is_own else "Mes heures",
    }
    return page(request, "timesheets/day.html", context=context, status=status)


def _tell_quietly(kept: Kept, day: date, spots: list[Spot]) -> HttpResponse:
    """What the day comes to, and what the page must know for its next save; the fields stay as they are."""
    if kept.is_kept:
        kept.typed.keep(kept.grid)
    context = _told(kept.grid, day, spots, kept.typed)
    context["saved_at"] = timezone.localtime() if kept.is_kept else None
    return tell_quietly("timesheets/day.html", context, kept)


def _told(grid: Grid, day: date, spots: list[Spot], typed: Typed) -> dict[str, Any]:
    minutes = [(spot, sum(grid.days_of[spot.line.key].get(day, {}).values())) for spot in spots]
    return {
        "grid": grid,
        "day": day,
        "spots": spots,
        "typed": typed,
        "holiday": grid.holidays.get(day, ""),
        "is_absent": day in grid.absent or day in grid.known_away,
        "sums": [(spot.line, each) for spot, each in minutes if each],
        "total": sum(each for _, each in minutes),
        "planned": grid.plan.get(day, 0),
        "seals": [seal_day(spot, typed) for spot in spots],
    }


def _linked(request: HttpRequest, day: date) -> dict[str, Any]:
    return {"day": day, "url": _address(request, day)}


def _address(request: HttpRequest, day: date) -> str:
    """This page for another day."""
    match = request.resolver_match
    url = reverse(match.view_name, kwargs={**match.kwargs, "month": Month.of(day), "day": day.day})
    return f"{url}?plus=1" if "plus" in request.GET else url


def _of_month(request: HttpRequest) -> dict[str, Any]:
    kwargs: dict[str, Any] = request.resolver_match.kwargs
    return {name: value for name, value in kwargs.items() if name != "day"}
