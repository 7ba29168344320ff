"""Other packages' records about logging in, without their secrets: sessions and keys stay their owner's."""

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin
import django.contrib.auth.admin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group as PermissionGroup

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


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """Second factors: which, since when; an admin may remove one that was lost, never read it."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]
    ordering = ["user__name", "pk"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
