"""Try an address as everybody, by each method: who may gets in and acts, who may not is greeted as the table says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import ERROR, get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.signals import setting_changed
from django.db import transaction
from django.http import Http404
from django.test import Client, RequestFactory, override_settings
from django.urls import resolve, reverse
from django_htmx.middleware import HtmxDetails

from members.access import Backend
from tests import world
from tests.house.door import ANYBODY, MISSING, RESERVED, Door, Roles
from tests.house.form import Filled, Form
from tests.house.forms_accounts import READ_TWICE, SETTINGS
from tests.house.house import ROLES, House, build
from tests.house.posting import reason_not_done, set_the_day, writing

METHODS = ("GET", "POST", "PUT", "DELETE")
# Who has nothing to do with Aloen nor with Maëlle: no page of theirs names them.
STRANGERS = ("roleless", "stranger", "colleague")
Fields = Mapping[str, Any]
NONE: Fields = {}
Try = tuple[str, str, str]


@contextmanager
def scene(folder: Path) -> Iterator[House]:
    """The house on the day of world.NOW, with everybody logged in; files are kept in ``folder``."""
    patched = pytest.MonkeyPatch()

    def stored_anew(setting: str, **_facts: Any) -> None:
        """A form may have stores of its own: those that come after it are the scene’s again."""
        if setting == "STORAGES":
            set_the_day(patched, folder)

    with time_machine.travel(world.NOW):
        set_the_day(patched, folder)
        setting_changed.connect(stored_anew)
        try:
            built = build()
            for role in ROLES:
                built.client(role)
            yield built
        finally:
            setting_changed.disconnect(stored_anew)
            patched.undo()


@contextmanager
def undone(house: House) -> Iterator[None]:
    """What happens inside is forgotten: each try finds the house as it was, and everybody logged in as they were."""
    before = transaction.savepoint()
    cookies = {role: deepcopy(client.cookies) for role, client in house.clients.items()}
    try:
        yield
    finally:
        transaction.set_rollback(False)  # an error inside ends with what it was in
        transaction.savepoint_rollback(before)
        for role, client in house.clients.items():
            client.cookies = cookies[role]


@dataclass
class Answer:
    """What came back, and in which tables a row was written for it; or the error that ended it."""

    status: int = 0
    location: str = ""
    text: str = ""
    errors: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    response: Any = None

    @property
    def asks_for_login(self) -> bool:
        logins = tuple(f"{reverse(name)}?" for name in ("account_login", "admin:login"))
        return self.status == 302 and self.location.startswith(logins)

    def __str__(self) -> str:
        parts = [str(self.status), self.location, *self.errors]
        if self.written:
            parts.append(f"writes {', '.join(sorted(set(self.written)))}")
        return " ".join(part for part in parts if part)


def browse(house: House, role: str, method: str, address: str, fields: Fields = NONE) -> Answer:
    """Ask as ``role`` through everything that stands before the view, with the cookies of that login alone."""
    client = Client()
    client.cookies = deepcopy(house.client(role).cookies)
    if address.startswith("/compte/"):
        cache.clear()  # tries are counted there

    def asked() -> Any:
        return getattr(client, method.lower())(address, deepcopy(dict(fields)))

    return _answer_of(asked)


def call(house: House, role: str, method: str, address: str, fields: Fields = NONE) -> Answer:
    """Ask the view itself as ``role``: who is refused is refused there, and that takes a tenth of the time."""
    return answer_to(request_of(house, role, method, address, fields))


def request_of(house: House, role: str, method: str, address: str, fields: Fields = NONE) -> Any:
    """The request as the view gets it; Http404 where no view has the address."""
    request: Any = getattr(RequestFactory(), method.lower())(address, deepcopy(dict(fields)))
    user = house.users[role]
    request.user = Backend().get_user(user.pk) if user else AnonymousUser()
    request._dont_enforce_csrf_checks = True
    request.session = house.client(role).session
    request._messages, request.htmx = FallbackStorage(request), HtmxDetails(request)
    request.resolver_match = resolve(request.path_info)
    return request


def answer_to(request: Any) -> Answer:
    """What the view of ``request`` answers."""
    match = request.resolver_match

    def asked() -> Any:
        response = match.func(request, *match.args, **match.kwargs)
        response.wsgi_request = request
        return response.render() if hasattr(response, "render") else response

    return _answer_of(asked)


def _answer_of(asked: Callable[[], Any]) -> Answer:
    with writing() as tables:
        try:
            response = asked()
            content = b"".join(response.streaming_content) if response.streaming else response.content
        except PermissionDenied as refused:
            return Answer(RESERVED, text=str(refused), written=tables)
        except Http404:
            return Answer(MISSING, written=tables)
        except Exception as error:
            return Answer(errors=[f"{type(error).__name__}: {error}"[:300]], written=tables)
    shown = get_messages(response.wsgi_request)
    errors = [str(each) for each in shown if each.level >= ERROR]
    text = content.decode(errors="replace")
    for close in response._resource_closers:  # close() itself would close the connection too
        close()
    return Answer(response.status_code, response.get("Location", ""), text, errors, tables, response)


def fault_of_reading(door: Door, role: str, answer: Answer) -> str:
    """What is wrong with the answer to a GET; nothing, when it is as the table says."""
    if role not in door.readers:
        return _fault_of_greeting(door, role, answer)
    if answer.status != (302 if role in door.sent_on else 200) or answer.asks_for_login:
        return f"should get in, gets {answer}"
    if role in STRANGERS:
        shown = [each for each in door.hides if each in answer.text]
        return f"reads of {' and '.join(shown)}" if shown else ""
    return ""


def _fault_of_greeting(door: Door, role: str, answer: Answer) -> str:
    if answer.written:
        return f"is refused, yet {answer}"
    if role == "anonymous" and not door.is_open:
        return "" if answer.asks_for_login else f"should be sent to the login, gets {answer}"
    if answer.status != door.others:
        return f"should get {door.others}, gets {answer}"
    if door.others == RESERVED and "réservé" not in answer.text:
        return "does not read whom it is reserved to"
    return ""


def fault_of_acting(door: Door, role: str, answer: Answer, form: Form) -> str:
    """What is wrong with the answer to a valid form."""
    if role in door.actors:
        if answer.response is None:
            return f"should do it, gets {answer}"
        wrong = reason_not_done(form, answer.response, answer.written)
        return f"should do it, {wrong}: {answer}" if wrong else ""
    if role in door.refused | door.readers:
        return _fault_of_refusal(door, role, answer)
    return _fault_of_greeting(door, role, answer)


def _fault_of_refusal(door: Door, role: str, answer: Answer) -> str:
    """Whoever the act answers: a sentence, or a page that does not exist for them; and nothing is written."""
    is_answered = answer.status in (RESERVED, MISSING, 422) or (answer.status in (200, 302) and answer.errors)
    is_turned_away = role in door.sent_on and answer.status == 302
    if answer.written or not (is_answered or is_turned_away or (door.is_open and answer.status)):
        return f"should be refused by the act, gets {answer}"
    return ""


def tries(house: House, name: str, door: Door, form: Form | None) -> Iterator[tuple[Try, str]]:
    """Each try of an address, (name, method, role), with what is wrong, if anything is."""
    with override_settings(**(SETTINGS | READ_TWICE if _is_of_account(name) else {})):
        if door.get is not None:
            yield from _gets(house, name, door)
        if door.post is not None:
            bare = Form(lambda house, _role: Filled(door.make(house)))
            with override_settings(**(form or bare).settings):
                yield from _posts(house, name, door, form or bare, may_fill=form is not None)
        yield from _wrong_methods(house, name, door)


def _is_of_account(name: str) -> bool:
    """Whether it is one of allauth’s."""
    return name.startswith(("account_", "mfa_", "usersessions_"))


def _gets(house: House, name: str, door: Door) -> Iterator[tuple[Try, str]]:
    with undone(house):
        address = reverse(name, kwargs=dict(door.make(house)))
        browsers = _browsers(name, door, door.readers)
        for query, role in product(door.queries, ROLES):
            with undone(house):
                answer = (browse if role in browsers else call)(house, role, "GET", address + query)
                yield (name, f"GET {query}".strip(), role), fault_of_reading(door, role, answer)


def _browsers(name: str, door: Door, may: Roles) -> Roles:
    """Who asks through everything: whoever has no login, the first who may, the first who may not.

    All of them at the entrance and in the accounts, whose views need what stands before them.
    """
    if door.is_open or _is_of_account(name):
        return ANYBODY
    known = [role for role in ROLES if role != "anonymous"]
    firsts = [
        next((role for role in known if (role in may) == which), "anonymous") for which in (True, False)
    ]
    return {"anonymous", *firsts}


def _posts(house: House, name: str, door: Door, form: Form, *, may_fill: bool) -> Iterator[tuple[Try, str]]:
    may = [role for role in ROLES if role in door.actors]
    browsers = _browsers(name, door, door.actors)
    for role in may if may_fill else ():
        with undone(house):
            ask = browse if role in browsers or form.shows else call
            answer = post(house, name, role, form, ask)
            yield (name, "POST", role), fault_of_acting(door, role, answer, form)
    with undone(house):
        # The others send what the first of those who may sends.
        address, fields = filled(house, name, may[0] if may else "admin", form)
        for role in ROLES:
            if role not in may:
                with undone(house):
                    leave_in_session(house, role, form)
                    answer = (browse if role in browsers else call)(house, role, "POST", address, fields)
                    yield (name, "POST", role), fault_of_acting(door, role, answer, form)


def post(house: House, name: str, role: str, form: Form, ask: Callable[..., Answer] | None = None) -> Answer:
    """Fill the form as ``role`` does, and send it."""
    address, fields = filled(house, name, role, form)
    leave_in_session(house, role, form)
    return (ask or browse)(house, role, "POST", address, fields)


def filled(house: House, name: str, role: str, form: Form) -> tuple[str, Fields]:
    """Where the form goes, with its query string, and what ``role`` sends there."""
    filled = form.make(house, role)
    address = reverse(name, kwargs=dict(filled.arguments))
    return (f"{address}?{filled.query}" if filled.query else address), filled.fields


def leave_in_session(house: House, role: str, form: Form) -> None:
    """Put there what an earlier page has left."""
    if form.session is not None:
        session = house.client(role).session
        session.update(form.session(house, role))
        session.save()


def _wrong_methods(house: House, name: str, door: Door) -> Iterator[tuple[Try, str]]:
    """A method that the address does not take is refused to who may come in by another."""
    may = [role for role in ROLES if role in door.readers | door.actors]
    role = may[-1] if may else "admin"
    with undone(house):
        address = reverse(name, kwargs=dict(door.make(house)))
        for method in ("GET", "POST") if _is_of_account(name) else METHODS:
            if method not in door.methods:
                with undone(house):
                    answer = (browse if _is_of_account(name) else call)(house, role, method, address)
                # allauth may ask for the password before it minds the method.
                refusals = (302, 405) if _is_of_account(name) and role in door.sent_on else (405,)
                is_refused = answer.status in refusals and not answer.written
                yield (name, method, role), "" if is_refused else f"should be 405, gets {answer}"


def faults(house: House, doors: Mapping[str, Door], forms: Mapping[str, Form]) -> dict[Try, str]:
    """Everything that is not as the table says."""
    return {
        key: wrong
        for name, door in doors.items()
        for key, wrong in tries(house, name, door, forms.get(name))
        if wrong
    }
