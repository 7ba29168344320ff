"""The pages of import and export: a file relooked at, choices kept, written once, and who may come in."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from groupement.kernel import tabular
from tests import world
from tests.timesheets import files
from timesheets.importing.preview import MOST_LISTED
from timesheets.models import Entry

pytestmark = pytest.mark.django_db
IMPORT = reverse("timesheets:import")
CONFIRM = reverse("timesheets:import_confirm")
REPORT = reverse("timesheets:import_report")
EXPORT = reverse("timesheets:export")
REHEARSAL_QUERIES = 28


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.REQUIRE_SECOND_FACTOR = False
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": None},
        },
    }


@pytest.fixture
def cast():
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    return {
        "solene": world.coordinator(),
        "nolwenn": world.staff(aloen),
        "reader": world.staff(sonam, "Anaïs Moal", function="reader"),
        "maelle": maelle.user,
        "at_aloen": world.assignment(maelle, aloen),
        "at_sonam": world.assignment(maelle, sonam),
        "employee": maelle,
        "aloen": aloen,
    }


@pytest.fixture
def visit(client, cast):
    def log_in(who):
        client.force_login(cast[who])
        return client

    return log_in


def line(**cells: str) -> dict[str, str]:
    return {"matricule": "M001", "adhérent": "Aloen", "date": "03/11/2026", "heures": "7", **cells}


def upload(data: bytes, name: str = "heures.csv", **options: str):
    return {"file": SimpleUploadedFile(name, data), **options}


def text(answer) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def kept() -> list[str]:
    storage = storages["private"]
    return storage.listdir("imports")[1] if storage.exists("imports") else []


def test_a_file_is_shown_first_and_written_by_the_second_button(visit):
    browser = visit("solene")
    answer = browser.post(IMPORT, upload(files.own(line(), line(date="4/11/2026", heures="3,5"))))
    assert answer.status_code == 200
    assert "Rien n’est encore écrit" in text(answer)
    assert "2 nouveaux" in text(answer)
    assert (Entry.objects.count(), len(kept())) == (0, 1)
    answer = browser.post(CONFIRM, {"digest": answer.context["preview"].digest})
    assert (answer.status_code, answer.url) == (302, IMPORT)
    found = [str(message) for message in get_messages(answer.wsgi_request)]
    assert found == ["Import terminé\u00a0: 2\u00a0pointages écrits, une personne."]
    assert (Entry.objects.count(), kept()) == (2, [])


def test_the_same_file_again_says_that_nothing_changes_and_offers_no_button(visit):
    browser = visit("solene")
    for _ in range(2):
        answer = browser.post(IMPORT, upload(files.own(line())))
        browser.post(CONFIRM, {"digest": answer.context["preview"].digest})
    answer = browser.post(IMPORT, upload(files.own(line())))
    assert "Ce fichier ne change rien" in text(answer)
    assert CONFIRM not in text(answer)


def test_errors_are_listed_and_all_of_them_downloaded(visit):
    browser = visit("solene")
    rows = [line(heures="sept") for _ in range(MOST_LISTED + 5)]
    answer = browser.post(IMPORT, upload(files.own(*rows)))
    assert answer.status_code == 422
    assert f"{MOST_LISTED + 5} erreurs" in text(answer)
    assert len(answer.context["faults"]) == MOST_LISTED
    assert CONFIRM not in text(answer)
    report = browser.get(REPORT)
    assert report["Content-Disposition"] == 'attachment; filename="erreurs-import-heures.csv"'
    assert len(report.content.decode().splitlines()) == MOST_LISTED + 6


def test_a_formula_in_the_file_is_inert_in_the_report(visit):
    browser = visit("solene")
    browser.post(IMPORT, upload(files.own(line(heures="=1+1"))))
    assert ";'=1+1;" in browser.get(REPORT).content.decode()


def test_choices_for_names_are_asked_on_the_page_and_kept_for_the_import(visit, cast):
    browser = visit("solene")
    row = {"User": "Maëlle", "Client": "ACME", "Start date": "2026-11-03", "Start time": "09:00:00"}
    row |= {"End date": "2026-11-03", "End time": "10:00:00", "Duration": "01:00:00"}
    answer = browser.post(IMPORT, upload(files.toggl(row)))
    assert list(answer.context["names"].fields) == ["people:maelle"]
    answer = browser.post(IMPORT, {"people:maelle": str(cast["employee"].pk)})
    assert {name: field.label for name, field in answer.context["names"].fields.items()} == {
        "people:maelle": "Personne «\u00a0Maëlle\u00a0»",
        "places:acme": "Client ou projet «\u00a0ACME\u00a0»",
    }
    answer = browser.post(IMPORT, {"places:acme": str(cast["aloen"].pk)})
    assert answer.status_code == 200
    browser.post(CONFIRM, {"digest": answer.context["preview"].digest})
    assert Entry.objects.get().timesheet.assignment == cast["at_aloen"]


def test_a_choice_out_of_reach_is_no_choice(visit, cast):
    """Nolwenn, of Aloen, posts the id of Sonam for a name of her file."""
    browser = visit("nolwenn")
    data = files.own({"personne": "Maëlle Kerbrat", "adhérent": "X", "date": "3/11/2026", "heures": "1"})
    browser.post(IMPORT, upload(data))
    answer = browser.post(IMPORT, {"places:x": str(cast["at_sonam"].member_id)})
    assert answer.status_code == 422
    assert "Sonam" not in text(answer)


def test_the_way_of_rounding_can_be_changed_without_sending_the_file_again(visit):
    browser = visit("solene")
    browser.post(IMPORT, upload(files.own(line(heures="0,90"))))
    answer = browser.post(IMPORT, {"how": "up", "step": "15"})
    assert (answer.context["preview"].total.minutes, "Temps réel" in text(answer)) == (60, True)


def test_the_file_of_somebody_else_is_out_of_reach(visit):
    browser = visit("solene")
    digest = browser.post(IMPORT, upload(files.own(line()))).context["preview"].digest
    other = visit("maelle")
    answer = other.post(CONFIRM, {"digest": digest})
    assert answer.status_code == 422
    assert "n’est plus là" in text(answer)
    assert other.get(REPORT).url == IMPORT
    assert Entry.objects.count() == 0


def test_hours_that_changed_meanwhile_are_shown_before_they_are_written(visit, cast):
    browser = visit("solene")
    digest = browser.post(IMPORT, upload(files.own(line()))).context["preview"].digest
    world.timesheet(cast["at_aloen"], {date(2026, 11, 3): 60}, status="draft")
    answer = browser.post(CONFIRM, {"digest": digest})
    assert "ont changé depuis votre essai" in text(answer)
    assert Entry.objects.get().minutes == 60


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choisissez le fichier des heures."),
        (upload(b"x", "heures.pdf"), "n’est ni un CSV ni un classeur"),
        (upload(b"x", "heures.xlsm"), "peut contenir des macros"),
        (upload(b"x\n1", "heures.csv"), "Il manque les colonnes"),
        (upload(b"PK\x03\x04zzz", "heures.xlsx"), "abîmé"),
    ],
)
def test_a_file_that_will_not_do_is_refused_at_its_field_or_above(visit, sent, sentence):
    answer = visit("solene").post(IMPORT, sent)
    assert answer.status_code == 422
    assert sentence in text(answer)


def test_the_person_imports_own_hours_without_saying_who_they_are(visit):
    browser = visit("maelle")
    data = files.own(("Aloen", "3/11/2026", "7"), titles=("adhérent", "date", "heures"))
    answer = browser.post(IMPORT, upload(data))
    browser.post(CONFIRM, {"digest": answer.context["preview"].digest})
    assert Entry.objects.get().entered_by.name == "Maëlle Kerbrat"


def test_who_enters_nothing_is_told_whom_the_page_is_reserved_to(visit):
    browser = visit("reader")
    for address in (IMPORT, REPORT, reverse("timesheets:import_sample")):
        answer = browser.get(address)
        assert answer.status_code == 403
        assert "réservée aux personnes qui saisissent" in text(answer)
    assert browser.get(EXPORT).status_code == 200


@pytest.mark.parametrize(("query", "kind"), [("", "csv"), ("?format=xlsx", "sheet")])
def test_the_sample_names_a_member_that_the_person_knows(visit, query, kind):
    answer = visit("nolwenn").get(reverse("timesheets:import_sample") + query)
    assert kind in answer["Content-Type"]
    if kind == "csv":
        assert "Aloen" in answer.content.decode()
        assert "Sonam" not in answer.content.decode()


def test_an_export_is_called_after_its_filters_and_holds_them(visit, cast):
    world.timesheet(cast["at_aloen"], {date(2026, 11, 3): 60})
    answer = visit("solene").get(EXPORT, {"de": "2026-11", "a": "2026-11", "format": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="heures-2026-11.csv"'
    assert len(b"".join(answer.streaming_content).decode().splitlines()) == 2
    answer = visit("solene").get(EXPORT, {"de": "2026-12", "format": "xlsx"})
    assert answer["Content-Disposition"] == 'attachment; filename="heures-2026-12.xlsx"'
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    answer.close()


@pytest.mark.parametrize(
    "query", [{"de": "2026-13"}, {"de": "2026-11", "a": "2026-10"}, {"personne": "999999"}]
)
def test_a_filter_that_cannot_be_read_exports_nothing(visit, query, cast):
    world.employee("Youenn", "Talec", members=[cast["aloen"]])
    answer = visit("solene").get(EXPORT, {**query, "format": "csv"})
    assert answer.status_code == 422
    assert not answer.streaming


def test_a_member_s_filters_name_nobody_else(visit, cast):
    youenn = world.employee("Youenn", "Talec", members=[cast["at_sonam"].member])
    world.assignment(youenn, cast["at_sonam"].member)
    assert "Sonam" in text(visit("solene").get(EXPORT))
    assert "Talec" in text(visit("solene").get(EXPORT))
    page = text(visit("nolwenn").get(EXPORT))
    assert "Sonam" not in page
    assert "Talec" not in page


def test_an_inert_cell_begins_with_an_apostrophe():
    assert [tabular.inert(found) for found in ("=1", " +1", "a=1", "7,5")] == ["'=1", "' +1", "a=1", "7,5"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_asks_as_many_queries_for_one_person_as_for_three(
    visit, cast, count, django_assert_num_queries
):
    rows = []
    for number in range(count):
        person = world.employee(f"Prénom {number}", "Nom", members=[cast["aloen"]])
        world.timesheet(world.assignment(person, cast["aloen"]), {date(2026, 11, 3): 60}, status="draft")
        rows.append(line(matricule=person.payroll_number))
    browser = visit("solene")
    with django_assert_num_queries(REHEARSAL_QUERIES):
        answer = browser.post(IMPORT, upload(files.own(*rows)))
    assert len(answer.context["preview"].places) == count
