"""Payments, refunds and allocations in the admin, read-only: the pages of billing change them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.models import Allocation, Payment, Refund
from members.admin.site import ReadOnlyInline, ReadOnlyRecordAdmin


class AllocationInline(ReadOnlyInline):
    model = Allocation
    fields = ["invoice", "amount", "settled_on", "by_rate"]
    ordering = ["settled_on", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("invoice")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyRecordAdmin):
    list_display = ["received_on", "member", "amount", "method", "reference", "reversed_on"]
    list_filter = ["method", "member"]
    list_select_related = ["member"]
    search_fields = ["reference", "member__short_name", "member__legal_name"]
    date_hierarchy = "received_on"
    ordering = ["-received_on", "-pk"]
    inlines = [AllocationInline]


@admin.register(Allocation)
class AllocationAdmin(ReadOnlyRecordAdmin):
    list_display = ["settled_on", "invoice", "source", "amount", "recorded_by"]
    list_filter = ["source"]
    list_select_related = ["invoice", "recorded_by"]
    search_fields = ["invoice__number"]
    date_hierarchy = "settled_on"
    ordering = ["-settled_on", "-pk"]


@admin.register(Refund)
class RefundAdmin(ReadOnlyRecordAdmin):
    list_display = ["paid_on", "member", "amount", "method", "reference", "cancelled_on"]
    list_filter = ["method", "member"]
    list_select_related = ["member"]
    search_fields = ["reference", "member__short_name", "member__legal_name"]
    date_hierarchy = "paid_on"
    ordering = ["-paid_on", "-pk"]
