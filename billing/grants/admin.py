"""Grants in Django admin."""

from django.contrib import admin

from billing.models import FundedCost, FundedHours, FundingLine, FundingReport
from members.admin.comparing import RecordAdmin
from members.admin.site import CurrentFilter, ReadOnlyRecordAdmin


@admin.register(FundingLine)
class FundingLineAdmin(RecordAdmin):
    """A grant; what it pays for is tagged on its page."""

    list_display = ["code", "label", "funder", "budget", "starts_on", "ends_before"]
    list_filter = [CurrentFilter]
    search_fields = ["code", "label", "funder"]
    ordering = ["-starts_on", "code", "pk"]


@admin.register(FundedHours)
class FundedHoursAdmin(ReadOnlyRecordAdmin):
    list_display = ["line", "month", "action", "minutes", "tagged_by", "tagged_at"]
    list_filter = ["line"]
    list_select_related = ["line", "tagged_by"]
    search_fields = ["action"]
    date_hierarchy = "month"
    ordering = ["-month", "line__code", "pk"]


@admin.register(FundedCost)
class FundedCostAdmin(ReadOnlyRecordAdmin):
    list_display = ["line", "month", "action", "expense", "amount", "tagged_by", "tagged_at"]
    list_filter = ["line"]
    list_select_related = ["line", "expense", "tagged_by"]
    search_fields = ["action", "expense__label"]
    date_hierarchy = "month"
    ordering = ["-month", "line__code", "pk"]


@admin.register(FundingReport)
class FundingReportAdmin(ReadOnlyRecordAdmin):
    list_display = ["line", "first_month", "last_month", "locked_by", "locked_at", "digest"]
    list_filter = ["line"]
    list_select_related = ["line", "locked_by"]
    ordering = ["-first_month", "line__code", "pk"]
    # Its content holds what people cost: it is read by finance, on the page of its line.
    hidden = ("id", "content")
