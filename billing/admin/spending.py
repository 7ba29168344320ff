"""Expenses, their scales, dues and grants in Django admin: scales and lines are mended, the rest is looked at."""

from django.contrib import admin

from billing.admin.ledger import Kept
from billing.models import (
    DuesYear,
    Expense,
    ExpenseScale,
    FundedCost,
    FundedHours,
    FundingLine,
    FundingReport,
)
from members.admin.site import CurrentFilter


@admin.register(ExpenseScale)
class ExpenseScaleAdmin(admin.ModelAdmin):
    """What a kilometre or a meal is worth; an expense keeps the rate that it was made with."""

    list_display = ["kind", "rate", "source", "starts_on", "ends_before"]
    list_filter = ["kind", CurrentFilter]
    search_fields = ["source"]
    ordering = ["kind", "-starts_on", "pk"]


@admin.register(Expense)
class ExpenseAdmin(Kept):
    list_display = ["spent_on", "employee", "kind", "label", "amount", "charge", "refused_reason"]
    list_filter = ["kind"]
    list_select_related = ["employee", "charge"]
    search_fields = ["label", "employee__last_name", "employee__first_name", "assignment__reference"]
    date_hierarchy = "spent_on"
    ordering = ["-spent_on", "-pk"]
    # The receipt is served by the page of the expense, not by an address of the store.
    hidden = ("id", "receipt")


@admin.register(DuesYear)
class DuesYearAdmin(Kept):
    list_display = ["member", "year", "charge"]
    list_filter = ["year", "member"]
    list_select_related = ["member", "charge"]
    ordering = ["-year", "member__short_name", "pk"]


@admin.register(FundingLine)
class FundingLineAdmin(admin.ModelAdmin):
    """A grant; what it pays for is tagged on its page."""

    list_display = ["code", "label", "funder", "budget", "starts_on", "ends_before"]
    list_filter = [CurrentFilter]
    search_fields = ["code", "label", "funder"]
    ordering = ["-starts_on", "code", "pk"]


@admin.register(FundedHours)
class FundedHoursAdmin(Kept):
    list_display = ["line", "month", "action", "minutes", "tagged_by", "tagged_at"]
    list_filter = ["line"]
    list_select_related = ["line", "tagged_by"]
    search_fields = ["action"]
    date_hierarchy = "month"
    ordering = ["-month", "line__code", "pk"]


@admin.register(FundedCost)
class FundedCostAdmin(Kept):
    list_display = ["line", "month", "action", "expense", "amount", "tagged_by", "tagged_at"]
    list_filter = ["line"]
    list_select_related = ["line", "expense", "tagged_by"]
    search_fields = ["action", "expense__label"]
    date_hierarchy = "month"
    ordering = ["-month", "line__code", "pk"]


@admin.register(FundingReport)
class FundingReportAdmin(Kept):
    list_display = ["line", "first_month", "last_month", "locked_by", "locked_at", "digest"]
    list_filter = ["line"]
    list_select_related = ["line", "locked_by"]
    ordering = ["-first_month", "line__code", "pk"]
    # Its content holds what people cost: it is read by finance, on the page of its line.
    hidden = ("id", "content")
