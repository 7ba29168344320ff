"""The locks of what members owe beside hours: expenses and recorded sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.charges import dues, expense_decisions, expenses, recording
from billing.charges.dues import NotChargeable
from billing.charges.expense_decisions import NotDecidable
from billing.charges.expenses import ExpenseClaim, ExpenseNotClaimable, ExpenseNotWithdrawable
from billing.charges.recording import ChargeNotWithdrawable
from billing.liability import reserve
from billing.liability.reserve import MovementNotRecordable
from billing.models import Charge, Expense, ExpenseScale, Line, ReserveEntry
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
        lambda: expenses.withdraw(expense, by=expense.employee.user, at=NOW),
    )
    assert isinstance(met.second, ExpenseNotWithdrawable), met
    assert "demandez aux finances" in met.second.message
    assert Expense.objects.get().charge == Charge.objects.get()
    return met


@holds("billing.charges.recording.lock_withdrawable")
def a_sum_withdrawn_while_the_month_is_drafted() -> Meeting:
    """Else the draft would keep a line that no charge explains."""
    world.group()
    charge = free(world.member("Aloen"), "50.00")
    met = meet(
        lambda: drafting.draft(NOVEMBER, by=None, at=NOW),
        lambda: recording.withdraw_charge(charge, by=None, at=NOW),
    )
    assert isinstance(met.second, ChargeNotWithdrawable), met
    assert "Cette somme est dans un brouillon." in met.second.message
    assert Line.objects.get().charge == charge
    return met


@holds("billing.charges.dues._refuse_same")
def one_line_added_twice_at_once() -> Meeting:
    """The second is asked whether it is another one."""
    world.group()
    aloen, by = world.member("Aloen"), world.finance()

    def add() -> Charge:
        return dues.add_line(
            aloen,
            label="Atelier",
            quantity=Decimal(1),
            unit="C62",
            unit_price=Decimal(50),
            vat_regime="S20",
            service_month=NOVEMBER,
            is_confirmed=False,
            by=by,
            at=NOW,
        )

    met = meet(add, add)
    met.assert_refused(NotChargeable, "Est-ce une autre")
    assert Charge.objects.count() == 1
    return met


@holds("billing.charges.expenses._refuse_same")
def one_expense_written_down_twice_at_once() -> Meeting:
    placed, spent = meal().assignment, ExpenseClaim("meal", date(2026, 11, 13), "Repas")

    def claim() -> Expense:
        return expenses.claim(placed, spent, is_confirmed=False, by=placed.employee.user, at=NOW)

    met = meet(claim, claim)
    met.assert_refused(ExpenseNotClaimable, "Est-ce une autre")
    assert Expense.objects.count() == 2
    return met


@holds("billing.liability.reserve._refuse_same")
def one_movement_noted_twice_at_once() -> Meeting:
    world.group()
    by = world.finance()

    def note() -> ReserveEntry:
        return reserve.record_movement(
            booked_on=date(2026, 11, 2),
            amount=Decimal(50),
            label="Dotation",
            is_confirmed=False,
            by=by,
            at=NOW,
        )

    met = meet(note, note)
    met.assert_refused(MovementNotRecordable, "Est-ce un autre")
    assert ReserveEntry.objects.count() == 1
    return met
