"""The visa as a duty: one for each member and month, due when the delay of what waits ends."""

from datetime import date

import pytest

from members.models import Group, RuleCode
from tests import world
from tests.world import NOVEMBER, OCTOBER
from timesheets.answer_delay import read_delays
from timesheets.contributing.duties import due
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db
ON = world.NOW.date()
WINDOW = (date(2026, 10, 1), date(2027, 3, 1))


@pytest.fixture
def aloen():
    world.group()
    world.rule(RuleCode.CONFIRMATION_DAYS, days=5)
    return world.member()


def submitted(member, name="Maëlle", month=NOVEMBER, status="submitted"):
    person = world.employee(name, members=[member])
    return world.timesheet(
        world.assignment(person, member), world.hours(month, 7), month=month, status=status
    )


def found(first=WINDOW[0]):
    return {each.key: each for each in due(first, WINDOW[1], Group.objects.get(), ON)}


def test_one_for_a_member_and_month_when_the_first_delay_ends(aloen):
    sheets = [
        submitted(aloen),
        submitted(aloen, "Inès", status="draft"),
        submitted(aloen, "Youenn", OCTOBER),
    ]
    later = world.at(date(2026, 12, 9))
    sheets[1].move("submitted", by=None, at=later, kind="submit", submitted_at=later)
    delays = read_delays(sheets, Group.objects.get(), on=ON)
    key = f"visa:{aloen.pk}:2026-11"
    assert sorted(found()) == [f"visa:{aloen.pk}:2026-10", key]
    assert delays[sheets[0].pk].due_on < delays[sheets[1].pk].due_on
    assert found()[key].due_on == min(delays[sheet.pk].due_on for sheet in sheets[:2])
    assert found()[key].done_on is None
    assert set(found()[key].audience.hours_of) == {sheet.employee.user_id for sheet in sheets[:2]}


def test_it_is_done_when_nothing_waits(aloen):
    sheet = submitted(aloen, status="confirmed")
    (done,) = found().values()
    sheet.refresh_from_db()
    assert done.done_on == sheet.confirmed_at.date()
    assert done.due_on <= done.done_on, "no message is waited for, once it is answered"
    assert found(first=date(2027, 2, 1)) == {}, "done, and due before"


def test_a_draft_and_hours_at_the_group_owe_no_visa(aloen):
    submitted(aloen, status="draft")
    world.timesheet(world.employee("Inès", members=[aloen]), status="submitted")
    assert Timesheet.objects.count() == 2
    assert found() == {}
