"""What a valid form is: where it is sent, what it holds, what must be there before, and how to send it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.test import override_settings
from django.urls import reverse

if TYPE_CHECKING:
    from tests.house.house import House


@dataclass(frozen=True)
class Filled:
    """One posting: the arguments of the address, the fields and files of the body, the query string if there is one."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Form:
    """How to fill the form of an address, so that whoever may send it sees the act done.

    ``make(house, role)`` makes what must exist first and answers what ``role`` sends. ``writes`` is False for an
    address whose POST answers without keeping anything (a rehearsal, a preview). ``session`` holds what an earlier page
    left in the sender's session; it is asked for after ``make``. ``is_page``: the answer is a page, not a redirect.
    ``shows(answer)`` tells whether the act is done where no row of ours tells (a cookie, a session, a mail).
    ``settings`` are those under which the address does anything at all.
    """

    make: Callable[[House, str], Filled]
    writes: bool = True
    session: Callable[[House, str], Mapping[str, Any]] | None = None
    is_page: bool = False
    shows: Callable[[Any], bool] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def filled(house: House, name: str, form: Form, role: str) -> Iterator[Callable[[], Any]]:
    """Make what ``form`` needs; yields what posts it to the address ``name`` as ``role`` and returns the answer.

    Afterwards the browser of ``role`` holds the cookies that it had: a form may log in, out or as somebody else.
    """
    client = house.client(role)
    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    with override_settings(**form.settings):
        made = form.make(house, role)
        if form.session is not None:
            session = client.session
            session.update(form.session(house, role))
            session.save()
        address = reverse(name, kwargs=dict(made.arguments)) + (f"?{made.query}" if made.query else "")
        try:
            yield lambda: client.post(address, dict(made.fields))
        finally:
            client.cookies.clear()
            client.cookies.load(cookies)
