"""The form of a rule: its parts as its registry describes them, from which day on, and who decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from groupement.kernel.money import PercentField
from groupement.kernel.periods import in_calendar
from members.rule_codes import PartKind, RuleKind, RulePart


def _field(part: RulePart) -> forms.Field:
    """The form field of one part; its bounds are asked again by the act."""
    label = part.label.capitalize()
    described: dict[str, Any] = {"label": label, "help_text": part.help_text}
    if part.kind is PartKind.WHOLE:
        return forms.IntegerField(
            **described,
            min_value=part.least,
            max_value=part.most,
            error_messages={
                "required": "Écrivez un nombre entier.",
                "invalid": "Écrivez un nombre entier, par exemple 30.",
                "min_value": f"Entre {part.least} et {part.most}.",
                "max_value": f"Entre {part.least} et {part.most}.",
            },
        )
    if part.kind is PartKind.PERCENT:
        return PercentField(
            **described,
            min_value=part.least,
            max_value=part.most,
            error_messages={
                "required": "Écrivez un taux, par exemple 12,15.",
                "min_value": f"Entre {part.least} et {part.most}\u00a0%.",
                "max_value": f"Entre {part.least} et {part.most}\u00a0%.",
            },
        )
    if part.kind is PartKind.CHOICE:
        return forms.ChoiceField(**described, choices=list(part.choices))
    if part.kind is PartKind.SEVERAL:
        return forms.MultipleChoiceField(
            **described, choices=list(part.choices), required=False, widget=forms.CheckboxSelectMultiple
        )
    return forms.CharField(**described, max_length=part.most, required=False)


class RuleForm(forms.Form):
    """A new value of one rule; its parts begin as ``initial`` has them."""

    starts_on = forms.DateField(
        label="À partir du",
        validators=[in_calendar],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Indiquez à partir de quel jour la règle vaut.",
            "invalid": "Écrivez un jour, par exemple 01/01/2027.",
        },
    )
    is_decided = forms.BooleanField(label="C’est une décision (assemblée, conseil)", required=False)
    source = forms.CharField(
        label="Source",
        max_length=200,
        required=False,
        help_text="D’où elle vient, par exemple «\u00a0AG du 12/05/2026, décision 2026-04\u00a0», ou un arrêté.",
    )

    def __init__(self, *args: Any, kind: RuleKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        own = {part.name: _field(part) for part in kind.parts}
        self.fields = {**own, **self.fields}
        if kind.begins_with_a_month:
            self.fields[
                "starts_on"
            ].help_text = "Le premier jour d’un mois\u00a0: les prix d’un mois se calculent entiers."

    @property
    def value(self) -> dict[str, Any]:
        """The parts as members.ruling takes them, once the form is valid."""
        return {part.name: self.cleaned_data[part.name] for part in self.kind.parts}

    @property
    def first_day(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        return day
