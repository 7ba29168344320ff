"""OFX, SGML and XML: accounts, signs, days, what is left out or refused; the same statement in other formats."""

from datetime import date
from decimal import Decimal

import pytest

from billing.bank import importing
from billing.bank.reading import read_statement
from billing.bank.statement import BadStatement
from billing.models import BankOperation
from tests import world
from tests.billing.bank.statements import sentences_of, taken

OURS = "FR7630006000011234567890189"
ACCOUNT = "<BANKID>30006<BRANCHID>00001<ACCTID>12345678901"


def entry(amount="240.00", ident="ID-1001", kind="CREDIT", on="20261202", **more):
    rest = "".join(f"<{tag}>{text}" for tag, text in more.items())
    return f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>{on}<TRNAMT>{amount}<FITID>{ident}{rest}</STMTTRN>"


def statement(*entries, account=ACCOUNT, currency="EUR", after=""):
    rows = "\n".join(entries)
    return (
        f"<STMTTRNRS><STMTRS><CURDEF>{currency}<BANKACCTFROM>{account}</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>20261201<DTEND>20261203{rows}</BANKTRANLIST>{after}</STMTRS></STMTTRNRS>"
    )


def ofx(*statements):
    return f"OFXHEADER:100\n\n<OFX><BANKMSGSRSV1>{''.join(statements)}</BANKMSGSRSV1></OFX>".encode()


def read(*entries, iban=OURS, **facts):
    return read_statement(ofx(statement(*entries, **facts)), iban=iban)


def refused(data, iban=OURS):
    with pytest.raises(BadStatement) as caught:
        read_statement(data, iban=iban)
    return sentences_of(caught.value)


def test_the_account_is_made_of_bank_branch_and_number():
    wrong = {}
    for account, iban, expected in (
        (ACCOUNT, OURS, OURS),
        (ACCOUNT, "", OURS),
        # A letter counts in the key of a postal account.
        ("<BANKID>20041<BRANCHID>01005<ACCTID>0500013M026", "", "FR1420041010050500013M02606"),
        ("<BANKID>30006<ACCTID>12345678901", OURS, OURS),
        ("<BANKID>30006<ACCTID>99900012345", OURS, "99900012345"),
        ("<BANKID>30006<ACCTID>99900012345", "", ""),
        ("<ACCTID>XXXX8901", OURS, ""),
        (f"<ACCTID>{OURS}", "", OURS),
    ):
        found = read(entry(), account=account, iban=iban).iban
        if found != expected:
            wrong[account, iban] = found
    assert not wrong


def test_several_accounts_are_told_apart():
    other = "<BANKID>30006<BRANCHID>00001<ACCTID>99900012345"
    data = ofx(statement(entry()), statement(entry("500.00"), entry("1.00"), account=other))
    found = read_statement(data, iban=OURS)
    assert [each.amount for each in found.operations] == [240]
    assert "2\u00a0écritures sont laissées de côté" in found.left_out[0]
    assert "l’IBAN du groupement n’est pas noté" in refused(data, iban="")


def test_days_are_those_of_paris_where_a_zone_is_named():
    wrong = {}
    for written, expected in (
        ("20261202", date(2026, 12, 2)),
        ("20261202235900", date(2026, 12, 2)),
        ("20261201230000[0:GMT]", date(2026, 12, 2)),
        ("20261201225900[0:GMT]", date(2026, 12, 1)),
        ("20261202000000.000[+1:CET]", date(2026, 12, 2)),
        ("20261201190000[-5:EST]", date(2026, 12, 2)),
        ("20260701220000[0]", date(2026, 7, 2)),
        ("20261201233000[+5.5:IST]", date(2026, 12, 1)),
    ):
        if (found := read(entry(on=written)).operations[0].booked_on) != expected:
            wrong[written] = found
    assert not wrong


def test_the_sign_counts_and_a_debit_without_one_is_refused():
    signed = read(
        entry("-89,10", kind="DEBIT"), entry("+5.00", ident="ID-1002", kind="DEBIT"), entry("1,550.00")
    )
    assert [each.amount for each in signed.operations] == [Decimal("-89.10"), Decimal(5), Decimal(1550)]
    faults = refused(
        ofx(statement(entry("89.10", kind="DEBIT"), entry("x"), entry(""), entry(on="20261331")))
    )
    for sentence in (
        "Écriture 1 : le montant 89,10 € n’a pas de signe, la sorte « DEBIT » dit une sortie.",
        "Écriture 2 : « x » n’est pas un montant",
        "Écriture 3 : le montant manque.",
        "Écriture 4 : le jour « 20261331 » n’existe pas.",
    ):
        assert sentence in faults


def test_what_is_left_out_is_told():
    pending = "<BANKTRANLISTP><STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20261203<TRNAMT>-37.20<NAME>CB</STMTTRNP></BANKTRANLISTP>"
    correction = entry("-1.00", ident="ID-1003", CORRECTFITID="ID-1001", CORRECTACTION="DELETE")
    found = read(entry(), entry("0.00", ident="ID-1002"), correction, after=pending)
    assert [each.amount for each in found.operations] == [240]
    assert [each.replace("\u00a0", " ") for each in found.left_out] == [
        "Écriture 2 : sans montant, laissée de côté.",
        "Écriture 3, −1,00 € : elle corrige une opération déjà envoyée, laissée de côté. Vérifiez-la avec la banque.",
        "Une opération de −37,20 € : pas encore comptabilisée, laissée de côté.",
    ]


def test_a_balance_counts_where_it_is_that_of_the_last_day():
    balances = {}
    for day in ("20261203", "20261204083000", "", "x"):
        after = f"<LEDGERBAL><BALAMT>1000.00<DTASOF>{day}</LEDGERBAL>" if day else ""
        found = read(entry(), after=after)
        balances[day] = (found.opening_balance, found.closing_balance)
    nothing = (None, None)
    assert balances == {"20261203": (760, 1000), "20261204083000": nothing, "": nothing, "x": nothing}


def test_texts_are_as_they_were_before_the_markup():
    (found,) = read(entry(NAME="VIR ALOEN &amp; FILS", MEMO="Caf&#233; &lt;3", CHECKNUM="")).operations
    assert found.label == "VIR ALOEN & FILS · Café <3"


def test_what_is_no_statement_is_refused_with_a_sentence():
    whole = ofx(statement(entry(), entry()))
    card = b"<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"
    wrong = {}
    for data, sentence in (
        (whole[: len(whole) // 2], "abîmé ou incomplet"),
        (whole.replace(b"</STMTTRN>", b"", 1), "abîmé ou incomplet"),
        (whole.replace(b"</BANKTRANLIST>", b"</STMTTRN></BANKTRANLIST>"), "abîmé ou incomplet"),
        (b"OFXHEADER:100\n", "abîmé ou incomplet"),
        (b"<OFX></OFX>", "autre chose qu’un relevé de compte"),
        (card, "le relevé d’une carte"),
        (ofx(statement()), "aucune opération comptabilisée"),
        (ofx(statement(entry(), currency="USD")), "Le compte est en USD"),
    ):
        try:
            read_statement(data, iban=OURS)
            wrong[data] = "read"
        except BadStatement as refusal:
            if sentence not in sentences_of(refusal):
                wrong[data] = sentences_of(refusal)
    assert not wrong


CAMT = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">240.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-12-02</Dt></BookgDt><AcctSvcrRef>ID-1001</AcctSvcrRef><NtryDtls><TxDtls>
<RltdPties><Dbtr><Pty><Nm>Aloen</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>F-2026-0001</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"""
TABLE = "Date;Libellé;Montant;Référence opération\n02/12/2026;VIREMENT RECU ALOEN;240,00;ID-1001\n".encode()
FORMATS = {
    "releve.xml": CAMT,
    "releve.ofx": ofx(statement(entry(NAME="VIR SEPA ALOEN"))),
    "releve.csv": TABLE,
}


@pytest.mark.django_db
def test_the_same_statement_in_another_format_brings_no_twins():
    world.group()
    for first, data in FORMATS.items():
        done = take(first, data)
        assert (done.new, done.known) == (1, 0)
        for other in FORMATS.keys() - {first}:
            with pytest.raises(importing.StatementNotImportable, match="déjà connues"):
                take(other, FORMATS[other])
        assert BankOperation.objects.count() == 1
        importing.BankStatement.objects.update(undone_at=world.NOW)
        BankOperation.objects.all().delete()


@pytest.mark.django_db
def test_a_reference_that_several_operations_share_makes_none_known():
    """Two members pay the same on a day under one number of a batch: each stays an operation of its own."""
    world.group()
    shared = TABLE + b"02/12/2026;VIREMENT RECU SONAM;240,00;ID-1001\n"
    assert take("releve.csv", shared).new == 2
    done = take("releve.ofx", FORMATS["releve.ofx"])
    assert (done.new, done.known) == (1, 0)
    assert "Même jour et même montant" in done.statement.operations.get().note


@pytest.mark.django_db
def test_another_amount_or_day_under_one_reference_is_another_operation():
    world.group()
    take("releve.csv", TABLE)
    for name, other in (("a.ofx", entry("241.00")), ("b.ofx", entry(on="20261203"))):
        assert take(name, ofx(statement(other))).new == 1


def take(name, data):
    return taken(data, file_name=name, by=None, at=world.NOW)
