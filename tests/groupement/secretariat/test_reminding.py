"""The reminder of the week: on the morning of its first working day, once, to whoever has something to do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from employees.models import Absence
from groupement.secretariat import reminding
from members import fulfilling
from members.models import Mail, Membership, User
from tests import world

pytestmark = pytest.mark.django_db
# Easter Monday 2027 is 29 March.
MONDAY, TUESDAY, AFTER_EASTER = date(2026, 12, 7), date(2026, 12, 8), date(2027, 3, 30)


@pytest.fixture(autouse=True)
def _group(db):
    world.group()


@pytest.fixture
def solene():
    return world.coordinator()


def add(by, title="Assurance", due_on=MONDAY, **facts):
    return fulfilling.add(title=title, due_on=due_on, by=by, at=world.NOW, **facts)


def send(day, hour=7, minute=40):
    at = world.at(day, hour, minute)
    with time_machine.travel(at, tick=False):
        reminding.send_reminders(at)
    return sorted(Mail.objects.filter(kind="duties", day=day).values_list("address", flat=True))


@pytest.mark.parametrize(
    ("day", "hour", "leaves"),
    [
        (MONDAY, 7, True),
        (MONDAY, 13, False),
        (MONDAY, 3, False),
        (TUESDAY, 7, False),
        (MONDAY - timedelta(days=1), 7, False),
        (AFTER_EASTER, 7, True),
        (AFTER_EASTER - timedelta(days=1), 7, False),
        (AFTER_EASTER + timedelta(days=1), 7, False),
    ],
)
def test_on_the_morning_of_the_first_working_day(solene, day, hour, leaves):
    add(solene)
    assert bool(send(day, hour)) == leaves


def test_once_a_week_and_person(solene):
    add(solene)
    assert send(MONDAY) == [solene.email]
    assert send(MONDAY, 7, 50) == [solene.email]
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "words"),
    [(-1, "En retard"), (0, "D’ici deux semaines"), (14, "D’ici deux semaines"), (15, None)],
)
def test_what_is_late_or_due_within_two_weeks(solene, days, words):
    add(solene, due_on=MONDAY + timedelta(days=days))
    sent = send(MONDAY)
    assert bool(sent) == bool(words)
    if words:
        assert words in Mail.objects.get().text
        assert "Assurance" in Mail.objects.get().html


def test_to_whose_work_it_is(solene):
    gael, malo = world.finance(), world.admin()
    add(solene, "De la coordination")
    add(solene, "Des finances", role="finance")
    add(solene, "Confiée", owner=malo)
    send(MONDAY)
    found = {mail.address: mail.text for mail in Mail.objects.all()}
    titles = ("De la coordination", "Des finances", "Confiée")
    assert {who: [title for title in titles if title in text] for who, text in found.items()} == {
        solene.email: ["De la coordination"],
        gael.email: ["Des finances"],
        malo.email: ["Confiée"],
    }


def test_done_never_or_closed_is_no_message(solene):
    row = add(solene)
    gael = world.finance()
    add(solene, "Des finances", role="finance")
    User.objects.filter(pk=gael.pk).update(mail_frequency="never")
    fulfilling.fulfil(fulfilling.own_due(row), on=world.NOW.date(), by=solene, at=world.NOW)
    assert send(MONDAY) == []


def test_a_member_is_told_of_its_own_attestation_and_nothing_else(solene):
    aloen, sonam = world.member(), world.member("Sonam")
    nolwenn = world.staff(aloen)
    world.staff(sonam, "Anaïs Moal")
    world.attestation(aloen, ends_before=date(2026, 12, 15))
    add(solene)
    assert Membership.objects.count() == 2
    assert send(MONDAY) == sorted([nolwenn.email, solene.email])
    found = Mail.objects.get(to=nolwenn).text
    assert "Aloen" in found
    assert "Assurance" not in found


def test_no_message_says_who_was_away(solene):
    maelle = world.employee("Maëlle", "Marquepersonne")
    days = {"starts_on": date(2026, 11, 2), "ends_before": date(2026, 11, 16)}
    Absence.objects.create(employee=maelle, kind="sickness", recorded_at=world.NOW, **days)
    world.finance()
    assert send(MONDAY) == [solene.email]
    mail = Mail.objects.get()
    assert "Marquepersonne" not in mail.text + mail.html
    assert "à lire sur le site" in mail.text
