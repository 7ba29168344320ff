"""Forms of the simulator (a job’s pay, costs and hours, its hosts) and of the quote made from it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from billing.prices.job_cost import Job
from billing.prices.simulator import Host, SimulationInput
from employees.forms import DurationField
from employees.models import TERMS_REGIMES, PriceMethod
from groupement.kernel.asked import asked_key
from groupement.kernel.fields import choice_field
from groupement.kernel.money import ZERO, AmountField, PercentField
from groupement.kernel.worktime import HOUR
from members.models import Member

MOST_A_MONTH = 300 * HOUR
MOST_A_YEAR = 2200 * HOUR
FEWEST_ROWS, MOST_ROWS = 3, 12

# A legal year of somebody paid 2,000 € gross, to begin from: every figure can be changed.
EXAMPLE = {
    "brut": "2000", "payees": "151,67", "charges": "40", "mutuelle": "360", "medecine": "120", "opco": "420",
    "trajets": "300", "maintien": "600", "assurance": "120", "autres": "", "reserve": "2",
    "annee": "1607", "formation": "35", "reunions": "21", "maladie": "35", "creux": "16",
    "gestion": "10", "coefficient": "",
    "s1_nom": "Structure A", "s1_heures": "60", "s1_tva": "S20",
    "s2_nom": "Structure B", "s2_heures": "40", "s2_tva": "E261B",
    "s3_nom": "Structure C", "s3_heures": "25", "s3_tva": "S20",
}  # fmt: skip
OTHERS = {
    "mutuelle": "Mutuelle",
    "medecine": "Médecine du travail",
    "opco": "Formation",
    "trajets": "Déplacements",
    "maintien": "Maintien de salaire",
    "assurance": "Assurance",
    "autres": "Autres coûts",
}
UNBILLED = {
    "formation": "Formation",
    "reunions": "Réunions du groupement",
    "maladie": "Maladie attendue",
    "creux": "Sans mission",
}


def euros(label: str, *, required: bool = False, help_text: str = "") -> AmountField:
    """An amount that is not negative."""
    return AmountField(
        label=label,
        required=required,
        min_value=0,
        max_digits=12,
        help_text=help_text,
        error_messages={
            "required": "Indiquez un montant, par exemple 2\u202f000,00.",
            "min_value": "Un coût n’est pas négatif.",
        },
    )


def percent(label: str, most: int = 100, *, help_text: str = "") -> PercentField:
    return PercentField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        help_text=help_text,
        error_messages={
            "min_value": "Un taux n’est pas négatif.",
            "max_value": f"Ce taux va de 0 à {most}\u00a0%%.",
        },
    )


def hours(label: str, *, required: bool = False, help_text: str = "") -> DurationField:
    return DurationField(
        label=label,
        at_most=MOST_A_YEAR,
        required=required,
        help_text=help_text,
        error_messages={"required": "Indiquez des heures, par exemple 1607."},
    )


class SimulatorForm(forms.Form):
    """The address of a simulation: nothing is stored. The names are French, since people read them there."""

    brut = euros("Salaire brut mensuel", required=True)
    payees = AmountField(
        label="Heures payées par mois",
        min_value=Decimal("0.01"),
        help_text="151,67 pour 35\u00a0h par semaine.",
    )
    charges = percent("Cotisations patronales (%)")
    mutuelle = euros("Mutuelle")
    medecine = euros("Médecine du travail")
    opco = euros("Formation")
    trajets = euros("Déplacements")
    maintien = euros("Maintien de salaire")
    assurance = euros("Assurance")
    autres = euros("Autres coûts")
    reserve = percent("Réserve (% du brut)", help_text="Pour la responsabilité solidaire.")
    annee = hours(
        "Total de l’année", required=True, help_text="1607 à plein temps, congés et fériés déjà ôtés."
    )
    formation = hours("Formation")
    reunions = hours("Réunions du groupement")
    maladie = hours("Maladie attendue")
    creux = hours("Sans mission")
    gestion = percent("Frais de gestion (%)")
    coefficient = AmountField(
        label="Coefficient convenu",
        required=False,
        min_value=Decimal("0.01"),
        help_text="Facultatif\u00a0: le prix horaire est alors brut horaire × coefficient.",
    )

    def __init__(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.rows = range(1, _rows_of(data) + 1)
        for n in self.rows:
            self.fields[f"s{n}_nom"] = forms.CharField(
                label=f"Structure {n}",
                required=False,
                max_length=120,
                widget=forms.TextInput(attrs={"list": "adherents", "autocomplete": "off"}),
            )
            self.fields[f"s{n}_heures"] = DurationField(
                label="Heures / mois", required=False, at_most=MOST_A_MONTH
            )
            self.fields[f"s{n}_part"] = percent("Part (%)")
            self.fields[f"s{n}_tva"] = forms.ChoiceField(
                label="TVA",
                required=False,
                choices=list(zip(TERMS_REGIMES, ("taux normal", "exonéré 261 B"), strict=True)),
            )

    @property
    def hosts(self) -> list[list[forms.BoundField]]:
        """The fields of each structure, row by row."""
        return [[self[f"s{n}_{name}"] for name in ("nom", "heures", "part", "tva")] for n in self.rows]

    @property
    def pay_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("brut", "payees", "charges", "reserve", "gestion", "coefficient")]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OTHERS]

    @property
    def hour_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("annee", *UNBILLED)]

    def simulation_input(self) -> SimulationInput:
        """The job and its hosts; for a form that is valid. Raises NotComputable."""
        data = self.cleaned_data
        job = Job(
            gross_monthly_pay=data["brut"],
            contributions_rate=_or_zero(data["charges"]),
            minutes_a_year=data["annee"],
            others=[(label, _or_zero(data[name])) for name, label in OTHERS.items()],
            reserve_rate=_or_zero(data["reserve"]),
            unbilled=[(label, data[name] or 0) for name, label in UNBILLED.items()],
            management_rate=_or_zero(data["gestion"]),
            paid_hours=data["payees"],
        )
        return SimulationInput(
            job, [self._host(n) for n in self.rows if self._is_filled(n)], data["coefficient"]
        )

    def _is_filled(self, n: int) -> bool:
        return any(self.cleaned_data[f"s{n}_{name}"] for name in ("nom", "heures", "part"))

    def _host(self, n: int) -> Host:
        data = self.cleaned_data
        return Host(
            name=data[f"s{n}_nom"].strip() or f"Structure {n}",
            minutes=data[f"s{n}_heures"] or 0,
            share=_or_zero(data[f"s{n}_part"]),
            vat_regime=data[f"s{n}_tva"] or TERMS_REGIMES[0],
        )


class QuoteForm(forms.Form):
    """For which host of a simulation a quote is, and what it contains besides the price."""

    simulation = forms.CharField(widget=forms.HiddenInput)
    row = forms.TypedChoiceField(label="Pour", coerce=int)
    method = forms.ChoiceField(label="Méthode", choices=PriceMethod.choices)
    job = forms.CharField(
        label="Mission",
        max_length=120,
        error_messages={"required": "Nommez la mission, par exemple «\u00a0comptable\u00a0»."},
    )
    valid_until = forms.DateField(
        label="Valable jusqu’au",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Indiquez jusqu’à quel jour le devis vaut.",
            "invalid": "Écrivez un jour, par exemple 31/01/2027.",
        },
    )
    note = forms.CharField(
        label="Condition particulière",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "row").choices = list(enumerate(names))


def member_named(name: str) -> Member | None:
    """The member that a row of the simulator names, if it is one."""
    return Member.objects.filter(short_name__iexact=name.strip()).order_by("pk").first()


def _rows_of(data: Mapping[str, Any]) -> int:
    """As many rows as asked for, or as the example has."""
    asked = str(data.get("lignes") or "")
    return min(max(asked_key(asked) or 0, FEWEST_ROWS), MOST_ROWS)


def _or_zero(value: Decimal | None) -> Decimal:
    return ZERO if value is None else value
