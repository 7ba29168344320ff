"""Forms of prices: which to list, a new price, a revision by its index, the acceptance of a quote."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from billing.models import PriceIndex, Quote
from employees.forms import DurationField
from employees.models import TERMS_REGIMES, AbsenceRule, Assignment, Employee, PriceMethod, Terms, VatRegime
from groupement.kernel.fields import choice_field, record_field
from groupement.kernel.money import ZERO, AmountField, PercentField
from groupement.kernel.worktime import DAY
from members.models import Member
from timesheets.models import GROUP_KINDS, Kind

MOST_A_MONTH = 31 * DAY
CURRENT, TO_COME, ENDED = "en-cours", "a-venir", "terminees"
POOLED = [kind for kind in Kind if kind in GROUP_KINDS]


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    """A day, by the browser’s picker."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Indiquez à partir de quel jour ce prix vaut.",
            "invalid": "Écrivez un jour, par exemple 01/01/2027.",
        },
        **kwargs,
    )


class PriceFilter(forms.Form):
    """Which prices to list; the names are those of the address, so they are French."""

    adherent = forms.ModelChoiceField(
        Member.objects.none(), label="Adhérent", required=False, empty_label="Tous"
    )
    personne = forms.ModelChoiceField(
        Employee.objects.none(), label="Personne", required=False, empty_label="Toutes"
    )
    methode = forms.ChoiceField(
        label="Méthode", required=False, choices=[("", "Toutes"), *PriceMethod.choices]
    )
    etat = forms.ChoiceField(
        label="Mises à disposition",
        required=False,
        choices=[(CURRENT, "En cours et à venir"), (ENDED, "Terminées"), ("toutes", "Toutes")],
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        members, people = Member.objects.by_name(), Employee.objects.by_name()
        record_field(self, "adherent").queryset, record_field(self, "personne").queryset = members, people
        choice_field(self, "adherent").choices = [
            ("", "Tous"),
            *((row.pk, row.short_name) for row in members),
        ]
        choice_field(self, "personne").choices = [
            ("", "Toutes"),
            *((row.pk, row.full_name) for row in people),
        ]

    def chosen(self) -> QuerySet[Assignment]:
        """The assignments that fit; a choice that cannot be read chooses none and says so at its field."""
        if not self.is_valid():
            return Assignment.objects.none()
        data = self.cleaned_data
        going_on = Q(ends_before__isnull=True) | Q(ends_before__gt=self.on)
        wanted = {"": going_on, CURRENT: going_on, ENDED: ~going_on, "toutes": Q()}[data["etat"]]
        found = Assignment.objects.filter(wanted)
        if data["adherent"]:
            found = found.filter(member=data["adherent"])
        if data["personne"]:
            found = found.filter(employee=data["personne"])
        if data["methode"]:
            in_force = Terms.objects.filter(price_method=data["methode"]).on(self.on)
            found = found.filter(terms__in=in_force)
        return found.order_by(
            Lower("member__short_name__unaccent"), Lower("employee__last_name__unaccent"), "starts_on", "pk"
        )


class PriceForm(forms.Form):
    """A price from a day on; the figures of other methods than the one chosen are ignored."""

    starts_on = day_field("À partir du")
    price_method = forms.ChoiceField(label="Méthode de prix", choices=PriceMethod.choices)
    hourly_price = AmountField(
        label="Prix horaire HT", required=False, max_digits=12, help_text="Pour un prix horaire convenu."
    )
    flat_amount = AmountField(
        label="Forfait mensuel HT", required=False, max_digits=12, help_text="Pour un forfait mensuel."
    )
    management_rate = PercentField(
        label="Frais de gestion (%)",
        required=False,
        help_text="Pour le coût réel\u00a0: ajoutés à la part. Vide\u00a0: le taux du groupement, mois par mois.",
    )
    monthly_minimum_minutes = DurationField(
        label="Minimum facturé, heures par mois",
        at_most=MOST_A_MONTH,
        required=False,
        help_text="Pour un prix horaire\u00a0: un mois plus court est complété jusque-là.",
    )
    vat_regime = forms.ChoiceField(
        label="TVA", choices=[(regime.value, regime.label) for regime in TERMS_REGIMES]
    )
    is_trued_up = forms.BooleanField(
        label="Régularisé au coût réel chaque année",
        required=False,
        help_text="Un prix convenu d’avance n’est exonéré (261 B) qu’à cette condition.",
    )
    absence_rule = forms.ChoiceField(
        label="Qui porte les absences",
        choices=AbsenceRule.choices,
        help_text="Congés, fériés, maladie, formation\u00a0: pour le coût réel partagé.",
    )
    index_code = forms.ChoiceField(label="Indice de révision", required=False)
    index_base = forms.DecimalField(
        label="Valeur de départ de l’indice",
        required=False,
        localize=True,
        max_digits=12,
        decimal_places=4,
        help_text="Vide\u00a0: la dernière valeur publiée.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in POOLED:
            self.fields[f"absence_{kind.value}"] = forms.ChoiceField(
                label=kind.label, required=False, choices=[("", "comme les autres"), *AbsenceRule.choices]
            )
        indices = PriceIndex.objects.order_by("code", "-month", "pk").distinct("code")
        self.indices = {row.code: row for row in indices}
        choices = [(row.code, row.label or row.code) for row in self.indices.values()]
        current = self.initial.get("index_code") or ""
        known = [] if current in {"", *self.indices} else [(current, current)]
        choice_field(self, "index_code").choices = [("", "Aucun"), *choices, *known]

    @property
    def kinds(self) -> list[forms.BoundField]:
        """Who bears each kind of absence."""
        return [self[f"absence_{kind.value}"] for kind in POOLED]

    @property
    def has_exceptions(self) -> bool:
        """Whether some kind of absence has a rule of its own, or a fault."""
        return any(field.value() or field.errors for field in self.kinds)

    @property
    def has_index(self) -> bool:
        return any(self[name].value() or self[name].errors for name in ("index_code", "index_base"))

    @staticmethod
    def initial_of(terms: Terms | None, *, starts_on: date) -> dict[str, Any]:
        """The figures of ``terms`` as initial values."""
        if terms is None:
            return {"starts_on": starts_on}
        names = [name for name in PriceForm.base_fields if name != "starts_on"]
        rules = {f"absence_{kind}": rule for kind, rule in terms.absence_rules.items()}
        return {"starts_on": starts_on, **{name: getattr(terms, name) for name in names}, **rules}

    def figures(self) -> dict[str, Any]:
        """The figures agreed on; for a form that is valid."""
        data = {name: self.cleaned_data[name] for name in PriceForm.base_fields if name != "starts_on"}
        method, code = data["price_method"], data["index_code"]
        data["hourly_price"] = data["hourly_price"] if method == PriceMethod.HOURLY else None
        data["flat_amount"] = data["flat_amount"] if method == PriceMethod.FLAT else None
        at_exact_cost = data["vat_regime"] == VatRegime.EXEMPT_261B and not data["is_trued_up"]
        if method != PriceMethod.ACTUAL or at_exact_cost:
            data["management_rate"] = data["management_rate"] or ZERO
        if code and data["index_base"] is None and code in self.indices:
            data["index_base"] = self.indices[code].value
        rules = {kind.value: self.cleaned_data[f"absence_{kind.value}"] for kind in POOLED}
        return data | {"absence_rules": {kind: rule for kind, rule in rules.items() if rule}}


class RevisionForm(forms.Form):
    """By which published value, from when."""

    month = forms.ChoiceField(label="Valeur de l’indice")
    starts_on = day_field("Nouveau prix à partir du")

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = PriceIndex.objects.filter(code=code).order_by("-month")[:24]
        choice_field(self, "month").choices = [
            (str(row.month), f"{row.month.label}\u00a0: {row.value.normalize():f}".replace(".", ","))
            for row in values
        ]


class AssignmentField(forms.ModelChoiceField):
    """An assignment by its person, member, job and reference."""

    def label_from_instance(self, obj: Assignment) -> str:
        return f"{obj.employee.full_name} chez {obj.member}, {obj.job} ({obj.reference})"


class QuoteAcceptForm(forms.Form):
    """Which assignment a quote is for, from when."""

    assignment = AssignmentField(
        Assignment.objects.none(),
        label="Mise à disposition",
        error_messages={
            "required": "Choisissez la mise à disposition que ce devis concerne.",
            "invalid_choice": "Choisissez une mise à disposition de la liste.",
        },
    )
    starts_on = day_field("Prix à partir du")

    def __init__(self, *args: Any, quote: Quote, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        going_on = Assignment.objects.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=on))
        if quote.member_id:
            going_on = going_on.filter(member=quote.member_id)
        rows = going_on.select_related("employee", "member").order_by("reference", "pk")
        record_field(self, "assignment").queryset = rows
