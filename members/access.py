"""Who may come in and do what: roles, seats held today, the door for invited people only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from members import account_mails, rate_limits, security
from members.models import Deputy, Member, Seat, SecurityEventKind, User
from members.models.people import WRITERS, Function
from members.roles import Role, deputy_of, reserved

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase
    from django.urls import ResolverMatch
    from django_htmx.middleware import HtmxDetails

View = Callable[..., "HttpResponseBase"]


# How allauth names what somebody came in by, in words.
LOGIN_METHODS = {
    "password": "mot de passe",
    "code": "code reçu par e-mail",
    "mfa": "second facteur",
    "password_reset": "mot de passe changé par un lien",
}


class UserRequest(HttpRequest):
    """For types only: what reaches a view behind login, which an address of ours has brought there."""

    user: User
    htmx: HtmxDetails
    resolver_match: ResolverMatch


# How each role is recognised. Shared employees are known above this app, which adds its own answer with `recognise`.
_HOLDERS: dict[Role, Callable[[User], bool]] = {
    Role.MEMBER: lambda user: current_seats(user).exists(),
    Role.COORDINATOR: lambda user: user.is_coordinator or bool(user.coordinators_deputised),
    Role.FINANCE: lambda user: user.is_finance,
    Role.ADMIN: lambda user: user.is_admin,
}


def today() -> date:
    """The day in the group’s time zone: the one place besides views that reads the clock."""
    return timezone.localdate()


def recognise(role: Role, test: Callable[[User], bool]) -> None:
    """Let an upper app define who holds ``role``; asked only for active people."""
    _HOLDERS[role] = test


def holds(user: User, role: Role) -> bool:
    """Whether ``user`` is active and holds ``role`` today."""
    return user.is_active and role in _HOLDERS and _HOLDERS[role](user)


def for_roles(*codes: str) -> Callable[[View], View]:
    """Open a view to holders of at least one of these roles, whichever they use at the moment.

    Others read in the 403 page whom the page is reserved to; where the address names a record, it does not exist for
    them (404), so that a guessed id reveals nothing. Raises ValueError for a code that is no role.
    """
    roles = [Role(code) for code in codes]
    sentence = reserved("Cette page est réservée", *roles)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = cast("User", request.user)
            if not user.is_authenticated or not any(holds(user, role) for role in roles):
                if kwargs.keys() - {"month", "day"}:
                    request.is_refused = True  # type: ignore[attr-defined]  # for the security log
                    raise Http404
                raise PermissionDenied(sentence)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def current_seats(user: User) -> models.QuerySet[Seat]:
    """The seats that ``user`` holds today, and those for which they stand in as a deputy; the oldest first.

    The latter carry their principal as ``user``: a mandate to sign is never read from here, see can_sign_for().
    """
    own = models.Q(user=user)
    for principal, member in user.deputyships:
        if member:
            own |= models.Q(user=principal, member=member)
    return cast("models.QuerySet[Seat]", Seat.objects.on(today()).filter(own).order_by("starts_on", "pk"))


def one_seat_a_member(user: User, seats: Iterable[Seat]) -> list[Seat]:
    """Of ``seats`` of ``user``, the one that allows most at each member, their own before one they stand in for."""
    found: dict[int, Seat] = {}
    for seat in sorted(seats, key=lambda seat: (not seat.can_write, seat.user_id != user.pk)):
        found.setdefault(seat.member_id, seat)
    return sorted(found.values(), key=lambda seat: (seat.starts_on, seat.pk))


def coordinates(user: User) -> bool:
    """Whether ``user`` is a coordinator, or stands in for one today."""
    return user.is_active and (user.is_coordinator or bool(user.coordinators_deputised))


def decides_on(user: User, person: int | None) -> bool:
    """Whether ``user`` decides, as the coordination does, on the hours of the employee whose account is ``person``.

    Never on their own; a deputy never on those of the only coordinator they stand in for either.
    """
    if not user.is_active or (person is not None and person == user.pk):
        return False
    return user.is_coordinator or any(principal != person for principal in user.coordinators_deputised)


def answers_for(user: User, member: Member, person: int | None) -> bool:
    """Whether ``user`` may enter and confirm, at ``member``, the hours of the employee whose account is ``person``.

    By a seat of their own that writes, or as the deputy of somebody who holds one and is not that employee. One query.
    """
    return answers_by(user, current_seats(user).filter(member=member), person)


def answers_by(user: User, seats: Iterable[Seat], person: int | None) -> bool:
    """The same by ``seats`` that were read: those of ``user`` at that member, and those they stand in for."""
    if person is not None and person == user.pk:
        return False
    return any(seat.can_write and (person is None or seat.user_id != person) for seat in seats)


def written_for(user: User) -> models.QuerySet[Seat, Any]:
    """The members (ids, for a subquery) at which ``user`` may enter and confirm hours today."""
    return current_seats(user).filter(function__in=WRITERS).order_by().values("member")


def can_sign_for(user: User, member: Member, on: date) -> Seat | None:
    """The representative seat by which ``user`` engages ``member`` on that day, if any."""
    seats = user.seats.on(on).filter(member=member, function=Function.REPRESENTATIVE)
    return seats.order_by("starts_on", "pk").first()


def needs_second_factor(user: User) -> bool:
    """Whether ``user`` has the group’s data in hand, the setting demands more than a password, and there is no more."""
    if not settings.REQUIRE_SECOND_FACTOR or not user.sees_every_member:
        return False
    strong = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return not Authenticator.objects.filter(user=user, type__in=strong).exists()


def needs_proof(request: HttpRequest) -> bool:
    """Whether it is too long ago that who asks logged in, or typed their password or code again."""
    since = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
    records = request.session.get("account_authentication_methods", [])
    if any(record["at"] > since for record in records):
        return False
    # A login that is not noted yet is of this very request.
    begun = UserSession.objects.filter(session_key=request.session.session_key, user=request.user)
    return bool(begun.filter(created_at__lte=datetime.fromtimestamp(since, UTC)).exists())


def prove(request: HttpRequest) -> None:
    """Before what matters: send who proved themselves too long ago to do so again; then what was asked goes on."""
    if needs_proof(request):
        raise ReauthenticationRequired


def trust_email(user: User) -> None:
    """Note that ``user`` reads the mail of the account’s address: no further proof is asked at login.

    For whoever used a link sent there, and for made-up accounts that have no mailbox.
    """
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def invitation_address(request: HttpRequest, token: str) -> str:
    """The link of an invitation, on the host that ``request`` came to."""
    return request.build_absolute_uri(reverse("members:invitation", args=[token]))


def demo_people() -> list[dict[str, Any]]:
    """The people a visitor of the demonstration may enter as: pk, name, role, email; nobody outside demo mode."""
    if not settings.DEMO_MODE:
        return []
    seats = Prefetch("seats", Seat.objects.on(today()).select_related("member").order_by("pk"))
    deputies = Prefetch("deputies", Deputy.objects.held_on(today()).select_related("principal"))
    people = (
        User.objects.filter(is_active=True).prefetch_related(seats).prefetch_related(deputies).order_by("pk")
    )
    return [
        {"pk": user.pk, "name": user.name, "role": _demo_role(user), "email": user.email} for user in people
    ]


def _demo_role(user: User) -> str:
    claims = {Role.COORDINATOR: user.is_coordinator, Role.FINANCE: user.is_finance, Role.ADMIN: user.is_admin}
    held = [role.heading for role, claimed in claims.items() if claimed]
    held += [f"{seat.get_function_display().capitalize()}, {seat.member}" for seat in user.seats.all()]
    held += dict.fromkeys(deputy_of(each.principal) for each in user.deputies.all())
    return " · ".join(held) or Role.EMPLOYEE.heading


def with_deputies(users: models.QuerySet[User]) -> models.QuerySet[User, Any]:
    """``users``, each read together with whether they are anybody's deputy today (members.models.User.deputyships)."""
    deputyships = Deputy.objects.on(today()).filter(user=models.OuterRef("pk"))
    return users.annotate(is_deputy=models.Exists(deputyships))


class Backend(AuthenticationBackend):
    """allauth's way in; the person of each request is read together with whether they are anybody's deputy today."""

    def get_user(self, user_id: int) -> User | None:
        found = with_deputies(User.objects.filter(pk=user_id)).first()
        return found if found and self.user_can_authenticate(found) else None


def valid_for(template_prefix: str) -> timedelta:
    """How long what a message of allauth holds is worth anything; what tells of a change, three days."""
    name = template_prefix.rpartition("/")[2]
    held = {
        "login_code": account_settings.LOGIN_BY_CODE_TIMEOUT,
        "password_reset_code": account_settings.PASSWORD_RESET_BY_CODE_TIMEOUT,
        "password_reset_key": settings.PASSWORD_RESET_TIMEOUT,
    }
    if name in held:
        return timedelta(seconds=held[name])
    return timedelta(days=account_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS)


def login_pending(request: HttpRequest) -> User | None:
    """Who gave their password and has still to prove themselves by a second factor."""
    login = unstash_login(request, peek=True)
    return cast("User", login.user) if login else None


class AccountAdapter(DefaultAccountAdapter):
    """The group’s door: accounts are opened by invitation only, and refusals name the remedy."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Ce compte est fermé. Écrivez à la coordination pour le rouvrir.",
        "email_password_mismatch": "L’adresse e-mail ou le mot de passe ne correspond pas. Vérifiez les deux, "
        "ou demandez un code par e-mail.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel. Saisissez-le de nouveau.",
        "incorrect_password": "Ce n’est pas votre mot de passe. Saisissez-le de nouveau.",
        "incorrect_code": "Ce code n’est pas le bon. Recopiez le dernier reçu, ou demandez-en un autre.",
        "too_many_login_attempts": "Trop de codes faux à la suite. Demandez-en un autre.",
        "rate_limited": "Trop de demandes à la suite. Attendez une minute, puis recommencez.",
        "unknown_email": "Aucun compte n’a cette adresse. Vérifiez-la, ou demandez une invitation à la coordination.",
        "email_taken": "Cette adresse e-mail a déjà un compte.",
        "duplicate_email": "Cette adresse e-mail est déjà celle de votre compte.",
        "invalid_or_expired_key": "Ce lien n’est plus valable. Demandez-en un autre.",
        "invalid_password_reset": "Ce lien ne sert plus. Demandez-en un autre depuis la page de connexion.",
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Who tried too often reads how long to wait, and on the login page alone that a code by e-mail helps."""
        if code == "too_many_login_attempts":
            security.note(SecurityEventKind.LOCKED_OUT, self.request, address=self._typed())
            return ValidationError(self._say_waiting(), code=code)
        if code == "incorrect_code":
            security.note(SecurityEventKind.LOGIN_FAILED, self.request, detail="code reçu par e-mail")
        error: ValidationError = super().validation_error(code, *args)
        return error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password is written down, with the address that was typed."""
        tried = str(credentials.get("email") or self._typed())
        security.note(SecurityEventKind.LOGIN_FAILED, request, address=tried, detail="mot de passe")

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        """Who came in, and by what."""
        used = [str(each["method"]) for each in request.session.get("account_authentication_methods", [])]
        methods = [LOGIN_METHODS.get(method, method) for method in used]
        security.note(SecurityEventKind.LOGIN, request, user=user, detail=", ".join(methods))
        return cast("HttpResponse", super().post_login(request, user, **facts))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: Any = None, email: str | None = None
    ) -> None:
        """What changed of an account or a second factor is told by mail, and written down."""
        kind = (
            SecurityEventKind.SECOND_FACTOR
            if template_prefix.startswith("mfa/")
            else SecurityEventKind.ACCOUNT
        )
        security.note(kind, self.request, user=user, detail=template_prefix.rpartition("/")[2])
        super().send_notification_mail(template_prefix, user, context, email)

    def _typed(self) -> str:
        return str(self.request.POST.get("login") or self.request.POST.get("email") or "")

    def _say_waiting(self) -> str:
        request = self.request
        keys = [self._get_login_attempts_cache_key(request, email=self._typed())]
        for user in (request.user, login_pending(request)):
            if isinstance(user, User):
                keys += [
                    f"mfa-auth-user-{user.pk}",
                    self._get_login_attempts_cache_key(request, email=user.email),
                ]
        asked = str(request.POST.get("email", "")).lower()
        seconds = max(
            rate_limits.waiting(request, *keys),
            rate_limits.waiting(request, asked, action="request_login_code"),
        )
        wait = f"Trop d’essais à la suite. Attendez {rate_limits.spell_waiting(seconds)}, puis recommencez"
        match = request.resolver_match
        at_login = match is not None and match.view_name == "account_login"
        return f"{wait}, ou demandez un code par e-mail." if at_login else f"{wait}."

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """For one's own address, when the password was typed too long ago; for second factors as allauth does."""
        return needs_proof(self.request) if app == "allauth.account" else True

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put what allauth writes into the outbox: a mail server that is down stops nobody at the door."""
        request = self.request
        facts = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        letter = self.render_mail(template_prefix, email, facts)
        html = next((str(part.content) for part in getattr(letter, "alternatives", ())), "")
        holder = context.get("user")
        owner = User.objects.filter(email__iexact=email).first()
        now = timezone.now()
        account_mails.write(
            email,
            to=owner or (holder if isinstance(holder, User) else None),
            subject=letter.subject[:200],
            text=f"{letter.body}\n",
            html=html,
            at=now,
            until=now + valid_for(template_prefix),
        )

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation creates the way in."""
        return False
