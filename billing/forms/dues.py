"""What billing asks for a call of dues and for a free line."""

import re
from decimal import Decimal

from django import forms

from billing import dues
from billing.models import Unit
from groupement.money import AmountField, spell_plain
from groupement.periods import MonthFormField
from members.models import Member

_QUANTITY = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")


class QuantityField(forms.DecimalField):
    """A quantity with at most two decimals, as the invoice prints it."""

    widget = forms.TextInput

    def to_python(self, value):
        if value in self.empty_values:
            return None
        match = _QUANTITY.fullmatch(re.sub(r"[\s\u00a0\u202f]", "", str(value)))
        if match is None:
            raise forms.ValidationError(
                f"«\u00a0{str(value).strip()[:20]}\u00a0» n’est pas une quantité\u00a0: écrivez par exemple 1 ou 2,5."
            )
        return Decimal(f"{match[1]}.{match[2] or '0'}")

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            return spell_plain(value).rstrip("0").removesuffix(",")
        return value

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "inputmode": "decimal"}


class YearForm(forms.Form):
    """The year of the dues; read from the address and from the button that calls them."""

    annee = forms.IntegerField(
        label="Année",
        min_value=2000,
        max_value=2100,
        error_messages={
            "required": "Indiquez l’année.",
            "invalid": "Écrivez une année, par exemple 2026.",
            "min_value": "Écrivez une année, par exemple 2026.",
            "max_value": "Écrivez une année, par exemple 2026.",
        },
    )


class LineForm(forms.Form):
    """A free line on a member's next invoice."""

    member = forms.ModelChoiceField(
        Member.objects.none(),
        label="Adhérent",
        empty_label="Choisir un adhérent",
        error_messages={
            "required": "Choisissez à qui facturer.",
            "invalid_choice": "Choisissez un adhérent de la liste.",
        },
    )
    label = forms.CharField(
        label="Désignation",
        max_length=200,
        help_text="Précise, telle qu’elle figurera sur la facture.",
        error_messages={"required": "Indiquez la désignation qui figurera sur la facture."},
    )
    quantity = QuantityField(
        label="Quantité", initial=Decimal(1), error_messages={"required": "Indiquez la quantité."}
    )
    unit = forms.ChoiceField(label="Unité", choices=Unit.choices, initial=Unit.ONE)
    unit_price = AmountField(
        label="Prix unitaire HT", error_messages={"required": "Indiquez le prix unitaire."}
    )
    vat_regime = forms.ChoiceField(label="Régime de TVA")
    service_month = MonthFormField(
        label="Mois de service",
        help_text="La ligne rejoint la première facture de ce mois ou d’après.",
        error_messages={"required": "Indiquez le mois de service."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        members = Member.objects.all()
        self.fields["member"].queryset = members
        self.fields["member"].choices = [
            ("", "Choisir un adhérent"),
            *((each.pk, each.short_name) for each in members.by_name()),
        ]
        self.fields["vat_regime"].choices = [(each.value, each.label) for each in dues.regimes()]
