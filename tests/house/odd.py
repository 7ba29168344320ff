"""Send odd values to an address wherever it reads one: in its path, query string, form. None is a fault of ours.

Which fields an address reads is noted while it reads them; no table of them has to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from allauth.core.context import request_context
from django.http import Http404, QueryDict
from django.test import override_settings
from django.urls import reverse

from tests.house import trying
from tests.house.door import Door
from tests.house.form import Form
from tests.house.house import ROLES, House
from tests.house.trying import Fields, undone

# What no calendar and no table holds: the first and last months, more digits than a column, no number, no text at all.
MONTHS = ("0001-01", "9998-12", "2026-13")
WEEKS = ("0001-S01", "9999-S52", "2026-S54")
NUMBERS = ("0", "9" * 20)
TEXTS = ("%00", "%C2%B2")
IN_PATHS = {"month": MONTHS, "week": WEEKS, "day": ("0", "32", "9" * 20), "int": NUMBERS, "str": TEXTS}
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"
TYPED = (FIRST_DAY, "9" * 20)
TYPED_EVERYWHERE = (LAST_DAY, "\x00")

# allauth, Django and we ourselves ask for these everywhere.
LEFT_OUT = {"csrfmiddlewaretoken", "form_key", "_method"}

Read = dict[str, None]


class RecordingQuery(QueryDict):
    """A query string or a form that notes which of its fields are asked for."""

    read: Read

    def __deepcopy__(self, memo: Any) -> RecordingQuery:
        return _recording(self, self.read)

    def __getitem__(self, key: str) -> Any:
        self.read[key] = None
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read[str(key)] = None
        return super().__contains__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.read[key] = None
        return super().getlist(key, default)


def faults(house: House, name: str, route: str, door: Door, form: Form | None) -> dict[str, str]:
    """Each odd value that the address ``route`` answers with an error of ours, with that error."""
    role = next((each for each in ROLES if each in (door.readers or door.actors)), "admin")
    found = dict(_in_path(house, route, door, role))
    if "GET" in door.methods:
        found |= dict(_in_query(house, name, door, role))
    if form is not None:
        found |= dict(_in_form(house, name, door, form))
    return found


def _in_path(house: House, route: str, door: Door, role: str) -> Iterator[tuple[str, str]]:
    with undone(house):
        arguments = dict(door.make(house))
        for converter, key in re.findall(r"<(\w+):(\w+)>", route):
            for odd in IN_PATHS[converter]:
                yield from _tried(house, role, "GET", _written(route, arguments, key, odd), {})
                if "POST" in door.methods:
                    yield from _tried(house, role, "POST", _written(route, arguments, key, odd), {})


def _written(route: str, arguments: Mapping[str, Any], key: str, odd: str) -> str:
    """The address with ``odd`` in the place of its argument ``key``, whatever the converter says of it."""
    for other, value in arguments.items():
        if other != key:
            route = re.sub(rf"<\w+:{other}>", quote(str(value)), route)
    return "/" + re.sub(rf"<\w+:{key}>", odd, route)


def _in_query(house: House, name: str, door: Door, role: str) -> Iterator[tuple[str, str]]:
    with undone(house):
        address = reverse(name, kwargs=dict(door.make(house)))
        for query in door.queries:
            sent = QueryDict(query.removeprefix("?"), mutable=True)
            yield from _each_field(house, role, "GET", address, sent)


def _in_form(house: House, name: str, door: Door, form: Form) -> Iterator[tuple[str, str]]:
    role = next(each for each in ROLES if each in door.actors)
    with override_settings(**form.settings), undone(house):
        address, fields = trying.filled(house, name, role, form)
        trying.leave_in_session(house, role, form)
        yield from _each_field(house, role, "POST", address, fields)


def _each_field(
    house: House, role: str, method: str, address: str, valid: Fields
) -> Iterator[tuple[str, str]]:
    """First as it is, to see what is read; then with odd values in each field, in all, and in the fields of a range.

    Of fields that differ in their number alone, those of a grid, one is tried.
    """
    read: Read = {}
    yield from _tried(house, role, method, address, valid, read)
    done: dict[str, str] = {}
    while waiting := {_kind(key): key for key in read if _kind(key) not in done and key not in LEFT_OUT}:
        done |= waiting
        for key in waiting.values():
            for odd in TYPED:
                yield from _tried(house, role, method, address, {**_plain(valid), key: odd}, read)
    for odd in TYPED_EVERYWHERE:
        yield from _tried(house, role, method, address, _plain(valid) | dict.fromkeys(done.values(), odd))
    for first, last in pairwise(done.values() if method == "GET" else ()):
        whole = {**_plain(valid), first: FIRST_DAY, last: LAST_DAY}
        yield from _tried(house, role, method, address, whole)


def _kind(key: str) -> str:
    return re.sub(r"\d+", "#", key)


def _plain(valid: Fields) -> dict[str, Any]:
    return {key: valid.getlist(key) for key in valid} if isinstance(valid, QueryDict) else dict(valid)


def _tried(
    house: House, role: str, method: str, address: str, fields: Fields, read: Read | None = None
) -> Iterator[tuple[str, str]]:
    with undone(house):
        try:
            request = trying.request_of(house, role, method, address, fields)
        except Http404:
            return
        if read is not None:
            request.GET, request.POST = _recording(request.GET, read), _recording(request.POST, read)
        with request_context(request):  # what allauth's middleware does
            answer = trying.answer_to(request)
    if not answer.status:
        odd = {key: str(value) for key, value in fields.items() if str(value) in TYPED + TYPED_EVERYWHERE}
        yield f"{method} {address[:80]} {odd}", " ".join(answer.errors)


def _recording(sent: QueryDict, read: Read) -> RecordingQuery:
    recorded = RecordingQuery("", mutable=True)
    for key, values in sent.lists():
        recorded.setlist(key, values)
    recorded.read = read
    return recorded
