"""What an operation may be: tables of texts, names and amounts; pure, without a database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.bank.candidates import (
    SAME_NAME,
    SIMILAR_NAME,
    LedgerInvoice,
    LedgerPayment,
    MatchingLedger,
    OperationFacts,
    mentions_name,
    name_similarity,
)
from billing.bank.invoice_numbers import InvoiceNumbers
from billing.bank.suggesting import invoices_summing_to, suggest
from members.models import Member

DAY = date(2026, 12, 2)
ALOEN = Member(pk=1, short_name="Aloen", legal_name="Association Aloen (démonstration)")
SONAM = Member(pk=2, short_name="Sonam", legal_name="Sonam SAS")
OPTIM = Member(pk=3, short_name="Optim’ism", legal_name="Association Optim’ism")
MEMBERS = {each.pk: each for each in (ALOEN, SONAM, OPTIM)}


def debt(rank, due, member=ALOEN, due_on=DAY):
    return LedgerInvoice(rank, member.pk, f"F-2026-{rank:04d}", rank, Decimal(due), due_on, due_on)


def ledger(*debts, received=(), payers=None):
    return MatchingLedger(debts, received, MEMBERS, payers or {})


def movement(amount, label="", payer="", **facts):
    return OperationFacts(Decimal(amount), DAY, payer, label, **facts)


def best(*arguments):
    found = suggest(*arguments)
    return found[0] if found else None


def parts(candidate):
    return [(debt.pk, str(amount)) for debt, amount in candidate.settled]


def reasons(candidate):
    return " ".join(candidate.reasons).replace("\u00a0", " ").replace("\u202f", " ")


NUMBERS = InvoiceNumbers((f"F-2026-{rank:04d}", rank, rank) for rank in (1, 12, 13, 14, 120))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("F-2026-0012", [12]),
        ("F20260012", [12]),
        ("f 2026 0012", [12]),
        ("F/2026/12", [12]),
        ("FACTUREF20260012", [12]),
        ("VIR SEPA REF F-2026-0012 ALOEN", [12]),
        ("F-2026-0012 ET F-2026-0014", [12, 14]),
        ("F-2026-0014, 0012", [14, 12]),
        ("F-2026-0012/0013/14", [12, 13, 14]),
        ("F-2026-0012 et 13", [12, 13]),
        ("F-2026-0120", [120]),
        ("F-2026-01200", []),
        ("AF-2026-0012", []),
        ("F-2025-0012", []),
        ("20260012", []),
        ("F-2026-0012, 13,50 EUR", [12]),
        ("F-2026-0012 F20260012", [12]),
        ("VIREMENT", []),
    ],
)
def test_numbers_are_found_as_payers_write_them(text, found):
    assert NUMBERS.find(text) == found


def test_a_template_without_signs_is_found_too():
    numbers = InvoiceNumbers([("GE20300005", 5, "five")])
    assert [numbers.find(text) for text in ("GE20300005", "GE 2030 5", "GE2030-0005")] == [["five"]] * 3


@pytest.mark.parametrize(
    ("name", "payer", "near"),
    [
        ("Aloen", "ALOEN", SAME_NAME),
        ("Association Aloen (démonstration)", "ASSO ALOEN", SAME_NAME),
        ("Optim’ism", "OPTIMISM", SAME_NAME),
        ("Optim’ism", "OPTIM ISM ASSOCIATION", SAME_NAME),
        ("SPL Bois Énergie Renouvelable", "BOIS ENERGIE RENOUVELABL", SAME_NAME),
        ("Book Hémisphères", "BOOK HEMISPHERE", SAME_NAME),
        ("Book Hémisphères", "BOOK EMISFERES", SIMILAR_NAME),
        ("Aloen", "SONAM", 0),
        ("Aloen", "", 0),
        ("SPL", "SPL AUTRE", 0),
    ],
)
def test_how_near_two_names_are(name, payer, near):
    assert name_similarity(name, payer) == near


def test_a_label_names_a_member_by_whole_words():
    assert mentions_name("VIR SEPA ALOEN NOVEMBRE", "Aloen")
    assert not mentions_name("VIR SEPA BALOENS", "Aloen")


def test_number_and_amount_agree_that_is_certain():
    found = best(movement("120.00", "VIR F20260001"), ledger(debt(1, "120.00"), debt(2, "80.00")))
    assert (found.is_certain, parts(found)) == (True, [(1, "120.00")])
    assert reasons(found) == (
        "F-2026-0001 est dans le libellé ou la référence. Le montant est exactement ce qui reste dû."
    )


def test_the_number_may_stand_in_the_reference():
    found = best(movement("120.00", "PRLV", reference="F-2026-0001"), ledger(debt(1, "120.00")))
    assert found.is_certain


def test_several_numbers_whose_sum_agrees_are_certain():
    book = ledger(debt(1, "120.00"), debt(2, "80.00"), debt(3, "5.00"))
    found = best(movement("200.00", "F-2026-0001/0002"), book)
    assert (found.is_certain, parts(found)) == (True, [(1, "120.00"), (2, "80.00")])


@pytest.mark.parametrize(
    ("amount", "split", "rest", "reason"),
    [
        ("100.00", [(1, "100.00")], "0.00", "Règlement partiel : il resterait 20,00 € sur 120,00 €."),
        ("150.00", [(1, "120.00")], "30.00", "30,00 € de plus que le dû : ils resteraient à son crédit."),
        ("200.00", [(1, "120.00"), (2, "80.00")], "0.00", "Avec F-2026-0002, le montant est exact."),
    ],
)
def test_a_number_with_another_amount_is_explained_and_never_certain(amount, split, rest, reason):
    found = best(movement(amount, "F-2026-0001"), ledger(debt(1, "120.00"), debt(2, "80.00")))
    assert (parts(found), found.payments[0].credit, found.is_certain) == (split, Decimal(rest), False)
    assert reason in reasons(found)


def test_an_invoice_paid_twice_is_seen():
    found = best(movement("120.00", "F-2026-0001"), ledger(debt(1, "0.00"), debt(2, "120.00", SONAM)))
    assert (parts(found), found.is_certain) == ([(2, "120.00")], False)
    paid = suggest(movement("120.00", "F-2026-0001"), ledger(debt(1, "0.00"), debt(2, "120.00", SONAM)))[1]
    assert "F-2026-0001 est déjà réglée : le montant resterait à son crédit." in reasons(paid)
    assert (parts(paid), paid.payments[0].credit) == ([], Decimal("120.00"))


def test_amount_and_name_are_a_suggestion_not_a_certainty():
    book = ledger(debt(1, "120.00"), debt(2, "120.00", SONAM))
    first, second = suggest(movement("120.00", "VIR", "SONAM SAS"), book)
    assert (parts(first), parts(second)) == ([(2, "120.00")], [(1, "120.00")])
    assert first.score > second.score
    assert not first.is_certain
    assert "Le payeur porte le nom de l’adhérent." in reasons(first)


def test_a_payer_known_from_before_counts():
    book = ledger(debt(1, "120.00"), debt(2, "120.00", SONAM), payers={"tresorerie lorient": 2})
    found = best(movement("120.00", "VIR", "Trésorerie Lorient"), book)
    assert parts(found) == [(2, "120.00")]
    assert "Ce payeur a déjà réglé pour Sonam." in reasons(found)


def test_sums_of_several_invoices_of_one_member():
    book = ledger(debt(1, "10.00"), debt(2, "20.00"), debt(3, "40.00"))
    assert parts(best(movement("70.00"), book)) == [(1, "10.00"), (2, "20.00"), (3, "40.00")]
    assert "toutes ses factures dues" in reasons(best(movement("70.00"), book))
    assert "ses 2 factures les plus anciennes" in reasons(best(movement("30.00"), book))
    assert best(movement("50.00"), book) is None
    hinted = best(movement("50.00", "VIR ALOEN"), book)
    assert parts(hinted) == [(1, "10.00"), (3, "40.00")]
    assert "la somme de F-2026-0001 et F-2026-0003" in reasons(hinted)


def test_a_member_who_is_named_and_nothing_agrees_pays_the_oldest_first():
    found = best(movement("25.00", "VIR ALOEN"), ledger(debt(1, "10.00"), debt(2, "20.00")))
    assert parts(found) == [(1, "10.00"), (2, "15.00")]
    over = best(movement("35.00", "VIR ALOEN"), ledger(debt(1, "10.00"), debt(2, "20.00")))
    assert over.payments[0].credit == Decimal("5.00")


def test_a_payment_recorded_before_the_statement_is_confirmed_not_doubled():
    cheque = LedgerPayment(7, 1, Decimal("120.00"), date(2026, 11, 28), "cheque", ("F-2026-0001",))
    found = best(
        movement("120.00", "REMISE CHQ", nature="cheque"), ledger(debt(1, "0.00"), received=[cheque])
    )
    assert (found.kind, found.code) == ("link", "link:p7")
    assert "déjà enregistré au 28/11/2026" in reasons(found)
    assert not found.is_certain
    linked = best(movement("120.00", "CHQ F-2026-0001"), ledger(debt(1, "0.00"), received=[cheque]))
    assert (linked.is_certain, linked.code) == (True, "link:p7")
    matched = LedgerPayment(7, 1, Decimal("120.00"), date(2026, 11, 28), "cheque", (), is_matched=True)
    assert best(movement("120.00", "REMISE CHQ"), ledger(received=[matched])) is None


def test_a_batch_of_debits_is_the_invoices_that_fall_due_together():
    book = ledger(debt(1, "120.00"), debt(2, "80.00", SONAM), debt(3, "5.00", OPTIM, date(2027, 1, 31)))
    found = best(movement("200.00", "REMISE PRLV SEPA", nature="direct_debit"), book)
    assert [(share.member, share.amount) for share in found.payments] == [
        (ALOEN, Decimal("120.00")),
        (SONAM, Decimal("80.00")),
    ]
    assert "la somme des 2 factures qui échoient le 02/12/2026" in reasons(found)
    assert not found.is_certain


def test_a_deposit_of_cheques_not_recorded_yet_is_the_invoices_that_sum_to_it():
    book = ledger(debt(1, "120.00"), debt(2, "80.00", SONAM), debt(3, "5.00", OPTIM))
    found = best(movement("125.00", "REMISE CHQ 2 CHEQUES", nature="cheque"), book)
    assert [share.member for share in found.payments] == [ALOEN, OPTIM]
    assert reasons(found) == "Le montant est la somme de F-2026-0001 et F-2026-0003."
    assert not found.is_certain
    assert suggest(movement("125.00", "VIR"), book) == []


def test_a_deposit_of_cheques_is_the_payments_recorded_one_by_one():
    cheques = [
        LedgerPayment(rank, member.pk, Decimal(amount), date(2026, 12, day), "cheque")
        for rank, member, amount, day in (
            (7, ALOEN, "120.00", 1),
            (8, SONAM, "80.00", 1),
            (9, OPTIM, "5.00", 2),
        )
    ]
    book = ledger(received=cheques)
    whole = best(movement("200.00", "REM CHQ", nature="cheque"), book)
    assert whole.code == "link:p7;p8"
    assert best(movement("85.00", "REM CHQ", nature="cheque"), book).code == "link:p8;p9"


def test_money_taken_back_names_the_payment_it_mirrors():
    paid = LedgerPayment(7, 2, Decimal("340.50"), date(2026, 11, 30), "direct_debit", ("F-2026-0009",), True)
    book = ledger(debt(9, "0.00", SONAM), received=[paid])
    found = best(
        movement("-340.50", "REJET PRLV F-2026-0009", "SONAM", is_return=True, nature="direct_debit"), book
    )
    assert (found.kind, found.code) == ("return", "return:p7")
    assert "Même montant que le règlement du 30/11/2026." in reasons(found)
    assert "La banque parle d’un rejet ou d’un retour." in reasons(found)


def test_money_out_of_the_same_amount_alone_says_nothing():
    paid = LedgerPayment(7, 2, Decimal("340.50"), date(2026, 11, 30), "transfer")
    assert suggest(movement("-340.50", "LOYER"), ledger(received=[paid])) == []
    assert suggest(movement("-340.51", "REJET", is_return=True), ledger(received=[paid])) == []


@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 1), (70, 1), (71, 0)])
def test_money_out_that_says_nothing_returns_a_payment_of_seventy_days_at_most(days, count):
    paid = LedgerPayment(7, 2, Decimal("340.50"), DAY - timedelta(days=days), "transfer")
    assert len(suggest(movement("-340.50", "VIR", "SONAM"), ledger(received=[paid]))) == count


def test_five_suggestions_at_most():
    book = ledger(*[debt(rank, "100.00") for rank in range(1, 8)])
    assert len(suggest(movement("100.00", "VIR", "ALOEN"), book)) == 5


def test_two_certainties_are_none():
    book = ledger(debt(1, "100.00"), debt(2, "100.00", SONAM))
    found = suggest(movement("100.00", "F-2026-0001 F-2026-0002"), book)
    assert len(found) == 2
    assert not any(each.is_certain for each in found)


def test_what_one_operation_settles_another_does_not():
    book = ledger(debt(1, "120.00"))
    first = best(movement("120.00", "F-2026-0001"), book)
    again = best(movement("120.00", "F-2026-0001"), book.after_matching(first.settled))
    assert first.is_certain
    assert not again.is_certain
    assert parts(again) == []


CENTS = st.integers(1, 500).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(CENTS, min_size=1, max_size=15), st.data())
def test_a_subset_sums_to_what_was_asked_and_is_found_when_there_is_one(dues, data):
    debts = [debt(rank, due) for rank, due in enumerate(dues, start=1)]
    chosen = data.draw(st.lists(st.sampled_from(debts[:12]), min_size=1, unique=True))
    target = sum((each.due for each in chosen), Decimal(0))
    found = invoices_summing_to(debts, target)
    assert sum((each.due for each in found), Decimal(0)) == target
    assert 1 <= len(found) <= len(chosen)


@given(amount=CENTS, dues=st.lists(CENTS, max_size=5), label=st.text(max_size=40))
def test_no_suggestion_settles_more_than_there_is(amount, dues, label):
    book = ledger(*(debt(rank, due) for rank, due in enumerate(dues, start=1)))
    for found in suggest(movement(amount, f"VIR ALOEN F-2026-0001 {label}"), book):
        assert sum((share.amount for share in found.payments), Decimal(0)) == amount
        for owed, part in found.settled:
            assert 0 < part <= owed.due
        assert all(share.credit >= 0 for share in found.payments)


def test_a_number_without_its_year_is_suggested_and_never_certain():
    found = best(movement("120.00", "VIR facture 0001"), ledger(debt(1, "120.00"), debt(2, "80.00")))
    assert (found.is_certain, parts(found)) == (False, [(1, "120.00")])
    assert "F-2026-0001 est dans le libellé ou la référence, sans son année." in reasons(found)
