"""Records on which something issued stands: form and deletion say in a sentence what PostgreSQL refuses."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from groupement.kernel.media_types import MediaType
from members import filing
from members.admin.comparing import RecordAdmin

# What the triggers of such records say, whatever stands there.
REFUSED = "what something issued stands on is not rewritten"
SENTENCE = (
    "Un document émis s’appuie sur cette fiche\u00a0: ce qu’elle a dit ces jours-là reste. Donnez-lui une fin, et "
    "ajoutez-en une autre à partir d’un jour plus récent."
)


class KeptForm(forms.ModelForm):
    """A record that is tried before it is saved, and taken back: the refusal becomes an error of the form."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors and is_refused(_tried(self.instance).save):
            self.add_error(None, SENTENCE)


class AttestationForm(KeptForm):
    """An attestation with the paper that was signed."""

    def clean_document(self) -> Any:
        """Refuse what is no scan and no document, whatever its name."""
        kinds = (MediaType.PDF, MediaType.JPEG, MediaType.PNG, MediaType.WEBP, MediaType.ODT, MediaType.DOCX)
        return checked_upload(self.cleaned_data["document"], kinds)


def checked_upload(value: Any, kinds: Collection[MediaType]) -> Any:
    """What a field of files gives, if it is nothing new or of these kinds; else an error of the field."""
    if isinstance(value, UploadedFile):
        try:
            filing.check(value, kinds=kinds)
        except filing.FileNotKept as refusal:
            raise forms.ValidationError(refusal.message) from refusal
    return value


class KeptFormSet(forms.BaseInlineFormSet):
    """Such records below another one: those that are ticked to be deleted are tried too."""

    def clean(self) -> None:
        super().clean()
        if any(is_refused(_tried(form.instance).delete) for form in self.deleted_forms):
            raise forms.ValidationError(SENTENCE)


class KeptRecordAdmin(RecordAdmin):
    """A dated fact: it ends and another begins; what was used is neither rewritten nor deleted."""

    form = KeptForm

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time, so that a refusal names its record."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        record: models.Model | None = self.get_object(request, object_id)
        if request.method == "POST" and record is not None and is_refused(record.delete):
            messages.error(request, SENTENCE)
            meta = self.opts
            return redirect(f"admin:{meta.app_label}_{meta.model_name}_change", object_id)
        return super().delete_view(request, object_id, extra_context)


def _tried(record: models.Model) -> models.Model:
    """A copy to be written and taken back; without its files, which nothing would take back."""
    copied = copy.copy(record)
    for field in record._meta.concrete_fields:
        if isinstance(field, models.FileField):
            setattr(copied, field.attname, "")
    return copied


def is_refused(act: Any) -> bool:
    """Whether PostgreSQL refuses ``act`` for what is issued; it is taken back in any case."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except IntegrityError as fault:
        return REFUSED in str(fault)
    return False
