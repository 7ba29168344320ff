"""Every door is closed: the whole URLconf, walked as a stranger, a colleague, a member's staff, and by wrong method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from billing.models import (
    BillingRun,
    Invoice,
)
from employees.models import Employee
from groupement.kernel.periods import Month
from members.models import Member
from tests import world
from tests.house.doors import BOTH, DOORS, Door
from timesheets import freezing
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db


def walk(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, str]]:
    """(namespace, name) of every address."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern):
            yield namespace, pattern.name or str(pattern.pattern)


def own_names() -> set[str]:
    names = set()
    for pattern in get_resolver().url_patterns:
        inside = [pattern] if isinstance(pattern, URLPattern) else None
        if inside is None and str(pattern.pattern) in {"compte/", "admin/"}:
            continue
        for namespace, name in walk(inside or [pattern]):
            names.add(f"{namespace}:{name}" if namespace else name)
    return names


def address(name: str) -> str:
    return reverse(name, kwargs=DOORS[name].arguments())


@pytest.fixture
def house() -> dict[str, Client]:
    """Aloen has an employee, hours and an invoice; a stranger sits at Sonam."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    world.timesheet(world.assignment(maelle, aloen), world.hours(world.NOVEMBER, 7))
    freezing.sign(Timesheet.objects.filter(assignment__isnull=False), at=world.NOW)
    run = BillingRun.objects.create(month=Month(2026, 11))
    Invoice.objects.create(run=run, member=aloen, service_month=run.month, drafted_at=world.NOW)
    people = {
        "stranger": world.staff(sonam, "Anaïs Moal"),
        "own": world.staff(aloen, "Nolwenn Jégo"),
        "colleague": world.employee("Youenn", "Talec", members=[sonam]).user,
    }
    clients = {"anonymous": Client()}
    for name, user in people.items():
        clients[name] = Client()
        clients[name].force_login(user)
    return clients


def ask(client: Client, name: str, method: str) -> Any:
    return getattr(client, method.lower())(address(name))


def test_every_address_is_in_the_table():
    assert own_names() == set(DOORS)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is forgotten: each address finds the house as it was."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def through(
    chosen: Callable[[Door], bool], methods: Callable[[Door], Iterable[str]]
) -> Iterator[tuple[str, str]]:
    """Every chosen address with each of its methods; walked in one test, since the house is long to build."""
    for name, door in DOORS.items():
        if chosen(door):
            for method in sorted(methods(door)):
                with undone():
                    yield name, method


def own_methods(door: Door) -> Iterable[str]:
    return door.methods


def test_without_login_there_is_only_the_login(house):
    login = reverse("account_login")
    found = {}
    for name, method in through(lambda door: door.kind != "open", own_methods):
        answer = ask(house["anonymous"], name, method)
        found[name, method] = answer.status_code, answer.get("Location", "").startswith(login)
    assert {name for name, _ in found} == {name for name, door in DOORS.items() if door.kind != "open"}
    assert found == dict.fromkeys(found, (302, True))


@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_what_is_another_member_s_does_not_exist(house, who):
    found = {
        (name, method): ask(house[who], name, method).status_code
        for name, method in through(lambda door: door.kind == "object", own_methods)
    }
    assert found
    assert {key: status for key, status in found.items() if status != 404} == {}


def test_a_page_of_a_role_says_whom_it_is_reserved_to(house):
    found = {}
    for name, method in through(lambda door: door.kind == "role", own_methods):
        answer = ask(house["stranger"], name, method)
        found[name, method] = answer.status_code, "réservée" in answer.content.decode()
    assert found == dict.fromkeys(found, (403, True))


def test_a_wrong_method_is_refused(house):
    everything = Client()
    everything.force_login(jack_of_all_roles())
    found = {
        (name, method): ask(everything, name, method).status_code
        for name, method in through(lambda door: door.methods != BOTH, lambda door: BOTH - door.methods)
    }
    assert found == dict.fromkeys(found, 405)


def jack_of_all_roles() -> Any:
    """Somebody who may open every door."""
    maelle = Employee.objects.get(first_name="Maëlle")
    jack = maelle.user
    jack.is_coordinator = jack.is_finance = jack.is_admin = True
    jack.save()
    world.seat(jack, Member.objects.get(short_name="Aloen"))
    Authenticator.objects.create(user=jack, type=Authenticator.Type.TOTP, data={})
    return jack
