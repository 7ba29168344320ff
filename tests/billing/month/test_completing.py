"""A month completed after its issue: what came since makes a supplement, and its page says what is true today."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from billing.liability import reserve
from billing.models import BillingRun, EmployerCost, Invoice, Settlement
from billing.month import completing, drafting, issuing
from billing.month.drafting import NotDraftable
from billing.month.reconciling import reconcile
from billing.true_ups.checks import obstacles
from billing.true_ups.gathering import gather
from tests import world
from tests.billing import scene
from tests.billing.credit_notes import issued as crediting
from tests.billing.month.test_run_views import words
from tests.billing.true_ups import period
from tests.world import DECEMBER, NOVEMBER, NOW

pytestmark = pytest.mark.django_db

RUN = reverse("billing:run", args=[NOVEMBER])
DRAFT = reverse("billing:draft", args=[NOVEMBER])
ISSUE = reverse("billing:issue", args=[NOVEMBER])
LATER = world.at(DECEMBER.before.replace(day=3))


def by_the_hour(price="30.00"):
    """Maëlle for seven hours at Aloen, invoiced before her cost is known; and nobody else."""
    (aloen,) = scene.hosts(1)
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen, hourly_price=Decimal(price))
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    period.issue(NOVEMBER)
    return maelle, placed


def complete(month=NOVEMBER):
    run = drafting.draft(month, by=None, at=NOW)
    issuing.issue_run(run, by=None, at=NOW)
    return BillingRun.objects.get(pk=run.pk)


def balance():
    return reconcile(*BillingRun.objects.filter(month=NOVEMBER).order_by("supplement"))


def test_a_cost_that_comes_after_the_issue_is_counted_by_a_supplement_from_the_page(login):
    maelle, _ = by_the_hour()
    client = login(world.finance())
    page = words(client.get(RUN))
    assert "Ce qui manque" in page
    assert "Maëlle Kerbrat : aucun coût employeur pour novembre 2026. Importez la paie" in page
    assert "Le compte n’est pas complet Un coût manque" in page
    assert "Équilibré au centime" not in page
    assert "Faire l’essai du complément" not in page

    world.cost(maelle, gross="150.00", contributions="50.00")
    page = words(client.get(RUN))
    assert "Un coût est arrivé après l’émission Maëlle Kerbrat" in page
    assert "Un coût n’est pas encore compté" in page
    assert "Faire l’essai du complément" in page
    period_facts = gather(period.scope(first=NOVEMBER, last=NOVEMBER))
    (obstacle,) = obstacles(period_facts, "hours")
    assert "coût arrivé après l’émission" in obstacle
    assert "essai du complément" in obstacle

    client.post(DRAFT)
    page = words(client.get(RUN))
    assert "Compter le coût, sans facture" in page
    client.post(ISSUE)
    page = words(client.get(RUN))
    assert "Le compte est bon Équilibré au centime" in page
    assert "La réserve a reçu 10,00 €." in page
    assert (balance().employer_cost, balance().charged) == (Decimal("200.00"), Decimal("210.00"))
    assert reserve.balance() == Decimal("10.00")
    assert obstacles(gather(period.scope(first=NOVEMBER, last=NOVEMBER)), "hours") == []
    assert Invoice.objects.count() == 1


def test_shares_that_waited_for_their_cost_make_a_supplement_with_its_own_invoices(login):
    aloen, sonam = scene.hosts(2)
    maelle = world.employee(members=[aloen, sonam])
    scene.worked([aloen, sonam], person=maelle)
    EmployerCost.objects.all().delete()
    yann = world.employee("Yann", "Le Goff", members=[aloen])
    world.timesheet(world.assignment(yann, aloen), world.hours(NOVEMBER, 7))
    world.cost(yann)
    first = period.issue(NOVEMBER)
    assert [row.member.short_name for row in first.invoices.all()] == ["Aloen"]
    world.cost(maelle, gross="2640.00", contributions="997.92")
    second = complete()
    assert (second.supplement, second.status) == (1, "issued")
    rows = second.invoices.order_by("member__short_name")
    assert [(row.member.short_name, str(row.net)) for row in rows] == [
        ("Aloen", "1928.10"),
        ("Sonam", "1928.10"),
    ]
    assert {row.snapshot["period_label"] for row in rows} == {"novembre 2026"}
    page = words(login(world.finance()).get(RUN))
    assert "complément n° 1" in page
    assert "Le compte est bon" in page
    assert balance().net == sum(Invoice.objects.values_list("net", flat=True))


def test_late_hours_are_billed_once_by_the_supplement_or_by_the_next_month():
    _, placed = by_the_hour()
    world.timesheet(placed, {NOVEMBER.first.replace(day=30): 60}, supplement=1)
    assert [row.minutes for row in completing.rest_of(NOVEMBER).to_bill] == [60]
    drafting.draft(DECEMBER, by=None, at=LATER)
    with pytest.raises(NotDraftable, match="rien n’est arrivé depuis"):
        drafting.draft(NOVEMBER, by=None, at=NOW)
    drafting.discard(BillingRun.objects.get(month=DECEMBER), by=None, at=LATER)
    second = complete()
    assert [str(net) for net in second.invoices.values_list("net", flat=True)] == ["30.00"]
    drafting.draft(DECEMBER, by=None, at=LATER)
    assert Invoice.objects.filter(run__month=DECEMBER).count() == 0
    assert completing.rest_of(NOVEMBER).to_bill == []


def test_hours_of_a_shared_cost_wait_for_the_true_up_and_the_page_leads_there(login):
    period.late_hours()
    rest = completing.rest_of(NOVEMBER)
    assert (rest.to_bill, [row.minutes for row in rest.for_true_up]) == ([], [420])
    page = login(world.finance()).get(RUN)
    assert "Des heures attendent la régularisation Maëlle Kerbrat chez Aloen (7 h)" in words(page)
    assert "/regularisation" in page.content.decode().replace("régularisation", "")
    assert "Faire l’essai du complément" not in words(page)
    with pytest.raises(NotDraftable) as refused:
        drafting.draft(NOVEMBER, by=None, at=NOW)
    assert "attendent la régularisation" in refused.value.errors[0]
    assert BillingRun.objects.filter(month=NOVEMBER).count() == 1


def test_a_cost_that_the_drafts_of_another_month_count_is_not_counted_twice(login):
    maelle, _ = by_the_hour()
    world.cost(maelle)
    drafting.draft(DECEMBER, by=None, at=LATER)
    rest = completing.rest_of(NOVEMBER)
    assert (rest.uncounted, rest.taken_up) == ([], [("Maëlle Kerbrat", DECEMBER)])
    page = words(login(world.finance()).get(RUN))
    assert "les brouillons de décembre 2026 comptent le coût de novembre 2026" in page
    assert Settlement.objects.filter(employer_cost__gt=0).count() == 1


def test_credited_hours_to_bill_again_and_credited_sums_can_complete_the_month():
    _, placed = by_the_hour()
    invoice = Invoice.objects.get()
    crediting.credit_all(invoice, crediting.RELEASED)
    assert completing.rest_of(NOVEMBER).released_minutes == 420
    second = complete()
    assert [str(net) for net in second.invoices.values_list("net", flat=True)] == ["210.00"]
    assert (balance().invoiced, balance().credited, balance().net) == (
        Decimal("420.00"),
        Decimal("210.00"),
        Decimal("210.00"),
    )
    assert placed.member == invoice.member


def test_a_supplement_is_drafted_again_thrown_away_and_one_at_a_time():
    maelle, _ = by_the_hour()
    world.cost(maelle)
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    assert drafting.draft(NOVEMBER, by=None, at=NOW) == run == drafting.draft(run, by=None, at=NOW)
    drafting.discard(run, by=None, at=NOW)
    assert completing.rest_of(NOVEMBER).uncounted == ["Maëlle Kerbrat"]
    with pytest.raises(IntegrityError, match="one_run_of_a_month_is_not_issued"), transaction.atomic():
        BillingRun.objects.create(month=NOVEMBER, supplement=2)
    assert complete() == run


def test_the_account_is_right_only_when_every_cost_is_counted(login):
    """Whatever the state of the month: drafted, issued, a supplement that misses another cost, all of it."""
    (aloen,) = scene.hosts(1)
    client = login(world.finance())

    def heading():
        page = words(client.get(RUN))
        return page[page.index("Le compte ") :].partition(" Coût employeur")[0]

    flat = {"price_method": "flat", "flat_amount": Decimal("700.00"), "hourly_price": None}
    people = []
    for name in ("Ana", "Bo"):
        person = world.employee(name, "Le Bris", members=[aloen])
        world.assignment(person, aloen, **flat)  # no timesheet: the sum does not wait for hours
        people.append(person)
    drafting.draft(NOVEMBER, by=None, at=NOW)
    assert heading() == "Le compte n’est pas complet Un coût manque"
    period.issue(NOVEMBER)
    assert heading() == "Le compte n’est pas complet Un coût manque"
    world.cost(people[0])
    drafting.draft(NOVEMBER, by=None, at=NOW)
    assert heading() == "Le compte n’est pas complet Un coût manque"
    world.cost(people[1])
    assert heading() == "Le compte n’est pas complet Un coût n’est pas encore compté"
    assert "Un coût est arrivé après l’émission Bo Le Bris" in words(client.get(RUN))
    complete()
    assert heading() == "Le compte est bon Équilibré au centime"


def test_a_true_up_says_where_the_cost_is_counted_whichever_drafts_count_it():
    maelle, _ = by_the_hour()
    world.cost(maelle)
    scope = period.scope(first=NOVEMBER, last=NOVEMBER)
    drafting.draft(DECEMBER, by=None, at=LATER)
    (sentence,) = obstacles(gather(scope), "hours")
    assert "coût que des brouillons comptent. Émettez-les d’abord" in sentence


def test_a_cost_that_cannot_be_shared_yet_says_which_hours_it_waits_for(login):
    aloen, sonam = hosts = scene.hosts(2)
    maelle = world.employee(members=hosts)
    scene.worked([aloen], person=maelle)
    EmployerCost.objects.all().delete()
    placed = world.assignment(maelle, sonam, price_method="actual", hourly_price=None)
    world.timesheet(placed, world.hours(NOVEMBER, 7), status="submitted")
    yann = world.employee("Yann", "Le Goff", members=hosts)
    world.timesheet(world.assignment(yann, aloen), world.hours(NOVEMBER, 7))
    period.issue(NOVEMBER)
    world.cost(maelle)
    rest = completing.rest_of(NOVEMBER)
    assert (rest.uncounted, rest.unshared, rest.missing) == ([], ["Maëlle Kerbrat"], ["Yann Le Goff"])
    client = login(world.finance())
    page = words(client.get(RUN))
    assert "Un coût attend des heures Maëlle Kerbrat" in page
    assert "Faire l’essai du complément" not in page
    refused = words(client.post(DRAFT, follow=True))
    assert "Le complément de novembre 2026 ne peut pas encore être fait." in refused
    assert "À faire approuver d’abord : heures chez Sonam." in refused


def test_late_hours_in_a_later_run_do_not_lack_a_cost_that_their_own_month_counted(login):
    maelle, placed = by_the_hour()
    world.cost(maelle)
    complete()
    world.timesheet(placed, {NOVEMBER.first.replace(day=30): 60}, supplement=1)
    ana = world.employee("Ana", "Le Bris", members=[placed.member])
    world.timesheet(world.assignment(ana, placed.member), world.hours(DECEMBER, 7), month=DECEMBER)
    world.cost(ana, month=DECEMBER)
    world.timesheet(placed, world.hours(DECEMBER, 7), month=DECEMBER)
    world.cost(maelle, month=DECEMBER)
    drafting.draft(DECEMBER, by=None, at=LATER)
    december = reverse("billing:run", args=[DECEMBER])
    assert "Le compte est bon" in words(login(world.finance()).get(december))
    EmployerCost.objects.filter(employee=ana).delete()
    drafting.draft(DECEMBER, by=None, at=LATER)
    assert "Le compte n’est pas complet" in words(login(world.user("Deux", is_finance=True)).get(december))
