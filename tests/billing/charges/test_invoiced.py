"""From an accepted expense and called dues to the invoices that hold them: at cost, outside VAT apart, then kept."""

from datetime import date
from decimal import Decimal

import pytest

from billing.charges import dues, expense_decisions, expenses, recording
from billing.charges.expenses import ExpenseClaim
from billing.models import BillingRun, Charge, Expense, ExpenseState, Invoice
from billing.month import drafting, issuing
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing import scene
from tests.billing.charges.receipt_files import PDF
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def accepted():
    """A purchase accepted and dues called for a member that is invoiced for November."""
    (aloen,) = scene.hosts(1)
    aloen.memberships.update(yearly_dues=Decimal("120.00"))
    person, finance = scene.worked([aloen]), world.finance()
    wanted = ExpenseClaim("purchase", date(2026, 11, 12), "Toner", amount=Decimal("31.20"), receipt=PDF)
    made = expenses.claim(person.assignments.get(), wanted, by=person.user, at=NOW)
    expense_decisions.accept(made, by=finance, at=NOW)
    dues.call_dues(2026, by=finance, at=NOW)
    return made, finance


def read(expense):
    return Expense.objects.get(pk=expense.pk)


def test_what_was_accepted_and_called_joins_the_next_invoices(accepted):
    made, finance = accepted
    drafting.draft(NOVEMBER, by=finance, at=NOW)
    assert read(made).state == ExpenseState.ACCEPTED
    assert not Charge.objects.waiting().exists()
    held = {
        line.label: (line.net, line.vat_regime, line.invoice_id)
        for invoice in Invoice.objects.order_by("pk")
        for line in invoice.lines.all()
    }
    purchase = held["Achat\u00a0: Toner, Maëlle Kerbrat, 12 novembre 2026"]
    called = held["Cotisation de l’année 2026"]
    assert (purchase[:2], called[:2]) == ((Decimal("31.20"), "S20"), (Decimal("120.00"), "O"))
    assert purchase[2] != called[2]


def test_a_draft_holds_them_back_and_an_invoice_for_good(accepted):
    made, finance = accepted
    run = drafting.draft(NOVEMBER, by=finance, at=NOW)
    call = Charge.objects.get(kind="dues")
    for act in (
        lambda: expense_decisions.reopen(made, by=finance, at=NOW),
        lambda: expenses.withdraw(made, by=finance, at=NOW),
        lambda: dues.withdraw(call, by=None, at=NOW),
    ):
        with pytest.raises(recording.ChargeNotWithdrawable, match="Abandonnez d’abord les brouillons"):
            act()
    assert read(made).charge is not None
    issuing.issue_run(run, by=finance, at=NOW)
    assert BillingRun.objects.get().status == "issued"
    assert read(made).state == ExpenseState.INVOICED
    assert list(Expense.objects.in_state("invoiced")) == [made]
    assert not Expense.objects.in_state("accepted").exists()
    for act in (
        lambda: expense_decisions.reopen(made, by=finance, at=NOW),
        lambda: dues.withdraw(call, by=None, at=NOW),
    ):
        with pytest.raises(Refusal, match="faites un avoir"):
            act()


def test_what_drafts_held_waits_again_when_they_are_thrown_away(accepted):
    made, finance = accepted
    run = drafting.draft(NOVEMBER, by=finance, at=NOW)
    drafting.discard(run, by=finance, at=NOW)
    assert Charge.objects.waiting().count() == 2
    expense_decisions.reopen(made, by=finance, at=NOW)
    assert read(made).state == ExpenseState.WAITING
