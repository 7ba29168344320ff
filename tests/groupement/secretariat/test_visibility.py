"""Who is shown which duty: each role × each kind of duty, with planted names that must not be read elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from employees.models import Absence
from groupement.secretariat import reading
from members import fulfilling
from members.access import current_seats
from members.models import Declaration, Group, Membership
from members.models.people import Function
from tests import world
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db
ON = world.NOW.date()
KINDS = ("declaration", "attestation", "leave_information", "visa", "payroll", "vat_return", "own")
# Of each kind, who is shown that of Aloen and of Maëlle; a kind that is the group's stands for itself.
SHOWN = {
    "solene": set(KINDS),
    "deputy": set(KINDS),
    "malo": set(KINDS),
    "gael": {"attestation", "payroll", "vat_return"},
    "nolwenn": {"attestation", "visa"},
    "erwan": {"visa"},
    "rozenn": set(),
    "maelle": {"leave_information"},
    "stranger": set(),
    "colleague": set(),
    "roleless": set(),
}
MARKERS = ("Marqueadherent", "Marquepersonne", "Marquedeclaration", "Marquegroupe")


@pytest.fixture
def people(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group(payroll_day=10, vat_period="monthly", vat_first_period=date(2026, 11, 1), vat_day=19)
    aloen, sonam = world.member("Marqueadherent"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Marquepersonne", members=[aloen])
    world.timesheet(world.assignment(maelle, aloen), world.hours(NOVEMBER, 7), status="submitted")
    world.attestation(aloen)
    facts = {"event_on": date(2026, 11, 16), "due_on": date(2026, 12, 16)}
    membership = Membership.objects.get(member=aloen)
    Declaration.objects.create(membership=membership, subject="Marquedeclaration", **facts)
    days = {"starts_on": date(2026, 11, 23), "ends_before": date(2026, 11, 28)}
    Absence.objects.create(employee=maelle, kind="sickness", recorded_at=world.NOW, **days)
    solene = world.coordinator()
    fulfilling.add(title="Marquegroupe", due_on=ON + timedelta(days=9), by=solene, at=world.NOW)
    deputy = world.user("Gwenaëlle Riou")
    world.deputy(solene, deputy)
    return {
        "solene": solene,
        "deputy": deputy,
        "malo": world.admin(),
        "gael": world.finance(),
        "nolwenn": world.staff(aloen),
        "erwan": world.staff(aloen, "Erwan Le Bris", function=Function.MANAGER),
        "rozenn": world.staff(aloen, "Rozenn Guillou", function=Function.READER),
        "maelle": maelle.user,
        "stranger": world.staff(sonam, "Anaïs Moal"),
        "colleague": world.employee("Youenn", "Talec", members=[sonam]).user,
        "roleless": world.user("Perig Le Roux"),
    }


def kinds(user):
    first, before = reading.window(ON)
    rows = reading.read(user, current_seats(user), Group.objects.get(), first=first, before=before, on=ON)
    return {row.due.key.partition(":")[0] for row in rows}


def test_each_role_is_shown_its_kinds_and_no_other(people, clock):
    assert {who: kinds(user) for who, user in people.items()} == SHOWN


def test_pages_hold_no_name_that_is_not_theirs(people, clock):
    may = {
        "gael": {"Marqueadherent"},
        "nolwenn": {"Marqueadherent"},
        "erwan": {"Marqueadherent"},
        "rozenn": {"Marqueadherent"},
        "maelle": {"Marquepersonne"},
        "stranger": set(),
        "colleague": set(),
    }
    read = {}
    for who, allowed in may.items():
        client = Client()
        client.force_login(people[who])
        text = client.get(reverse("secretariat:duties"), {"etat": "toutes"}).content.decode()
        listed = text[text.index("<main") :]
        read[who] = {marker for marker in MARKERS if marker in listed} - allowed
    assert read == {who: set() for who in may}


def test_what_one_is_not_shown_does_not_exist(people, clock):
    first, before = reading.window(ON)
    solene = people["solene"]
    everything = reading.read(solene, [], Group.objects.get(), first=first, before=before, on=ON)
    wrong = []
    for who, user in people.items():
        client = Client()
        client.force_login(user)
        for row in everything:
            kind = row.due.key.partition(":")[0]
            answered = client.get(reverse("secretariat:duty", args=[row.due.key])).status_code
            if (answered == 200) != (kind in SHOWN[who]) or answered not in (200, 404):
                wrong.append((who, row.due.key, answered))
    assert wrong == []


def test_finance_does_not_learn_of_sickness_even_as_an_owner(people, clock):
    key = next(f"leave_information:{pk}" for pk in Absence.objects.values_list("pk", flat=True))
    found = reading.find(people["solene"], [], Group.objects.get(), key, on=ON)
    with pytest.raises(fulfilling.BadDuty):
        fulfilling.give(found.due, people["gael"], by=people["solene"], at=world.NOW)
    row = fulfilling.give(found.due, people["malo"], by=people["solene"], at=world.NOW)
    type(row).objects.update(owner=people["gael"])  # written past the act
    assert reading.find(people["gael"], [], Group.objects.get(), key, on=ON) is None


def test_nobody_is_asked_to_confirm_their_own_hours(people, clock):
    maelle = people["maelle"]
    aloen = Membership.objects.get(member__short_name="Marqueadherent").member
    world.seat(maelle, aloen, function=Function.MANAGER)
    assert "visa" not in kinds(maelle)


def test_nobody_is_asked_to_confirm_their_own_hours_in_the_place_of_another(people, clock):
    maelle = people["maelle"]
    aloen = Membership.objects.get(member__short_name="Marqueadherent").member
    world.deputy(people["nolwenn"], maelle, member=aloen)
    assert kinds(maelle) == {"attestation", "leave_information"}


def test_nobody_confirms_the_hours_of_whom_they_stand_in_for(people, clock):
    maelle, loic = people["maelle"], world.user("Loïc Tanguy")
    aloen = Membership.objects.get(member__short_name="Marqueadherent").member
    world.seat(maelle, aloen, function=Function.MANAGER)
    world.deputy(maelle, loic, member=aloen)
    assert kinds(loic) == set()
    world.deputy(people["nolwenn"], loic, member=aloen)
    del loic.deputyships
    assert kinds(loic) == {"attestation", "visa"}


@pytest.mark.parametrize("who", ["solene", "gael", "nolwenn", "maelle"])
def test_the_page_asks_as_often_for_one_of_each_kind_as_for_four(people, clock, who):
    client = Client()
    client.force_login(people[who])
    client.get(reverse("secretariat:duties"))  # the first page of a day notes the visit
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("secretariat:duties"))
    solene = people["solene"]
    for rank in range(3):
        host = world.member(f"Autre {rank}")
        person = world.employee("Inès", f"Autre{rank}", members=[host])
        world.timesheet(world.assignment(person, host), world.hours(NOVEMBER, 7), status="submitted")
        world.attestation(host)
        days = {"starts_on": date(2026, 11, 23), "ends_before": date(2026, 11, 28)}
        Absence.objects.create(employee=person, kind="sickness", recorded_at=world.NOW, **days)
        world.seat(people["nolwenn"], host)
        for day in (date(2026, 10, 1), date(2026, 12, 20)):
            membership = Membership.objects.get(member=host)
            Declaration.objects.create(membership=membership, subject="Autre", event_on=day, due_on=day)
        fulfilling.add(
            title=f"Autre {rank}", due_on=ON, owner=solene, role="finance", by=solene, at=world.NOW
        )
    with CaptureQueriesContext(connection) as four:
        client.get(reverse("secretariat:duties"))
    assert len(four) == len(one)


@pytest.fixture
def clock():
    with time_machine.travel(world.NOW, tick=False):
        yield
