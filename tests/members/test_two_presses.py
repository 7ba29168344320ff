"""A button pressed twice at once, on two connections: the second answer is a sentence, or the same as the first."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from members.models import Member
from tests import world
from tests.members.admin_forms import change_url, filled
from tests.together import meet
from timesheets import approval
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY = "2026-11-03"


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.REQUIRE_SECOND_FACTOR = False


def logged_in(person):
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def statuses(met):
    assert not isinstance(met.first, Exception), met
    assert not isinstance(met.second, Exception), met
    return met.first.status_code, met.second.status_code


def test_two_forms_of_one_member_saved_at_once():
    aloen = world.member("Aloen", city="Rennes", billing_email="factures@aloen.example")
    malo, ana = logged_in(world.admin()), logged_in(world.admin("Ana Riou"))
    url, typed = change_url(aloen), filled(malo, aloen)
    met = meet(
        lambda: malo.post(url, {**typed, "billing_email": "compta@aloen.example"}),
        lambda: ana.post(url, {**typed, "city": "Brest"}),
    )
    assert (statuses(met), met.waited) == ((302, 200), True)
    assert "Malo Kervella a changé" in met.second.content.decode()
    aloen = Member.objects.get(pk=aloen.pk)
    assert (aloen.billing_email, aloen.city) == ("compta@aloen.example", "Rennes")


def test_a_supplement_opened_twice_at_once():
    placed = world.assignment(world.employee(), world.member())
    sheet = world.timesheet(placed, status="approved")
    approval.seal([sheet.pk], at=world.NOW)
    clients = [logged_in(world.coordinator()), logged_in(world.coordinator("Maï Le Dantec"))]
    url = reverse("timesheets:supplement", args=[sheet.pk])
    met = meet(lambda: clients[0].post(url), lambda: clients[1].post(url))
    assert (statuses(met), met.waited) == ((302, 302), True)
    assert [str(each) for each in get_messages(met.second.wsgi_request)] == [
        "Un relevé de ce mois n’est pas encore facturé\u00a0: complétez celui-là."
    ]
    assert Timesheet.objects.filter(supplement__gt=0).count() == 1


def test_hours_saved_by_a_double_press():
    placed = world.assignment(world.employee(), world.member())
    person = placed.employee.user
    sheet = world.timesheet(placed, status="draft")
    client = logged_in(person)
    url = reverse("timesheets:my_month", args=["2026-11"])
    typed = {f"vu-{sheet.pk}": "", f"m-{sheet.pk}-{TUESDAY}": "7", "do": "save"}
    met = meet(lambda: client.post(url, typed), lambda: client.post(url, typed))
    assert (statuses(met), met.waited) == ((302, 302), True)
    assert list(Entry.objects.values_list("minutes", flat=True)) == [420]
