"""The entrance and the bar: accept an invitation, send one, change role or theme, enter the demonstration."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from groupement.lifecycle import Refusal
from groupement.pages import act, page
from members import inviting
from members.access import Role, for_roles, holds
from members.forms import PasswordForm, RoleForm, ThemeForm
from members.links import invitation_address
from members.models import User

A_YEAR = 60 * 60 * 24 * 365


@require_POST
def switch_role(request):
    """Work as another of one's roles; it shapes navigation and landing, never rights."""
    form = RoleForm(request.POST)
    if form.is_valid() and holds(request.user, Role(form.cleaned_data["role"])):
        request.session["role"] = form.cleaned_data["role"]
    else:
        messages.error(request, "Ce rôle n’est pas le vôtre. Choisissez-en un dans le menu de votre compte.")
    return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
@require_POST
def theme(request):
    """Remember light or dark for a year in a cookie, and go back to the page."""
    response = redirect(_next(request))
    form = ThemeForm(request.POST)
    if form.is_valid():
        response.set_cookie(
            "theme",
            form.cleaned_data["theme"],
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


@login_not_required
@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """Choose a password at the end of an invitation's link, and enter; a second factor is asked as ever."""
    try:
        person = inviting.read(token, at=timezone.now()).user
    except Refusal as refusal:
        return page(request, "members/invitation.html", context={"refusal": refusal.message}, status=410)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        done = act(
            request, inviting.accept, token, form.cleaned_data["password"], at=timezone.now(), form=form
        )
        if done:
            return perform_login(request, done.value)
    context = {"form": form, "person": person, "refusal": None}
    return page(request, "members/invitation.html", context=context, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.COORDINATOR, Role.ADMIN)
def invite(request, pk):
    """Send a person the link that opens their account."""
    user = get_object_or_404(User, pk=pk)
    act(
        request,
        inviting.invite,
        user,
        by=request.user,
        at=timezone.now(),
        address=lambda token: invitation_address(request, token),
        success=f"Invitation envoyée à {user.email}.",
    )
    return redirect(_next(request))


@login_not_required
@require_POST
def demo_login(request):
    """Enter the demonstration as one of its people; outside demo mode there is no such page."""
    if not settings.DEMO_MODE:
        raise Http404
    user = get_object_or_404(User, email__iexact=request.POST.get("email", ""), is_active=True)
    return perform_login(request, user, email_verification="none")


def _next(request):
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)
