"""What was sent, read-only."""

from __future__ import annotations

from django.contrib import admin

from billing.models import Dispatch
from members.admin.site import ReadOnlyRecordAdmin


@admin.register(Dispatch)
class DispatchAdmin(ReadOnlyRecordAdmin):
    list_display = ["sent_at", "invoice", "letter", "sent_by"]
    list_select_related = ["invoice", "letter", "sent_by"]
    date_hierarchy = "sent_at"
    ordering = ["-sent_at", "-pk"]
