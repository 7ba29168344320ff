"""Forms of true-ups: which period, people and members to true up, and by which key."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from billing.models import Charge, EmployerCost, TrueUpKey
from billing.true_ups import preparing
from billing.true_ups.gathering import TrueUpScope
from employees.models import Employee
from groupement.kernel.fields import record_field
from groupement.kernel.money import AmountField
from groupement.kernel.periods import MonthFormField
from members.models import Member

KEPT, SHARED = "garde", "partage"


class ScopeForm(forms.Form):
    """What to true up; the names are those of the address, so they are French. Nobody chosen means everybody."""

    du = MonthFormField(label="Du mois de", error_messages={"required": "Indiquez le premier mois."})
    au = MonthFormField(label="Au mois de", error_messages={"required": "Indiquez le dernier mois."})
    personnes = forms.ModelMultipleChoiceField(
        Employee.objects.none(),
        label="Personnes",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\u00a0: toutes celles de la période.",
        error_messages={"invalid_choice": "Choisissez des personnes de la liste."},
    )
    adherents = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label="Adhérents à régulariser",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\u00a0: tous. Les autres gardent ce qui leur a été facturé.",
        error_messages={"invalid_choice": "Choisissez des adhérents de la liste."},
    )
    reserve = forms.ChoiceField(
        label="Ce que les absences laissent à la réserve",
        choices=[(KEPT, "reste à la réserve"), (SHARED, "est partagé entre les adhérents")],
        error_messages={"invalid_choice": "Choisissez ce que devient la part de la réserve."},
    )
    gestion = AmountField(
        label="Frais de gestion réels de la période",
        required=False,
        min_value=0,
        help_text="Vide\u00a0: au taux de gestion de chaque mise à disposition.",
        error_messages={"min_value": "Les frais de gestion réels ne sont pas négatifs."},
    )

    # Where the act finds a fault, and the field of this form that it is about.
    FIELDS = {"last_month": "au", "employees": "personnes", "members": "adherents", "management": "gestion"}

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and "reserve" not in data:
            # An address may leave out what goes without saying.
            data = data.copy()
            data["reserve"] = KEPT
        super().__init__(data, *args, **kwargs)
        record_field(self, "personnes").queryset = Employee.objects.by_name()
        record_field(self, "adherents").queryset = Member.objects.by_name()

    def scope(self) -> TrueUpScope | None:
        """The scope asked for, None when it cannot be; then the form says why."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        everybody = data["personnes"] or self._everybody()
        if data["du"] <= data["au"] and not everybody:
            self.add_error(
                "au", "Aucun coût employeur ni facture sur cette période. Importez d’abord la paie."
            )
            return None
        try:
            return preparing.scope_of(
                data["du"],
                data["au"],
                employees=everybody,
                members=data["adherents"] or Member.objects.order_by("pk"),
                keeps_reserve=data["reserve"] != SHARED,
                management=data["gestion"],
            )
        except preparing.NotPreparable as refusal:
            self.add_error(self.FIELDS.get(refusal.field or ""), refusal.message)
            return None

    def _everybody(self) -> QuerySet[Employee]:
        """Whoever cost something in the period, or was invoiced."""
        first, last = self.cleaned_data["du"], self.cleaned_data["au"]
        costs = EmployerCost.objects.filter(month__gte=first, month__lte=last)
        charges = Charge.objects.filter(
            service_month__gte=first, service_month__lte=last, employee__isnull=False
        )
        return Employee.objects.filter(
            Q(pk__in=costs.values("employee")) | Q(pk__in=charges.values("employee"))
        )


class KeyForm(forms.Form):
    """By which key the draft is prepared, and what it is called."""

    cle = forms.ChoiceField(
        label="Clé de répartition",
        choices=TrueUpKey.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez la clé.",
            "invalid_choice": "Choisissez une clé de la liste.",
        },
    )
    libelle = forms.CharField(
        label="Libellé",
        max_length=120,
        required=False,
        help_text="Vide\u00a0: «\u00a0Régularisation\u00a0» et la période. Il figure sur le courrier.",
    )
