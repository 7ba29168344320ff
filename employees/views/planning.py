"""The planning by week and by month: everybody’s for the group, one’s own, or what is at one’s member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from employees.calendar import calendars
from employees.calendar.calendars import PlanningCalendar
from employees.calendar.rows import CalendarRow, DayCell
from employees.calendar.week import Week
from employees.models import Absence, Employee
from employees.views import day_plan
from employees.views.choices import MEMBERS, OWN, PEOPLE, PlanningChoice, Viewer
from employees.views.forms import AbsenceForm
from employees.worktime_rules.facts import Finding, Rule, Severity
from employees.worktime_rules.records import planned_findings
from groupement.kernel.pages import page
from groupement.kernel.periods import Month
from members.access import UserRequest, today
from members.models import Member

GRAVITY = list(Severity)


@dataclass(frozen=True)
class LawFinding:
    """One finding about one person’s plan."""

    employee: Employee
    finding: Finding

    @property
    def tone(self) -> str:
        return Severity(self.finding.severity).tone


def law_findings(choice: PlanningChoice, calendar: PlanningCalendar) -> list[LawFinding]:
    """The findings about the people of ``calendar``, the gravest first, without the long days among its clashes."""
    people = {row.employee.pk: row.employee for row in calendar.rows if row.employee}
    people |= {
        place.assignment.employee_id: place.assignment.employee
        for row in calendar.rows
        for cell in row.cells
        for place in cell.places
    }
    among_clashes = {
        (clash.employee.pk, clash.first) for clash in calendar.clashes if clash.article == "L3121-18"
    }
    found = planned_findings(choice.span.first, choice.span.before, set(people))
    rows = [
        LawFinding(people[pk], finding)
        for pk, findings in found.items()
        for finding in findings
        if finding.rule != Rule.DAILY or (pk, finding.day) not in among_clashes
    ]
    return sorted(rows, key=_gravest_first)


def _gravest_first(each: LawFinding) -> tuple[int, int, str, int]:
    finding = each.finding
    return (
        GRAVITY.index(Severity(finding.severity)),
        finding.day.toordinal(),
        each.employee.full_name,
        each.employee.pk,
    )


ROWS, MONTH_ROWS = 40, 25
MOST_CLASHES = 12
MOST_FINDINGS = 20
WEEKEND = timedelta(days=2)
LAW = "planning-law"  # the part that is asked for once the page is there: it reads months of plan
LABELS = {OWN: "Mon planning", PEOPLE: "Par personne", MEMBERS: "Par adhérent"}


@require_safe
def planning(request: UserRequest) -> HttpResponse:
    """The week we are in, for the role in use; one’s own turns to the next at the weekend."""
    viewer = Viewer.of(request)
    choice = PlanningChoice.of(request, viewer, Week.of(today()))
    return redirect(choice.to(span=Week.of(today() + WEEKEND)).url if choice.view == OWN else choice.url)


@require_safe
def week(request: UserRequest, week: Week) -> HttpResponse:
    """One week."""
    viewer = Viewer.of(request)
    return show(request, viewer, PlanningChoice.of(request, viewer, week))


@require_safe
def month(request: UserRequest, month: Month) -> HttpResponse:
    """One month."""
    viewer = Viewer.of(request)
    return show(request, viewer, PlanningChoice.of(request, viewer, month))


def show(
    request: UserRequest,
    viewer: Viewer,
    choice: PlanningChoice,
    *,
    faulty: tuple[int, str, forms.Form] | None = None,
    absence: tuple[Absence | None, AbsenceForm] | None = None,
) -> HttpResponse:
    """The page of ``choice``, or its content when htmx asks; status 422 with a form that was refused."""
    context = _frame(viewer, choice) | (
        _own(viewer, choice) if choice.view == OWN else _everybody(request, viewer, choice)
    )
    context |= _absences(viewer, context, absence)
    if viewer.decides and choice.view != OWN:
        context["day_plan"] = day_plan.read_day_plan(choice, timezone.now(), faulty)
    status = 422 if faulty or absence else 200
    part = "law" if request.htmx.target == LAW else "planning"
    return page(request, "employees/planning.html", part=part, context=context, status=status)


def _frame(viewer: Viewer, choice: PlanningChoice) -> dict[str, Any]:
    """Where one is, and where one may go from here."""
    return {
        "choice": choice,
        "decides": viewer.decides and choice.view != OWN,
        "inside": viewer.sees_all,
        "own": choice.view == OWN,
        "by_member": choice.view == MEMBERS,
        "today": today(),
        "views": [
            {"label": LABELS[name], "url": choice.to(view=name).url, "current": name == choice.view}
            for name in viewer.views
        ],
        "spans": [
            {"label": "Semaine", "url": choice.to(span=choice.week).url, "current": choice.is_week},
            {"label": "Mois", "url": choice.to(span=choice.month).url, "current": not choice.is_week},
        ],
        "previous_url": choice.to(span=choice.span.previous).url,
        "next_url": choice.to(span=choice.span.next).url,
        "present_url": choice.to(span=Week.of(today()) if choice.is_week else Month.of(today())).url,
        "is_present": today() in choice.span,
        "day_plan": None,
    }


def _everybody(request: UserRequest, viewer: Viewer, choice: PlanningChoice) -> dict[str, Any]:
    read = _read(viewer, choice)
    return {
        "calendar": read,
        "page": Paginator(read.rows, ROWS if choice.is_week else MONTH_ROWS).get_page(
            request.GET.get("page")
        ),
        "clashes": read.clashes[:MOST_CLASHES],
        "more_clashes": max(0, len(read.clashes) - MOST_CLASHES),
        "people": list(Employee.objects.by_name()) if viewer.sees_all else [],
        **_law(request, viewer, choice, read),
        "members": list(Member.objects.order_by("short_name", "pk")) if viewer.sees_all else viewer.members,
    }


def _law(
    request: UserRequest, viewer: Viewer, choice: PlanningChoice, calendar: PlanningCalendar
) -> dict[str, Any]:
    """The findings of the law of working time about the plan, when the coordination asks for them."""
    if not viewer.decides or "loi" not in request.GET:
        return {"law_findings": None}
    found_by_law = law_findings(choice, calendar)
    grave = [each for each in found_by_law if each.tone != "info"]
    return {
        "law_findings": grave[:MOST_FINDINGS],
        "law_count": len(grave),
        "remarks": [each for each in found_by_law if each.tone == "info"][:MOST_FINDINGS],
    }


def _own(viewer: Viewer, choice: PlanningChoice) -> dict[str, Any]:
    """One’s own days with who else is there; of the present week also what comes next."""
    read = _read(viewer, choice)
    row = read.rows[0] if read.rows else None
    first, before = choice.span.first, choice.span.before
    company = calendars.colleagues(row, first, before) if row else {}
    return {
        "calendar": read,
        "row": row,
        "days": [
            (cell, [(place, company.get((place.assignment.pk, cell.day), [])) for place in cell.places])
            for cell in (row.cells if row else ())
        ],
        "weeks": _weeks(row.cells, choice) if row and not choice.is_week else [],
        "coming": _coming(row),
    }


def _coming(row: CalendarRow | None) -> DayCell | None:
    """The next day, today included, on which the person is expected."""
    cells = row.cells if row else ()
    return next((cell for cell in cells if cell.day >= today() and cell.minutes and not cell.absence), None)


def _weeks(cells: Any, choice: PlanningChoice) -> list[tuple[Week, list[Any]]]:
    """The cells of a month by week, with nothing where another month’s days are."""
    by_day = {cell.day: cell for cell in cells}
    first = Week.of(choice.month.first)
    weeks = []
    while first.first < choice.month.before:
        weeks.append((first, [by_day.get(day) for day in first.days]))
        first = first.next
    return weeks


def _read(viewer: Viewer, choice: PlanningChoice) -> PlanningCalendar:
    scope, members = viewer.scope(choice), choice.view == MEMBERS
    if isinstance(choice.span, Week):
        return calendars.week_calendar(choice.span, scope, members=members)
    return calendars.month_calendar(choice.span, scope, members=members)


def _absences(
    viewer: Viewer, context: dict[str, Any], refused: tuple[Absence | None, AbsenceForm] | None
) -> dict[str, Any]:
    """The absences of those days with a form for each that may be changed, and one for a further one."""
    may_record = context["own"] or viewer.decides
    edited, form = refused or (None, None)
    further = form if edited is None else None
    if further is None and may_record:
        people = None if context["own"] else context["people"]
        further = AbsenceForm(people=people, prefix="absence")
    return {
        "absences": [
            (
                row,
                (form if edited == row else AbsenceForm(absence=row, prefix=f"a{row.pk}"))
                if may_record
                else None,
            )
            for row in context["calendar"].absences
        ],
        # Why somebody is absent is for the person and the coordination; pay needs the kind and the days.
        "reads_notes": may_record,
        "edited_absence": edited,
        "absence_form": further,
        "absence_refused": form is not None and edited is None,
    }
