"""Headers, cookies and cache of every address: one row for all of them, and one for each that differs.

Asked as somebody who may read, through everything that stands before the views; docs/operations.md says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from tests.house import trying, trying_admin
from tests.house.doors import DOORS, OURS
from tests.house.forms_accounts import READ_TWICE, SETTINGS
from tests.house.house import ROLES, House

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
POLICY += (
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A message as it was sent brings its style along, and may do nothing else.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; "
SANDBOX += "base-uri 'none'; sandbox"


def rules(policy: str) -> set[str]:
    return {rule.strip() for rule in policy.split(";")}


EVERYWHERE = {
    "Cache-Control": "private, no-store",
    "Expires": None,
    "Content-Security-Policy": rules(POLICY),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ELSEWHERE = {"admin:members_mail_html": {"Content-Security-Policy": rules(SANDBOX)}}
# Each cookie that an answer may set, unreadable for scripts; and the choice of light or dark, which is no secret.
COOKIES = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"}


@pytest.fixture
def scene(db: None, tmp_path) -> Iterator[House]:
    with trying.scene(tmp_path) as built:
        yield built


def address_of(house: House, name: str) -> str:
    if name in OURS:
        return reverse(name, kwargs=dict(OURS[name].make(house)))
    label = trying_admin.label_of(name)
    # Whether a record is there makes no difference to the headers; of accounts and journals there are some.
    record = apps.get_model(label)._default_manager.order_by("-pk").first() if label else None
    if name in ELSEWHERE:
        record = trying_admin.record_of(house, label)
    return trying_admin.address_of(house, name, record)


def faults(name: str, answer: Any) -> dict[str, Any]:
    wanted = {**EVERYWHERE, **ELSEWHERE.get(name, {})}
    found: dict[str, Any] = {header: answer.get(header) for header in wanted}
    found["Content-Security-Policy"] = rules(found["Content-Security-Policy"] or "")
    wrong = {header: found[header] for header in wanted if found[header] != wanted[header]}
    for cookie, morsel in answer.cookies.items():
        if not morsel.value:  # taken away
            continue
        if cookie not in COOKIES or not morsel["httponly"] or morsel["samesite"] != "Lax":
            wrong[f"cookie {cookie}"] = morsel.OutputString()
    return wrong


def test_every_address_keeps_what_it_says_to_the_reader(scene: House):
    wrong, asked = {}, set()
    for name, door in DOORS.items():
        is_of_account = name.startswith(("account_", "mfa_", "usersessions_"))
        may = [role for role in ROLES if role != "anonymous" and role in (door.readers | door.actors)]
        role = may[0] if may else "admin"
        with trying.undone(scene), override_settings(**(SETTINGS | READ_TWICE if is_of_account else {})):
            address = address_of(scene, name)
            for method in ("GET", "POST") if name in OURS else ("GET",):
                with trying.undone(scene):
                    answer = trying.browse(scene, role, method, address)
                    if answer.response is None:  # refused by an error that the client passes on
                        continue
                    asked.add(name)
                    if found := faults(name, answer.response):
                        wrong[name, method, role] = found
    assert wrong == {}
    assert asked == set(DOORS)


def test_what_is_not_there_or_reserved_is_kept_by_nobody_either(scene: House):
    found = {}
    for address in ("/nulle-part/", reverse("billing:liability"), "/admin/"):
        client = scene.client("employee")
        client.raise_request_exception = False
        answer = client.get(address)
        found[address] = (answer.status_code, answer["Cache-Control"])
    assert found == {
        "/nulle-part/": (404, "private, no-store"),
        reverse("billing:liability"): (403, "private, no-store"),
        "/admin/": (302, "private, no-store"),
    }


def test_what_the_site_itself_wears_is_kept(db: None, client: Client):
    answer = client.get("/static/css/base.css")
    assert b"".join(answer.streaming_content)
    answer.close()
    assert "no-store" not in answer["Cache-Control"]
