"""Expenses decided on: accepted at cost they become a sum that the member owes, refused they keep the reason."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.charges import expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.models import Charge, ExpenseScale, ExpenseState
from employees.models import Terms
from groupement.kernel.periods import Month
from tests import world
from tests.billing.charges.receipt_files import PDF
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 12)


@pytest.fixture
def placed():
    world.group()
    ExpenseScale.objects.create(
        kind="travel", starts_on=date(2026, 1, 1), rate=Decimal("0.529"), source="Décision du conseil"
    )
    aloen = world.member("Aloen")
    return world.assignment(world.employee(members=[aloen]), aloen)


@pytest.fixture
def finance():
    return world.finance()


def trip(placed, label="Consultation à l’hôpital, puis Vannes"):
    wanted = ExpenseClaim("travel", DAY, label, kilometres=Decimal("42.5"))
    return expenses.claim(placed, wanted, by=placed.employee.user, at=NOW)


def purchase(placed):
    wanted = ExpenseClaim("purchase", DAY, "Toner", amount=Decimal("31.20"), receipt=PDF)
    return expenses.claim(placed, wanted, by=placed.employee.user, at=NOW)


def test_an_accepted_trip_is_owed_at_cost_and_explained(placed, finance):
    made = trip(placed)
    charge = expense_decisions.accept(made, by=finance, at=NOW)
    made.refresh_from_db()
    assert made.state == ExpenseState.ACCEPTED
    assert made.charge == charge
    assert list(Charge.objects.waiting()) == [charge]
    assert (charge.kind, charge.net, charge.quantity, charge.unit_price) == (
        "travel",
        Decimal("22.48"),
        Decimal("1.00"),
        Decimal("22.48"),
    )
    assert (charge.member, charge.assignment, charge.employee) == (placed.member, placed, placed.employee)
    assert (charge.service_month, charge.vat_regime) == (Month(2026, 11), "S20")
    assert charge.label == "Déplacement, Maëlle Kerbrat, 12 novembre 2026"
    assert charge.detail == "MAD-2026-001, 42,5\u00a0km à 0,529\u00a0€"
    assert charge.figures == {
        "expense": made.pk,
        "spent_on": "2026-11-12",
        "spent": "22.48",
        "kilometres": "42.5",
        "rate": "0.529",
        "billed": "22.48",
    }


def test_the_member_reads_nothing_of_why_unless_it_is_a_purchase_or_finance_says_so(placed, finance):
    assert "hôpital" not in expense_decisions.default_label(trip(placed))
    assert expense_decisions.accept(purchase(placed), by=finance, at=NOW).label == (
        "Achat\u00a0: Toner, Maëlle Kerbrat, 12 novembre 2026"
    )
    charge = expense_decisions.accept(trip(placed), label="Aller-retour Lorient – Vannes", by=finance, at=NOW)
    assert charge.label == "Aller-retour Lorient – Vannes"


def test_what_the_group_gets_back_is_not_billed(placed, finance):
    charge = expense_decisions.accept(purchase(placed), cost=Decimal("26.00"), by=finance, at=NOW)
    assert (charge.net, charge.figures["spent"], charge.figures["billed"]) == (
        Decimal("26.00"),
        "31.20",
        "26.00",
    )
    for wrong in ("0.00", "-1.00", "31.21"):
        with pytest.raises(expense_decisions.NotDecidable, match="va de 0,01"):
            expense_decisions.accept(purchase(placed), cost=Decimal(wrong), by=finance, at=NOW)


def test_the_regime_is_that_of_the_day(placed, finance):
    Terms.objects.filter(assignment=placed).update(ends_before=date(2026, 11, 10))
    made = trip(placed)
    with pytest.raises(expense_decisions.NotDecidable, match="Aucune condition de MAD-2026-001 ne couvre"):
        expense_decisions.accept(made, by=finance, at=NOW)
    Terms.objects.create(
        assignment=placed,
        starts_on=date(2026, 11, 10),
        weekly_pattern=[0] * 7,
        price_method="actual",
        vat_regime="E261B",
    )
    assert expense_decisions.accept(made, by=finance, at=NOW).vat_regime == "E261B"


def test_an_expense_is_decided_on_once(placed, finance):
    accepted, refused = trip(placed), trip(placed)
    expense_decisions.accept(accepted, by=finance, at=NOW)
    expense_decisions.refuse(refused, reason="Trajet domicile – travail", by=finance, at=NOW)
    refused.refresh_from_db()
    assert (refused.state, refused.refused_reason) == (ExpenseState.REFUSED, "Trajet domicile – travail")
    assert (refused.refused_by, refused.refused_at) == (finance, NOW)
    for decided, sentence in ((accepted, "déjà acceptée"), (refused, "déjà refusée")):
        with pytest.raises(expense_decisions.NotDecidable, match=sentence):
            expense_decisions.accept(decided, by=finance, at=NOW)
        with pytest.raises(expense_decisions.NotDecidable, match=sentence):
            expense_decisions.refuse(decided, reason="non", by=finance, at=NOW)
    assert Charge.objects.count() == 1


def test_a_refusal_has_its_reason(placed, finance):
    with pytest.raises(expense_decisions.NotDecidable) as caught:
        expense_decisions.refuse(trip(placed), reason=" ", by=finance, at=NOW)
    assert caught.value.field == "reason"


def test_nobody_decides_on_their_own_expenses(placed):
    placed.employee.user.is_finance = True
    placed.employee.user.save()
    made = trip(placed)
    with pytest.raises(expense_decisions.NotDecidable, match="vos propres frais"):
        expense_decisions.accept(made, by=placed.employee.user, at=NOW)
    with pytest.raises(expense_decisions.NotDecidable, match="vos propres frais"):
        expense_decisions.refuse(made, reason="non", by=placed.employee.user, at=NOW)


def test_a_decision_is_put_back_until_an_invoice_holds_it(placed, finance):
    made = trip(placed)
    with pytest.raises(expense_decisions.NotDecidable, match="attend déjà"):
        expense_decisions.reopen(made, by=finance, at=NOW)
    for decide in (
        lambda: expense_decisions.accept(made, by=finance, at=NOW),
        lambda: expense_decisions.refuse(made, reason="doublon", by=finance, at=NOW),
    ):
        decide()
        expense_decisions.reopen(made, by=finance, at=NOW)
        made.refresh_from_db()
        assert (made.state, made.refused_by, made.refused_at) == (ExpenseState.WAITING, None, None)
        assert not Charge.objects.exists()


def test_postgresql_refuses_who_refused_what_was_not(placed, finance):
    made = trip(placed)
    with pytest.raises(IntegrityError, match="only_a_refused_expense_says_who"), transaction.atomic():
        type(made).objects.filter(pk=made.pk).update(refused_by=finance)
