"""A record of the admin with a kept file: chosen in its form, kept when it is saved, handed out by its own address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from groupement.kernel.media_types import MediaType
from groupement.kernel.pages import act, attachment
from members import filing
from members.admin.keeping import KeptForm
from members.admin.site import user_of
from members.models import File, User


@dataclass(frozen=True)
class ShownFile:
    """What the field shows of a kept file: its name, and where the record hands it out."""

    name: str
    url: str

    def __str__(self) -> str:
        return self.name


class KeptFileField(forms.FileField):
    """A file to be kept, of these kinds by its content; else an error of the field."""

    widget = AdminFileWidget

    def __init__(self, *, label: str, kinds: Collection[MediaType]) -> None:
        super().__init__(label=label, required=False)
        self.kinds = kinds

    def clean(self, data: Any, initial: Any = None) -> Any:
        value = super().clean(data, initial)
        if isinstance(value, UploadedFile):
            try:
                filing.check(value, kinds=self.kinds)
            except filing.FileNotKept as refusal:
                raise forms.ValidationError(refusal.message) from refusal
        return value


class FileForm(forms.ModelForm):
    """The form of a record whose column ``file_column`` names a kept file; declares a KeptFileField of that name."""

    file_column: ClassVar[str]
    kept_by: User | None = None
    _chosen: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept: File | None = getattr(self.instance, self.file_column)
        if kept is not None and self.file_column in self.fields:
            self.initial[self.file_column] = ShownFile(kept.name, file_address(self.instance))

    def _post_clean(self) -> None:
        # The record gets a row of the store, and only once it is saved.
        self._chosen = self.cleaned_data.pop(self.file_column, None)
        super()._post_clean()  # type: ignore[misc]

    def save(self, commit: bool = True) -> Any:
        chosen, self._chosen = self._chosen, None
        if chosen is False:  # ticked to be taken off; the row of the store stays
            setattr(self.instance, self.file_column, None)
        elif isinstance(chosen, UploadedFile):
            kept = filing.keep(
                chosen.read(),
                chosen.name or "",
                by=self.kept_by,
                at=timezone.now(),
                kinds=self.fields[self.file_column].kinds,  # type: ignore[attr-defined]
            )
            setattr(self.instance, self.file_column, kept)
        return super().save(commit)


class AttestationForm(FileForm, KeptForm):
    """An attestation with the paper that was signed: a scan or a document, whatever its name."""

    file_column = "document"
    document = KeptFileField(
        label="Document",
        kinds=(MediaType.PDF, MediaType.JPEG, MediaType.PNG, MediaType.WEBP, MediaType.ODT, MediaType.DOCX),
    )


class KeepsFiles:
    """Beside a ModelAdmin: its forms learn who sends them."""

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        form.kept_by = user_of(request)
        return super().save_form(request, form, change)  # type: ignore[misc]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for each in formset.forms:
            each.kept_by = user_of(request)
        super().save_formset(request, form, formset, change)  # type: ignore[misc]


class ServesFile(KeepsFiles):
    """Beside a ModelAdmin: the kept file of a record has an address, for who may read the record."""

    file_column: str

    def get_urls(self) -> list[URLPattern]:
        """The address of the file before those of the record."""
        meta = self.opts  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(require_safe(self.hand_out))  # type: ignore[attr-defined]
        name = f"{meta.app_label}_{meta.model_name}_file"
        return [path("<int:pk>/fichier/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def hand_out(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file to save; a record without one has no such address."""
        row = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        kept: File | None = getattr(row, self.file_column, None)
        if kept is None or not self.has_view_permission(request, row):  # type: ignore[attr-defined]
            raise Http404
        done = act(request, filing.open_file, kept)
        if not done:
            return _back(row)
        return attachment(done.value, kept.name, kept.media_type)


def file_address(row: Any) -> str:
    """Where the file of ``row`` is handed out."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_file", args=[row.pk])


def _back(row: Any) -> HttpResponse:
    return redirect(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", row.pk)
