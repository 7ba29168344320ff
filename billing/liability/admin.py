"""The reserve in Django admin."""

from django.contrib import admin

from billing.kept import Kept
from billing.models import ReserveEntry


@admin.register(ReserveEntry)
class ReserveEntryAdmin(Kept):
    list_display = ["booked_on", "label", "amount", "noted_by"]
    list_select_related = ["noted_by"]
    search_fields = ["label"]
    date_hierarchy = "booked_on"
    ordering = ["-booked_on", "-pk"]
