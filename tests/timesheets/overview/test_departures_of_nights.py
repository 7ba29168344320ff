"""A planned night that is worked as planned departs from nothing, though the record parts it at midnight."""

from datetime import date, time

import pytest

from tests import world
from timesheets import recording
from timesheets.day_rules import TimedHours
from timesheets.models import Timesheet
from timesheets.overview.departures import read_batch
from timesheets.overview.month_sheets import read_month
from timesheets.sheet.days import sheet_days

pytestmark = pytest.mark.django_db

MONDAYS = [date(2026, 11, day) for day in (2, 9, 16, 23, 30)]


def test_nights_are_compared_with_the_plan_by_the_day_on_which_they_begin():
    world.group()
    aloen = world.member()
    placed = world.assignment(world.employee(members=[aloen]), aloen, weekly_pattern=(480, 0, 0, 0, 0, 0, 0))
    sheet = world.timesheet(placed, status="draft")
    nights = {key: {"worked": TimedHours(None, time(22), time(6))} for key in MONDAYS}
    recording.save(sheet, nights, by=placed.employee.user, at=world.NOW)
    world.timesheet(placed, {MONDAYS[0]: 60}, status="draft", supplement=1)
    found = {}
    for name, hours in {"as planned": 480, "an hour less": TimedHours(None, time(22), time(5))}.items():
        recording.save(sheet, {MONDAYS[1]: {"worked": hours}}, by=placed.employee.user, at=world.NOW)
        reading = read_month(world.NOVEMBER, on=date(2026, 12, 5))
        line = next(each for each in reading.lines if each.timesheet == sheet)
        batch = read_batch(reading, [line])
        plans = [each.plan for each in [*batch.departing, *batch.on_plan]]
        days = [(each.day, each.deviation) for each in sheet_days(sheet, discreetly=True) if each.deviation]
        found[name] = ([text.replace("\u00a0", " ") for plan in plans for text in plan], days)
        assert line.minutes == Timesheet.objects.with_minutes().get(pk=sheet.pk).minutes
    assert found == {
        "as planned": ([], []),
        "an hour less": (["Lundi 9 novembre : 7 h, au lieu de 8 h."], [(MONDAYS[1], -60)]),
    }
