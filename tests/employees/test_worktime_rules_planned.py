"""The rules over the plan, before anything happens: patterns, days planned apart, absences, in six queries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from employees.models import Absence, ContractTerms, PlannedDay
from employees.worktime_rules.records import planned_findings
from tests import world

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 9, 7)
WEEK = (MONDAY, MONDAY + timedelta(days=7))
FULL = (360, 360, 360, 360, 360, 0, 0)


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def sonam(aloen):
    return world.member("Sonam")


@pytest.fixture
def maelle():
    return world.employee()


def found_about(person, *rules, days=WEEK):
    found = planned_findings(*days, [person.pk]).get(person.pk, [])
    return [(each.rule, each.day, each.severity, each.measured) for each in found if each.rule in rules]


def test_a_plan_that_holds_says_nothing(maelle, aloen, sonam):
    world.assignment(maelle, aloen, weekly_pattern=(420, 420, 420, 0, 0, 0, 0))
    world.assignment(maelle, sonam, weekly_pattern=(0, 0, 0, 420, 420, 0, 0))
    assert planned_findings(*WEEK) == {}


def test_two_members_together_plan_too_much(maelle, aloen, sonam):
    """14 July is off, which shows in the average."""
    world.assignment(maelle, aloen, weekly_pattern=FULL)
    world.assignment(maelle, sonam, weekly_pattern=(241, 240, 240, 240, 240, 0, 0))
    assert found_about(maelle, "daily", "weekly", "average") == [
        ("daily", MONDAY + timedelta(days=4), "warning", 600),
        ("daily", MONDAY + timedelta(days=3), "warning", 600),
        ("daily", MONDAY + timedelta(days=2), "warning", 600),
        ("daily", MONDAY + timedelta(days=1), "warning", 600),
        ("average", MONDAY, "error", 2951),
        ("daily", MONDAY, "error", 601),
        ("weekly", MONDAY, "error", 3001),
    ]
    (day,) = [each for each in planned_findings(*WEEK)[maelle.pk] if each.measured == 601]
    assert [(place.name, minutes) for place, minutes in day.places] == [("Aloen", 360), ("Sonam", 241)]


def test_a_day_planned_apart_counts_and_is_to_be_announced(maelle, aloen):
    placed = world.assignment(maelle, aloen, weekly_pattern=FULL)
    ContractTerms.objects.update(weekly_minutes=1800)
    sunday = MONDAY + timedelta(days=6)
    made = world.at(MONDAY - timedelta(days=3))
    PlannedDay.objects.create(assignment=placed, day=sunday, minutes=300, made_at=made)
    assert found_about(maelle, "notice", "sunday", "extra_hours", "full_time") == [
        ("notice", sunday, "warning", 5),
        ("sunday", sunday, "info", 300),
        ("extra_hours", MONDAY, "error", 300),
        ("full_time", MONDAY, "error", 2100),
    ]


def test_absences_are_taken_off(maelle, aloen, sonam):
    world.assignment(maelle, aloen, weekly_pattern=FULL)
    world.assignment(maelle, sonam, weekly_pattern=(300, 300, 300, 300, 300, 0, 0))
    assert ("weekly", MONDAY, "error", 3300) in found_about(maelle, "weekly")
    tuesday = MONDAY + timedelta(days=1)
    Absence.objects.create(
        employee=maelle, starts_on=tuesday, ends_before=WEEK[1], recorded_at=world.NOW, kind="leave"
    )
    assert found_about(maelle, "weekly", "daily") == [("daily", MONDAY, "error", 660)]


def test_years_are_left_to_what_was_worked(maelle, aloen):
    ContractTerms.objects.update(time_scheme="annualised", yearly_minutes=60)
    world.assignment(maelle, aloen, weekly_pattern=FULL)
    assert found_about(maelle, "annual", "quota") == []


def test_an_assignment_that_ended_long_ago_is_no_plan(maelle, aloen):
    world.assignment(maelle, aloen, weekly_pattern=(660, 0, 0, 0, 0, 0, 0), ends_before=date(2026, 3, 1))
    assert planned_findings(*WEEK) == {}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("are_named", [True, False])
def test_a_plan_is_checked_in_six_queries(aloen, count, are_named):
    people = [world.employee(f"Prénom{number}", "Kerbrat") for number in range(count)]
    for person in people:
        for number in range(count):
            host = aloen if number == 0 else world.member(f"Chez {person.pk} {number}")
            placed = world.assignment(person, host, weekly_pattern=(660, 0, 0, 0, 0, 0, 0))
            PlannedDay.objects.create(assignment=placed, day=MONDAY, minutes=661, made_at=world.at(MONDAY))
    with CaptureQueriesContext(connection) as queries:
        found = planned_findings(*WEEK, [person.pk for person in people] if are_named else None)
    assert sorted(found) == [person.pk for person in people]
    assert len(queries) == 6
