"""One day at a time: durations, times, breaks and notes, place by place; what it keeps, and to whom it is open."""

import re
from datetime import date, time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from employees.models import Absence
from tests import world
from tests.markup import flat
from tests.world import NOVEMBER
from timesheets import recording
from timesheets.day_rules import TimedHours
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 3)
PAGE = reverse("timesheets:day", args=[NOVEMBER, 3])


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
    return world.assignment(maelle, aloen, weekly_pattern=(420, 420, 0, 0, 0, 0, 0))


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


def typed(sheet, day=TUESDAY, **values):
    """The inputs of a place: m (duration), k (cause), d and f (start and end), p (break), n (note)."""
    blank = dict.fromkeys("mdfpn", "")
    return {f"{letter}-{sheet.pk}-{day}": text for letter, text in {**blank, **values}.items()}


def entries(sheet):
    facts = ("kind", "minutes", "started_at", "ended_at", "break_minutes", "note")
    return list(sheet.entries.order_by("day", "kind").values_list(*facts))


class TestKeeping:
    def test_duration_times_break_and_note_are_kept(self, hers, sheet):
        answer = hers.post(PAGE, typed(sheet, d="09:00", f="17:30", p="60", n="À Auray"))
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        assert entries(sheet) == [("worked", 450, time(9), time(17, 30), 60, "À Auray")]
        page = words(hers.get(PAGE))
        for value in (
            'value="7 h 30"',
            'value="09:00"',
            'value="17:30"',
            'value="60"',
            'value="À Auray"',
        ):
            assert value in page

    def test_first_save_opens_the_month(self, hers, placed):
        assert f'name="m-a{placed.pk}-{TUESDAY}"' in words(hers.get(PAGE))
        hers.post(PAGE, {f"m-a{placed.pk}-{TUESDAY}": "7"})
        assert Timesheet.objects.get(assignment=placed).entries.get().minutes == 420

    def test_page_of_before_the_opening_still_saves(self, hers, placed, sheet):
        hers.post(PAGE, {f"m-a{placed.pk}-{TUESDAY}": "7", f"vu-a{placed.pk}": ""})
        assert [minutes for _, minutes, *_ in entries(sheet)] == [420]

    def test_place_that_the_page_did_not_send_stays(self, hers, sheet, maelle, group_sheet):
        recording.save(group_sheet, {TUESDAY: {"leave": 60}}, by=maelle.user, at=world.NOW)
        hers.post(PAGE, typed(sheet, m="6"))
        assert (entries(sheet)[0][1], entries(group_sheet)[0][1]) == (360, 60)

    def test_emptied_day_is_emptied(self, hers, sheet, maelle):
        recording.save(
            sheet, {TUESDAY: {"worked": TimedHours(None, time(9), time(12))}}, by=maelle.user, at=world.NOW
        )
        hers.post(PAGE, typed(sheet))
        assert entries(sheet) == []

    def test_neighbour_is_reached_by_saving(self, hers, sheet):
        answer = hers.post(PAGE, typed(sheet, m="7") | {"do": "go-2026-11-04"})
        assert answer["Location"] == reverse("timesheets:day", args=[NOVEMBER, 4])
        assert entries(sheet)[0][1] == 420
        first = hers.get(reverse("timesheets:day", args=[NOVEMBER, 1]))
        assert 'value="go-2026-10-31"' in words(first)
        answer = hers.post(PAGE, {"do": "go-2026-10-31"})
        assert answer["Location"] == reverse("timesheets:day", args=[world.OCTOBER, 31])

    def test_planned_minutes_are_one_tap_away(self, hers, sheet):
        assert "Comme prévu, 7 h" in words(hers.get(PAGE))
        hers.post(PAGE, typed(sheet, m="2", d="09:00", f="11:00") | {"do": f"plan-{sheet.pk}"})
        assert entries(sheet) == [("worked", 420, None, None, 0, "")]
        page = words(hers.get(PAGE))
        assert ("Comme prévu" in page, "comme prévu" in page) == (False, True)

    def test_absence_known_in_advance_is_one_tap_away_too(self, hers, sheet, maelle, group_sheet):
        Absence.objects.create(
            employee=maelle,
            kind="leave",
            starts_on=TUESDAY,
            ends_before=date(2026, 11, 4),
            recorded_at=world.NOW,
        )
        page = words(hers.get(PAGE))
        assert ("Une absence est prévue." in page, page.count("Comme prévu, 7 h")) == (True, 1)
        hers.post(PAGE, {f"m-{group_sheet.pk}-{TUESDAY}": "", "do": f"plan-{group_sheet.pk}"})
        assert [fact[:2] for fact in entries(group_sheet)] == [("leave", 420)]

    def test_a_cause_of_absence_is_one_tap_away_for_what_is_left_of_the_plan(self, hers, sheet, group_sheet):
        assert all(
            f'value="away-{cause}"' in words(hers.get(PAGE)) for cause in ("leave", "sickness", "training")
        )
        cells = typed(sheet, m="3") | {
            f"m-{group_sheet.pk}-{TUESDAY}": "",
            f"k-{group_sheet.pk}-{TUESDAY}": "",
        }
        hers.post(PAGE, cells)
        hers.post(PAGE, cells | {"do": "away-sickness"})
        assert [fact[:2] for fact in entries(group_sheet)] == [("sickness", 240)]
        assert [fact[:2] for fact in entries(sheet)] == [("worked", 180)]
        assert 'value="away-' not in words(hers.get(PAGE))
        assert hers.post(PAGE, cells | {"do": "away-worked"}).status_code == 422
        assert [fact[:2] for fact in entries(group_sheet)] == [("sickness", 240)]

    def test_travel_has_its_own_line_on_request(self, hers, sheet):
        cells = typed(sheet, m="7") | {f"t-{sheet.pk}-{TUESDAY}": "0,5"}
        hers.post(f"{PAGE}?plus=1", cells)
        assert [fact[:2] for fact in entries(sheet)] == [("travel", 30), ("worked", 420)]

    def test_change_is_undone(self, hers, sheet, maelle):
        recording.save(
            sheet, {TUESDAY: {"worked": TimedHours(None, time(9), time(12))}}, by=maelle.user, at=world.NOW
        )
        before = entries(sheet)
        page = words(hers.post(PAGE, typed(sheet, m="7"), follow=True))
        back = re.search(r'name="avant" value="([^"]+)"', page)[1]
        hers.post(PAGE, {"do": "undo", "avant": back})
        assert entries(sheet) == before


class TestFaults:
    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"m": "7:75"}, "« 7:75 » compte 75 minutes après l’heure"),
            ({"m": "7", "d": "09:00"}, "Indiquez le début et la fin, ou aucun des deux."),
            ({"m": "8", "d": "09:00", "f": "16:00"}, "cela fait 7 h et non 8 h. Videz la durée"),
            ({"d": "9x", "f": "16:00"}, "« 9x » n’est pas une heure : écrivez par exemple 9h ou 17h30."),
            ({"m": "7", "p": "30"}, "Une pause va avec un début et une fin."),
            (
                {"d": "9h", "f": "17h", "p": "abc"},
                "« abc » n’est pas une pause : écrivez des minutes, par exemple 45, ou 1h15.",
            ),
            ({"n": "À Auray"}, "Une note accompagne des heures : indiquez aussi une durée."),
        ],
    )
    def test_what_cannot_be_is_told_at_its_field_and_kept(self, values, sentence, hers, sheet):
        answer = hers.post(PAGE, typed(sheet, **values))
        page = words(answer)
        assert answer.status_code == 422
        assert sentence in page
        assert "Rien n’est enregistré pour l’instant." in page
        assert all(f'value="{value}"' in page for value in values.values())
        assert entries(sheet) == []

    def test_work_past_the_month_s_last_midnight_needs_the_next_month_open(self, hers, sheet):
        world.timesheet(sheet.assignment, month=NOVEMBER.next, status="submitted")
        last = date(2026, 11, 30)
        cell = f"{sheet.pk}-{last}"
        page = reverse("timesheets:day", args=[NOVEMBER, last.day])
        answer = hers.post(page, {f"m-{cell}": "", f"d-{cell}": "22:00", f"f-{cell}": "06:00"})
        assert answer.status_code == 422
        assert "le mardi 1er décembre n’est pas ouvert : le relevé « Aloen » de décembre" in words(answer)
        assert "rappelez-le pour le corriger. Sinon, saisissez de 22 h à 0 h." in words(answer)
        assert entries(sheet) == []
        hers.post(page, {f"m-{cell}": "", f"d-{cell}": "22:00", f"f-{cell}": "0h"})
        assert [entry.minutes for entry in sheet.entries.all()] == [120]

    def test_absence_needs_its_cause(self, hers, sheet, group_sheet):
        answer = hers.post(PAGE, {f"m-{group_sheet.pk}-{TUESDAY}": "7", f"k-{group_sheet.pk}-{TUESDAY}": ""})
        assert "Choisissez le motif : congé, maladie, formation…" in words(answer)

    def test_faults_of_the_whole_day_come_back_to_the_page(self, hers, sheet, maelle):
        other = world.timesheet(world.assignment(maelle, world.member("Sonam")), status="draft")
        recording.save(
            other, {TUESDAY: {"worked": TimedHours(None, time(11), time(18))}}, by=maelle.user, at=world.NOW
        )
        answer = hers.post(PAGE, typed(sheet, d="09:00", f="12:00"))
        assert "ces heures en chevauchent d’autres : Sonam de 11 h à 18 h." in words(answer)

    def test_locked_place_is_read_and_refuses_what_is_sent(self, hers, placed):
        sheet = world.timesheet(placed, {TUESDAY: 420}, status="submitted")
        page = words(hers.get(PAGE))
        assert ("<b>7 h</b>" in page, f'name="m-{sheet.pk}-{TUESDAY}"' in page) == (True, False)
        answer = hers.post(PAGE, typed(sheet, m="6"))
        assert (answer.status_code, "ce relevé ne se modifie pas" in words(answer)) == (422, True)
        assert entries(sheet)[0][1] == 420

    def test_day_of_no_month_is_none(self, hers, placed):
        assert hers.get(reverse("timesheets:day", args=[NOVEMBER, 31])).status_code == 404
        assert hers.post(PAGE, {"do": "go-2026-13-41"}).status_code == 302


class TestTwoPeople:
    def test_day_that_two_changed_is_put_side_by_side_and_chosen(self, hers, sheet):
        recording.save(sheet, {TUESDAY: {"worked": 300}}, by=world.coordinator(), at=world.NOW)
        cells = typed(sheet, m="7") | {f"vu-{sheet.pk}": ""}
        page = words(hers.post(PAGE, cells))
        assert ("<b>7 h</b> <small" in page, "<b>5 h</b> <small" in page) == (True, True)
        choose = {f"choix-{sheet.pk}-{TUESDAY}": "mine", f"lu-{sheet.pk}-{TUESDAY}": "worked300"}
        hers.post(PAGE, cells | choose)
        assert entries(sheet)[0][1] == 420

    def test_times_that_another_moved_are_seen_though_the_minutes_are_the_same(self, hers, sheet, maelle):
        recording.save(
            sheet, {TUESDAY: {"worked": TimedHours(None, time(9), time(16))}}, by=maelle.user, at=world.NOW
        )
        seal = re.search(rf'name="vu-{sheet.pk}" value="([^"]*)"', words(hers.get(PAGE)))[1]
        boss = world.coordinator()
        recording.save(
            sheet,
            {TUESDAY: {"worked": TimedHours(None, time(10), time(17))}},
            by=boss,
            at=world.NOW,
            reason="Arrivée à 10 h.",
        )
        answer = hers.post(PAGE, typed(sheet, m="6") | {f"vu-{sheet.pk}": seal})
        assert (answer.status_code, entries(sheet)[0][2]) == (422, time(10))

    def test_page_saves_itself_quietly(self, hers, sheet):
        first = typed(sheet, d="09:00", f="16:00") | {f"vu-{sheet.pk}": "", "do": "auto"}
        answer = words(hers.post(PAGE, first, HTTP_HX_REQUEST="true"))
        assert ("<form" in answer, "enregistré" in answer, 'id="somme"><b>7 h</b>' in answer) == (
            False,
            True,
            True,
        )
        seal = re.search(rf'name="vu-{sheet.pk}" value="([^"]*)"', answer)[1]
        second = typed(sheet, d="09:00", f="15:00") | {f"vu-{sheet.pk}": seal, "do": "auto"}
        assert hers.post(PAGE, second, HTTP_HX_REQUEST="true").status_code == 200
        assert entries(sheet)[0][1] == 360


class TestDoors:
    def test_coordinator_and_member_have_their_own_address(self, client, sheet, placed, aloen):
        boss, claire = world.coordinator(), world.staff(aloen, "Claire Danno")
        urls = {
            boss: reverse("timesheets:person_day", args=[NOVEMBER, placed.employee_id, 3]),
            claire: reverse("timesheets:grid_day", args=[NOVEMBER, placed.pk, 3]),
        }
        for person, hours in ((boss, "6"), (claire, "5")):
            client.force_login(person)
            assert client.post(urls[person], typed(sheet, m=hours)).status_code == 302
            assert (sheet.entries.get().entered_by, sheet.entries.get().minutes) == (person, int(hours) * 60)

    def test_member_learns_nothing_of_elsewhere(self, client, sheet, placed, maelle, aloen, group_sheet):
        other = world.timesheet(world.assignment(maelle, world.member("Sonam")), status="draft")
        days = {other: {TUESDAY: {"worked": 193}}, group_sheet: {TUESDAY: {"sickness": 60}}}
        for each, kinds in days.items():
            recording.save(each, kinds, by=maelle.user, at=world.NOW, notes={TUESDAY: "Chez le dentiste"})
        own = reverse("timesheets:grid_day", args=[NOVEMBER, placed.pk, 3])
        client.force_login(maelle.user)
        page = words(client.get(PAGE))
        for secret in ("Sonam", "Maladie", "Chez le dentiste", "3 h 13"):
            assert secret in page
        client.force_login(world.staff(aloen))
        page = words(client.get(own))
        for secret in ("Sonam", "Maladie", "Chez le dentiste", "3 h 13", "Absence"):
            assert secret not in page
        assert "La personne est indisponible." in page

    def test_note_is_read_by_the_member_and_the_field_says_so(self, client, hers, sheet, placed, aloen):
        assert "Aloen la lira." in words(hers.get(PAGE))
        hers.post(PAGE, typed(sheet, m="7", n="À Auray"))
        client.force_login(world.staff(aloen))
        assert "À Auray" in words(client.get(reverse("timesheets:grid_day", args=[NOVEMBER, placed.pk, 3])))

    @pytest.mark.parametrize("many", [1, 3])
    def test_day_takes_the_same_queries_for_one_place_and_for_many(self, many, client, maelle):
        for number in range(many):
            placed = world.assignment(maelle, world.member(f"Structure {number}"))
            world.timesheet(placed, {TUESDAY: 60}, status="draft")
        client.force_login(maelle.user)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        assert sum("session" not in query["sql"] for query in captured) == 14
