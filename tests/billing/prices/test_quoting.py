"""A simulation becomes a quote without a wage in it, and the quote, accepted once, the terms of an assignment."""

import json
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from billing.documents import letters
from billing.models import Quote
from billing.month import drafting
from billing.prices import offering
from billing.prices.changing import NotRepriceable
from billing.prices.offering import NotAcceptable, NotQuotable, Offer
from billing.prices.simulator import Host, SimulationInput, simulate
from employees.models import Terms
from tests import world
from tests.billing.prices.test_worked_figures import RATES, job
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

JANUARY_1 = date(2027, 1, 1)
JANUARY_31 = date(2027, 1, 31)


@pytest.fixture
def gael():
    world.group()
    return world.finance()


@pytest.fixture
def aloen(gael):
    return world.member("Aloen")


def offered(member=None, *, row=0, regime="S20", method="hourly", minutes=3600, **facts):
    hosts = [
        Host(member.short_name if member else "La Voilerie", minutes, Decimal(60), regime),
        Host("Sonam", 2400, Decimal(40), "E261B"),
    ]
    defaults = {"job": "comptable", "valid_until": JANUARY_31, "address": "brut=2000"}
    expected = simulate(SimulationInput(job(), hosts), rates=RATES)
    return Offer(expected, row, method, member=member, **{**defaults, **facts})


def quoted(gael, member=None, **facts):
    return offering.write(offered(member, **facts), by=gael, at=NOW)


def test_a_quote_freezes_what_the_structure_would_pay(gael, aloen):
    quote = quoted(gael, aloen)
    expected = quote.letter.content
    assert (expected["reference"], expected["headline"]) == ("DEV-2026-001", "26,40\u00a0€ HT de l’heure")
    assert expected["lines"] == [
        {
            "label": "Mise à disposition, comptable",
            "detail": "Un mois comme prévu",
            "quantity": "60.00",
            "unit": "heure",
            "unit_price": "26.40",
            "net": "1584.00",
        }
    ]
    assert (expected["net"], expected["vat"], expected["total"], expected["vat_label"]) == (
        "1584.00",
        "316.80",
        "1900.80",
        "20\u00a0%",
    )
    assert (quote.member, quote.prospect, quote.valid_until) == (aloen, "", JANUARY_31)


def test_a_quote_at_actual_cost_tells_share_and_fee_apart(gael, aloen):
    expected = quoted(gael, aloen, method="actual").letter.content
    assert [(line["label"], line["net"]) for line in expected["lines"]] == [
        ("Mise à disposition, comptable", "1800.00"),
        ("Frais de gestion", "180.00"),
    ]
    assert (expected["net"], expected["headline"]) == ("1980.00", "environ 1\u202f980,00\u00a0€ HT par mois")


def test_a_flat_quote_is_one_amount_a_month(gael, aloen):
    expected = quoted(gael, aloen, method="flat", regime="E261B").letter.content
    assert [(line["quantity"], line["unit"], line["net"]) for line in expected["lines"]] == [
        ("1", "mois", "1980.00")
    ]
    assert (expected["vat_label"], expected["total"]) == ("exonéré", "1980.00")


def test_who_is_no_member_yet_may_have_a_quote(gael):
    quote = quoted(gael)
    assert (quote.member, quote.prospect) == (None, "La Voilerie")
    assert quote.letter.content["recipient"]["name"] == "La Voilerie"


@pytest.mark.parametrize("method", ["hourly", "actual", "flat"])
def test_no_wage_and_no_other_structure_is_in_the_letter(method, gael, aloen):
    expected = json.dumps(quoted(gael, aloen, method=method).letter.content, ensure_ascii=False)
    assert "1584.00" in expected or "1980.00" in expected
    for secret in ["2000", "24000", "24 000", "13.19", "13,19", "36000", "9600", "16.00", "2.00", "Sonam"]:
        assert secret not in expected


def test_references_are_counted_by_year(gael, aloen):
    written = [quoted(gael, aloen).letter.content["reference"] for _ in range(3)]
    assert written == ["DEV-2026-001", "DEV-2026-002", "DEV-2026-003"]


def test_the_paper_says_the_price_its_conditions_and_where_to_sign(gael, aloen):
    quote = quoted(gael, aloen)
    with letters.open_pdf(quote.letter) as file:
        (page,) = PdfReader(file).pages
        text = page.extract_text()
    for words in ["Devis DEV-2026-001", "Valable jusqu’au", "31 janvier 2027", "26,40", "1\u202f900,80"]:
        assert words in text
    for words in [
        "Le prix comprend",
        "frais de gestion (10\u00a0%",
        "Bon pour accord",
        "L.\u00a01253-1",
        "à 30\u00a0jours",
    ]:
        assert words in text


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"valid_until": date(2026, 12, 2)}, "valid_until", "Un devis fait le 03/12/2026 vaut au moins"),
        ({"method": "free"}, "method", "Choisissez comment le prix est fait."),
        ({"minutes": 0}, "row", "La Voilerie ne paierait rien par cette méthode"),
    ],
)
def test_an_offer_that_is_none_is_refused(facts, field, sentence, gael):
    with pytest.raises(NotQuotable, match=sentence) as refusal:
        quoted(gael, **facts)
    assert refusal.value.field == field
    assert Quote.objects.count() == 0


class TestAccept:
    @pytest.fixture
    def placed(self, aloen):
        return world.assignment(world.employee(members=[aloen]), aloen, absence_rules={"leave": "reserve"})

    def accept(self, quote, placed, gael, starts_on=JANUARY_1, at=NOW):
        return offering.accept(quote, placed, starts_on=starts_on, by=gael, at=at)

    @pytest.mark.parametrize(
        ("method", "price"),
        [
            ("hourly", (Decimal("26.40"), None, Decimal("0.00"))),
            ("flat", (None, Decimal("1980.00"), Decimal("0.00"))),
            ("actual", (None, None, Decimal("10.00"))),
        ],
    )
    def test_the_price_of_the_quote_becomes_the_terms(self, method, price, placed, gael, aloen):
        quote = quoted(gael, aloen, method=method)
        terms = self.accept(quote, placed, gael)
        assert (terms.price_method, terms.starts_on) == (method, JANUARY_1)
        assert (terms.hourly_price, terms.flat_amount, terms.management_rate) == price
        assert terms.absence_rules == {"leave": "reserve"}
        quote.refresh_from_db()
        assert (quote.terms, quote.accepted_at) == (terms, NOW)

    def test_an_exempt_price_is_trued_up(self, placed, gael, aloen):
        world.attestation(aloen, ends_before=date(2028, 1, 1))
        assert self.accept(quoted(gael, aloen, regime="E261B"), placed, gael).is_trued_up is True

    def test_what_was_quoted_is_what_is_invoiced(self, placed, gael, aloen):
        self.accept(quoted(gael, aloen), placed, gael, starts_on=NOVEMBER.first)
        world.timesheet(placed, world.hours(NOVEMBER, 60))
        invoice = drafting.draft(NOVEMBER, by=gael, at=NOW).invoices.get()
        assert (invoice.net, invoice.vat, invoice.total) == (
            Decimal("1584.00"),
            Decimal("316.80"),
            Decimal("1900.80"),
        )

    def test_a_quote_is_accepted_once(self, placed, gael, aloen):
        quote = quoted(gael, aloen)
        self.accept(quote, placed, gael)
        with pytest.raises(NotAcceptable, match="déjà accepté"):
            self.accept(quote, placed, gael, starts_on=date(2027, 2, 1))
        assert Terms.objects.count() == 2

    def test_a_quote_ends_with_its_validity(self, placed, gael, aloen):
        quote = quoted(gael, aloen)
        with pytest.raises(NotAcceptable, match="ne vaut plus depuis le 31 janvier 2027"):
            self.accept(quote, placed, gael, at=world.at(date(2027, 2, 1)))

    def test_a_quote_is_for_its_own_structure(self, gael, aloen):
        elsewhere = world.assignment(world.employee(), world.member("Sonam"))
        with pytest.raises(NotAcceptable, match="pour une autre structure"):
            self.accept(quoted(gael, aloen), elsewhere, gael)

    def test_a_price_that_begins_the_same_day_is_not_overwritten(self, placed, gael, aloen):
        with pytest.raises(NotAcceptable, match="Un prix commence déjà le 01/01/2026"):
            self.accept(quoted(gael, aloen), placed, gael, starts_on=world.YEAR_START)

    def test_a_quote_needs_a_first_day(self, placed, gael, aloen):
        with pytest.raises(NotRepriceable, match="Indiquez à partir de quel jour"):
            self.accept(quoted(gael, aloen), placed, gael, starts_on=None)


@pytest.mark.parametrize("who", ["finance", "own", "stranger", "colleague"])
def test_quotes_are_seen_by_the_group_and_their_own_structure(who, gael, aloen):
    quote = quoted(gael, aloen)
    quoted(gael)
    people = {
        "finance": (gael, 2),
        "own": (world.staff(aloen), 1),
        "stranger": (world.staff(world.member("Sonam"), "Anaïs Moal"), 0),
        "colleague": (world.employee(members=[aloen]).user, 0),
    }
    person, count = people[who]
    seen = Quote.objects.visible_to(person)
    assert seen.count() == count
    assert (quote in seen) is (count > 0)


def test_the_figures_of_a_quote_never_change(gael, aloen):
    from django.db import ProgrammingError, transaction

    quote = quoted(gael, aloen)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Quote.objects.filter(pk=quote.pk).update(figures={})
