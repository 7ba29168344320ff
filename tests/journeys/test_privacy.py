"""Cases 67 and 68: what one member’s staff can never read, wherever they click and whatever they try."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.documents import rendering
from billing.models import Invoice
from billing.month import drafting, issuing
from groupement.kernel.money import spell
from tests import world
from tests.charter import agreed
from tests.journeys.visiting import Visitor, spaced
from tests.journeys.walking import text_of, walk
from tests.world import DECEMBER, NOVEMBER, NOW
from timesheets.models import Entry, Kind, Timesheet

pytestmark = pytest.mark.django_db

MONDAYS = {date(2026, 11, 2): 420, date(2026, 11, 9): 390}
ELSEWHERE = {date(2026, 11, 3): 317, date(2026, 11, 10): 431}
SICK = date(2026, 11, 16)
# The charter is signed in the open: on its pages the structures, and nothing else of them, are everybody's.
OPEN = ("/charte/",)


@pytest.fixture
def house(files, settings):
    """Maëlle works at Aloen and Sonam and was ill one day; Youenn at Sonam only. November is billed."""
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    aloen = world.member("Aloen")
    sonam = world.member("Sonam", legal_name="Les Voyageurs du Son", street="77 rue des Glénan")
    maelle = world.employee("Maëlle", "Kerbrat", gross_monthly_pay="2643.21")
    youenn = world.employee("Youenn", "Talec", job="régisseur")
    at_cost = {"price_method": "actual", "management_rate": Decimal("6.00")}
    placed = {
        "aloen": world.assignment(maelle, aloen, **at_cost),
        "sonam": world.assignment(maelle, sonam, weekly_pattern=(0, 420, 0, 0, 0, 0, 0), **at_cost),
        "youenn": world.assignment(youenn, sonam, hourly_price=Decimal("31.77")),
    }
    world.timesheet(placed["aloen"], MONDAYS)
    world.timesheet(placed["sonam"], ELSEWHERE)
    world.timesheet(placed["youenn"], world.hours(NOVEMBER, "20.75"))
    ill = world.timesheet(maelle, {SICK: 420}, kind=Kind.SICKNESS, status="draft")
    Entry.objects.filter(timesheet=ill).update(note="Grippe")
    world.advance(ill, "approved")
    world.timesheet(youenn)
    world.cost(maelle, gross="2643.21", contributions="997.92")
    world.cost(youenn, gross="1801.80", contributions="640.12")
    agreed.draft()
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    for invoice in issuing.issue_run(run, by=None, at=NOW).issued:
        rendering.render(invoice.pk, at=NOW)
    people = {
        "nolwenn": world.staff(aloen, "Nolwenn Jégo"),
        "anais": world.staff(sonam, "Anaïs Moal"),
        "solene": world.coordinator(),
        "gael": world.finance(),
    }
    return {**placed, **people, "member": sonam, "invoice": Invoice.objects.get(member=sonam)}


def names(house):
    """How the other member is called, and its people."""
    return {"Sonam", "Les Voyageurs du Son", "Youenn Talec", "Talec", "régisseur"}


def figures(house):
    """What is known of the other member and of the person: hours, prices, sums, a wage, a cause of absence."""
    invoice = house["invoice"]
    amounts = {spaced(spell(amount)) for amount in (invoice.net, invoice.vat, invoice.total)}
    hours = {"5,28", "7,18", "12,47", "31,77", "20,75"}
    wages = {"2 643,21", "3 641,13", "1 801,80", "997,92"}
    papers = {invoice.number, invoice.document.sha256, "77 rue des Glénan", house["member"].siren}
    return amounts | hours | wages | papers | {"Maladie", "Grippe"}


def guesses(house):
    """Addresses that name the other member, its people and its papers, and ways to choose or to read further."""
    sonam, invoice = house["member"].pk, house["invoice"].pk
    sheets = Timesheet.objects.exclude(assignment=house["aloen"]).values_list("pk", flat=True)
    return [
        *(f"/heures/releve/{sheet}/" for sheet in sheets),
        *(f"/heures/{NOVEMBER}/{house[place].pk}/" for place in ("aloen", "sonam", "youenn")),
        f"/heures/{NOVEMBER}/personne/{house['sonam'].employee_id}/",
        f"/accueil/?adherent={sonam}",
        f"/accueil/?mois={NOVEMBER}",
        f"/facturation/factures/?adherent={sonam}",
        f"/facturation/factures/?mois={NOVEMBER}&annee=2026",
        "/facturation/factures/?page=2",
        f"/heures/a-viser/?page=2&adherent={sonam}",
        f"/facturation/factures/{invoice}/",
        f"/facturation/factures/{invoice}/pdf/",
        f"/facturation/{NOVEMBER}/",
        f"/facturation/{NOVEMBER}/?adherent={sonam}",
        f"/facturation/{NOVEMBER}/factures.zip",
        f"/facturation/couts/{NOVEMBER}/modele.csv",
        f"/facturation/couts/?mois={NOVEMBER}",
        f"/heures/mois/{NOVEMBER}/",
        f"/heures/engagement/?adherent={sonam}",
        f"/heures/annee/?adherent={sonam}",
        f"/heures/annee/?personne={house['sonam'].employee_id}",
    ]


def found(pages, secrets):
    """Which of ``secrets`` stand on which page."""
    return {
        (address, secret)
        for address, text in pages.items()
        for secret in secrets
        if secret in text and not (address.startswith(OPEN) and secret in {"Sonam", "Les Voyageurs du Son"})
    }


def test_no_page_of_a_member_tells_of_another_or_of_a_wage(house, clock):
    secrets = names(house) | figures(house)
    in_the_open = {
        secret for who in ("solene", "gael") for _, secret in found(walk(house[who], guesses(house)), secrets)
    }
    assert in_the_open == secrets  # others can read all of it, so there is something to hide
    pages = walk(house["nolwenn"], guesses(house))
    assert len(pages) > 30
    assert "Maëlle Kerbrat" in pages["/accueil/"]
    assert found(pages, secrets) == set()
    own = Invoice.objects.get(member__short_name="Aloen")
    assert own.number in pages[f"/facturation/factures/{own.pk}/pdf/"]


def test_a_member_reads_of_an_absence_only_that_there_is_one(house, clock):
    grid = text_of(Visitor(house["nolwenn"]).open(f"/heures/{NOVEMBER}/{house['aloen'].pk}/").page)
    assert grid.count('<abbr title="indisponible">') == 1
    assert "Maladie" in text_of(Visitor(house["solene"]).open(person_month(house)).page)


def person_month(house):
    return f"/heures/{NOVEMBER}/personne/{house['aloen'].employee_id}/"


def test_no_refusal_tells_of_another_member(house, clock):
    """Each is sent with the other member’s ids, or so that the person’s hours elsewhere would be in the way."""
    world.timesheet(house["sonam"], {date(2026, 12, 1): 1080}, month=DECEMBER, status="draft")
    theirs = Timesheet.objects.get(assignment=house["sonam"], month=NOVEMBER).pk
    nolwenn, secrets = Visitor(house["nolwenn"]), names(house) | figures(house) | {"18 h", "24,5 h", "25 h"}
    answers = {}
    for path, data in (
        (f"/heures/releve/{theirs}/viser/", {"answer": "confirm"}),
        (f"/heures/releve/{theirs}/renvoyer/", {"note": "Non."}),
        (f"/heures/{NOVEMBER}/{house['sonam'].pk}/", {"do": "save"}),
        (f"/heures/{DECEMBER}/{house['aloen'].pk}/", {f"m-a{house['aloen'].pk}-2026-12-01": "7"}),
        (f"/heures/{DECEMBER}/{house['aloen'].pk}/", {f"m-{theirs}-2026-12-01": "7"}),
        ("/charte/1/signer/", {"member": house["member"].pk, "consent": "on"}),
        (f"/facturation/{NOVEMBER}/emettre/", {}),
    ):
        answer = nolwenn.send(path, data).page
        assert answer.status_code in {403, 404, 422}, path
        answers[f"{path}{data}"] = text_of(answer)
    assert "dépasserait 24 h" in "".join(answers.values())
    assert found(answers, secrets) == set()


@pytest.mark.parametrize("status", ["draft", "submitted"])
def test_hours_are_the_person_s_own_until_they_are_submitted(status, files, settings, clock):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    aloen = world.member("Aloen")
    nolwenn = world.staff(aloen)
    placed = world.assignment(world.employee(), aloen, hours_entry="employee")
    sheet = world.timesheet(placed, ELSEWHERE, status=status)
    more = [f"/heures/releve/{sheet.pk}/", f"/heures/{NOVEMBER}/{placed.pk}/", f"/accueil/?mois={NOVEMBER}"]
    pages = walk(nolwenn, more)
    seen = {address for address, _ in found(pages, {"5,28", "12,47", "7,18"})}
    if status == "draft":
        assert seen == set()
    else:
        assert {f"/heures/releve/{sheet.pk}/", f"/heures/{NOVEMBER}/{placed.pk}/", "/heures/a-viser/"} <= seen
