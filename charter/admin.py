"""The charter in Django admin: drafts are written here, what is open or signed is read-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from charter import writing
from charter.models import Article, Charter, CharterStatus, CharterStep, Commitment, Signature, Theme
from groupement.kernel.pages import act
from members.access import UserRequest
from members.admin.comparing import RecordAdmin
from members.admin.site import ReadOnly, ReadOnlyInline, StepInline


class DraftOnly(admin.StackedInline):
    """Editable while the charter is a draft; the table refuses anything else anyway."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Charter | None = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Charter | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Charter | None = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)


class ArticleInline(DraftOnly):
    model = Article
    ordering = ["position", "pk"]


class CommitmentInline(DraftOnly):
    model = Commitment
    ordering = ["theme__position", "position", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("theme")


class SignatureInline(ReadOnlyInline):
    model = Signature
    fields = ["member", "signer_name", "signed_at", "digest"]
    ordering = ["signed_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("member")


class CharterStepInline(StepInline):
    model = CharterStep


@admin.register(Charter)
class CharterAdmin(RecordAdmin):
    """Versions of the charter; the actions of the list open them and put them in force."""

    actions = ["open_for_signature", "put_in_force", "draft_next"]
    list_display = ["version", "title", "status", "opened_at", "in_force_at", "superseded_at"]
    list_filter = ["status"]
    search_fields = ["title", "preamble"]
    ordering = ["-version"]
    fields = ["version", "title", "preamble", "status", "opened_at", "in_force_at", "superseded_at", "digest"]
    readonly_fields = ["status", "opened_at", "in_force_at", "superseded_at", "digest"]
    inlines = [ArticleInline, CommitmentInline, SignatureInline, CharterStepInline]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last = Charter.objects.aggregate(last=Max("version"))["last"] or 0
        return {"version": last + 1, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Charter | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Charter | None = None) -> bool:
        # Never in bulk: a list may hold versions that are open.
        return obj is not None and _is_draft(obj) and super().has_delete_permission(request, obj)

    @admin.action(description="Ouvrir à la signature (le texte est figé)")
    def open_for_signature(self, request: UserRequest, queryset: QuerySet[Charter]) -> None:
        self._each(request, queryset, writing.open_for_signature, "La version {} est ouverte à la signature.")

    @admin.action(description="Mettre en vigueur (remplace la version précédente)")
    def put_in_force(self, request: UserRequest, queryset: QuerySet[Charter]) -> None:
        self._each(request, queryset, writing.put_in_force, "La version {} est en vigueur.")

    @admin.action(description="Préparer la version suivante à partir de celle-ci")
    def draft_next(self, request: UserRequest, queryset: QuerySet[Charter]) -> None:
        self._each(request, queryset, writing.draft_next, "Le brouillon de la version {} est prêt.")

    @staticmethod
    def _each(
        request: UserRequest, queryset: QuerySet[Charter], function: Callable[..., Any], sentence: str
    ) -> None:
        for charter in queryset.order_by("version"):
            act(
                request,
                function,
                charter,
                by=request.user,
                at=timezone.now(),
                success=lambda done: sentence.format(done.version),
            )


@admin.register(Theme)
class ThemeAdmin(RecordAdmin):
    """Themes of the charter; versions already open keep the words they were opened with."""

    list_display = ["label", "code", "position", "summary"]
    search_fields = ["label", "code", "summary"]
    ordering = ["position", "pk"]
    prepopulated_fields = {"code": ["label"]}


@admin.register(Signature)
class SignatureAdmin(ReadOnly, RecordAdmin):
    """Who signed what; nobody adds, changes or removes a signature here."""

    list_display = ["charter", "member", "signer_name", "signed_at", "digest"]
    list_filter = ["charter", "member"]
    list_select_related = ["charter", "member"]
    search_fields = ["signer_name", "member__short_name", "digest"]
    ordering = ["-signed_at", "-pk"]


def _is_draft(charter: Charter | None) -> bool:
    return charter is None or charter.status == CharterStatus.DRAFT
