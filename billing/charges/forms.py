"""What billing asks about expenses: what somebody spent, which of them to list, what is decided."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet

from billing.charges import dues, expenses, receipts
from billing.models import Expense, ExpenseKind, ExpenseState, Unit
from employees.models import Assignment, Employee
from groupement.kernel.fields import AnotherForm, choice_field, record_field
from groupement.kernel.french import quoted
from groupement.kernel.money import AmountField, spell_plain
from groupement.kernel.periods import MonthFormField
from members.models import Member, User

RECEIPTS = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
R = TypeVar("R", bound=Model)

_KILOMETRES = re.compile(r"([-−]?)([0-9]{1,6})(?:[.,]([0-9]+))?")


class KilometresField(forms.DecimalField):
    """A distance with at most one decimal: "42,5", "42.5", "42,5 km"."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        plain = re.sub(r"[\s\u00a0\u202f]", "", str(value)).lower().removesuffix("km")
        match = _KILOMETRES.fullmatch(plain)
        if match is None:
            raise forms.ValidationError(
                f"{quoted(str(value).strip(), at_most=20)} n’est pas une distance\u00a0: écrivez par exemple 42,5."
            )
        sign, whole, tenths = match[1], match[2], (match[3] or "0").rstrip("0") or "0"
        if len(tenths) > 1:
            raise forms.ValidationError("Une seule décimale\u00a0: écrivez par exemple 42,5.")
        return Decimal(f"{'-' if sign else ''}{whole}.{tenths}")

    def prepare_value(self, value: Any) -> Any:
        return spell_plain(value) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}


class ExpenseForm(AnotherForm):
    """One expense of ``user``, or of anybody when ``of_anybody``; what is checked by its content, the act checks."""

    kind = forms.ChoiceField(
        label="Nature",
        choices=ExpenseKind.choices,
        initial=ExpenseKind.TRAVEL,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la nature de la dépense."},
    )
    assignment = forms.ModelChoiceField(
        Assignment.objects.none(),
        label="Pour quelle structure",
        empty_label="Choisir",
        error_messages={
            "required": "Choisissez pour qui la dépense est faite.",
            "invalid_choice": "Choisissez une mise à disposition de la liste.",
        },
    )
    spent_on = forms.DateField(
        label="Date",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Indiquez le jour de la dépense.", "invalid": "Cette date n’existe pas."},
    )
    label = forms.CharField(
        label="Objet",
        max_length=120,
        help_text="Pour les finances. D’un achat, l’adhérent le lit sur sa facture.",
        error_messages={"required": "Dites en quelques mots pourquoi cette dépense."},
    )
    kilometres = KilometresField(
        label="Kilomètres", required=False, help_text="D’un déplacement, aller et retour."
    )
    amount = AmountField(label="Montant payé", required=False, help_text="D’un repas ou d’un achat, TTC.")
    receipt = forms.FileField(
        label="Justificatif",
        required=False,
        help_text="PDF, JPEG ou PNG, 5\u00a0Mo au plus. Obligatoire pour un achat.",
        error_messages={"empty": "Ce fichier est vide. Photographiez le justificatif de nouveau."},
        widget=forms.FileInput(attrs={"accept": RECEIPTS}),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, user: User, of_anybody: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data, files, **kwargs)
        rows = Assignment.objects.select_related("member", "employee")
        rows = rows if of_anybody else rows.filter(employee__user=user)
        record_field(self, "assignment").queryset = rows
        order = ["employee__last_name", "employee__first_name"] if of_anybody else []
        found = list(rows.order_by(*order, "member__short_name", "-starts_on", "pk"))
        several = len({each.member_id for each in found}) != len(found)
        choice_field(self, "assignment").choices = [
            ("", "Choisir"),
            *((each.pk, _placed(each, of_anybody, several)) for each in found),
        ]
        if len(found) == 1:
            self.fields["assignment"].initial = found[0].pk

    def clean_receipt(self) -> UploadedFile[bytes] | None:
        """Refuse by size before the whole file is read into memory."""
        file: UploadedFile[bytes] | None = self.cleaned_data["receipt"]
        if file and (file.size or 0) > receipts.LARGEST_RECEIPT:
            raise forms.ValidationError(
                "Le justificatif dépasse 5\u00a0Mo. Prenez une photo moins lourde ou un PDF."
            )
        return file

    def wanted(self) -> expenses.ExpenseClaim:
        """The expense as spending.claim() takes it; what does not go with the kind, the page does not show either."""
        data = self.cleaned_data
        is_trip = data["kind"] == ExpenseKind.TRAVEL
        return expenses.ExpenseClaim(
            kind=data["kind"],
            spent_on=data["spent_on"],
            label=data["label"],
            kilometres=data["kilometres"] if is_trip else None,
            amount=None if is_trip else data["amount"],
            receipt=data["receipt"].read() if data["receipt"] else None,
        )


class ExpenseFilter(forms.Form):
    """Which expenses to list; the names are those of the address, so they are French."""

    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *ExpenseState.choices])
    personne = forms.ModelChoiceField(
        Employee.objects.none(), label="Personne", required=False, empty_label="Toutes"
    )
    adherent = forms.ModelChoiceField(
        Member.objects.none(), label="Adhérent", required=False, empty_label="Tous"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expenses = Expense.objects.visible_to(user)
        spent = self.expenses.order_by()
        people = Employee.objects.filter(pk__in=spent.values("employee"))
        self._choose("personne", people, people.by_name())
        members = Member.objects.filter(pk__in=spent.values("assignment__member"))
        self._choose("adherent", members, members.by_name())

    def _choose(self, name: str, queryset: QuerySet[R], rows: Iterable[R]) -> None:
        field = record_field(self, name)
        field.queryset = queryset
        field.choices = [("", field.empty_label or ""), *((each.pk, str(each)) for each in rows)]

    def chosen(self) -> QuerySet[Expense]:
        """The expenses that fit; a choice that cannot be read chooses none and says so at its field."""
        if not self.is_valid():
            return self.expenses.none()
        data, found = self.cleaned_data, self.expenses
        if data["etat"]:
            found = found.in_state(data["etat"])
        if data["personne"]:
            found = found.filter(employee=data["personne"])
        return found.filter(assignment__member=data["adherent"]) if data["adherent"] else found


class ExpenseAcceptForm(forms.Form):
    """What the invoice will say of an expense, and what of it is billed."""

    label = forms.CharField(
        label="Désignation sur la facture",
        max_length=200,
        help_text="L’adhérent la lit. N’y mettez rien de privé.",
        error_messages={"required": "Indiquez la désignation qui figurera sur la facture."},
    )
    cost = AmountField(
        label="Montant refacturé HT",
        help_text="Au coût\u00a0: sans la TVA que le groupement récupère.",
        error_messages={"required": "Indiquez le montant à refacturer."},
    )


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="La personne le lira.",
        error_messages={"required": "Écrivez un motif\u00a0: la personne le lira."},
    )


def _placed(assignment: Assignment, with_person: bool, with_reference: bool) -> str:
    """ "Aloen", "Aloen, MAD-2026-001" where it would not say which, "Maëlle Kerbrat chez Aloen"."""
    name = (
        f"{assignment.employee.full_name} chez {assignment.member}" if with_person else str(assignment.member)
    )
    return f"{name}, {assignment.reference}" if with_reference else name


_QUANTITY = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")


class QuantityField(forms.DecimalField):
    """A quantity with at most two decimals, as the invoice prints it."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        match = _QUANTITY.fullmatch(re.sub(r"[\s\u00a0\u202f]", "", str(value)))
        if match is None:
            raise forms.ValidationError(
                f"{quoted(str(value).strip(), at_most=20)} n’est pas une quantité\u00a0: écrivez par exemple 1 ou 2,5."
            )
        return Decimal(f"{match[1]}.{match[2] or '0'}")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return spell_plain(value).rstrip("0").removesuffix(",")
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
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


class LineForm(AnotherForm):
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Member.objects.all()
        record_field(self, "member").queryset = members
        choice_field(self, "member").choices = [
            ("", "Choisir un adhérent"),
            *((each.pk, each.short_name) for each in members.by_name()),
        ]
        choice_field(self, "vat_regime").choices = [(each.value, each.label) for each in dues.regimes()]
