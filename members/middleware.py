"""What stands before the pages: what browsers keep, a second factor, sessions, forms sent twice, wrong methods."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.auth import logout
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeData, mark_safe
from django_htmx.http import HttpResponseClientRedirect
from redis.exceptions import RedisError

from groupement.kernel.pages import page
from groupement.kernel.sent_forms import form_key
from members import sending_once
from members.access import needs_second_factor
from members.models import Group, SecurityEventKind, SentForm, User
from members.security import note
from members.sending_once import FormAlreadySent, Sending

log = logging.getLogger(__name__)

# The way to a second factor, out, and what shows no data.
OPEN_VIEWS = ("account_", "mfa_", "usersessions_", "members:theme", "members:invitation", "alive", "ready")
SENTENCE = (
    "Votre rôle ouvre les données de toutes les structures\u00a0: il demande un second facteur. "
    "Ajoutez une clé d’accès ou une application de codes, puis continuez."
)


class PrivateAnswersMiddleware:
    """Let no browser and no proxy keep an answer: after logging out, "back" asks anew and finds the login.

    Static files are answered before. A calendar program, which has no login, is told by the view what it may keep.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        wanted = response.get("Cache-Control", "")
        user = getattr(request, "user", None)
        if not wanted or "no-store" in wanted or (user is not None and user.is_authenticated):
            response["Cache-Control"] = "private, no-store"
            response.headers.pop("Expires", None)
        return response


class SecurityLogMiddleware:
    """Write down which doors stayed shut, who tried too often, and which files left the site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if kind := _kind_of(request, response):
            note(kind, request, detail=f"{request.method} {request.path}")
        return response


def _kind_of(request: HttpRequest, response: HttpResponse) -> SecurityEventKind | None:
    """What ``response`` is to the security log; None for nearly all of them."""
    if response.status_code == HTTPStatus.FORBIDDEN or getattr(request, "is_refused", False):
        return SecurityEventKind.REFUSED
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return SecurityEventKind.LOCKED_OUT
    is_file = response.get("Content-Disposition", "").startswith("attachment")
    return SecurityEventKind.EXPORT if is_file and request.user.is_authenticated else None


SEEN_FOR = 5 * 60


LONGEST_AGENT = UserSession._meta.get_field("user_agent").max_length or 0
IDLE = "Vous n’avez rien fait ici pendant {minutes}\u00a0minutes\u00a0: connectez-vous de nouveau."


class SessionActivityMiddleware:
    """Note when a login was last used, at most every five minutes: on each page it costs five queries and a write.

    One that opens the data of all members ends when it was not used for as long as the settings say.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_noted = _was_just_seen(request.session.session_key) or not request.user.is_authenticated
        if not is_noted and settings.USERSESSIONS_TRACK_ACTIVITY and not _note_use(request, timezone.now()):
            note(SecurityEventKind.IDLE, request)
            logout(request)
            messages.warning(request, IDLE.format(minutes=settings.IDLE_MINUTES))
        return self.get_response(request)


def _was_just_seen(session_key: str | None) -> bool:
    """Whether this login was noted in the last minutes; if not, it counts as noted now."""
    if session_key is None:
        return False
    # Whoever reads the cache must not find a key that opens a session.
    mark = hashlib.sha256(session_key.encode()).hexdigest()
    try:
        return not cache.add(f"seen-{mark}", True, SEEN_FOR)
    except RedisError:
        log.error("cache did not answer")
        return True  # a login noted late is worth less than a page


@transaction.atomic
def _note_use(request: HttpRequest, now: datetime) -> bool:
    """Note that the login is used, as allauth does it; False when it was idle for too long and ends."""
    user = cast("User", request.user)
    used = {
        "user": user,
        "ip": get_adapter(request).get_client_ip(request),
        "user_agent": request.headers.get("user-agent", "")[:LONGEST_AGENT],
    }
    key = request.session.session_key
    login, is_new = UserSession.objects.get_or_create(session_key=key, defaults=used)
    if is_new:
        return True
    idle = now - login.last_seen_at
    if idle > timedelta(minutes=settings.IDLE_MINUTES) and user.sees_every_member:
        return False
    for name, value in {**used, "last_seen_at": now}.items():
        setattr(login, name, value)
    login.save()
    return True


class SecondFactorMiddleware:
    """Send coordinator, finance and admin to the security page until they have a passkey or a code app.

    Logging in then always asks for it: allauth does, as soon as there is one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Answer in place of the view when the second factor is missing."""
        match = request.resolver_match
        if not request.user.is_authenticated or (match and match.view_name.startswith(OPEN_VIEWS)):
            return None
        if not needs_second_factor(request.user):
            return None
        messages.warning(request, SENTENCE)
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(resolve_url("mfa_index"))
        return redirect("mfa_index")


class MissingGroupMiddleware:
    """Where a page needs the group and nobody has recorded it yet, say so, and to an admin where that is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer in place of the view that asked for the group."""
        if not isinstance(error, Group.DoesNotExist):
            return None
        return page(request, "members/no_group.html", status=HTTPStatus.CONFLICT)


PROVING = ("account_reauthenticate", "mfa_reauthenticate")
TWICE = "Ce formulaire a été envoyé plusieurs fois\u00a0: il n’est enregistré qu’une fois."
UNSURE = (
    "Ce formulaire avait déjà été envoyé, et la première réponse s’est perdue. "
    "Regardez d’abord ce qui est enregistré\u00a0; s’il manque quelque chose, ouvrez le formulaire à nouveau."
)


class WrongMethodMiddleware:
    """Show a page with a way back where an address was opened that only takes what a button sends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_empty = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content
        if not is_empty or request.method != "GET" or request.headers.get("HX-Request"):
            return response
        status = HTTPStatus.METHOD_NOT_ALLOWED
        shown = page(request, "405.html", context={"before": _page_before(request)}, status=status)
        shown["Allow"] = response["Allow"]
        return shown


class SentFormMiddleware:
    """Let each rendered form do its act once: who sends it again is led to what the first sending made.

    Parts that htmx asks for keep their form on the page, to be sent as often as it is changed: their acts bear that by
    themselves. What no redirect answers (a refused form, a preview) may be corrected and sent again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
            if sending := _sending_of(request):
                _keep(sending, request, response)
            return response
        finally:
            if sending := _sending_of(request):
                sending.release()

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Wait until nobody else sends the same form; answer in place of the view when it is done already."""
        htmx: Any = getattr(request, "htmx", None)
        if request.method != "POST" or (htmx and not htmx.boosted):
            return None
        key = form_key(request)
        if not sending_once.KEY.fullmatch(key):
            return None
        user = request.user if request.user.is_authenticated else None
        sending = Sending(key, cast("Any", user), timezone.now())
        request.sending = sending  # type: ignore[attr-defined]
        done = sending.wait()
        return _answer_again(request, done) if done else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The act was stopped because another sending of the form had done it."""
        sending = _sending_of(request)
        done = sending.find() if sending and isinstance(error, FormAlreadySent) else None
        return _answer_again(request, done) if done else None


def _sending_of(request: HttpRequest) -> Sending | None:
    return getattr(request, "sending", None)


def _answer_again(request: HttpRequest, done: SentForm) -> HttpResponse:
    shown = [str(each) for each in getattr(messages.get_messages(request), "_loaded_messages", [])]
    for level, text, tags, is_html in done.messages:
        if text not in shown:  # else the first answer has arrived, and its page is not yet asked for
            messages.add_message(request, level, mark_safe(text) if is_html else text, tags)  # noqa: S308  # nosec
    messages.info(request, TWICE if done.answer else UNSURE)
    return redirect(done.answer or _page_before(request))


def _page_before(request: HttpRequest) -> str:
    """The page that the form stood on, if it was ours."""
    before = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    return before if url_has_allowed_host_and_scheme(before, hosts, request.is_secure()) else "/"


def _made(request: HttpRequest, response: HttpResponse) -> str:
    """The address of what the act made: where it leads, or the record that a window of the administration added."""
    if response.status_code == HTTPStatus.FOUND:
        return response["Location"]
    data = (getattr(response, "context_data", None) or {}).get("popup_response_data")
    name = request.resolver_match.view_name if request.resolver_match else ""
    if not data or not name.endswith("_add"):
        return ""
    change = reverse(name.removesuffix("_add") + "_change", args=[json.loads(data)["value"]])
    return f"{change}?{IS_POPUP_VAR}=1"


def _keep(sending: Sending, request: HttpRequest, response: HttpResponse) -> None:
    """Use the form up with an answer that can be given again; else give it back."""
    if sending.is_answered:
        return
    shown = getattr(messages.get_messages(request), "_queued_messages", [])
    is_refused = sending.row is None and any(each.level >= messages.ERROR for each in shown)
    # What was sent waits in the session while the password is typed again.
    if urlsplit(response.get("Location", "")).path in [resolve_url(name) for name in PROVING]:
        sending.give_back()
        return
    # A cookie cannot be set again, nor a login that this browser has not yet.
    is_of_browser = bool(response.cookies) or (sending.user is None and request.session.modified)
    made = _made(request, response)
    if made and not is_refused and not is_of_browser:
        with suppress(FormAlreadySent):
            kept = [
                (each.level, str(each.message), each.extra_tags, isinstance(each.message, SafeData))
                for each in shown
            ]
            sending.answered(made, kept)
    elif response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        sending.give_back()
