"""Absences noted, changed and taken back from the planning: by the coordination, and by the person for themself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from employees import absences
from employees.models import Absence, Employee
from employees.views import planning
from employees.views.forms import AbsenceForm
from employees.views.look import OWN, Look, Viewer
from employees.views.rescheduling import answer
from groupement.kernel.pages import act
from members.access import for_roles


@require_POST
@for_roles("coordinator", "employee")
def record(request: HttpRequest) -> HttpResponse:
    """Note an absence: one’s own, or somebody’s for the coordination."""
    viewer = Viewer.of(request)
    look = Look.of(request, viewer)
    own = viewer.employee if look.view == OWN or not viewer.decides else None
    people = None if own else Employee.objects.by_name()
    form = AbsenceForm(request.POST, people=people, prefix="absence")
    if form.is_valid():
        employee = own or form.cleaned_data["employee"]
        if act(request, absences.record, employee, **_typed(request, form), form=form, success=_noted):
            return answer(request, viewer, look.to())
    return planning.show(request, viewer, look, absence=(None, form))


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Other days, another cause or note."""
    viewer, look, absence = _find(request, pk)
    form = AbsenceForm(request.POST, absence=absence, prefix=f"a{pk}")
    if form.is_valid() and act(
        request, absences.change, absence, **_typed(request, form), form=form, success=_noted
    ):
        return answer(request, viewer, look.to())
    return planning.show(request, viewer, look, absence=(absence, form))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    viewer, look, absence = _find(request, pk)
    told = f"Absence annulée, {absences.span_fr(absence.starts_on, absence.last_day)}."
    act(request, absences.cancel, absence, by=request.user, at=timezone.now(), success=told)
    return answer(request, viewer, look.to())


def _find(request: HttpRequest, pk: int) -> tuple[Viewer, Look, Absence]:
    """The absence, if it is one’s own or one coordinates; for everybody else there is none."""
    rows = Absence.objects.visible_to(request.user).select_related("employee")
    absence = get_object_or_404(rows, pk=pk)
    if not absences.may_record(request.user, absence.employee):  # type: ignore[arg-type]
        raise Http404
    viewer = Viewer.of(request)
    return viewer, Look.of(request, viewer), absence


def _typed(request: HttpRequest, form: AbsenceForm) -> dict[str, Any]:
    typed = {name: value for name, value in form.cleaned_data.items() if name != "employee"}
    return {**typed, "by": request.user, "at": timezone.now()}


def _noted(absence: Absence) -> str:
    days = absences.span_fr(absence.starts_on, absence.last_day)
    return f"Absence notée, {days}. Les structures verront «\u00a0indisponible\u00a0», sans le motif."
