"""The plan of a month follows the terms in force each day, without public holidays."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from employees import planning
from employees.models import Terms
from tests import world
from tests.world import NOVEMBER, YEAR_START


def test_public_holidays_of_metropolitan_france_have_french_names():
    assert dict(planning.holidays(2026)) == {
        date(2026, 1, 1): "Jour de l’an",
        date(2026, 4, 6): "Lundi de Pâques",
        date(2026, 5, 1): "Fête du Travail",
        date(2026, 5, 8): "Fête de la Victoire",
        date(2026, 5, 14): "Ascension",
        date(2026, 5, 25): "Lundi de Pentecôte",
        date(2026, 7, 14): "Fête nationale",
        date(2026, 8, 15): "Assomption",
        date(2026, 11, 1): "Toussaint",
        date(2026, 11, 11): "Armistice",
        date(2026, 12, 25): "Noël",
    }


@pytest.mark.parametrize(
    ("year", "moving"),
    [
        (2027, [date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17)]),
        (2028, [date(2028, 4, 17), date(2028, 5, 25), date(2028, 6, 5)]),
    ],
)
def test_moving_feasts_fall_where_the_calendar_says(year, moving):
    feasts = planning.holidays(year)
    assert [feasts.get(day) for day in moving] == ["Lundi de Pâques", "Ascension", "Lundi de Pentecôte"]


@pytest.mark.parametrize(("year", "on_weekdays"), [(2026, 9), (2027, 7)])
def test_weekdays_lost_to_public_holidays(year, on_weekdays):
    assert sum(day.weekday() < 5 for day in planning.holidays(year)) == on_weekdays


@pytest.mark.django_db
class TestPlan:
    @pytest.fixture
    def maelle(self):
        return world.employee()

    def test_plan_follows_the_week_and_skips_public_holidays(self, maelle):
        placed = world.assignment(maelle, world.member(), weekly_pattern=(0, 0, 420, 0, 0, 0, 0))
        wednesdays = [date(2026, 11, day) for day in (4, 18, 25)]
        assert planning.plan(NOVEMBER, [placed]) == {placed.pk: dict.fromkeys(wednesdays, 420)}
        assert planning.planned_days(placed, NOVEMBER) == tuple(wednesdays)
        assert planning.planned_minutes(placed, NOVEMBER) == 3 * 420
        assert planning.holiday_minutes(NOVEMBER, [placed]) == {placed.pk: {date(2026, 11, 11): 420}}

    def test_plan_changes_with_the_terms(self, maelle):
        placed = world.assignment(maelle, world.member())
        change = date(2026, 11, 16)
        Terms.objects.filter(assignment=placed).update(ends_before=change)
        Terms.objects.create(
            assignment=placed, starts_on=change, weekly_pattern=[210, 0, 0, 0, 0, 0, 0], price_method="actual"
        )
        days = {day.day: minutes for day, minutes in planning.plan(NOVEMBER)[placed.pk].items()}
        assert days == {2: 420, 9: 420, 16: 210, 23: 210, 30: 210}

    def test_plan_stays_within_the_assignment(self, maelle):
        placed = world.assignment(
            maelle,
            world.member(),
            starts_on=date(2026, 11, 9),
            ends_before=date(2026, 11, 23),
            terms_from=YEAR_START,
        )
        assert planning.planned_days(placed, NOVEMBER) == (date(2026, 11, 9), date(2026, 11, 16))

    def test_assignment_without_terms_plans_nothing(self, maelle):
        placed = world.assignment(maelle, world.member())
        Terms.objects.all().delete()
        assert planning.plan(NOVEMBER, [placed]) == {placed.pk: {}}
        assert planning.plan(NOVEMBER) == {}

    @pytest.mark.parametrize("many", [1, 3])
    def test_plan_is_one_query(self, many, maelle):
        placed = [world.assignment(maelle, world.member(f"Structure {n}")) for n in range(many)]
        for asked in (None, placed):
            with CaptureQueriesContext(connection) as queries:
                assert set(planning.plan(NOVEMBER, asked)) == {assignment.pk for assignment in placed}
            assert len(queries) == 1
