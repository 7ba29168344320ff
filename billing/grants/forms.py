"""Forms of grants: the line itself, which hours to search, what to tag, which months to lock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from billing.grants import tagging
from billing.models import Expense, FundingLine
from employees.models import Employee
from groupement.kernel.fields import choice_field, record_field
from groupement.kernel.money import AmountField, spell
from groupement.kernel.periods import MonthFormField
from groupement.kernel.worktime import BadDuration, parse_minutes, short_hours
from members.models import Member

ENTRY, MINUTES = "entry", "minutes_"


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class FundingLineForm(forms.ModelForm):
    """A grant or one of its actions."""

    class Meta:
        model = FundingLine
        fields = ["code", "label", "funder", "budget", "starts_on", "ends_before"]
        widgets = {"starts_on": day_input(), "ends_before": day_input()}
        help_texts = {
            "code": "Court, sans espace\u00a0: COOPTER-2026.",
            "ends_before": "Le premier jour qui n’est plus financé.",
        }
        error_messages = {
            "code": {
                "unique": "Une ligne porte déjà ce code. Choisissez-en un autre.",
                "invalid": "Le code n’a que des lettres sans accent, des chiffres et des tirets.",
                "required": "Donnez un code à la ligne.",
            },
            "label": {"required": "Donnez un nom à la ligne."},
            "funder": {"required": "Indiquez qui finance."},
            "starts_on": {"required": "Indiquez le premier jour financé."},
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, before = data.get("starts_on"), data.get("ends_before")
        if first and before and before <= first:
            self.add_error("ends_before", "La fin doit venir après le début.")
        if (budget := data.get("budget")) is not None and budget < 0:
            self.add_error("budget", "Le montant accordé ne peut pas être négatif.")
        return data


class SearchForm(forms.Form):
    """Which hours to tag; the names are those of the address, so they are French."""

    mois = MonthFormField(label="Mois", error_messages={"required": "Choisissez un mois."})
    personne = forms.ModelChoiceField(
        Employee.objects.none(), label="Personne", required=False, empty_label="Toutes"
    )
    adherent = forms.ModelChoiceField(
        Member.objects.none(), label="Adhérent", required=False, empty_label="Tous"
    )
    du = forms.DateField(label="Du", required=False, widget=day_input())
    au = forms.DateField(label="Au", required=False, widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("personne", Employee), ("adherent", Member)):
            field = record_field(self, name)
            field.queryset = model.objects.all()
            field.choices = [
                ("", field.empty_label or ""),
                *((each.pk, str(each)) for each in model.objects.all().by_name()),
            ]

    def search(self) -> tagging.HourSearch:
        """The search for tagging.taggable_entries()."""
        data = self.cleaned_data
        return tagging.HourSearch(data["mois"], data["personne"], data["adherent"], data["du"], data["au"])


class TagForm(forms.Form):
    """The action, and minutes for each entry ticked; ``entries`` are those found, ticked at first when ``ticks``."""

    action = forms.CharField(
        label="Action financée",
        max_length=120,
        help_text="Comme la convention la nomme.",
        error_messages={"required": "Nommez l’action financée, comme la convention le fait."},
    )

    def __init__(
        self, *args: Any, entries: Iterable[tagging.TaggableEntry], ticks: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        ticked = set(cast("QueryDict", self.data).getlist(ENTRY)) if self.is_bound else None
        self.rows: list[dict[str, Any]] = []
        for each in entries:
            pk = str(each.entry.pk)
            typed = self.data.get(f"{MINUTES}{pk}") if self.is_bound else None
            self.rows.append(
                {
                    "taggable": each,
                    "is_ticked": ticks and each.left > 0 if ticked is None else pk in ticked,
                    "hours": short_hours(each.left) if typed is None else typed,
                }
            )

    def clean(self) -> dict[str, Any]:
        """Read the hours of what is ticked; an error names the person and the day."""
        data = super().clean() or self.cleaned_data
        self.minutes: dict[int, int] = {}
        for row in self.rows:
            if not row["is_ticked"]:
                continue
            entry = row["taggable"].entry
            try:
                self.minutes[entry.pk] = parse_minutes(row["hours"])
            except BadDuration as error:
                who = entry.timesheet.employee.full_name
                self.add_error(None, f"{who}, {entry.day:%d/%m}\u00a0: {error}")
        return data


class TagExpenseForm(forms.Form):
    """An amount of an accepted expense, and the action."""

    expense = forms.ModelChoiceField(
        Expense.objects.none(),
        label="Dépense",
        empty_label="Choisir une dépense",
        error_messages={
            "required": "Choisissez une dépense.",
            "invalid_choice": "Choisissez une dépense de la liste.",
        },
    )
    amount = AmountField(label="Montant", error_messages={"required": "Indiquez le montant à financer."})
    action = forms.CharField(
        label="Action financée",
        max_length=120,
        error_messages={"required": "Nommez l’action financée, comme la convention le fait."},
    )

    def __init__(self, *args: Any, expenses: QuerySet[tagging.ExpenseWithLeft], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record_field(self, "expense").queryset = expenses
        choice_field(self, "expense").choices = [
            ("", "Choisir une dépense"),
            *((each.pk, _named(each)) for each in expenses),
        ]


class LockForm(forms.Form):
    """Which months to lock."""

    first = MonthFormField(label="Premier mois", error_messages={"required": "Choisissez le premier mois."})
    last = MonthFormField(label="Dernier mois", error_messages={"required": "Choisissez le dernier mois."})


def _named(expense: tagging.ExpenseWithLeft) -> str:
    return f"{expense.spent_on:%d/%m/%Y}, {expense.employee.full_name}, {expense.label} (reste {spell(expense.left)})"
