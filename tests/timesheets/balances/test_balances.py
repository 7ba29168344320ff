"""The year read from the database: plan, hours, contracts and absences, for insiders and for one member."""

from __future__ import annotations

from datetime import date

import pytest

from employees.models import Absence, ContractTerms, PlannedDay, Terms
from groupement.kernel.periods import Month
from tests import world
from tests.world import DECEMBER
from timesheets.balances import person as balances_person
from timesheets.balances import reading
from timesheets.balances import year as balances_year
from timesheets.models import Kind, Timesheet

pytestmark = pytest.mark.django_db

ON = date(2026, 12, 3)
TUESDAYS = (0, 420, 0, 0, 0, 0, 0)
MONDAYS_OF_NOVEMBER = [date(2026, 11, day) for day in (2, 9, 16, 23, 30)]


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee("Maëlle", "Kerbrat")


@pytest.fixture
def placed(maelle, aloen):
    return world.assignment(maelle, aloen)


def of(employee, year=2026, on=ON):
    return balances_person.person_detail(employee, year, on=on)


def line(detail, month):
    return detail.lines[month - 1]


def bill(sheet):
    Timesheet.objects.filter(pk=sheet.pk).update(billed_at=world.NOW)


def away(employee, first, before, kind="leave"):
    return Absence.objects.create(
        employee=employee, starts_on=first, ends_before=before, kind=kind, recorded_at=world.NOW
    )


def test_planned_worked_approved_and_billed_by_month_and_since_january(maelle, placed):
    bill(world.timesheet(placed, {MONDAYS_OF_NOVEMBER[0]: 400}))
    world.timesheet(placed, {MONDAYS_OF_NOVEMBER[1]: 60}, supplement=1)
    world.timesheet(placed, {date(2026, 10, 5): 300}, month=world.OCTOBER)
    world.timesheet(placed, {date(2026, 12, 7): 100}, month=DECEMBER, status="draft")
    detail = of(maelle)
    assert line(detail, 10).figures == balances_year.HourFigures(4 * 420, 300, 300, 0)
    assert line(detail, 11).figures == balances_year.HourFigures(5 * 420, 460, 460, 400)
    assert line(detail, 12).figures == balances_year.HourFigures(4 * 420, 100, 0, 0)
    # 52 Mondays in 2026, two of them public holidays.
    assert detail.cumulated[-1].figures == balances_year.HourFigures(50 * 420, 860, 760, 400)
    assert detail.cumulated[-1].figures == detail.person.total
    assert detail.cumulated[9].figures == balances_year.HourFigures(41 * 420, 300, 300, 0)


def test_travel_counts_as_worked(maelle, placed):
    world.timesheet(placed, {MONDAYS_OF_NOVEMBER[0]: 45}, kind=Kind.TRAVEL)
    assert line(of(maelle), 11).figures.worked == 45


def test_an_assignment_that_ends_in_a_month_commits_to_its_last_day(maelle, aloen):
    world.assignment(maelle, aloen, ends_before=date(2026, 11, 17))
    year = reading.read_member_year(aloen, 2026, on=ON)
    assert year.burned.planned[9:] == (4 * 420, 3 * 420, 0)
    assert year.burned.commitment == 44 * 420


def test_alternate_weeks_are_planned_as_they_come(maelle, aloen):
    # Weeks count from Monday 29 December 2025: weeks B begin on 5 and 19 January, 2 February, …
    world.assignment(maelle, aloen, alternate_pattern=[0, 210, 0, 0, 0, 0, 0])
    planned = reading.read_member_year(aloen, 2026, on=ON).burned.planned
    assert planned[0] == 2 * 420 + 2 * 210
    assert planned[10] == 3 * 420 + 2 * 210


def test_a_day_planned_apart_is_part_of_the_commitment(placed, aloen):
    PlannedDay.objects.create(assignment=placed, day=date(2026, 11, 3), minutes=120, made_at=world.NOW)
    assert reading.read_member_year(aloen, 2026, on=ON).burned.planned[10] == 5 * 420 + 120


def test_hours_to_place_are_those_of_the_contract_beside_the_plan(maelle, placed):
    detail = of(maelle)
    assert [line(detail, 11).contract, line(detail, 11).to_place] == [20 * 420, 15 * 420]
    assert detail.person.to_place == 252 * 420 - 50 * 420


def test_a_contract_that_changes_in_the_year_changes_target_and_hours_to_place(maelle, placed):
    change = date(2026, 10, 1)
    ContractTerms.objects.update(ends_before=change, weekly_minutes=1680)
    ContractTerms.objects.create(
        contract=maelle.contracts.get(), starts_on=change, weekly_minutes=2100, gross_monthly_pay=2000
    )
    detail = of(maelle)
    assert detail.person.target.minutes == 1607 * 60 * 85 // 100
    assert [line(detail, month).contract for month in (9, 10)] == [22 * 336, 22 * 420]
    assert detail.present_terms.weekly_minutes == 2100


def test_terms_end_with_their_contract(maelle, placed):
    maelle.contracts.update(ends_before=date(2026, 7, 1))
    detail = of(maelle)
    assert detail.person.target.minutes == 1607 * 30
    assert line(detail, 7).contract == 0


def test_a_contract_in_days_counts_days(maelle, placed):
    ContractTerms.objects.update(time_scheme="day_rate", yearly_days=218)
    world.timesheet(placed, {MONDAYS_OF_NOVEMBER[0]: 400, MONDAYS_OF_NOVEMBER[1]: 420})
    detail = of(maelle)
    assert (detail.person.target.minutes, str(detail.person.target.days)) == (None, "218.0")
    assert (detail.days_worked, detail.person.to_place, detail.gap) == (2, None, None)


def test_an_absence_known_ahead_is_told_apart_and_is_no_debt(maelle, placed):
    away(maelle, date(2026, 11, 7), date(2026, 11, 17))
    world.timesheet(placed, dict.fromkeys([MONDAYS_OF_NOVEMBER[n] for n in (0, 3, 4)], 420))
    november = line(of(maelle), 11)
    assert (november.figures.planned, november.away) == (5 * 420, 2 * 420)
    assert november.deviation == 0


def test_an_absence_entered_is_no_debt_and_what_is_missing_is(maelle, placed):
    world.timesheet(maelle, {MONDAYS_OF_NOVEMBER[0]: 420}, kind=Kind.SICKNESS)
    world.timesheet(placed, {MONDAYS_OF_NOVEMBER[1]: 480})
    detail = of(maelle)
    november = line(detail, 11)
    assert (november.absent, november.deviation) == (420, 60 - 3 * 420)
    assert november.balance == line(detail, 10).balance + november.deviation
    assert (line(detail, 12).deviation, line(detail, 12).balance) == (None, None)
    assert detail.balance == november.balance


def test_hours_at_the_group_count_for_the_person_and_for_no_member(maelle, placed, aloen):
    world.timesheet(maelle, {date(2026, 11, 4): 180}, kind=Kind.MEETING)
    detail = of(maelle)
    assert (detail.person.done, detail.person.total.worked) == (180, 0)
    assert line(detail, 11).at_group == 180
    assert reading.read_member_year(aloen, 2026, on=ON).burned.spent == 0


def test_the_year_ends_where_the_plan_leads(maelle, placed):
    world.timesheet(placed, dict.fromkeys(MONDAYS_OF_NOVEMBER, 420))
    away(maelle, date(2026, 12, 14), date(2026, 12, 21))
    detail = of(maelle)
    assert detail.ahead == 3 * 420
    assert detail.projected == 8 * 420
    assert detail.gap == 8 * 420 - 1607 * 60
    assert detail.short == 1607 * 60 - 8 * 420


def test_part_time_counters_and_leave_come_with_the_person(aloen):
    youenn = world.employee("Youenn", "Talec", weekly_minutes=1680)
    placed = world.assignment(youenn, aloen)
    week = [date(2026, 11, 23 + n) for n in range(5)]
    world.timesheet(placed, dict.fromkeys(week, 372))
    world.timesheet(youenn, {date(2026, 11, 16): 336}, kind=Kind.LEAVE)
    away(youenn, date(2026, 12, 28), date(2026, 12, 30))
    detail = of(youenn)
    assert (detail.part_time.extra, detail.part_time.average, detail.part_time.contract) == (180, 155, 1680)
    assert (detail.leave.acquired, detail.leave.taken, detail.leave.booked) == (13, 1, 2)
    assert of(youenn, 2027).leave is None


def test_a_member_reads_its_own_hours_and_those_that_it_may(maelle, placed, aloen):
    sonam = world.member("Sonam")
    elsewhere = world.assignment(maelle, sonam, weekly_pattern=TUESDAYS)
    world.timesheet(placed, {MONDAYS_OF_NOVEMBER[0]: 420})
    world.timesheet(elsewhere, {date(2026, 11, 3): 333})
    year = reading.read_member_year(aloen, 2026, on=ON)
    assert [placement.assignment for placement, _ in year.parts] == [placed]
    assert (year.burned.spent, year.burned.commitment) == (420, 50 * 420)
    # The hours are there to be read by those who may.
    [person] = reading.people_years(reading.read_roster(2026))
    assert person.total.worked == 753


@pytest.mark.parametrize(
    ("hours_entry", "status", "read"),
    [
        ("employee", "draft", 0),
        ("employee", "submitted", 420),
        ("both", "draft", 420),
        ("member", "draft", 420),
    ],
)
def test_a_member_reads_a_draft_only_if_it_enters_it(maelle, aloen, hours_entry, status, read):
    placed = world.assignment(maelle, aloen, hours_entry=hours_entry)
    world.timesheet(placed, {MONDAYS_OF_NOVEMBER[0]: 420}, status=status)
    assert reading.read_member_year(aloen, 2026, on=ON).burned.spent == read
    assert reading.read_member_year(aloen, 2026, on=ON, discreetly=False).burned.spent == 420


def test_a_month_is_known_once_all_its_hours_are_submitted(maelle, placed, aloen):
    for number in range(1, 11):
        month = Month(2026, number)
        world.timesheet(placed, world.hours(month, 7), month=month, status="submitted")
    world.timesheet(placed, {MONDAYS_OF_NOVEMBER[0]: 60}, status="draft")
    burn = reading.read_member_year(aloen, 2026, on=ON).burned
    assert (burn.known, burn.shown) == (10, 11)
    assert burn.projected == burn.commitment - 10 * 420 - 5 * 420 - 4 * 420


def test_commitments_follow_the_terms(maelle, placed, aloen):
    change = date(2026, 7, 1)
    Terms.objects.update(ends_before=change)
    Terms.objects.create(
        assignment=placed, starts_on=change, weekly_pattern=[210, 0, 0, 0, 0, 0, 0], price_method="actual"
    )
    planned = reading.read_member_year(aloen, 2026, on=ON).burned.planned
    assert (planned[4], planned[6]) == (3 * 420, 4 * 210)


@pytest.mark.parametrize("count", [1, 3])
def test_a_year_takes_the_same_queries_whatever_it_holds(count, aloen, django_assert_num_queries):
    members = [aloen, *(world.member(f"Structure {number}") for number in range(count))]
    for number in range(count):
        person = world.employee("Anna", f"Salarié {number}")
        for member in members:
            world.timesheet(world.assignment(person, member), {MONDAYS_OF_NOVEMBER[0]: 60})
        world.timesheet(person, {date(2026, 11, 4): 60}, kind=Kind.TRAINING)
    with django_assert_num_queries(6):
        people = reading.people_years(reading.read_roster(2026))
        years = balances_year.member_years([part for each in people for part in each.placements], 2026, on=ON)
        assert [each.done for each in people] == [60 * (count + 2)] * count
        assert len(years) == count + 1
    with django_assert_num_queries(7):
        assert balances_person.person_detail(person, 2026, on=ON).person.done == 60 * (count + 2)
    with django_assert_num_queries(3):
        assert reading.read_member_year(aloen, 2026, on=ON).burned.spent == 60 * count
