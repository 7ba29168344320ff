"""The rules of the group, to read: all that was ever noted; they are set on their own page, by one act."""

from django.contrib import admin

from members.admin.site import ReadOnlyRecordAdmin
from members.models import GroupRule


@admin.register(GroupRule)
class GroupRuleAdmin(ReadOnlyRecordAdmin):
    """What held, holds and comes, with who noted it."""

    list_display = ["code", "starts_on", "ends_before", "origin", "source", "noted_at", "withdrawn_at"]
    list_filter = ["code", "origin"]
    search_fields = ["source"]
    search_help_text = "Source"
    date_hierarchy = "starts_on"
    ordering = ["code", "-starts_on", "-pk"]
