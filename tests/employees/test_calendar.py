"""The calendar by week and month: who is where, what clashes, what is left to place, in the scope of the reader."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from workalendar.europe import France, FranceAlsaceMoselle

from employees import planning
from employees.calendar import calendars
from employees.calendar.reading import CalendarScope
from employees.calendar.week import Week
from employees.models import Absence, ContractMember, ContractTerms, PlannedDay, Terms
from members.models import Membership, Site
from tests import world
from tests.world import NOVEMBER, NOW

S45, S46 = Week.parse("2026-S45"), Week.parse("2026-S46")
MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
EVERYBODY = CalendarScope()


class TestWeek:
    @pytest.mark.parametrize(
        ("text", "first", "number"),
        [
            ("2026-S45", MONDAY, 45),
            ("2026-S53", date(2026, 12, 28), 53),
            ("2026-S01", date(2025, 12, 29), 1),
            ("2027-S01", date(2027, 1, 4), 1),
        ],
    )
    def test_a_week_is_read_and_written(self, text, first, number):
        week = Week.parse(text)
        assert (week.first, week.number, str(week), week.last) == (
            first,
            number,
            text,
            first + timedelta(days=6),
        )
        assert Week.of(week.last) == week
        assert week.next.previous == week

    @pytest.mark.parametrize(
        "text", ["", "2026-S54", "2027-S53", "2026-S00", "2026-45", "0001-S01", "9999-S52"]
    )
    def test_what_is_no_week_is_refused(self, text):
        with pytest.raises(ValueError, match="n’est pas une semaine"):
            Week.parse(text)

    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("2026-S45", "du 2 au 8 novembre 2026"),
            ("2026-S49", "du 30 novembre au 6 décembre 2026"),
            ("2026-S53", "du 28 décembre 2026 au 3 janvier 2027"),
            ("2026-S23", "du 1er au 7 juin 2026"),
        ],
    )
    def test_a_week_is_named_by_its_days(self, text, label):
        assert Week.parse(text).label == label


@pytest.mark.parametrize("year", range(2024, 2029))
@pytest.mark.parametrize(("zone", "peer"), [("metropole", France), ("alsace_moselle", FranceAlsaceMoselle)])
def test_public_holidays_agree_with_another_calendar(zone, peer, year):
    assert set(planning.holidays(year, zone)) == {day for day, _ in peer().holidays(year)}


@pytest.fixture
def aloen(db):
    world.group()
    return world.member("Aloen")


@pytest.fixture
def sonam(aloen):
    return world.member("Sonam")


@pytest.fixture
def maelle(aloen):
    return world.employee(weekly_minutes=1260)


@pytest.fixture
def placed(maelle, aloen):
    return world.assignment(maelle, aloen, weekly_pattern=(420, 420, 0, 0, 0, 0, 0))


def away(person, first, last, kind="leave"):
    return Absence.objects.create(
        employee=person, kind=kind, starts_on=first, ends_before=last + timedelta(days=1), recorded_at=NOW
    )


def apart(placed, day, minutes, reason=""):
    return PlannedDay.objects.create(assignment=placed, day=day, minutes=minutes, reason=reason, made_at=NOW)


def week(scope=EVERYBODY, of=S45, **how):
    return calendars.week_calendar(of, scope, **how)


def fields_of(clash):
    return clash.title, clash.sentence, clash.first, clash.last, clash.tone, clash.article


def minutes(row):
    return [cell.minutes for cell in row.cells]


class TestRows:
    def test_a_row_a_person_with_places_and_balance(self, placed, maelle):
        row = week().rows[0]
        assert row.employee == maelle
        assert minutes(row) == [420, 420, 0, 0, 0, 0, 0]
        assert [place.assignment for place in row.cells[0].places] == [placed]
        balance = row.balances[0]
        assert (balance.planned, balance.contract, balance.free, balance.over) == (840, 1260, 420, 0)

    def test_who_has_a_contract_and_no_place_has_all_hours_to_place(self, maelle):
        row = week().rows[0]
        assert (row.employee, row.minutes, row.free) == (maelle, 0, 1260)

    def test_a_row_a_member_with_the_people_expected(self, placed, aloen, sonam):
        youenn = world.employee("Youenn", "Talec")
        world.assignment(youenn, aloen)
        world.assignment(youenn, sonam, weekly_pattern=(0, 60, 0, 0, 0, 0, 0))
        rows = week(members=True).rows
        assert [(row.member, minutes(row)[:2]) for row in rows] == [(aloen, [840, 420]), (sonam, [0, 60])]
        assert [place.assignment.employee.full_name for place in rows[0].cells[0].places] == [
            "Maëlle Kerbrat",
            "Youenn Talec",
        ]

    def test_what_is_planned_apart_is_marked_and_what_is_freed_stays_in_sight(self, placed):
        apart(placed, MONDAY, 0, "Fermeture")
        apart(placed, date(2026, 11, 5), 420)
        cells = week().rows[0].cells
        assert [(p.minutes, p.is_apart, p.reason) for cell in cells for p in cell.places] == [
            (0, True, "Fermeture"),
            (420, False, ""),
            (420, True, ""),
        ]

    def test_a_public_holiday_takes_its_hours_and_they_are_not_to_place_again(self, maelle, aloen):
        world.assignment(maelle, aloen, weekly_pattern=(0, 0, 1260, 0, 0, 0, 0))
        row = week(of=S46).rows[0]
        assert row.cells[2].holiday == "Armistice"
        assert (row.minutes, row.free, row.over) == (0, 0, 0)

    def test_holidays_follow_the_place_of_work(self, placed, aloen):
        placed.site = Site.objects.create(member=aloen, name="Strasbourg", holiday_zone="alsace_moselle")
        placed.save()
        good_friday = Week.of(date(2026, 4, 3))
        assert week(of=good_friday).rows[0].cells[4].holiday == "Vendredi saint"

    def test_an_assignment_may_end_in_the_middle_of_a_week(self, placed):
        placed.ends_before = TUESDAY
        placed.save()
        assert minutes(week().rows[0]) == [420, 0, 0, 0, 0, 0, 0]

    def test_a_contract_that_begins_in_the_week_counts_its_days_only(self, aloen):
        world.employee("Anna", "Riou", weekly_minutes=1750, starts_on=date(2026, 11, 5))
        assert week().rows[0].balances[0].contract == 700

    def test_days_are_not_counted_in_hours(self, placed, maelle):
        ContractTerms.objects.update(time_scheme="day_rate", yearly_days=218)
        balance = week().rows[0].balances[0]
        assert (balance.contract, balance.free, balance.over) == (None, 0, 0)

    def test_weeks_a_and_b_alternate_through_a_year_of_53_weeks(self, placed):
        Terms.objects.update(alternate_pattern=[0, 0, 0, 0, 240, 0, 0])
        by_week = {}
        of = Week.parse("2026-S02")
        while of <= Week.parse("2027-S02"):
            worked = week(of=of).rows[0].cells
            by_week[str(of)] = "A" if worked[1].minutes else "B" if worked[4].minutes else "-"
            of = of.next
        # The terms begin in week 1, which is A; week 53 is odd as well, so that week 1 of 2027 is B.
        for number in range(2, 54):
            assert by_week[f"2026-S{number:02}"] in ("B" if number % 2 == 0 else "A", "-"), number
        assert [by_week[text] for text in ("2026-S52", "2026-S53", "2027-S01", "2027-S02")] == [
            "-",
            "A",
            "B",
            "A",
        ]
        assert list(by_week.values()).count("-") <= 3  # a Friday or Tuesday that is a public holiday

    def test_a_month_balances_its_whole_weeks(self, placed):
        row = calendars.month_calendar(NOVEMBER, EVERYBODY).rows[0]
        assert len(row.cells) == 30
        assert [(balance.week.number, balance.free) for balance in row.balances] == [
            (number, 420) for number in range(44, 50)
        ]
        assert row.minutes == 9 * 420


class TestClashes:
    def test_a_day_over_two_members_may_be_too_long(self, placed, maelle, sonam):
        world.assignment(maelle, sonam, weekly_pattern=(180, 0, 0, 0, 0, 0, 0))
        assert week().clashes == []
        apart(placed, MONDAY, 421)
        read = week()
        assert fields_of(read.clashes[0]) == (
            "10\u00a0h\u00a001 prévues",
            "Aloen et Sonam\u00a0: une journée en compte 10\u00a0h au plus.",
            MONDAY,
            MONDAY,
            "danger",
            "L3121-18",
        )
        assert [cell.is_clash for cell in read.rows[0].cells] == [True] + 6 * [False]

    def test_an_absence_over_planned_days_is_one_clash(self, placed, maelle):
        away(maelle, MONDAY, date(2026, 11, 6))
        clash = week().clashes[0]
        assert fields_of(clash)[:4] == (
            "Congé, 14\u00a0h restent prévues",
            "Aloen\u00a0: déplacez ces heures ou prévenez la structure.",
            MONDAY,
            TUESDAY,
        )

    def test_an_absence_on_free_days_is_none(self, placed, maelle):
        away(maelle, date(2026, 11, 4), date(2026, 11, 8))
        assert week().clashes == []

    def test_more_than_the_contract_over_two_members(self, placed, maelle, sonam):
        world.assignment(maelle, sonam, weekly_pattern=(0, 0, 420, 0, 0, 0, 0))
        assert week().clashes == []
        world.assignment(maelle, world.member("Book"), weekly_pattern=(0, 0, 0, 90, 0, 0, 0))
        assert fields_of(week().clashes[0])[:2] == (
            "1\u00a0h\u00a030 de plus que le contrat",
            "Semaine 45, Aloen, Book et Sonam\u00a0: 22\u00a0h\u00a030 pour 21\u00a0h au contrat.",
        )
        assert week().rows[0].over == 90

    def test_a_place_that_is_not_open_any_more(self, placed, aloen):
        Membership.objects.update(status="leaving", notice_on=MONDAY, ends_before=TUESDAY)
        clash = week().clashes[0]
        assert (clash.first, clash.tone, clash.article) == (TUESDAY, "danger", "L1253-1")
        assert "Aloen n’est pas adhérent" in clash.sentence
        Membership.objects.update(status="admitted", notice_on=None, ends_before=None)
        ContractMember.objects.update(ends_before=TUESDAY)
        assert [each.article for each in week().clashes] == ["L1253-9"]


class TestScope:
    @pytest.fixture
    def elsewhere(self, placed, maelle, sonam):
        """Eleven hours on Monday over two members, and a sick Tuesday."""
        there = world.assignment(maelle, sonam, weekly_pattern=(240, 0, 0, 0, 480, 0, 0))
        apart(placed, TUESDAY, 400, "Pour libérer Sonam")
        away(maelle, TUESDAY, date(2026, 11, 6), "sickness")
        return there

    def test_the_group_reads_causes_and_clashes(self, elsewhere):
        read = week()
        assert {cell.absence for cell in read.rows[0].cells} == {"", "Maladie"}
        assert len(read.clashes) == 3
        assert [minutes(row) for row in read.rows] == [[660, 400, 0, 0, 480, 0, 0]]

    def test_a_member_reads_its_own_hours_and_one_word(self, elsewhere, aloen):
        read = week(CalendarScope(members=frozenset({aloen.pk})))
        row = read.rows[0]
        assert minutes(row) == [420, 400, 0, 0, 0, 0, 0]
        assert [cell.absence for cell in row.cells] == ["", "Indisponible"] + 5 * [""]
        assert {
            (place.reason, place.assignment.member_id) for cell in row.cells for place in cell.places
        } == {("", aloen.pk)}
        assert (read.clashes, row.balances, row.free, row.over) == ([], (), 0, 0)

    def test_a_filter_does_not_widen_the_scope(self, elsewhere, aloen, sonam):
        assert week(CalendarScope(members=frozenset({aloen.pk}), member=sonam.pk)).rows == []

    def test_a_member_without_people_reads_nobody(self, elsewhere):
        stranger = world.member("Book")
        assert week(CalendarScope(members=frozenset({stranger.pk}))).rows == []
        assert week(CalendarScope(members=frozenset())).rows == []

    def test_one_reads_one_s_own_days_only(self, elsewhere, maelle, aloen):
        youenn = world.employee("Youenn", "Talec")
        world.assignment(youenn, aloen)
        read = week(CalendarScope(own=maelle.pk))
        assert [row.employee for row in read.rows] == [maelle]
        assert read.rows[0].cells[1].places[0].reason == "Pour libérer Sonam"

    def test_who_works_at_a_member_is_read_with_their_whole_week(self, elsewhere, sonam, aloen):
        world.assignment(world.employee("Youenn", "Talec"), aloen)
        rows = week(CalendarScope(member=sonam.pk)).rows
        assert [(row.employee.first_name, minutes(row)) for row in rows] == [
            ("Maëlle", [660, 400, 0, 0, 480, 0, 0])
        ]

    def test_absences_are_shown_to_the_group_and_to_the_person(self, elsewhere, maelle, aloen):
        def seen(scope):
            return [row.kind for row in week(scope).absences]

        assert seen(EVERYBODY) == seen(CalendarScope(own=maelle.pk)) == ["sickness"]
        assert seen(CalendarScope(members=frozenset({aloen.pk}))) == []
        assert seen(CalendarScope(own=world.employee("Youenn", "Talec").pk)) == []


class TestColleagues:
    def test_who_else_is_expected_at_the_same_place(self, placed, maelle, aloen, sonam):
        youenn, anna = world.employee("Youenn", "Talec"), world.employee("Anna", "Riou")
        world.assignment(youenn, aloen)
        there = world.assignment(anna, aloen, weekly_pattern=(420, 420, 0, 0, 0, 0, 0))
        away(anna, MONDAY, MONDAY)
        row = week(CalendarScope(own=maelle.pk)).rows[0]
        found = calendars.colleagues(row, S45.first, S45.before)
        assert found == {(placed.pk, MONDAY): ["Youenn Talec"], (placed.pk, TUESDAY): ["Anna Riou"]}
        there.site = Site.objects.create(member=aloen, name="Antenne")
        there.save()
        assert calendars.colleagues(row, S45.first, S45.before)[placed.pk, TUESDAY] == []


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(("scope", "queries"), [("everybody", 5), ("member", 3)])
def test_a_calendar_asks_as_often_for_one_as_for_many(aloen, many, scope, queries):
    for number in range(many):
        person = world.employee("Anna", f"Salarié {number}")
        there = world.assignment(person, aloen)
        world.assignment(person, world.member(f"Structure {number}"))
        apart(there, MONDAY, 60)
        away(person, TUESDAY, TUESDAY)
    read = EVERYBODY if scope == "everybody" else CalendarScope(members=frozenset({aloen.pk}))
    for kind, span in ((calendars.week_calendar, S45), (calendars.month_calendar, NOVEMBER)):
        with CaptureQueriesContext(connection) as taken:
            assert len(kind(span, read).rows) == many
        assert len(taken) == queries
