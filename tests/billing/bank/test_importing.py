"""A statement is imported whole or not at all: no file twice, no operation twice, no other account, nothing to come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from billing.bank import csv_layouts, importing
from billing.models import BankLayout, BankOperation, BankStatement
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing.bank.statements import imported, line, operations, sample, sentences_of, table, taken

pytestmark = pytest.mark.django_db

ALOEN = line("1900.80", "VIR ALOEN", payer="ALOEN", reference="26335A0001")
RENT = line("-450.00", "LOYER DECEMBRE")


@pytest.fixture(autouse=True)
def group():
    return world.group()


def refused(data, *, at=world.NOW, **options):
    before = BankOperation.objects.count()
    with pytest.raises(Refusal) as caught:
        taken(data, file_name="encore.csv", by=None, at=at, **options)
    assert BankOperation.objects.count() == before
    return sentences_of(caught.value)


def test_a_statement_is_kept_with_its_operations():
    gael = world.finance()
    read = taken(sample("camt_02.xml"), file_name="releve.xml", by=gael, at=world.NOW)
    assert (read.new, read.known) == (2, 0)
    statement = read.statement
    assert (statement.format, statement.imported_by, statement.imported_at) == ("CAMT.053", gael, world.NOW)
    assert (statement.starts_on, statement.ends_on) == (date(2026, 12, 1), date(2026, 12, 2))
    assert (statement.opening_balance, statement.closing_balance) == (Decimal("1000.00"), Decimal("2560.30"))
    assert len(statement.left_out) == 1
    paid, back = operations(statement)
    assert (paid.amount, paid.counterparty, paid.status) == (Decimal("1900.80"), "ALOEN", "open")
    assert (back.amount, back.is_return, back.nature) == (Decimal("-340.50"), True, "direct_debit")


def test_the_same_file_is_not_taken_twice_and_says_when_and_by_whom():
    data = table(ALOEN, RENT)
    taken(data, file_name="releve.csv", by=world.finance(), at=world.NOW)
    text = refused(data)
    assert text == (
        "Ce fichier a déjà été importé le 03/12/2026 à 9 h 00 par Gaël Perrot (releve.csv). Rien n’a été changé."
    )


def test_an_operation_known_from_an_overlapping_statement_is_told_and_not_doubled():
    imported(ALOEN, RENT, name="un.csv")
    read = taken(table(RENT, ALOEN, line("12.00", "VIR SONAM")), file_name="deux.csv", by=None, at=world.NOW)
    assert (read.new, read.known) == (1, 2)
    assert [each.label for each in operations(read.statement)] == ["VIR SONAM"]
    assert read.statement.left_out == [
        "2\u00a0opérations déjà connues par «\u00a0un.csv\u00a0», laissées de côté."
    ]


def test_a_file_that_says_nothing_new_is_refused():
    imported(ALOEN, RENT, name="un.csv")
    assert "Toutes les opérations de ce fichier sont déjà connues, par « un.csv »" in refused(table(ALOEN))


def test_the_same_operation_twice_is_refused_with_both_lines():
    text = refused(table(ALOEN, RENT, ALOEN))
    assert "la même opération y est plusieurs fois" in text
    assert "Ligne 4 : la même opération qu’à ligne 2, 1 900,80 € du 02/12/2026. Si ce sont" in text


def test_lines_that_say_the_same_are_two_only_when_somebody_says_so():
    text = refused(table(RENT, ALOEN, RENT))
    assert "Ligne 4 : la même opération qu’à ligne 2, −450,00 € du 02/12/2026. Si ce sont bien deux" in text
    statement = imported(RENT, ALOEN, RENT, has_twins=True)
    first, _, again = operations(statement)
    assert (again.amount, again.key) == (first.amount, f"{first.key}#2")
    # Overlapping, the two are known again; a third is new.
    read = taken(table(RENT, RENT, RENT), file_name="trois.csv", has_twins=True, by=None, at=world.NOW)
    assert (read.new, read.known) == (1, 2)


def test_the_account_of_somebody_else_is_refused(group):
    group.iban = "FR7630004000031234567890143"
    group.save()
    text = refused(sample("camt_02.xml"))
    assert "le compte qui finit par 0189" in text.replace("celui du compte", "le compte")
    assert "celui du groupement finit par 0143" in text
    group.iban = ""
    group.save()
    assert taken(sample("camt_02.xml"), file_name="r.xml", by=None, at=world.NOW).new == 2


def test_a_statement_of_another_format_says_what_it_may_say_again():
    taken(sample("camt_02.xml"), file_name="releve.xml", by=None, at=world.NOW)
    statement = imported(line("1900.80", "VIREMENT RECU ALOEN", on=date(2026, 12, 1)), RENT)
    again, rent = operations(statement)
    assert (
        again.note
        == "Même jour et même montant qu’une opération de «\u00a0releve.xml\u00a0»\u00a0: vérifiez."
    )
    assert rent.note == ""


def test_titles_that_were_mapped_are_known_the_next_time():
    data = sample("unknown.csv")
    with pytest.raises(csv_layouts.UnknownColumns) as caught:
        importing.import_statement(data, file_name="u.csv", by=None, at=world.NOW)
    columns = {"booked_on": [0], "label": [1], "amount": [2]}
    importing.save_layout(caught.value.titles, columns, at=world.NOW - timedelta(days=9))
    assert taken(data, file_name="u.csv", by=None, at=world.NOW).new == 1
    assert BankLayout.objects.get().used_at == world.NOW


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"label": [1]}, "Dites quelle colonne est la date"),
        ({"booked_on": [0], "debit": [1]}, "Dites quelle colonne est la date"),
        ({"booked_on": [0, 1], "amount": [2]}, "« Date » est choisi deux fois"),
        ({"booked_on": [0], "amount": [1], "credit": [2]}, "un montant signé, ou un débit et un crédit"),
    ],
)
def test_columns_from_which_nothing_can_be_read_are_refused(columns, sentence):
    with pytest.raises(importing.BadBankColumns) as caught:
        importing.save_layout(["a", "b", "c"], columns, at=world.NOW)
    assert sentence in sentences_of(caught.value)


@pytest.mark.parametrize(
    "change", [{"amount": 1}, {"label": "autre"}, {"booked_on": "2026-01-01"}, {"key": "x"}]
)
def test_what_the_bank_said_never_changes(change):
    operation = operations(imported(ALOEN))[0]
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        BankOperation.objects.filter(pk=operation.pk).update(**change)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        BankOperation.objects.filter(pk=operation.pk).delete()
    assert BankStatement.objects.count() == 1


def test_a_guess_is_no_import_until_somebody_chose_it():
    data = "Date;Intitulé;Montant;Remise\n02/12/2026;VIR ALOEN;1900,80;\n02/12/2026;LOYER;-500,00;\n".encode()
    with pytest.raises(csv_layouts.UnknownColumns) as guess:
        importing.import_statement(data, file_name="r.csv", by=None, at=world.NOW)
    assert BankOperation.objects.count() == 0
    importing.save_layout(guess.value.titles, guess.value.places, at=world.NOW)
    assert importing.import_statement(data, file_name="r.csv", by=None, at=world.NOW).new == 2
