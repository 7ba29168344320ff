"""The filter of the list of invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.db.models.functions import ExtractYear

from billing.accounts import receivables
from billing.models import Invoice
from groupement.kernel.fields import choice_field, record_field
from groupement.kernel.periods import MonthFormField
from members.access import today
from members.models import Member, User

if TYPE_CHECKING:
    from billing.accounts.receivables import InvoiceWithDues


class InvoiceFilter(forms.Form):
    """Which invoices to list; the names are those of the address, so they are French."""

    adherent = forms.ModelChoiceField(
        Member.objects.none(), label="Adhérent", required=False, empty_label="Tous"
    )
    mois = MonthFormField(label="Mois de service", required=False)
    annee = forms.TypedChoiceField(label="Année", required=False, coerce=int, empty_value=None)
    reglement = forms.ChoiceField(
        label="Règlement", required=False, choices=[("", "Tous"), *receivables.SettlementState.choices]
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoices = Invoice.objects.visible_to(user)
        members = list(Member.objects.visible_to(user).by_name())
        self.members_to_choose = len(members)
        self.only_member = members[0] if len(members) == 1 else None
        record_field(self, "adherent").queryset = Member.objects.visible_to(user)
        choice_field(self, "adherent").choices = [
            ("", "Tous"),
            *((each.pk, each.short_name) for each in members),
        ]
        years = self.invoices.order_by().values_list(ExtractYear("service_month"), flat=True).distinct()
        choice_field(self, "annee").choices = [
            ("", "Toutes"),
            *((year, year) for year in sorted(years, reverse=True)),
        ]

    @property
    def member(self) -> Member | None:
        """The member chosen, or the only one that the person may see; else None."""
        chosen = self.cleaned_data.get("adherent") if self.is_valid() else None
        return chosen or self.only_member

    def chosen(self) -> QuerySet[InvoiceWithDues]:
        """The invoices that fit, with what is due of them; none when a choice cannot be read."""
        if not self.is_valid():
            return receivables.with_dues(self.invoices.none())
        data = self.cleaned_data
        found = receivables.with_dues(self.invoices)
        if data["adherent"]:
            found = found.filter(member=data["adherent"])
        if data["mois"]:
            found = found.filter(service_month=data["mois"])
        if data["annee"]:
            found = found.filter(service_month__year=data["annee"])
        if data["reglement"]:
            found = receivables.in_state(found, data["reglement"], on=today())
        return found
