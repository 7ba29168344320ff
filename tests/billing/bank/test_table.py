"""The CSV of French banks: preamble, titles, separators, encodings, one or two columns of amounts, mapped titles."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.bank.csv_layouts import UnknownColumns, digest
from billing.bank.importing import read_statement
from billing.bank.statement import BadStatement
from groupement.kernel.cells import read_bank_amount, read_day
from groupement.kernel.french import NARROW_SPACE
from groupement.kernel.money import spell_plain
from tests.billing.bank.statements import sample, sentences_of


def refused(text):
    with pytest.raises(BadStatement) as caught:
        read_statement(text if isinstance(text, bytes) else text.encode())
    return sentences_of(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_two_columns_under_a_preamble(encoding):
    read = read_statement(sample("two_columns.csv", encoding))
    assert (read.format, read.iban) == ("CSV", "FR7630006000011234567890189")
    assert (read.starts_on, read.ends_on) == (date(2026, 12, 1), date(2026, 12, 2))
    assert [(each.line, each.amount, each.nature, each.is_return) for each in read.operations] == [
        (7, Decimal("1900.80"), "transfer", False),
        (8, Decimal("-340.50"), "direct_debit", False),
        (9, Decimal("-120.00"), "direct_debit", True),
    ]
    assert read.operations[0].label == "VIR SEPA ALOEN FACTURE F20260012"
    assert [each.replace("\u00a0", " ") for each in read.left_out] == [
        "Ligne 10 : un solde ou un total, laissé de côté."
    ]


def test_one_signed_column_with_commas_and_a_reference():
    read = read_statement(sample("signed_commas.csv"))
    assert [(each.amount, each.counterparty, each.label) for each in read.operations] == [
        (Decimal("1900.80"), "Aloen", 'Virement "novembre"'),
        (Decimal("-1650.00"), "Une salariée", "Salaire"),
    ]
    assert read.operations[0].reference == "0DQZ0R5"


def test_tabs_short_years_and_two_columns_of_words():
    (read,) = read_statement(sample("tabs.csv", "cp1252")).operations
    assert (read.booked_on, read.amount) == (date(2026, 12, 3), Decimal("12.50"))
    assert read.label == "VIREMENT · VIR RECU SONAM"


def test_unknown_titles_ask_what_they_mean_and_are_then_known():
    data = sample("unknown.csv")
    with pytest.raises(UnknownColumns) as caught:
        read_statement(data)
    assert caught.value.titles == ["Quand", "Quoi", "Combien"]
    assert caught.value.rows == [["03/12/2026", "VIR SONAM", "12,50"]]
    layout = {"booked_on": [0], "label": [1], "amount": [2]}
    (read,) = read_statement(data, {digest(["QUAND", "quoi", "Combien"]): layout}).operations
    assert (read.booked_on, read.amount, read.label) == (date(2026, 12, 3), Decimal("12.50"), "VIR SONAM")


def test_a_label_that_begins_like_a_balance_is_an_operation():
    head = "Date;Libellé;Montant\n"
    rows = "01/12/2026;Solde facture F-2026-0001;10,00\n02/12/2026;TOTAL ENERGIES;-5,00\n"
    read = read_statement((head + rows + "03/12/2026;Solde au 03/12/2026;5,00\n").encode())
    assert [each.label for each in read.operations] == ["Solde facture F-2026-0001", "TOTAL ENERGIES"]


def test_a_quote_left_open_in_a_label_does_not_swallow_the_rest():
    text = 'Date;Libellé;Montant\n01/12/2026;"VIR ALOEN;10,00\n02/12/2026;VIR SONAM;11,00\n'
    assert [each.amount for each in read_statement(text.encode()).operations] == [10, 11]


def test_a_line_of_no_amount_is_told_and_left_out():
    read = read_statement(b"Date;Libelle;Montant\n01/12/2026;ARRETE DE COMPTE;0,00\n02/12/2026;VIR;1,00\n")
    assert [each.replace("\u00a0", " ") for each in read.left_out] == [
        "Ligne 2 : sans montant, laissée de côté."
    ]


HEAD = "Date;Libellé;Débit;Crédit;Devise\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "31/02/2026;VIR;;1,00;", "Ligne 2 : le jour « 31/02/2026 » n’existe pas."),
        (HEAD + "hier;VIR;;1,00;", "Ligne 2 : « hier » n’est pas une date"),
        (HEAD + "01/12/2026;VIR;;1,005;", "plus de deux décimales"),
        (HEAD + "01/12/2026;VIR;;beaucoup;", "n’est pas un montant"),
        (HEAD + "01/12/2026;VIR;1,00;2,00;", "il y a un débit et un crédit"),
        (HEAD + "01/12/2026;VIR;;-2,00;", "le crédit est négatif"),
        (HEAD + "01/12/2026;VIR;;;", "le montant manque, au débit comme au crédit"),
        (HEAD + "01/12/2026;VIR;;1,00;USD", "le montant est en USD"),
        (HEAD, "aucune opération comptabilisée"),
        ("Bonjour,\nceci est une lettre.\n", "Ce fichier n’est pas un relevé"),
        (b"\x00\x01\x02", "Ce n’est pas un fichier de texte"),
        (b"PK\x03\x04 xl/workbook.xml", "Ce classeur est abîmé"),
        (b"%PDF-1.7", "Le format PDF n’est pas lu"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text, sentence):
    from groupement.kernel.tabular import Unreadable

    with pytest.raises(Unreadable) as caught:
        read_statement(text if isinstance(text, bytes) else text.encode())
    assert sentence in sentences_of(caught.value)


def test_every_faulty_line_is_told():
    text = refused(HEAD + "x;a;;1;\n01/12/2026;b;;1;\n01/12/2026;c;;y;\n")
    assert "2 erreurs à corriger" in text
    assert "Ligne 2 :" in text
    assert "Ligne 4 :" in text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 900,80", "1900.80"),
        ("-1\u202f900,8 €", "-1900.80"),
        ("1.900,80", "1900.80"),
        ("+12.5 EUR", "12.50"),
        ("−3", "-3.00"),
    ],
)
def test_amounts_as_banks_write_them(text, amount):
    assert read_bank_amount(text) == Decimal(amount)


@given(st.decimals("-9999999999.99", "9999999999.99", places=2))
def test_amounts_come_out_as_they_went_in(amount):
    french = spell_plain(amount)
    for text in (french, french.replace(NARROW_SPACE, ""), french.replace(NARROW_SPACE, "."), f"{amount:f}"):
        assert read_bank_amount(text) == amount


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_days_come_out_as_they_went_in(day):
    for text in (f"{day:%d/%m/%Y}", f"{day:%d-%m-%y}", day.isoformat(), f"{day:%d.%m.%Y} 00:00"):
        assert read_day(text) == day
