"""The pages of the watch: what the coordination reads and answers, what the person reads, and who never sees any."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from employees.models import ContractTerms
from tests import world
from timesheets.models import Acknowledgement
from timesheets.watching import findings

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
LIST = reverse("timesheets:findings")
NOVEMBER = f"{LIST}?mois=2026-11"
OWN = reverse("timesheets:my_findings", args=[world.NOVEMBER])
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def aloen(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    return world.member("Aloen")


@pytest.fixture
def sonam(aloen):
    return world.member("Sonam")


@pytest.fixture
def maelle(aloen, sonam):
    """Eleven hours on Monday over two members, nine on Tuesday."""
    person = world.employee()
    world.timesheet(world.assignment(person, aloen), {MONDAY: 360, TUESDAY: 540}, status="draft")
    world.timesheet(world.assignment(person, sonam), {MONDAY: 300}, status="draft")
    return person


@pytest.fixture
def solene(client):
    person = world.coordinator()
    client.force_login(person)
    return person


def words(response):
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", response.content.decode())).strip()


def titles(response):
    return re.findall(r"<h4>\s*(.*?)\s*<span", response.content.decode())


def answer(client, person, *, note="Repos donné.", measured=660, query="mois=2026-11", **headers):
    data = {"rule": "daily", "day": "2026-11-02", "measured": measured, "note": note}
    address = reverse("timesheets:acknowledge", args=[person.pk])
    return client.post(f"{address}?{query}", data, headers=headers or None)


def test_the_list_says_rule_figures_article_and_hours_by_member(client, solene, maelle):
    response = client.get(NOVEMBER)
    text = words(response)
    assert titles(response) == [
        "Durée de la journée, mardi 3 novembre",
        "Durée de la journée, lundi 2 novembre",
    ]
    assert "11\u00a0h de travail dans la journée, 10\u00a0h au plus. C. trav. L3121-18" in text
    assert "Aloen 6\u00a0h, Sonam 5\u00a0h" in text
    assert "Dépassement" in text
    assert "Trajet entre deux lieux" not in text


def test_filters_choose_the_person_the_month_and_the_severity(client, solene, maelle, aloen):
    youenn = world.employee("Youenn", "Talec")
    world.timesheet(world.assignment(youenn, aloen), {MONDAY: 660}, status="draft")
    assert len(titles(client.get(NOVEMBER))) == 3
    assert len(titles(client.get(f"{NOVEMBER}&personne={youenn.pk}"))) == 1
    assert len(titles(client.get(f"{NOVEMBER}&gravite=warning"))) == 1
    assert titles(client.get(f"{NOVEMBER}&gravite=info")) == ["Trajet entre deux lieux, lundi 2 novembre"]
    assert len(titles(client.get(f"{NOVEMBER}&gravite=toutes"))) == 4
    assert titles(client.get(f"{LIST}?mois=2026-10")) == []
    assert "Aucune alerte" in words(client.get(f"{LIST}?mois=2026-10"))


def test_without_a_month_it_is_the_present_one_and_of_one_person_the_last_twelve(
    client, solene, maelle, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2027, 1, 15))
    assert titles(client.get(LIST)) == []
    assert len(titles(client.get(f"{LIST}?personne={maelle.pk}"))) == 2


@pytest.mark.parametrize("query", ["mois=demain", "personne=0", "personne=x", "gravite=rouge"])
def test_a_filter_that_cannot_be_read_says_so(client, solene, maelle, query):
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 422
    assert titles(response) == []


def test_an_answer_leaves_the_list_as_it_was_filtered_with_who_when_and_why(client, solene, maelle):
    response = answer(client, maelle)
    assert response.url == NOVEMBER
    text = words(client.get(NOVEMBER))
    assert "Alerte lue\u00a0: Maëlle Kerbrat." in text
    assert re.search(r"Lue par Solène Rivoal, \w+ .* : « Repos donné. »", text.replace("\u00a0", " "))
    assert [each.finding.measured for each in findings.open_findings(world.NOVEMBER)] == [540]


def test_an_answer_by_htmx_comes_back_as_the_list(client, solene, maelle):
    response = answer(client, maelle, **HTMX)
    assert response.status_code == 200
    assert "<html" not in response.content.decode()
    assert "Lue par Solène Rivoal" in words(response)


def test_without_a_note_the_form_says_what_is_missing(client, solene, maelle):
    response = answer(client, maelle, note=" ")
    assert response.status_code == 422
    assert "Écrivez ce que vous en avez fait" in words(response)
    assert Acknowledgement.objects.count() == 0


def test_what_was_typed_is_kept_when_the_finding_is_gone(client, solene, maelle):
    response = answer(client, maelle, note="Vu avec elle lundi.", measured=650)
    assert response.status_code == 422
    assert "cette alerte n’existe plus" in words(response)
    assert "Vu avec elle lundi." in words(response)


def test_what_was_typed_is_kept_when_it_is_too_long(client, solene, maelle):
    response = answer(client, maelle, note="Trop long. " * 200)
    assert response.status_code == 422
    assert "<details open>" in response.content.decode()
    assert "Trop long. Trop long." in words(response)


@pytest.mark.parametrize("facts", [{"measured": "beaucoup"}, {"measured": 2**40}])
def test_a_key_that_was_tampered_with_names_nothing(client, solene, maelle, facts):
    assert answer(client, maelle, **facts).status_code == 422
    assert Acknowledgement.objects.count() == 0


def test_finance_and_admins_read_and_do_not_answer(client, maelle):
    for person in (world.finance(), world.admin()):
        client.force_login(person)
        response = client.get(NOVEMBER)
        assert len(titles(response)) == 2
        assert "Marquer comme lue" not in words(response)
        assert answer(client, maelle).status_code == 404


def test_the_coordinator_reads_findings_about_themselves_and_answers_none(client, maelle):
    maelle.user.is_coordinator = True
    maelle.user.save()
    client.force_login(maelle.user)
    response = client.get(NOVEMBER)
    assert len(titles(response)) == 2
    assert "Marquer comme lue" not in words(response)
    assert "jamais aux siennes" in words(answer(client, maelle))


def test_the_panel_is_fetched_by_the_month_s_page(client, solene, maelle):
    address = reverse("timesheets:month_alerts", args=[world.NOVEMBER])
    response = client.get(address, headers=HTMX)
    text = words(response)
    assert "<html" not in response.content.decode()
    assert "Durée du travail 2" in text
    assert "Maëlle Kerbrat, durée de la journée" in text
    assert f"?mois=2026-11&amp;personne={maelle.pk}#alerte-" in response.content.decode()
    october = client.get(reverse("timesheets:month_alerts", args=[world.OCTOBER]), headers=HTMX)
    assert "Aucune alerte à lire" in words(october)


def test_the_person_reads_their_own_and_nobody_else_s(client, maelle, aloen, solene):
    youenn = world.employee("Youenn", "Talec")
    world.timesheet(world.assignment(youenn, aloen), {MONDAY: 721}, status="draft")
    answer(client, maelle, note="À surveiller de près.")
    client.force_login(maelle.user)
    text = words(client.get(OWN))
    assert "11\u00a0h de travail dans la journée, 10\u00a0h au plus." in text
    assert "12\u00a0h\u00a001" not in text
    assert "À surveiller" not in text
    assert "Marquer comme lue" not in text
    assert "<html" not in client.get(OWN, headers=HTMX).content.decode()


def test_the_person_s_month_asks_for_their_findings_and_nobody_else_s_page_does(client, maelle, solene):
    client.force_login(maelle.user)
    mine = client.get(reverse("timesheets:my_month", args=[world.NOVEMBER])).content.decode()
    assert f'hx-get="{OWN}"' in mine
    client.force_login(solene)
    theirs = client.get(reverse("timesheets:person_month", args=[world.NOVEMBER, maelle.pk]))
    assert OWN not in theirs.content.decode()


def test_staff_of_a_member_never_see_findings(client, maelle, aloen, solene):
    assert "11\u00a0h de travail" in words(client.get(NOVEMBER))
    client.force_login(world.staff(aloen))
    for address in (NOVEMBER, reverse("timesheets:month_alerts", args=[world.NOVEMBER]), OWN):
        for headers in ({}, HTMX):
            response = client.get(address, headers=headers)
            assert response.status_code == 403
            assert "11\u00a0h" not in words(response)
    assert answer(client, maelle).status_code == 404
    sheet = maelle.assignments.get(member=aloen)
    for address in (
        reverse("timesheets:to_confirm"),
        reverse("timesheets:grid", args=[world.NOVEMBER, sheet.pk]),
    ):
        assert "limites de durée du travail" not in words(client.get(address))


def many(aloen, count):
    for number in range(count):
        person = world.employee(f"Prénom{number}", "Kerbrat")
        if number == 0:
            ContractTerms.objects.update(time_scheme="day_rate", yearly_days=218)
        else:
            world.timesheet(world.assignment(person, aloen), {MONDAY: 660}, status="draft")


@pytest.mark.parametrize("count", [2, 4])
def test_the_list_takes_the_same_queries_whatever_it_holds(client, solene, aloen, count):
    many(aloen, count)
    client.get(NOVEMBER)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(NOVEMBER)
    assert len(titles(response)) == count - 1
    assert len(queries) == 14


def test_one_s_own_take_few_queries(client, maelle):
    client.force_login(maelle.user)
    client.get(OWN)
    with CaptureQueriesContext(connection) as queries:
        client.get(OWN)
    assert len(queries) == 14
