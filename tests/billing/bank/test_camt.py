"""CAMT.053 of several versions is read; what is broken, hostile or something else is refused with a sentence."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.bank.importing import read_statement
from billing.bank.statement import BadStatement
from tests.billing.bank.statements import sample, sentences_of

OLD, NEW = sample("camt_02.xml"), sample("camt_08.xml")


def refused(data):
    with pytest.raises(BadStatement) as caught:
        read_statement(data)
    return sentences_of(caught.value)


def entry(amount="10.00", *, side="CRDT", on="2026-12-01", status="BOOK", more=""):
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>{on}</Dt></BookgDt>{more}</Ntry>"
    )


def balance(code, amount):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
    )


def statement(*inside, iban="FR7630006000011234567890189"):
    return f"<Stmt><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{''.join(inside)}</Stmt>"


def message(*statements, version="02"):
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return (
        f'<Document xmlns="{space}"><BkToCstmrStmt>{"".join(statements)}</BkToCstmrStmt></Document>'.encode()
    )


def test_an_old_statement_says_who_paid_what_and_for_which_invoice():
    read = read_statement(OLD)
    assert (read.format, read.iban) == ("CAMT.053", "FR7630006000011234567890189")
    assert (read.starts_on, read.ends_on) == (date(2026, 12, 1), date(2026, 12, 2))
    assert (read.opening_balance, read.closing_balance) == (Decimal("1000.00"), Decimal("2560.30"))
    paid, back = read.operations
    assert (paid.amount, paid.booked_on) == (Decimal("1900.80"), date(2026, 12, 1))
    assert (paid.counterparty, paid.label) == ("ALOEN", "FACTURE F 2026 0012 · NOVEMBRE")
    assert (paid.reference, paid.nature, paid.is_return) == ("", "transfer", False)
    assert paid.earlier_key == "26335A0001:261201:1900.80"
    assert paid.key.startswith(f"{paid.earlier_key}:")
    # A reversal is a debit already: its sign is not turned round again, and who it names did pay before.
    assert (back.amount, back.is_return, back.nature) == (Decimal("-340.50"), True, "direct_debit")
    assert (back.counterparty, back.reference) == ("SONAM", "F-2026-0009")
    assert back.label == "PROVISION INSUFFISANTE · AM04"


def test_what_is_not_booked_yet_is_told_and_left_out():
    read = read_statement(OLD)
    assert [each.replace("\u00a0", " ") for each in read.left_out] == [
        "Écriture 3, −75,00 € : en attente, laissée de côté."
    ]


def test_a_batch_whose_details_sum_to_it_is_as_many_operations():
    first, second, other = read_statement(NEW).operations
    assert [each.amount for each in (first, second, other)] == [Decimal("250"), Decimal("350"), Decimal("99")]
    assert [each.counterparty for each in (first, second, other)] == ["Aloen", "Sonam", "Optim’ism"]
    assert (first.reference, second.reference) == ("F-2026-0001", "F-2026-0002")
    assert other.reference == "RF18539007547034 · F-2026-0003"
    assert (first.earlier_key, second.earlier_key) == ("BATCH77/1:261201:250.00", "BATCH77/2:261201:350.00")
    assert first.nature == "direct_debit"


def test_a_batch_whose_details_do_not_sum_to_it_stays_one():
    read = read_statement(NEW.replace(b">350.00<", b">349.00<"))
    assert [each.amount for each in read.operations] == [Decimal("600.00"), Decimal("99.00")]
    assert "ses 2 détails font 599,00" in read.left_out[0].replace("\u00a0", " ")


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "13"])
def test_each_version_of_the_standard_is_read(version):
    assert len(read_statement(message(statement(entry()), version=version)).operations) == 1


def test_several_statements_of_one_account_are_one():
    days = [
        statement(balance("OPBD", "5.00"), entry("1.00"), balance("CLBD", "6.00")),
        statement(balance("OPBD", "6.00"), entry("2.00", side="DBIT"), balance("CLBD", "4.00")),
    ]
    read = read_statement(message(*days))
    assert [each.amount for each in read.operations] == [Decimal("1.00"), Decimal("-2.00")]
    assert (read.opening_balance, read.closing_balance) == (Decimal("5.00"), Decimal("4.00"))


def test_balances_that_the_entries_do_not_explain_are_refused():
    data = message(statement(balance("OPBD", "5.00"), entry("1.00"), balance("CLBD", "7.00")))
    assert "le solde final est 7,00 € au lieu de 6,00 €" in refused(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (OLD[:-30], "Ce fichier XML est abîmé, ligne"),
        (b"<Document>&nope;</Document>", "Ce fichier XML est abîmé"),
        (b"<html><body></body></html>", "une page web"),
        (b"<Document><BkToCstmrAcctRpt/></Document>", "un relevé provisoire du jour (camt.052)"),
        (b"<Document><CstmrDrctDbtInitn/></Document>", "un ordre de prélèvement (pain.008)"),
        (b"<Document><Invoice/></Document>", "autre chose qu’un relevé de compte"),
        (message(), "aucune opération comptabilisée"),
        (message(statement(entry(status="PDNG"))), "aucune opération comptabilisée"),
        (message(statement(entry("12,50"))), "Écriture 1 : « 12,50 » n’est pas un montant."),
        (message(statement(entry("-12.50"))), "n’est pas un montant"),
        (message(statement(entry("1.005"))), "plus de deux décimales"),
        (message(statement(entry(side="X"))), "le sens (crédit ou débit) manque"),
        (message(statement(entry(on="2026-13-01"))), "n’est pas une date"),
        (message(statement(entry().replace("EUR", "USD"))), "le montant est en USD"),
        (message(statement(entry()), statement(entry(), iban="FR00")), "les relevés de 2 comptes"),
        (b"", "Le fichier est vide"),
        (b"!Type:Bank", "Le format QIF n’est pas lu"),
        (b":20:STARTUMS", "Le format MT940 n’est pas lu"),
        (b"PK\x03\x04rest", "une archive ZIP"),
        (b"<" + b"x" * 5_000_000, "dépasse 5 Mo"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data, sentence):
    assert sentence in refused(data)


def test_every_faulty_entry_is_told():
    data = message(statement(entry("x"), entry(), entry(on="hier")))
    text = refused(data)
    assert "2 erreurs à corriger" in text
    assert "Écriture 1 :" in text
    assert "Écriture 3 :" in text


BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha">%s]><Document>&z;</Document>""" % b"".join(
    b'<!ENTITY %c "%s">' % (after, b"&%c;" % before * 10)
    for before, after in zip(b"abcdefghijklm", b"bcdefghijklmz", strict=True)
)
FILE = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><Document>&x;</Document>'
)
FETCHED = b'<?xml version="1.0"?><!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><Document/>'


@pytest.mark.parametrize("data", [BOMB, FILE, FETCHED], ids=["bomb", "file", "fetched"])
def test_entities_are_refused_before_anything_is_made_of_them(data):
    assert "déclare des entités ou un type de document" in refused(data)


def test_xml_as_deep_as_the_limit_lets_it_be_is_no_fall():
    depth = 200_000
    assert "autre chose" in refused(b"<a>" * depth + b"</a>" * depth)


@given(
    amount=st.decimals("0.01", "9999999999.99", places=2),
    on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    side=st.sampled_from(["CRDT", "DBIT"]),
)
def test_amounts_and_days_come_out_as_they_went_in(amount, on, side):
    (read,) = read_statement(message(statement(entry(amount, side=side, on=on)))).operations
    assert (read.amount, read.booked_on) == (amount if side == "CRDT" else -amount, on)


def test_zeros_behind_the_cents_are_cents():
    (read,) = read_statement(message(statement(entry("12.5000")))).operations
    assert read.amount == Decimal("12.50")
