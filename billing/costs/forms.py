"""What billing asks of costs: a payroll file with its month, whom to estimate and from what."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms

from billing.costs import estimates
from billing.costs.estimates import Basis
from employees.models import Employee
from groupement.kernel.fields import choice_field
from groupement.kernel.money import AmountField
from groupement.kernel.periods import Month, MonthFormField

LARGEST_UPLOAD = 1024 * 1024
EXTENSIONS = (".csv", ".txt", ".xlsx", ".ods")
EVERYBODY = ""


class PayrollUpload(forms.Form):
    """One month’s payroll file; its content is checked by payroll_file."""

    month = MonthFormField(label="Mois de paie", error_messages={"required": "Indiquez le mois de la paie."})
    file = forms.FileField(
        label="Fichier CSV, XLSX ou ODS",
        help_text="1\u00a0Mo au plus. Vous relisez avant que rien ne soit écrit.",
        error_messages={
            "required": "Choisissez le fichier de paie.",
            "empty": "Ce fichier est vide. Exportez-le de nouveau depuis la paie.",
            "missing": "Choisissez le fichier de paie.",
        },
        widget=forms.FileInput(attrs={"accept": ",".join(EXTENSIONS) + ",text/csv"}),
    )

    def clean_file(self) -> Any:
        """Refuse by name and size what cannot be a month’s payroll, before anybody reads it."""
        file = self.cleaned_data["file"]
        if Path(file.name).suffix.lower() not in EXTENSIONS:
            raise forms.ValidationError(
                "Ce fichier n’est ni un CSV ni un classeur .xlsx ou .ods. Exportez la paie dans l’un de ces formats."
            )
        if file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(
                "Ce fichier dépasse 1\u00a0Mo\u00a0: ce n’est pas la paie d’un seul mois. Vérifiez l’export."
            )
        return file


class EstimateForm(forms.Form):
    """Whose cost to estimate, and from what."""

    employee = forms.ChoiceField(label="Pour", required=False)
    basis = forms.ChoiceField(label="D’après", choices=Basis.choices, initial=Basis.LAST_MONTH)
    rate = AmountField(
        label="Taux de cotisations patronales (%)",
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(200),
        help_text="Pour une estimation d’après le contrat.",
        error_messages={
            "min_value": "Un taux ne peut pas être négatif.",
            "max_value": "Un taux ne dépasse pas 200\u00a0%. Vérifiez la virgule.",
        },
    )

    def __init__(self, *args: Any, month: Month, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "estimate", **kwargs})
        self.people: list[Employee] = estimates.estimable(month)
        whole = f"toutes les personnes sans paie ({len(self.people)})"
        choice_field(self, "employee").choices = [
            (EVERYBODY, whole),
            *((str(person.pk), person.full_name) for person in self.people),
        ]
        self.fields["rate"].initial = estimates.usual_rate(month)

    @property
    def chosen(self) -> list[Employee] | None:
        """Who was chosen; None means everybody who lacks a cost."""
        wanted = self.cleaned_data["employee"]
        if wanted == EVERYBODY:
            return None
        return [person for person in self.people if str(person.pk) == wanted]
