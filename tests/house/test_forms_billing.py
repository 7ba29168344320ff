"""Every form of billing does its act when somebody who may sends it: a refusal elsewhere is then no bad form."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.db import connection, transaction

from billing.models import Invoice
from tests.house import forms_billing_accounts as accounts
from tests.house import forms_billing_charges as charges
from tests.house import forms_billing_month as month
from tests.house import house
from tests.house.doors import DOORS
from tests.house.form import Filled, Form, filled
from tests.house.forms_billing import FORMS
from tests.house.house import House
from tests.house.posting import reason_not_done, set_the_day, writing

# Who sends it, where finance does not, or others do too.
WHO_MAY = {
    "billing:my_expenses": ("employee", "colleague"),
    "billing:expenses": ("finance", "coordinator"),
    "billing:withdraw_expense": ("finance", "employee"),
    "billing:dispute": ("finance", "representative"),
    "billing:change_price": ("finance", "coordinator"),
    "billing:revise_price": ("finance", "coordinator"),
    "billing:make_quote": ("finance", "coordinator"),
    "billing:accept_quote": ("finance", "coordinator"),
}
# One test each, so that workers share them: every one builds the house.
PARTS = {
    "accounts": accounts.ACCOUNTS | accounts.REMINDERS | accounts.CREDIT_NOTES,
    "bank": accounts.BANK,
    "charges": charges.FORMS,
    "month": month.MONTH | month.COSTS,
    "year": month.PRICES | month.YEAR,
}


@pytest.fixture
def scene(db, monkeypatch, tmp_path) -> House:
    set_the_day(monkeypatch, tmp_path)
    return house.build()


def sent(scene: House, role: str, name: str, form: Form) -> str:
    """Why the act was not done when ``role`` sent the form once; empty when it was. Afterwards all is as before."""
    scene.client(role)  # logged in before what is forgotten
    before = transaction.savepoint()
    try:
        with filled(scene, name, form, role) as send, writing() as tables:
            answer = send()
            connection.check_constraints()  # those that wait for the end of a transaction
            return reason_not_done(form, answer, tables)
    except Exception as error:
        error.add_note(f"{name} by {role}")
        raise
    finally:
        transaction.savepoint_rollback(before)


def test_every_address_of_billing_that_takes_a_posting_has_its_form():
    posted = {name for name, door in DOORS.items() if name.startswith("billing:") and "POST" in door.methods}
    assert set(FORMS) == posted == {name for forms in PARTS.values() for name in forms}


@pytest.mark.parametrize("forms", PARTS.values(), ids=PARTS)
def test_a_valid_form_is_done(scene: House, forms: Mapping[str, Form]):
    found = {
        f"{name} by {role}": sent(scene, role, name, form)
        for name, form in forms.items()
        for role in WHO_MAY.get(name, ("finance",))
    }
    assert {posting: reason for posting, reason in found.items() if reason} == {}


def test_what_was_not_done_is_told(scene):
    """An error at a field, an error in a message, nothing to do, nobody logged in, no file left for the next page."""

    def too_much(scene: House, _role: str) -> Filled:
        return Filled({"pk": accounts.owed(scene).pk}, {"reason": "Arrondi"})

    def without_reason(scene: House, _role: str) -> Filled:
        return Filled({"pk": charges.claimed(scene).pk}, {"reason": ""})

    def not_failed(scene: House, _role: str) -> Filled:
        return Filled({"pk": accounts.issued(scene).pk})

    undo = FORMS["billing:undo_payment"].make
    assert sent(scene, "finance", "billing:refuse_expense", Form(without_reason)) == "answers 422"
    assert sent(scene, "finance", "billing:write_off", Form(too_much)).startswith("says Il reste 240,00")
    assert sent(scene, "finance", "billing:retry_paper", Form(not_failed)) == "writes nothing"
    assert sent(scene, "anonymous", "billing:undo_payment", Form(undo)) == "asks for a login"
    shown = Form(undo, shows=lambda answer: "token" in answer.client.session)
    assert sent(scene, "finance", "billing:undo_payment", shown) == "shows nothing of it"


def test_what_is_rolled_back_was_not_written(scene):
    with writing() as tables:
        Invoice.objects.filter(pk=scene.invoice.pk).update(net=0)
        Invoice.objects.filter(pk=0).update(net=0)
        before = transaction.savepoint()
        scene.invoice.delete()
        transaction.savepoint_rollback(before)
    assert tables == ["billing_invoice"]
