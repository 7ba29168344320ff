"""Where a link without a month leads: to the work that is there."""

import pytest
import time_machine
from django.urls import reverse

from tests import world
from tests.world import NOVEMBER, OCTOBER
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_december(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    with time_machine.travel(world.at(world.DECEMBER.first), tick=False):
        yield


def landing(client, person, name):
    client.force_login(person)
    return client.get(reverse(name))["Location"]


@pytest.fixture
def placed():
    world.group()
    aloen = world.member()
    return world.assignment(world.employee(members=[aloen]), aloen)


def test_the_coordinator_lands_on_the_latest_month_with_timesheets(client, placed):
    solene = world.coordinator()
    assert landing(client, solene, "timesheets:months") == "/heures/mois/2026-12/"
    for month in (OCTOBER, NOVEMBER):
        world.timesheet(placed, month=month, status="draft")
    assert landing(client, solene, "timesheets:months") == "/heures/mois/2026-11/"


def test_a_phone_lands_on_the_present_day_by_its_hint_or_its_name(client, placed):
    world.timesheet(placed, month=OCTOBER, status="draft")
    client.force_login(placed.employee.user)
    today, october = "/heures/2026-12/jour/1/", "/heures/2026-10/"
    safari, chrome = "iPhone; Mobile/15E148 Safari/604.1", "X11; Linux x86_64 Chrome/140.0"
    devices = {
        (safari, ""): today,
        (chrome, "?1"): today,
        (chrome, "?0"): october,
        (safari, "?0"): october,
        (chrome, ""): october,
        ("", ""): october,
    }
    found = {}
    for name, hint in devices:
        headers = {"user-agent": name, **({"sec-ch-ua-mobile": hint} if hint else {})}
        answer = client.get(reverse("timesheets:my_months"), headers=headers)
        assert {"sec-ch-ua-mobile", "user-agent"} <= set(answer["Vary"].lower().split(", "))
        found[name, hint] = answer["Location"]
    assert found == devices


def test_an_employee_lands_on_the_oldest_month_to_submit_then_on_the_present_one(client, placed):
    person = placed.employee.user
    for month in (OCTOBER, NOVEMBER):
        world.timesheet(placed, month=month, status="draft")
    assert landing(client, person, "timesheets:my_months") == "/heures/2026-10/"
    for sheet in Timesheet.objects.filter(assignment=placed):
        world.advance(sheet, "submitted")
    assert landing(client, person, "timesheets:my_months") == "/heures/2026-12/"
