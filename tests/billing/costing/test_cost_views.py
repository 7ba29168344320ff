"""The page of costs: its table, the payroll file taken in or refused line by line, who may come here."""

import html
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing import forms
from billing.models import EmployerCost, PayrollImport
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db

COSTS = reverse("billing:costs")
IMPORT = reverse("billing:import_costs")
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_of_any_usual_encoding_is_taken_in(login, maelle, encoding):
    client = login(world.finance())
    answer = send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997.92", encoding=encoding))
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
    for _ in range(2):
        answer = send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    assert "Ce fichier a déjà été importé le 03/12/2026 pour novembre 2026" in words(answer)
    assert PayrollImport.objects.count() == 1


def test_a_corrected_file_says_what_it_changed(login, maelle):
    client = login(world.finance())
    send(client, payroll("M001;Kerbrat;Maëlle;2640,00;997,92"))
    answer = send(client, payroll("M001;Kerbrat;Maëlle;2700,00;997,92"))
    page = words(client.get(answer.url))
    assert "Maëlle Kerbrat, salaire brut : 2 640,00 € → 2 700,00 €" in page


def test_costs_of_an_invoiced_month_are_closed(login):
    scene.issued(scene.hosts(1))
    answer = send(login(world.finance()), payroll("M001;Kerbrat;Maëlle;1,00;1,00"))
    assert answer.status_code == 422
    assert "Les factures de novembre 2026 sont émises : leurs coûts sont arrêtés." in words(answer)
    assert kept() == [("employer_contributions", Decimal("997.92")), ("gross_pay", Decimal("2640.00"))]


@pytest.mark.parametrize(
    ("file", "month", "sentence"),
    [
        (None, "2026-11", "Choisissez le fichier de paie."),
        (("paie.xlsx", b"PK"), "2026-11", "Ce fichier n’est pas un CSV."),
        (("paie.csv", b""), "2026-11", "Ce fichier est vide."),
        (("paie.csv", b"x" * (forms.LARGEST_UPLOAD + 1)), "2026-11", "Ce fichier dépasse 1 Mo"),
        (("paie.csv", b"brut\n1"), "2026-11", "Il manque la colonne « matricule »"),
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
        "matricule;nom;prénom;brut;cotisations patronales;autres",
        "M001;Kerbrat;Maëlle;;;",
    ]
    filled = text.replace("Maëlle;;;", "Maëlle;2640,00;997,92;86,40").encode("utf-8-sig")
    send(client, SimpleUploadedFile("paie.csv", filled))
    assert sum(amount for _, amount in kept()) == Decimal("3724.32")
    assert "Maëlle;2640,00;997,92;86,40" in client.get(SAMPLE).content.decode()


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


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries(login, count, django_assert_num_queries):
    (aloen,) = scene.hosts(1)
    for rank in range(count):
        scene.worked([aloen], person=world.employee(f"Ana{rank}", members=[aloen]))
    client = login(world.finance())
    client.get(COSTS)
    with django_assert_num_queries(9):
        client.get(COSTS)
