"""The page of costs: its table, the payroll file previewed, imported or refused line by line, who may come here."""

import html
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.costs.forms import LARGEST_UPLOAD
from billing.models import EmployerCost, PayrollImport
from members.models import Group
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db

COSTS = reverse("billing:costs")
IMPORT = reverse("billing:import_costs")
COLUMNS = reverse("billing:cost_columns")
CONFIRM = reverse("billing:cost_confirm")
ESTIMATE = reverse("billing:cost_estimate")
SAMPLE = reverse("billing:cost_sample", args=[NOVEMBER])
HEAD = "matricule;nom;prénom;brut;cotisations patronales"


@pytest.fixture
def maelle():
    (aloen,) = scene.hosts(1)
    person = world.employee(members=[aloen])
    world.timesheet(world.assignment(person, aloen), world.hours(NOVEMBER, 7))
    return person


def words(response):
    """What the page says, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def payroll(*lines, encoding="utf-8", name="paie.csv"):
    return SimpleUploadedFile(name, "\r\n".join((HEAD, *lines)).encode(encoding), "text/csv")


def kept():
    return list(EmployerCost.objects.order_by("kind").values_list("kind", "amount"))


def send(client, file, month="2026-11"):
    return client.post(IMPORT, {"month": month, "file": file})


def agree(client, shown):
    """Press the button of the preview that is ``shown``."""
    digest = re.search(r'name="digest" value="(\w+)"', shown.content.decode())
    return client.post(CONFIRM, {"digest": digest[1] if digest else ""})


def take(client, file, month="2026-11"):
    return agree(client, send(client, file, month))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_of_any_usual_encoding_is_taken_in(login, maelle, encoding):
    client = login(world.finance())
    shown = send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997.92", encoding=encoding))
    assert "Rien n’est encore écrit." in words(shown)
    assert "2 640,00 997,92 — — 3 637,92 nouveau 3 637,92" in words(shown)
    assert kept() == []
    answer = agree(client, shown)
    assert answer.url == f"{COSTS}?mois=2026-11"
    assert kept() == [("employer_contributions", Decimal("997.92")), ("gross_pay", Decimal("2640.00"))]
    page = words(client.get(answer.url))
    assert "La paie de novembre 2026 est importée : 1 ligne, 3 637,92 €." in page
    assert "2 640,00 997,92 — 3 637,92" in page
    assert "paie.csv novembre 2026" in page


def test_every_fault_of_a_file_is_shown_and_nothing_is_kept(login, maelle):
    client = login(world.finance())
    answer = send(client, payroll(*(f"X{rank};;;1;1" for rank in range(25))))
    assert answer.status_code == 422
    page = words(answer)
    assert "Le fichier n’a pas été importé : 25 erreurs à corriger." in page
    for rank in range(25):
        assert f"Ligne {rank + 2} : le matricule « X{rank} » est inconnu." in page
    assert 'value="2026-11"' in answer.content.decode()
    assert kept() == []


def test_the_same_file_is_not_taken_twice(login, maelle):
    client = login(world.finance())
    take(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    answer = send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    assert answer.status_code == 422
    assert "Ce fichier a déjà été importé le 03/12/2026 pour novembre 2026" in words(answer)
    assert PayrollImport.objects.count() == 1


def test_a_corrected_file_says_what_it_changed(login, maelle):
    client = login(world.finance())
    take(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    answer = take(client, payroll("M001;Kerbrat;Maëlle;2700,00;997,92"))
    page = words(client.get(answer.url))
    assert "Maëlle Kerbrat, salaire brut : 2 640,00 € → 2 700,00 €" in page


def test_costs_of_an_invoiced_month_are_closed(login):
    scene.issued(scene.hosts(1))
    client = login(world.finance())
    answer = send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    assert answer.status_code == 422
    assert "Ce fichier ne change rien aux coûts de novembre 2026, déjà facturés." in words(answer)
    shown = send(client, payroll("M001;Kerbrat;Maëlle;1,00;1,00"))
    assert "Déjà facturé 1,00 1,00 — — 2,00 3 637,92 -3 635,92 reporté" in words(shown).replace("−", "-")
    agree(client, shown)
    assert kept() == [("employer_contributions", Decimal("997.92")), ("gross_pay", Decimal("2640.00"))]


@pytest.mark.parametrize(
    ("file", "month", "sentence"),
    [
        (None, "2026-11", "Choisissez le fichier de paie."),
        (("paie.xls", b"PK"), "2026-11", "Ce fichier n’est ni un CSV ni un classeur .xlsx ou .ods."),
        (("paie.xlsx", b"PK\x03\x04zz"), "2026-11", "Ce classeur est abîmé"),
        (("paie.csv", b""), "2026-11", "Ce fichier est vide."),
        (("paie.csv", b"x" * (LARGEST_UPLOAD + 1)), "2026-11", "Ce fichier dépasse 1 Mo"),
        (("paie.csv", b"brut;nom\n"), "2026-11", "Le fichier ne contient aucun salarié."),
        (("paie.csv", b"x"), "", "Indiquez le mois de la paie."),
        (("paie.csv", b"x"), "2026-13", "n’est pas un mois"),
    ],
)
def test_what_is_no_payroll_file_is_refused_with_a_sentence(login, maelle, file, month, sentence):
    data = {"month": month}
    if file:
        data["file"] = SimpleUploadedFile(*file, "text/csv")
    answer = login(world.finance()).post(IMPORT, data)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert PayrollImport.objects.count() == 0


def test_the_sample_names_the_month_s_people_and_can_be_sent_back(login, maelle):
    client = login(world.finance())
    text = client.get(SAMPLE).content.decode("utf-8-sig")
    assert text.splitlines() == [
        "matricule;nom;prénom;brut;cotisations patronales;autres;aides",
        "M001;Kerbrat;Maëlle;;;;",
    ]
    filled = text.replace("Maëlle;;;;", "Maëlle;2640,00;997,92;86,40;100,00").encode("utf-8-sig")
    take(client, SimpleUploadedFile("paie.csv", filled))
    assert sum(amount for _, amount in kept()) == Decimal("3624.32")
    assert "Maëlle;2640,00;997,92;86,40;100,00" in client.get(SAMPLE).content.decode()


def test_who_has_hours_and_no_cost_is_named(login, maelle):
    page = words(login(world.finance()).get(COSTS))
    assert "Coûts de novembre 2026" in page
    assert "1 coût à importer" in page
    assert "Maëlle Kerbrat M001 Coût manquant" in page


def test_a_month_that_cannot_be_read_is_the_last_one(login, maelle):
    assert "Coûts de novembre 2026" in words(login(world.finance()).get(COSTS, {"mois": "hier"}))


@pytest.mark.parametrize("who", ["coordinator", "admin"])
def test_costs_are_for_finance_only(login, maelle, who):
    client = login(getattr(world, who)())
    for answer in (client.get(COSTS), client.get(SAMPLE), send(client, payroll("M001;;;1;1"))):
        assert answer.status_code == 403
        assert "réservée aux finances" in words(answer)
    assert kept() == []


OFFICE = ("Société", "N°", "Salarié", "Base", "Primes", "URSSAF", "Aide poste")


def office_file(base=1800, name="paie.xlsx"):
    data = books.workbook(OFFICE, ("La Ronde", "M001", "Maëlle Kerbrat", base, 200, 800, 100))
    return SimpleUploadedFile(name, data)


def test_titles_nobody_knows_are_mapped_on_screen_and_remembered(login, maelle):
    client = login(world.finance())
    shown = send(client, office_file())
    assert "Que contient chaque colonne ?" in words(shown)
    assert "Base 1800" in words(shown)
    chosen = ("", "number", "last_name", "gross_pay", "gross_pay", "employer_contributions", "aid")
    asked = {f"column_{place}": code for place, code in enumerate(chosen)}
    refused = client.post(COLUMNS, asked | {"column_1": ""})
    assert refused.status_code == 422
    assert "Choisissez la colonne « matricule »." in words(refused)
    answer = client.post(COLUMNS, asked)
    assert answer.url == IMPORT
    agree(client, client.get(IMPORT))
    assert sum(amount for _, amount in kept()) == Decimal("2700.00")
    again = send(client, office_file(1900))
    assert "Relire la paie de novembre 2026" in words(again)
    assert "2 100,00 800,00 — −100,00 2 800,00 2 700,00 100,00" in words(again)


def test_what_changed_since_the_preview_is_shown_again(login, maelle):
    client = login(world.finance())
    shown = send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    world.cost(maelle)
    answer = agree(client, shown)
    assert "Les coûts ont changé depuis la relecture." in words(answer)
    assert sum(amount for _, amount in kept()) == Decimal("2800.00")


@pytest.mark.parametrize("address", [IMPORT, COLUMNS])
def test_without_a_file_the_way_back_is_the_costs(login, maelle, address):
    assert login(world.finance()).get(address).url == COSTS


def test_a_file_nobody_imported_within_the_hour_is_gone(login, maelle, private_files):
    client = login(world.finance())
    shown = send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    for file in private_files.rglob("*"):
        if file.is_file():
            file.unlink()
    answer = agree(client, shown)
    assert "Le fichier n’est plus là : il est gardé une heure." in words(client.get(answer.url))
    assert kept() == []


def test_an_estimate_is_marked_until_the_payroll_comes(login, maelle):
    client = login(world.finance())
    asked = {"month": "2026-11", "estimate-basis": "contract", "estimate-rate": "40,00"}
    answer = client.post(ESTIMATE, asked)
    page = words(client.get(answer.url))
    assert "Coût de novembre 2026 estimé pour Maëlle Kerbrat : 3 080,00 €." in page
    assert "d’après le contrat, cotisations 40,00 % Estimation ≈ 2 200,00 ≈ 880,00" in page
    take(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    assert "≈ 2" not in words(client.get(COSTS))


def test_an_estimate_without_its_rate_is_refused_beside_the_field(login, maelle):
    asked = {"month": "2026-11", "estimate-basis": "contract", "estimate-rate": ""}
    answer = login(world.finance()).post(ESTIMATE, asked)
    assert answer.status_code == 422
    assert "Indiquez le taux de cotisations patronales, par exemple 42,00." in words(answer)
    assert kept() == []


def test_a_difference_on_an_invoiced_estimate_is_told(login, maelle):
    client = login(world.finance())
    client.post(ESTIMATE, {"month": "2026-10", "estimate-basis": "contract", "estimate-rate": "40"})
    books.close(maelle, NOVEMBER.previous)
    shown = send(client, payroll("M001;;;2300,00;900,00"), month="2026-10")
    assert "Facturé sur estimation" in words(shown)
    agree(client, shown)
    page = words(client.get(COSTS))
    assert "Octobre 2026 Maëlle Kerbrat 3 080,00 3 200,00 120,00 en attente 120,00" in page
    take(client, payroll("M001;;;2200,00;880,00"))
    assert "120,00 écart d’octobre 2026" in words(client.get(COSTS))


def test_payroll_tax_is_told_when_the_accountant_set_its_part(login, maelle):
    world.cost(maelle, gross="24000.00", contributions="0")
    client = login(world.finance())
    assert "Taxe sur les salaires" not in words(client.get(COSTS))
    Group.objects.update(payroll_tax_percent=40)
    page = words(client.get(COSTS))
    assert "Sur 1 salaire, 1 mois connu 1 932,19 €" in page
    assert "Reste dû 0,00 €" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries(login, count, django_assert_num_queries):
    (aloen,) = scene.hosts(1)
    for rank in range(count):
        scene.worked([aloen], person=world.employee(f"Ana{rank}", members=[aloen]))
    client = login(world.finance())
    client.get(COSTS)
    with django_assert_num_queries(15):
        client.get(COSTS)
