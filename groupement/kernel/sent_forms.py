"""A form does its act once: the name of its key, and how an act claims it; the rows are in members, above."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, cast

from django.http import HttpRequest

FORM_KEY = "form_key"


class Claim(Protocol):
    """A form on its way, as the middleware leaves it on the request."""

    def claimed(self) -> AbstractContextManager[None]:
        """The transaction in which the act is done and the key is used up, or neither."""
        ...


def claimed(request: HttpRequest) -> AbstractContextManager[None]:
    """Around an act: what ``request`` sends is used up with it; nothing, where no form with a key was sent."""
    sending = cast("Claim | None", getattr(request, "sending", None))
    return sending.claimed() if sending else nullcontext()


def form_key(request: HttpRequest) -> str:
    """The key of the form that was sent; empty without one."""
    posted: Any = request.POST
    return str(posted.get(FORM_KEY, ""))
