"""Words that a member writes are no words of the bank: a payment named "Solde final" or "facture impayée" stays one."""

import pytest

from billing.bank.importing import read_statement
from billing.bank.statement import is_return_label
from tests.billing.bank.test_camt import entry, message, statement


def read(*lines):
    return read_statement("\n".join(lines).encode())


@pytest.mark.parametrize(
    "label",
    [
        "Solde final F-2026-0011",
        "Solde initial de la facture 12",
        "Solde créditeur F-2026-0011",
        "Ancien solde F-2026-0011",
        "Nouveau solde dû",
        "Solde au 30/11 facture 12",
        "Solde F-2026-0011",
        "TOTAL ENERGIES",
        "Total facture 12",
    ],
)
def test_a_payment_whose_label_begins_like_a_balance_is_money(label):
    (only,) = read("Date;Libellé;Montant", f"02/12/2026;{label};240,00").operations
    assert only.label == label


def test_a_payment_that_says_no_more_than_a_balance_is_money_when_it_names_its_payer():
    head = "Date;Libellé;Tiers;Montant;Référence"
    rows = ("02/12/2026;Solde final;ALOEN;240,00;", "02/12/2026;Solde;;25,00;F-2026-0011")
    statement = read(head, *rows, "03/12/2026;Solde final;;2 560,30;")
    assert [str(each.amount) for each in statement.operations] == ["240.00", "25.00"]
    assert [each.replace("\u00a0", " ") for each in statement.left_out] == [
        "Ligne 4 : un solde ou un total, laissé de côté."
    ]


@pytest.mark.parametrize(
    "label",
    [
        "Solde",
        "SOLDE INITIAL",
        "Ancien solde créditeur",
        "Nouveau solde au 02/12/2026",
        "Solde créditeur au 02.12.2026",
        "Solde au 2 décembre 2026",
        "Solde comptable au 02/12/2026 : 2 560,30 EUR",
    ],
)
def test_a_balance_is_no_money(label):
    statement = read("Date;Libellé;Montant", f"02/12/2026;{label};240,00", "02/12/2026;VIR;1,00")
    assert [each.label for each in statement.operations] == ["VIR"]


@pytest.mark.parametrize(
    ("label", "is_return"),
    [
        ("VIR SEPA SONAM FACTURE IMPAYEE F-2026-0009", False),
        ("facture impayée", False),
        ("Impayé novembre", False),
        ("VIR SONAM apres rejet prlv novembre", False),
        ("VIREMENT · Régularisation retour prélèvement", False),
        ("PRLV EDF FACTURE IMPAYEE", False),
        ("FRAIS REJET PRLV", False),
        ("RETOURNEZ LE BON", False),
        ("REJET PRLV SONAM F-2026-0009", True),
        ("REJET DE PRELEVEMENT SEPA", True),
        ("IMPAYE PRLV SONAM", True),
        ("PRLV IMPAYE SONAM", True),
        ("PRLV SEPA REJETE", True),
        ("VIR SEPA RETOURNE", True),
        ("RETOUR VIR SONAM", True),
        ("CHQ IMPAYE 123", True),
        ("Chèque rejeté", True),
        ("CHEQUE N° 1234567 IMPAYE", True),
        ("VIREMENT · RETOUR DE VIREMENT", True),
        ("REMISE CHQ IMPAYEE", True),
        ("R-transaction SDD", True),
    ],
)
def test_a_return_is_told_by_the_words_of_the_bank(label, is_return):
    assert is_return_label(label) is is_return


@pytest.mark.parametrize(
    ("label", "amount", "is_return"),
    [
        ("IMPAYE SONAM", "-240,00", True),
        ("REJET SONAM F-2026-0009", "-240,00", True),
        ("IMPAYE NOVEMBRE SONAM", "240,00", False),
        ("REJET PRLV SONAM", "-240,00", True),
    ],
)
def test_an_unpaid_thing_without_more_is_a_return_only_of_money_that_went_out(label, amount, is_return):
    (only,) = read("Date;Libellé;Montant", f"02/12/2026;{label};{amount}").operations
    assert only.is_return is is_return


@pytest.mark.parametrize("title", ["Motif", "Message", "Note", "Communication", "Référence"])
def test_what_the_payer_wrote_is_never_a_return(title):
    (only,) = read(
        f"Date;Libellé;Montant;{title}", "02/12/2026;VIR SONAM;240,00;REJET PRLV NOVEMBRE"
    ).operations
    assert not only.is_return
    assert "REJET PRLV NOVEMBRE" in f"{only.label} {only.reference}"


def camt(words, more="", side="CRDT"):
    """An entry of money in that La Ronde received of Sonam, with these words of the payer."""
    return read_statement(
        message(
            statement(
                entry(
                    "240.00",
                    side=side,
                    more="<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>SONAM</Nm></Dbtr><Cdtr><Nm>LA RONDE</Nm></Cdtr>"
                    f"</RltdPties><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls>{more}",
                )
            )
        )
    ).operations[0]


@pytest.mark.parametrize(
    "words", ["facture impayée", "Facture F-2026-0009 retournée", "REJET PRLV NOVEMBRE", "retour vir"]
)
def test_a_member_s_words_leave_it_the_payer_of_its_own_payment(words):
    only = camt(words)
    assert (only.counterparty, only.is_return, only.label) == ("SONAM", False, words)


def test_the_bank_s_own_words_tell_a_return():
    only = camt("F-2026-0009", "<AddtlNtryInf>REJET PRLV SONAM</AddtlNtryInf>", side="DBIT")
    assert (only.counterparty, only.is_return) == ("SONAM", True)
    assert not camt("F-2026-0009", "<AddtlNtryInf>VIR SEPA SONAM FACTURE IMPAYEE</AddtlNtryInf>").is_return
