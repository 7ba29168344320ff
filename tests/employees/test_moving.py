"""A planned day that moves: what is said before it is dropped, what is asked, and who hears of it."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from employees import moving, rescheduling
from employees.models import Absence, PlannedDay
from members.models import Notice
from members.standing import NotConfirmed
from tests import markup, world

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 9)
TUESDAY, WEDNESDAY, THURSDAY, SATURDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 3, 5))
LONG_BEFORE, SHORT_BEFORE = world.at(date(2026, 10, 1)), world.at(date(2026, 11, 3))


@pytest.fixture
def maelle():
    """Maëlle, 28 h a week: Mondays at Aloen, Tuesdays at Sonam; away on Thursday, and Wednesday is 11 November."""
    world.group()
    person = world.employee(weekly_minutes=1680)
    world.assignment(person, world.member("Aloen"), weekly_pattern=(420, 0, 0, 0, 0, 0, 0))
    world.assignment(person, world.member("Sonam"), weekly_pattern=(0, 240, 0, 0, 0, 0, 0))
    Absence.objects.create(
        employee=person,
        kind="leave",
        starts_on=THURSDAY,
        ends_before=THURSDAY + timedelta(days=1),
        recorded_at=world.NOW,
    )
    return person


@pytest.fixture
def placed(maelle):
    return maelle.assignments.select_related("member", "employee").get(member__short_name="Aloen")


@pytest.fixture
def solene(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    person = world.coordinator()
    client.force_login(person)
    return person


def checked(placed, to, at=LONG_BEFORE):
    check = moving.read_move(placed, MONDAY, [to], at).to(to)
    return check.tone, check.sentence.replace("\u00a0", " ")


def notices():
    return set(Notice.objects.values_list("to__name", flat=True))


def test_each_day_says_what_the_move_would_mean(placed):
    expected = {
        (MONDAY, LONG_BEFORE): ("danger", "impossible. Choisissez un autre jour que celui d’origine."),
        (TUESDAY, LONG_BEFORE): ("danger", "10 h au plus"),
        (WEDNESDAY, LONG_BEFORE): ("warning", "Armistice, jour férié."),
        (THURSDAY, LONG_BEFORE): ("warning", "Congé ce jour-là."),
        (MONDAY + timedelta(days=4), LONG_BEFORE): ("success", "rien à signaler."),
        (SATURDAY, SHORT_BEFORE): (
            "warning",
            "Prévenance courte : 3 jours ouvrés au lieu de 7 (C. trav. L3123-31).",
        ),
        (date(2025, 12, 30), LONG_BEFORE): (
            "danger",
            "impossible. Le 30/12/2025 n’est pas dans la mise à disposition.",
        ),
    }
    found = {(to, at): checked(placed, to, at) for to, at in expected}
    wrong = {
        key: found[key]
        for key, (tone, words) in expected.items()
        if found[key][0] != tone or words not in found[key][1]
    }
    assert wrong == {}
    tuesday = found[TUESDAY, LONG_BEFORE][1]
    assert tuesday.startswith("Mardi 10 novembre : ")
    assert "déjà 4 h chez Sonam, 11 h en tout" in tuesday


def test_what_was_grave_before_is_not_said_of_the_move(placed):
    """Sonam’s Tuesday is too long whatever happens to the Monday."""
    sonam = placed.employee.assignments.get(member__short_name="Sonam")
    rescheduling.set_day(sonam, TUESDAY, minutes=660, by=world.coordinator(), at=LONG_BEFORE)
    assert checked(placed, MONDAY + timedelta(days=4)) == (
        "success",
        "Vendredi 13 novembre : rien à signaler.",
    )


def test_a_day_that_the_law_does_not_know_is_moved_after_a_question(placed, solene):
    facts = {"to": TUESDAY, "by": solene, "at": LONG_BEFORE}
    with pytest.raises(NotConfirmed) as asked:
        moving.move_day(placed, MONDAY, **facts)
    assert [error.split(" (")[1] for error in asked.value.errors] == ["C. trav. L3121-18)."]
    assert not PlannedDay.objects.exists()
    assert moving.move_day(placed, MONDAY, **facts, is_confirmed=True).days == (MONDAY, TUESDAY)


def test_the_week_is_checked_in_a_fixed_number_of_queries(client, solene, placed):
    address = reverse("employees:check_move", args=[placed.pk])
    with CaptureQueriesContext(connection) as queries:
        found = client.get(f"{address}?jour={MONDAY}").json()
    assert len(queries) < 25
    assert sorted(found) == [(MONDAY + timedelta(days=number)).isoformat() for number in range(1, 7)]
    assert {day: each["tone"] for day, each in found.items()}["2026-11-10"] == "danger"
    assert [day for day, each in found.items() if each["refused"]] == []
    assert client.get(address).status_code == 404
    client.force_login(world.staff(placed.member))
    assert client.get(f"{address}?jour={MONDAY}").status_code in {403, 404}


def steps_to(page, name):
    """The form that is open on the page, as what a press of its button sends; and where."""
    tree = markup.tree_of(page.content.decode())
    button = next(each for each in tree.elements if each.tag == "button" and "data-focus" in each.attributes)
    form = next(each for each in button.ancestors() if each.tag == "form")
    fields = [each for each in tree.elements if each.tag == "input" and form in each.ancestors()]
    ticked = [each for each in fields if each["type"] != "checkbox" or "checked" in each.attributes]
    assert button.words().endswith(name)
    return form["action"], {each["name"]: each["value"] or "on" for each in ticked}


@pytest.mark.parametrize("tick", [True, False])
def test_two_presses_move_a_day_and_tell_the_person_and_both_members(
    client, solene, placed, monkeypatch, tick
):
    """The drop opens the form filled in, its button moves and tells; with the box that the law asks for it is three."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: LONG_BEFORE)
    world.staff(placed.member, "Aloïs A")
    world.staff(placed.employee.assignments.get(member__short_name="Sonam").member, "Soizic S")
    proposal = f"/equipe/planning/2026-S46/?vue=personnes&qui={placed.employee_id}&jour={MONDAY}"
    page = client.get(f"{proposal}&mission={placed.pk}&vers={TUESDAY}")
    source = page.content.decode()
    assert "Prévenir Maëlle Kerbrat, Aloen et Sonam" in source
    assert re.search(r"11.h en tout", source)
    action, typed = steps_to(page, "Déplacer ce jour")
    assert typed[f"m{placed.pk}-move-is_announced"] == "on"
    assert f"m{placed.pk}-move-is_confirmed" not in typed
    typed[f"m{placed.pk}-move-is_confirmed"] = "on"
    if not tick:
        del typed[f"m{placed.pk}-move-is_announced"]
    assert client.post(action, typed).status_code == 302
    assert dict(PlannedDay.objects.values_list("day", "minutes")) == {MONDAY: 0, TUESDAY: 420}
    assert notices() == ({"Maëlle Kerbrat", "Aloïs A", "Soizic S"} if tick else set())
    assert client.post(action, typed).status_code == 302  # the same form again: the same answer
    again = client.post(action, typed | {"form_key": ""})
    assert again.status_code == 422
    assert "il n’y a rien à déplacer" in again.content.decode()
    assert dict(PlannedDay.objects.values_list("day", "minutes")) == {MONDAY: 0, TUESDAY: 420}


def test_a_proposal_that_may_not_be_says_why(client, solene, placed, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LONG_BEFORE)
    address = f"/equipe/planning/2026-S46/?vue=personnes&qui={placed.employee_id}&jour={MONDAY}"
    page = client.get(f"{address}&mission={placed.pk}&vers=2025-12-30")
    assert "Le 30/12/2025 n’est pas dans la mise à disposition." in page.content.decode()


def test_what_is_posted_without_a_proposal_is_checked_all_the_same(client, solene, placed, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LONG_BEFORE)
    address = reverse("employees:move_day", args=[placed.pk])
    query = f"?pour=2026-S46&vue=personnes&qui={placed.employee_id}&jour={MONDAY}"
    answer = client.post(address + query, {f"m{placed.pk}-move-to": TUESDAY.isoformat()})
    assert answer.status_code == 422
    assert "Ce jour dépasserait ce que la loi permet." in answer.content.decode()
    assert not PlannedDay.objects.exists()
