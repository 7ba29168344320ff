"""What was recorded and is taken back stays in the journal: what it was, who took it back, when."""

from datetime import date
from decimal import Decimal
from typing import Any

import pghistory.models
import pytest

from billing.charges import dues, expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.grants import tagging
from billing.models import Charge, Expense, FundedCost, FundedHours, TrueUp
from billing.true_ups import preparing
from tests import world
from tests.billing import scene
from tests.billing.charges.receipt_files import PDF
from tests.billing.grants.granted import grant
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW
from timesheets.models import Entry

pytestmark = pytest.mark.django_db


def last(model: type[Any]) -> dict[str, Any]:
    """The one deletion of ``model`` in the journal: by whom, when, and what it was."""
    deletions = pghistory.models.Events.objects.filter(
        pgh_model=f"{model._meta.label}Event", pgh_label="delete"
    )
    event = deletions.get()
    return {
        "did": event.pgh_label,
        "by": event.pgh_context["user"],
        "at": event.pgh_context["at"],
        **{
            name: event.pgh_data[name]
            for name in ("net", "minutes", "amount", "label", "figures")
            if name in event.pgh_data
        },
    }


@pytest.fixture
def finance():
    return world.finance()


@pytest.fixture
def person(finance):
    (aloen,) = scene.hosts(1)
    aloen.memberships.update(yearly_dues=Decimal("120.00"))
    return scene.worked([aloen])


def claim(person):
    wanted = ExpenseClaim("purchase", date(2026, 11, 12), "Toner", amount=Decimal("31.20"), receipt=PDF)
    return expenses.claim(person.assignments.get(), wanted, by=person.user, at=NOW)


def test_a_sum_taken_back(finance, person):
    dues.call_dues(2026, by=finance, at=NOW)
    dues.withdraw(Charge.objects.get(), by=finance, at=NOW)
    assert not Charge.objects.exists()
    found = last(Charge)
    assert (found["did"], found["by"], found["at"]) == ("delete", finance.pk, NOW.isoformat())
    assert (found["net"], found["label"]) == (120.0, "Cotisation de l’année 2026")


def test_an_expense_decided_again_and_taken_away(finance, person):
    made = claim(person)
    expense_decisions.refuse(made, reason="Pas de reçu lisible", by=finance, at=NOW)
    expense_decisions.reopen(made, by=finance, at=NOW)
    reasons = pghistory.models.Events.objects.filter(pgh_model="billing.ExpenseEvent", pgh_label="update")
    assert "Pas de reçu lisible" in {event.pgh_data["refused_reason"] for event in reasons}
    expense_decisions.accept(made, by=finance, at=NOW)
    expenses.withdraw(made, by=finance, at=NOW)
    assert not Charge.objects.exists()
    assert not Expense.objects.exists()
    assert {k: last(Expense)[k] for k in ("did", "by", "amount", "label")} == {
        "did": "delete",
        "by": finance.pk,
        "amount": 31.2,
        "label": "Toner",
    }
    assert (last(Charge)["by"], last(Charge)["net"]) == (finance.pk, 31.2)


def test_hours_and_an_expense_taken_off_a_grant(finance, person):
    line = grant()
    entry = Entry.objects.order_by("day").first()
    tagging.tag(line, {entry.pk: 60}, action="Animation", by=finance, at=NOW)
    tagging.untag(line, person=person.pk, month=NOVEMBER, action="Animation", by=finance, at=NOW)
    assert {k: last(FundedHours)[k] for k in ("did", "by", "minutes")} == {
        "did": "delete",
        "by": finance.pk,
        "minutes": 60,
    }
    made = claim(person)
    expense_decisions.accept(made, by=finance, at=NOW)
    cost = tagging.tag_expense(line, made, amount=Decimal("20.00"), action="Animation", by=finance, at=NOW)
    tagging.untag_expense(cost, by=finance, at=NOW)
    assert {k: last(FundedCost)[k] for k in ("did", "by", "amount")} == {
        "did": "delete",
        "by": finance.pk,
        "amount": 20.0,
    }


def test_a_true_up_thrown_away():
    period.half_year()
    finance = world.finance("Nadia Perrot")
    preparing.discard(period.prepared(), by=finance, at=NOW)
    found = last(TrueUp)
    assert (found["did"], found["by"]) == ("delete", finance.pk)
    assert found["figures"]["chosen"]
