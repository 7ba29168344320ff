"""Changes made from the planning: days planned apart by the coordination, absences by it or by the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from employees import absences, moving, rescheduling
from employees.calendar.week import Week
from employees.models import Absence, Assignment, Employee
from employees.rescheduling import Rescheduled
from employees.views import planning
from employees.views.choices import OWN, PlanningChoice, Viewer
from employees.views.day_plan import FORMS, prefix
from employees.views.forms import AbsenceForm
from groupement.kernel.asked import asked_day
from groupement.kernel.french import counted
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.pages import act
from groupement.kernel.templatetags.formats import day as spell_day
from members.access import UserRequest, for_roles


@require_POST
@for_roles("coordinator", "employee")
def record_absence(request: UserRequest) -> HttpResponse:
    """Note an absence: one’s own, or somebody’s for the coordination."""
    viewer = Viewer.of(request)
    choice = PlanningChoice.of(request, viewer)
    own = viewer.employee if choice.view == OWN or not viewer.decides else None
    people = None if own else Employee.objects.by_name()
    form = AbsenceForm(request.POST, people=people, prefix="absence")
    if form.is_valid():
        employee = own or form.cleaned_data["employee"]
        if act(request, absences.record, employee, **_typed(request, form), form=form, success=_recorded):
            return answer(request, viewer, choice.to())
    return planning.show(request, viewer, choice, absence=(None, form))


@require_POST
def change_absence(request: UserRequest, pk: int) -> HttpResponse:
    """Other days, another cause or note."""
    viewer, choice, absence = _find_absence(request, pk)
    form = AbsenceForm(request.POST, absence=absence, prefix=f"a{pk}")
    if form.is_valid() and act(
        request, absences.change, absence, **_typed(request, form), form=form, success=_recorded
    ):
        return answer(request, viewer, choice.to())
    return planning.show(request, viewer, choice, absence=(absence, form))


@require_POST
def cancel_absence(request: UserRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    viewer, choice, absence = _find_absence(request, pk)
    sentence = f"Absence annulée, {absences.span_fr(absence.starts_on, absence.last_day)}."
    act(request, absences.cancel, absence, by=request.user, at=timezone.now(), success=sentence)
    return answer(request, viewer, choice.to())


def _find_absence(request: UserRequest, pk: int) -> tuple[Viewer, PlanningChoice, Absence]:
    """The absence, if it is one’s own or one coordinates; for everybody else there is none."""
    rows = Absence.objects.visible_to(request.user).select_related("employee")
    absence = get_object_or_404(rows, pk=pk)
    if not absences.may_record(request.user, absence.employee):
        raise Http404
    viewer = Viewer.of(request)
    return viewer, PlanningChoice.of(request, viewer), absence


def _typed(request: UserRequest, form: AbsenceForm) -> dict[str, Any]:
    typed = {name: value for name, value in form.cleaned_data.items() if name != "employee"}
    return {**typed, "by": request.user, "at": timezone.now()}


def _recorded(absence: Absence) -> str:
    days = absences.span_fr(absence.starts_on, absence.last_day)
    return f"Absence notée, {days}. Les structures verront «\u00a0indisponible\u00a0», sans le motif."


@require_POST
@for_roles("coordinator")
def set_day(request: UserRequest, pk: int) -> HttpResponse:
    """Another duration on one day."""
    return _change(request, pk, "set", rescheduling.set_day)


@require_POST
@for_roles("coordinator")
def move_day(request: UserRequest, pk: int) -> HttpResponse:
    """A day goes to another day."""
    return _change(request, pk, "move", moving.move_day)


@require_safe
@for_roles("coordinator")
def check_move(request: UserRequest, pk: int) -> HttpResponse:
    """What moving a day to each other day of its week would mean, for the script that lets it be dropped there."""
    day = asked_day(request.GET.get("jour"))
    if day is None:
        raise Http404
    rows = Assignment.objects.visible_to(request.user).select_related("employee", "member", "site")
    found = moving.read_move(get_object_or_404(rows, pk=pk), day, Week.of(day).days, timezone.now())
    checks = [found.to(each) for each in Week.of(day).days if each != day]
    return JsonResponse(
        {
            each.to.isoformat(): {
                "tone": each.tone,
                "sentence": each.sentence,
                "refused": each.refusal is not None,
            }
            for each in checks
        }
    )


@require_POST
@for_roles("coordinator")
def clear_days(request: UserRequest, pk: int) -> HttpResponse:
    """Some days are freed."""
    return _change(request, pk, "clear", rescheduling.clear_days)


@require_POST
@for_roles("coordinator")
def restore_day(request: UserRequest, pk: int) -> HttpResponse:
    """Back to the usual week."""
    return _change(request, pk, "restore", rescheduling.restore_day)


def _change(request: UserRequest, pk: int, name: str, function: Callable[..., Rescheduled]) -> HttpResponse:
    """Call ``function`` with what the form holds; a refused form comes back as it was typed."""
    viewer = Viewer.of(request)
    choice = PlanningChoice.of(request, viewer)
    if choice.day is None:
        raise Http404
    rows = Assignment.objects.visible_to(request.user).select_related("employee", "member", "site")
    assignment = get_object_or_404(rows, pk=pk)
    form = FORMS[name](request.POST, prefix=prefix(pk, name)) if name in FORMS else None
    if form is None or form.is_valid():
        done = act(request, function, assignment, **_arguments(request, choice, name, form), form=form)
        if done.value:
            is_announced = form is None or form.cleaned_data.get("is_announced", True)
            _messages(request, assignment, name, done.value, is_announced=is_announced)
            return answer(request, viewer, choice.to())
    if form is None:
        return answer(request, viewer, choice)
    return planning.show(request, viewer, choice, faulty=(pk, name, form))


def answer(request: UserRequest, viewer: Viewer, choice: PlanningChoice) -> HttpResponse:
    """After a change: the new content for htmx, else the page to go back to."""
    if request.htmx:
        answered = planning.show(request, viewer, choice)
        answered["HX-Push-Url"] = choice.url
        return answered
    return redirect(choice.url)


def _arguments(request: UserRequest, choice: PlanningChoice, name: str, form: Any) -> dict[str, Any]:
    by_at = {"by": request.user, "at": timezone.now()}
    if form is None:
        return {"day": choice.day, **by_at}
    typed = dict(form.cleaned_data)
    return {**typed, **by_at} if name == "clear" else {"day": choice.day, **typed, **by_at}


def _messages(
    request: UserRequest, assignment: Assignment, name: str, done: Rescheduled, *, is_announced: bool
) -> None:
    who, hours = f"{assignment.employee.full_name}, {assignment.member}", spell_duration(done.minutes)
    first, last = spell_day(done.days[0]), spell_day(done.days[-1])
    many = len(done.days)
    sentences = {
        "set": f"{first.capitalize()}\u00a0: {hours} prévues."
        if done.minutes
        else f"{first.capitalize()} libéré.",
        "move": f"{hours} déplacées du {first} au {last}. {_announced(is_announced)}",
        "clear": f"{counted(many, 'jour libéré')}, {hours}."
        if many > 1
        else f"{first.capitalize()} libéré, {hours}.",
        "restore": f"{first.capitalize()} suit de nouveau la semaine type.",
    }
    messages.success(request, f"{who}. {sentences[name]}")
    if done.notice.is_short:
        messages.warning(
            request,
            f"{done.notice.sentence} (C. trav. {done.notice.article}). "
            f"Prévenez {assignment.employee.first_name} et demandez son accord.",
        )


def _announced(is_announced: bool) -> str:
    if not is_announced:
        return "Personne n’en est prévenu."
    return "La personne et les structures concernées reçoivent un message dans le quart d’heure."
