"""Actions on the grid: the week before, the month as planned, and back again; two people on the same day."""

import re
from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from employees.models import Absence
from tests import world
from tests.markup import flat
from tests.world import NOVEMBER, OCTOBER
from timesheets import recording
from timesheets.day_rules import TimedHours
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, THURSDAY = (date(2026, 11, day) for day in (2, 3, 5))
WEEK = timedelta(days=7)
MINE = reverse("timesheets:my_month", args=[NOVEMBER])


@pytest.fixture(autouse=True)
def _in_december(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    with time_machine.travel(world.NOW, tick=True):
        yield


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


@pytest.fixture
def placed(maelle, aloen):
    return world.assignment(maelle, aloen, weekly_pattern=(420, 210, 0, 0, 0, 0, 0))


@pytest.fixture
def sheet(placed):
    return world.timesheet(placed, status="draft")


@pytest.fixture
def group_sheet(maelle):
    return world.timesheet(maelle, status="draft")


@pytest.fixture
def hers(client, maelle):
    client.force_login(maelle.user)
    return client


def words(response):
    return flat(response.content.decode()).replace("\u00a0", " ").replace("&#x27;", "'")


def written(sheet):
    """{day of the month: minutes}, or {day: (kind, minutes)} where it is no work."""
    rows = sheet.entries.order_by("day", "kind").values_list("day", "kind", "minutes")
    return {day.day: minutes if kind == "worked" else (kind, minutes) for day, kind, minutes in rows}


def past(response):
    """The hidden field that undoes the last action."""
    found = re.search(r'name="avant" value="([^"]+)"', response.content.decode())
    return found[1] if found else ""


class TestWeekBefore:
    def test_empty_cells_are_filled_by_the_week_before(self, hers, placed):
        sheet = world.timesheet(placed, {MONDAY: 420, THURSDAY: 90, TUESDAY + WEEK: 60}, status="draft")
        hers.post(MINE, {"do": "week-46"})
        assert written(sheet) == {2: 420, 5: 90, 9: 420, 10: 60, 12: 90}

    def test_what_is_typed_in_the_week_before_counts_already(self, hers, sheet):
        hers.post(MINE, {"do": "week-46", f"m-{sheet.pk}-{TUESDAY}": "2"})
        assert written(sheet) == {3: 120, 10: 120}

    def test_times_come_along_but_notes_do_not(self, hers, sheet, maelle):
        value = TimedHours(None, time(9), time(17), 60)
        recording.save(
            sheet, {TUESDAY: {"worked": value}}, by=maelle.user, at=world.NOW, notes={TUESDAY: "Auray"}
        )
        hers.post(MINE, {"do": "week-46"})
        copied = sheet.entries.get(day=TUESDAY + WEEK)
        assert (copied.minutes, copied.started_at, copied.break_minutes, copied.note) == (
            420,
            time(9),
            60,
            "",
        )

    def test_first_week_takes_the_last_one_of_the_month_before(self, hers, placed, sheet):
        world.timesheet(placed, {date(2026, 10, 26): 400, date(2026, 10, 27): 200}, month=OCTOBER)
        hers.post(MINE, {"do": "week-45"})
        assert written(sheet) == {2: 400, 3: 200}

    def test_holidays_and_days_of_absence_are_left_alone(self, hers, placed, maelle, group_sheet):
        days = {MONDAY: 420, TUESDAY: 210, date(2026, 11, 4): 300}
        sheet = world.timesheet(placed, days, status="draft")
        leave = MONDAY + WEEK
        cells = {f"m-{group_sheet.pk}-{leave}": "7", f"k-{group_sheet.pk}-{leave}": "leave"}
        hers.post(MINE, {"do": "week-46", **cells})
        assert written(sheet) == {2: 420, 3: 210, 4: 300, 10: 210}
        assert written(group_sheet) == {9: ("leave", 420)}

    def test_absence_itself_is_not_copied(self, hers, maelle, sheet):
        group_sheet = world.timesheet(maelle, {TUESDAY: 420}, kind="sickness", status="draft")
        hers.post(MINE, {"do": "week-46"})
        assert (written(sheet), written(group_sheet)) == ({}, {3: ("sickness", 420)})

    def test_button_stands_where_there_is_something_to_fill(self, hers, placed, aloen):
        assert 'value="week-45"' in words(hers.get(MINE))
        world.timesheet(placed, status="submitted")
        assert 'value="week-45"' not in words(hers.get(MINE))


class TestAsPlanned:
    def test_month_is_filled_in_one_click(self, hers, sheet, group_sheet):
        assert "Remplir le mois comme prévu" in words(hers.get(MINE))
        hers.post(MINE, {"do": "fill"})
        mondays, tuesdays = dict.fromkeys([2, 9, 16, 23, 30], 420), dict.fromkeys([3, 10, 17, 24], 210)
        assert written(sheet) == dict(sorted({**mondays, **tuesdays}.items()))
        assert written(group_sheet) == {}

    def test_filling_again_mends_what_differs_and_keeps_travel_and_extra_days(self, hers, placed):
        sheet = world.timesheet(placed, {MONDAY: 60, THURSDAY: 90}, status="draft")
        world.Entry.objects.create(timesheet=sheet, day=MONDAY, kind="travel", minutes=15)
        page = words(hers.get(MINE))
        assert ("Copier le prévu dans les cases vides" in page, "Tout remettre comme prévu" in page) == (
            True,
            True,
        )
        hers.post(MINE, {"do": "fill"})
        assert sheet.entries.get(day=MONDAY, kind="travel").minutes == 15
        assert sheet.entries.get(day=MONDAY, kind="worked").minutes == 420
        assert written(sheet)[5] == 90

    def test_absence_known_in_advance_takes_the_place_of_the_plan(self, hers, maelle, sheet, group_sheet):
        Absence.objects.create(
            employee=maelle, kind="leave", starts_on=MONDAY, ends_before=THURSDAY, recorded_at=world.NOW
        )
        hers.post(MINE, {"do": "fill"})
        assert written(group_sheet) == {2: ("leave", 420), 3: ("leave", 210)}
        assert sorted(written(sheet)) == [9, 10, 16, 17, 23, 24, 30]

    def test_page_expects_the_absence_and_not_the_hours(self, hers, maelle, sheet, group_sheet):
        Absence.objects.create(
            employee=maelle, kind="leave", starts_on=MONDAY, ends_before=TUESDAY, recorded_at=world.NOW
        )
        page = words(hers.get(MINE))
        assert f'name="m-{sheet.pk}-{MONDAY}" placeholder=" "' in page
        assert f'name="m-{group_sheet.pk}-{MONDAY}" placeholder="7"' in page
        assert page.count("indispo.") == 1
        hers.post(MINE, {f"m-{group_sheet.pk}-{MONDAY}": "7", f"k-{group_sheet.pk}-{MONDAY}": "leave"})
        assert written(group_sheet) == {2: ("leave", 420)}

    def test_member_sees_that_but_never_why(self, client, placed, maelle, aloen, sheet):
        Absence.objects.create(
            employee=maelle, kind="sickness", starts_on=MONDAY, ends_before=TUESDAY, recorded_at=world.NOW
        )
        client.force_login(world.staff(aloen))
        url = reverse("timesheets:grid", args=[NOVEMBER, placed.pk])
        page = words(client.get(url))
        assert (page.count("indispo."), "Maladie" in page, "sickness" in page) == (1, False, False)
        client.post(url, {"do": "fill"})
        assert 2 not in written(sheet)
        assert written(sheet)[9] == 420


class TestUndo:
    def test_what_an_action_changed_comes_back_as_it_was(self, hers, placed, maelle):
        sheet = world.timesheet(placed, status="draft")
        boss = world.coordinator()
        value = TimedHours(None, time(9), time(10), 0)
        recording.save(sheet, {MONDAY: {"worked": value}}, by=boss, at=world.NOW, notes={MONDAY: "Auray"})
        before = list(sheet.entries.order_by("pk").values())
        hers.post(MINE, {"do": "fill"})
        assert len(written(sheet)) == 9
        page = hers.get(MINE)
        assert "Annuler" in words(page)
        answer = hers.post(MINE, {"do": "undo", "avant": past(page)}, follow=True)
        assert "C’est annulé : les jours sont comme avant." in words(answer)
        assert [row | {"id": 0} for row in sheet.entries.order_by("pk").values()] == [
            row | {"id": 0} for row in before
        ]
        assert past(answer) == ""

    def test_way_back_comes_with_every_save_of_the_page_itself(self, hers, sheet):
        cells = {f"m-{sheet.pk}-{TUESDAY}": "7", f"vu-{sheet.pk}": "", "do": "auto"}
        answer = hers.post(MINE, cells, HTTP_HX_REQUEST="true")
        hers.post(MINE, {"do": "undo", "avant": past(answer)})
        assert written(sheet) == {}

    def test_undo_is_refused_when_somebody_wrote_there_since(self, hers, sheet):
        answer = hers.post(MINE, {"do": "save", f"m-{sheet.pk}-{TUESDAY}": "7"}, follow=True)
        recording.save(
            sheet, {TUESDAY: {"worked": 300}}, by=world.coordinator(), at=world.NOW, reason="Badge."
        )
        refused = hers.post(MINE, {"do": "undo", "avant": past(answer)})
        assert (refused.status_code, "Une autre personne vient de changer" in words(refused)) == (422, True)
        assert written(sheet) == {3: 300}

    def test_undo_is_refused_once_handed_over(self, hers, sheet):
        answer = hers.post(MINE, {"do": "save", f"m-{sheet.pk}-{TUESDAY}": "7"}, follow=True)
        world.advance(Timesheet.objects.get(pk=sheet.pk), "submitted")
        assert hers.post(MINE, {"do": "undo", "avant": past(answer)}).status_code == 422
        assert written(sheet) == {3: 420}

    def test_handing_over_offers_no_way_back_but_the_recall(self, hers, sheet):
        answer = hers.post(MINE, {"do": "submit", f"m-{sheet.pk}-{TUESDAY}": "7"}, follow=True)
        assert (past(answer), f"recall-{sheet.pk}" in words(answer)) == ("", True)

    def test_undo_is_of_its_person_and_month_and_of_ten_minutes(self, hers, client, sheet):
        answer = hers.post(MINE, {"do": "save", f"m-{sheet.pk}-{TUESDAY}": "7"}, follow=True)
        elsewhere = reverse("timesheets:my_month", args=[OCTOBER])
        assert "Ce n’est pas sur cette page" in words(
            hers.post(elsewhere, {"do": "undo", "avant": past(answer)})
        )
        with time_machine.travel(world.NOW + timedelta(minutes=11)):
            late = hers.post(MINE, {"do": "undo", "avant": past(answer)})
        assert "Trop tard pour annuler" in words(late)
        assert "Trop tard pour annuler" in words(hers.post(MINE, {"do": "undo", "avant": "x"}))
        assert written(sheet) == {3: 420}


class TestConflict:
    @pytest.fixture
    def theirs(self, sheet):
        """Her page was empty; the coordinator has written five hours since."""
        boss = world.coordinator()
        recording.save(sheet, {TUESDAY: {"worked": 300}}, by=boss, at=world.NOW)
        return boss

    def cells(self, sheet, **more):
        return {f"vu-{sheet.pk}": "", f"m-{sheet.pk}-{TUESDAY}": "7", **more}

    @pytest.mark.usefixtures("theirs")
    def test_both_values_stand_side_by_side_with_who_and_when(self, hers, sheet):
        page = words(hers.post(MINE, self.cells(sheet)))
        assert "Un jour a changé entre-temps" in page
        assert "<b>7 h</b> <small" in page
        assert "<b>5 h</b> <small" in page
        assert "Solène Rivoal, " in page
        assert f'name="vu-{sheet.pk}" value=""' in page
        assert written(sheet) == {3: 300}

    @pytest.mark.usefixtures("theirs")
    @pytest.mark.parametrize(("choice", "kept"), [("mine", 420), ("theirs", 300)])
    def test_one_of_them_is_chosen(self, choice, kept, hers, sheet):
        choose = {f"choix-{sheet.pk}-{TUESDAY}": choice, f"lu-{sheet.pk}-{TUESDAY}": "worked300"}
        assert hers.post(MINE, self.cells(sheet, **choose)).status_code == 302
        assert written(sheet) == {3: kept}

    def test_a_third_value_is_not_chosen_unseen(self, hers, sheet, theirs):
        recording.save(sheet, {TUESDAY: {"worked": 100}}, by=theirs, at=world.NOW)
        choose = {f"choix-{sheet.pk}-{TUESDAY}": "mine", f"lu-{sheet.pk}-{TUESDAY}": "worked300"}
        assert hers.post(MINE, self.cells(sheet, **choose)).status_code == 422
        assert written(sheet) == {3: 100}

    def test_taking_hours_away_is_told_with_its_author(self, hers, sheet, theirs):
        recording.save(sheet, {TUESDAY: {}}, by=theirs, at=world.NOW)
        page = words(hers.post(MINE, {f"vu-{sheet.pk}": "03worked300", f"m-{sheet.pk}-{TUESDAY}": "7"}))
        assert ("<b>rien</b>" in page, "Solène Rivoal, " in page) == (True, True)

    @pytest.mark.usefixtures("theirs")
    def test_page_that_saves_itself_shows_the_conflict_and_never_decides_it(self, hers, sheet):
        for _ in range(2):
            choose = {f"choix-{sheet.pk}-{TUESDAY}": "mine", f"lu-{sheet.pk}-{TUESDAY}": "worked300"}
            answer = hers.post(MINE, self.cells(sheet, do="auto", **choose), HTTP_HX_REQUEST="true")
            assert (answer.status_code, "Un jour a changé entre-temps" in words(answer)) == (422, True)
        assert written(sheet) == {3: 300}

    @pytest.mark.usefixtures("theirs")
    def test_saving_another_day_by_itself_does_not_pass_the_unseen_one_off_as_seen(self, hers, sheet):
        thursday = {f"vu-{sheet.pk}": "", f"m-{sheet.pk}-{TUESDAY}": "", f"m-{sheet.pk}-{THURSDAY}": "2"}
        answer = words(hers.post(MINE, {**thursday, "do": "auto"}, HTTP_HX_REQUEST="true"))
        assert f'name="vu-{sheet.pk}" value="05worked120"' in answer
        hers.post(MINE, {**thursday, f"vu-{sheet.pk}": "05worked120", f"m-{sheet.pk}-{THURSDAY}": "3"})
        assert written(sheet) == {3: 300, 5: 180}
