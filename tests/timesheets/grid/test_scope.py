"""Who reaches which month grid, and what a member never learns from it; as many queries for one row as for many."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import DraftVisibility, Group
from tests import world
from tests.markup import flat
from tests.world import NOVEMBER
from timesheets.models import Kind

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 3)
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
    return world.assignment(maelle, aloen)


@pytest.fixture
def claire(aloen):
    return world.staff(aloen, "Claire Danno")


def grid_of(assignment, month=NOVEMBER):
    return reverse("timesheets:grid", args=[month, assignment.pk])


def page_for(client, person, url):
    client.force_login(person)
    return flat(client.get(url).content.decode()).replace("\u00a0", " ")


def status_for(client, person, url, data=None):
    client.force_login(person)
    return (client.get(url) if data is None else client.post(url, data)).status_code


class TestDoors:
    def test_hours_lead_to_the_month_we_are_in(self, client, maelle):
        client.force_login(maelle.user)
        assert client.get(reverse("timesheets:my_months"))["Location"].startswith("/heures/20")

    def test_own_month_is_for_shared_employees(self, client, claire):
        client.force_login(claire)
        answer = client.get(MINE)
        assert (answer.status_code, "réservée aux salariés partagés" in answer.content.decode()) == (
            403,
            True,
        )

    def test_stranger_meets_no_grid(self, client, placed, claire):
        stranger = world.staff(world.member("Sonam"), "Erwan Ailleurs")
        colleague = world.employee("Youenn", "Talec").user
        assert status_for(client, claire, grid_of(placed)) == 200
        for person in (stranger, colleague):
            assert status_for(client, person, grid_of(placed)) == 404
            assert status_for(client, person, grid_of(placed), {"do": "submit"}) == 404

    def test_former_seat_meets_no_grid(self, client, placed, aloen):
        gone = world.staff(aloen, "Yann Parti", ends_before=date(2026, 2, 1))
        assert status_for(client, gone, grid_of(placed)) == 404

    def test_somebody_else_s_whole_month_is_for_the_group_s_roles(self, client, maelle, placed, claire):
        url = reverse("timesheets:person_month", args=[NOVEMBER, maelle.pk])
        people = [world.coordinator(), world.finance(), world.admin(), claire, maelle.user]
        assert [status_for(client, person, url) for person in people] == [200, 200, 200, 404, 404]

    def test_coordinator_corrects_with_a_trace_and_finance_only_reads(self, client, maelle, placed):
        sheet = world.timesheet(placed, status="draft")
        url = reverse("timesheets:person_month", args=[NOVEMBER, maelle.pk])
        boss = world.coordinator()
        cell = {f"m-{sheet.pk}-{TUESDAY}": "7"}
        assert status_for(client, world.finance(), url, cell) == 422
        assert sheet.entries.count() == 0
        assert status_for(client, boss, url, cell) == 302
        assert sheet.entries.get().entered_by == boss

    def test_reader_reads_only(self, client, placed, aloen):
        sheet = world.timesheet(placed, {TUESDAY: 420}, status="draft")
        reader = world.staff(aloen, "Léa Lectrice", function="reader")
        page = page_for(client, reader, grid_of(placed))
        assert f'name="m-{sheet.pk}-{TUESDAY}" placeholder=" " value="7" readonly' in page
        assert status_for(client, reader, grid_of(placed), {f"m-{sheet.pk}-{TUESDAY}": "6"}) == 422

    def test_month_without_the_assignment_explains_itself(self, client, placed, claire):
        page = page_for(client, claire, grid_of(placed, world.Month(2025, 11)))
        assert "La mise à disposition ne couvre aucun jour de ce mois." in page

    def test_month_without_contract_explains_itself(self, client, maelle):
        page = page_for(client, maelle.user, reverse("timesheets:my_month", args=[world.Month(2025, 11)]))
        assert "Aucun contrat ne couvre ce mois." in page


class TestMemberStaff:
    def test_member_enters_and_submits_for_its_own_assignment(self, client, placed, claire):
        sheet = world.timesheet(placed, status="draft")
        other = world.timesheet(placed.employee, status="draft")
        client.force_login(claire)
        client.post(grid_of(placed), {f"m-{sheet.pk}-{TUESDAY}": "7", "do": "submit"})
        sheet.refresh_from_db()
        other.refresh_from_db()
        assert (sheet.status, sheet.entries.get().entered_by, other.status) == ("submitted", claire, "draft")

    def test_member_never_sees_hours_elsewhere(self, client, placed, claire, maelle):
        sonam = world.assignment(maelle, world.member("Sonam"), job="inscriptions")
        world.timesheet(sonam, {TUESDAY: 193}, status="draft")
        hers = page_for(client, maelle.user, MINE)
        assert ("Sonam" in hers, 'value="3,22"' in hers, "inscriptions" in hers) == (True, True, True)
        theirs = page_for(client, claire, grid_of(placed))
        assert ("Sonam" in theirs, "3,22" in theirs, "inscriptions" in theirs) == (False, False, False)

    def test_member_learns_that_a_person_is_absent_but_neither_why_nor_how_long(
        self, client, placed, claire, maelle
    ):
        world.timesheet(maelle, {TUESDAY: 193}, kind=Kind.SICKNESS, status="draft")
        hers = page_for(client, maelle.user, MINE)
        assert ('<option value="sickness" selected>Maladie' in hers, 'value="3,22"' in hers) == (True, True)
        theirs = page_for(client, claire, grid_of(placed))
        assert theirs.count("indispo.") == 1
        assert ("Maladie" in theirs, "3,22" in theirs, "Absence" in theirs) == (False, False, False)

    def test_training_is_not_shown_as_absence(self, client, placed, claire, maelle):
        world.timesheet(maelle, {TUESDAY: 193}, kind=Kind.TRAINING, status="draft")
        assert "indispo." not in page_for(client, claire, grid_of(placed))

    def test_absence_before_the_assignment_is_not_shown(self, client, claire, maelle, aloen):
        placed = world.assignment(maelle, aloen, starts_on=date(2026, 11, 10))
        world.timesheet(maelle, {TUESDAY: 420}, kind=Kind.LEAVE, status="draft")
        assert "indispo." not in page_for(client, claire, grid_of(placed))

    def test_hours_that_the_person_enters_show_once_submitted(self, client, claire, maelle, aloen):
        placed = world.assignment(maelle, aloen, hours_entry="employee")
        sheet = world.timesheet(placed, {TUESDAY: 193}, status="draft")
        page = page_for(client, claire, grid_of(placed))
        assert ("Les heures sont en cours de saisie." in page, "3,22" in page) == (True, False)
        world.advance(sheet, "submitted")
        assert 'value="3,22" readonly' in page_for(client, claire, grid_of(placed))

    @pytest.mark.parametrize("hours_entry", ["employee", "both"])
    def test_group_may_keep_from_a_reader_that_hours_are_being_written(
        self, hours_entry, client, maelle, aloen
    ):
        placed = world.assignment(maelle, aloen, hours_entry=hours_entry)
        world.timesheet(placed, {TUESDAY: 193}, status="draft")
        reader = world.staff(aloen, "Léa Lectrice", function="reader")
        shown = page_for(client, reader, grid_of(placed))
        assert 'data-state="draft"' in shown
        assert ("en cours de saisie" in shown) == (hours_entry == "employee")
        Group.objects.update(draft_visibility=DraftVisibility.NOTHING)
        kept = page_for(client, reader, grid_of(placed))
        assert ("en cours de saisie" in kept, "3,22" in kept) == (False, False)
        months = kept[kept.index('aria-label="Choisir un mois"') :]
        assert 'data-state="draft"' not in months[: months.index("</nav>")]

    def test_refusal_of_a_long_day_names_no_hours_of_elsewhere(self, client, placed, claire, maelle):
        sonam = world.assignment(maelle, world.member("Sonam"))
        world.timesheet(sonam, {TUESDAY: 721}, status="draft")
        sheet = world.timesheet(placed, status="draft")
        client.force_login(claire)
        page = client.post(grid_of(placed), {f"m-{sheet.pk}-{TUESDAY}": "12"}).content.decode()
        assert "le total de la personne dépasserait 24" in page
        assert ("12,02" in page, "24\u00a0h\u00a001" in page) == (False, False)

    def test_colleagues_at_the_same_member_are_one_click_away(self, client, placed, claire, aloen):
        beside = world.assignment(world.employee("Youenn", "Talec"), aloen)
        elsewhere = world.assignment(world.employee("Anna", "Le Bris"), world.member("Sonam"))
        page = page_for(client, claire, grid_of(placed))
        assert (grid_of(beside) in page, grid_of(elsewhere) in page) == (True, False)


class TestQueries:
    """The bar of the page takes up to seven of these: account, group, roles, what there is to do."""

    @pytest.mark.parametrize("many", [1, 3])
    def test_own_month_takes_the_same_queries_for_one_assignment_and_for_many(self, many, client, maelle):
        for number in range(many):
            placed = world.assignment(maelle, world.member(f"Structure {number}"))
            world.timesheet(placed, {TUESDAY: 60}, status="draft")
        world.timesheet(maelle, {TUESDAY: 60}, kind="leave", status="draft")
        assert queries(client, maelle.user, MINE) == 13

    @pytest.mark.parametrize("many", [1, 3])
    def test_member_s_grid_takes_the_same_queries_for_one_person_and_for_many(
        self, many, client, aloen, claire
    ):
        placed = [world.assignment(world.employee("Maëlle", f"K{n}"), aloen) for n in range(many)]
        for each in placed:
            world.timesheet(each, {TUESDAY: 60}, status="draft")
        assert queries(client, claire, grid_of(placed[0])) == 14


def queries(client, person, url):
    """How many statements the page takes, without those that keep the session."""
    client.force_login(person)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return sum("session" not in query["sql"] and "SAVEPOINT" not in query["sql"] for query in captured)
