"""Two lines that say the same without times of the clock: asked about line by line, never added in silence."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from tests import world
from tests.timesheets import files
from tests.timesheets.importing.test_pages import line, text, upload
from timesheets.importing.forms import chosen_twins
from timesheets.importing.preview import preview_hours
from timesheets.importing.scope import ImportChoices
from timesheets.importing.twins import COUNTED, NOT_COUNTED
from timesheets.models import Entry

pytestmark = pytest.mark.django_db
IMPORT, CONFIRM = reverse("timesheets:import"), reverse("timesheets:import_confirm")


@pytest.fixture
def cast(settings, tmp_path):
    settings.REQUIRE_SECOND_FACTOR = False
    private = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path, "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "private": private}
    world.group()
    aloen = world.member("Aloen")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen])
    world.assignment(maelle, aloen)
    return {"solene": world.coordinator(), "nolwenn": world.staff(aloen), "maelle": maelle}


def previewed(cast, data, **twins: str):
    choices = ImportChoices(twins={name.removeprefix("line"): value for name, value in twins.items()})
    return preview_hours(data, choices, by=cast["solene"], at=world.NOW)


def test_a_line_that_repeats_another_is_asked_about(cast):
    data = files.own(line(), line(heures="7:00"), line(date="4/11/2026"), line(date="4/11/2026"))
    preview = previewed(cast, data)
    assert [(fault.line, fault.sentence.split(".")[0]) for fault in preview.faults] == [
        (3, "ces heures sont déjà à la ligne 2"),
        (5, "ces heures sont déjà à la ligne 4"),
    ]
    answered = previewed(cast, data, line3=COUNTED, line5=NOT_COUNTED)
    ((places),) = answered.changes.values()
    ((days),) = places.values()
    assert days == {date(2026, 11, 3): {"worked": 840}, date(2026, 11, 4): {"worked": 420}}
    assert (answered.faults, answered.left_out) == ([], 1)


def test_lines_that_differ_in_anything_are_added_without_a_question(cast):
    """By their note, kind, length, or what an unread column says; times of the clock speak for themselves."""
    titles = (*files.OWN, "tâche")
    rows = [
        line(heures="1"),
        line(heures="2"),
        line(heures="1", note="devis"),
        line(heures="1", nature="trajet"),
        line(heures="1") | {"tâche": "paie"},
        line(heures="0"),
        line(heures="0"),
    ]
    preview = previewed(cast, files.own(*rows, titles=titles))
    assert (preview.faults, preview.total.minutes) == ([], 360)


def test_what_a_member_exported_twice_is_asked_about_and_once_is_not(cast):
    """Work and the way of as many minutes are one line each to a member who reads "présent" for both."""
    sheet = world.timesheet(cast["maelle"].assignments.get(), {date(2026, 11, 3): 60}, status="draft")
    Entry.objects.create(timesheet=sheet, day=date(2026, 11, 3), kind="travel", minutes=60)
    row = line(heures="1", nature="présent")
    asked = {}
    for times in (2, 3, 4):
        data = files.own(*[row] * times)
        preview = preview_hours(data, ImportChoices(), by=cast["nolwenn"], at=world.NOW)
        asked[times] = ([fault.line for fault in preview.faults], preview.has_changes)
    assert asked == {2: ([], False), 3: ([4], True), 4: ([4, 5], True)}


def test_the_page_asks_keeps_the_answers_and_writes_what_was_answered(client, cast):
    client.force_login(cast["solene"])
    answer = client.post(IMPORT, upload(files.own(line(), line(), line())))
    assert answer.status_code == 422
    fields = {name: field.label for name, field in answer.context["names"].fields.items()}
    assert fields == {
        "twins:3": "Ligne 3, comme la ligne 2\u00a0: 7\u00a0h le 03/11/2026",
        "twins:4": "Ligne 4, comme la ligne 2\u00a0: 7\u00a0h le 03/11/2026",
    }
    answer = client.post(IMPORT, {"twins:3": COUNTED, "twins:5": "peut-être", "twins:x": COUNTED})
    assert (answer.status_code, [fault.line for fault in answer.context["faults"]]) == (422, [4])
    assert answer.context["names"].fields["twins:3"].initial == COUNTED
    answer = client.post(IMPORT, {"twins:4": NOT_COUNTED})
    assert (answer.status_code, "14 h" in text(answer)) == (200, True)
    client.post(CONFIRM, {"digest": answer.context["preview"].digest})
    assert Entry.objects.get().minutes == 840
    # Another file is asked about anew.
    answer = client.post(IMPORT, upload(files.own(line(heures="3"), line(heures="3"))))
    assert [fault.line for fault in answer.context["faults"]] == [3]


def test_only_decisions_about_lines_are_taken():
    posted = {
        "twins:2": COUNTED,
        "twins:": COUNTED,
        "twins:3": "x",
        "twins:123456789": COUNTED,
        "people:2": COUNTED,
    }
    assert chosen_twins(posted) == {"2": COUNTED}
