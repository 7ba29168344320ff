"""The page of the columns of a file of hours: asked once, gone on with, applied in silence, changed, forgotten."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.core.files.storage import storages
from django.urls import reverse

from tests import world
from tests.timesheets import files
from tests.timesheets.importing.test_pages import text, upload
from timesheets.models import Entry, HoursLayout

pytestmark = pytest.mark.django_db
IMPORT, CONFIRM = reverse("timesheets:import"), reverse("timesheets:import_confirm")
COLUMNS = reverse("timesheets:import_columns")
AGAIN = f"{IMPORT}?relire"
TITLES = ("Collaborateur", "Site client", "Jour", "Durée (h)", "Type", "Couleur")
ROW = ("Maëlle Kerbrat", "Aloen", "17/11/2026", "7,5", "Client", "bleu")
LEAVE = ("Maëlle Kerbrat", "", "18/11/2026", "7", "Congé payé", "gris")
MEANS = ("person", "member", "day", "hours", "", "")


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
    return {
        "solene": world.coordinator(),
        "nolwenn": world.staff(aloen),
        "reader": world.staff(world.member("Sonam"), "Anaïs Moal", function="reader"),
        "maelle": maelle.user,
    }


@pytest.fixture
def visit(client, cast):
    def log_in(who):
        client.force_login(cast[who])
        return client

    return log_in


def file_of(*rows, titles=TITLES):
    return upload(files.table(titles, rows, separator=";"))


def chosen(means=MEANS, **values):
    return {**{f"column_{place}": code for place, code in enumerate(means)}, **values}


def kept():
    return storages["private"].listdir("imports")[1]


def test_a_file_of_any_program_is_asked_about_once_and_then_imported(visit):
    browser = visit("solene")
    answer = browser.post(IMPORT, {**file_of(ROW), "how": "up", "step": "15"})
    assert (answer.status_code, answer.url) == (302, COLUMNS)
    page = browser.get(COLUMNS)
    words = text(page)
    assert "Il manque la colonne « heures ». Complétez ci-dessous." in words
    assert "Maëlle Kerbrat" in words
    assert "bleu" in words
    assert [field.value() for field in page.context["form"]][:6] == [
        *("person", "member", "day", "hours", "kind", ""),
    ]
    answer = browser.post(COLUMNS, chosen())
    assert (answer.status_code, answer.url) == (302, AGAIN)
    preview = browser.get(AGAIN)
    assert "Les colonnes sont lues comme vous l’avez dit le" in text(preview)
    assert "Colonnes non lues : Type, Couleur." in text(preview)
    # How to read the file was chosen before.
    assert preview.context["form"]["how"].value() == "up"
    assert (Entry.objects.count(), len(kept())) == (0, 1)
    browser.post(CONFIRM, {"digest": preview.context["preview"].digest})
    assert (Entry.objects.get().minutes, kept()) == (450, [])
    # Next time without a question.
    again = browser.post(IMPORT, file_of((*ROW[:3], "7", *ROW[4:])))
    assert again.status_code == 200
    assert "1 remplacé" in text(again)


def test_what_a_choice_lacks_is_said_and_what_was_typed_stays(visit):
    browser = visit("solene")
    browser.post(IMPORT, file_of(ROW))
    answer = browser.post(COLUMNS, chosen(("person", "member", "day", "note", "", "")))
    assert answer.status_code == 422
    assert "Dites quelle colonne est la durée, ou lesquelles sont le début et la fin." in text(answer)
    assert [field.value() for field in answer.context["form"]][:4] == ["person", "member", "day", "note"]
    answer = browser.post(COLUMNS, chosen(("person", "member", "day", "wage", "", "")))
    assert answer.status_code == 422
    assert HoursLayout.objects.count() == 0
    assert len(kept()) == 1


def test_values_of_the_column_of_kinds_are_asked_with_it(visit):
    browser = visit("solene")
    browser.post(IMPORT, file_of(ROW, LEAVE))
    page = browser.get(COLUMNS)
    assert [(field.label, field.value()) for field in page.context["form"].value_fields()] == [
        ("Client", ""),
        ("Congé payé", "leave"),
        ("Toutes celles qui restent à choisir", None),
    ]
    means = ("person", "member", "day", "hours", "kind", "")
    answer = browser.post(COLUMNS, chosen(means, value_4_0="", value_4_1="leave", others=""))
    assert answer.status_code == 422
    assert "Dites ce que veut dire « Client »." in text(answer)
    # What another column was asked about says nothing of this one.
    other = browser.post(
        COLUMNS, chosen(("person", "member", "day", "hours", "", "kind"), value_4_0="worked")
    )
    assert "Dites ce que veut dire « bleu » et « gris »." in text(other)
    assert browser.post(COLUMNS, chosen(means, value_4_1="leave", others="worked")).url == AGAIN
    assert HoursLayout.objects.get().kinds == {"client": "worked", "conge paye": "leave"}
    preview = browser.get(AGAIN)
    assert "2 nouveaux" in text(preview)
    # A value that is new the next time brings the page back, with the others as they were.
    answer = browser.post(IMPORT, file_of(ROW, (*LEAVE[:4], "RTT", "")))
    assert answer.url == COLUMNS
    page = browser.get(COLUMNS)
    assert "De nouvelles natures sont dans ce fichier : « RTT »." in text(page)
    assert [field.value() for field in page.context["form"].value_fields()] == ["worked", "leave", None]


def test_columns_are_changed_or_forgotten(visit):
    browser = visit("solene")
    browser.post(IMPORT, file_of(ROW))
    for _ in range(2):
        assert browser.post(COLUMNS, chosen()).url == AGAIN
    stored = HoursLayout.objects.get()
    assert "Vous avez choisi ces colonnes le" in text(browser.get(COLUMNS))
    browser.post(COLUMNS, chosen((*MEANS[:3], "minutes", "", "")))
    stored.refresh_from_db()
    assert stored.columns[3] == "minutes"
    forget = reverse("timesheets:forget_columns", args=[stored.pk])
    assert forget in browser.get(IMPORT).content.decode()
    answer = browser.post(forget)
    assert (answer.url, HoursLayout.objects.count()) == (IMPORT, 0)
    assert [str(message).replace("\u00a0", " ") for message in get_messages(answer.wsgi_request)] == [
        "Ces colonnes sont oubliées : au prochain fichier, elles vous seront demandées."
    ]
    assert browser.post(forget).url == IMPORT
    assert forget not in browser.get(IMPORT).content.decode()


def test_columns_are_one_s_own(visit):
    browser = visit("solene")
    browser.post(IMPORT, file_of(ROW))
    browser.post(COLUMNS, chosen())
    stored = HoursLayout.objects.get()
    other = visit("nolwenn")
    assert "Colonnes retenues" not in text(other.get(IMPORT))
    other.post(reverse("timesheets:forget_columns", args=[stored.pk]))
    assert HoursLayout.objects.count() == 1
    # Nor does she see the file, or read hers as Solène said.
    assert other.get(COLUMNS).url == IMPORT
    assert other.post(IMPORT, file_of(ROW)).url == COLUMNS


def test_more_columns_than_a_page_asks_are_refused(visit):
    browser = visit("solene")
    many = file_of(["1"] * 101, titles=[f"Colonne {n}" for n in range(101)])
    assert browser.post(IMPORT, many).url == COLUMNS
    answer = browser.get(COLUMNS)
    assert answer.url == IMPORT
    assert "Ce fichier a 101 colonnes, 100 au plus peuvent être choisies." in text(browser.get(IMPORT))


def test_the_person_names_nobody(visit):
    browser = visit("maelle")
    browser.post(IMPORT, file_of(("17/11/2026", "7"), titles=("Quand", "Combien")))
    assert "la <b>personne</b>" not in text(browser.get(COLUMNS))
    browser.post(COLUMNS, chosen(("day", "hours")))
    preview = browser.get(AGAIN)
    browser.post(CONFIRM, {"digest": preview.context["preview"].digest})
    assert Entry.objects.get().entered_by.name == "Maëlle Kerbrat"


def test_columns_forgotten_before_the_import_are_asked_about_again(visit):
    browser = visit("solene")
    browser.post(IMPORT, file_of(ROW))
    browser.post(COLUMNS, chosen())
    digest = browser.get(AGAIN).context["preview"].digest
    HoursLayout.objects.all().delete()
    assert browser.post(CONFIRM, {"digest": digest}).url == COLUMNS
    assert Entry.objects.count() == 0


def test_without_a_file_the_way_back_is_the_import(visit, tmp_path):
    browser = visit("solene")
    assert (browser.get(COLUMNS).url, browser.get(AGAIN).status_code) == (IMPORT, 200)
    browser.post(IMPORT, file_of(ROW))
    for file in tmp_path.rglob("*"):
        if file.is_file():
            file.unlink()
    answer = browser.post(COLUMNS, chosen())
    assert (answer.url, HoursLayout.objects.count()) == (IMPORT, 0)
    assert "Le fichier n’est plus là" in text(browser.get(IMPORT))
    assert visit("reader").get(COLUMNS).status_code == 403
