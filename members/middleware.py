"""What stands between login and the pages: a second factor for wide rights, and when a login was last used."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any, cast

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect
from redis.exceptions import RedisError

from members.access import needs_second_factor

log = logging.getLogger(__name__)

# The way to a second factor, out, and what shows no data.
OPEN_VIEWS = ("account_", "mfa_", "usersessions_", "members:theme", "members:invitation", "alive", "ready")
SENTENCE = (
    "Votre rôle ouvre les données de toutes les structures\u00a0: il demande un second facteur. "
    "Ajoutez une clé d’accès ou une application de codes, puis continuez."
)


SEEN_FOR = 5 * 60


class SessionActivityMiddleware(UserSessionsMiddleware):
    """Note when a login was last used, at most every five minutes: on each page it costs five queries and a write."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _was_just_seen(request.session.session_key):
            return cast("HttpResponse", self.get_response(request))
        return cast("HttpResponse", super().__call__(request))


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
