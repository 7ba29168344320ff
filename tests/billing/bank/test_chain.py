"""The balances of one account follow each other from statement to statement: days of which nothing came are named."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from billing.bank import chaining
from billing.bank.importing import read_statement
from billing.models import BankStatement
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing.bank.statements import line, operations, sentences_of, table, taken
from tests.billing.bank.test_camt import balance, entry, message, statement

pytestmark = pytest.mark.django_db
OURS = "FR7630006000011234567890189"


@pytest.fixture(autouse=True)
def group():
    return world.group(iban=OURS)


def plain(sentences):
    return [each.replace("\u00a0", " ").replace("\u202f", " ") for each in sentences]


def days(first, last, opening, closing, *entries, iban=OURS):
    """A statement of these days of November 2026, with its balances."""
    period = f"<FrToDt><FrDtTm>2026-11-{first:02}T00:00:00</FrDtTm><ToDtTm>2026-11-{last:02}T23:59:59</ToDtTm></FrToDt>"
    rows = [
        entry(amount, on=f"2026-11-{day:02}", more=f"<AcctSvcrRef>R{day}{amount}</AcctSvcrRef>")
        for day, amount in entries
    ]
    return statement(period, balance("OPBD", opening), *rows, balance("CLBD", closing), iban=iban)


def imported(*statements, name="r.xml"):
    return taken(message(*statements), file_name=name, by=None, at=world.NOW)


FIRST = days(9, 12, "100.00", "110.00", (10, "10.00"))
MISSING = days(13, 17, "110.00", "115.00", (16, "5.00"))
LATER = days(18, 20, "115.00", "117.00", (19, "2.00"))
SENTENCE = (
    "Du 13 au 17 novembre 2026, il manque des opérations : le solde est 110,00 € à la fin du 12/11/2026, "
    "115,00 € au début du 18/11/2026. Importez le relevé de ces jours."
)


def test_days_that_are_missing_between_two_files_are_named_until_they_come(login):
    imported(FIRST)
    assert chaining.missing_days() == []
    read = imported(LATER, name="b.xml")
    assert plain(chaining.missing_days()) == [SENTENCE]
    assert plain(read.missing) == [SENTENCE]
    page = login(world.finance()).get(reverse("billing:bank")).content.decode()
    assert SENTENCE in page.replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ")
    imported(MISSING, name="c.xml")
    assert chaining.missing_days() == []


def test_the_order_of_the_imports_does_not_matter():
    imported(LATER)
    imported(FIRST, name="b.xml")
    assert plain(chaining.missing_days()) == [SENTENCE]


def test_statements_of_one_file_are_a_chain_too():
    read = read_statement(message(FIRST, LATER))
    assert plain(read.left_out) == [SENTENCE]
    assert read_statement(message(FIRST, MISSING, LATER)).left_out == []
    # The latest first, as some banks write them.
    turned = read_statement(message(LATER, MISSING, FIRST))
    assert turned.left_out == []
    assert (str(turned.opening_balance), str(turned.closing_balance)) == ("100.00", "117.00")


def test_days_without_any_operation_are_not_missing():
    imported(FIRST)
    imported(days(18, 20, "110.00", "112.00", (19, "2.00")), name="b.xml")
    assert chaining.missing_days() == []


def test_what_a_file_without_balances_brought_is_not_missing():
    imported(FIRST)
    taken(table(line("5.00", "VIR SONAM", on=date(2026, 11, 16))), file_name="c.csv", by=None, at=world.NOW)
    imported(LATER, name="b.xml")
    assert chaining.missing_days() == []


def test_balances_that_differ_from_one_day_to_the_next_name_both():
    imported(FIRST)
    imported(days(13, 17, "111.00", "116.00", (16, "5.00")), name="b.xml")
    (sentence,) = plain(chaining.missing_days())
    assert sentence == (
        "Entre le 12/11/2026 et le 13/11/2026, les soldes ne se suivent pas : 110,00 € puis 111,00 €. "
        "Téléchargez de nouveau ces relevés."
    )


def test_months_and_a_single_day_are_named_as_they_are():
    imported(days(1, 29, "0.00", "10.00", (10, "10.00")))
    first = message(
        statement(
            balance("OPBD", "12.00"),
            entry("1.00", on="2026-12-01", more="<AcctSvcrRef>Z1</AcctSvcrRef>"),
            balance("CLBD", "13.00"),
            iban=OURS,
        )
    )
    taken(first, file_name="d.xml", by=None, at=world.NOW)
    assert plain(chaining.missing_days())[0].startswith("Le 30 novembre 2026, il manque des opérations : ")


def test_overlapping_statements_and_other_accounts_say_nothing():
    imported(FIRST)
    imported(days(9, 17, "100.00", "115.00", (10, "10.00"), (16, "5.00")), name="b.xml")
    BankStatement.objects.create(
        file_name="autre",
        sha256="1" * 64,
        format="CAMT.053",
        iban="",
        starts_on=date(2026, 11, 20),
        ends_on=date(2026, 11, 21),
        opening_balance="1.00",
        closing_balance="2.00",
        imported_at=world.NOW,
    )
    imported(LATER, name="c.xml")
    assert chaining.missing_days() == []


def test_an_operation_of_tomorrow_is_left_out_and_the_rest_comes_in():
    tomorrow = world.NOW.date() + timedelta(days=1)
    data = table(line("240.00", "VIR ALOEN"), line("1.00", "VIR", on=tomorrow))
    read = taken(data, file_name="r.csv", by=None, at=world.NOW).statement
    assert [each.label for each in operations(read)] == ["VIR ALOEN"]
    assert (read.starts_on, read.ends_on) == (date(2026, 12, 2), date(2026, 12, 2))
    assert plain(read.left_out) == [
        "Ligne 3, 1,00 € : datée du 04/12/2026, à venir, laissée de côté. Elle viendra avec un prochain relevé."
    ]
    # The statement of that day brings it.
    later = taken(data + b"\r\n", file_name="s.csv", by=None, at=world.NOW + timedelta(days=1))
    assert (later.new, later.known) == (1, 1)


def test_a_file_of_which_everything_is_to_come_is_refused():
    tomorrow = world.NOW.date() + timedelta(days=1)
    with pytest.raises(Refusal) as caught:
        taken(table(line("1.00", "VIR", on=tomorrow)), file_name="r.csv", by=None, at=world.NOW)
    assert "datée du 04/12/2026, à venir" in sentences_of(caught.value)


HEAD = "Date;Libellé;Montant;Solde"
ROWS = ["09/11/2026;A;10,00;110,00", "10/11/2026;B;-5,00;105,00", "12/11/2026;C;7,00;112,00"]


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]], ids=["earliest first", "latest first"])
def test_a_column_of_balances_makes_a_csv_a_part_of_the_chain(rows):
    read = read_statement("\n".join((HEAD, *rows)).encode())
    assert (str(read.opening_balance), str(read.closing_balance)) == ("100.00", "112.00")
    assert read.left_out == []


def test_a_line_that_a_csv_lacks_shows_in_its_balances():
    read = read_statement("\n".join((HEAD, ROWS[0], ROWS[2])).encode())
    assert (read.opening_balance, read.closing_balance) == (None, None)
    assert plain(read.left_out) == [
        "Ligne 3 : le solde est 112,00 € au lieu de 117,00 €. Il manque peut-être des opérations avant elle."
    ]


def test_balances_that_a_bank_writes_once_a_day_or_not_at_all_say_nothing():
    rows = ["09/11/2026;A;10,00;", "09/11/2026;B;-5,00;105,00"]
    read = read_statement("\n".join((HEAD, *rows)).encode())
    assert (read.opening_balance, read.left_out) == (None, [])


def test_two_csv_files_with_balances_name_the_days_between_them():
    for name, rows in (("a.csv", ROWS), ("b.csv", ["18/11/2026;D;1,00;120,00"])):
        taken("\n".join((HEAD, *rows)).encode(), file_name=name, by=None, at=world.NOW)
    (sentence,) = plain(chaining.missing_days())
    assert sentence.startswith("Du 13 au 17 novembre 2026, il manque des opérations : le solde est 112,00 €")


LINES = ["10/11/2026;VIR B;5,00;", "09/11/2026;VIR A;;10,00"]


@pytest.mark.parametrize(
    ("above", "balances"),
    [
        (["Solde au 10/11/2026;105,00"], ("100.00", "105.00")),
        (["Solde au 10/11/2026 1 105,00 €;"], ("1100.00", "1105.00")),
        (["Solde (EUROS);+105,00", "Date;12/11/2026"], ("100.00", "105.00")),
        (["Ancien solde au 31/10/2026;100,00"], ("100.00", "105.00")),
        (["Solde initial;100,00", "Solde final;105,00"], ("100.00", "105.00")),
        # On the day of the download, long after the last line: it says nothing of these days.
        (["Solde au 30/11/2026;812,00"], ("None", "None")),
        (["Compte;12345678901"], ("None", "None")),
    ],
)
def test_balances_above_the_titles_make_a_csv_a_part_of_the_chain(above, balances):
    read = read_statement("\n".join((*above, "Date;Libellé;Débit euros;Crédit euros", *LINES)).encode())
    assert (str(read.opening_balance), str(read.closing_balance)) == balances
    assert read.left_out == []


def test_balances_above_the_titles_that_the_lines_do_not_lead_to_are_told():
    above = ("Solde initial;100,00", "Solde final;125,00", "Date;Libellé;Débit euros;Crédit euros")
    read = read_statement("\n".join((*above, *LINES)).encode())
    assert (read.opening_balance, read.closing_balance) == (None, None)
    (sentence,) = plain(read.left_out)
    assert sentence.endswith("au lieu de 105,00 €. Il manque peut-être des opérations.")


def test_two_files_with_a_balance_above_name_the_days_between_them():
    for name, on, amount, lines in (
        ("a.csv", "10/11/2026", "105,00", LINES),
        ("b.csv", "18/11/2026", "121,00", ["18/11/2026;VIR D;;1,00"]),
    ):
        head = f"Solde au {on};{amount}\nDate;Libellé;Débit euros;Crédit euros"
        taken("\n".join((head, *lines)).encode(), file_name=name, by=None, at=world.NOW)
    (sentence,) = plain(chaining.missing_days())
    assert sentence.startswith("Du 11 au 17 novembre 2026, il manque des opérations : le solde est 105,00 €")
