"""Payments on the page: recorded in two steps without a script, undone, used, reversed; only finance writes."""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from billing.accounts import payments, receivables
from billing.models import Allocation, Invoice, Payment
from tests import world
from tests.billing import owing
from tests.world import NOW

pytestmark = pytest.mark.django_db

LIST = reverse("billing:payments")
NEW = reverse("billing:record_payment")


def words(response) -> str:
    """The text of the page, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def address(name: str, row) -> str:
    return reverse(f"billing:{name}", args=[row.pk])


def due(invoice: Invoice) -> str:
    return str(receivables.with_dues(Invoice.objects.all()).get(pk=invoice.pk).due)


def pay(member, amount: str, **facts) -> Payment:
    return payments.record_payment(
        member,
        **{"amount": Decimal(amount), "received_on": NOW.date(), "method": "transfer", **facts},
        by=None,
        at=NOW,
    )


@pytest.fixture
def member():
    world.group()
    return world.member()


@pytest.fixture
def finance(login, member):
    return login(world.finance())


def typed(member, amount: str, **parts: str) -> dict[str, str]:
    facts = {"amount": amount, "received_on": "2026-12-02", "method": "cheque", "reference": "1234567"}
    return facts | parts


def asked(member, amount: str, **more: object) -> str:
    query = {"adherent": member.pk, "montant": amount, **more}
    return f"{NEW}?" + "&".join(f"{name}={value}" for name, value in query.items())


def value_of(response, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    value = re.search(r'value="([^"]*)"', found[0])
    return html.unescape(value[1]) if value else ""


def test_who_paid_is_asked_first_with_what_each_member_owes(finance, member):
    owing.invoice(member, "240.00")
    world.member("Sonam")
    page = words(finance.get(NEW))
    assert "Aloen — 240,00 € à régler" in page
    assert re.search(r"Sonam (?!—)", page)
    assert "Choisissez qui a payé." not in page
    refused = finance.get(f"{NEW}?adherent=&montant=abc")
    assert refused.status_code == 422
    assert "Choisissez qui a payé." in words(refused)
    assert "« abc » n’est pas un montant" in words(refused)
    assert value_of(refused, "montant") == "abc"


def test_oldest_due_is_proposed_first_and_an_invoice_asked_for_before_it(finance, member):
    old = owing.invoice(member, "100.00", issued_on=date(2026, 10, 1))
    new = owing.invoice(member, "60.00", issued_on=date(2026, 11, 1))
    page = finance.get(asked(member, "120,00"))
    assert [value_of(page, f"part_{each.pk}") for each in (old, new)] == ["100,00", "20,00"]
    page = finance.get(asked(member, "120,00", facture=new.pk))
    assert [value_of(page, f"part_{each.pk}") for each in (old, new)] == ["60,00", "60,00"]


def test_payment_is_recorded_as_typed_and_undone_from_its_message(finance, member):
    old, new = owing.invoice(member, "100.00"), owing.invoice(member, "60.00")
    form = typed(member, "150", **{f"part_{old.pk}": "80,00", f"part_{new.pk}": "60"})
    answer = finance.post(asked(member, "120"), form, follow=True)
    made = Payment.objects.get()
    assert answer.redirect_chain == [(address("payment", made), 302)]
    assert (str(made.amount), made.received_on, made.reference) == ("150.00", date(2026, 12, 2), "1234567")
    assert (due(old), due(new), made.recorded_by.name) == ("20.00", "0.00", "Gaël Perrot")
    assert "Aloen : règlement de 150,00 € enregistré, 10,00 € restent en crédit." in words(answer)
    undo = address("undo_payment", made)
    assert undo in answer.content.decode()
    finance.post(undo)
    made.refresh_from_db()
    assert (made.reversed_on, made.reversal_reason) == (made.received_on, "Erreur de saisie")
    assert (due(old), due(new)) == ("100.00", "60.00")


def test_next_payment_is_asked_for_at_once_when_wanted(finance, member):
    answer = finance.post(asked(member, "10"), typed(member, "10", again="1"))
    assert (answer.status_code, answer.url) == (302, NEW)


def test_amount_changed_is_spread_again_without_being_recorded(finance, member):
    old, new = owing.invoice(member, "100.00"), owing.invoice(member, "60.00")
    form = typed(member, "1 30,00", spread="1", **{f"part_{old.pk}": "5"})
    page = finance.post(asked(member, "120"), form)
    assert page.status_code == 200
    assert value_of(page, f"part_{old.pk}") == "5"  # what cannot be read changes nothing
    page = finance.post(asked(member, "120"), {**form, "amount": "-130"})
    assert [value_of(page, f"part_{each.pk}") for each in (old, new)] == ["", ""]
    page = finance.post(asked(member, "120"), {**form, "amount": "130"})
    assert [value_of(page, f"part_{each.pk}") for each in (old, new)] == ["100,00", "30,00"]
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"received_on": "2026-12-04"},
            "Le 04/12/2026 est à venir : indiquez le jour où l’argent a été reçu.",
        ),
        ({"received_on": "0026-12-02"}, "L’année 26 n’est pas la bonne : écrivez une année de 1900 à 2149."),
        ({"received_on": "1926-12-02"}, "L’année 1926 est-elle la bonne ? Vérifiez la date."),
        ({"amount": "0"}, "Indiquez un montant supérieur à zéro"),
        ({"amount": "-5"}, "Indiquez un montant supérieur à zéro"),
        ({"amount": "50"}, "Vous répartissez 80,00 € et il n’y a que 50,00 € à répartir : retirez 30,00 €."),
        ({"part": "100,01"}, "Il reste 100,00 € à régler sur F-2026-0001, vous y mettez 100,01 €"),
        ({"part": "-1"}, "Indiquez pour F-2026-0001 un montant supérieur à zéro"),
        ({"part": "1,234"}, "a plus de deux décimales"),
    ],
)
def test_refused_payment_says_why_and_keeps_what_was_typed(finance, member, change, sentence):
    invoice = owing.invoice(member, "100.00")
    form = typed(member, "150", **{f"part_{invoice.pk}": "80"})
    part = change.pop("part", "80")
    form |= {**change, f"part_{invoice.pk}": part}
    page = finance.post(asked(member, "150"), form)
    assert page.status_code == 422
    assert sentence in words(page)
    typed_again = {
        name: value_of(page, name) for name in ("amount", "received_on", "reference", f"part_{invoice.pk}")
    }
    assert typed_again == {name: form[name] for name in typed_again}
    assert not Payment.objects.exists()


def test_rest_of_a_payment_is_used_later_and_an_allocation_undone(finance, member):
    payment = pay(member, "90.00")
    invoice = owing.invoice(member, "100.00")
    page = finance.get(address("payment", payment))
    assert value_of(page, f"part_{invoice.pk}") == "90,00"
    empty = finance.post(address("allocate", payment), {f"part_{invoice.pk}": ""})
    assert (empty.status_code, "au moins une facture" in words(empty)) == (422, True)
    beyond = finance.post(address("allocate", payment), {f"part_{invoice.pk}": "95"})
    assert (beyond.status_code, value_of(beyond, f"part_{invoice.pk}")) == (422, "95")
    done = finance.post(address("allocate", payment), {f"part_{invoice.pk}": "60"}, follow=True)
    assert "60,00 € imputés." in words(done)
    assert due(invoice) == "40.00"
    undone = finance.post(address("unallocate", Allocation.objects.get()), follow=True)
    assert "60,00 € sont de nouveau à régler sur F-2026-0001." in words(undone)
    assert due(invoice) == "100.00"


def test_payment_taken_back_by_the_bank_is_told_with_its_reason(finance, member):
    invoice = owing.invoice(member, "100.00")
    payment = pay(member, "100.00", received_on=date(2026, 11, 20))
    refused = finance.post(address("reverse_payment", payment), {"on": "2026-11-19", "reason": "impayé"})
    assert (refused.status_code, value_of(refused, "reason")) == (422, "impayé")
    assert "reçu le 20/11/2026 : il ne s’annule pas avant." in words(refused)
    form = {"on": "2026-11-25", "reason": "chèque impayé"}
    page = finance.post(address("reverse_payment", payment), form, follow=True)
    assert "Ce règlement a été annulé le 25 novembre 2026. chèque impayé." in words(page)
    assert due(invoice) == "100.00"
    again = finance.post(address("reverse_payment", payment), form)
    assert "déjà été annulé" in words(again)


def test_list_is_filtered_by_member_month_and_what_is_left(finance, member):
    sonam = world.member("Sonam")
    owing.invoice(member, "30.00")
    pay(member, "30.00", received_on=date(2026, 11, 5), reference="VIR A")
    pay(sonam, "20.00", received_on=date(2026, 12, 1), reference="VIR B")
    gone = pay(sonam, "7.00", received_on=date(2026, 12, 1), reference="VIR C")
    payments.reverse_payment(gone, on=NOW.date(), reason="impayé", by=None, at=NOW)

    def listed(query: str) -> str:
        return "".join(re.findall(r"VIR ([ABC])", words(finance.get(f"{LIST}?{query}"))))

    assert (listed(""), listed("mois=2026-11"), listed("mois=2026-12")) == ("CBA", "A", "CB")
    assert (listed(f"adherent={sonam.pk}"), listed("reste=on"), listed("adherent=99")) == ("CB", "B", "")
    assert "Montant reçu 50,00 € Reste à imputer 20,00 €" in words(finance.get(LIST))


def test_others_of_the_group_read_and_do_not_write(login, member):
    payment = pay(member, "30.00")
    for person in (world.coordinator(), world.admin()):
        client = login(person)
        for page in (client.get(LIST), client.get(address("payment", payment))):
            assert page.status_code == 200
            assert "30,00 €" in words(page)
            assert "Enregistrer un règlement" not in words(page)
            assert "Annuler ce règlement" not in words(page)
        assert client.get(NEW).status_code == 403
        assert client.post(address("undo_payment", payment)).status_code == 404
    assert Payment.objects.get().reversed_on is None


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_queries_whatever_their_length(login, member, count, django_assert_num_queries):
    for _ in range(count):
        owing.invoice(member, "10.00")
        pay(member, "10.00")
    payment = pay(member, "90.00")
    for _ in range(count):
        owing.invoice(member, "10.00")
    client = login(world.finance())
    client.get(LIST)
    with django_assert_num_queries(10):
        client.get(LIST)
    with django_assert_num_queries(16):
        client.get(asked(member, "10"))
    with django_assert_num_queries(9):
        client.get(address("payment", payment))


def test_a_payment_that_lacks_a_little_settles_its_invoice_in_the_same_go(finance, member):
    """240.00 due, 200.00 came, 38.50 are credit: 1.50 lack. All is settled with the box ticked, not without."""
    first = owing.invoice(member, "100.00")
    pay(member, "100.00", allocations=[(first, Decimal(100))])
    owing.credit_note(first, "38.50")
    invoice = owing.invoice(member, "240.00")
    page = finance.get(asked(member, "200"))
    label = f"Solder {invoice.number} : utiliser 38,50 € de crédit et abandonner 1,50 €"
    assert label in words(page)
    assert "Solder" not in words(finance.get(asked(member, "190")))  # 11.50 would lack
    parts = {f"part_{invoice.pk}": "200,00"}
    with transaction.atomic():
        finance.post(asked(member, "200"), typed(member, "200,00", **parts))
        assert due(invoice) == "40.00"
        transaction.set_rollback(True)
    wrong = finance.post(asked(member, "200"), typed(member, "", settles="on", **parts))
    assert label in words(wrong)
    finance.post(asked(member, "200"), typed(member, "200,00", settles="on", **parts))
    assert due(invoice) == "0.00"
    assert sorted(str(row.amount) for row in invoice.allocations.all()) == ["1.50", "200.00", "38.50"]


def test_cents_that_lack_are_given_up_with_the_payment(finance, member):
    invoice = owing.invoice(member, "240.00")
    assert f"Solder {invoice.number} : abandonner 0,02 €" in words(finance.get(asked(member, "239.98")))
    parts = {f"part_{invoice.pk}": "239,98"}
    finance.post(asked(member, "239.98"), typed(member, "239,98", settles="on", **parts))
    assert due(invoice) == "0.00"
