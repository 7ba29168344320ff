"""Nolwenn leaves for a week: she names Erwan, who confirms hours in his own name, and is nobody there afterwards."""

from __future__ import annotations

from datetime import date

import pytest

from members.models import Deputy
from tests import world
from tests.world import NOVEMBER
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

WEEK = {"first": "2026-12-07", "last": "2026-12-11"}
FRIDAY_BEFORE, WEDNESDAY, MONDAY_AFTER = (date(2026, 12, day) for day in (4, 9, 14))


@pytest.fixture
def cast(files):
    """Maëlle works at Aloen and at Sonam; Nolwenn looks after Aloen, where Erwan only reads, and works there too."""
    world.group(has_tacit_confirmation=False)
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle, nolwenn = world.employee("Maëlle", "Kerbrat"), world.employee("Nolwenn", "Jégo")
    world.seat(nolwenn.user, aloen)
    at_aloen = world.assignment(maelle, aloen)
    return {
        "aloen": aloen,
        "maelle": maelle.user,
        "nolwenn": nolwenn.user,
        "erwan": world.staff(aloen, "Erwan Le Bris", function="reader"),
        "solene": world.coordinator(),
        "sheet": world.timesheet(at_aloen, world.hours(NOVEMBER, 7), status="submitted"),
        "elsewhere": world.timesheet(
            world.assignment(maelle, sonam), world.hours(NOVEMBER, 14), status="submitted"
        ),
        "hers": world.timesheet(
            world.assignment(nolwenn, aloen), world.hours(NOVEMBER, 3), status="submitted"
        ),
    }


def test_a_week_away(cast, clock, visit):
    clock.set(FRIDAY_BEFORE)
    name_erwan(cast, visit)
    assert not visit(cast["erwan"], sheet_of(cast, "sheet")).offers("Tout viser")  # it has not begun
    clock.set(WEDNESDAY)
    confirm_for_her(cast, visit)
    read_who_did_it(cast, visit)
    clock.set(MONDAY_AFTER)
    nothing_is_left(cast, visit)


def sheet_of(cast, which):
    return f"/heures/releve/{cast[which].pk}/"


def name_erwan(cast, visit):
    """Two dates and a name, from the menu of one's account."""
    page = visit(cast["nolwenn"], "/preferences/")
    page.press("Nommer", {**WEEK, "deputy": f"{cast['aloen'].pk}-{cast['erwan'].pk}"})
    assert "C’est noté : Erwan Le Bris remplace Nolwenn Jégo." in page.words
    assert "À venir" in page.words


def confirm_for_her(cast, visit):
    """The bar says for whom; hours elsewhere do not exist, Nolwenn's own wait for her return or for somebody else."""
    erwan = visit(cast["erwan"], "/heures/a-viser/")
    assert "Suppléance de Nolwenn Jégo" in erwan.words
    assert erwan.open(sheet_of(cast, "elsewhere")).page.status_code == 404
    erwan.open(sheet_of(cast, "hers"))
    assert not erwan.offers("Tout viser")
    erwan.send(f"{sheet_of(cast, 'hers')}viser/", {"answer": "confirm"})
    erwan.open(sheet_of(cast, "sheet")).press("Tout viser")
    assert "Heures visées" in erwan.words
    states = {
        which: Timesheet.objects.get(pk=cast[which].pk).status for which in ("sheet", "hers", "elsewhere")
    }
    assert states == {"sheet": "confirmed", "hers": "submitted", "elsewhere": "submitted"}


def read_who_did_it(cast, visit):
    """The step names the deputy, for everybody concerned; the appointment names who made it."""
    step = cast["sheet"].steps.latest("pk")
    assert (step.target, step.by) == ("confirmed", cast["erwan"])
    for person in ("maelle", "nolwenn", "solene"):
        assert "Erwan Le Bris" in visit(cast[person], sheet_of(cast, "sheet")).words
    assert visit(cast["solene"], sheet_of(cast, "sheet")).offers("Approuver")


def nothing_is_left(cast, visit):
    """The week is over: Erwan reads as before, and stands in for nobody."""
    late = world.timesheet(
        cast["sheet"].assignment, {date(2026, 12, 7): 420}, month=world.DECEMBER, status="submitted"
    )
    erwan = visit(cast["erwan"], f"/heures/releve/{late.pk}/")
    assert erwan.page.status_code == 200
    assert not erwan.offers("Tout viser")
    assert "Suppléance" not in erwan.words
    assert visit(cast["nolwenn"], f"/heures/releve/{late.pk}/").offers("Tout viser")
    assert Deputy.objects.get().last_day == date(2026, 12, 11)
