"""Cases 13 to 26 and 32: time becomes a quantity and an amount, clocks change, and a month that is over closes."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from groupement.kernel.money import line_net, vat
from groupement.kernel.worktime import (
    BadDuration,
    parse_minutes,
    quantity,
    round_minutes,
    round_span,
    span_minutes,
    spell_hours,
)
from tests import world
from tests.world import NOVEMBER, OCTOBER
from timesheets import recording
from timesheets.day_rules import TimedHours
from timesheets.locking import Closed

PARIS = ZoneInfo("Europe/Paris")
NOVEMBER_10 = date(2026, 11, 10)


def charged(*minutes: int, price: str) -> tuple[Decimal, Decimal]:
    """Quantity and net of one invoice line over entries of these minutes: summed first, rounded once."""
    hours = quantity(sum(minutes))
    return hours, line_net(hours, Decimal(price))


@pytest.mark.parametrize(
    ("minutes", "price", "expected"),
    [
        pytest.param((20, 20, 20), "15.00", ("1.00", "15.00"), id="case 13: not 0.99 h and 14.85"),
        pytest.param((15, 15), "27.50", ("0.50", "13.75"), id="case 14: not 13.76"),
        pytest.param((50,), "100.00", ("0.83", "83.00"), id="case 17: what is printed is charged"),
        pytest.param((208,), "15.00", ("3.47", "52.05"), id="case 18: 3 h 28, not 52.00"),
        pytest.param((120, 60), "10.00", ("3.00", "30.00"), id="case 20: not 90.00"),
    ],
)
def test_cases_13_14_17_18_and_20_hours_are_summed_then_rounded_once(minutes, price, expected):
    assert charged(*minutes, price=price) == tuple(map(Decimal, expected))


def test_case_17_prints_the_quantity_that_it_charges():
    assert spell_hours(50) == "0,83"


def test_case_15_merged_time_is_rounded_once_and_never_mixed_with_seconds():
    """Our quantity is that of the sum; by entries it would be 472.50, by exact seconds 472.49."""
    net = line_net(Decimal("1.61"), Decimal("293.27"))
    assert (net, net + vat(net, 19)) == (Decimal("472.16"), Decimal("561.87"))
    # Ours are whole minutes: 3 600 s, 400 s and 1 800 s come in as one span of 96 min 40 s, which is 97 minutes.
    start = datetime(2026, 11, 3, 9, 0, 0, tzinfo=PARIS)
    assert round_span(start, start.replace(hour=10, minute=36, second=40), 15, "none") == 97


def test_case_21_rounding_up_by_quarters_leaves_the_real_hours_alone():
    real = [54, 66]
    assert [quantity(round_minutes(minutes, 15, "up")) for minutes in real] == [
        Decimal("1.00"),
        Decimal("1.25"),
    ]
    assert quantity(sum(real)) == Decimal("2.00")
    assert quantity(sum(round_minutes(minutes, 15, "up") for minutes in real)) == Decimal("2.25")


@pytest.mark.parametrize(("how", "minutes"), [("outward", 90), ("up", 75), ("nearest", 75), ("none", 75)])
def test_case_23_a_span_with_seconds_by_quarters(how, minutes):
    start = datetime(2026, 11, 3, 12, 17, 35, tzinfo=PARIS)
    end = datetime(2026, 11, 3, 13, 32, 52, tzinfo=PARIS)
    assert round_span(start, end, 15, how) == minutes


@pytest.mark.parametrize("text", ["7,5", "7.5", "7:30", "7h30", "450 min"])
def test_case_24_all_ways_to_write_it_are_450_minutes(text):
    assert parse_minutes(text) == 450


@pytest.mark.parametrize(
    ("text", "sentence"), [("7:75", "75 minutes"), ("-1", "négatif"), ("25:00", "dépasse")]
)
def test_case_24_what_is_no_duration_is_refused_in_french(text, sentence):
    with pytest.raises(BadDuration, match=sentence):
        parse_minutes(text)


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        pytest.param(date(2026, 3, 28), 420, id="case 25: 7 h 00"),
        pytest.param(date(2026, 10, 24), 540, id="case 26: 9 h 00"),
        pytest.param(date(2026, 11, 3), 480, id="any other night: 8 h 00"),
    ],
)
class TestNights:
    def test_cases_25_and_26_a_night_has_the_hours_that_pass(self, day, minutes):
        assert span_minutes(day, time(22), time(6), PARIS) == minutes

    @pytest.mark.django_db
    def test_cases_25_and_26_such_a_night_is_entered_and_kept(self, day, minutes):
        placed = world.assignment(world.employee(), world.member(), weekly_pattern=(420,) * 7)
        sheet = world.timesheet(placed, month=world.Month.of(day), status="draft")
        night = {day: {"worked": TimedHours(None, time(22), time(6))}}
        recording.save(sheet, night, by=placed.employee.user, at=world.at(day))
        assert [entry.minutes for entry in sheet.entries.order_by("day")] == [120, minutes - 120]


@pytest.mark.django_db
class TestCase32:
    """The lock is last month with ten days of grace: day 5, day 11, and an older month."""

    @pytest.fixture
    def placed(self):
        world.group(entry_grace_days=10)
        return world.assignment(world.employee(), world.member())

    def edit(self, placed, month, by, on):
        sheet = recording.Timesheet.objects.filter(assignment=placed, month=month).first()
        sheet = sheet or world.timesheet(placed, month=month, status="draft")
        recording.save(sheet, {month.first: {"worked": 60}}, by=by, at=world.at(on))
        return sheet.entries.get().minutes

    @pytest.mark.parametrize("number", [5, 10])
    def test_case_32_within_the_grace_last_month_is_edited(self, number, placed):
        on = NOVEMBER_10.replace(day=number)
        assert self.edit(placed, OCTOBER, placed.employee.user, on) == 60

    def test_case_32_on_day_11_it_is_refused(self, placed):
        with pytest.raises(Closed, match="s’est terminée le 10 novembre 2026"):
            self.edit(placed, OCTOBER, placed.employee.user, NOVEMBER_10.replace(day=11))

    @pytest.mark.parametrize("number", [5, 11])
    def test_case_32_an_older_month_is_refused(self, number, placed):
        with pytest.raises(Closed, match="la saisie de septembre 2026 est close"):
            self.edit(placed, OCTOBER.shift(-1), placed.employee.user, NOVEMBER_10.replace(day=number))

    def test_case_32_the_override_opens_last_month_on_day_11_and_no_older_one(self, placed):
        boss, on = world.coordinator(), NOVEMBER_10.replace(day=11)
        assert self.edit(placed, OCTOBER, boss, on) == 60
        with pytest.raises(Closed):
            self.edit(placed, OCTOBER.shift(-1), boss, on)

    def test_case_32_the_present_month_is_not_touched_by_it(self, placed):
        assert self.edit(placed, NOVEMBER, placed.employee.user, NOVEMBER_10.replace(day=30)) == 60
