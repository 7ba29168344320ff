"""Batches of CAMT without amounts of their own, identifiers of the clearing, files of several accounts."""

import pytest

from billing.bank.importing import read_statement
from groupement.kernel.lifecycle import Refusal
from tests.billing.bank.statements import sentences_of
from tests.billing.bank.test_camt import balance, entry, message, statement

OURS = "FR7630006000011234567890189"
OTHER = "FR7630004000031234567890143"


def detail(payer, words="", amount="", reference="", transaction=""):
    return (
        f"<TxDtls><Refs><EndToEndId>{reference or 'NOTPROVIDED'}</EndToEndId><TxId>{transaction}</TxId></Refs>{amount}"
        f"<RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr></RltdPties><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls>"
    )


def instructed(amount, currency="EUR"):
    return f'<AmtDtls><InstdAmt><Amt Ccy="{currency}">{amount}</Amt></InstdAmt></AmtDtls>'


def batch(*details, amount="600.00"):
    return message(statement(entry(amount, more=f"<NtryDtls>{''.join(details)}</NtryDtls>")))


def facts(data):
    return [
        (str(each.amount), each.counterparty, each.label, each.reference)
        for each in read_statement(data).operations
    ]


def left_out(read):
    return [each.replace("\u00a0", " ").replace("\u202f", " ") for each in read.left_out]


def test_a_batch_with_instructed_amounts_alone_is_as_many_operations():
    data = batch(
        detail("ALOEN", "FACT 1", instructed("250.00"), "F-2026-0001"),
        detail("SONAM", "FACT 2", instructed("350.00"), "F-2026-0002"),
    )
    assert facts(data) == [
        ("250.00", "ALOEN", "FACT 1", "F-2026-0001"),
        ("350.00", "SONAM", "FACT 2", "F-2026-0002"),
    ]


def test_the_one_amount_that_is_missing_is_what_is_left():
    data = batch(detail("ALOEN", "F1", instructed("250.00")), detail("SONAM", "F2"))
    assert [each[:2] for each in facts(data)] == [("250.00", "ALOEN"), ("350.00", "SONAM")]


@pytest.mark.parametrize("amount", ["", instructed("100.00", "USD"), instructed("100.00")])
def test_a_batch_that_cannot_be_parted_keeps_payers_words_and_numbers(amount):
    data = batch(
        detail("ALOEN", "NOVEMBRE A", amount, "F-2026-0001"),
        detail("SONAM", "NOVEMBRE S", amount, "F-2026-0002"),
        detail("SONAM", "", amount, "F-2026-0003"),
    )
    (only,) = facts(data)
    assert only[:3] == ("600.00", "ALOEN · SONAM", "NOVEMBRE A · NOVEMBRE S")
    assert only[3] == "F-2026-0001 · F-2026-0002 · F-2026-0003"
    assert len(left_out(read_statement(data))) == 1


def test_numbers_of_a_long_batch_that_do_not_fit_the_reference_stand_in_the_label():
    data = batch(*(detail(f"MEMBRE {n}", "", "", f"F-2026-{n:04d}") for n in range(1, 21)))
    (only,) = read_statement(data).operations
    assert all(f"F-2026-{n:04d}" in f"{only.label} {only.reference}" for n in range(1, 21))


def test_operations_that_only_their_transaction_tells_apart_are_two():
    def one(transaction, account=""):
        inside = detail("ALOEN", "COTISATION", transaction=transaction)
        more = f"<AcctSvcrRef>{account}</AcctSvcrRef><NtryDtls>{inside}</NtryDtls>"
        return entry("25.00", more=more)

    for account in ("", "BATCH77"):
        rows = read_statement(message(statement(one("TX0001", account), one("TX0002", account)))).operations
        assert len({row.key for row in rows}) == 2
        again = read_statement(message(statement(one("TX0001", account), one("TX0001", account)))).operations
        assert len({row.key for row in again}) == 1


XML = '<?xml version="1.0" encoding="{0}"?>' + message(statement(entry("1.00"))).decode()


@pytest.mark.parametrize(
    "data",
    [
        ("\n\n" + XML.format("UTF-8")).encode(),
        (" \r\n\t" + XML.format("UTF-8")).encode("utf-8-sig"),
        b"\n" + XML.format("UTF-8").encode("utf-8-sig"),
        ("\ufeff\n" + XML.format("UTF-16")).encode("utf-16-le"),
        ("\ufeff" + XML.format("UTF-16")).encode("utf-16-be"),
        ("\n" + XML.format("ISO-8859-1")).encode("latin-1"),
    ],
    ids=["lines", "mark, blanks", "line, mark", "utf-16, line", "utf-16", "latin"],
)
def test_blank_lines_before_the_declaration_do_not_matter(data):
    assert [str(each.amount) for each in read_statement(data).operations] == ["1.00"]


TWO = message(
    statement(balance("OPBD", "5.00"), entry("1.00"), balance("CLBD", "6.00"), iban=OTHER),
    statement(balance("OPBD", "9.00"), entry("2.00"), balance("CLBD", "11.00"), iban=OURS),
    statement(entry("3.00").replace("EUR", "USD"), entry("4.00"), iban=OTHER),
)


def test_of_several_accounts_ours_is_taken_and_the_rest_told():
    read = read_statement(TWO, iban=OURS)
    assert (read.iban, [str(each.amount) for each in read.operations]) == (OURS, ["2.00"])
    assert (str(read.opening_balance), str(read.closing_balance)) == ("9.00", "11.00")
    assert left_out(read) == [
        "Le compte qui finit par 0143 est un autre : 3 écritures sont laissées de côté."
    ]


@pytest.mark.parametrize(
    ("iban", "sentence"),
    [
        ("", "les relevés de 2 comptes, et l’IBAN du groupement n’est pas noté"),
        ("FR7610096000501234567890157", "aucun n’est celui du groupement, qui finit par 0157"),
    ],
)
def test_of_several_accounts_without_ours_nothing_is_taken(iban, sentence):
    with pytest.raises(Refusal) as caught:
        read_statement(TWO, iban=iban)
    assert sentence in sentences_of(caught.value)


def table(*rows, title="IBAN du compte"):
    return "\n".join((f"Date;Libellé;Montant;{title}", *rows, "")).encode()


@pytest.mark.parametrize("title", ["IBAN du compte", "IBAN", "Compte", "Numéro de compte", "N° de compte"])
@pytest.mark.parametrize(("ours", "other"), [(OURS, OTHER), ("FR76 3000 6000 0112 3456 7890 189", OTHER)])
def test_lines_of_another_account_are_left_out_and_told(title, ours, other):
    data = table(f"02/12/2026;VIR ALOEN;240,00;{ours}", f"02/12/2026;VIR SONAM;25,00;{other}", title=title)
    read = read_statement(data, iban=OURS)
    assert ([each.label for each in read.operations], read.iban) == (["VIR ALOEN"], OURS)
    assert left_out(read) == [
        "Ligne 3, 25,00 € : le compte qui finit par 0143 est un autre, laissée de côté."
    ]


def test_a_number_of_the_account_within_its_iban_is_ours():
    read = read_statement(
        table("02/12/2026;A;1,00;12345678901", "02/12/2026;B;2,00;98765432100", title="Compte"), iban=OURS
    )
    assert [each.label for each in read.operations] == ["A"]


def test_a_table_of_another_account_says_which_one_it_is():
    read = read_statement(table(f"02/12/2026;VIR;1,00;{OTHER}"), iban=OURS)
    # Refused by the import, with the sentence for a statement of another account.
    assert read.iban == OTHER


def test_a_table_of_several_accounts_without_ours_is_refused():
    data = table(f"02/12/2026;A;1,00;{OTHER}", f"02/12/2026;B;2,00;{OURS}")
    with pytest.raises(Refusal) as caught:
        read_statement(data)
    assert "les relevés de 2 comptes, et l’IBAN du groupement n’est pas noté" in sentences_of(caught.value)


def test_the_ibans_of_payers_are_no_accounts_of_the_file():
    data = table(f"02/12/2026;A;1,00;{OTHER}", "02/12/2026;B;2,00;FR7610096000501234567890157", title="IBAN")
    assert len(read_statement(data, iban=OURS).operations) == 2
    assert (
        len(read_statement(table(f"02/12/2026;A;1,00;{OTHER}", title="IBAN du tiers"), iban=OURS).operations)
        == 1
    )


def test_tables_one_below_the_other_are_each_of_the_account_above():
    head = "Date;Libellé;Montant"
    rows = (
        f"Compte;{OTHER}",
        head,
        "02/12/2026;VIR SONAM;25,00",
        "",
        f"Compte;{OURS}",
        "Titulaire;LA RONDE",
        head,
        "02/12/2026;VIR ALOEN;240,00",
    )
    read = read_statement("\n".join(rows).encode(), iban=OURS)
    assert ([each.label for each in read.operations], read.iban) == (["VIR ALOEN"], OURS)
    assert left_out(read) == [
        "Ligne 3, 25,00 € : le compte qui finit par 0143 est un autre, laissée de côté."
    ]


def test_lines_are_counted_from_the_first_of_the_file_in_every_encoding():
    text = f"\n\nDate;Libellé;Montant;IBAN du compte\n02/12/2026;é;1,00;{OURS}\n02/12/2026;b;0,00;{OURS}\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        read = read_statement(text.encode(encoding), iban=OURS)
        assert ([each.line for each in read.operations], left_out(read)[0][:7]) == ([4], "Ligne 5")


def test_a_line_without_its_day_that_names_an_account_is_no_heading():
    head = "Statut;Date;Libellé;Montant;IBAN du compte"
    rows = (f"En cours;;VIR SONAM;25,00;{OURS}", f"Exécuté;02/12/2026;VIR ALOEN;240,00;{OURS}")
    read = read_statement("\n".join((head, *rows)).encode(), iban=OURS)
    assert [each.label for each in read.operations] == ["VIR ALOEN"]
    assert left_out(read) == ["Ligne 2, 25,00 € : pas encore comptabilisée (« En cours »), laissée de côté."]


def test_accounts_that_only_names_tell_apart_are_refused():
    rows = ("02/12/2026;A;1,00;Compte courant", "02/12/2026;B;2,00;Livret A")
    with pytest.raises(Refusal) as caught:
        read_statement(table(*rows, title="Compte"), iban=OURS)
    assert "les relevés de 2 comptes : Compte courant et Livret A. Téléchargez" in sentences_of(caught.value)
    assert len(read_statement(table(rows[0], title="Compte"), iban=OURS).operations) == 1
    # A name beside a number says nothing more.
    named = table(
        f"02/12/2026;A;1,00;Courant;{OURS}", f"02/12/2026;B;2,00;Livret;{OTHER}", title="Nom du compte;IBAN"
    )
    assert [each.label for each in read_statement(named, iban=OURS).operations] == ["A"]
