"""The account of a member, how old dues are, and what invoices say of their settlement; each member sees its own."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pypdf import PdfReader

from billing.accounts import ageing, allocating, receivables, statement_of_account
from billing.accounts import payments as accounts_payments
from billing.accounts.ageing import ageing_chart, ageing_shares
from billing.models import Invoice, Payment
from groupement.kernel.charts import Share
from members.models import Group
from tests import world
from tests.billing import owing
from tests.world import NOW

pytestmark = pytest.mark.django_db

AGEING = reverse("billing:ageing")
INVOICES = reverse("billing:invoices")
TODAY = NOW.date()


def words(text) -> str:
    """The text of a page or a file, without tags, in plain spaces."""
    text = text if isinstance(text, str) else text.content.decode()
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def address(name: str, row) -> str:
    return reverse(f"billing:{name}", args=[row.pk])


def pay(member, amount: str, **facts) -> Payment:
    return accounts_payments.record_payment(
        member,
        **{"amount": Decimal(amount), "received_on": TODAY, "method": "transfer", **facts},
        by=None,
        at=NOW,
    )


@pytest.fixture
def aloen():
    """A year of Aloen: an old invoice half paid, a cheque returned, a credit, a rest given up."""
    world.group()
    member = world.member()
    first = owing.invoice(member, "100.00", issued_on=date(2026, 8, 1))
    pay(member, "40.00", received_on=date(2026, 9, 10), reference="VIR 10")
    cheque = pay(member, "60.00", received_on=date(2026, 10, 1), method="cheque", note="vu avec Anne")
    accounts_payments.reverse_payment(cheque, on=date(2026, 10, 5), reason="sans provision", by=None, at=NOW)
    second = owing.invoice(member, "50.00", issued_on=date(2026, 11, 20))
    credit = owing.credit_note(first, "15.00", issued_on=date(2026, 11, 25))
    allocating.apply_credit(credit, by=None, at=NOW)
    pay(member, "47.00", received_on=date(2026, 12, 1), allocations=[(second, Decimal("47.00"))])
    allocating.write_off(second, reason="frais de banque", by=None, at=NOW)
    return member


MOVES = [
    "01/08/2026 Facture F-2026-0001 août 2026 31/08/2026 100,00 100,00",
    "10/09/2026 Règlement par virement VIR 10 40,00 60,00",
    "01/10/2026 Règlement par chèque 60,00 0,00",
    "05/10/2026 Règlement annulé celui du 01/10/2026 60,00 60,00",
    "20/11/2026 Facture F-2026-0002 novembre 2026 20/12/2026 50,00 110,00",
    "25/11/2026 Avoir F-2026-0003 sur F-2026-0001 15,00 95,00",
    "01/12/2026 Règlement par virement 47,00 48,00",
    "03/12/2026 Abandon d’un reste dû sur F-2026-0002 3,00 45,00",
]


def in_order(text: str, moves: list[str]) -> bool:
    places = [text.find(each) for each in moves]
    return -1 not in places and places == sorted(places)


def test_account_tells_all_movements_in_order_with_the_balance(login, aloen):
    page = words(login(world.staff(aloen)).get(address("account", aloen)))
    assert in_order(page, MOVES)
    assert "À régler 45,00 € En retard 45,00 €" in page
    assert "Total 210,00 165,00 45,00" in page
    assert "Aujourd’hui, 45,00 € restent à régler." in page
    assert "Notre compte" in page


def test_reasons_and_notes_of_finance_are_for_the_group(login, aloen):
    reasons = ("sans provision", "frais de banque")
    page = words(login(world.finance()).get(address("account", aloen)))
    assert all(reason in page for reason in reasons)
    second = Invoice.objects.get(number="F-2026-0002")
    assert "Abandon du reste : frais de banque" in words(
        login(world.coordinator()).get(address("invoice", second))
    )
    client = login(world.staff(aloen))
    for each in (address("account", aloen), address("invoice", second)):
        page = words(client.get(each))
        assert "Abandon" in page
        assert not any(reason in page for reason in (*reasons, "Anne"))


def test_period_begins_with_the_balance_of_before(login, aloen):
    client = login(world.staff(aloen))
    page = words(client.get(address("account", aloen) + "?du=2026-10-01&au=2026-11-20"))
    assert "01/10/2026 Solde précédent 60,00" in page
    assert in_order(page, MOVES[2:5])
    assert not any(move in page for move in (*MOVES[:2], *MOVES[5:]))
    assert "Total 110,00 60,00 110,00" in page
    ages = "?du=1900-01-01&au=2149-12-31"
    assert in_order(words(client.get(address("account", aloen) + ages)), MOVES)
    assert client.get(address("account_pdf", aloen) + ages).status_code == 200
    wrong = client.get(address("account", aloen) + "?du=2026-12-01&au=2026-11-01")
    assert (wrong.status_code, "échangez les deux dates" in words(wrong)) == (422, True)
    wrong = client.get(address("account_pdf", aloen) + "?du=hier")
    assert (wrong.status_code, wrong.url) == (302, address("account", aloen))


def test_statement_is_a_file_of_the_same_period(login, aloen):
    answer = login(world.staff(aloen)).get(address("account_pdf", aloen) + "?du=2026-08-01&au=2026-12-03")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="releve-aloen-2026-12-03.pdf"'
    reader = PdfReader(io.BytesIO(answer.content))
    text = words(" ".join(page.extract_text() for page in reader.pages))
    assert "Du 1er août 2026 au 3 décembre 2026" in text
    assert in_order(text, MOVES)
    assert "À régler au 3 décembre 2026 45,00 €" in text
    assert not any(reason in text for reason in ("sans provision", "frais de banque", "Anne"))


def test_another_member_s_account_does_not_exist(login, aloen):
    sonam = world.member("Sonam")
    owing.invoice(sonam, "77.00", issued_on=date(2026, 11, 25))
    payment = pay(sonam, "70.00", reference="VIR SONAM")
    theirs = Invoice.objects.get(member=sonam)
    names = ("account", "account_pdf")
    client = login(world.finance())
    assert [client.get(address(name, sonam)).status_code for name in names] == [200, 200]
    client = login(world.staff(aloen))
    assert [client.get(address(name, aloen)).status_code for name in names] == [200, 200]
    for name, row in [*((name, sonam) for name in names), ("payment", payment), ("invoice", theirs)]:
        assert client.get(address(name, row)).status_code == 404
    for page in (reverse("member_home"), INVOICES, address("account", aloen)):
        seen = words(client.get(page))
        assert not any(secret in seen for secret in ("Sonam", "77,00", "SONAM"))
    assert client.get(AGEING).status_code == 403


def test_shared_employee_has_no_account(login, aloen):
    maelle = world.employee(members=[aloen])
    client = login(maelle.user)
    assert client.get(address("account", aloen)).status_code == 404
    assert client.get(address("account_pdf", aloen)).status_code == 404


def test_member_home_tells_what_is_due_and_late(login, aloen):
    page = words(login(world.staff(aloen)).get(reverse("member_home")))
    assert "À régler 45,00 € dont 45,00 € en retard" in page
    assert "avoir F-2026-0003 — −15,00 € Avoir utilisé" in page
    assert re.search(r"Août 2026 F-2026-0001 31/08/2026 100,00 € En retard", page)


@pytest.mark.parametrize(
    ("due_on", "rank"),
    [
        (date(2026, 12, 3), 0),
        (date(2026, 12, 2), 1),
        (date(2026, 11, 3), 1),
        (date(2026, 11, 2), 2),
        (date(2026, 10, 4), 2),
        (date(2026, 10, 3), 3),
        (date(2026, 9, 4), 3),
        (date(2026, 9, 3), 4),
    ],
)
def test_dues_age_by_thirty_days(due_on: date, rank: int):
    world.group()
    member = world.member()
    owing.invoice(member, "10.00", issued_on=due_on, days=0)
    ((row,), total) = ageing.balances_by_age(on=TODAY)
    assert [bool(amount) for amount in row.buckets] == [index == rank for index in range(5)]
    assert (row.member, row.due, row.buckets) == (member, Decimal("10.00"), total.buckets)


def test_ageing_page_has_the_latest_payers_first_and_their_sums(login, aloen):
    sonam = world.member("Sonam")
    owing.invoice(sonam, "70.00", issued_on=date(2026, 11, 25), days=5)
    pay(sonam, "5.00", allocations=[])
    world.member("Optim’ism")
    page = words(login(world.coordinator()).get(AGEING))
    assert in_order(page, ["Sonam — 70,00 — — — 70,00 5,00", "Aloen — — — — 45,00 45,00 —"])
    assert "Total 0,00 70,00 0,00 0,00 45,00 115,00 5,00" in page
    assert "À régler 115,00 € En retard 115,00 € Crédits disponibles 5,00 €" in page
    assert "Optim’ism" not in page
    assert "1 à 30 jours : 70,00 €." in page


def test_nothing_due_is_said_so(login):
    world.group()
    assert "Tout est réglé" in words(login(world.finance()).get(AGEING))


def test_the_chart_is_true_to_the_amounts_and_names_every_age():
    amounts = [Decimal(each) for each in ("0.00", "1.00", "99.00", "0.00", "300.00")]
    chart = ageing_chart(amounts)
    assert [(mark.series, mark.height) for mark in chart.marks] == [
        ("1", "2.0"),
        ("2", "51.5"),
        ("4", "156.0"),
    ]
    assert chart.description.startswith("à échoir\u00a0: 0,00\u00a0€. 1 à 30 jours\u00a0: 1,00\u00a0€. ")
    texts = [label.text for label in chart.labels]
    assert texts[:4] == ["0,00\u00a0€", "à échoir", "1,00\u00a0€", "1–30\u00a0j"]
    assert ageing_chart([Decimal(0)] * 5).marks == []
    assert ageing_shares(amounts) == [Share("1", 0, 2), Share("2", 2, 248), Share("4", 250, 750)]
    assert ageing_shares([Decimal(0)]) == []


def test_invoice_says_how_it_stands_and_the_list_is_filtered_by_it(login, aloen):
    Group.objects.update(write_off_limit=Decimal("100.00"))
    fresh = owing.invoice(aloen, "10.00", issued_on=date(2026, 12, 1))
    part = owing.invoice(aloen, "20.00", issued_on=date(2026, 12, 2))
    pay(aloen, "5.00", allocations=[(part, Decimal("5.00"))])
    late, paid, used = (Invoice.objects.get(sequence=each) for each in (1, 2, 3))
    unused = owing.credit_note(paid, "4.00", issued_on=date(2026, 12, 3))
    client = login(world.finance())
    expected = {
        "a-regler": (fresh, "À régler"),
        "en-partie": (part, "Réglée en partie"),
        "en-retard": (late, "En retard"),
        "reglee": (paid, "Réglée"),
        "a-utiliser": (unused, "Avoir à utiliser"),
        "utilise": (used, "Avoir utilisé"),
    }
    for code, (invoice, label) in expected.items():
        listed = words(client.get(f"{INVOICES}?reglement={code}"))
        assert re.findall(r"(?<!sur )F-2026-\d{4}", listed) == [invoice.number]
        text = words(client.get(address("invoice", invoice)))
        assert f" {label} " in text[: text.index("Total HT")]
    assert "Aucune facture ne correspond" in words(client.get(f"{INVOICES}?reglement=x"))


def test_rest_is_given_up_within_the_limit_and_undone(login, aloen):
    invoice = Invoice.objects.get(sequence=1)
    client = login(world.finance())
    assert "Abandonner le reste" not in words(client.get(address("invoice", invoice)))
    done = words(client.post(address("write_off", invoice), {"reason": "trop"}, follow=True))
    assert "le groupement n’abandonne pas plus de 5,00 € par facture" in done
    pay(aloen, "41.00")
    assert "Abandonner 4,00 €" in words(client.get(address("invoice", invoice)))
    done = words(client.post(address("write_off", invoice), {"reason": " "}, follow=True))
    assert "Indiquez le motif" in done
    answer = client.post(address("write_off", invoice), {"reason": "arrondi"}, follow=True)
    assert "4,00 € abandonnés sur F-2026-0001." in words(answer)
    undo = address("unallocate", invoice.allocations.get(source="write_off"))
    assert f'<form method="post" action="{undo}">' in answer.content.decode().split('id="toasts"')[1]
    client.post(undo)
    assert str(receivables.unsettled(aloen.pk).get().due) == "4.00"


def test_credit_left_is_used_on_another_due_invoice_from_its_page(login, aloen):
    paid = Invoice.objects.get(sequence=2)
    note = owing.credit_note(paid, "30.00", issued_on=TODAY)
    client = login(world.finance())
    assert "Reste à utiliser 30,00 €" in words(client.get(address("invoice", note)))
    wrong = client.post(address("apply_credit", note), {"invoice": str(paid.pk)}, follow=True)
    assert "n’est plus à régler" in words(wrong)
    first = Invoice.objects.get(sequence=1)
    done = client.post(address("apply_credit", note), {"invoice": str(first.pk)}, follow=True)
    assert f"L’avoir {note.number} règle 30,00 € de F-2026-0001." in words(done)
    assert str(receivables.unsettled(aloen.pk).get().due) == "15.00"
    assert client.post(address("apply_credit", first), {"invoice": "1"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_queries_whatever_their_length(login, count, django_assert_num_queries):
    world.group()
    member = world.member()
    for rank in range(count):
        other = world.member(f"Maison {rank}")
        for each in (member, other):
            invoice = owing.invoice(each, "10.00")
            owing.credit_note(invoice, "1.00")
            pay(each, "4.00")
    client = login(world.finance())
    client.get(AGEING)
    with django_assert_num_queries(9):
        client.get(AGEING)
    with django_assert_num_queries(13):
        client.get(address("account", member))
    with django_assert_num_queries(14):
        client.get(address("account_pdf", member))


class AnyLife(TestCase):
    """Whatever happens to an account, its balance is what is due less what is at hand."""

    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def test_balance_is_due_less_credit(self, data):
        world.group()
        member = world.member()
        for _ in range(data.draw(st.integers(1, 10))):
            self.one_more(member, data)
            statement = statement_of_account.account_statement(member, first=date(2026, 1, 1), last=TODAY)
            position = statement_of_account.account_position(member, on=TODAY)
            assert statement.closing == position.balance
            assert statement.lines[-1].balance == statement.closing
            half = statement_of_account.account_statement(member, first=date(2026, 11, 15), last=TODAY)
            assert half.closing == statement.closing

    def one_more(self, member, data):
        amount = data.draw(st.integers(1, 300_00)) * Decimal("0.01")
        invoices = list(Invoice.objects.filter(member=member, kind="invoice").order_by("pk"))
        payments = list(Payment.objects.filter(member=member, reversed_on=None).order_by("pk"))
        what = data.draw(st.sampled_from(["invoice", "pay", "reverse", "credit", "use", "write_off"]))
        if what == "pay":
            pay(member, str(amount), received_on=data.draw(st.dates(date(2026, 11, 1), TODAY)))
        elif what == "reverse" and payments:
            accounts_payments.reverse_payment(
                data.draw(st.sampled_from(payments)), on=TODAY, reason="x", by=None, at=NOW
            )
        elif what == "credit" and invoices:
            note = owing.credit_note(data.draw(st.sampled_from(invoices)), str(amount), issued_on=TODAY)
            allocating.apply_credit(note, by=None, at=NOW)
        elif what == "use" and payments:
            allocating.allocate(data.draw(st.sampled_from(payments)), by=None, at=NOW)
        elif what == "write_off" and (due := receivables.unsettled(member.pk).filter(due__lte=5).first()):
            allocating.write_off(due, reason="x", by=None, at=NOW)
        else:
            owing.invoice(member, str(amount), issued_on=TODAY)
