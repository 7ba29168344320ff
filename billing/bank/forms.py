"""Forms of the bank: the file of a statement, its columns, what an operation is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from billing.accounts.forms import AllocationForm
from billing.bank.csv_layouts import COLUMNS, guess_layout
from billing.bank.statement import LARGEST_FILE
from billing.models import Invoice, Payment
from groupement.kernel.fields import choice_field, record_field
from groupement.kernel.money import AmountField, spell
from members.models import Member

EXTENSIONS = (".xml", ".csv", ".txt", ".camt", ".053")
MOST_COLUMNS = 30
UNREAD = "unread"


class StatementUpload(forms.Form):
    """The file of a bank; ``has_file``: one is stored from before; ``asks_twins``: what its identical lines are."""

    file = forms.FileField(
        label="Fichier CAMT.053 ou CSV",
        help_text="5\u00a0Mo au plus. Dans l’espace de votre banque\u00a0: «\u00a0Télécharger des opérations\u00a0».",
        error_messages={
            "required": "Choisissez le relevé de la banque.",
            "missing": "Choisissez le relevé de la banque.",
            "empty": "Ce fichier est vide. Téléchargez de nouveau le relevé.",
        },
        widget=forms.FileInput(attrs={"accept": ",".join(EXTENSIONS)}),
    )
    has_twins = forms.BooleanField(
        label="Les lignes identiques sont bien des opérations différentes", required=False
    )

    def __init__(self, *args: Any, has_file: bool = False, asks_twins: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not (has_file or asks_twins)
        if not asks_twins:
            del self.fields["has_twins"]

    def clean_file(self) -> UploadedFile[bytes] | None:
        """Refuse by name and size what cannot be a statement, before anybody reads it."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file and Path(file.name or "").suffix.lower() not in EXTENSIONS:
            raise forms.ValidationError(
                "Ce fichier n’est ni un CAMT.053 (.xml) ni un CSV. Téléchargez le relevé dans l’un de ces formats."
            )
        if file and (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("Ce fichier dépasse 5\u00a0Mo. Choisissez une période plus courte.")
        return file


class BankColumnsForm(forms.Form):
    """What each column of an unknown CSV means, in the order of the columns."""

    def __init__(
        self, *args: Any, titles: Sequence[str], rows: Sequence[Sequence[str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.titles = titles
        guessed = {
            place: column for column, places in guess_layout(titles).places.items() for place in places
        }
        choices = [(UNREAD, "Ne pas lire"), *((code, label.capitalize()) for code, label in COLUMNS.items())]
        for place, title in enumerate(titles[:MOST_COLUMNS]):
            seen = [row[place] for row in rows if place < len(row) and row[place]]
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=title or f"Colonne {place + 1}",
                choices=choices,
                initial=guessed.get(place, UNREAD),
                error_messages={"required": "Dites ce que contient cette colonne."},
                help_text=f"Par exemple\u00a0: {', '.join(cell[:40] for cell in seen[:2])}" if seen else "",
            )

    def columns(self) -> dict[str, list[int]]:
        """The places of the columns, by what they mean."""
        found: dict[str, list[int]] = {}
        for place in range(min(len(self.titles), MOST_COLUMNS)):
            if (column := self.cleaned_data.get(f"column_{place}", UNREAD)) != UNREAD:
                found.setdefault(column, []).append(place)
        return found


class PayerForm(forms.Form):
    """Which member paid an operation: the first step of a choice by hand."""

    adherent = forms.ModelChoiceField(
        Member.objects.none(),
        label="Adhérent",
        empty_label="Choisir un adhérent",
        error_messages={
            "required": "Choisissez qui a payé.",
            "invalid_choice": "Choisissez un adhérent de la liste.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record_field(self, "adherent").queryset = Member.objects.all()
        members = [(each.pk, each.short_name) for each in Member.objects.by_name()]
        choice_field(self, "adherent").choices = [("", "Choisir un adhérent"), *members]


class OperationAllocationForm(AllocationForm):
    """How much of an operation goes to each due invoice of the member."""


class NoteForm(forms.Form):
    """What an operation is that concerns no invoice."""

    note = forms.CharField(
        label="Ce que c’est",
        max_length=200,
        help_text="Salaire, frais, loyer, subvention…",
        error_messages={"required": "Dites en quelques mots ce que c’est\u00a0: salaire, frais, subvention…"},
    )


class SplitForm(forms.Form):
    """How much to split off an operation."""

    amount = AmountField(
        label="Montant à détacher",
        help_text="Le reste forme l’autre partie.",
        error_messages={"required": "Indiquez le montant à détacher."},
    )


class ReturnedPaymentForm(forms.Form):
    """Which payment the bank returned by an operation."""

    payment = forms.ChoiceField(
        label="Règlement repris par la banque",
        error_messages={
            "required": "Choisissez le règlement repris.",
            "invalid_choice": "Ce règlement n’est plus là. Choisissez-en un autre.",
        },
    )

    def __init__(self, *args: Any, payments: Iterable[Payment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payments = {str(payment.pk): payment for payment in payments}
        choice_field(self, "payment").choices = [
            (pk, f"{each.member.short_name}, {spell(each.amount)} du {each.received_on:%d/%m/%Y}")
            for pk, each in self.payments.items()
        ]

    def clean_payment(self) -> Payment:
        return self.payments[self.cleaned_data["payment"]]


class RefundSourceForm(forms.Form):
    """What money given back by an operation is taken from: the rest of a payment or of a credit note."""

    source = forms.ChoiceField(
        label="Pris sur",
        error_messages={
            "required": "Choisissez le règlement ou l’avoir dont l’argent est rendu.",
            "invalid_choice": "Il n’en reste plus assez. Choisissez-en un autre.",
        },
    )

    def __init__(self, *args: Any, sources: Iterable[Any], **kwargs: Any) -> None:
        """``sources``, payments and credit notes, with ``left``, the euros that are left of them."""
        super().__init__(*args, **kwargs)
        self.sources: dict[str, Any] = {self._key(each): each for each in sources}
        choice_field(self, "source").choices = [
            (key, f"{each.member.short_name}, {self._named(each)}, reste {spell(each.left)}")
            for key, each in self.sources.items()
        ]

    @staticmethod
    def _key(source: Payment | Invoice) -> str:
        return f"{'payment' if isinstance(source, Payment) else 'note'}-{source.pk}"

    @staticmethod
    def _named(source: Payment | Invoice) -> str:
        if isinstance(source, Payment):
            return f"règlement du {source.received_on:%d/%m/%Y}"
        return f"avoir {source.number}"

    def clean_source(self) -> Any:
        return self.sources[self.cleaned_data["source"]]
