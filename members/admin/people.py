"""Accounts, roles, seats and deputies; of what other packages record of logging in, no secret."""

from __future__ import annotations

from typing import Any, cast

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin
import django.contrib.auth.admin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.contrib.auth.models import Group as PermissionGroup
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act
from members import closing, deputising, inviting
from members.access import UserRequest, invitation_address, today
from members.admin.comparing import RecordAdmin
from members.admin.seats import KeptSeatInline
from members.admin.site import CurrentFilter, Proven, ReadOnly, user_of
from members.models import Deputy, Invitation, User

ROLES = ["is_coordinator", "is_finance", "is_admin"]


class UserForm(forms.ModelForm):
    """An account without its password."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        claims = closing.CLAIMS.values()
        losing = [claim for claim in claims if not typed.get(claim, True) or not typed.get("is_active", True)]
        try:
            closing.refuse_last(self.instance, losing=losing)
        except Refusal as refusal:
            self.add_error(refusal.field, refusal.message)
        return typed


class UserSeatInline(KeptSeatInline):
    autocomplete_fields = ["member"]


@admin.register(User)
class UserAdmin(Proven, RecordAdmin):
    """People who log in. They are closed, never deleted: what they did carries their name."""

    form = UserForm
    proven = ("email", "is_active", *ROLES)
    actions = ["invite"]
    list_display = ["name", "email", "is_active", *ROLES, "last_login"]
    list_filter = ["is_active", *ROLES, "seats__function", "seats__member"]
    search_fields = ["name", "email"]
    search_help_text = "Nom ou adresse e-mail"
    ordering = ["name", "pk"]
    readonly_fields = ["last_login", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "email", "phone", "is_active"]}),
        ("Rôles pour tout le groupement", {"fields": [*ROLES]}),
        ("Messages", {"fields": ["mail_frequency"]}),
        ("Repères", {"fields": ["created_at", "last_login"]}),
    ]
    inlines = [UserSeatInline]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        # An admin who shut themselves out could not come back to mend it.
        own = ["is_active", "is_admin"] if obj == user_of(request) else []
        return [*super().get_readonly_fields(request, obj), *own]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # The new address has to be proven again: allauth asks at the next login.
            EmailAddress.objects.filter(user=obj).delete()

    @admin.action(description="Inviter les personnes choisies à choisir un mot de passe")
    def invite(self, request: UserRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.order_by("pk"):
            act(
                request,
                inviting.invite,
                user,
                by=request.user,
                at=timezone.now(),
                address=lambda token: invitation_address(request, token),
                success=f"Invitation envoyée à {user.email}.",
            )


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, RecordAdmin):
    """Who was invited, when and by whom; the links themselves are stored nowhere."""

    list_display = ["user", "sent_by", "sent_at", "expires_at", "used_at", "voided_at"]
    list_filter = ["sent_at", "used_at"]
    list_select_related = ["user", "sent_by"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "sent_by", "sent_at", "expires_at", "used_at", "voided_at"]
    ordering = ["-sent_at", "-pk"]


class DeputyAdminForm(forms.ModelForm):
    """A new deputy; what the act would refuse is shown beside the fields. ``by`` is who asks."""

    by: User
    first = forms.DateField(label="premier jour", widget=AdminDateWidget)
    last = forms.DateField(label="dernier jour", widget=AdminDateWidget, help_text="Inclus.")

    class Meta:
        model = Deputy
        fields = ["principal", "user", "member"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed = self.cleaned_data
        if {"principal", "user", "first", "last"} <= typed.keys():
            try:
                deputising.refuse(
                    typed["principal"], typed["user"], by=self.by, at=timezone.now(), **self.terms
                )
            except Refusal as refusal:
                self.add_error("user" if refusal.field == "deputy" else refusal.field, refusal.message)
        return typed

    @property
    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("member", "first", "last")}


@admin.register(Deputy)
class DeputyAdmin(Proven, RecordAdmin):
    """Named by the rules of the act, ended by the action of the list; never changed nor deleted by hand."""

    actions = ["end"]
    list_display = ["user", "principal", "member", "starts_on", "ends_before"]
    list_filter = [CurrentFilter, "member"]
    list_select_related = ["user", "principal", "member"]
    search_fields = ["user__name", "user__email", "principal__name", "principal__email", "member__short_name"]
    search_help_text = "Nom, adresse e-mail ou adhérent"
    autocomplete_fields = ["principal", "user", "member"]
    date_hierarchy = "starts_on"
    ordering = ["-starts_on", "-pk"]

    def get_fields(self, request: HttpRequest, obj: Deputy | None = None) -> list[Any]:
        days = ["starts_on", "ends_before"] if obj else ["first", "last"]
        return ["principal", "user", "member", *days]

    def get_form(
        self, request: HttpRequest, obj: Deputy | None = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        if obj:
            return super().get_form(request, obj, change, **kwargs)
        options = {**kwargs, "form": DeputyAdminForm, "fields": None}
        form = cast("type[DeputyAdminForm]", super().get_form(request, obj, change, **options))
        form.by = user_of(request)
        return form

    def has_change_permission(self, request: HttpRequest, obj: Deputy | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Deputy | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Deputy, form: forms.ModelForm, change: bool) -> None:
        typed, terms = form.cleaned_data, cast("DeputyAdminForm", form).terms
        made = deputising.appoint(
            typed["principal"], typed["user"], by=user_of(request), at=timezone.now(), **terms
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.action(description="Mettre fin aujourd’hui aux suppléances choisies", permissions=["view"])
    def end(self, request: UserRequest, queryset: QuerySet[Deputy]) -> None:
        for deputyship in queryset.select_related("user").order_by("pk"):
            act(
                request,
                deputising.end,
                deputyship,
                on=today(),
                by=request.user,
                at=timezone.now(),
                success=f"La suppléance {of(str(deputyship.user))} est terminée.",
            )


# Imported above so that they register before we take them back: Authenticator shows the secret of a code app,
# UserSession the key of a session, and permission groups are not how this house gives rights.
REGISTERED_BY = (
    allauth.account.admin,
    allauth.mfa.admin,
    allauth.usersessions.admin,
    django.contrib.auth.admin,
)
for model in (EmailAddress, Authenticator, UserSession, PermissionGroup):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
# Its app has no French.
Authenticator._meta.verbose_name = "second facteur"
Authenticator._meta.verbose_name_plural = "seconds facteurs"


@admin.register(Authenticator)
class AuthenticatorAdmin(Proven, RecordAdmin):
    """Second factors: which, since when; an admin may remove one that was lost, never read it."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]
    ordering = ["user__name", "pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False
