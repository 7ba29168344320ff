"""Forms of the bank: the file of a statement, its columns, what an operation is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst

from billing.accounts.forms import AllocationForm
from billing.bank import importing
from billing.bank.csv_layouts import COLUMNS
from billing.bank.statement import LARGEST_FILE
from billing.models import Invoice, Payment
from groupement.kernel.fields import choice_field, record_field
from groupement.kernel.french import quoted
from groupement.kernel.money import AmountField, spell
from members.models import Member

EXTENSIONS = (".xml", ".camt", ".053", ".ofx", ".qfx", ".csv", ".txt", ".tsv", ".xlsx", ".ods")
MOST_COLUMNS = 100
UNREAD = "unread"


class StatementUpload(forms.Form):
    """The file of a bank; ``has_file``: one is stored from before; ``asks_twins``: what its identical lines are."""

    file = forms.FileField(
        label="Fichier CAMT.053, OFX, CSV ou Excel",
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
                "Ce fichier n’est ni un CAMT.053 (.xml), ni un OFX, ni un CSV, ni un classeur (.xlsx). Téléchargez "
                "le relevé dans l’un de ces formats."
            )
        if file and (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("Ce fichier dépasse 5\u00a0Mo. Choisissez une période plus courte.")
        return file


class BankColumnsForm(forms.Form):
    """What each column of a table means, in the order of the columns, and how the layout is called from now on.

    ``seen``: what the page showed, so that columns changed afterwards are shown again before anything is imported.
    """

    # Every column has a choice.
    use_required_attribute = False
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label="Nom de ce format",
        max_length=60,
        required=False,
        help_text="La banque, par exemple. Les prochains fichiers de ces colonnes seront lus tels quels.",
    )

    def __init__(
        self,
        *args: Any,
        titles: Sequence[str],
        rows: Sequence[Sequence[str]],
        places: Mapping[str, Sequence[int]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.titles = titles[:MOST_COLUMNS]
        self.examples = rows
        chosen = {place: column for column, each in places.items() for place in each}
        choices = [(UNREAD, "Ne pas lire"), *((code, capfirst(label)) for code, label in COLUMNS.items())]
        for place, title in enumerate(self.titles):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=f"Colonne {quoted(title)}" if title else f"Colonne {place + 1}, sans titre",
                choices=choices,
                required=False,
                initial=chosen.get(place, UNREAD),
            )

    def rows(self) -> Iterator[tuple[forms.BoundField, str, list[str]]]:
        """Of each column its field, its title and its first values, for the page."""
        for place, title in enumerate(self.titles):
            seen = [row[place][:40] for row in self.examples if place < len(row) and row[place]]
            yield self[f"column_{place}"], title, seen[:2]

    def clean(self) -> dict[str, Any]:
        """Refuse columns that make no statement."""
        cleaned = super().clean() or {}
        try:
            importing.checked_columns(self.columns())
        except importing.BadBankColumns as refusal:
            self.add_error(None, refusal.message)
        return cleaned

    def columns(self) -> dict[str, list[int]]:
        """The places of the columns, by what they mean."""
        found: dict[str, list[int]] = {}
        for place in range(len(self.titles)):
            if (column := self.cleaned_data.get(f"column_{place}") or UNREAD) != UNREAD:
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
            "required": "Choisissez le règlement ou l’avoir dont l’argent est remboursé.",
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
