"""True-ups in Django admin: read-only, since acts make them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.models import SettledMonth, TrueUp, TrueUpShare, TrueUpStep
from members.admin.site import ReadOnlyInline, ReadOnlyRecordAdmin, StepInline


class ShareInline(ReadOnlyInline):
    model = TrueUpShare
    fields = ["member", "employee", "minutes", "actual", "invoiced", "amount"]
    ordering = ["member__short_name", "employee__last_name", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("member", "employee")


class TrueUpStepInline(StepInline):
    model = TrueUpStep


@admin.register(TrueUp)
class TrueUpAdmin(ReadOnlyRecordAdmin):
    list_display = ["label", "first_month", "last_month", "key", "status", "prepared_at", "issued_at"]
    list_filter = ["status", "key"]
    search_fields = ["label"]
    ordering = ["-last_month", "-pk"]
    inlines = [ShareInline, TrueUpStepInline]


@admin.register(SettledMonth)
class SettledMonthAdmin(ReadOnlyRecordAdmin):
    list_display = ["employee", "month", "true_up"]
    list_select_related = ["employee", "true_up"]
    search_fields = ["employee__last_name", "employee__first_name", "true_up__label"]
    date_hierarchy = "month"
    ordering = ["-month", "employee__last_name", "pk"]
