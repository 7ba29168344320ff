"""Whether money came in or went out, and whether it moved at all, as banks say it in columns of their own."""

from decimal import Decimal

import pytest

from billing.bank.importing import read_statement
from billing.bank.statement import BadStatement
from tests.billing.bank.statements import sentences_of


def read(*lines, encoding="utf-8"):
    return read_statement("\n".join(lines).encode(encoding))


def amounts(*lines, **options):
    return [str(each.amount) for each in read(*lines, **options).operations]


def refused(*lines):
    with pytest.raises(BadStatement) as caught:
        read(*lines)
    return sentences_of(caught.value)


def left_out(statement):
    return [each.replace("\u00a0", " ") for each in statement.left_out]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_an_amount_without_sign_beside_its_side(encoding):
    rows = ("Date;Libellé;Montant;Sens", "02/12/2026;LOYER;458,14;D", "03/12/2026;VIR ALOEN;240,00;C")
    assert amounts(*rows, encoding=encoding) == ["-458.14", "240.00"]


@pytest.mark.parametrize(
    "title",
    [
        "Sens",
        "Sens de l'opération",
        "D/C",
        "Débit/Crédit",
        "Débit / Crédit",
        "Signe",
        "Type de mouvement",
        "+/-",
    ],
)
@pytest.mark.parametrize(
    ("out", "came"),
    [
        ("D", "C"),
        ("débit", "crédit"),
        ("-", "+"),
        ("DBIT", "CRDT"),
        ("Sortie", "Entrée"),
        ("Débiteur", "CREDITEUR"),
    ],
)
def test_sides_as_banks_name_them(title, out, came):
    rows = (
        f"Date;{title};Libellé;Montant",
        f"02/12/2026;{out};LOYER;458,14",
        f"03/12/2026;{came};VIR;240,00",
    )
    assert amounts(*rows) == ["-458.14", "240.00"]


@pytest.mark.parametrize("title", ["Type", "Nature", "Mouvement", "Opération"])
def test_a_column_of_sides_is_one_whatever_its_title(title):
    rows = (f"Date;{title};Libellé;Montant", "02/12/2026;Débit;LOYER;458,14", "03/12/2026;Crédit;VIR;240,00")
    assert amounts(*rows) == ["-458.14", "240.00"]


@pytest.mark.parametrize("head", ["Date;Libellé;Montant;", "Date;Libellé;Montant"])
def test_a_column_of_sides_without_title(head):
    assert amounts(head, "02/12/2026;LOYER;458,14;D", "03/12/2026;VIR;240,00;C") == ["-458.14", "240.00"]


def test_a_kind_of_card_is_no_side_where_amounts_have_their_sign():
    rows = ("Date;Type;Libellé;Montant", "02/12/2026;Débit;CB X;-12,00", "03/12/2026;Débit;REMBT X;12,00")
    assert amounts(*rows) == ["-12.00", "12.00"]


def test_a_signed_amount_may_repeat_its_side_and_never_contradict_it():
    head = "Date;Libellé;Montant;Sens"
    assert amounts(head, "02/12/2026;LOYER;-458,14;D", "03/12/2026;VIR;+240,00;C") == ["-458.14", "240.00"]
    assert "Ligne 2 : le montant est négatif, le sens dit crédit" in refused(head, "02/12/2026;X;-458,14;C")
    assert "Ligne 2 : le montant est positif, le sens dit débit" in refused(head, "02/12/2026;X;+458,14;D")
    assert "Ligne 2 : « Z » ne dit ni débit ni crédit" in refused(head, "02/12/2026;X;458,14;Z")
    assert "Ligne 2 : le sens manque" in refused(head, "02/12/2026;X;458,14;")
    assert amounts(head, "02/12/2026;X;-458,14;") == ["-458.14"]


def test_debit_and_credit_win_over_an_amount_without_sign():
    head = "Date;Libellé;Montant;Débit;Crédit"
    assert amounts(head, "02/12/2026;LOYER;458,14;458,14;", "03/12/2026;VIR;240,00;;240,00") == [
        "-458.14",
        "240.00",
    ]
    assert amounts(head, "02/12/2026;LOYER;458,14;458,14;0,00") == ["-458.14"]
    text = refused(head, "02/12/2026;LOYER;458,14;450,00;")
    assert "Ligne 2 : le montant 458,14 € n’est pas celui du débit ou du crédit, 450,00 €" in text
    assert "il manque, au débit comme au crédit" in refused(head, "02/12/2026;X;458,14;;").replace(
        "le montant", "il"
    )
    # A signed one says it alone.
    assert amounts(head, "02/12/2026;X;-458,14;;") == ["-458.14"]


@pytest.mark.parametrize("title", ["Statut", "État", "Status", "State", "Statut de l'opération"])
@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("Refusé", "refusée ou annulée"),
        ("Annulée", "refusée ou annulée"),
        ("Rejeté", "refusée ou annulée"),
        ("DECLINED", "refusée ou annulée"),
        ("Échec", "refusée ou annulée"),
        ("cancelled", "refusée ou annulée"),
        ("En cours", "pas encore comptabilisée"),
        ("En attente", "pas encore comptabilisée"),
        ("pending", "pas encore comptabilisée"),
        ("À venir", "pas encore comptabilisée"),
        ("Non comptabilisé", "pas encore comptabilisée"),
        ("PDNG", "pas encore comptabilisée"),
        ("Pas exécuté", "pas encore comptabilisée"),
        ("Bizarre", "l’état n’est pas connu"),
    ],
)
def test_what_did_not_happen_is_no_money(title, word, why):
    statement = read(
        f"Date;Libellé;Montant;{title}",
        f"02/12/2026;VIR SONAM;25,00;{word}",
        "03/12/2026;VIR ALOEN;240,00;Exécuté",
    )
    assert [each.label for each in statement.operations] == ["VIR ALOEN"]
    (sentence,) = left_out(statement)
    assert sentence == f"Ligne 2, 25,00 € : {why} (« {word} »), laissée de côté."


@pytest.mark.parametrize(
    "word",
    [
        "Exécuté",
        "Comptabilisée",
        "Terminé",
        "Validé",
        "Completed",
        "settled",
        "BOOK",
        "Réglé",
        "Non rapproché",
        "",
    ],
)
def test_what_happened_is_money(word):
    assert amounts("Date;Libellé;Montant;Statut", f"02/12/2026;VIR;25,00;{word}") == ["25.00"]


def test_what_is_pending_may_lack_its_day():
    head = "Date;Libellé;Montant;Statut"
    statement = read(head, ";VIR SONAM;25,00;En cours", "03/12/2026;VIR;1,00;OK")
    assert (len(statement.operations), len(left_out(statement))) == (1, 1)
    assert "aucune opération comptabilisée" in refused(head, "02/12/2026;VIR;25,00;Refusé")


def test_a_state_of_camt_that_the_bank_names_itself():
    entry = (
        "<Ntry><Amt Ccy='EUR'>{0}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>{1}</Sts>"
        "<BookgDt><Dt>2026-12-01</Dt></BookgDt></Ntry>"
    )
    states = ("<Prtry>PENDING</Prtry>", "<Prtry>BOOKED</Prtry>", "<Cd>PDNG</Cd>", "book", "")
    entries = "".join(entry.format(rank, state) for rank, state in enumerate(states, start=1))
    statement = read(f"<Document><BkToCstmrStmt><Stmt>{entries}</Stmt></BkToCstmrStmt></Document>")
    assert [each.amount for each in statement.operations] == [Decimal(2), Decimal(4), Decimal(5)]
    assert len(left_out(statement)) == 2
