"""A grant, a person, and hours worked in October and November: what the tests of funding stand on."""

from datetime import date
from decimal import Decimal

from billing.models import FundingLine
from tests import world
from tests.world import NOVEMBER
from timesheets.models import Entry


def grant(code="COOPTER", **facts):
    """A line of three years."""
    return FundingLine.objects.create(
        code=code,
        **{
            "label": "Coop’Ter, coopération territoriale",
            "funder": "ADEME",
            "budget": Decimal("10000.00"),
            "starts_on": date(2026, 1, 1),
            "ends_before": date(2029, 1, 1),
            **facts,
        },
    )


def worked(person, member, hours="10", *, month=NOVEMBER, **facts):
    """Approved hours of ``person`` at ``member``; its entries by day."""
    placed = person.assignments.filter(member=member).first() or world.assignment(person, member)
    sheet = world.timesheet(placed, world.hours(month, hours), month=month, **facts)
    return list(Entry.objects.filter(timesheet=sheet).order_by("day"))


def whole(entries):
    """All minutes of these entries, as tag() takes them."""
    return {entry.pk: entry.minutes for entry in entries}
