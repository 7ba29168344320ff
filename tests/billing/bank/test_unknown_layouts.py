"""A layout nobody confirmed is shown before anything is stored; one that is known is read at once; any is dropped."""

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.bank import importing, previewing
from billing.models import BankLayout, BankOperation, BankStatement
from groupement.kernel.money import spell
from tests import world
from tests.billing.bank.statements import imported, line
from tests.billing.bank.test_bank_views import words

pytestmark = pytest.mark.django_db
BANK, IMPORT = reverse("billing:bank"), reverse("billing:import_bank")
COLUMNS, LAYOUTS = reverse("billing:bank_columns"), reverse("billing:bank_layouts")
# Understood word by word, and of no bank that is known: shown.
UNKNOWN = (
    "Date;Intitulé;Montant;Remise;Statut\n"
    "01/12/2026;VIR ALOEN F-2026-0001;240,00;a;Exécuté\n"
    "01/12/2026;LOYER;(89,10);b;Exécuté\n"
    "01/12/2026;CB PAPETERIE;12,00-;c;Refusé\n"
    "03/12/2026;VIR SONAM;25,00;d;Exécuté\n"
)
CHOSEN = {
    "column_0": "booked_on",
    "column_1": "label",
    "column_2": "amount",
    "column_3": "unread",
    "column_4": "status",
}


@pytest.fixture
def gael(login, private_files, monkeypatch):
    monkeypatch.setattr(storages["private"], "get_modified_time", lambda name: world.NOW, raising=False)
    world.group()
    return login(world.finance())


def send(client, text, name="export-2026.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})


def test_a_guess_is_shown_with_its_sums_and_nothing_is_stored(gael):
    page = words(send(gael, UNKNOWN))
    assert BankStatement.objects.count() == BankLayout.objects.count() == 0
    # 240,00 + 25,00 in, 89,10 out: the refused one moves nothing.
    assert "Opérations nouvelles 3 Entrées 265,00 € Sorties −89,10 €" in page
    assert "3 opérations nouvelles, du 01/12/2026 au 03/12/2026." in page
    assert "Pas lues : Remise." in page
    assert "Ligne 4, −12,00 € : refusée ou annulée (« Refusé »), laissée de côté." in page


def test_one_button_remembers_the_layout_by_its_name_and_imports(gael):
    shown = send(gael, UNKNOWN).context["shown"].shown
    answer = gael.post(COLUMNS, CHOSEN | {"seen": shown, "name": " Banque des Rives "})
    statement = BankStatement.objects.get()
    assert answer.url == reverse("billing:statement", args=[statement.pk])
    assert statement.layout_name == "Banque des Rives"
    page = words(gael.get(answer.url))
    assert "Relevé importé (format « Banque des Rives ») : 3 opérations nouvelles." in page
    assert "CSV, format « Banque des Rives », importé le" in page
    # The next file of these titles is read at once.
    assert send(gael, UNKNOWN.replace("25,00", "26,00")).status_code == 302
    assert BankOperation.objects.count() == 4


def test_columns_that_were_changed_are_shown_again_before_anything_is_stored(gael):
    shown = send(gael, UNKNOWN).context["shown"].shown
    # Without the column of states the refused payment would be money.
    answer = gael.post(COLUMNS, CHOSEN | {"seen": shown, "column_4": "unread"})
    assert answer.status_code == 200
    assert "Opérations nouvelles 4 Entrées 265,00 € Sorties −101,10 €" in words(answer)
    assert BankStatement.objects.count() == BankLayout.objects.count() == 0
    again = gael.post(COLUMNS, CHOSEN | {"seen": answer.context["shown"].shown, "read_again": "1"})
    assert "Opérations nouvelles 3" in words(again)
    assert BankStatement.objects.count() == 0


def test_columns_that_cannot_be_read_are_not_remembered(gael):
    send(gael, UNKNOWN)
    answer = gael.post(COLUMNS, CHOSEN | {"column_0": "label", "column_1": "booked_on"})
    assert answer.status_code == 422
    assert "Ligne 2 : « VIR ALOEN F-2026-000 » n’est pas une date" in words(answer)
    assert BankLayout.objects.count() == 0
    # What was chosen stays chosen.
    assert answer.context["form"]["column_1"].value() == "booked_on"
    assert gael.post(COLUMNS, CHOSEN).status_code == 302


def test_a_table_without_titles_is_shown_and_then_known(gael):
    lcl = "01/12/2026;-450,5;Virement;;0;SALAIRE\n02/12/2026;240;Virement;;0;VIR ALOEN\n"
    lcl += "02/12/2026;30,5;;;;00001 123456X\n"
    page = send(gael, lcl)
    assert "Colonne 1 01/12/2026 · 02/12/2026" in words(page)
    first = {"column_0": "booked_on", "column_1": "amount", "column_2": "label", "column_5": "label"}
    again = gael.post(COLUMNS, first | {"seen": ""})
    assert "Opérations nouvelles 2 Entrées 240,00 € Sorties −450,50 €" in words(again)
    assert "Ligne 3 : un solde ou un total, laissé de côté." in words(again)
    assert gael.post(COLUMNS, first | {"seen": again.context["shown"].shown}).status_code == 302
    assert send(gael, lcl.replace("01/12", "03/12")).status_code == 302
    # The amount stands elsewhere: it is asked about again.
    other = "04/12/2026;Virement;VIR SONAM;;0;12,50\n"
    assert send(gael, other).status_code == 200


def test_what_would_be_refused_is_refused_before_any_question(gael):
    send(gael, UNKNOWN)
    gael.post(COLUMNS, CHOSEN)
    gael.post(reverse("billing:drop_layout", args=[BankLayout.objects.get().pk]))
    again = send(gael, UNKNOWN)
    assert again.status_code == 422
    assert "Ce fichier a déjà été importé" in words(again)
    other = UNKNOWN.replace("Statut\n", "Statut;IBAN du compte\n", 1).replace(
        "Exécuté\n", "Exécuté;FR7610107001011234567890129\n"
    )
    world.group().__class__.objects.update(iban="FR7630006000011234567890189")
    refused = send(gael, other)
    assert "Ce relevé est celui du compte qui finit par 0129" in words(refused)


def test_a_guess_with_faults_says_them_beside_its_columns(gael):
    answer = send(gael, UNKNOWN.replace("240,00", "beaucoup"))
    assert answer.status_code == 200
    page = words(answer)
    assert "Ligne 2 : « beaucoup » n’est pas un montant" in page
    assert "Si une colonne est mal comprise, corrigez-la ci-dessous." in page


def test_what_is_known_already_and_what_is_to_come_does_not_count(gael):
    imported(line("240.00", "VIR"), name="novembre.csv")
    known = "Date;Intitulé;Tiers;Montant;Ref\n02/12/2026;VIR;;240,00;\n03/12/2026;VIR;;5,00;\n31/12/2099;VIR;;7,00;\n"
    page = words(send(gael, known))
    assert "Opérations nouvelles 1 Entrées 5,00 €" in page
    assert "1 opération déjà connue par « novembre.csv », laissée de côté." in page
    assert "datée du 31/12/2099, à venir, laissée de côté" in page


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Date;Libellé;Débit euros;Crédit euros;", "02/12/2026;VIR;;1,00;"),
        ("DATE;LIBELLE;DEBIT EUROS;CREDIT EUROS", "02/12/2026;VIR;;1,00"),
        ("Date;Libellé;Débit;Crédit", "02/12/2026;VIR;;1,00"),
    ],
)
def test_the_layout_of_a_bank_is_read_at_once(gael, titles, row):
    assert send(gael, f"{titles}\n{row}\n").status_code == 302
    assert BankOperation.objects.get().amount == 1


def test_layouts_are_listed_and_dropped(gael):
    send(gael, UNKNOWN)
    gael.post(COLUMNS, CHOSEN | {"name": "Banque des Rives"})
    page = words(gael.get(LAYOUTS))
    assert (
        "Banque des Rives Date : date ; Intitulé : libellé ; Montant : montant signé ; Statut : état" in page
    )
    assert "Pas lues : Remise." in page
    assert "Crédit Agricole ; BNP Paribas" in page
    answer = gael.post(reverse("billing:drop_layout", args=[BankLayout.objects.get().pk]), follow=True)
    assert "Le format « Banque des Rives » est oublié" in words(answer)
    assert BankLayout.objects.count() == 0
    assert send(gael, UNKNOWN.replace("25,00", "26,00")).status_code == 200


def test_a_layout_without_a_name_takes_that_of_the_file(gael):
    send(gael, UNKNOWN)
    gael.post(COLUMNS, CHOSEN)
    assert BankLayout.objects.get().name == "export-2026"


def test_a_preview_writes_nothing(gael, django_assert_num_queries):
    data = UNKNOWN.encode()
    with django_assert_num_queries(5):
        shown = previewing.preview(data, at=world.NOW)
    assert spell(shown.sums.came_in).startswith("265,00")
    assert importing.stored_layouts() == {}


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03", b"PK\x03\x04 xl/ and no more", b"Date\n", b"<a>"])
def test_what_is_no_table_is_refused_before_any_question(gael, data):
    answer = send(gael, data)
    assert answer.status_code == 422
    assert "shown" not in answer.context
