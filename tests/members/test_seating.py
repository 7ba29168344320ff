"""A seat ends and changes by what stands on it: signatures and answers to hours stay, and somebody signs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from charter import signing, writing
from members import seating, standing
from members.models import Seat
from members.standing import NotConfirmed, StandingKind, StandsOnIt
from tests import world
from tests.charter import agreed
from tests.markup import flat
from tests.papers.written import signed as paper_signed
from timesheets import confirming

pytestmark = pytest.mark.django_db

SIGNED = date(2026, 10, 14)
TODAY = date(2026, 12, 3)
SIGNATURE = (
    "La charte, version 1, est signée par ce siège pour Aloen le 14/10/2026\u00a0: il va jusqu’à ce jour "
    "au moins."
)
VISA = (
    "Nolwenn Jégo a visé ou contesté 1\u00a0relevé pour Aloen, le dernier le 02/12/2026\u00a0: le siège va jusqu’à ce "
    "jour au moins."
)


PAPER = "Document signé par ce siège pour Aloen le 03/12/2026\u00a0: {}. Il va jusqu’à ce jour au moins."


@pytest.fixture
def aloen():
    world.group()
    return world.member()


@pytest.fixture
def nolwenn(aloen):
    return world.staff(aloen)


@pytest.fixture
def seat(nolwenn):
    return nolwenn.seats.get()


def sign(aloen, nolwenn):
    charter = writing.open_for_signature(
        agreed.draft(), by=world.coordinator(), at=world.at(date(2026, 10, 12))
    )
    signing.sign(charter, member=aloen, by=nolwenn, at=world.at(SIGNED, 23, 30), consent=True)


def confirm(aloen, nolwenn):
    placed = world.assignment(world.employee(members=[aloen]), aloen)
    sheet = world.timesheet(placed, {date(2026, 11, 2): 420}, status="submitted")
    confirming.confirm(sheet, by=nolwenn, at=world.at(date(2026, 12, 2), 23, 30))


def test_a_seat_covers_the_day_of_a_paper_that_it_signed(aloen, nolwenn, seat):
    signed = paper_signed(aloen, world.coordinator(), nolwenn)
    assert refusal(seat, ends_before=TODAY).errors == [PAPER.format(signed)]
    seating.refuse_change(
        seat, wanted(seat, ends_before=TODAY + timedelta(1)), is_confirmed=True, today=TODAY
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(ends_before=TODAY)


def wanted(seat, **facts):
    stored = {name: getattr(seat, name) for name in (*seating.IDENTITY, "starts_on", "ends_before")}
    return {**stored, **facts}


def refusal(seat, is_confirmed=True, **facts):
    with pytest.raises((StandsOnIt, NotConfirmed)) as refused:
        seating.refuse_change(seat, wanted(seat, **facts), is_confirmed=is_confirmed, today=TODAY)
    return refused.value


@pytest.mark.parametrize(
    ("served", "last", "sentence"), [(sign, SIGNED, SIGNATURE), (confirm, date(2026, 12, 2), VISA)]
)
def test_a_seat_covers_the_days_on_which_it_served(aloen, nolwenn, seat, served, last, sentence):
    served(aloen, nolwenn)
    refused = refusal(seat, ends_before=last)
    assert (type(refused), refused.errors) == (StandsOnIt, [sentence])
    assert refusal(seat, starts_on=last + timedelta(1)).errors == [sentence]
    day_after = wanted(seat, starts_on=last, ends_before=last + timedelta(1))
    seating.refuse_change(seat, day_after, is_confirmed=True, today=TODAY)
    with pytest.raises(StandsOnIt):
        seating.refuse_change(seat, None, is_confirmed=True, today=TODAY)
    for other in (
        {"function": "reader"},
        {"member": world.member("Sonam")},
        {"user": world.user("Lise Morin")},
    ):
        changed = refusal(seat, **other)
        assert changed.errors == [sentence]
        assert (
            changed.message
            == "Ce siège a déjà servi. Terminez-le, et ouvrez-en un autre à partir du lendemain\u00a0:"
        )


def test_answers_that_another_seat_covers_and_those_of_coordinators_are_not_of_this_one(aloen, nolwenn, seat):
    confirm(aloen, nolwenn)
    Seat.objects.filter(pk=seat.pk).update(ends_before=date(2026, 12, 1))
    world.seat(nolwenn, aloen, function="manager", starts_on=date(2026, 12, 1))
    assert standing.on(StandingKind.SEAT, seat.pk, (date(2026, 11, 1), None)) == []
    later = nolwenn.seats.get(function="manager")
    assert [each.sentence for each in standing.on(StandingKind.SEAT, later.pk)] == [VISA]
    nolwenn.is_coordinator = True
    nolwenn.save()
    assert standing.on(StandingKind.SEAT, later.pk) == []


def test_the_last_who_signs_for_a_member_is_asked_about(aloen, nolwenn, seat):
    refused = refusal(seat, is_confirmed=False, ends_before=date(2027, 1, 1))
    assert refused.field == "is_confirmed"
    assert refused.message == (
        "Personne d’autre ne représente Aloen à partir du 01/01/2027\u00a0: rien ne pourra être signé au nom d’Aloen. "
        "Nommez d’abord quelqu’un, ou confirmez."
    )
    seating.refuse_change(seat, wanted(seat, ends_before=date(2027, 1, 1)), is_confirmed=True, today=TODAY)
    other = world.staff(aloen, "Autre Voix", starts_on=date(2027, 1, 1))
    seating.refuse_change(seat, wanted(seat, ends_before=date(2027, 1, 1)), is_confirmed=False, today=TODAY)
    # A day between two representatives is one without any.
    assert "01/01/2027" not in refusal(seat, is_confirmed=False, ends_before=date(2026, 12, 20)).message
    assert (
        "à partir du 20/12/2026" in refusal(seat, is_confirmed=False, ends_before=date(2026, 12, 20)).message
    )
    assert other.seats.get().can_sign


@time_machine.travel(world.NOW)
@pytest.mark.parametrize("place", ["seat", "member", "user"])
def test_the_administration_says_it_and_keeps_what_was_typed(client, settings, aloen, nolwenn, seat, place):
    settings.REQUIRE_SECOND_FACTOR = False
    confirm(aloen, nolwenn)
    malo = world.admin()
    client.force_login(malo)
    record = {"seat": seat, "member": aloen, "user": nolwenn}[place]
    address = reverse(f"admin:members_{place}_change", args=[record.pk])
    page = client.get(address)
    typed = filled(page)
    prefix = "" if place == "seat" else "seats-0-"
    answer = client.post(address, {**typed, f"{prefix}ends_before": "2026-12-02"})
    assert VISA in flat(answer.text)
    assert 'value="2026-12-02"' in answer.text
    seat.refresh_from_db()
    assert seat.ends_before is None
    if place != "seat":
        shown = flat(client.post(address, {**typed, f"{prefix}DELETE": "on"}).text)
        assert VISA in shown
        assert Seat.objects.filter(pk=seat.pk).exists()
        return
    deleted = client.post(reverse("admin:members_seat_delete", args=[seat.pk]), {"post": "yes"}, follow=True)
    assert VISA in flat(deleted.text)
    assert Seat.objects.filter(pk=seat.pk).exists()


def filled(page):
    """What the forms of an admin page hold."""
    context = page.context
    found = {}
    for form in [
        context["adminform"].form,
        *(f for s in context["inline_admin_formsets"] for f in s.formset.forms),
    ]:
        for bound in form:
            value = bound.value()
            if value not in (None, False):
                found[bound.html_name] = getattr(value, "pk", value)
    for each in context["inline_admin_formsets"]:
        for bound in each.formset.management_form:
            found[bound.html_name] = bound.value()
    return {name: value for name, value in found.items() if value != ""}
