"""The admin site itself: its French titles, its login behind the common door, and what is read-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from groupement.kernel.periods import DatedQuerySet
from members import security
from members.access import prove, today
from members.admin.comparing import RecordAdmin
from members.models import SecurityEventKind, User
from members.roles import Role

admin.site.site_header = f"{Role.ADMIN.heading} du groupement"
admin.site.site_title = Role.ADMIN.heading
admin.site.index_title = "Fiches de référence"
# The common login asks for the second factor and counts the tries; the admin's own would not.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def user_of(request: HttpRequest) -> User:
    """Who is logged in: the admin opens to nobody else."""
    return cast("User", request.user)


class CurrentFilter(admin.SimpleListFilter):
    """Rows that hold today, or not."""

    title = "période"
    parameter_name = "periode"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("actuel", "En cours"), ("venir", "À venir"), ("fini", "Terminé")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = today()
        chosen: dict[str, Callable[[], QuerySet[Any]]] = {
            "actuel": lambda: cast("DatedQuerySet[Any]", queryset).on(now),
            "venir": lambda: queryset.filter(starts_on__gt=now),
            "fini": lambda: queryset.filter(ends_before__lte=now),
        }
        return chosen.get(self.value() or "", lambda: queryset)()


class ReadOnly:
    """Written by acts, never by hand: read, not added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


class Proven:
    """What opens doors or moves money: whoever changes it has just logged in, or types their password again.

    ``proven``: the fields that count; without any, all of them. Once typed, what was sent is saved.
    """

    proven: tuple[str, ...] = ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        changed = [name for name in form.changed_data if not self.proven or name in self.proven]
        if changed or not self.proven:
            prove(request)
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if changed:
            _note(request, obj, changed)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.has_changed():
            prove(request)
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
        if formset.has_changed():
            _note(request, form.instance, [str(formset.model._meta.verbose_name_plural)])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        prove(request)
        _note(request, obj, ["suppression"])
        super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        prove(request)
        for each in queryset:
            _note(request, each, ["suppression"])
        super().delete_queryset(request, queryset)  # type: ignore[misc]


def _note(request: HttpRequest, obj: Any, changed: list[str]) -> None:
    """What was changed of which record, without the values."""
    record = f"{obj._meta.verbose_name} {obj.pk} ({obj})"
    security.note(SecurityEventKind.ROLE, request, detail=f"{record}\u00a0: {', '.join(changed)}")


class ReadOnlyRecordAdmin(ReadOnly, RecordAdmin):
    """A record shown whole, with the columns that no form may write; the printed copy is read on the invoice itself."""

    hidden = ("id", "snapshot")

    def get_fields(self, request: HttpRequest, obj: object | None = None) -> list[Any]:
        return [field.name for field in self.model._meta.fields if field.name not in self.hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: object | None = None) -> list[str]:
        return self.get_fields(request, obj)


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """The parts of such a record, by their ``fields``."""

    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: object | None = None) -> list[str]:
        # Named one by one: a state that no form may write can be shown no other way.
        return [str(name) for name in self.fields or ()]


class StepInline(ReadOnlyInline):
    """Who moved a record, when, and why."""

    fields = ["at", "source", "target", "by", "note"]
    ordering = ["at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("by")
