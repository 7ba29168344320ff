"""Prices in the admin: the published values of indices are entered here; quotes are read-only."""

from django.contrib import admin

from billing.models import PriceIndex, Quote, VatRate
from members.admin.keeping import KeptRecordAdmin
from members.admin.site import ReadOnlyRecordAdmin


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
