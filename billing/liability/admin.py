"""The reserve in Django admin."""

from django.contrib import admin

from billing.models import ReserveEntry
from members.admin.site import ReadOnlyRecordAdmin


@admin.register(ReserveEntry)
class ReserveEntryAdmin(ReadOnlyRecordAdmin):
    list_display = ["booked_on", "label", "amount", "noted_by"]
    list_select_related = ["noted_by"]
    search_fields = ["label"]
    date_hierarchy = "booked_on"
    ordering = ["-booked_on", "-pk"]
