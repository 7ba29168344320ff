"""The month grid where hours are entered: by the person for themselves, by a member for one assignment."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from employees.models import Assignment, Employee
from groupement.pages import act, page
from groupement.periods import Month
from members.access import for_roles
from timesheets.day_rules import BadDays
from timesheets.entering import Entered, enter
from timesheets.grid import CHOICES, Gesture, Grid, Typed, lay_out, load, read, seal
from timesheets.models import Timesheet, TimesheetStatus


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
    options: dict[str, Any] = {"only": only, "is_spacious": "plus" in request.GET}
    grid = load(employee, month, request.user, **options)
    gesture, typed, saved_at = Gesture(), Typed(), None
    if request.method == "POST":
        gesture = Gesture(request.POST)
        typed = read(grid, request.POST, fill=gesture.is_copy)
        if _keep(request, grid, gesture, typed):
            if not request.htmx:
                return redirect(request.get_full_path())
            grid, gesture, typed = load(employee, month, request.user, **options), Gesture(), Typed()
            saved_at = timezone.localtime()
    context = _context(request, grid, gesture, typed) | {"saved_at": saved_at}
    status = 200 if typed.is_good else 422
    return page(request, "timesheets/entry.html", part="month", context=context, status=status)


def _keep(request: HttpRequest, grid: Grid, gesture: Gesture, typed: Typed) -> bool:
    """Do what was asked, if all that was typed can be read; faults that the act finds go to their cells."""
    if not gesture.is_valid():
        typed.general += [error for errors in gesture.errors.values() for error in errors]
    if not typed.is_good:
        return False
    done = act(
        request,
        enter,
        grid.employee,
        grid.month,
        typed.changes,
        form=gesture,
        success=None if gesture.is_quiet else _say,
        by=request.user,
        at=timezone.now(),
        **gesture.orders(grid),
    )
    if isinstance(done.refusal, BadDays):
        typed.blame(grid, done.refusal.faults)
    elif done.refusal:
        typed.general.append(done.refusal.message)
    return bool(done)


def _say(entered: Entered) -> str:
    if entered.submitted > 1:
        return f"{entered.submitted} relevés sont soumis."
    if entered.submitted:
        return "Le relevé est soumis."
    return "Le brouillon est enregistré." if entered.changed else "Rien n’avait changé."


def _context(request: HttpRequest, grid: Grid, gesture: Gesture, typed: Typed) -> dict[str, Any]:
    return {
        "grid": grid,
        "weeks": lay_out(grid, typed),
        "seals": [(f"vu-{line.key}", seal(grid.days_of[line.key])) for line in grid.sheets],
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
    return f"Heures de {grid.employee}{where}, {grid.month.label}"


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
