"""What tells two operations apart: payer and words too; a bank's "Référence" may be what the payer wrote."""

from datetime import date
from decimal import Decimal

import pytest

from billing.bank import importing
from billing.bank.importing import read_statement
from billing.bank.invoice_numbers import InvoiceNumbers
from billing.models import BankOperation, BankStatement
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing.bank.statements import operations, sentences_of, taken
from tests.billing.bank.test_camt import entry, message
from tests.billing.bank.test_camt import statement as camt_statement

QONTO = (
    "Statut,Date de l'opération (UTC),Nom de la contrepartie,Montant total (TTC),Devise,Référence,Note\n"
    "Exécuté,02/12/2026,{payer},25.00,EUR,Cotisation 2026,\n"
)


def file_of(*payers):
    head, row = QONTO.splitlines(keepends=True)
    return (head + "".join(row.format(payer=each) for each in payers)).encode()


def imported(data, name="releve.csv", **options):
    return taken(data, file_name=name, by=None, at=world.NOW, **options)


@pytest.mark.django_db
def test_two_members_who_write_the_same_reference_are_two_in_two_files_and_in_one():
    world.group()
    assert imported(file_of("ALOEN"), "un.csv").new == 1
    read = imported(file_of("SONAM"), "deux.csv")
    assert (read.new, read.known) == (1, 0)
    # Together in a third file both are known; a third payer is new.
    read = imported(file_of("ALOEN", "SONAM", "OPTIMISM"), "trois.csv")
    assert (read.new, read.known) == (1, 2)
    rows = BankOperation.objects.order_by("pk").values_list("counterparty", "amount", "reference")
    assert list(rows) == [
        (name, Decimal("25.00"), "Cotisation 2026") for name in ("ALOEN", "SONAM", "OPTIMISM")
    ]


@pytest.mark.django_db
def test_twins_of_any_reference_are_two_when_somebody_says_so():
    world.group()
    bank = "Date;Libellé;Montant;Référence banque\n" + "02/12/2026;VIR ALOEN;25,00;0DQZ0R5\n" * 2
    for data in (file_of("ALOEN", "ALOEN"), bank.encode()):
        with pytest.raises(importing.IdenticalLines) as caught:
            imported(data)
        assert "Si ce sont bien deux opérations, cochez-le." in sentences_of(caught.value)
        first, again = operations(imported(data, has_twins=True).statement)
        assert again.key == f"{first.key}#2"


@pytest.mark.django_db
@pytest.mark.parametrize("title", ["Référence", "Référence banque"])
@pytest.mark.parametrize(("label", "known"), [("VIR ALOEN", 1), ("VIR SONAM", 0)])
def test_an_operation_kept_by_the_reference_of_the_bank_alone_is_known_again(title, label, known):
    """As they were kept before payer and words told them apart."""
    world.group()
    day = date(2026, 12, 2)
    statement = BankStatement.objects.create(
        file_name="avant.csv",
        sha256="0" * 64,
        format="CSV",
        starts_on=day,
        ends_on=day,
        imported_at=world.NOW,
    )
    BankOperation.objects.create(
        statement=statement, key="0DQZ0R5:261202:25.00", booked_on=day, amount="25.00", label="VIR ALOEN"
    )
    data = f"Date;Libellé;Montant;{title}\n02/12/2026;{label};25,00;0DQZ0R5\n02/12/2026;X;1;\n".encode()
    assert imported(data).known == known


@pytest.mark.django_db
def test_two_lines_that_differ_are_never_the_same_by_a_rare_letter():
    world.group()
    with pytest.raises(Refusal):
        imported(file_of("ALOEN", "Aloen"))
    assert imported(file_of("ALOEN", "ALOEN 2")).new == 2


@pytest.mark.parametrize(
    "title",
    [
        "Référence",
        "Ref",
        "Note",
        "Commentaire",
        "Message",
        "Communication",
        "Référence de l'opération",
        "Objet",
    ],
)
def test_the_text_of_every_column_that_has_words_is_kept(title):
    data = f"Date;Libellé;Montant;{title}\n02/12/2026;VIR;25,00;FACT 2026-0005\n".encode()
    (read,) = read_statement(data).operations
    assert "FACT 2026-0005" in f"{read.label} {read.reference}"


NUMBERS = InvoiceNumbers([*((f"F-2026-{n:04d}", n, n) for n in (1, 5, 12, 120)), ("F-2025-0012", 12, 2512)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FACT 2026-0005", [5]),
        ("fact. 2026/5", [5]),
        ("FACTURE N° 2026-0005", [5]),
        ("FACTURES 2026-0001, 0005", [1, 5]),
        ("facture no 2025 0012", [2512]),
        ("F-2026- 0005", [5]),
        ("F-2026-00 05", [5]),
        ("F-2026-0 · 005", [5]),
        ("F-2026-01 20", [120]),
        ("F-20 26-0012", [12]),
        ("FACT\nURE F-2026-0005", [5]),
        ("F-2026-01 2", [1]),
        ("F-2026-0001 ET FACT 2026-0005", [1, 5]),
        ("FACT 2026-0005 F-2026-0012", [5, 12]),
        ("FACT 2026-11", []),
        ("PREFACT 2026-0005", []),
        ("FACT 20260", []),
    ],
)
def test_numbers_without_their_prefix_or_broken_over_lines_are_found(text, found):
    assert NUMBERS.find(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("facture 0005", [5]),
        ("FACT N°5", [5]),
        ("fact no. 0012", [12, 2512]),
        ("facture 12/11", []),
        ("facture 12 novembre", []),
        ("facture 12 2026", []),
        ("facture 12,50", []),
        ("facture 5 rue", [5]),
        ("facture 2026", []),
        ("virement 0005", []),
        ("manufacture 0005", []),
    ],
)
def test_a_number_without_its_year_is_found_but_may_be_of_several_years(text, found):
    assert NUMBERS.find_without_year(text) == found


@pytest.mark.django_db
def test_the_group_is_never_the_payer_of_what_it_received():
    world.group()
    data = file_of("La Ronde", "ALOEN")
    assert [each.counterparty for each in operations(imported(data).statement)] == ["", "ALOEN"]


@pytest.mark.django_db
def test_a_batch_kept_without_its_payers_is_known_again():
    """As batches without amounts were kept before their details were read."""
    world.group()
    day = date(2026, 12, 1)
    statement = BankStatement.objects.create(
        file_name="avant.xml",
        sha256="0" * 64,
        format="CAMT.053",
        starts_on=day,
        ends_on=day,
        imported_at=world.NOW,
    )
    key = "BATCH77:261201:600.00"
    BankOperation.objects.create(statement=statement, key=key, booked_on=day, amount="600.00")
    details = "".join(
        f"<TxDtls><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>" for name in ("ALOEN", "SONAM")
    )
    batch = entry("600.00", more=f"<AcctSvcrRef>BATCH77</AcctSvcrRef><NtryDtls>{details}</NtryDtls>")
    read = imported(message(camt_statement(batch, entry("1.00"))), "r.xml")
    assert (read.new, read.known) == (1, 1)
