"""Costs in Django admin: what was carried, put aside for leave, and how payroll files are read; all read-only."""

from django.contrib import admin

from billing.admin.ledger import Kept
from billing.models import ActualCost, CarriedCost, PayrollLayout, ProvisionEntry


@admin.register(ActualCost)
class ActualCostAdmin(Kept):
    list_display = ["month", "employee", "kind", "amount", "source"]
    list_filter = ["kind"]
    list_select_related = ["employee", "source"]
    search_fields = ["employee__last_name", "employee__first_name", "employee__payroll_number"]
    date_hierarchy = "month"
    ordering = ["-month", "employee__last_name", "kind", "pk"]


@admin.register(CarriedCost)
class CarriedCostAdmin(Kept):
    list_display = ["from_month", "into_month", "employee", "amount", "noted_at"]
    list_select_related = ["employee"]
    search_fields = ["employee__last_name", "employee__first_name", "employee__payroll_number"]
    date_hierarchy = "from_month"
    ordering = ["-from_month", "employee__last_name", "into_month", "pk"]


@admin.register(ProvisionEntry)
class ProvisionEntryAdmin(Kept):
    list_display = ["month", "employee", "member", "kind", "amount", "noted_by", "noted_at"]
    list_filter = ["kind", "member"]
    list_select_related = ["employee", "member", "noted_by"]
    search_fields = ["employee__last_name", "employee__first_name", "member__short_name"]
    date_hierarchy = "month"
    ordering = ["-month", "employee__last_name", "member__short_name", "kind", "pk"]


@admin.register(PayrollLayout)
class PayrollLayoutAdmin(Kept):
    list_display = ["__str__", "used_at"]
    search_fields = ["titles_digest"]
    ordering = ["-used_at", "pk"]
