"""The pages of the bank: import with its questions, statements, operations; for finance only."""

import html
import re
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.bank import accepting, candidates, suggesting
from billing.models import BankLayout, BankOperation, BankStatement, Payment
from tests import world
from tests.billing import owing
from tests.billing.bank.statements import imported, line, operations, sample, table, taken

pytestmark = pytest.mark.django_db
BANK = reverse("billing:bank")
IMPORT = reverse("billing:import_bank")
COLUMNS = reverse("billing:bank_columns")
RENT = line("-450.00", "LOYER DECEMBRE")


@pytest.fixture
def invoice():
    world.group()
    return owing.invoice(world.member("Aloen"), "240.00")


@pytest.fixture
def gael(login, invoice):
    return login(world.finance())


@pytest.fixture(autouse=True)
def files_of_today(private_files, monkeypatch):
    """A file that is stored is as old as the day of the tests says, not as the clock of the disk does."""
    monkeypatch.setattr(storages["private"], "get_modified_time", lambda name: world.NOW, raising=False)


def words(response):
    """The text of the page, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def send(client, data, name="releve.csv", **more):
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data), **more})


def of(name, row, *more):
    return reverse(f"billing:{name}", args=[row.pk, *more])


def paid(invoice, amount="240.00", label=None):
    return operations(imported(line(amount, label or f"VIR {invoice.number}", payer="ALOEN")))[0]


def test_a_statement_is_imported_and_shown(gael):
    answer = send(gael, table(line("240.00", "VIR F-2026-0001", payer="ALOEN"), RENT))
    statement_made = BankStatement.objects.get()
    assert answer.url == of("statement", statement_made)
    page = words(gael.get(answer.url))
    assert "Relevé importé : 2 opérations nouvelles." in page
    assert "+240,00 € ALOEN 02/12/2026 · virement" in page
    assert "Aloen F-2026-0001 240,00 € Sûr" in page
    assert "Une opération est sûre Le numéro de facture et le montant concordent : 240,00 €." in page
    assert "Une sortie ne concerne aucun règlement" in page
    assert "2 à rapprocher sur 2 opérations" in words(gael.get(BANK))


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (None, "", "Choisissez le relevé de la banque."),
        (b"", "r.csv", "Ce fichier est vide."),
        (b"x", "r.pdf", "Ce fichier n’est ni un CAMT.053 (.xml), ni un OFX, ni un CSV"),
        (b"x" * 5_000_001, "r.csv", "Ce fichier dépasse 5 Mo"),
        (b"<a>", "r.xml", "Ce fichier XML est abîmé"),
        (table(line("1.00", "VIR"), "hier;VIR;;1;"), "r.csv", "Ligne 3 : « hier » n’est pas une date"),
    ],
)
def test_what_is_no_statement_is_refused_with_a_sentence(gael, data, name, sentence):
    answer = gael.post(IMPORT, {} if data is None else {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert BankStatement.objects.count() == 0


def test_unknown_columns_are_asked_about_once(gael):
    answer = send(gael, sample("unknown.csv"))
    assert answer.status_code == 200
    page = words(answer)
    assert "Les titres de « releve.csv » ne sont pas connus." in page
    assert "Quoi VIR SONAM Colonne « Quoi »" in page
    assert "les sommes s’affichent ensuite, et rien n’est importé avant" in page
    wrong = gael.post(COLUMNS, {"column_1": "label"})
    assert wrong.status_code == 422
    assert "Dites quelle colonne est la date" in words(wrong)
    done = gael.post(COLUMNS, {"column_0": "booked_on", "column_1": "label", "column_2": "amount"})
    assert done.url == of("statement", BankStatement.objects.get())
    assert BankLayout.objects.get().columns == {"booked_on": [0], "label": [1], "amount": [2]}
    # The next file of these titles is read as it is.
    assert send(gael, sample("unknown.csv").replace(b"12,50", b"13,50")).status_code == 302


def test_columns_of_no_file_lead_back(gael):
    assert gael.post(COLUMNS, {"column_0": "booked_on"}).url == BANK
    assert "Le fichier n’est plus là" in words(gael.get(BANK))


def test_lines_that_say_the_same_are_asked_about(gael):
    answer = send(gael, table(RENT, RENT))
    assert answer.status_code == 422
    assert "Ligne 3 : la même opération qu’à ligne 2" in words(answer)
    assert "gardé une heure" in words(answer)
    assert gael.post(IMPORT, {}).status_code == 422
    assert BankStatement.objects.count() == 0
    gael.post(IMPORT, {"has_twins": "on"})
    assert BankOperation.objects.count() == 2


def test_one_click_settles_what_was_chosen_and_another_undoes_it(gael, invoice):
    operation = paid(invoice)
    page = gael.get(of("statement", operation.statement))
    (code,) = re.findall(r'name="choice"\s+value="([^"]+)"', page.content.decode())
    answer = gael.post(of("accept_operation", operation), {"choice": code, "etat": "open", "page": "1"})
    assert answer.url == f"{of('statement', operation.statement)}?etat=open&page=1"
    page = gael.get(of("statement", operation.statement))
    assert "Opération rapprochée : 240,00 €, Aloen." in words(page)
    assert f'action="{of("undo_operation", operation)}"' in page.content.decode()
    assert Payment.objects.get().amount == Decimal("240.00")
    answer = gael.post(of("undo_operation", operation))
    assert "son règlement est annulé aussi" in words(gael.get(answer.url))
    assert Payment.objects.get().reversed_on == world.NOW.date()


def test_accepting_leads_to_the_next_that_waits(gael, invoice):
    first, second = operations(imported(line("240.00", "VIR F-2026-0001"), line("3.00", "VIR")))
    codes = re.findall(
        r'name="choice"\s+value="([^"]+)"', gael.get(of("statement", first.statement)).content.decode()
    )
    answer = gael.post(of("accept_operation", first), {"choice": codes[0]})
    assert answer.url.endswith(f"#op-{second.pk}")


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({}, "Choisissez d’abord l’une des propositions."),
        ({"choice": "pay:m1+1=1.00"}, "ont changé entre-temps"),
        ({"choice": "x"}, "ont changé entre-temps"),
    ],
)
def test_a_choice_that_is_none_is_refused(gael, invoice, choice, sentence):
    operation = paid(invoice)
    gael.post(of("accept_operation", operation), choice)
    assert sentence in words(gael.get(of("statement", operation.statement)))
    assert Payment.objects.count() == 0


def test_all_that_is_certain_in_one_click(gael, invoice):
    statement = paid(invoice).statement
    asked = gael.get(f"{of('statement', statement)}?confirmer=surs")
    assert '<dialog class="dialog" id="surs" aria-labelledby="surs-title" open>' in asked.content.decode()
    gael.post(of("accept_certain", statement))
    page = words(gael.get(of("statement", statement)))
    assert "1 opération rapprochée : 240,00 €." in page
    assert "Rapprochée Aloen Règlement du 02/12/2026" in page


def test_money_out_is_set_aside_in_one_click_or_by_a_note(gael):
    statement = imported(RENT, line("-5.00", "FRAIS"), line("500.00", "REGION"))
    *_, grant = operations(statement)
    gael.post(of("set_aside_unrelated", statement))
    assert "2 sorties mises de côté." in words(gael.get(of("statement", statement)))
    refused = gael.post(of("set_aside_operation", grant), {"note": ""})
    assert refused.status_code == 422
    assert "Dites en quelques mots ce que c’est" in words(refused)
    gael.post(of("set_aside_operation", grant), {"note": "Subvention"})
    page = words(gael.get(of("statement", statement), {"etat": "set_aside"}))
    assert "Hors factures Subvention" in page
    assert "Terminé sur 3 opérations" in words(gael.get(BANK))


def test_a_choice_by_hand(gael, invoice):
    operation = paid(invoice, "100.00", "VIR")
    address = of("operation", operation)
    assert "Choisissez un adhérent de la liste." in words(gael.get(address, {"adherent": "x"}))
    page = gael.get(address, {"adherent": invoice.member_id})
    assert "Répartissez 100,00 € : ce qui ne règle aucune facture reste au crédit de l’adhérent." in words(
        page
    )
    assert f'name="part_{invoice.pk}" value="100,00"' in page.content.decode()
    settle = of("settle_operation", operation, invoice.member_id)
    too_much = gael.post(settle, {f"part_{invoice.pk}": "100,01"})
    assert too_much.status_code == 422
    assert 'value="100,01"' in too_much.content.decode()
    assert "retirez 0,01 €" in words(too_much)
    gael.post(settle, {f"part_{invoice.pk}": "60,00"})
    payment = Payment.objects.get()
    assert [each.amount for each in payment.allocations.all()] == [Decimal("60.00")]


def test_a_part_is_parted_and_put_back(gael):
    operation = operations(imported(line("30.00", "REMISE CHQ")))[0]
    wrong = gael.post(of("split_operation", operation), {"amount": "30"})
    assert wrong.status_code == 422
    assert "Détachez moins que l’opération" in words(wrong)
    answer = gael.post(of("split_operation", operation), {"amount": "12,50"})
    page = words(gael.get(answer.url))
    assert "Parties +12,50 € REMISE CHQ" in page
    assert "+17,50 € REMISE CHQ" in page
    text = words(gael.get(of("statement", operation.statement)))
    assert "partie d’une opération de 30,00 €" in text
    gael.post(of("undo_operation", operation))
    assert BankOperation.objects.count() == 1


def test_a_payment_that_the_bank_took_back(gael, invoice):
    first = paid(invoice)
    gael.post(of("accept_certain", first.statement))
    back = operations(imported(line("-240.00", "ANNULATION"), name="deux.csv"))[0]
    page = words(gael.get(of("operation", back)))
    assert "Aloen, 240,00 € du 02/12/2026" in page
    refused = gael.post(of("take_back", back), {"payment": "0"})
    assert refused.status_code == 422
    gael.post(of("take_back", back), {"payment": Payment.objects.get().pk})
    text = words(gael.get(of("statement", back.statement)))
    assert "Règlement repris Aloen Règlement du 02/12/2026" in text
    assert "ses factures sont de nouveau dues" in text
    assert "Annulé depuis Aloen" in words(gael.get(of("statement", first.statement)))


@pytest.mark.parametrize("state", ["open", "matched", "set_aside", "", "zzz"])
def test_every_tab_opens(gael, invoice, state):
    statement = paid(invoice).statement
    assert gael.get(of("statement", statement), {"etat": state}).status_code == 200


def test_what_the_import_left_out_is_told(gael):
    statement = taken(sample("camt_02.xml"), file_name="r.xml", by=None, at=world.NOW).statement
    page = words(gael.get(of("statement", statement)))
    assert "Une remarque de l’import Écriture 3, −75,00 € : en attente, laissée de côté." in page
    assert "Compte FR76 3000 6000 0112 3456 7890 189." in page
    assert "Solde initial 1 000,00 €" in page


@pytest.mark.parametrize("who", ["coordinator", "admin", "staff", "employee"])
def test_bank_details_are_for_finance_only(login, invoice, who):
    operation = paid(invoice)
    assert "ALOEN" in words(login(world.finance()).get(of("statement", operation.statement)))
    people = {
        "coordinator": world.coordinator,
        "admin": world.admin,
        "staff": lambda: world.staff(invoice.member),
        "employee": lambda: world.employee(members=[invoice.member]).user,
    }
    client = login(people[who]())
    assert client.get(BANK).status_code == 403
    assert send(client, table(RENT)).status_code == 403
    assert client.get(of("statement", operation.statement)).status_code == 404
    assert client.get(of("operation", operation)).status_code == 404
    assert client.post(of("accept_certain", operation.statement)).status_code == 404
    assert client.post(of("undo_operation", operation)).status_code == 404
    assert Payment.objects.count() == 0
    if who in ("coordinator", "admin"):
        assert "Banque" not in words(client.get(reverse("billing:payments")))


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries(gael, invoice, count, django_assert_num_queries):
    lines = [line("240.00", f"VIR {rank} F-2026-0001", payer=f"P{rank}") for rank in range(count)]
    aside = [line("-1.00", f"FRAIS {rank}") for rank in range(count)]
    done = [owing.invoice(invoice.member, f"{rank + 1}.00") for rank in range(count)]
    more = [line(each.total, f"VIR {each.number}", payer="ALOEN") for each in done]
    statement = imported(*lines, *aside, *more)
    for operation in operations(statement)[-count:]:
        code = next(
            each.code
            for each in suggesting.suggest(
                candidates.operation_facts(operation), candidates.read_ledger(on=world.NOW.date())
            )
        )
        accepting.accept_candidate(operation, code, by=None, at=world.NOW)
    for rank in range(count - 1):
        imported(line("1.00", f"AUTRE {rank}"), name=f"{rank}.csv")
    gael.get(BANK)
    with django_assert_num_queries(8):
        gael.get(BANK)
    with django_assert_num_queries(18):
        gael.get(of("statement", statement), {"etat": ""})
