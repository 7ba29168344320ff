"""The bank in the admin: read-only; only the layout of a CSV that was mapped wrongly can be deleted."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from billing.models import BankLayout, BankOperation, BankStatement
from members.admin.site import ReadOnlyRecordAdmin


@admin.register(BankStatement)
class BankStatementAdmin(ReadOnlyRecordAdmin):
    list_display = ["__str__", "format", "starts_on", "ends_on", "imported_by", "imported_at", "undone_at"]
    list_filter = ["format"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name", "sha256"]
    date_hierarchy = "ends_on"
    ordering = ["-ends_on", "-pk"]


@admin.register(BankOperation)
class BankOperationAdmin(ReadOnlyRecordAdmin):
    list_display = ["booked_on", "amount", "counterparty", "label", "nature", "status", "statement"]
    list_filter = ["status", "nature", "is_return"]
    list_select_related = ["statement"]
    search_fields = ["counterparty", "label", "reference", "key"]
    date_hierarchy = "booked_on"
    ordering = ["-booked_on", "-pk"]


@admin.register(BankLayout)
class BankLayoutAdmin(ReadOnlyRecordAdmin):
    """Once deleted, the columns are asked about again with the next file of these titles."""

    list_display = ["__str__", "titles", "used_at"]
    search_fields = ["titles_digest"]
    ordering = ["-used_at", "-pk"]

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
