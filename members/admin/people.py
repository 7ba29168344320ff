"""Accounts: roles and seats; passwords are chosen by their owners, at the end of an invitation."""

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.utils import timezone

from groupement.kernel.pages import act
from members import inviting
from members.admin.site import ReadOnly
from members.links import invitation_address
from members.models import Invitation, Seat, User

ROLES = ["is_coordinator", "is_finance", "is_admin"]


class UserForm(forms.ModelForm):
    """An account without its password."""

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class SeatInline(admin.TabularInline):
    model = Seat
    extra = 0
    autocomplete_fields = ["member"]
    ordering = ["starts_on", "pk"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People who log in. They are closed, never deleted: what they did carries their name."""

    form = UserForm
    actions = ["invite"]
    list_display = ["name", "email", "is_active", *ROLES, "last_login"]
    list_filter = ["is_active", *ROLES, "seats__function", "seats__member"]
    search_fields = ["name", "email"]
    search_help_text = "Nom ou adresse e-mail"
    ordering = ["name", "pk"]
    readonly_fields = ["last_login", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "email", "is_active"]}),
        ("Rôles pour tout le groupement", {"fields": ROLES}),
        ("Messages", {"fields": ["mail_frequency"]}),
        ("Repères", {"fields": ["created_at", "last_login"]}),
    ]
    inlines = [SeatInline]

    def get_readonly_fields(self, request, obj=None):
        # An admin who shut themselves out could not come back to mend it.
        own = ["is_active", "is_admin"] if obj == request.user else []
        return [*super().get_readonly_fields(request, obj), *own]

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # The new address has to be proven again: allauth asks at the next login.
            EmailAddress.objects.filter(user=obj).delete()

    @admin.action(description="Inviter les personnes choisies à choisir un mot de passe")
    def invite(self, request, queryset):
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
class InvitationAdmin(ReadOnly, admin.ModelAdmin):
    """Who was invited, when and by whom; the links themselves are kept nowhere."""

    list_display = ["user", "sent_by", "sent_at", "expires_at", "used_at", "voided_at"]
    list_filter = ["sent_at", "used_at"]
    list_select_related = ["user", "sent_by"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "sent_by", "sent_at", "expires_at", "used_at", "voided_at"]
    ordering = ["-sent_at", "-pk"]
