"""What a member computes of somebody's pay from all that it may read: nothing sharper than the price page announced."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.charge_kinds import ChargeKind
from billing.documents import rendering
from billing.models import Charge
from billing.month import drafting, issuing
from billing.prices import changing
from billing.prices.effects import effect
from groupement.kernel.money import an_hour, spell
from members.models import Mail
from tests import world
from tests.journeys.visiting import spaced
from tests.journeys.walking import walk
from tests.world import NOVEMBER, NOW
from timesheets.models import Entry, Kind

pytestmark = pytest.mark.django_db
COST = Decimal("3641.13")


@pytest.fixture
def placed(files, settings):
    """Maëlle worked 13 h 30 at Aloen and 12 h 28 at Sonam, was ill for seven hours; November is billed at cost."""
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", gross_monthly_pay="2643.21")
    at_cost = {"price_method": "actual", "management_rate": Decimal("6.00")}
    here = world.assignment(maelle, aloen, **at_cost)
    there = world.assignment(maelle, sonam, weekly_pattern=(0, 420, 0, 0, 0, 0, 0), **at_cost)
    world.timesheet(here, {date(2026, 11, 2): 420, date(2026, 11, 9): 390})
    world.timesheet(there, {date(2026, 11, 3): 317, date(2026, 11, 10): 431})
    ill = world.timesheet(maelle, {date(2026, 11, 16): 420}, kind=Kind.SICKNESS, status="draft")
    Entry.objects.filter(timesheet=ill).update(note="Grippe")
    world.advance(ill, "approved")
    world.cost(maelle, gross="2643.21", contributions="997.92")
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    for invoice in issuing.issue_run(run, by=None, at=NOW).issued:
        rendering.render(invoice.pk, at=NOW)
    return here


def announced(placed):
    """What the page of prices says when the price at actual cost is chosen."""
    terms = placed.terms.get()
    known = changing.figures_of(terms)
    proposed = changing.propose(
        placed, starts_on=date(2026, 12, 1), figures=known | {"management_rate": Decimal("7.00")}
    )
    return effect(placed, proposed, by=world.finance("Gaël Perrot"), at=NOW).computable


def test_a_member_reads_nothing_sharper_than_what_was_announced(placed, clock):
    computed = announced(placed)
    share = Charge.objects.get(assignment=placed, kind=ChargeKind.COST_SHARE)
    # What anybody divides: the amount of the line by its hours.
    assert computed.hourly == an_hour(share.net, share.minutes)
    assert (computed.cost, computed.is_alone) == (COST, False)
    person = world.staff(placed.member, "Nolwenn Jégo")
    pages = walk(person)
    mails = " ".join(spaced(mail.text + mail.html) for mail in Mail.objects.filter(to=person))
    read = " ".join(pages.values()) + mails
    assert spaced(spell(share.net)) in read
    sharper = {
        "the cost of an hour": spaced(spell(computed.hourly)),
        "the cost": spaced(spell(COST)),
        "the gross": "2 643,21",
        "the part of the hours": "52,0 %",
        "the hours worked in all": "25,97",
        "the absence": "420",
    }
    found = {what for what, text in sharper.items() if text in read and what != "the absence"}
    assert found == set()


@pytest.mark.parametrize(("detail", "sentence"), [("hours", "l’heure"), ("shares", "% des heures du mois")])
def test_the_group_may_decide_otherwise(placed, clock, detail, sentence):
    """Frozen papers stay as they were; the next ones say what the group decided."""
    from members.models import Group

    Group.objects.update(price_detail=detail)
    charge = Charge.objects.filter(assignment=placed, kind=ChargeKind.COST_SHARE)
    from billing.documents import explaining

    (row,) = explaining.by_person_and_month(charge.select_related("terms"), detail)
    assert sentence in " ".join(row.sentences)


def test_the_page_of_prices_says_what_it_lets_compute_and_offers_an_agreed_price(placed, client, clock):
    computed = announced(placed)
    client.force_login(world.finance("Nadia Perrot"))
    address = reverse("billing:change_price", args=[placed.pk])
    form = {
        "starts_on": "2027-01-01",
        "price_method": "actual",
        "management_rate": "7",
        "vat_regime": placed.terms.get().vat_regime,
        "absence_rule": placed.terms.get().absence_rule,
        "etape": "effet",
    }
    text = spaced(client.post(address, form).content.decode())
    assert "Ce que ce prix laisse calculer sur Maëlle Kerbrat" in text
    for amount in (computed.hourly, computed.cost, computed.gross):
        assert spaced(spell(amount)) in text
    assert f"{address}?horaire" in text
    offered = client.get(f"{address}?horaire").content.decode()
    assert 'value="hourly" selected' in offered
    coordination = world.coordinator()
    client.force_login(coordination)
    text = spaced(client.post(address, form).content.decode())
    assert spaced(spell(computed.gross)) not in text
    hourly = form | {"price_method": "hourly", "hourly_price": "30,00"}
    assert "laisse calculer" not in client.post(address, hourly).content.decode()


def test_who_is_alone_reads_the_cost_itself(placed, clock):
    alone = world.employee("Youenn", "Talec")
    world.cost(alone, gross="1801.80", contributions="640.12", month=NOVEMBER)
    only = world.assignment(
        alone, placed.member, hourly_price=Decimal("31.77"), weekly_pattern=(420, 0, 0, 0, 0, 0, 0)
    )
    figures = changing.figures_of(only.terms.get()) | {
        "price_method": "actual",
        "hourly_price": None,
        "management_rate": Decimal(0),
    }
    proposed = changing.propose(only, starts_on=date(2026, 12, 1), figures=figures)
    computed = effect(only, proposed, by=world.finance("Gaël Perrot"), at=NOW).computable
    assert (computed.is_alone, computed.cost, computed.month) == (True, Decimal("2441.92"), NOVEMBER)


def test_the_note_of_an_absence_is_for_the_person_and_the_coordination(placed, client, clock):
    from employees.models import Absence

    Absence.objects.create(
        employee=placed.employee,
        kind="sickness",
        starts_on=date(2026, 11, 16),
        ends_before=date(2026, 11, 17),
        note="Grippe chez lui",
        recorded_at=NOW,
    )
    readers = {
        "person": placed.employee.user,
        "coordinator": world.coordinator(),
        "finance": world.finance(),
        "admin": world.admin(),
    }
    addresses = [
        reverse("employees:month", args=[NOVEMBER]),
        "/admin/employees/absence/",
        f"/admin/employees/absence/{Absence.objects.get().pk}/change/",
        "/admin/timesheets/entry/",
        f"/admin/timesheets/entry/{Entry.objects.get(note='Grippe').pk}/change/",
        f"/admin/timesheets/timesheet/{Entry.objects.get(note='Grippe').timesheet_id}/change/",
        reverse("timesheets:export") + "?format=csv",
        f"/heures/{NOVEMBER}/personne/{placed.employee_id}/",
    ]
    read = {}
    for who, user in readers.items():
        client.force_login(user)
        for address in addresses:
            answer = client.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if "Grippe" in content.decode("utf-8-sig", "replace"):
                read.setdefault(who, set()).add(address)
    assert not read.get("finance")
    assert not read.get("admin")
    assert read["coordinator"]
    assert read["person"]
