"""Seats in the administration, alone and below members and accounts: what stands on one is read before it ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import mark
from members import seating
from members.access import today
from members.admin.keeping import OneByOneAdmin
from members.admin.site import Proven
from members.models import Seat

WRITTEN = (*seating.IDENTITY, "starts_on", "ends_before")


class SeatForm(forms.ModelForm):
    """A seat that keeps the days on which something was signed or confirmed by it."""

    is_confirmed = forms.BooleanField(
        label="Je confirme",
        required=False,
        help_text="À cocher si le message le demande\u00a0: plus personne ne représenterait la structure.",
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if self.instance.pk and facts.get("starts_on") and {*WRITTEN} & {*self.changed_data}:
            # Below a member or a person, that one is not among the fields.
            self.ask({name: facts.get(name, getattr(self.instance, name)) for name in WRITTEN})
        return facts

    def ask(self, wanted: dict[str, Any]) -> None:
        """Make the refusal of what is wanted an error."""
        is_confirmed = bool(self.cleaned_data.get("is_confirmed"))
        try:
            seating.refuse_change(self.instance, wanted, is_confirmed=is_confirmed, today=today())
        except Refusal as refusal:
            mark(self, refusal)


class SeatFormSet(forms.BaseInlineFormSet):
    """Seats below their member or their person; those that are ticked to be deleted are asked about too."""

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk:
                try:
                    seating.refuse_change(form.instance, None, is_confirmed=True, today=today())
                except Refusal as refusal:
                    raise forms.ValidationError([refusal.message, *refusal.errors]) from refusal


class KeptSeatInline(admin.TabularInline):
    """Seats below another record."""

    model = Seat
    form = SeatForm
    formset = SeatFormSet
    extra = 0
    ordering = ["starts_on", "pk"]


@admin.register(Seat)
class SeatAdmin(Proven, OneByOneAdmin):
    """Who sits for whom, and since when."""

    form = SeatForm
    list_display = ["user", "member", "function", "starts_on", "ends_before"]
    list_filter = ["function", "member"]
    list_select_related = ["user", "member"]
    search_fields = ["user__name", "user__email", "member__short_name"]
    search_help_text = "Nom, adresse e-mail ou adhérent"
    autocomplete_fields = ["user", "member"]
    ordering = ["member__short_name", "starts_on", "pk"]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        seat = self.get_object(request, object_id)
        if request.method == "POST" and seat is not None:
            try:
                seating.refuse_change(seat, None, is_confirmed=True, today=today())
            except Refusal as refusal:
                for sentence in (refusal.message, *refusal.errors):
                    messages.error(request, sentence)
                return redirect("admin:members_seat_change", seat.pk)
        return super().delete_view(request, object_id, extra_context)
