"""One day at a time, place by place: where a phone lands, and where times, breaks and notes are written."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from employees.models import Assignment, Employee
from groupement.kernel.french import WEEKDAYS
from groupement.kernel.pages import page
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles
from timesheets.grid.completing import fill_rest, rest_of_month
from timesheets.grid.filling import GridAction
from timesheets.grid.lines import MonthGrid
from timesheets.grid.loading import load_grid, months_to_submit
from timesheets.grid.month_days import NearDay, calendar_of, near_days
from timesheets.grid.one_day import DayPlace, PostedDay, day_places, read_posted_day, stored_field
from timesheets.grid.posted import PostedGrid
from timesheets.grid.views.saving import (
    SaveResult,
    autosave_response,
    is_autosave,
    pop_undo,
    save_posted,
    store_undo,
)

# The page of the whole month, for each page of a day.
MONTHS = {
    "timesheets:day": "timesheets:my_month",
    "timesheets:person_day": "timesheets:person_month",
    "timesheets:grid_day": "timesheets:grid",
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employee")
def my_day(request: UserRequest, month: Month, day: int) -> HttpResponse:
    """One's own day, at all places."""
    return _day_page(request, _day(month, day), get_object_or_404(Employee, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("coordinator", "finance", "admin")
def person_day(request: UserRequest, month: Month, employee: int, day: int) -> HttpResponse:
    """The same of somebody else, for the coordinator and those who read everything."""
    person = get_object_or_404(Employee.objects.visible_to(request.user), pk=employee)
    return _day_page(request, _day(month, day), person)


@require_http_methods(["GET", "HEAD", "POST"])
def grid_day(request: UserRequest, month: Month, assignment: int, day: int) -> HttpResponse:
    """One assignment's day, for who may see it; nothing from elsewhere."""
    visible = Assignment.objects.visible_to(request.user).select_related("employee", "member")
    only = get_object_or_404(visible, pk=assignment)
    return _day_page(request, _day(month, day), only.employee, only)


def _day_page(
    request: UserRequest, day: date, employee: Employee, only: Assignment | None = None
) -> HttpResponse:
    """The page of a day; posted, it is saved and the button's next page follows, or it is shown with its faults."""

    def load() -> MonthGrid:
        return load_grid(
            employee,
            Month.of(day),
            request.user,
            on=timezone.localdate(),
            only=only,
            has_extra_lines="plus" in request.GET,
            is_brief=is_autosave(request),
        )

    if request.method != "POST":
        grid = load()
        return _show(request, grid, day, day_places(grid, day), undo=pop_undo(request))
    action = GridAction(request.POST)
    places: list[DayPlace] = []

    def read(grid: MonthGrid) -> PostedDay:
        asked = {action.verb: action.key} if action.verb in ("plan", "away") and action.is_valid() else {}
        places[:] = day_places(grid, day, request.POST, **asked)
        posted = read_posted_day(grid, places, request.POST, may_choose=not action.is_quiet)
        if action.fill and action.is_valid():
            fill_rest(grid, day, posted, action.fill)
        return posted

    saved = save_posted(request, action, load, read)
    if is_autosave(request):
        return _autosaved(saved, day, places)
    if saved.is_saved:
        store_undo(request, saved)
        return redirect(_address(request, action.next_day or day))
    places = places or day_places(saved.grid, day)
    return _show(request, saved.grid, day, places, posted=saved.posted, action=action)


def _day(month: Month, number: int) -> date:
    """The day of that number; there is no page for the 31st of November."""
    try:
        return month.first.replace(day=number)
    except ValueError as error:
        raise Http404 from error


def _show(
    request: UserRequest,
    grid: MonthGrid,
    day: date,
    places: list[DayPlace],
    *,
    posted: PostedGrid | None = None,
    action: GridAction | None = None,
    undo: str = "",
) -> HttpResponse:
    status = 422 if posted else 200
    context = _day_context(grid, day, places, posted or PostedGrid()) | {"undo": undo, "saved_at": None}
    weeks = calendar_of(grid)
    context |= {
        "weeks": weeks,
        "weekdays": WEEKDAYS,
        "near_days": [_link(request, each) for each in near_days(grid, day, weeks)],
        "rest": rest_of_month(grid),
        "late_months": months_to_submit(grid.employee, Month.of(day)) if _is_landing(grid, day) else [],
        "next_place": next((each for each in places if each.offers_plan and not each.entries), None),
        "month_url": reverse(MONTHS[request.resolver_match.view_name], kwargs=_of_month(request)),
        "has_extra_lines": "plus" in request.GET,
        "action": action or GridAction(),
        "changes": [each for each in grid.changes if each.hours.day == day],
        "title": grid.employee.full_name if not grid.is_own else "Mes heures",
    }
    return page(request, "timesheets/day.html", context=context, status=status)


def _autosaved(saved: SaveResult, day: date, places: list[DayPlace]) -> HttpResponse:
    """The answer to a page that saved itself: the sum, and the hidden fields for its next save."""
    if saved.is_saved:
        saved.posted.mark_saved(saved.grid)
    context = _day_context(saved.grid, day, places, saved.posted)
    context["saved_at"] = timezone.localtime() if saved.is_saved else None
    return autosave_response("timesheets/day.html", context, saved)


def _day_context(grid: MonthGrid, day: date, places: list[DayPlace], posted: PostedGrid) -> dict[str, Any]:
    minutes = [(place, sum(grid.recorded(place.line.key, day).values())) for place in places]
    keys = [place.line.key for place in places]
    return {
        "grid": grid,
        "day": day,
        "places": places,
        "posted": posted,
        "holiday": grid.holidays.get(day, ""),
        "is_absent": day in grid.absent or day in grid.known_absences,
        "sums": [(place.line, each) for place, each in minutes if each],
        "total": sum(each for _, each in minutes),
        "went_on": sum(sum(grid.went_on(key, day).values()) for key in keys),
        "late": sum(sum(grid.late_of[key].get(day, {}).values()) for key in keys),
        "planned": grid.plan.get(day, 0),
        "shown_fields": [stored_field(place, posted) for place in places],
    }


def _is_landing(grid: MonthGrid, day: date) -> bool:
    """Whether the page is the person's own present day, with which a phone begins."""
    return grid.is_own and grid.only is None and day == grid.on


def _link(request: UserRequest, near: NearDay) -> dict[str, Any]:
    return {"near": near, "url": _address(request, near.day)}


def _address(request: UserRequest, day: date) -> str:
    """This page for another day."""
    match = request.resolver_match
    url = reverse(match.view_name, kwargs={**match.kwargs, "month": Month.of(day), "day": day.day})
    return f"{url}?plus=1" if "plus" in request.GET else url


def _of_month(request: UserRequest) -> dict[str, Any]:
    kwargs: dict[str, Any] = request.resolver_match.kwargs
    return {name: value for name, value in kwargs.items() if name != "day"}
