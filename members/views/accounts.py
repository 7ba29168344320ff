"""The entrance, the bar and one's preferences: invitations, role, theme, demonstration; mail and deputies."""

from typing import Any, cast

from allauth.account import views as account_views
from allauth.account.models import get_emailconfirmation_model
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupement.kernel.asked import asked_key, asked_text
from groupement.kernel.french import of, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act, page
from members import deputising, inviting, linking
from members.access import UserRequest, for_roles, holds, invitation_address, prove, today
from members.forms import DeputyForm, FrequencyForm, PasswordForm, RoleForm, ThemeForm
from members.models import Deputy, SecurityEventKind, User
from members.roles import Role
from members.security import note

A_YEAR = 60 * 60 * 24 * 365


@require_POST
def switch_role(request: UserRequest) -> HttpResponse:
    """Work as another of one's roles; it shapes navigation and landing, never rights."""
    form = RoleForm(request.POST)
    if form.is_valid() and holds(request.user, Role(form.cleaned_data["role"])):
        request.session["role"] = form.cleaned_data["role"]
    else:
        messages.error(request, "Ce rôle n’est pas le vôtre. Choisissez-en un dans le menu de votre compte.")
    return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
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
def invitation(request: HttpRequest, token: str) -> HttpResponse:
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
            entered: HttpResponse = perform_login(request, done.value)
            return entered
    context = {"form": form, "person": person, "refusal": None}
    return page(request, "members/invitation.html", context=context, status=422 if form.errors else 200)


OF_ANOTHER = (
    "Ce lien confirme l’adresse d’un autre compte\u00a0: déconnectez-vous, "
    "puis ouvrez-le avec celui qui l’a demandé."
)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, key: str) -> HttpResponseBase:
    """The end of the link that proves an address. A changed one is the account's only for who is logged in to it.

    Whoever opens the link without being the account proves nothing: links are forwarded, and scanned by programs.
    """
    confirmation = get_emailconfirmation_model().from_key(key)
    if confirmation is not None:
        address = confirmation.email_address
        is_changed = address.email.lower() != address.user.email.lower()
        if is_changed and not request.user.is_authenticated:
            messages.info(request, "Connectez-vous d’abord avec le compte dont l’adresse change.")
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
        if is_changed and request.user.pk != address.user_id:
            messages.error(request, OF_ANOTHER)
            return redirect(settings.LOGIN_REDIRECT_URL)
    return cast("HttpResponseBase", account_views.confirm_email(request, key=key))


@require_safe
def link(request: UserRequest, token: str) -> HttpResponse:
    """Open the very page that a message is about, as who is logged in; others log in first and come back here."""
    done = act(request, linking.read, token)
    if not done:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if done.value.to != request.user.pk:
        messages.warning(
            request,
            f"Ce lien a été envoyé à une autre personne\u00a0: vous voyez cette page comme {quoted(request.user)}.",
        )
    return redirect(done.value.path)


@require_POST
@for_roles(Role.COORDINATOR, Role.ADMIN)
def invite(request: UserRequest, pk: int) -> HttpResponse:
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
def demo_login(request: HttpRequest) -> HttpResponse:
    """Enter the demonstration as one of its people; outside demo mode there is no such page."""
    if not settings.DEMO_MODE:
        raise Http404
    user = get_object_or_404(User, email__iexact=asked_text(request.POST.get("email")), is_active=True)
    entered: HttpResponse = perform_login(request, user, email_verification="none")
    return entered


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: UserRequest) -> HttpResponse:
    """How often mail comes, and who stands in for whom."""
    form = FrequencyForm(request.POST if request.method == "POST" else None, initial=_frequency(request.user))
    if form.is_valid():
        User.objects.filter(pk=request.user.pk).update(**form.cleaned_data)
        messages.success(request, "Votre choix est enregistré.")
        return redirect("members:preferences")
    return _show_preferences(request, _principal(request), frequency=form)


@require_POST
def appoint_deputy(request: UserRequest) -> HttpResponse:
    """Name somebody who stands in; a refusal is shown beside the form, which keeps what was typed."""
    principal = _principal(request)
    prove(request)  # a role, for a while
    form = DeputyForm(request.POST, candidates=deputising.candidates(principal, on=today()))
    if form.is_valid():
        member, deputy = form.cleaned_data["deputy"]
        days = {name: form.cleaned_data[name] for name in ("first", "last")}
        done = act(
            request,
            deputising.appoint,
            principal,
            deputy,
            member=member,
            **days,
            by=request.user,
            at=timezone.now(),
            form=form,
            success=f"C’est noté\u00a0: {deputy} remplace {principal}.",
        )
        if done:
            note(SecurityEventKind.ROLE, request, detail=f"suppléance {done.value.pk}")
            return redirect(_back(request, principal))
    return _show_preferences(request, principal, deputy=form)


@require_POST
def end_deputy(request: UserRequest, pk: int) -> HttpResponse:
    """End it today: from now on the deputy answers for nothing more."""
    deputyship = get_object_or_404(Deputy.objects.visible_to(request.user).select_related("user"), pk=pk)
    act(
        request,
        deputising.end,
        deputyship,
        on=today(),
        by=request.user,
        at=timezone.now(),
        success=f"La suppléance {of(str(deputyship.user))} est terminée.",
    )
    return redirect(_back(request, _principal(request)))


def _show_preferences(
    request: UserRequest,
    principal: User,
    frequency: FrequencyForm | None = None,
    deputy: DeputyForm | None = None,
) -> HttpResponse:
    """The page of ``principal``; mail is one's own business, so it is left out for somebody else."""
    is_own = principal == request.user
    on = today()
    offered = deputising.candidates(principal, on=on)
    arranges = deputising.may_arrange(request.user)
    held = deputising.current(principal, on=on)
    context = {
        "principal": principal,
        "is_own": is_own,
        "frequency": frequency or FrequencyForm(initial=_frequency(request.user)),
        "deputy": (deputy or DeputyForm(candidates=offered, initial={"first": on})) if offered else None,
        "named": [each for each in held if each.principal_id == principal.pk],
        "stands_in": [each for each in held if each.user_id == principal.pk],
        "today": on,
        "principals": deputising.principals().exclude(pk=request.user.pk) if arranges else [],
    }
    faulty = any(form is not None and form.errors for form in (frequency, deputy))
    return page(request, "members/preferences.html", context=context, status=422 if faulty else 200)


def _principal(request: UserRequest) -> User:
    """Who the page is about: oneself, or with ``pour`` a person whom the coordination administers."""
    wanted = request.POST.get("pour") or request.GET.get("pour") or ""
    if wanted in ("", str(request.user.pk)):
        return request.user
    if not (asked_key(wanted) and deputising.may_arrange(request.user)):
        raise Http404
    return get_object_or_404(deputising.principals(), pk=wanted)


def _back(request: UserRequest, principal: User) -> str:
    home = reverse("members:preferences")
    return home if principal == request.user else f"{home}?pour={principal.pk}"


def _frequency(user: User) -> dict[str, Any]:
    return {"mail_frequency": user.mail_frequency}


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    # Without its slash it would be taken for the name of a view.
    return wanted if safe and wanted.startswith("/") else resolve_url(settings.LOGIN_REDIRECT_URL)
