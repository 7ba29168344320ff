"""Forms of joint liability and the reserve."""

from typing import Any

from django import forms

from groupement.kernel.fields import AnotherForm, record_field
from groupement.kernel.money import AmountField
from members.models import Member


class DebtForm(forms.Form):
    """The debt that is shared, and the member whose default is considered; asked in the address."""

    dette = AmountField(
        label="Dette considérée",
        required=False,
        help_text="Vide\u00a0: le coût employeur de tous, le dernier mois connu.",
    )
    defaut = forms.ModelChoiceField(
        Member.objects.none(),
        label="Si cet adhérent fait défaut",
        required=False,
        empty_label="Personne",
        error_messages={"invalid_choice": "Choisissez un adhérent de la liste."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record_field(self, "defaut").queryset = Member.objects.by_name()


class ReserveForm(AnotherForm):
    """A movement of the reserve that no close makes."""

    booked_on = forms.DateField(
        label="Date",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Indiquez la date.",
            "invalid": "Écrivez la date, par exemple 31/12/2026.",
        },
    )
    amount = AmountField(
        label="Montant",
        help_text="Négatif pour une sortie.",
        error_messages={"required": "Indiquez un montant, négatif pour une sortie."},
    )
    label = forms.CharField(
        label="Libellé",
        max_length=160,
        error_messages={"required": "Indiquez ce qui fait ce mouvement."},
    )
