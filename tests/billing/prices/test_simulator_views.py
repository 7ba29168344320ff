"""The simulator’s page: an address that answers, sentences at the fields, a quote at the end."""

import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from billing.documents import letters
from billing.models import Quote
from billing.prices.forms.simulator import EXAMPLE
from tests import world
from tests.billing import scene

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture
def client_of_finance(login):
    world.group()
    return login(world.finance())


def ask(client, **changed):
    return client.get(reverse("billing:simulator"), {**EXAMPLE, **changed})


@pytest.mark.parametrize("who", ["finance", "coordinator"])
def test_the_page_begins_with_an_example_that_is_worked_out(who, login):
    world.group()
    page = text(login(getattr(world, who)()).get(reverse("billing:simulator")))
    for figure in [
        "36 000,00 €",
        "1 500 h",
        "26,40 €",
        ">2,00<",
        "1 900,80",
        "1 056,00",
        "792,00",
        "280,00 €",
    ]:
        assert figure in page
    assert "Un exemple pour commencer." in page


def test_the_address_is_the_simulation(client_of_finance):
    page = text(ask(client_of_finance, brut="2 400,00", gestion="5"))
    assert 'name="brut" value="2 400,00"' in page
    assert "Un exemple pour commencer." not in page


def test_the_drawing_says_what_its_table_says(client_of_finance):
    page = text(ask(client_of_finance))
    drawn = re.findall(r"<title>([^<:]+) : ([0-9,]+) €</title>", page)
    assert drawn[3:] == [
        ("Salaire brut", "16,00"),
        ("Cotisations patronales", "6,40"),
        ("Autres coûts", "1,60"),
        ("Frais de gestion", "2,40"),
    ]
    assert "Une heure payée : 19,78 €" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"brut": ""}, "Indiquez un montant, par exemple 2 000,00."),
        ({"brut": "0"}, "Indiquez un salaire brut supérieur à zéro."),
        ({"brut": "-2000"}, "Un coût n’est pas négatif."),
        ({"brut": "deux mille"}, "« deux mille » n’est pas un montant"),
        ({"charges": "140"}, "Ce taux va de 0 à 100 %."),
        ({"annee": ""}, "Il ne reste aucune heure à facturer"),
        ({"annee": "107"}, "Il ne reste aucune heure à facturer"),
        ({"maladie": "7:75"}, "7:75"),
        ({"s1_heures": "", "s2_heures": "", "s3_heures": ""}, "Indiquez au moins une structure"),
        ({"payees": "0"}, "supérieure ou égale"),
    ],
)
def test_bad_input_is_a_sentence_and_what_was_typed_stays(typed, sentence, client_of_finance):
    answer = ask(client_of_finance, **typed)
    page = text(answer)
    assert answer.status_code == 200
    assert sentence in page
    assert "Pas de résultat" in page
    for name, value in typed.items():
        if value:
            assert f'name="{name}" value="{value}"' in page


def test_a_structure_may_be_added_up_to_twelve(client_of_finance):
    assert 'name="s4_nom"' not in text(ask(client_of_finance))
    assert 'name="s4_nom"' in text(ask(client_of_finance, lignes=["3", "4"]))
    last = text(ask(client_of_finance, lignes="99"))
    assert 'name="s12_nom"' in last
    assert "Ajouter une structure" not in last


def test_shares_alone_place_the_month(client_of_finance):
    typed = {
        "s1_heures": "",
        "s2_heures": "",
        "s3_heures": "",
        "s1_part": "50",
        "s2_part": "30",
        "s3_part": "20",
    }
    page = text(ask(client_of_finance, gestion="5", **typed))
    for amount in ["1 890,00", "945,00", "756,00"]:
        assert amount in page


def test_a_coefficient_says_what_is_lacking(client_of_finance):
    page = text(ask(client_of_finance, coefficient="1,87"))
    assert "24,67 €" in page
    assert "il manque 1,73 € par heure" in page


def test_nothing_is_stored_by_asking(client_of_finance):
    ask(client_of_finance)
    assert Quote.objects.count() == 0


def test_the_page_takes_as_few_queries_for_many_structures(client_of_finance, django_assert_num_queries):
    ask(client_of_finance)
    for rows in ("3", "12"):
        with django_assert_num_queries(7):
            ask(client_of_finance, lignes=rows)


class TestQuotes:
    def make(self, client, row=0, **typed):
        data = {
            "simulation": urlencode({**EXAMPLE, "s1_nom": "Aloen"}),
            "row": str(row),
            "method": "hourly",
            "job": "comptable",
            "valid_until": "2027-01-31",
            "note": "",
            **typed,
        }
        return client.post(reverse("billing:make_quote"), data, follow=True)

    @pytest.fixture
    def aloen(self, client_of_finance):
        return world.member("Aloen")

    def test_a_simulation_becomes_a_quote_for_the_member_it_names(self, client_of_finance, aloen):
        page = text(self.make(client_of_finance))
        assert "Le devis DEV-2026-001 est prêt." in page
        assert "26,40 € HT de l’heure" in page
        quote = Quote.objects.get()
        assert (quote.member, quote.valid_until) == (aloen, date(2027, 1, 31))
        assert quote.figures["terms"]["hourly_price"] == "26.40"

    def test_another_name_is_somebody_who_may_join(self, client_of_finance, aloen):
        self.make(client_of_finance, row=1)
        assert Quote.objects.get().prospect == "Structure B"

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"job": ""}, "Nommez la mission"),
            ({"valid_until": "2026-12-01"}, "Un devis fait le 03/12/2026 vaut au moins jusqu’à ce jour."),
            ({"valid_until": "demain"}, "Écrivez un jour"),
            ({"row": "7"}, "Sélectionnez un choix valide"),
        ],
    )
    def test_bad_input_is_a_sentence_and_the_simulation_stays(
        self, typed, sentence, client_of_finance, aloen
    ):
        answer = self.make(client_of_finance, **{"note": "Deux jours par semaine", **typed})
        page = text(answer)
        assert answer.status_code == 422
        assert sentence in page
        assert "Deux jours par semaine" in page
        assert 'name="s1_nom" value="Aloen"' in page
        assert Quote.objects.count() == 0

    def test_a_simulation_that_is_none_makes_no_quote(self, client_of_finance, aloen):
        answer = self.make(client_of_finance, simulation="brut=abc")
        assert answer.status_code == 422
        assert Quote.objects.count() == 0

    @pytest.mark.parametrize("many", [1, 3])
    def test_the_list_takes_as_few_queries_for_many(
        self, many, client_of_finance, aloen, django_assert_num_queries
    ):
        for _ in range(many):
            self.make(client_of_finance)
        with django_assert_num_queries(7):
            page = text(client_of_finance.get(reverse("billing:quotes")))
        assert page.count('"row-link nowrap"') == many
        assert page.count('class="tabs') == 1

    def test_the_member_s_staff_read_their_quote_and_its_pdf_and_no_more(
        self, login, client_of_finance, aloen
    ):
        self.make(client_of_finance)
        self.make(client_of_finance, row=1)
        own, foreign = Quote.objects.order_by("pk")
        quote_page = text(client_of_finance.get(reverse("billing:quote", args=[own.pk])))
        assert "Rouvrir la simulation" in quote_page
        assert "brut=2000" in quote_page
        client = login(world.staff(aloen))
        shown = text(client.get(reverse("billing:quotes")))
        assert "DEV-2026-001" in shown
        assert "DEV-2026-002" not in shown
        page = text(client.get(reverse("billing:quote", args=[own.pk])))
        assert "26,40 € HT de l’heure" in page
        for secret in ["brut", "13,19", "Rouvrir la simulation", "Accepter", "Structure B", "Gaël Perrot"]:
            assert secret not in page
        assert client.get(reverse("billing:quote", args=[foreign.pk])).status_code == 404
        letters.open_pdf(own.letter).close()
        pdf = client.get(reverse("billing:quote_pdf", args=[own.pk]))
        assert b"".join(pdf.streaming_content).startswith(b"%PDF")
        assert client.get(reverse("billing:quote_pdf", args=[foreign.pk])).status_code == 404
        assert client.post(reverse("billing:accept_quote", args=[own.pk])).status_code == 404

    def test_a_quote_is_accepted_after_its_effect_was_seen(self, client_of_finance, aloen):
        maelle = world.employee(members=[aloen])
        placed = world.assignment(maelle, aloen)
        self.make(client_of_finance)
        quote = Quote.objects.get()
        page = reverse("billing:accept_quote", args=[quote.pk])
        assert placed.reference in text(client_of_finance.get(page))
        typed = {"assignment": placed.pk, "starts_on": "2027-01-01"}
        preview = text(client_of_finance.post(page, {**typed, "etape": "effet"}))
        assert "628,32 €" in preview  # January 2027 has four Mondays: 28 h at 22.44, then at 26.40
        assert "739,20 €" in preview
        quote.refresh_from_db()
        assert quote.accepted_at is None
        answer = client_of_finance.post(page, {**typed, "etape": "accord"}, follow=True)
        assert "est convenu à partir du 1er janvier 2027" in text(answer)
        assert "Devis DEV-2026-001" in text(answer)
        quote.refresh_from_db()
        assert quote.terms.hourly_price == Decimal("26.40")
        again = client_of_finance.post(page, {**typed, "starts_on": "2027-02-01", "etape": "accord"})
        assert (again.status_code, "Ce devis est déjà accepté." in text(again)) == (422, True)

    def test_accepting_asks_for_assignment_and_day(self, client_of_finance, aloen):
        scene.hosts(0)
        self.make(client_of_finance)
        page = reverse("billing:accept_quote", args=[Quote.objects.get().pk])
        shown = text(client_of_finance.post(page, {"etape": "effet"}))
        assert "Choisissez la mise à disposition que ce devis concerne." in shown
        assert "Indiquez à partir de quel jour ce prix vaut." in shown
