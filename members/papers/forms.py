"""What papers ask: for whom an agreement is written, the box that signs, a copy signed outside the app, a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from groupement.kernel.fields import choice_field, record_field
from members import filing
from members.models import Member, Seat, User
from members.papers.models import Party, Way
from members.papers.signing import Copy, mandates

SCANS = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class AgreementForm(forms.Form):
    """Whose agreement, from when, and who signs it for the group."""

    member = forms.ModelChoiceField(
        Member.objects.none(),
        label="Adhérent",
        empty_label="Choisir",
        error_messages={
            "required": "Choisissez l’adhérent.",
            "invalid_choice": "Choisissez un adhérent de la liste.",
        },
    )
    starts_on = forms.DateField(
        label="Prise d’effet",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Indiquez le jour de prise d’effet.",
            "invalid": "Cette date n’existe pas.",
        },
    )
    signer = forms.ModelChoiceField(
        User.objects.none(),
        label="Signe pour le groupement",
        empty_label="Choisir",
        error_messages={
            "required": "Choisissez qui signe pour le groupement.",
            "invalid_choice": "Choisissez quelqu’un de la liste.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record_field(self, "member").queryset = Member.objects.order_by("short_name", "pk")
        engaging = Q(is_coordinator=True) | Q(is_finance=True) | Q(is_admin=True)
        record_field(self, "signer").queryset = User.objects.filter(engaging, is_active=True).order_by(
            "name", "pk"
        )


class SignForm(forms.Form):
    """The box that is never ticked beforehand."""

    # Required by the browser only: the act refuses what has no consent, whatever the way in.
    consent = forms.BooleanField(
        label="accord", required=False, widget=forms.CheckboxInput(attrs={"required": True})
    )


class PaperReasonForm(forms.Form):
    """Why a paper is voided or a signature taken back."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"required": True, "autocomplete": "off"}),
    )


class CopyForm(forms.Form):
    """A paper that a party signed outside the app."""

    way = forms.ChoiceField(
        label="Comment",
        choices=[(Way.PAPER, "À la main, numérisé"), (Way.EXTERNAL_PDF, "PDF signé ailleurs")],
        initial=Way.PAPER,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment la copie a été signée."},
    )
    signed_on = forms.DateField(
        label="Signé le",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "Indiquez le jour de la signature.",
            "invalid": "Cette date n’existe pas.",
        },
    )
    seat = forms.ModelChoiceField(
        Seat.objects.none(),
        label="Signé par",
        required=False,
        empty_label="Quelqu’un d’autre",
        error_messages={"invalid_choice": "Choisissez quelqu’un de la liste."},
    )
    signer_name = forms.CharField(
        label="Son nom",
        required=False,
        max_length=120,
        help_text="Pour une copie sur papier, si la liste ne l’a pas.",
    )
    characters = forms.CharField(
        label="Empreinte",
        required=False,
        max_length=20,
        help_text="Les huit caractères au pied de la copie. Pas pour un PDF signé ailleurs.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label="Copie signée",
        help_text="PDF, JPEG ou PNG, 20\u00a0Mo au plus.",
        error_messages={
            "required": "Choisissez la copie signée.",
            "empty": "Ce fichier est vide. Choisissez-le de nouveau.",
        },
        widget=forms.FileInput(attrs={"accept": SCANS}),
    )

    def __init__(self, *args: Any, party: Party, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"copy-{party.pk}-%s"
        if party.member is None:
            del self.fields["seat"], self.fields["signer_name"]
            return
        # Whoever held a seat at any time: the act asks for the day of the signature.
        held = Seat.objects.filter(member=party.member, function="representative").select_related("user")
        record_field(self, "seat").queryset = held
        rows = list(held.order_by("-starts_on", "pk"))
        choice_field(self, "seat").choices = [
            ("", "Quelqu’un d’autre"),
            *((row.pk, str(row.user)) for row in rows),
        ]
        today = [seat.pk for seat in mandates(party.member, on)]
        self.fields["seat"].initial = today[0] if len(today) == 1 else None

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse by size before the whole file is read into memory."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            filing.refuse_size(file.size)
        except filing.FileNotKept as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return file

    def wanted(self) -> Copy:
        """The copy as signing.record_copy() takes it."""
        data = self.cleaned_data
        return Copy(
            way=Way(data["way"]),
            data=data["file"].read(),
            name=data["file"].name or "",
            signed_on=data["signed_on"],
            signer_name=data.get("signer_name", ""),
            seat=data.get("seat"),
            characters=data["characters"],
        )


class VerifyForm(forms.Form):
    """A file to be compared with the paper."""

    file = forms.FileField(
        label="Fichier à vérifier",
        help_text="Un PDF ou une numérisation, 20\u00a0Mo au plus. Il n’est pas gardé.",
        error_messages={
            "required": "Choisissez le fichier.",
            "empty": "Ce fichier est vide. Choisissez-le de nouveau.",
        },
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse by size before the whole file is read into memory."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            filing.refuse_size(file.size)
        except filing.FileNotKept as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return file
