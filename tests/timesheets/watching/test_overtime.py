"""Overtime of hours that were entered: paid leave counts, other absences do not; and where it shows."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from employees import moving
from employees.models import Absence, ContractTerms
from employees.worktime_rules.records import planned_findings
from tests import world
from timesheets.models import Kind
from timesheets.watching import findings

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 9)  # of a week with Armistice day, a Wednesday
DAYS = [MONDAY + timedelta(days=n) for n in range(7)]
WEEK = (MONDAY, MONDAY + timedelta(days=7))
RULING = "Cass. soc. 10 sept. 2025, n°\u00a023-14.455"


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


@pytest.fixture
def placed(maelle, aloen):
    return world.assignment(maelle, aloen)


def enter(placed, worked, **others):
    """A draft with hours by day from Monday on, and others at the group by kind."""
    by_day = {day: minutes for day, minutes in zip(DAYS, worked, strict=False) if minutes}
    world.timesheet(placed, by_day, status="draft")
    for number, (kind, minutes) in enumerate(others.items()):
        here = {DAYS[at]: each for at, each in minutes.items()}
        world.timesheet(placed.employee, here, kind=kind, status="draft", supplement=number)


def overtime(employee, days=WEEK):
    found = [
        seen for seen in findings.person_findings(*days, [employee.pk]) if seen.finding.rule == "overtime"
    ]
    return [(seen.finding.measured, RULING in seen.finding.article) for seen in found]


# Minutes worked from Monday on, minutes at the group by kind and day, and the overtime: is it the ruling’s?
ENTERED = {
    # 25 h 30 + 14 h.
    "two days of leave": ((0, 0, 510, 510, 510), {"leave": {0: 420, 1: 420}}, [(270, True)]),
    "two days of sickness": ((0, 0, 510, 510, 510), {"sickness": {0: 420, 1: 420}}, []),
    "two days away for another cause": ((0, 0, 510, 510, 510), {"other": {0: 420, 1: 420}}, []),
    # 25 h 30 + 7 h.
    "a day of leave, one of sickness": ((0, 0, 510, 510, 510), {"leave": {0: 420}, "sickness": {1: 420}}, []),
    # 30 h + 7 h.
    "the same with long days": (
        (0, 0, 600, 600, 600),
        {"leave": {0: 420}, "sickness": {1: 420}},
        [(120, True)],
    ),
    # 36 h.
    "a public holiday": ((540, 540, 0, 540, 540), {"holiday": {2: 420}}, [(60, False)]),
    # 28 h 30 + 7 h.
    "a public holiday and a day of leave": (
        (570, 570, 0, 570, 0),
        {"holiday": {2: 420}, "leave": {4: 420}},
        [(30, True)],
    ),
    # Training is work: 24 h + 7 h + 7 h.
    "training and leave": ((480, 480, 480), {"training": {3: 420}, "leave": {4: 420}}, [(180, True)]),
    # 14 h + 7 h.
    "sickness within a week that has nothing over": (
        (420, 420),
        {"leave": {2: 420}, "sickness": {3: 420}},
        [],
    ),
}


def test_paid_leave_counts_and_no_other_absence(maelle, placed):
    wrong = {}
    for name, (worked, others, expected) in ENTERED.items():
        with transaction.atomic():
            enter(placed, worked, **others)
            got = overtime(maelle)
            transaction.set_rollback(True)
        if got != expected:
            wrong[name] = got
    assert wrong == {}


def test_leave_that_was_entered_at_the_end_of_the_month_before_counts_in_its_week(maelle, placed, aloen):
    """A week over two months is of the month of its Monday, which is the day of leave: 32 h + 7 h."""
    monday = date(2026, 11, 30)
    leave = {monday: 420}
    world.timesheet(maelle, leave, kind=Kind.LEAVE, status="draft")
    later = {monday + timedelta(days=n): 480 for n in range(1, 5)}
    world.timesheet(placed, later, month=world.DECEMBER, status="draft")
    assert overtime(maelle, (world.NOVEMBER.first, world.NOVEMBER.before)) == [(240, True)]
    assert overtime(maelle, (world.DECEMBER.first, world.DECEMBER.before)) == []


def test_its_hours_make_the_figure_leave_among_them(maelle, placed):
    enter(placed, (0, 0, 510, 510, 510), leave={0: 420, 1: 420})
    (seen,) = [each for each in findings.person_findings(*WEEK) if each.finding.rule == "overtime"]
    assert [
        (share.day, share.minutes, [place.name for place, _ in share.places]) for share in seen.shares
    ] == [
        (DAYS[0], 420, ["Congés payés"]),
        (DAYS[1], 420, ["Congés payés"]),
        *((day, 510, ["Aloen"]) for day in DAYS[2:5]),
    ]
    assert sum(share.minutes for share in seen.shares) == seen.finding.measured + seen.finding.limit


def test_the_pages_say_it_to_who_may_know_why_somebody_is_away(client, settings, maelle, placed, aloen):
    settings.REQUIRE_SECOND_FACTOR = False
    enter(placed, (0, 0, 510, 510, 510), leave={0: 420, 1: 420})
    sentence = "4\u00a0h\u00a030 au-delà de 35\u00a0h, avec 25\u00a0h\u00a030 de travail et 14\u00a0h de congés payés"
    everybody = f"{reverse('timesheets:findings')}?gravite=toutes&mois=2026-11"
    own = reverse("timesheets:my_findings", args=[world.NOVEMBER])
    for reader, url in ((world.coordinator(), everybody), (world.finance(), everybody), (maelle.user, own)):
        client.force_login(reader)
        text = client.get(url).content.decode()
        assert sentence in text, reader
        assert RULING in text, reader
    client.force_login(world.staff(aloen))
    refused = client.get(everybody)
    assert (refused.status_code, "congés payés" in refused.content.decode()) == (403, False)


def test_a_plan_counts_what_a_day_of_leave_would_have_held(maelle, aloen, placed):
    """40 h are planned, Tuesday and Friday away: 24 h + 16 h of leave, 5 h over; of sickness nothing."""
    placed.terms.update(weekly_pattern=[480, 480, 0, 480, 480, 480, 0])
    facts = {"employee": maelle, "recorded_at": world.NOW}
    for kind, expected in (("leave", [300]), ("sickness", [])):
        with transaction.atomic():
            for day in (DAYS[1], DAYS[4]):
                Absence.objects.create(starts_on=day, ends_before=day + timedelta(days=1), kind=kind, **facts)
            found = planned_findings(*WEEK, [maelle.pk]).get(maelle.pk, [])
            assert [each.measured for each in found if each.rule == "overtime"] == expected, kind
            transaction.set_rollback(True)


def test_a_part_time_contract_stays_with_what_was_worked(maelle, placed):
    """28 h, 31 h worked in four days and 5 h 36 of leave: 3 h, which is 12 min over the tenth."""
    ContractTerms.objects.update(weekly_minutes=28 * 60)
    enter(placed, (0, 480, 480, 480, 420), leave={0: 336})
    seen = {each.finding.rule: each.finding for each in findings.person_findings(*WEEK, [maelle.pk])}
    assert (seen["extra_hours"].measured, seen["extra_hours"].limit) == (180, 168)
    assert "Congés payés non comptés" in seen["extra_hours"].sentence
    assert not {"overtime", "full_time"} & set(seen)


def test_what_is_moved_away_from_a_day_of_leave_is_no_leave_any_more(maelle, aloen, placed):
    """40 h are planned with Tuesday of leave: 5 h over before Tuesday’s 8 h are moved to Saturday, and after."""
    placed.terms.update(weekly_pattern=[480, 480, 0, 480, 480, 480, 0])
    Absence.objects.create(
        employee=maelle, kind="leave", starts_on=DAYS[1], ends_before=DAYS[2], recorded_at=world.NOW
    )
    check = moving.read_move(placed, DAYS[1], [DAYS[6]], world.at(date(2026, 10, 1))).to(DAYS[6])
    assert [each.text for each in check.remarks if "au-delà de 35" in each.text] == []


def test_two_weeks_are_read_together_and_take_no_query_more(maelle, placed):
    """39 h, then 31 h and a day of leave: 7 h, told with the second week; the hours of both make the figure."""
    first = [day - timedelta(days=7) for day in DAYS]
    ContractTerms.objects.update(time_scheme="two_weeks", cycle_starts_on=first[0])
    worked = dict(zip([*first[:5], *DAYS[:4]], [480, 480, 480, 480, 420, 465, 465, 465, 465], strict=True))
    world.timesheet(placed, worked, status="draft")
    world.timesheet(maelle, {DAYS[4]: 420}, kind="leave", status="draft")
    days = (world.NOVEMBER.first, world.NOVEMBER.before)
    with CaptureQueriesContext(connection) as queries:
        seen = [each for each in findings.person_findings(*days) if each.finding.rule == "overtime"]
    assert len(queries) <= 8
    (pair,) = seen
    assert (pair.finding.day, pair.finding.measured) == (MONDAY, 420)
    assert "Cass. soc. 7 janv. 2026, n°\u00a024-19.410" in pair.finding.article
    assert sum(share.minutes for share in pair.shares) == pair.finding.measured + pair.finding.limit
    # From the second week alone it is the same: what was acknowledged stays so.
    assert overtime(maelle, WEEK) == [(420, False)]
