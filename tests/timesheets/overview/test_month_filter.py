"""What the coordinator chooses to read: views, filters kept in the address, and the page that keeps up by itself."""

import re
from datetime import date

import pytest
from django.urls import reverse

from tests import world
from tests.markup import flat
from timesheets import recording
from timesheets.overview import funnel, month_sheets

pytestmark = pytest.mark.django_db
MONTH = reverse("timesheets:month", args=[world.NOVEMBER])
INBOX = reverse("timesheets:inbox", args=[world.NOVEMBER])
MONDAY = date(2026, 11, 2)


@pytest.fixture
def hosts():
    world.group()
    return [world.member("Aloen"), world.member("Sonam")]


@pytest.fixture
def people(hosts):
    """Maëlle: confirmed at Aloen, draft at Sonam; Youenn: approved at Sonam; her leave at the group."""
    maelle, youenn = world.employee(), world.employee("Youenn", "Talec")
    world.timesheet(world.assignment(maelle, hosts[0]), {MONDAY: 420}, status="confirmed")
    world.timesheet(world.assignment(maelle, hosts[1]), {MONDAY: 60}, status="draft")
    world.timesheet(world.assignment(youenn, hosts[1]), {MONDAY: 300}, status="approved")
    world.timesheet(maelle, {date(2026, 11, 3): 420}, kind="leave", status="submitted")
    return maelle, youenn


@pytest.fixture
def solene(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    person = world.coordinator()
    client.force_login(person)
    return person


def words(response):
    return flat(response.content.decode()).strip()


def rows(text):
    """The heads of the funnel's rows and their figures."""
    body = text.split("<tbody>")[1].split("</tbody>")[0]
    return [
        (re.sub(r"<[^>]+>", "", row.split("<small")[0].split('<span class="chips"')[0]).strip(), figures(row))
        for row in body.split("<tr>")[1:]
    ]


def figures(row):
    return re.findall(r'<td class="num" data-th="\w+">([^<]*)</td>', row)


def hours(minutes):
    return [figure for _, figure in minutes.figures]


def test_hours_are_counted_at_each_step_they_have_come_to(people):
    lines = month_sheets.read_month(world.NOVEMBER, on=date(2026, 12, 3)).lines
    maelle, youenn = funnel.by_person(lines)
    # Planned: five Mondays of seven hours at each member.
    assert hours(maelle.minutes) == ["70", "15", "14", "7", "0", "0"]
    assert hours(youenn.minutes) == ["35", "5", "5", "5", "5", "0"]
    assert hours(funnel.sum_of_rows([maelle, youenn])) == ["105", "20", "19", "12", "5", "0"]
    assert [row.label for row in funnel.by_member(lines)] == ["Aloen", "Sonam", "Au groupement"]


@pytest.mark.parametrize(
    ("view", "heads"),
    [
        ("personnes", ["Maëlle Kerbrat", "Youenn Talec"]),
        ("structures", ["Aloen", "Sonam", "Au groupement"]),
    ],
)
def test_a_view_has_a_row_for_each(client, solene, people, view, heads):
    text = words(client.get(f"{MONTH}?vue={view}"))
    assert [head for head, _ in rows(text)] == heads
    assert f'<a href="{MONTH}?vue={view}" aria-current="page">' in text


def test_filters_choose_lines_and_stay_in_the_address(client, solene, people, hosts):
    maelle, _ = people
    text = words(client.get(f"{MONTH}?vue=personnes&adherent={hosts[1].pk}&etat=draft"))
    assert rows(text) == [("Maëlle Kerbrat", ["35", "1", "0", "0", "0", "0"])]
    assert f"?vue=structures&amp;adherent={hosts[1].pk}&amp;etat=draft" in text
    assert f'<option value="{hosts[1].pk}" selected>Sonam</option>' in text
    at_group = words(client.get(f"{MONTH}?vue=personnes&adherent=0&personne={maelle.pk}"))
    assert rows(at_group) == [("Maëlle Kerbrat", ["0", "7", "7", "0", "0", "0"])]


def test_what_means_nothing_in_the_address_is_left_out(client, solene, people):
    text = words(client.get(f"{MONTH}?vue=personnes&adherent=x&personne=-1&etat=zzz"))
    assert len(rows(text)) == 2
    assert f'<a href="{MONTH}?vue=structures">' in text


def test_a_filter_that_nothing_fits_says_so(client, solene, people):
    assert "Aucun relevé ne correspond" in words(client.get(f"{MONTH}?vue=personnes&etat=invoiced"))


def test_a_decision_comes_back_to_what_was_chosen(client, solene, people, hosts):
    sheet = next(
        line for line in month_sheets.read_month(world.NOVEMBER).lines if line.timesheet.status == "confirmed"
    )
    chosen = f"?vue=personnes&adherent={hosts[0].pk}"
    address = reverse("timesheets:approve", args=[sheet.timesheet.pk])
    text = words(client.get(INBOX + chosen))
    assert f'formaction="{address}{chosen.replace("&", "&amp;")}"' in text
    assert "Youenn Talec</b>" not in text
    response = client.post(address + chosen, {"back": "month"})
    assert response.url == MONTH + chosen


def test_the_page_is_answered_nothing_until_something_changed(client, solene, people, hosts):
    text = client.get(MONTH).content.decode()
    live = re.search(r'hx-get="([^"]+vu=[^"]+)"', text)[1].replace("&amp;", "&")
    htmx = {"HX-Request": "true"}
    assert client.get(live, headers=htmx).status_code == 204
    draft = next(
        line.timesheet
        for line in month_sheets.read_month(world.NOVEMBER).lines
        if line.timesheet.status == "draft" and line.member
    )
    recording.save(draft, {date(2026, 11, 9): {"worked": 60}}, by=solene, at=world.NOW)
    fresh = client.get(live, headers=htmx)
    assert fresh.status_code == 200
    assert words(fresh).startswith('<div class="stack is-region" id="month">')


def test_the_panel_of_findings_comes_after_the_page(client, solene, people):
    address = reverse("timesheets:month_alerts", args=[world.NOVEMBER])
    assert f'hx-get="{address}" hx-trigger="load"' in words(client.get(INBOX))
    assert client.get(address).url == f"{reverse('timesheets:findings')}?mois=2026-11"
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
