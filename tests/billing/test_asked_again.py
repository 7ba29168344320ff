"""A sum like one that is recorded already is recorded once somebody has said that it is another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from billing.accounts import payments
from billing.charges import dues, expense_decisions, recording
from billing.models import Charge, Expense, Payment, Refund, ReserveEntry
from tests.house import forms_billing_accounts, forms_billing_charges, forms_billing_month, house
from tests.house.form import Filled
from tests.house.house import House
from tests.house.posting import set_the_day
from tests.markup import tree_of
from tests.world import NOW

Make = Callable[[House, str], Filled]
SUMS: dict[str, tuple[Make, Any, str]] = {
    "billing:record_payment": (
        forms_billing_accounts.record_payment,
        Payment,
        "Un règlement d’Aloen de 240,00\u00a0€, reçu le 02/12/2026, est déjà enregistré.",
    ),
    "billing:refund_payment": (
        forms_billing_accounts.refund_payment,
        Refund,
        "Un remboursement de 60,00\u00a0€ à Aloen, du 03/12/2026, est déjà enregistré.",
    ),
    "billing:add_line": (
        forms_billing_charges.add_line,
        Charge,
        "Une ligne libre de 112,50\u00a0€ HT existe déjà pour Aloen en novembre 2026\u00a0: «\u00a0Location de la",
    ),
    "billing:my_expenses": (
        forms_billing_charges.my_expenses,
        Expense,
        "Une dépense de 31,20\u00a0€ du 12 novembre 2026 est déjà enregistrée\u00a0: «\u00a0Toner\u00a0».",
    ),
    "billing:expenses": (
        forms_billing_charges.anybodys_expense,
        Expense,
        "Une dépense de 31,20\u00a0€ du 12 novembre 2026 est déjà enregistrée\u00a0: «\u00a0Toner\u00a0».",
    ),
    "billing:note_reserve": (
        forms_billing_month.note_reserve,
        ReserveEntry,
        "Un mouvement de 5\u202f000,00\u00a0€ du 01/12/2026 est déjà noté\u00a0: «\u00a0Dotation 2026\u00a0».",
    ),
}
# How the first of two is taken back, after which nothing is asked.
UNDONE: dict[str, Callable[[House], Any]] = {
    "billing:record_payment": lambda house: payments.reverse_payment(
        Payment.objects.get(),
        on=Payment.objects.get().received_on,
        reason="Erreur",
        by=house.users["finance"],
        at=NOW,
    ),
    "billing:add_line": lambda _house: recording.withdraw_charge(Charge.objects.get(), by=None, at=NOW),
    "billing:expenses": lambda house: expense_decisions.refuse(
        Expense.objects.get(), reason="Achat privé", by=house.users["finance"], at=NOW
    ),
}


@pytest.fixture
def scene(db, monkeypatch, tmp_path) -> House:
    set_the_day(monkeypatch, tmp_path)
    return house.build()


def send(scene: House, name: str, **more: Any) -> Any:
    """The same sum; a receipt and an invoice of its own each time."""
    role = "employee" if name == "billing:my_expenses" else "finance"
    made = SUMS[name][0](scene, role)
    address = reverse(name, kwargs=dict(made.arguments)) + (f"?{made.query}" if made.query else "")
    return scene.client(role).post(address, {**made.fields, **more})


@pytest.mark.parametrize("name", SUMS)
def test_the_same_sum_is_asked_about_and_recorded_when_it_is_another(scene: House, name: str):
    _, model, question = SUMS[name]
    assert send(scene, name).status_code == 302
    asked = send(scene, name)
    assert asked.status_code == 422
    assert question in asked.content.decode()
    box = next(each for each in tree_of(asked.content.decode()).elements if each["name"] == "is_confirmed")
    assert (box["type"], box.has("checked")) == ("checkbox", False)
    assert model.objects.count() == 1
    assert send(scene, name, is_confirmed="on").status_code == 302
    assert model.objects.count() == 2


@pytest.mark.parametrize("name", UNDONE)
def test_what_was_taken_back_is_not_asked_about(scene: House, name: str):
    assert send(scene, name).status_code == 302
    UNDONE[name](scene)
    assert send(scene, name).status_code == 302


def test_another_day_or_sum_is_not_asked_about(scene: House):
    send(scene, "billing:note_reserve")
    assert send(scene, "billing:note_reserve", booked_on="2026-11-30").status_code == 302
    assert send(scene, "billing:note_reserve", amount="5000,01").status_code == 302
    assert ReserveEntry.objects.count() == 3


def test_acts_that_know_what_they_record_are_not_asked(scene: House):
    """The bank, the demo: two transfers of one amount and day are two lines of its statement."""
    for _ in range(2):
        dues.add_line(scene.aloen, **forms_billing_charges.hall(), by=scene.users["finance"], at=NOW)
    assert Charge.objects.count() == 2
