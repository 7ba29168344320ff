"""What the working-time watch found: everybody’s for the coordination, which answers it; and one’s own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from employees.models import Employee
from employees.worktime_rules.facts import Rule, Severity
from groupement.kernel.fields import choice_field, record_field
from groupement.kernel.pages import act, page
from groupement.kernel.periods import Month, MonthFormField
from members.access import UserRequest, decides_on, for_roles
from timesheets.watching import findings as watching_findings

MONTHS_OF_A_PERSON = 12


class FindingsFilter(forms.Form):
    """Which findings to list; the names are those of the address, so they are French."""

    EVERYTHING = "toutes"

    personne = forms.ModelChoiceField(
        Employee.objects.none(), label="Personne", required=False, empty_label="Toutes"
    )
    gravite = forms.ChoiceField(
        label="Gravité",
        required=False,
        choices=[("", "Toutes, sauf les informations"), (EVERYTHING, "Toutes"), *Severity.choices],
    )
    mois = MonthFormField(label="Mois", required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(Employee.objects.visible_to(user).by_name())
        record_field(self, "personne").queryset = Employee.objects.visible_to(user)
        choice_field(self, "personne").choices = [
            ("", "Toutes"),
            *((each.pk, each.full_name) for each in people),
        ]

    def fits(self, severity: str) -> bool:
        """Whether a finding of this severity is to be listed."""
        asked = self.cleaned_data["gravite"]
        if not asked:
            return severity != Severity.INFO
        return asked in (self.EVERYTHING, severity)


class AcknowledgeForm(forms.Form):
    """The note that answers one finding, named as it was read."""

    rule = forms.ChoiceField(choices=Rule.choices, widget=forms.HiddenInput)
    day = forms.DateField(widget=forms.HiddenInput(), input_formats=["%Y-%m-%d"])
    measured = forms.IntegerField(widget=forms.HiddenInput, min_value=-(2**31), max_value=2**31 - 1)
    note = forms.CharField(
        label="Ce qui en a été fait",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="La note reste avec l’alerte, avec votre nom et la date.",
        error_messages={"required": "Écrivez ce que vous en avez fait\u00a0: la note reste avec l’alerte."},
    )


@dataclass(frozen=True)
class FindingRow:
    """A finding, and the form that answers it for who may."""

    alert: watching_findings.PersonFinding
    form: AcknowledgeForm | None


RowsByPerson = list[tuple[Employee, list[FindingRow]]]
# Whose finding could not be answered, and the form that says why.
FaultyForm = tuple[Employee, AcknowledgeForm] | None


@require_safe
@for_roles("coordinator", "finance", "admin")
def findings(request: UserRequest) -> HttpResponse:
    """Everybody’s, as the filters in the address choose."""
    return findings_page(request)


@require_POST
@for_roles("coordinator")
def acknowledge(request: UserRequest, employee: int) -> HttpResponse:
    """Answer one finding with a note; the filters in the address stay."""
    person = get_object_or_404(Employee.objects.visible_to(request.user), pk=employee)
    form = AcknowledgeForm(request.POST)
    if form.is_valid() and act(
        request,
        watching_findings.acknowledge,
        person,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=f"Alerte lue\u00a0: {person}.",
        **form.cleaned_data,
    ):
        return (
            findings_page(request)
            if request.htmx
            else redirect(f"{reverse('timesheets:findings')}?{_query(request)}")
        )
    return findings_page(request, faulty=(person, form))


@require_safe
@for_roles("employee")
def my_findings(request: UserRequest, month: Month) -> HttpResponse:
    """What the watch found in one’s own month, to read."""
    own = get_object_or_404(Employee, user=request.user)
    alert = watching_findings.own_findings(own, month)
    context = {
        "month": month,
        "found": [each for each in alert if each.is_open],
        "known": [each for each in alert if not each.is_open],
    }
    return page(request, "timesheets/my_findings.html", part="own", context=context)


def findings_page(request: UserRequest, *, faulty: FaultyForm = None) -> HttpResponse:
    """The page with the filters of the address; a faulty form keeps its text."""
    asked = FindingsFilter(request.GET, user=request.user)
    found: list[watching_findings.PersonFinding] = []
    if asked.is_valid():
        first, before = _period(asked)
        chosen = asked.cleaned_data["personne"]
        found = [
            alert
            for alert in watching_findings.person_findings(first, before, [chosen.pk] if chosen else None)
            if asked.fits(alert.finding.severity)
        ]
    groups = _groups(request, found, faulty)
    context = {
        "filter": asked,
        "query": _query(request),
        "groups": groups,
        "waiting": sum(alert.is_open for alert in found),
        "period": _period_label(asked),
        "lost": _orphan_form(groups, faulty),
    }
    status = 422 if faulty or not asked.is_valid() else 200
    return page(request, "timesheets/findings.html", part="findings", context=context, status=status)


def _groups(
    request: UserRequest, found: list[watching_findings.PersonFinding], faulty: FaultyForm
) -> RowsByPerson:
    """The findings by person, each with its form; the faulty one with what was typed."""
    groups: dict[int, tuple[Employee, list[FindingRow]]] = {}
    for alert in found:
        person, rows = groups.setdefault(alert.employee.pk, (alert.employee, []))
        form = None
        if alert.is_open and decides_on(request.user, person.user_id):
            rule, day, measured = alert.finding.key
            initial = {"rule": rule, "day": day, "measured": measured}
            form = faulty[1] if faulty and _is_of(faulty, alert) else AcknowledgeForm(initial=initial)
            form.auto_id = f"{alert.id}-%s"
        rows.append(FindingRow(alert, form))
    return list(groups.values())


def _is_of(faulty: tuple[Employee, AcknowledgeForm], alert: watching_findings.PersonFinding) -> bool:
    person, form = faulty
    typed = tuple(form.cleaned_data.get(name) for name in ("rule", "day", "measured"))
    return person.pk == alert.employee.pk and typed == alert.finding.key


def _orphan_form(groups: RowsByPerson, faulty: FaultyForm) -> AcknowledgeForm | None:
    """The faulty form when no finding on the page shows it: the finding is gone or acknowledged."""
    forms = [row.form for _, rows in groups for row in rows if row.form]
    return None if faulty is None or any(form.is_bound for form in forms) else faulty[1]


def _period(asked: FindingsFilter) -> tuple[date, date]:
    """The month that was chosen; of one person, else, the last twelve; of everybody the present one."""
    month, present = asked.cleaned_data["mois"], Month.of(timezone.localdate())
    if month:
        return month.first, month.before
    months = MONTHS_OF_A_PERSON if asked.cleaned_data["personne"] else 1
    return present.shift(1 - months).first, present.before


def _period_label(asked: FindingsFilter) -> str:
    if not asked.is_valid():
        return ""
    if asked.cleaned_data["personne"] and not asked.cleaned_data["mois"]:
        return "Les douze derniers mois"
    return Month.of(_period(asked)[0]).label.capitalize()


def _query(request: UserRequest) -> Any:
    return request.GET.urlencode()
