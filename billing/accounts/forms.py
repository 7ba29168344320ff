"""Forms of payments: who paid, how much, when and how, which invoices it settles; reversal, write-off, refund."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

from billing.accounts import receivables
from billing.accounts.allocating import WholeSettlement
from billing.models import Invoice, Payment, PaymentMethod
from groupement.kernel.fields import AnotherForm, choice_field, record_field
from groupement.kernel.money import ZERO, AmountField, parse_amount, spell
from groupement.kernel.periods import MonthFormField
from members.models import Member, User

if TYPE_CHECKING:
    from billing.accounts.receivables import InvoiceWithDues, PaymentWithLeft

AMOUNT_PREFIX = "part_"


def date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PaymentFilter(forms.Form):
    """Which payments to list; the names are those of the address, so they are French."""

    adherent = forms.ModelChoiceField(
        Member.objects.none(), label="Adhérent", required=False, empty_label="Tous"
    )
    mois = MonthFormField(label="Reçus en", required=False)
    reste = forms.BooleanField(label="Avec un reste à imputer", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payments = Payment.objects.visible_to(user)
        members = Member.objects.visible_to(user)
        record_field(self, "adherent").queryset = members
        choice_field(self, "adherent").choices = [
            ("", "Tous"),
            *((each.pk, each.short_name) for each in members.by_name()),
        ]

    def chosen(self) -> QuerySet[PaymentWithLeft]:
        """The payments that fit, with what is left of them; a choice that cannot be read chooses none."""
        if not self.is_valid():
            return receivables.with_left(self.payments.none())
        data, found = self.cleaned_data, receivables.with_left(self.payments)
        if data["adherent"]:
            found = found.filter(member=data["adherent"])
        if month := data["mois"]:
            found = found.filter(received_on__gte=month.first, received_on__lt=month.before)
        return found.filter(left__gt=ZERO) if data["reste"] else found


class PayerAndAmountForm(forms.Form):
    """Who paid and how much: with these two the invoices to settle are proposed, the oldest first."""

    adherent = forms.ModelChoiceField(
        Member.objects.none(),
        label="Adhérent",
        empty_label="Choisir un adhérent",
        error_messages={
            "required": "Choisissez qui a payé.",
            "invalid_choice": "Choisissez un adhérent de la liste.",
        },
    )
    montant = AmountField(
        label="Montant reçu",
        help_text="En euros, par exemple 1\u202f234,56.",
        error_messages={"required": "Indiquez le montant reçu."},
    )

    def __init__(self, *args: Any, due_by_member: Mapping[int, Decimal], **kwargs: Any) -> None:
        """``due_by_member``: euros that each member owes, by id."""
        super().__init__(*args, **kwargs)
        members = Member.objects.all()
        record_field(self, "adherent").queryset = members
        choice_field(self, "adherent").choices = [
            ("", "Choisir un adhérent"),
            *((each.pk, self._label(each, due_by_member.get(each.pk))) for each in members.by_name()),
        ]

    @staticmethod
    def _label(member: Member, due: Decimal | None) -> str:
        return f"{member.short_name} — {spell(due)} à régler" if due else member.short_name

    def clean_montant(self) -> Decimal:
        amount: Decimal = self.cleaned_data["montant"]
        if amount <= 0:
            raise forms.ValidationError("Indiquez un montant supérieur à zéro.")
        return amount


class AllocationForm(forms.Form):
    """How much of a sum goes to each due invoice; an empty amount leaves the invoice as it is."""

    def __init__(
        self,
        *args: Any,
        invoices: Iterable[InvoiceWithDues],
        proposed: Iterable[tuple[Invoice, Decimal]] = (),
        **kwargs: Any,
    ) -> None:
        """``invoices`` with their dues; ``proposed``: the amounts to begin with, as ``spreading.spread`` gives them."""
        super().__init__(*args, **kwargs)
        self.invoices = list(invoices)
        initial = {invoice.pk: amount for invoice, amount in proposed}
        for invoice in self.invoices:
            field = AmountField(
                label=f"Part de {invoice.number}", required=False, initial=initial.get(invoice.pk)
            )
            self.fields[f"{AMOUNT_PREFIX}{invoice.pk}"] = field

    @property
    def typed(self) -> list[tuple[InvoiceWithDues, Decimal]]:
        """(invoice, amount) as the fields stand; those that cannot be read are left out."""
        found = []
        for invoice, field in self.rows:
            try:
                found.append((invoice, parse_amount(str(field.value() or ""))))
            except ValueError:
                continue
        return found

    @property
    def rows(self) -> list[tuple[InvoiceWithDues, forms.BoundField]]:
        """(invoice, field) for each due invoice."""
        return [(invoice, self[f"{AMOUNT_PREFIX}{invoice.pk}"]) for invoice in self.invoices]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """The fields that are no amounts of invoices."""
        return [field for field in self if not field.name.startswith(AMOUNT_PREFIX)]

    def allocations(self) -> list[tuple[Invoice, Decimal]]:
        """(invoice, amount) for each amount typed, as ``allocating.allocate`` takes them."""
        data = self.cleaned_data
        typed = [(invoice, data[f"{AMOUNT_PREFIX}{invoice.pk}"]) for invoice in self.invoices]
        return [(invoice, amount) for invoice, amount in typed if amount]


class MeansOfPaymentForm(AnotherForm):
    """How money came in or went out, and what finance notes of it, after the amount and the day."""

    field_order = ("is_confirmed", "amount", "received_on", "paid_on", "method", "reference", "note")

    method = forms.ChoiceField(
        label="Moyen", choices=[(value, label.capitalize()) for value, label in PaymentMethod.choices]
    )
    reference = forms.CharField(
        label="Référence",
        max_length=140,
        required=False,
        help_text="Libellé du virement, numéro du chèque.",
    )
    note = forms.CharField(
        label="Note",
        max_length=200,
        required=False,
        help_text="Pour les finances\u00a0; l’adhérent ne la voit pas.",
    )


class PaymentForm(MeansOfPaymentForm, AllocationForm):
    """One payment and what it settles."""

    settled: Invoice | None = None

    amount = AmountField(label="Montant reçu", error_messages={"required": "Indiquez le montant reçu."})
    received_on = forms.DateField(
        label="Reçu le",
        widget=date_input(),
        error_messages={
            "required": "Indiquez le jour où l’argent a été reçu.",
            "invalid": "Écrivez la date en jour/mois/année.",
        },
    )

    def offer_to_settle(self, invoice: Invoice, whole: WholeSettlement) -> None:
        """Ask whether what this payment leaves due of ``invoice`` is settled in the same go."""
        parts = [f"utiliser {spell(whole.credit)} de crédit"] if whole.credit else []
        parts += [f"abandonner {spell(whole.written_off)}"] if whole.written_off else []
        self.settled = invoice
        self.fields["settles"] = forms.BooleanField(
            label=f"Solder {invoice.number}\u00a0: {' et '.join(parts)}", required=False
        )

    def payment_data(self) -> dict[str, Any]:
        """The arguments of ``payments.record_payment``."""
        data = self.cleaned_data
        names = ("amount", "received_on", "method", "reference", "note", "is_confirmed")
        settles = self.settled if data.get("settles") else None
        return {name: data[name] for name in names} | {"allocations": self.allocations(), "settles": settles}


class ReverseForm(forms.Form):
    """When and why the bank took a payment back."""

    on = forms.DateField(
        label="Repris par la banque le",
        widget=date_input(),
        error_messages={
            "required": "Indiquez le jour où la banque l’a repris.",
            "invalid": "Écrivez la date en jour/mois/année.",
        },
    )
    reason = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="Chèque impayé, prélèvement rejeté, erreur de saisie…",
        error_messages={"required": "Indiquez le motif\u00a0: il reste dans l’historique."},
    )


class RefundForm(MeansOfPaymentForm):
    """How much went back to the member, when and how."""

    amount = AmountField(
        label="Montant remboursé", error_messages={"required": "Indiquez le montant remboursé."}
    )
    paid_on = forms.DateField(
        label="Remboursé le",
        widget=date_input(),
        error_messages={
            "required": "Indiquez le jour où l’argent est parti.",
            "invalid": "Écrivez la date en jour/mois/année.",
        },
    )


class CancelRefundForm(forms.Form):
    """When and why money given back is the group's again."""

    on = forms.DateField(
        label="Revenu le",
        widget=date_input(),
        error_messages={
            "required": "Indiquez le jour où l’argent est revenu.",
            "invalid": "Écrivez la date en jour/mois/année.",
        },
    )
    reason = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="Virement rejeté, chèque non encaissé, erreur de saisie…",
        error_messages={"required": "Indiquez le motif\u00a0: il reste dans l’historique."},
    )


class WriteOffForm(forms.Form):
    """Why what is still due is given up."""

    reason = forms.CharField(
        label="Motif",
        max_length=200,
        error_messages={"required": "Indiquez le motif\u00a0: il reste dans l’historique."},
    )


class UseCreditForm(forms.Form):
    """Which due invoice to settle with a credit note."""

    invoice = forms.ChoiceField(
        label="Facture à régler",
        error_messages={
            "required": "Choisissez la facture à régler.",
            "invalid_choice": "Cette facture n’est plus à régler. Choisissez-en une autre.",
        },
    )

    def __init__(self, *args: Any, invoices: Iterable[InvoiceWithDues], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoices = {str(invoice.pk): invoice for invoice in invoices}
        choice_field(self, "invoice").choices = [
            (pk, f"{invoice.number}, reste {spell(invoice.due)}") for pk, invoice in self.invoices.items()
        ]

    def clean_invoice(self) -> InvoiceWithDues:
        return self.invoices[self.cleaned_data["invoice"]]


class StatementPeriodForm(forms.Form):
    """The first and the last day of a statement of account."""

    du = forms.DateField(label="Du", widget=date_input())
    au = forms.DateField(label="Au", widget=date_input())

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("du") and data.get("au") and data["du"] > data["au"]:
            self.add_error("au", "La période finit avant de commencer\u00a0: échangez les deux dates.")
        return data
