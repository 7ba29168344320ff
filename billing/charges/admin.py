"""Expenses, their scales, dues and grants in Django admin: scales and lines are mended, the rest is read-only."""

from django.contrib import admin

from billing.models import DuesYear, Expense, ExpenseScale
from members.admin.keeping import KeptRecordAdmin
from members.admin.site import CurrentFilter, ReadOnlyRecordAdmin


@admin.register(ExpenseScale)
class ExpenseScaleAdmin(KeptRecordAdmin):
    """What a kilometre or a meal is worth; an expense keeps the rate that it was made with."""

    list_display = ["kind", "rate", "source", "starts_on", "ends_before"]
    list_filter = ["kind", CurrentFilter]
    search_fields = ["source"]
    ordering = ["kind", "-starts_on", "pk"]


@admin.register(Expense)
class ExpenseAdmin(ReadOnlyRecordAdmin):
    list_display = ["spent_on", "employee", "kind", "label", "amount", "charge", "refused_reason"]
    list_filter = ["kind"]
    list_select_related = ["employee", "charge"]
    search_fields = ["label", "employee__last_name", "employee__first_name", "assignment__reference"]
    date_hierarchy = "spent_on"
    ordering = ["-spent_on", "-pk"]
    # The receipt is served by the page of the expense, not by an address of the store.
    hidden = ("id", "receipt")


@admin.register(DuesYear)
class DuesYearAdmin(ReadOnlyRecordAdmin):
    list_display = ["member", "year", "charge"]
    list_filter = ["year", "member"]
    list_select_related = ["member", "charge"]
    ordering = ["-year", "member__short_name", "pk"]
