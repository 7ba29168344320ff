"""The night of a month's last day is invoiced where it was worked: two hours of November, six of December."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from billing.models import Line
from billing.month import drafting, issuing
from tests import world
from tests.world import DECEMBER, NOVEMBER
from timesheets import recording
from timesheets.day_rules import TimedHours
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db


def test_each_month_invoices_its_own_hours_of_the_night():
    world.group()
    aloen = world.member()
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen)
    for month in (NOVEMBER, DECEMBER):
        recording.open_month(month, at=world.NOW)
        world.cost(maelle, month=month, gross="2640.00", contributions="997.92")
    night = {date(2026, 11, 30): {"worked": TimedHours(None, time(22), time(6))}}
    november = Timesheet.objects.get(month=NOVEMBER, assignment=placed)
    recording.save(november, night, by=maelle.user, at=world.NOW)
    billed = {}
    for month in (NOVEMBER, DECEMBER):
        for sheet in Timesheet.objects.filter(month=month).order_by("pk"):
            world.advance(sheet, "approved")
        at = world.at(month.before.replace(day=5))
        run = drafting.draft(month, by=None, at=at)
        assert issuing.issue_run(run, by=None, at=at).failed == []
        first = Line.objects.filter(invoice__run=run).order_by("position").first()
        billed[month] = (first.quantity, first.net)
    assert billed == {
        NOVEMBER: (Decimal("2.00"), Decimal("44.88")),
        DECEMBER: (Decimal("6.00"), Decimal("134.64")),
    }
