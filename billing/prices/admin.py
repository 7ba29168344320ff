"""Prices in the admin: the published values of indices are entered here; quotes are read-only.

Assignments are the app's below, with a word on what their price lets a member compute.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from billing.models import PriceIndex, Quote, VatRate
from billing.prices.computable import in_words
from billing.prices.effects import effect
from employees.admin.records import AssignmentAdmin
from employees.models import Assignment, PriceMethod, Terms
from members.admin.keeping import KeptRecordAdmin
from members.admin.site import ReadOnlyRecordAdmin, user_of


@admin.register(PriceIndex)
class PriceIndexAdmin(KeptRecordAdmin):
    list_display = ["code", "label", "month", "value", "source"]
    list_filter = ["code"]
    search_fields = ["code", "label", "source"]
    date_hierarchy = "month"
    ordering = ["code", "-month", "pk"]


@admin.register(Quote)
class QuoteAdmin(ReadOnlyRecordAdmin):
    list_display = ["letter", "member", "prospect", "valid_until", "made_by", "made_at", "accepted_at"]
    list_select_related = ["letter", "member", "made_by"]
    search_fields = ["letter__subject", "member__short_name", "prospect"]
    date_hierarchy = "made_at"
    ordering = ["-made_at", "-pk"]


@admin.register(VatRate)
class VatRateAdmin(KeptRecordAdmin):
    """A new rate is a new row; the one before ends that day."""

    list_display = ["regime", "rate", "starts_on", "ends_before", "source"]
    list_filter = ["regime"]
    ordering = ["regime", "-starts_on", "pk"]


admin.site.unregister(Assignment)


@admin.register(Assignment)
class PricedAssignmentAdmin(AssignmentAdmin):
    """An assignment whose price at actual cost says, once it is agreed on, what it lets the member compute."""

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        written = [
            row
            for formset in formsets
            for row in (*formset.new_objects, *(row for row, _ in formset.changed_objects))
            if isinstance(row, Terms) and row.price_method == PriceMethod.ACTUAL
        ]
        if written:
            _tell_computable(request, max(written, key=lambda row: row.starts_on))


def _tell_computable(request: HttpRequest, terms: Terms) -> None:
    placed = Assignment.objects.select_related("employee", "member").get(pk=terms.assignment_id)
    found = effect(placed, terms, by=user_of(request), at=timezone.now()).computable
    address = reverse("billing:change_price", args=[placed.pk])
    messages.warning(
        request,
        format_html(
            '{} <a href="{}?horaire">Préférer un prix horaire convenu, régularisé chaque année</a>',
            in_words(found, placed),
            address,
        ),
    )
