"""What the working-time watch found: everybody’s for the coordination, which answers it; and one’s own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from employees.models import Employee
from groupement.kernel.pages import act, page
from groupement.kernel.periods import Month
from members.access import decides_on, for_roles
from timesheets import watching
from timesheets.forms import AcknowledgeForm, FindingsFilter

MONTHS_OF_A_PERSON = 12


@dataclass(frozen=True)
class Row:
    """A finding, and the form that answers it for who may."""

    seen: watching.Seen
    form: AcknowledgeForm | None


Groups = list[tuple[Employee, list[Row]]]
# Whose finding could not be answered, and the form that says why.
Faulty = tuple[Employee, AcknowledgeForm] | None


@require_safe
@for_roles("coordinator", "finance", "admin")
def findings(request: HttpRequest) -> HttpResponse:
    """Everybody’s, as the filters in the address choose."""
    return show(request)


@require_POST
@for_roles("coordinator")
def acknowledge(request: HttpRequest, employee: int) -> HttpResponse:
    """Answer one finding with a note; the filters in the address stay."""
    person = get_object_or_404(Employee.objects.visible_to(request.user), pk=employee)
    form = AcknowledgeForm(request.POST)
    if form.is_valid() and act(
        request,
        watching.acknowledge,
        person,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=f"Alerte lue\u00a0: {person}.",
        **form.cleaned_data,
    ):
        return (
            show(request) if request.htmx else redirect(f"{reverse('timesheets:findings')}?{_kept(request)}")
        )
    return show(request, faulty=(person, form))


@require_safe
@for_roles("employee")
def my_findings(request: HttpRequest, month: Month) -> HttpResponse:
    """What the watch found in one’s own month, to read."""
    own = get_object_or_404(Employee, user=request.user)
    seen = watching.own(own, month)
    context = {
        "month": month,
        "found": [each for each in seen if each.is_open],
        "known": [each for each in seen if not each.is_open],
    }
    return page(request, "timesheets/my_findings.html", part="own", context=context)


def show(request: HttpRequest, *, faulty: Faulty = None) -> HttpResponse:
    """The page with these filters; with a faulty form, as an answer that keeps its text."""
    asked = FindingsFilter(request.GET, user=request.user)
    found: list[watching.Seen] = []
    if asked.is_valid():
        first, before = _period(asked)
        chosen = asked.cleaned_data["personne"]
        found = [
            seen
            for seen in watching.findings(first, before, [chosen.pk] if chosen else None)
            if asked.fits(seen.finding.severity)
        ]
    groups = _groups(request, found, faulty)
    context = {
        "filter": asked,
        "query": _kept(request),
        "groups": groups,
        "waiting": sum(seen.is_open for seen in found),
        "period": _spoken(asked),
        "lost": _lost(groups, faulty),
    }
    status = 422 if faulty or not asked.is_valid() else 200
    return page(request, "timesheets/findings.html", part="findings", context=context, status=status)


def _groups(request: HttpRequest, found: list[watching.Seen], faulty: Faulty) -> Groups:
    """The findings by person, each with its form; the faulty one with what was typed."""
    groups: dict[int, tuple[Employee, list[Row]]] = {}
    for seen in found:
        person, rows = groups.setdefault(seen.employee.pk, (seen.employee, []))
        form = None
        if seen.is_open and decides_on(request.user, person.user_id):
            rule, day, measured = seen.finding.key
            form = AcknowledgeForm(
                faulty[1].data if faulty and _is_of(faulty, seen) else None,
                initial={"rule": rule, "day": day, "measured": measured},
                auto_id=f"{seen.id}-%s",
            )
            if form.is_bound and faulty:
                form._errors = faulty[1].errors
        rows.append(Row(seen, form))
    return list(groups.values())


def _is_of(faulty: tuple[Employee, AcknowledgeForm], seen: watching.Seen) -> bool:
    person, form = faulty
    typed = tuple(form.cleaned_data.get(name) for name in ("rule", "day", "measured"))
    return person.pk == seen.employee.pk and typed == seen.finding.key


def _lost(groups: Groups, faulty: Faulty) -> AcknowledgeForm | None:
    """The faulty form that no finding on the page shows: it is gone, answered, or not this person’s to answer."""
    forms = [row.form for _, rows in groups for row in rows if row.form]
    return None if faulty is None or any(form.is_bound for form in forms) else faulty[1]


def _period(asked: FindingsFilter) -> tuple[date, date]:
    """The month that was chosen; of one person, else, the last twelve; of everybody the present one."""
    month, present = asked.cleaned_data["mois"], Month.of(timezone.localdate())
    if month:
        return month.first, month.before
    months = MONTHS_OF_A_PERSON if asked.cleaned_data["personne"] else 1
    return present.shift(1 - months).first, present.before


def _spoken(asked: FindingsFilter) -> str:
    if not asked.is_valid():
        return ""
    if asked.cleaned_data["personne"] and not asked.cleaned_data["mois"]:
        return "Les douze derniers mois"
    return Month.of(_period(asked)[0]).label.capitalize()


def _kept(request: HttpRequest) -> Any:
    return request.GET.urlencode()
