"""Pages of expenses, dues and waiting sums: who sees what, what is done there, what is said when it cannot be."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.charges import expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.models import Charge, Expense, ExpenseScale, ExpenseState
from members.models import Membership
from tests import world
from tests.billing.charges.receipt_files import PDF, picture
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 12)
MINE, ALL = reverse("billing:my_expenses"), reverse("billing:expenses")
DUES, LINES = reverse("billing:dues"), reverse("billing:waiting_charges")


@pytest.fixture
def placed():
    world.group()
    ExpenseScale.objects.create(
        kind="travel", starts_on=date(2026, 1, 1), rate=Decimal("0.529"), source="Décision du conseil"
    )
    aloen = world.member("Aloen")
    return world.assignment(world.employee(members=[aloen]), aloen)


def words(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def bought(placed, label="Toner"):
    wanted = ExpenseClaim("purchase", DAY, label, amount=Decimal("31.20"), receipt=PDF)
    return expenses.claim(placed, wanted, by=placed.employee.user, at=NOW)


def typed(placed, **facts):
    found = {"kind": "travel", "assignment": placed.pk, "spent_on": "2026-11-12", "label": "Vannes"}
    return {**found, "kilometres": "42,5", "amount": "", **facts}


def test_an_employee_writes_a_trip_down_and_sees_the_scale(login, placed):
    client = login(placed.employee.user)
    assert "à corriger" not in words(client.get(MINE))
    assert "Déplacement, barème du 01/01/2026 0,529 € / km" in words(client.get(MINE))
    answer = client.post(MINE, typed(placed))
    assert answer.url == MINE
    page = words(client.get(MINE))
    assert "Dépense enregistrée : 22,48 €." in page
    assert "12/11/2026 Déplacement Vannes, 42,5 km Aloen À décider 22,48 €" in page


def test_a_purchase_is_sent_with_its_photo(login, placed):
    client = login(placed.employee.user)
    photo = SimpleUploadedFile("IMG_2041.jpg", picture(), "image/jpeg")
    sent = typed(placed, kind="purchase", kilometres="7", amount="31,20", receipt=photo)
    assert client.post(MINE, sent).status_code == 302
    made = Expense.objects.get()
    assert (made.amount, made.kilometres) == (Decimal("31.20"), None)
    answer = client.get(reverse("billing:receipt", args=[made.pk]))
    assert b"".join(answer.streaming_content) == picture()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_is_no_receipt_is_refused_and_the_rest_stays_typed(login, placed, monkeypatch):
    """An oversized file is cut off while it comes in: what is left of it is its size."""
    client = login(placed.employee.user)
    monkeypatch.setattr("groupement.kernel.upload_limit.LARGEST_FILE", 1_000_000)
    wrong = {}
    for data, sentence in [
        (b"<html><script>alert(1)</script></html>", "Ce fichier n’est pas un PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Ce fichier n’est pas un PDF"),
        (b"#!/bin/sh\nls\n", "Ce fichier n’est pas un PDF"),
        (b"%PDF-" + b" " * 6_000_000 + b"%%EOF", "Le justificatif dépasse 5 Mo."),
    ]:
        file = SimpleUploadedFile("facture.pdf", data, "application/pdf")
        sent = typed(placed, kind="purchase", amount="31,20", label="Cartouches", receipt=file)
        answer = client.post(MINE, sent)
        kept = answer.context["form"]["label"].value(), answer.context["form"]["amount"].value()
        if answer.status_code != 422 or sentence not in words(answer) or kept != ("Cartouches", "31,20"):
            wrong[data[:9]] = (answer.status_code, kept)
    assert wrong == {}
    assert not Expense.objects.exists()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kilometres": "beaucoup"}, "« beaucoup » n’est pas une distance : écrivez par exemple 42,5."),
        ({"kilometres": "42,55"}, "Une seule décimale"),
        ({"kilometres": "-4"}, "supérieurs à zéro"),
        ({"spent_on": "2026-12-24"}, "Le 24 décembre 2026 n’est pas encore passé."),
        ({"spent_on": "31/02/2026"}, "Cette date n’existe pas."),
        ({"assignment": "0"}, "Choisissez une mise à disposition de la liste."),
        ({"kind": "meal", "amount": "-2"}, "Indiquez le montant payé, supérieur à zéro."),
        ({"kind": "purchase", "amount": "9"}, "Un achat demande son justificatif"),
        ({"kind": "bribe"}, "Sélectionnez un choix valide"),
    ],
)
def test_bad_input_is_a_sentence_and_keeps_what_was_typed(login, placed, facts, sentence):
    answer = login(placed.employee.user).post(MINE, typed(placed, **facts))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="Vannes"' in answer.content.decode()
    assert not Expense.objects.exists()


def test_another_one_s_expense_and_receipt_do_not_exist(login, placed):
    made = bought(placed)
    pages = [reverse(f"billing:{name}", args=[made.pk]) for name in ("expense", "receipt")]
    seen_by = {
        "own": placed.employee.user,
        "finance": world.finance(),
        "coordinator": world.coordinator(),
        "admin": world.admin(),
    }
    for person in seen_by.values():
        client = login(person)
        answers = [client.get(page) for page in pages]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert b"".join(answers[1].streaming_content) == PDF
    sonam = world.member("Sonam")
    hidden_from = [
        world.employee("Youenn", "Talec", members=[placed.member]).user,
        world.staff(placed.member, "Nolwenn Jégo"),
        world.staff(sonam, "Anaïs Moal"),
    ]
    for person in hidden_from:
        client = login(person)
        assert [client.get(page).status_code for page in pages] == [404, 404]
        assert client.post(reverse("billing:withdraw_expense", args=[made.pk])).status_code == 404
    assert "Toner" not in words(login(hidden_from[0]).get(MINE))
    assert Expense.objects.get() == made


def test_an_employee_only_claims_on_their_own_assignments(login, placed):
    other = world.employee("Youenn", "Talec", members=[placed.member])
    elsewhere = world.assignment(other, placed.member)
    answer = login(placed.employee.user).post(MINE, typed(placed, assignment=elsewhere.pk))
    assert answer.status_code == 422
    assert not Expense.objects.exists()


def test_finance_writes_down_for_somebody_accepts_and_comes_back_on_it(login, placed):
    client = login(world.finance())
    answer = client.post(ALL, typed(placed))
    made = Expense.objects.get()
    where = reverse("billing:expense", args=[made.pk])
    assert answer.url == where
    page = client.get(where)
    assert "TVA au taux normal, comme la mise à disposition ce jour-là." in words(page)
    assert 'value="Déplacement, Maëlle Kerbrat, 12 novembre 2026"' in page.content.decode()
    accept = reverse("billing:accept_expense", args=[made.pk])
    refused = client.post(accept, {"label": "Trajet", "cost": "22,49"})
    assert refused.status_code == 422
    assert "Le montant refacturé va de 0,01 € à 22,48 €" in words(refused)
    client.post(accept, {"label": "Trajet Lorient – Vannes", "cost": "22,48"})
    assert "Sur la facture : « Trajet Lorient – Vannes », 22,48 € HT." in words(client.get(where))
    assert "Trajet Lorient – Vannes Déplacement" in words(client.get(LINES))
    client.post(reverse("billing:put_back_expense", args=[made.pk]))
    refuse = reverse("billing:refuse_expense", args=[made.pk])
    assert client.post(refuse, {"reason": ""}).status_code == 422
    client.post(refuse, {"reason": "Trajet domicile – travail"})
    made.refresh_from_db()
    assert (made.state, Charge.objects.count()) == (ExpenseState.REFUSED, 0)
    assert "Trajet domicile – travail" in words(login(placed.employee.user).get(MINE))


def test_only_finance_decides(login, placed):
    made = bought(placed)
    for person in (placed.employee.user, world.coordinator(), world.admin()):
        client = login(person)
        for name in ("accept_expense", "refuse_expense", "put_back_expense"):
            assert client.post(reverse(f"billing:{name}", args=[made.pk])).status_code == 404
    assert made.state == ExpenseState.WAITING


def test_the_list_is_filtered_by_state_person_and_member(login, placed):
    finance, first, second = world.finance(), bought(placed, "Toner"), bought(placed, "Papier")
    expense_decisions.accept(first, by=finance, at=NOW)
    client = login(finance)
    for query, shown in (
        ("?etat=accepted", ["Toner"]),
        ("?etat=waiting", ["Papier"]),
        ("?etat=refused", []),
        ("?etat=invoiced", []),
        (f"?personne={placed.employee_id}&adherent={placed.member_id}", ["Toner", "Papier"]),
        ("?etat=autre", []),
    ):
        page = words(client.get(ALL + query))
        assert [label for label in ("Toner", "Papier") if label in page] == shown
    assert second.pk


def test_dues_are_told_before_they_are_called(login, placed):
    Membership.objects.filter(member=placed.member).update(
        yearly_dues=Decimal("120.00"), deposit=Decimal("500.00")
    )
    client = login(world.finance())
    page = words(client.get(DUES))
    assert "à confirmer par l’expert-comptable" in page
    assert "1 adhérent à appeler, 120,00 € au total, sur leur prochaine facture." in page
    assert not Charge.objects.exists()
    client.post(reverse("billing:call_dues"), {"annee": "2026"})
    client.post(reverse("billing:call_dues"), {"annee": "2026"})
    client.post(reverse("billing:ask_deposits"))
    client.post(reverse("billing:call_dues"), {"annee": "2040"})
    page = words(client.get(DUES))
    assert "Cotisations 2026 : 120,00 € appelés à 1 adhérent, sur les prochaines factures." in page
    assert "Cotisations 2026 : tout était déjà appelé, rien n’a changé." in page
    assert "Les cotisations s’appellent pour 2025, 2026 ou 2027, pas pour 2040." in page
    assert sorted(Charge.objects.values_list("kind", "net")) == [
        ("deposit", Decimal("500.00")),
        ("dues", Decimal("120.00")),
    ]
    assert client.get(f"{DUES}?annee=x").status_code == 422


def test_a_free_line_is_added_and_withdrawn(login, placed):
    client = login(world.finance())
    wanted = {
        "member": placed.member_id,
        "label": "Location de la salle",
        "quantity": "2,5",
        "unit": "DAY",
        "unit_price": "45",
        "vat_regime": "S20",
        "service_month": "2026-11",
    }
    add = reverse("billing:add_line")
    wrong = client.post(add, {**wanted, "quantity": "deux", "vat_regime": "E261B"})
    assert "« deux » n’est pas une quantité" in words(wrong)
    assert "n’a pas d’attestation" in words(client.post(add, {**wanted, "vat_regime": "E261B"}))
    assert client.post(add, wanted).url == LINES
    page = words(client.get(LINES))
    assert "112,50 € HT rejoignent la prochaine facture d’Aloen." in page
    assert "Location de la salle Autre Aloen novembre 2026 TVA au taux normal 112,50 €" in page
    client.post(reverse("billing:withdraw_charge", args=[Charge.objects.get().pk]))
    assert not Charge.objects.exists()


def test_the_coordinator_reads_and_does_nothing(login, placed):
    Membership.objects.filter(member=placed.member).update(yearly_dues=Decimal("120.00"))
    client = login(world.coordinator())
    for page in (DUES, LINES):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "Appeler les cotisations" not in words(answer)
    for name in ("call_dues", "ask_deposits", "add_line"):
        assert client.post(reverse(f"billing:{name}"), {"annee": "2026"}).status_code == 403
    assert not Charge.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_whatever_their_length(login, placed, django_assert_num_queries, count):
    finance = world.finance()
    for rank in range(count):
        member = world.member(f"Adhérent {rank}")
        Membership.objects.filter(member=member).update(yearly_dues=Decimal("10"), deposit=Decimal("5"))
        bought(placed, f"Achat {rank}")
        expense_decisions.accept(bought(placed, f"Autre {rank}"), by=finance, at=NOW)
    client = login(placed.employee.user)
    with django_assert_num_queries(10):
        client.get(MINE)
    client = login(finance)
    for page, queries in ((ALL, 11), (DUES, 11), (LINES, 10)):
        client.get(page)
        with django_assert_num_queries(queries):
            client.get(page)
