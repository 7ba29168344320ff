"""Duties in a calendar: the secret address, what the file holds, when it is empty or gone, and the masked log."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from employees import feeds as addresses
from employees.models import Absence, CalendarFeed
from groupement.kernel.masking import mask
from members import fulfilling
from tests import world

pytestmark = pytest.mark.django_db
ON = world.NOW.date()


@pytest.fixture(autouse=True)
def _there(settings, db):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    with time_machine.travel(world.NOW, tick=False):
        yield


def opened(user, **facts):
    return addresses.open_feed(user, topic="duties", at=world.NOW, **facts)


def add(by, title="Assurance", due_on=ON, **facts):
    return fulfilling.add(title=title, due_on=due_on, by=by, at=world.NOW, **facts)


def events(secret):
    answer = Client().get(reverse("secretariat:feed", args=[secret]))
    assert answer.status_code == 200
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return [(each["dtstart"].dt, each["dtend"].dt, str(each["summary"])) for each in found]


def test_whole_days_of_what_is_open():
    solene = world.coordinator()
    add(solene)
    add(solene, "Bail", ON - timedelta(days=1))
    done = add(solene, "Rapport")
    fulfilling.fulfil(fulfilling.own_due(done), on=ON, by=solene, at=world.NOW)
    _, secret = opened(solene)
    one = timedelta(days=1)
    assert events(secret) == [(ON - one, ON, "En retard\u00a0: Bail"), (ON, ON + one, "Assurance")]


def test_it_shows_what_its_owner_may_read_today():
    solene = world.coordinator()
    add(solene)
    _, secret = opened(solene)
    solene.is_coordinator = False
    solene.save()
    assert events(secret) == []
    solene.is_active = False
    solene.save()
    assert Client().get(reverse("secretariat:feed", args=[secret])).status_code == 404


def test_why_somebody_was_away_stays_in_the_house():
    maelle = world.employee("Maëlle", "Marquepersonne")
    days = {"starts_on": date(2026, 11, 23), "ends_before": date(2026, 11, 28)}
    Absence.objects.create(employee=maelle, kind="sickness", recorded_at=world.NOW, **days)
    found = {user: events(opened(user)[1])[0][2] for user in (world.coordinator(), maelle.user)}
    assert ["Marquepersonne" in words for words in found.values()] == [False, True]


def test_revoked_expired_replaced_and_of_the_other_topic_are_gone():
    solene = world.coordinator()
    maelle = world.employee()
    feed, secret = opened(solene, days=90)
    _, of_plan = addresses.open_feed(solene, employee=maelle, at=world.NOW)
    address = reverse("secretariat:feed", args=[secret])
    assert Client().get(reverse("employees:feed", args=[secret])).status_code == 404
    assert Client().get(reverse("secretariat:feed", args=[of_plan])).status_code == 404
    with time_machine.travel(world.NOW + timedelta(days=91), tick=False):
        assert Client().get(address).status_code == 404
    assert Client().get(address).status_code == 200
    other, second = opened(solene)
    assert Client().get(address).status_code == 404, "a new one closes the former"
    addresses.revoke_feed(other, world.NOW)
    assert Client().get(reverse("secretariat:feed", args=[second])).status_code == 404
    assert CalendarFeed.objects.filter(revoked_at=None).get().topic == ""
    assert feed.topic == "duties"


def test_the_log_holds_no_secret():
    _, secret = opened(world.coordinator())
    address = reverse("secretariat:feed", args=[secret])
    assert mask(f"GET {address} HTTP/1.1") == "GET /echeances/agenda/….ics HTTP/1.1"


def test_the_page_shows_an_address_once_and_each_ones_own():
    client = Client()
    client.force_login(world.coordinator())
    shown = client.post(reverse("secretariat:open_feed"), {"days": "90"})
    assert "/echeances/agenda/" in shown.context["address"]
    again = client.get(reverse("secretariat:feeds"))
    assert again.context["address"] == ""
    assert len(again.context["feeds"]) == 1
    other = Client()
    other.force_login(world.finance())
    feed = CalendarFeed.objects.get()
    assert other.post(reverse("secretariat:revoke_feed", args=[feed.pk])).status_code == 404
    client.post(reverse("secretariat:revoke_feed", args=[feed.pk]))
    feed.refresh_from_db()
    assert feed.revoked_at is not None
