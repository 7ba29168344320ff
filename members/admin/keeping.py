"""Records on which something issued stands: form and deletion say in a sentence what PostgreSQL refuses."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

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


class KeptFormSet(forms.BaseInlineFormSet):
    """Such records below another one: those that are ticked to be deleted are tried too."""

    def clean(self) -> None:
        super().clean()
        if any(is_refused(_tried(form.instance).delete) for form in self.deleted_forms):
            raise forms.ValidationError(SENTENCE)


class OneByOneAdmin(RecordAdmin):
    """Records that are deleted one at a time, so that a refusal names its record."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class KeptRecordAdmin(OneByOneAdmin):
    """A dated fact: it ends and another begins; what was used is neither rewritten nor deleted."""

    form = KeptForm

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
    """A copy to be written and taken back."""
    return copy.copy(record)


def is_refused(act: Any) -> bool:
    """Whether PostgreSQL refuses ``act`` for what is issued; it is taken back in any case."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except IntegrityError as fault:
        return REFUSED in str(fault)
    return False
