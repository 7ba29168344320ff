"""What cannot be taken is answered on its page by a sentence that names where and the cure; nothing is half kept."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from django.apps import apps
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from billing.models import EmployerCost
from charter import writing
from members import inviting
from tests import world
from tests.charter import agreed
from tests.world import NOVEMBER
from timesheets.models import Entry

pytestmark = pytest.mark.django_db

OWN_APPS = ("members", "papers", "charter", "employees", "timesheets", "billing")
TUESDAY, THURSDAY = date(2026, 11, 3), date(2026, 11, 5)
COSTS = "/facturation/couts/"
TITLES = "matricule;nom;prénom;mois;brut;cotisations patronales"
GOOD = "M001;Kerbrat;Maëlle;2026-11;2350,00;893,00"


@pytest.fixture
def cast(files):
    """Maëlle at Aloen from the fourth on, and at Sonam all year; Nolwenn looks after Aloen’s hours."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat")
    return {
        "maelle": maelle,
        "aloen": world.assignment(maelle, aloen, starts_on=date(2026, 11, 4)),
        "sonam": world.assignment(maelle, sonam),
        "nolwenn": world.staff(aloen, "Nolwenn Jégo"),
    }


@pytest.fixture(autouse=True)
def files_follow_the_clock(monkeypatch):
    """An upload is kept for an hour: its age is told by the clock of the test, not by that of the disk."""
    monkeypatch.setattr(FileSystemStorage, "get_modified_time", lambda _storage, _name: timezone.now())


@cache
def all_rows():
    """One query for the rows of every table of the house, each as PostgreSQL writes it."""
    tables = [
        model._meta.db_table
        for name in OWN_APPS
        for model in apps.get_app_config(name).get_models()
        if model._meta.managed and model._meta.model_name not in {"user", "userevent"}
    ]
    assert len(tables) > 90
    return " UNION ALL ".join(f"SELECT '{table}', kept::text FROM {table} kept" for table in tables)


def kept():
    """Every row of the house, as it stands."""
    with connection.cursor() as cursor:
        cursor.execute(all_rows())
        return sorted(cursor.fetchall())


def refuses(visitor, *sentences, status=422):
    """The answer is no page of success, and says each sentence."""
    assert visitor.page.status_code == status
    for sentence in sentences:
        assert sentence in visitor.words


HOURS = [
    ("25:00", "« 25:00 » dépasse 24 h : écrivez par exemple 7,5 ou 7:30"),
    ("7:75", "« 7:75 » compte 75 minutes après l’heure : il y en a 59 au plus. Écrivez 8:15 ou"),
    ("-1", "« -1 » est négatif : une durée commence à 0."),
    ("sept", "« sept » n’est pas une durée : écrivez par exemple 7,5"),
    ("7,333", "« 7,333 » a plus de deux décimales : écrivez les minutes"),
    ("1 5", "« 1 5 » n’est pas une durée"),
    ("99999", "« 99999 » n’est pas une durée"),
]


@pytest.mark.parametrize(("typed", "sentence"), HOURS)
@pytest.mark.parametrize("who", ["maelle", "nolwenn"])
def test_hours_that_are_none(who, typed, sentence, cast, visit):
    aloen = cast["aloen"].pk
    person, path = {
        "maelle": (cast["maelle"].user, f"/heures/{NOVEMBER}/"),
        "nolwenn": (cast["nolwenn"], f"/heures/{NOVEMBER}/{aloen}/"),
    }[who]
    page, before = visit(person, path), kept()
    faulty, good = f"m-a{aloen}-{THURSDAY}", f"m-a{aloen}-2026-11-06"
    page.press("Soumettre", {faulty: typed, good: "7h30"})
    refuses(page, "Jeudi 5 novembre", sentence, "Rien n’est enregistré pour l’instant.")
    assert (page.value(faulty), page.value(good)) == (typed, "7h30")
    assert kept() == before


UNKNOWN_ADDRESSES = [
    (
        f"m-a{{aloen}}-{TUESDAY}",
        "Mardi 3 novembre : hors de ce que couvre la mise à disposition chez Aloen. Videz",
    ),
    (
        "m-a{aloen}-2026-10-29",
        "Jeudi 29 octobre : hors de ce que couvre la mise à disposition chez Aloen. Videz",
    ),
    ("m-a{aloen}-2026-11-31", "Cette page n’est plus à jour : rechargez-la"),
    ("m-a987654-2026-11-05", "Cette page n’est plus à jour : rechargez-la"),
]


@pytest.mark.parametrize(("name", "sentence"), UNKNOWN_ADDRESSES)
def test_hours_where_there_is_no_cell(name, sentence, cast, visit):
    page, before = visit(cast["maelle"].user, f"/heures/{NOVEMBER}/"), kept()
    good = f"m-a{cast['sonam'].pk}-{THURSDAY}"
    page.send(f"/heures/{NOVEMBER}/", {name.format(aloen=cast["aloen"].pk): "7", good: "7", "do": "save"})
    refuses(page, sentence)
    assert page.value(good) == "7"
    assert kept() == before


def test_a_day_longer_than_a_day(cast, visit):
    page, before = visit(cast["maelle"].user, f"/heures/{NOVEMBER}/"), kept()
    typed = {f"m-a{cast['sonam'].pk}-{THURSDAY}": "20", f"m-a{cast['aloen'].pk}-{THURSDAY}": "4:30"}
    page.press("Enregistrer", typed)
    refuses(page, "Jeudi 5 novembre : 24,5 h ce jour-là, tous relevés confondus, c’est plus de 24 h.")
    assert {name: page.value(name) for name in typed} == typed
    assert kept() == before


def test_an_absence_without_its_cause(cast, visit):
    page, before = visit(cast["maelle"].user, f"/heures/{NOVEMBER}/"), kept()
    page.press("Enregistrer", {f"m-g-{THURSDAY}": "7"})
    refuses(page, "Jeudi 5 novembre (absence) : choisissez le motif")
    assert kept() == before


def test_a_month_that_nobody_plans_yet(cast, visit):
    page, before = visit(cast["maelle"].user, "/heures/2031-01/"), kept()
    page.press("Enregistrer", {f"m-a{cast['sonam'].pk}-2031-01-06": "7"})
    refuses(page, "Le mois de janvier 2031 est trop loin pour y saisir des heures.")
    assert kept() == before


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "1999-1", "novembre"])
def test_a_month_that_is_none_has_no_page(month, cast, visit):
    assert visit(cast["maelle"].user, f"/heures/{month}/").page.status_code == 404


ANSWERS = [
    ("Envoyer la contestation", {}, "Indiquez au moins un jour à contester, avec son motif."),
    (
        "Envoyer la contestation",
        {f"contest-{THURSDAY}": "contest", f"minutes-{THURSDAY}": "6"},
        "Écrivez ce que vous avez constaté : la personne le lira.",
    ),
    (
        "Envoyer la contestation",
        {f"contest-{THURSDAY}": "contest", f"reason-{THURSDAY}": "Absente", f"minutes-{THURSDAY}": "25:00"},
        "« 25:00 » dépasse 24 h",
    ),
    (
        "Tout viser",
        {f"contest-{THURSDAY}": "contest", f"reason-{THURSDAY}": "Absente"},
        "Vous contestez des jours : envoyez la contestation, ou retirez-la.",
    ),
]


@pytest.mark.parametrize(("button", "typed", "sentence"), ANSWERS)
def test_a_member_s_answer_without_its_reason(button, typed, sentence, cast, visit):
    sheet = world.timesheet(cast["aloen"], {THURSDAY: 420}, status="submitted")
    page, before = visit(cast["nolwenn"], f"/heures/releve/{sheet.pk}/"), kept()
    page.press(button, typed)
    refuses(page, sentence)
    assert {name: page.value(name) for name in typed} == typed
    assert kept() == before


REASONS = [
    ("", "Écrivez un motif : la personne le lira."),
    ("trop long " * 201, "2000"),
]


@pytest.mark.parametrize(("note", "sentence"), REASONS)
@pytest.mark.parametrize(
    ("status", "button"), [("submitted", "Renvoyer pour correction"), ("approved", "Rouvrir le relevé")]
)
def test_hours_sent_back_without_a_reason(status, button, note, sentence, cast, visit):
    sheet = world.timesheet(cast["aloen"], {THURSDAY: 420}, status=status)
    page, before = visit(world.coordinator(), f"/heures/releve/{sheet.pk}/"), kept()
    page.press(button, {"note": note})
    refuses(page, sentence)
    assert page.value("note") == note.strip()
    assert kept() == before


def test_a_signature_without_consent(cast, visit):
    charter = agreed.draft()
    writing.open_for_signature(charter, by=world.admin(), at=world.NOW)
    page, before = visit(cast["nolwenn"], "/charte/1/"), kept()
    page.press("Signer pour Aloen")
    refuses(page, "Cochez")
    assert kept() == before


PASSWORDS = [
    ("court", "court", "au minimum 12 caractères"),
    ("Six maisons, une ronde", "Six maisons, deux rondes", "Les deux saisies diffèrent."),
    ("motdepasse123456", "", "obligatoire"),
]


@pytest.mark.parametrize(("first", "second", "sentence"), PASSWORDS)
def test_a_password_that_will_not_do(first, second, sentence, cast, visit):
    person = world.user("Yann Nouveau")
    token = inviting.invite(person, by=world.admin(), at=world.NOW)
    page, before = visit(cast["nolwenn"], f"/invitation/{token}/"), kept()
    page.press("Choisir ce mot de passe", {"password": first, "again": second})
    refuses(page, sentence)
    assert kept() == before


PAYROLLS = [
    (
        [f"{TITLES}", "M009;Talec;Youenn;2026-11;1,00;1,00"],
        "Ligne 2 : le matricule « M009 » est inconnu. Corrigez",
    ),
    (
        [TITLES, GOOD.replace("2026-11", "2026-10")],
        "Ligne 2 : le mois est octobre 2026, alors que vous importez",
    ),
    (
        [TITLES, GOOD.replace("2026-11", "13/2026")],
        "Ligne 2 : « 13/2026 » n’est pas un mois. Écrivez 2026-11.",
    ),
    (
        [TITLES, GOOD.replace("2350,00", "-2350,00")],
        "Ligne 2 : colonne « brut », −2 350,00 € est négatif. Un coût",
    ),
    (
        [TITLES, GOOD.replace("2350,00", "deux mille")],
        "Ligne 2 : colonne « brut », « deux mille » n’est pas un montant",
    ),
    ([TITLES, GOOD.replace("2350,00", "2350000,00")], "est trop grand pour un mois. Vérifiez la virgule."),
    ([TITLES, GOOD.replace("2350,00", "2.350,00")], "« 2.350,00 » est ambigu : écrivez une seule virgule"),
    ([TITLES, GOOD.replace("2350,00", "")], "Ligne 2 : colonne « brut », le montant manque. Écrivez 0"),
    (
        [TITLES, GOOD.replace("Kerbrat", "Talec")],
        "Ligne 2 : le matricule M001 est celui de Maëlle Kerbrat, le fichier",
    ),
    ([TITLES, GOOD, GOOD], "Ligne 3 : Maëlle Kerbrat est déjà à la ligne 2, avec les mêmes montants."),
    (
        [TITLES, GOOD, "total;;;;9,00;893,00"],
        "Ligne 3 : colonne « brut », le total est 9,00 € alors que les lignes",
    ),
    ([TITLES], "Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié"),
]


@pytest.mark.parametrize(("lines", "sentence"), PAYROLLS)
def test_a_payroll_file_with_a_fault(lines, sentence, cast, visit):
    page, before = visit(world.finance(), COSTS), kept()
    page.press("Relire le fichier", {"month": "2026-11", "file": file("\r\n".join(lines).encode())})
    refuses(page, sentence)
    assert page.value("month") == "2026-11"
    assert kept() == before


FILES = [
    ("2026-11", b"", "paie.csv", "Ce fichier est vide."),
    ("2026-11", TITLES.encode() + bytes(9), "paie.csv", "Exportez la paie au format CSV (UTF-8)."),
    ("2026-11", b"PK\x03\x04", "paie.xlsx", "Ce classeur est abîmé ou n’est pas un classeur Excel."),
    ("2026-11", GOOD.encode(), "paie.pdf", "Ce fichier n’est ni un CSV ni un classeur"),
    ("2026-13", GOOD.encode(), "paie.csv", "2026-13"),
    ("", GOOD.encode(), "paie.csv", "Indiquez le mois de la paie."),
]


@pytest.mark.parametrize(("month", "content", "name", "sentence"), FILES)
def test_what_is_no_payroll_file_or_no_month(month, content, name, sentence, cast, visit):
    page, before = visit(world.finance(), COSTS), kept()
    page.press("Relire le fichier", {"month": month, "file": file(content, name)})
    refuses(page, sentence)
    typed = re.search(r'<input [^>]*id="id_month"[^>]*>', page.page.content.decode())
    assert typed is not None
    assert (f'value="{month}"' in typed[0]) is bool(month)
    assert kept() == before


def test_a_payroll_file_that_comes_twice(cast, visit):
    page, content = visit(world.finance(), COSTS), f"{TITLES}\n{GOOD}".encode()
    page.press("Relire le fichier", {"month": "2026-11", "file": file(content)}).press(
        "Importer la paie de novembre 2026"
    )
    assert EmployerCost.objects.count() == 2
    page.open(COSTS)
    before = kept()
    page.press("Relire le fichier", {"month": "2026-11", "file": file(content, "la-même.csv")})
    refuses(
        page,
        "Ce fichier a déjà été importé le 03/12/2026 pour novembre 2026 (paie.csv). Rien n’a été changé.",
    )
    assert kept() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(
    "written",
    [
        f"{TITLES}\n{GOOD}",
        f"{TITLES}\n{GOOD}".replace(",00", ".00").replace(";", ","),
        f"{TITLES};autres\n{GOOD};".replace(";", "\t"),
        f"{TITLES}\n{GOOD}".replace("2350,00", '"2350,00"').replace("893,00", '"893,00"').replace(";", ","),
    ],
)
def test_payroll_as_spreadsheets_write_it_is_taken(written, encoding, cast, visit):
    page = visit(world.finance(), COSTS)
    page.press("Relire le fichier", {"month": "2026-11", "file": file(written.encode(encoding))})
    assert not EmployerCost.objects.exists()
    page.press("Importer la paie de novembre 2026")
    assert "La paie de novembre 2026 est importée : 1 ligne, 3 243,00 €." in page.words
    assert EmployerCost.objects.count() == 2


def file(content, name="paie.csv"):
    return SimpleUploadedFile(name, content, content_type="text/csv")


def test_the_same_page_keeps_hours_that_are_some(cast, visit):
    """The proof that the pages above could have kept something."""
    aloen = cast["aloen"].pk
    visit(cast["maelle"].user, f"/heures/{NOVEMBER}/").press(
        "Enregistrer", {f"m-a{aloen}-{THURSDAY}": "7h30"}
    )
    assert list(Entry.objects.values_list("day", "minutes")) == [(THURSDAY, 450)]
