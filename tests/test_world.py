"""The cast itself: its identifiers are valid, and a whole month of it stands."""

import pytest
from stdnum.fr import siren, siret, tva

from tests import world
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db


def test_invented_identifiers_are_valid_in_form():
    for seed in (1, 100, 104, 9999):
        number = world.siren(seed)
        assert siren.is_valid(number), number
        assert siret.is_valid(world.siret(number)), number
        assert tva.is_valid(world.vat_number(number)), number


def test_a_month_of_the_cast_stands():
    world.group()
    aloen = world.member()
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen)
    world.timesheet(placed, world.hours(world.NOVEMBER, 35))
    world.timesheet(maelle, world.hours(world.NOVEMBER, 7), kind="leave", status="submitted")
    world.cost(maelle)
    rows = Timesheet.objects.with_minutes().order_by("pk").values_list("status", "minutes")
    assert list(rows) == [("approved", 2100), ("submitted", 420)]
