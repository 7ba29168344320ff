"""Templates in Django admin: drafts are written and checked; in use, retired and papers are made by acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act
from members.access import UserRequest
from members.admin.comparing import RecordAdmin
from members.admin.site import StepInline
from members.papers import templating
from members.papers.kinds import KINDS, PaperKind
from members.papers.models import Template, TemplateStatus, TemplateStep


class TemplateForm(forms.ModelForm):
    """The wording, which holds words and listed fields only."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("code") in KINDS and "body" in data:
            try:
                templating.check(data["code"], data["body"])
            except Refusal as refusal:
                self.add_error(refusal.field, refusal.message)
        return data


class TemplateStepInline(StepInline):
    model = TemplateStep


@admin.register(Template)
class TemplateAdmin(RecordAdmin):
    """What papers say, version by version; a text in use is frozen, and another version follows it."""

    form = TemplateForm
    actions = ["use", "retire", "draft_next"]
    list_display = ["title", "code", "version", "status", "in_use_at", "retired_at"]
    list_filter = ["code", "status"]
    search_fields = ["title", "body"]
    ordering = ["code", "-version"]
    fields = ["code", "version", "title", "body", "status", "in_use_at", "retired_at"]
    readonly_fields = ["status", "in_use_at", "retired_at"]
    inlines = [TemplateStepInline]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The wording to begin with, under the next version."""
        code = PaperKind.AGREEMENT
        last = Template.objects.filter(code=code).order_by("-version").first()
        text = {"title": last.title, "body": last.body} if last else {}
        begun = {"code": code, "version": 1, "title": "Convention-cadre", "body": KINDS[code].starter}
        number = {"version": last.version + 1} if last else {}
        return {**begun, **text, **number, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Template | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Template | None = None) -> bool:
        # Never in bulk: a list may hold texts that are in use.
        return obj is not None and _is_draft(obj) and super().has_delete_permission(request, obj)

    @admin.action(description="Mettre en usage (remplace la version précédente)")
    def use(self, request: UserRequest, queryset: QuerySet[Template]) -> None:
        self._each(request, queryset, templating.use, "{} est en usage.")

    @admin.action(description="Retirer")
    def retire(self, request: UserRequest, queryset: QuerySet[Template]) -> None:
        self._each(request, queryset, templating.retire, "{} est retiré.")

    @admin.action(description="Préparer la version suivante à partir de celle-ci")
    def draft_next(self, request: UserRequest, queryset: QuerySet[Template]) -> None:
        self._each(request, queryset, templating.draft_next, "Le brouillon {} est prêt.")

    @staticmethod
    def _each(
        request: UserRequest, queryset: QuerySet[Template], function: Callable[..., Any], sentence: str
    ) -> None:
        for template in queryset.order_by("code", "version"):
            act(
                request,
                function,
                template,
                by=request.user,
                at=timezone.now(),
                success=sentence.format,
            )


def _is_draft(template: Template | None) -> bool:
    return template is None or template.status == TemplateStatus.DRAFT
