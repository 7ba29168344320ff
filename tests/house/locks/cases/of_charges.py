"""The locks of what members owe beside hours: expenses and recorded sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.charges import expense_decisions, expenses, recording
from billing.charges.expense_decisions import NotDecidable
from billing.charges.expenses import ExpenseClaim, ExpenseNotWithdrawable
from billing.charges.recording import ChargeNotWithdrawable
from billing.models import Charge, Expense, ExpenseScale, Line
from billing.month import drafting
from tests import world
from tests.billing.credit_notes.issued import free
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOVEMBER, NOW


def meal() -> Expense:
    """Maëlle’s meal of the 12th, that nobody has decided on."""
    world.group()
    aloen = world.member("Aloen")
    placed = world.assignment(world.employee(members=[aloen]), aloen)
    ExpenseScale.objects.create(
        kind="meal", starts_on=world.YEAR_START, rate=Decimal("20.000"), source="Décision du conseil"
    )
    wanted = ExpenseClaim("meal", date(2026, 11, 12), "Repas")
    expenses.claim(placed, wanted, by=placed.employee.user, at=NOW)
    return Expense.objects.get()


@holds("billing.charges.expense_decisions._locked")
def an_expense_accepted_twice() -> Meeting:
    expense, by = meal(), world.finance()
    met = meet(
        lambda: expense_decisions.accept(expense, by=by, at=NOW),
        lambda: expense_decisions.accept(Expense.objects.get(pk=expense.pk), by=by, at=NOW),
    )
    assert isinstance(met.second, NotDecidable), met
    assert met.second.message == "Cette dépense est déjà acceptée."
    assert Charge.objects.get().expense == expense
    return met


@holds("billing.charges.expenses.withdraw")
def an_expense_withdrawn_while_it_is_accepted() -> Meeting:
    expense, by = meal(), world.finance()
    met = meet(
        lambda: expense_decisions.accept(expense, by=by, at=NOW),
        lambda: expenses.withdraw(expense, by=expense.employee.user),
    )
    assert isinstance(met.second, ExpenseNotWithdrawable), met
    assert "demandez aux finances" in met.second.message
    assert Expense.objects.get().charge == Charge.objects.get()
    return met


@holds("billing.charges.recording.withdraw_charge")
def a_sum_withdrawn_while_the_month_is_drafted() -> Meeting:
    """Else the draft would keep a line that no charge explains."""
    world.group()
    charge = free(world.member("Aloen"), "50.00")
    met = meet(
        lambda: drafting.draft(NOVEMBER, by=None, at=NOW),
        lambda: recording.withdraw_charge(charge),
    )
    assert isinstance(met.second, ChargeNotWithdrawable), met
    assert "Cette somme est dans un brouillon." in met.second.message
    assert Line.objects.get().charge == charge
    return met
