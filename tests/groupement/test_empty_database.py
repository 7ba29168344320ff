"""Before the group is recorded: what runs by itself finds nothing to do, and every page answers."""

from datetime import date

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse

from groupement.celery import app
from members.models import Group
from tests import world
from tests.house.doors import addresses, routes

pytestmark = pytest.mark.django_db
# A Thursday in office hours and its night, a Sunday, the first minutes of a month and of a year.
MOMENTS = (
    world.at(date(2026, 12, 3), 9),
    world.at(date(2026, 12, 3), 4, 10),
    world.at(date(2026, 12, 6), 7, 30),
    world.at(date(2026, 12, 1), 0, 5),
    world.at(date(2027, 1, 1), 0, 5),
)
# Ends the login, and a list of allauth that reads each session by itself.
OTHERS = ("account_logout", "usersessions_list")


def test_every_periodic_task_ends_well_in_an_empty_database(caplog):
    app.loader.import_default_modules()
    assert not Group.objects.exists()
    faults = {}
    for moment in MOMENTS:
        with time_machine.travel(moment):
            for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
                try:
                    app.tasks[entry["task"]]()
                except Exception as error:
                    faults[name, f"{moment:%d/%m %H:%M}"] = repr(error)
    assert faults == {}
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def test_every_page_without_a_record_answers_before_there_is_a_group(client):
    client.raise_request_exception = False
    asked, faults = 0, {}
    for roles in ({"is_admin": True}, {"is_coordinator": True}, {"is_finance": True}):
        user = world.user(f"Qui ouvre {min(roles)}", **roles)
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        client.force_login(user)
        for name, route in routes().items():
            if "<" in route or "(?P" in route or name in OTHERS:
                continue
            asked += 1
            answer = client.get(reverse(name) if name in addresses() and "/" not in name else f"/{route}")
            if answer.status_code >= 500:
                faults[name, min(roles)] = answer.status_code
    assert asked > 300
    assert faults == {}


def test_a_page_that_needs_the_group_says_what_to_do_first(client):
    answered = {}
    for roles in ({"is_admin": True}, {"is_finance": True}):
        user = world.user(f"Qui ouvre {min(roles)}", **roles)
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        client.force_login(user)
        answer = client.get(reverse("billing:liability"))
        text = answer.content.decode()
        answered[min(roles)] = (
            answer.status_code,
            "Le groupement reste à renseigner" in text,
            reverse("admin:members_group_add") in text,
        )
    assert answered == {"is_admin": (409, True, True), "is_finance": (409, True, False)}
