"""The page of preferences: how often mail comes, whom one named, for whom one stands in."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Deputy
from tests import world
from tests.journeys.visiting import Visitor

pytestmark = pytest.mark.django_db

PAGE = reverse("members:preferences")
MONDAY, FRIDAY = date(2026, 12, 7), date(2026, 12, 11)
WEEK = {"first": "2026-12-07", "last": "2026-12-11"}


@pytest.fixture(autouse=True)
def third_of_december(settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)
    world.group()


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def nolwenn(aloen):
    return world.staff(aloen, "Nolwenn Jégo")


@pytest.fixture
def erwan(aloen):
    return world.staff(aloen, "Erwan Le Bris")


def visit(person, path=PAGE):
    return Visitor(person).open(path)


class TestMail:
    def test_what_was_chosen_is_kept_and_shown(self, nolwenn):
        page = visit(nolwenn)
        assert page.value("mail_frequency") == "daily"
        page.press("Enregistrer", {"mail_frequency": "weekly"})
        assert "Votre choix est enregistré." in page.words
        assert page.value("mail_frequency") == "weekly"

    def test_nothing_else_of_the_account_is_written(self, nolwenn):
        page = visit(nolwenn)
        nolwenn.is_finance = True
        nolwenn.save()
        page.press("Enregistrer", {"mail_frequency": "never"})
        nolwenn.refresh_from_db()
        assert (nolwenn.mail_frequency, nolwenn.is_finance) == ("never", True)

    def test_what_cannot_be_chosen_is_refused(self, nolwenn):
        page = visit(nolwenn).send(PAGE, {"mail_frequency": "hourly"})
        assert page.page.status_code == 422
        nolwenn.refresh_from_db()
        assert nolwenn.mail_frequency == "daily"

    def test_everybody_has_it_and_a_shared_employee_nothing_more(self):
        page = visit(world.employee().user)
        assert page.offers("Enregistrer")
        assert not page.offers("Nommer")
        assert "remplace" not in page.words


class TestNaming:
    def test_a_colleague_is_named_for_a_week(self, nolwenn, erwan, aloen):
        page = visit(nolwenn).press("Nommer", {**WEEK, "deputy": f"{aloen.pk}-{erwan.pk}"})
        assert "C’est noté : Erwan Le Bris remplace Nolwenn Jégo." in page.words
        assert "du 7 décembre 2026 au 11 décembre 2026" in page.words
        made = Deputy.objects.get()
        assert (made.principal, made.user, made.member) == (nolwenn, erwan, aloen)
        assert (made.starts_on, made.last_day) == (MONDAY, FRIDAY)
        assert "Vous remplacez" in visit(erwan).words

    def test_a_refusal_stands_beside_the_form_which_keeps_what_was_typed(self, nolwenn, erwan, aloen):
        typed = {"deputy": f"{aloen.pk}-{erwan.pk}", "first": "2026-12-01", "last": "2026-12-11"}
        page = visit(nolwenn).press("Nommer", typed)
        assert page.page.status_code == 422
        assert "Premier jour : Ce jour est passé" in page.words
        assert {name: page.value(name) for name in typed} == typed
        assert not Deputy.objects.exists()

    @pytest.mark.parametrize("typed", [{"deputy": ""}, {"deputy": "9-9"}, {"first": "demain"}, {"last": ""}])
    def test_what_cannot_be_read_is_refused(self, nolwenn, erwan, aloen, typed):
        page = visit(nolwenn).press("Nommer", {"deputy": f"{aloen.pk}-{erwan.pk}", **WEEK, **typed})
        assert page.page.status_code == 422
        assert not Deputy.objects.exists()

    def test_people_of_another_member_are_not_even_named(self, nolwenn, erwan):
        anais = world.staff(world.member("Sonam"), "Anaïs Moal")
        solene = world.coordinator()
        page = visit(nolwenn)
        assert (erwan.name in page.words, solene.name in page.words) == (True, True)
        assert anais.name not in page.words
        assert anais.name in visit(solene).words  # who coordinates may choose among all

    def test_where_one_sits_twice_each_person_is_offered_where_they_sit(self, nolwenn, erwan, aloen):
        sonam = world.member("Sonam")
        world.seat(nolwenn, sonam, function="manager")
        anais = world.staff(sonam, "Anaïs Moal")
        page = visit(nolwenn)
        assert '<optgroup label="Sonam">' in page.page.content.decode()
        page.press("Nommer", {**WEEK, "deputy": f"{sonam.pk}-{anais.pk}"})
        assert Deputy.objects.get().member == sonam

    def test_ending_it_is_one_button(self, nolwenn, erwan, aloen):
        world.deputy(nolwenn, erwan, member=aloen)
        page = visit(nolwenn).press("Mettre fin : Erwan Le Bris")
        assert "La suppléance d’Erwan Le Bris est terminée." in page.words
        assert Deputy.objects.get().ends_before == date(2026, 12, 3)
        assert not page.offers("Mettre fin")

    def test_a_stranger_s_deputy_does_not_exist(self, nolwenn, erwan, aloen):
        held = world.deputy(nolwenn, erwan, member=aloen)
        other = world.staff(aloen, "Léa Morvan")
        answer = visit(other).send(reverse("members:end_deputy", args=[held.pk]), {})
        assert answer.page.status_code == 404


class TestForSomebodyElse:
    def test_the_coordination_names_and_ends_for_somebody_absent(self, nolwenn, erwan, aloen):
        page = visit(world.coordinator(), f"{PAGE}?pour={nolwenn.pk}")
        assert "Suppléances de Nolwenn Jégo" in page.words
        assert not page.offers("Enregistrer")
        page.press("Nommer", {**WEEK, "deputy": f"{aloen.pk}-{erwan.pk}"})
        assert (page.path, Deputy.objects.get().principal) == (f"{PAGE}?pour={nolwenn.pk}", nolwenn)
        page.press("Annuler")
        assert not Deputy.objects.exists()

    def test_nobody_else_may(self, nolwenn, erwan, aloen):
        solene, gael = world.coordinator(), world.finance()
        world.deputy(solene, gael)  # who stands in for the coordination arranges nothing
        for person in (erwan, gael):
            visitor = visit(person, f"{PAGE}?pour={nolwenn.pk}")
            assert visitor.page.status_code == 404
            typed = {**WEEK, "pour": nolwenn.pk, "deputy": f"{aloen.pk}-{erwan.pk}"}
            assert visitor.send(reverse("members:appoint_deputy"), typed).page.status_code == 404
        assert "Pour une autre personne" not in visit(gael).words
        assert "Pour une autre personne" in visit(solene).words

    @pytest.mark.parametrize("wanted", ["0", "x", "²", "99999999"])
    def test_who_is_no_principal_has_no_page(self, wanted):
        assert visit(world.coordinator(), f"{PAGE}?pour={wanted}").page.status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_one_deputy_as_for_three(nolwenn, aloen, count, client):
    for n in range(count):
        world.deputy(nolwenn, world.staff(aloen, f"Personne {n}"), member=aloen)
        world.deputy(world.staff(aloen, f"Absente {n}"), nolwenn, member=aloen)
    client.force_login(nolwenn)
    client.get(PAGE)  # the first page of a day notes the visit
    with CaptureQueriesContext(connection) as queries:
        page = client.get(PAGE)
    assert page.content.decode().count("Mettre fin") == 2 * count
    assert len(queries) == 11
