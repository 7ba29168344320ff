"""The pages of the year: everybody, oneself, a member's commitment; filters in the address, and who reads what."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from employees.models import Absence, ContractTerms
from tests import world
from tests.journeys.walking import text_of
from tests.world import NOVEMBER
from timesheets.models import Kind

pytestmark = pytest.mark.django_db

EVERYBODY, MINE, MEMBER = "/heures/annee/", "/heures/mon-annee/", "/heures/engagement/"
SPENT = {date(2026, 11, 2): 420, date(2026, 11, 9): 391}
ELSEWHERE = {date(2026, 11, 3): 317}


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)


@pytest.fixture
def house():
    """Maëlle works at Aloen and Sonam, was ill, and will be on leave; Youenn is at Sonam."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle, youenn = world.employee("Maëlle", "Kerbrat"), world.employee("Youenn", "Talec")
    world.timesheet(world.assignment(maelle, aloen), SPENT)
    world.timesheet(world.assignment(maelle, sonam, weekly_pattern=(0, 420, 0, 0, 0, 0, 0)), ELSEWHERE)
    world.timesheet(world.assignment(youenn, sonam), world.hours(NOVEMBER, "22.5"))
    world.timesheet(maelle, {date(2026, 11, 16): 411}, kind=Kind.SICKNESS)
    Absence.objects.create(
        employee=maelle, starts_on=date(2026, 12, 14), ends_before=date(2026, 12, 19), recorded_at=world.NOW
    )
    return {
        "aloen": aloen,
        "sonam": sonam,
        "maelle": maelle,
        "youenn": youenn,
        "nolwenn": world.staff(aloen, "Nolwenn Jégo"),
        "solene": world.coordinator(),
    }


def read(user, address, status=200):
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == status
    return text_of(answer)


def test_the_coordinator_reads_everybody_against_contracts_and_commitments(house):
    text = read(house["solene"], EVERYBODY)
    assert "<h1>Suivi de l’année 2026</h1>" in text
    people, members = text.split('id="year-members"')
    for figure in ("1 607 h", "18,80", "Maëlle Kerbrat", "Youenn Talec"):
        assert figure in people
    # 50 Mondays at Aloen; at Sonam as many, and 52 Tuesdays without 14 July.
    for figure in ("350,00", "707,00", "13,52", "27,78"):
        assert figure in members


def test_the_address_keeps_year_person_and_member(house):
    maelle, sonam = house["maelle"].pk, house["sonam"].pk
    text = read(house["solene"], f"{EVERYBODY}?annee=2027&personne={maelle}&adherent={sonam}")
    assert "<h1>Maëlle Kerbrat, année 2027</h1>" in text
    assert "<option selected>2027</option>" in text
    assert f'<option value="{maelle}" selected>' in text
    assert f'<option value="{sonam}" selected>' in text
    assert f'href="{EVERYBODY}?annee=2027"' in text


def test_one_person_at_one_member(house):
    maelle, sonam = house["maelle"].pk, house["sonam"].pk
    both = read(house["solene"], f"{EVERYBODY}?personne={maelle}")
    one = read(house["solene"], f"{EVERYBODY}?personne={maelle}&adherent={sonam}")
    assert both.count("Heures restantes sur l’engagement 2026") == 2
    assert one.count("Heures restantes sur l’engagement 2026") == 1
    assert f'<option value="{sonam}" selected>' in one


def test_one_member_as_the_coordinator_reads_it(house):
    text = read(house["solene"], f"{EVERYBODY}?adherent={house['sonam'].pk}")
    assert "<h1>Engagement 2026, Sonam</h1>" in text
    assert "27,78" in text
    assert f"?annee=2026&personne={house['youenn'].pk}" in text


@pytest.mark.parametrize("asked", ["personne=999999", "personne=x", "adherent=999999"])
def test_who_is_not_there_is_not_found(house, asked):
    read(house["solene"], f"{EVERYBODY}?{asked}", status=404)


@pytest.mark.parametrize("asked", ["annee=", "annee=1789", "annee=x", "annee=2029"])
def test_a_year_out_of_reach_is_the_present_one(house, asked):
    assert "<h1>Suivi de l’année 2026</h1>" in read(house["solene"], f"{EVERYBODY}?{asked}")


def test_a_person_reads_their_own_year_with_absences_and_leave(house):
    text = read(house["maelle"].user, MINE)
    assert "<h1>Mon année 2026</h1>" in text
    for figure in ("18,80", "6,85", "dont 14 en absence", "Congés payés", "Aloen", "Sonam"):
        assert figure in text
    assert "Youenn" not in text


def test_part_time_and_days_say_so(house):
    ContractTerms.objects.filter(contract__employee=house["maelle"]).update(weekly_minutes=1680)
    ContractTerms.objects.filter(contract__employee=house["youenn"]).update(
        time_scheme="day_rate", yearly_days=218
    )
    part_time = read(house["maelle"].user, MINE)
    assert "Contrat de 28 h par semaine" in part_time
    assert "Heures complémentaires de l’année" in part_time
    in_days = read(house["youenn"].user, MINE)
    assert "Forfait de 218 jours par an" in in_days
    assert "4 sur 218" in in_days
    assert "Heures complémentaires" not in in_days


def test_a_member_reads_its_commitment_and_nothing_from_elsewhere(house):
    text = read(house["nolwenn"], MEMBER)
    assert "<h1>Engagement 2026, Aloen</h1>" in text
    for figure in ("350,00", "13,52", "Maëlle Kerbrat"):
        assert figure in text
    secrets = ("Sonam", "Youenn", "5,28", "18,80", "6,85", "1 607", "364,00", "absence", "Congés", "Maladie")
    assert [secret for secret in secrets if secret in text] == []
    found = read(house["solene"], f"{EVERYBODY}?personne={house['maelle'].pk}")
    assert [
        secret for secret in ("Sonam", "18,80", "6,85", "1 607", "absence", "Congés") if secret not in found
    ] == []


def test_a_member_cannot_ask_for_another(house):
    read(house["nolwenn"], f"{MEMBER}?adherent={house['sonam'].pk}", status=404)
    for address in (EVERYBODY, f"{EVERYBODY}?adherent={house['aloen'].pk}", MINE):
        read(house["nolwenn"], address, status=403)


def test_who_works_at_one_member_and_sits_at_another_reads_the_other_s_own(house):
    world.seat(house["youenn"].user, house["aloen"])
    text = read(house["youenn"].user, MEMBER)
    assert "13,52" in text
    assert "22,50" not in text
    assert "22,50" in read(house["youenn"].user, MINE)


def test_who_sits_at_two_members_goes_from_one_to_the_other(house):
    world.seat(house["nolwenn"], house["sonam"])
    assert "13,52" in read(house["nolwenn"], MEMBER)
    other = read(house["nolwenn"], f"{MEMBER}?adherent={house['sonam'].pk}&annee=2026")
    assert "27,78" in other
    assert f"?adherent={house['sonam'].pk}&annee=2025" in other


def test_each_drawing_says_in_words_what_it_shows(house):
    text = read(house["nolwenn"], MEMBER)
    assert "Partie de 350 h, la réserve est de 336,48 h en novembre 2026." in text
    assert 'role="img" aria-labelledby="commitment-t commitment-d"' in text
    # What leads there is the curve "Si la suite est comme prévu", not that of the plan.
    assert "Si la suite est comme prévu, il restera" in text
    assert "Au rythme prévu" not in text


def test_a_member_s_home_leads_there(house):
    assert f'href="{MEMBER}?adherent={house["aloen"].pk}"' in read(house["nolwenn"], "/accueil/")


def test_a_year_with_nobody_says_so(house):
    assert "Personne n’est prévu" in read(house["nolwenn"], f"{MEMBER}?annee=2025")
    assert "Aucun contrat ne couvre cette année" in read(house["solene"], f"{EVERYBODY}?annee=2025")
