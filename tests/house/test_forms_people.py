"""Each form of the people’s apps is complete: sent once by somebody who may, it does what the address is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from employees.calendar.week import Week
from tests import world
from tests.house import house as houses
from tests.house.form import Form, filled
from tests.house.forms_people import FORMS, WITHOUT_FORM
from tests.house.house import House
from tests.house.posting import writing

pytestmark = pytest.mark.django_db

# Whoever sends each form: a role that may; the coordinator what is not named here.
ANONYMOUS = {
    *("members:theme", "members:invitation", "members:demo_login"),
    *("account_login", "account_request_login_code", "account_confirm_login_code", "mfa_authenticate"),
    *("account_reset_password", "account_reset_password_from_key"),
}
REPRESENTATIVE = {
    *("members:appoint_deputy", "members:end_deputy", "charter:sign"),
    *("papers:sign", "papers:withdraw"),
    *("timesheets:grid", "timesheets:grid_day", "timesheets:confirm"),
    *("timesheets:confirm_all", "timesheets:take_back", "timesheets:take_back_all"),
}
EMPLOYEE = {
    *("members:preferences", "employees:open_feed", "employees:revoke_feed"),
    *("timesheets:my_month", "timesheets:day", "timesheets:import", "timesheets:import_confirm"),
    *("timesheets:import_columns", "timesheets:forget_columns"),
    *("mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_activate_totp", "usersessions_list"),
    *(name for name in FORMS if name.startswith("account_") and name not in ANONYMOUS),
}
SENDERS = {"anonymous": ANONYMOUS, "representative": REPRESENTATIVE, "employee": EMPLOYEE}
SENDERS["coordinator"] = FORMS.keys() - set().union(*SENDERS.values())
OTHER_APPS = ("billing:", "admin:")
SAMPLES = {
    "IntConverter": 1,
    "StringConverter": "x",
    "DayConverter": 1,
    "MonthConverter": world.NOVEMBER,
    "WeekConverter": Week.parse("2026-S45"),
}


@pytest.fixture
def house() -> Iterator[House]:
    with time_machine.travel(world.NOW, tick=True):
        built = houses.build()
        for role in SENDERS:
            # Logged in before the first form: what happens in a savepoint is forgotten. A fault of a view is a 500.
            built.client(role).raise_request_exception = False
        yield built


def sender(name: str) -> str:
    return next(role for role, names in SENDERS.items() if name in names)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is forgotten."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def what_is_missing(house: House, name: str, form: Form) -> str:
    """Why the act of ``form`` is not done when somebody sends it who may; empty when it is."""
    role = sender(name)
    with filled(house, name, form, role) as post, writing() as written:
        answer = post()
        if answer.status_code != (200 if form.is_page else 302):
            return f"answers {answer.status_code}"
        if not form.is_page and answer["Location"].startswith(f"{reverse('account_login')}?"):
            return "asks to log in"
        if form.writes != bool(written):
            return f"writes {written}"
        if form.shows and not form.shows(answer):
            return "shows nothing of it"
        return ""


def test_each_form_does_what_its_address_is_for(house):
    faults = []
    for name, form in FORMS.items():
        with undone():
            if fault := what_is_missing(house, name, form):
                faults.append(f"{name} {fault}")
    assert not faults, "\n".join(faults)


def addresses(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, pattern.namespace or namespace)
        else:
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name, pattern


def takes_post(client: Client, name: str, pattern: URLPattern) -> bool:
    """As the class of the view tells, else as it answers to a method that none takes."""
    view = getattr(pattern.callback, "view_class", None)
    if view is not None:
        return hasattr(view, "post")
    converters = pattern.pattern.converters
    arguments = {key: SAMPLES[type(converter).__name__] for key, converter in converters.items()}
    answer = client.patch(reverse(name, kwargs=arguments))
    assert answer.status_code == 405, name
    return "POST" in answer["Allow"]


def test_every_address_that_takes_post_has_its_form(house):
    client = house.client("admin")
    ours = [
        (name, pattern)
        for name, pattern in addresses(get_resolver().url_patterns)
        if not str(name).startswith(OTHER_APPS)
    ]
    posted = {name for name, pattern in ours if takes_post(client, name, pattern)}
    assert posted == FORMS.keys() | WITHOUT_FORM.keys()
    assert not FORMS.keys() & WITHOUT_FORM.keys()
