"""The pages of prices: who reads them, what they show, a change in two steps without a script."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.models import PriceIndex
from billing.prices import price_list
from employees.models import Terms
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER, OCTOBER

pytestmark = pytest.mark.django_db

DECEMBER_1 = date(2026, 12, 1)


def text(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture
def placed():
    return (
        scene.issued(scene.hosts(2), price_method="hourly", hourly_price=Decimal("22.44"))
        .charges.order_by("pk")[0]
        .assignment
    )


def filled(**facts):
    return {
        "starts_on": "2027-01-01",
        "price_method": "hourly",
        "hourly_price": "24,00",
        "flat_amount": "",
        "management_rate": "0",
        "monthly_minimum_minutes": "",
        "vat_regime": "S20",
        "absence_rule": "worked_hours",
        "index_code": "",
        "index_base": "",
        **facts,
    }


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_as_few_queries_for_many_prices(many, login, django_assert_num_queries):
    hosts = scene.hosts(3)
    maelle = world.employee(members=hosts)
    for host in hosts[:many]:
        world.assignment(maelle, host, index_code="ICHT", index_base=Decimal(100))
    client = login(world.finance())
    client.get(reverse("billing:prices"))
    with django_assert_num_queries(13):
        page = text(client.get(reverse("billing:prices")))
    assert page.count("22,44 €/h") == many


@pytest.mark.parametrize("who", ["finance", "coordinator"])
def test_prices_are_read_by_finance_and_coordination(who, login, placed):
    page = text(login(getattr(world, who)()).get(reverse("billing:prices")))
    assert "22,44 €/h" in page
    assert "Maëlle Kerbrat" in page


def test_a_member_s_staff_do_not_see_prices(login, placed):
    client = login(world.staff(placed.member))
    assert client.get(reverse("billing:prices")).status_code == 403
    assert client.get(reverse("billing:price", args=[placed.pk])).status_code == 404


def test_prices_are_filtered_by_member_person_and_method(login, placed):
    client = login(world.finance())
    other = world.assignment(
        world.employee("Youenn", "Talec", members=[placed.member]),
        placed.member,
        price_method="flat",
        flat_amount=Decimal("900.00"),
    )

    def found(**asked):
        page = text(client.get(reverse("billing:prices"), asked))
        return [row.reference for row in (placed, other) if row.reference in page]

    assert found() == [placed.reference, other.reference]
    assert found(personne=other.employee_id) == [other.reference]
    assert found(methode="hourly") == [placed.reference]
    assert found(adherent=placed.member_id, methode="flat") == [other.reference]
    assert found(etat="terminees") == []
    assert found(adherent="999999") == []


def test_the_history_tells_each_price_and_who_agreed(login, placed):
    client = login(world.finance())
    page = reverse("billing:change_price", args=[placed.pk])
    client.post(page, {**filled(), "etape": "accord"})
    shown = text(client.get(reverse("billing:price", args=[placed.pk])))
    assert "24,00 €/h" in shown
    assert "à partir du 1er janvier 2027" in shown
    assert "du 1er janvier 2026 au 31 décembre 2026" in shown
    assert shown.count("Convenu par Gaël Perrot") == 1
    assert "un nouveau prix commence au plus tôt le 1er décembre 2026" in shown


@pytest.mark.parametrize("many", [1, 3])
def test_the_history_takes_as_few_queries_for_many_prices(many, login, django_assert_num_queries):
    (aloen,) = scene.hosts(1)
    placed = world.assignment(world.employee(members=[aloen]), aloen)
    gael = world.finance()
    client = login(gael)
    for month in range(1, many + 1):
        client.post(
            reverse("billing:change_price", args=[placed.pk]),
            {**filled(starts_on=f"2027-0{month}-01"), "etape": "accord"},
        )
    with django_assert_num_queries(13):
        client.get(reverse("billing:price", args=[placed.pk]))
    assert len(price_list.history(placed, on=date(2027, 3, 2))) == many + 1


class TestTwoSteps:
    def test_the_form_begins_from_the_price_in_force(self, login, placed):
        page = text(login(world.finance()).get(reverse("billing:change_price", args=[placed.pk])))
        assert 'value="22,44"' in page
        assert 'value="2027-01-01"' in page
        assert "Au plus tôt le 1er décembre 2026" in page

    def test_the_effect_is_shown_and_nothing_is_saved(self, login, placed):
        page = reverse("billing:change_price", args=[placed.pk])
        answer = login(world.finance()).post(page, {**filled(starts_on="2026-12-01"), "etape": "effet"})
        shown = text(answer)
        assert answer.status_code == 200
        assert "157,08 €" in shown
        assert "168,00 €" in shown
        assert "+6,95 %" in shown
        assert "628,32 €" in shown
        assert "672,00 €" in shown
        assert '<input type="hidden" name="hourly_price" value="24,00"' in shown
        assert Terms.objects.filter(assignment=placed).count() == 1

    def test_what_was_previewed_is_agreed_on(self, login, placed):
        page = reverse("billing:change_price", args=[placed.pk])
        client = login(world.coordinator())
        answer = client.post(page, {**filled(starts_on="2026-12-01"), "etape": "accord"}, follow=True)
        assert f"Le prix de {placed.reference} est convenu à partir du 1er décembre 2026." in text(answer)
        assert placed.terms.get(starts_on=DECEMBER_1).hourly_price == Decimal("24.00")

    def test_one_may_go_back_to_what_was_typed(self, login, placed):
        page = reverse("billing:change_price", args=[placed.pk])
        shown = text(login(world.finance()).post(page, {**filled(hourly_price="25,5"), "etape": "saisie"}))
        assert 'name="hourly_price" value="25,5"' in shown
        assert 'type="hidden" name="hourly_price"' not in shown

    @pytest.mark.parametrize("step", ["effet", "accord"])
    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"starts_on": ""}, "Indiquez à partir de quel jour ce prix vaut."),
            ({"starts_on": "2026-11-15"}, "Novembre 2026 est déjà facturé pour cette mise à disposition"),
            ({"hourly_price": "0"}, "Indiquez le prix horaire convenu."),
            ({"hourly_price": "-3"}, "Indiquez le prix horaire convenu."),
            ({"hourly_price": "22,444"}, "a plus de deux décimales"),
            ({"management_rate": "120"}, "Le taux de gestion va de 0 à 100 %."),
            ({"vat_regime": "E261B"}, "demande le coût exact"),
            ({"price_method": "actual", "monthly_minimum_minutes": "10"}, "va avec un prix horaire"),
            ({"price_method": "flat"}, "Indiquez le forfait mensuel."),
        ],
    )
    def test_bad_input_is_a_sentence_and_what_was_typed_stays(self, step, typed, sentence, login, placed):
        page = reverse("billing:change_price", args=[placed.pk])
        data = filled(index_base="104,5" if "hourly_price" in typed else "", **typed)
        data["index_base"] = ""
        answer = login(world.finance()).post(page, {**data, "etape": step})
        assert answer.status_code == 422
        assert sentence in text(answer)
        for name in typed:
            if data[name] and name not in {"price_method", "vat_regime"}:
                assert f'name="{name}" value="{data[name]}"' in text(answer)
        assert Terms.objects.filter(assignment=placed).count() == 1

    def test_each_kind_of_absence_may_have_its_rule(self, login, placed):
        page = reverse("billing:change_price", args=[placed.pk])
        typed = {"price_method": "actual", "absence_leave": "reserve", "absence_training": "planned_share"}
        login(world.finance()).post(page, {**filled(**typed), "etape": "accord"})
        terms = placed.terms.get(starts_on=date(2027, 1, 1))
        assert terms.absence_rules == {"leave": "reserve", "training": "planned_share"}
        assert terms.hourly_price is None

    def test_an_index_without_a_base_takes_the_last_value(self, login, placed):
        PriceIndex.objects.create(code="ICHT", month=OCTOBER, value=Decimal("105.2"))
        page = reverse("billing:change_price", args=[placed.pk])
        login(world.finance()).post(page, {**filled(index_code="ICHT"), "etape": "accord"})
        assert placed.terms.get(starts_on=date(2027, 1, 1)).index_base == Decimal("105.2")


class TestIndices:
    @pytest.fixture
    def indexed(self):
        (aloen,) = scene.hosts(1)
        PriceIndex.objects.create(code="ICHT", month=OCTOBER, value=Decimal("105.2"))
        PriceIndex.objects.create(code="ICHT", month=NOVEMBER, value=Decimal("107.9"))
        maelle = world.employee(members=[aloen])
        return world.assignment(maelle, aloen, index_code="ICHT", index_base=Decimal("105.2"))

    def test_prices_whose_index_moved_are_told(self, login, indexed):
        client = login(world.finance())
        assert "L’indice d’un prix a changé." in text(client.get(reverse("billing:prices")))
        shown = text(client.get(reverse("billing:price_indices")))
        assert "105,2 → 107,9" in shown
        assert "23,02 €" in shown

    def test_a_revision_is_previewed_then_agreed(self, login, indexed):
        client = login(world.finance())
        page = reverse("billing:revise_price", args=[indexed.pk])
        assert "novembre 2026 : 107,9" in text(client.get(page))
        typed = {"month": "2026-11", "starts_on": "2027-01-01"}
        preview = text(client.post(page, {**typed, "etape": "effet"}))
        assert "23,02 €/h" in preview
        assert Terms.objects.count() == 1
        client.post(page, {**typed, "etape": "accord"})
        assert indexed.terms.get(starts_on=date(2027, 1, 1)).index_base == Decimal("107.9")
        assert "L’indice d’un prix a changé." not in text(client.get(reverse("billing:prices")))

    def test_an_index_that_did_not_move_is_said(self, login, indexed):
        page = reverse("billing:revise_price", args=[indexed.pk])
        typed = {"month": "2026-10", "starts_on": "2027-01-01", "etape": "effet"}
        answer = login(world.finance()).post(page, typed)
        assert (answer.status_code, "le prix reste" in text(answer)) == (422, True)

    def test_a_price_without_an_index_says_so(self, login, placed):
        page = reverse("billing:revise_price", args=[placed.pk])
        assert login(world.finance()).get(page).status_code == 200
