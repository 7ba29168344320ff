"""Working mornings only, and each person at their rhythm."""

from datetime import date

import pytest

from members.models import HolidayZone, MailFrequency
from tests import world
from timesheets.answer_delay import is_due
from timesheets.reminding.recipients import is_working_morning, last_working_day, next_opening

THURSDAY = date(2026, 12, 3)
EASTER_MONDAY = date(2026, 4, 6)
GOOD_FRIDAY = date(2026, 4, 3)
CHRISTMAS = date(2026, 12, 25)  # a Friday


@pytest.mark.parametrize(
    ("day", "hour", "minute", "expected"),
    [
        (THURSDAY, 7, 30, True),
        (THURSDAY, 7, 0, True),
        (THURSDAY, 11, 59, True),
        (THURSDAY, 6, 59, False),
        (THURSDAY, 3, 0, False),  # a restart at night
        (THURSDAY, 12, 0, False),
        (date(2026, 12, 5), 7, 30, False),  # Saturday
        (date(2026, 12, 6), 7, 30, False),
        (CHRISTMAS, 7, 30, False),
    ],
)
def test_people_are_written_to_on_working_mornings(day, hour, minute, expected):
    assert is_working_morning(world.at(day, hour, minute)) is expected


@pytest.mark.parametrize(
    ("day", "hour", "leaves"),
    [
        (THURSDAY, 7, world.at(THURSDAY, 7)),
        (THURSDAY, 19, world.at(THURSDAY, 19)),
        (THURSDAY, 5, world.at(THURSDAY, 7)),
        (THURSDAY, 20, world.at(date(2026, 12, 4), 7)),
        (date(2026, 12, 5), 10, world.at(date(2026, 12, 7), 7)),  # Saturday
        (CHRISTMAS, 3, world.at(date(2026, 12, 28), 7)),
        (date(2026, 3, 28), 23, world.at(date(2026, 3, 30), 7)),  # over the night that has 23 hours
    ],
)
def test_what_happens_at_night_is_told_when_people_are_at_work(day, hour, leaves):
    assert next_opening(world.at(day, hour)) == leaves


def test_public_holidays_are_those_of_the_group():
    at = world.at(GOOD_FRIDAY, 7, 30)
    assert (is_working_morning(at), is_working_morning(at, HolidayZone.ALSACE_MOSELLE)) == (True, False)


@pytest.mark.parametrize(
    ("day", "weekly"),
    [
        (date(2026, 11, 30), True),  # Monday
        (date(2026, 12, 1), False),
        (THURSDAY, False),
        (date(2026, 4, 7), True),  # the Tuesday after Easter Monday
        (date(2026, 4, 8), False),
    ],
)
def test_weekly_is_the_first_working_day_of_the_week(day, weekly):
    assert is_due(MailFrequency.WEEKLY, day) is weekly
    assert is_due(MailFrequency.DAILY, day) is True
    assert is_due(MailFrequency.NEVER, day) is False


def test_a_month_ends_on_its_last_working_day():
    assert last_working_day(date(2026, 11, 30)) == date(2026, 11, 30)
    assert last_working_day(date(2026, 10, 31)) == date(2026, 10, 30)
    assert last_working_day(CHRISTMAS) == date(2026, 12, 24)
