"""The page of duties: panels, filters, what is typed wrongly, and what is done there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members import fulfilling
from members.models import Duty
from tests import world
from tests.billing.charges.receipt_files import PDF

pytestmark = pytest.mark.django_db
ON = world.NOW.date()


@pytest.fixture(autouse=True)
def _there(settings, db):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    with time_machine.travel(world.NOW, tick=False):
        yield


@pytest.fixture
def solene():
    return world.coordinator()


def add(user, title, due_on, **facts):
    return fulfilling.add(title=title, due_on=due_on, by=user, at=world.NOW, **facts)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def panels(client, **asked):
    answer = client.get(reverse("secretariat:duties"), asked)
    assert answer.status_code == 200
    return [
        (each.title, [row.due.title for row in each.rows])
        for each in [*answer.context["panels"], *answer.context["later"]]
    ]


def test_the_late_first_then_this_month_three_more_and_later(solene):
    days = {
        "Retard": ON - timedelta(days=5),
        "Ce mois": date(2026, 12, 31),
        "Bientôt": date(2027, 1, 1),
        "Mars": date(2027, 3, 31),
        "Avril": date(2027, 4, 1),
    }
    for title, day in days.items():
        add(solene, title, day)
    assert panels(browser(solene)) == [
        ("En retard", ["Retard"]),
        ("Décembre 2026", ["Ce mois"]),
        ("Janvier 2027 à mars 2027", ["Bientôt", "Mars"]),
        ("Avril 2027", ["Avril"]),
    ]


def test_filters_by_who_topic_and_state(solene):
    gael, client = world.finance(), browser(solene)
    add(solene, "Assurance", ON, topic="money", role="finance")
    given = add(solene, "Bail", ON, owner=gael, topic="life")
    done = add(solene, "Rapport", ON - timedelta(days=60))
    fulfilling.fulfil(fulfilling.own_due(done), on=ON, by=solene, at=world.NOW)
    titles = lambda **asked: sorted(title for _, rows in panels(client, **asked) for title in rows)  # noqa: E731
    assert titles() == ["Assurance", "Bail"]
    assert titles(etat="faites") == ["Rapport"]
    assert titles(etat="toutes") == ["Assurance", "Bail", "Rapport"]
    assert titles(qui="finance") == ["Assurance"]
    assert titles(qui=given.owner.pk) == ["Bail"]
    assert titles(qui="moi") == []
    assert titles(sujet="money") == ["Assurance"]
    assert titles(sujet="inconnu", etat="\0", qui="") == ["Assurance", "Bail"]


def test_what_the_group_has_not_set_is_said_to_who_runs_it(solene):
    text = browser(solene).get(reverse("secretariat:duties")).content.decode()
    assert "Il manque le jour où la paie arrive et le rythme" in text
    nolwenn = world.staff(world.member())
    assert "Il manque" not in browser(nolwenn).get(reverse("secretariat:duties")).content.decode()


def test_a_form_with_faults_keeps_what_was_typed(solene):
    client = browser(solene)
    answer = client.post(
        reverse("secretariat:add_duty"), {"title": "", "due_on": "2027-02-30", "note": "Gardée"}
    )
    assert answer.status_code == 422
    assert "Gardée" in answer.content.decode()
    assert {*answer.context["form"].errors} >= {"title", "due_on"}
    assert not Duty.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"on": (ON + timedelta(days=1)).isoformat()}, "est à venir"),
        ({"on": "hier"}, "Saisissez"),
        ({"on": ON.isoformat(), "proof": ("preuve.pdf", b"<html></html>")}, "n’est pas d’une nature"),
        ({"on": ON.isoformat(), "proof": ("preuve.png", PDF)}, "mais son contenu est"),
        ({"on": ON.isoformat(), "proof": ("preuve.pdf", b"")}, "vide"),
    ],
)
def test_a_bad_proof_is_told_on_the_page_and_the_note_is_kept(solene, sent, words):
    row, client = add(solene, "Assurance", ON), browser(solene)
    if "proof" in sent:
        sent["proof"] = SimpleUploadedFile(*sent["proof"])
    answer = client.post(reverse("secretariat:fulfil", args=[row.key]), {"note": "Contrat 12", **sent})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "Contrat 12" in text
    row.refresh_from_db()
    assert row.done_on is None


def test_done_shown_taken_back_and_told(solene):
    row, client = add(solene, "Assurance", ON), browser(solene)
    sent = {"on": ON.isoformat(), "note": "Contrat 12", "proof": SimpleUploadedFile("a.pdf", PDF)}
    client.post(reverse("secretariat:fulfil", args=[row.key]), sent)
    kept = client.get(reverse("secretariat:proof", args=[row.key]))
    assert b"".join(kept.streaming_content) == PDF
    assert kept["Content-Disposition"] == 'attachment; filename="a.pdf"'
    client.post(reverse("secretariat:reopen", args=[row.key]))
    page = client.get(reverse("secretariat:duty", args=[row.key]))
    words = [step.words for step in page.context["history"]]
    assert words == ["reprise, de nouveau à faire", "faite le 03/12/2026", "ajoutée"]
    assert {step.by for step in page.context["history"]} == {solene.name}
    assert client.get(reverse("secretariat:proof", args=[row.key])).status_code == 404


def test_a_visa_is_not_ticked_off(solene):
    aloen = world.member()
    maelle = world.employee(members=[aloen])
    world.timesheet(world.assignment(maelle, aloen), world.hours(world.NOVEMBER, 7), status="submitted")
    key = f"visa:{aloen.pk}:2026-11"
    client = browser(solene)
    page = client.get(reverse("secretariat:duty", args=[key]))
    assert page.context["form"] is None
    client.post(reverse("secretariat:fulfil", args=[key]), {"on": ON.isoformat()})
    assert not Duty.objects.filter(done_on__isnull=False).exists()
    nolwenn = browser(world.staff(aloen)).get(reverse("secretariat:duties")).content.decode()
    assert reverse("timesheets:to_confirm") in nolwenn[nolwenn.index("<main") :]
