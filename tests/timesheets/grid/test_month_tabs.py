"""Each month to choose shows the state of its most urgent timesheet."""

import pytest

from tests import world
from tests.world import NOVEMBER
from timesheets import approval
from timesheets.grid.lines import month_tabs
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheets():
    world.group()
    aloen = world.member()
    maelle = world.employee(members=[aloen])
    return world.timesheet(world.assignment(maelle, aloen)), world.timesheet(maelle)


def state_of(month):
    return {stage.month: stage.state for stage in month_tabs(month, Timesheet.objects.order_by("pk"))}[month]


def test_a_billed_month_is_billed_though_absences_never_are(sheets):
    assert state_of(NOVEMBER) == "approved"
    approval.seal([sheets[0].pk], at=world.NOW)
    assert state_of(NOVEMBER) == "invoiced"


def test_what_is_least_advanced_tells_the_month(sheets):
    approval.seal([sheets[0].pk], at=world.NOW)
    world.timesheet(sheets[0].assignment, supplement=1, status="draft")
    assert state_of(NOVEMBER) == "draft"
