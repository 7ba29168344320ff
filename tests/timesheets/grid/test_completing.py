"""From the page of a day the month is completed as planned and handed in; what is written stays, early is asked."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from employees.models import Absence
from tests import world
from tests.markup import flat
from tests.world import NOVEMBER
from timesheets import recording
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db

LAST = date(2026, 11, 30)
PAGE = reverse("timesheets:day", args=[NOVEMBER, 30])
MONDAYS = {2: 210, 9: 210, 16: 210, 23: 210, 30: 210}


@pytest.fixture
def cast(settings, client):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    aloen, book = world.member("Aloen"), world.member("Book")
    maelle = world.employee(members=[aloen, book])
    client.force_login(maelle.user)
    return {
        "person": maelle,
        "aloen": world.assignment(maelle, aloen, weekly_pattern=(210, 0, 0, 0, 0, 0, 0)),
        "book": world.assignment(maelle, book, weekly_pattern=(210, 0, 420, 0, 0, 0, 0)),
    }


@pytest.fixture
def on_the_last_day():
    with time_machine.travel(world.at(LAST), tick=True):
        yield


def stored(assignment):
    rows = Entry.objects.filter(timesheet__assignment=assignment, kind="worked").order_by("day")
    return {day.day: minutes for day, minutes in rows.values_list("day", "minutes")}


def states():
    return set(Timesheet.objects.values_list("status", flat=True))


def words(answer):
    return flat(answer.content.decode()).replace("\u00a0", " ")


def shown(client, page=PAGE):
    """What a browser posts with the page as it is."""
    html = client.get(page).content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "")
    return found


@pytest.mark.usefixtures("on_the_last_day")
class TestOnTheLastDay:
    def test_what_is_empty_is_filled_and_all_is_handed_in(self, client, cast):
        page = words(client.get(PAGE))
        assert "9 jours sont encore vides, 63 h prévues." in page
        answer = client.post(PAGE, shown(client) | {"do": "complete"}, follow=True)
        assert answer.redirect_chain == [(PAGE, 302)]
        assert stored(cast["aloen"]) == MONDAYS
        # The 11th is a public holiday, of which the group keeps the hours.
        assert stored(cast["book"]) == dict(sorted((MONDAYS | {4: 420, 18: 420, 25: 420}).items()))
        kept = Entry.objects.filter(timesheet__assignment=None).values_list("day", "kind", "minutes")
        assert list(kept) == [(date(2026, 11, 11), "holiday", 420)]
        assert states() == {"submitted"}
        assert "Compléter" not in words(answer)

    def test_what_is_written_stays_as_what_is_typed_now_or_emptied_now(self, client, cast):
        sheet = world.timesheet(cast["aloen"], {date(2026, 11, 2): 60, LAST: 210}, status="draft")
        data = shown(client)
        other = next(name for name in data if name.startswith("m-a"))
        client.post(PAGE, data | {f"m-{sheet.pk}-{LAST}": "", other: "1", "do": "complete"})
        assert stored(cast["aloen"]) == {2: 60, 9: 210, 16: 210, 23: 210}
        assert stored(cast["book"])[30] == 60
        assert states() == {"submitted"}

    def test_arriving_twice_changes_nothing_more(self, client, cast):
        data = shown(client) | {"form_key": ""}
        for verb in ("plan", "complete"):
            do = f"plan-a{cast['aloen'].pk}" if verb == "plan" else verb
            answers, found = [], []
            for _ in range(2):
                answers.append(client.post(PAGE, data | {"do": do}).status_code)
                found.append((stored(cast["aloen"]), stored(cast["book"]), states()))
            assert (answers, found[0]) == ([302, 302], found[1])
        assert stored(cast["aloen"]) == MONDAYS

    def test_what_another_wrote_meanwhile_is_not_written_over(self, client, cast):
        sheet = world.timesheet(cast["aloen"], status="draft")
        data = shown(client)
        staff = world.staff(cast["aloen"].member)
        recording.save(sheet, {LAST: {"worked": 60}}, by=staff, at=world.at(LAST))
        client.post(PAGE, data | {"do": "complete"})
        assert stored(cast["aloen"]) == MONDAYS | {30: 60}

    def test_what_cannot_be_read_hands_nothing_in(self, client, cast):
        data = shown(client)
        answer = client.post(PAGE, data | {f"m-a{cast['aloen'].pk}-{LAST}": "bientôt", "do": "complete"})
        assert (answer.status_code, Entry.objects.count(), states()) == (422, 0, set())
        assert "n’est pas une durée" in words(answer)

    def test_an_absence_known_in_advance_is_completed_as_such(self, client, cast):
        Absence.objects.create(
            employee=cast["person"],
            kind="leave",
            starts_on=date(2026, 11, 23),
            ends_before=date(2026, 11, 24),
            recorded_at=world.at(LAST),
        )
        client.post(PAGE, shown(client) | {"do": "complete"})
        leave = Entry.objects.filter(kind="leave").values_list("day", "minutes")
        assert list(leave) == [(date(2026, 11, 23), 420)]
        assert 23 not in stored(cast["aloen"])
        assert states() == {"submitted"}


class TestBefore:
    def test_the_page_says_from_when_and_the_act_asks(self, client, cast):
        page = reverse("timesheets:day", args=[NOVEMBER, 25])
        with time_machine.travel(world.at(date(2026, 11, 25)), tick=True):
            html = words(client.get(page))
            assert ("dès le lundi 30 novembre, votre dernier jour" in html, 'value="complete"' in html) == (
                True,
                False,
            )
            data = shown(client, page) | {"do": "complete"}
            refused = client.post(page, data)
            assert (refused.status_code, Entry.objects.count(), states()) == (422, 0, set())
            assert 'name="is_early"' in words(refused)
            client.post(page, data | {"is_early": "on"})
        assert stored(cast["aloen"]) == MONDAYS
        assert states() == {"submitted"}

    def test_who_is_away_until_the_end_hands_in_before_it(self, client, cast):
        monday = {"starts_on": LAST, "ends_before": NOVEMBER.before}
        Absence.objects.create(
            employee=cast["person"], kind="leave", recorded_at=world.at(date(2026, 11, 2)), **monday
        )
        page = reverse("timesheets:day", args=[NOVEMBER, 25])
        with time_machine.travel(world.at(date(2026, 11, 25)), tick=True):
            assert 'value="complete"' in words(client.get(page))

    def test_only_the_person_hands_their_month_in_from_here(self, client, cast):
        with time_machine.travel(world.at(LAST), tick=True):
            client.force_login(world.coordinator())
            html = client.get(reverse("timesheets:person_day", args=[NOVEMBER, cast["person"].pk, 30]))
        assert 'value="complete"' not in words(html)
