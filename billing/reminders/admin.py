"""Reminders in the admin: levels are edited here, reminders and disputes are read-only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join

from billing.models import Dispute, DunningLevel, Reminder
from billing.reminders import wording
from members.admin.comparing import RecordAdmin
from members.admin.site import ReadOnlyRecordAdmin


class DunningLevelForm(forms.ModelForm):
    """A level whose text names known things only, and the number and the amount at least."""

    class Meta:
        model = DunningLevel
        fields = ["rank", "title", "days_late", "text", "asks_for_interest", "is_active"]
        widgets = {"text": forms.Textarea(attrs={"rows": 14, "cols": 90})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            known = [(f"{{{name}}}", what) for name, what in wording.PLACEHOLDERS.items()]
            self.fields["text"].help_text = format_html_join(" · ", "{} = {}", known)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if fault := wording.text_fault(text):
            raise forms.ValidationError(fault)
        return text

    def clean(self) -> dict[str, Any]:
        """The delays of active levels follow the order of their ranks."""
        data = super().clean() or self.cleaned_data
        rank, days = data.get("rank"), data.get("days_late")
        if rank is None or days is None or not data.get("is_active"):
            return data
        others = DunningLevel.objects.filter(is_active=True).exclude(pk=self.instance.pk)
        before = others.filter(rank__lt=rank, days_late__gte=days).order_by("-rank").first()
        after = others.filter(rank__gt=rank, days_late__lte=days).order_by("rank").first()
        if other := before or after:
            raise forms.ValidationError(
                f"Le niveau {other.rank} vient {other.days_late}\u00a0jours après l’échéance\u00a0: les délais suivent "
                "l’ordre des rangs."
            )
        return data


@admin.register(DunningLevel)
class DunningLevelAdmin(RecordAdmin):
    form = DunningLevelForm
    list_display = ["rank", "title", "days_late", "asks_for_interest", "is_active"]
    list_display_links = ["title"]
    ordering = ["rank", "pk"]
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: DunningLevel | None = None) -> bool:
        """A level at which reminders were sent is not deleted; deactivate it instead."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not Reminder.objects.filter(level=obj).exists())


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyRecordAdmin):
    list_display = ["sent_on", "invoice", "level", "amount_due", "interest", "indemnity", "sent_by"]
    list_filter = ["level"]
    list_select_related = ["invoice", "level", "sent_by"]
    search_fields = ["invoice__number", "invoice__member__short_name"]
    date_hierarchy = "sent_on"
    ordering = ["-sent_on", "-pk"]


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyRecordAdmin):
    list_display = ["opened_on", "invoice", "reason", "opened_by", "closed_on", "outcome"]
    list_filter = ["closed_on"]
    list_select_related = ["invoice", "opened_by"]
    search_fields = ["invoice__number", "invoice__member__short_name", "reason", "outcome"]
    date_hierarchy = "opened_on"
    ordering = ["-opened_on", "-pk"]
