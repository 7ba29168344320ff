"""Forms of the working-time findings: which to list, and the note that acknowledges one."""

from __future__ import annotations

from typing import Any

from django import forms

from employees.models import Employee
from employees.worktime_rules.facts import Rule, Severity
from groupement.kernel.periods import MonthFormField


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
        self.fields["personne"].queryset = Employee.objects.visible_to(user)
        self.fields["personne"].choices = [("", "Toutes"), *((each.pk, each.full_name) for each in people)]

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
