"""Decide on an expense: accept it at cost, which makes it a sum that the member owes; refuse it; put it back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction

from billing.charge_kinds import ChargeKind
from billing.charges import recording
from billing.charges.expenses import release, spell_kilometres, spell_rate
from billing.models import Charge, Expense, ExpenseKind, ExpenseState, Unit
from employees.models import Terms, VatRegime
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.money import spell
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from members.models import User

CHARGE_OF_EXPENSE = {
    ExpenseKind.TRAVEL: ChargeKind.TRAVEL,
    ExpenseKind.MEAL: ChargeKind.MEAL,
    ExpenseKind.PURCHASE: ChargeKind.EXPENSE,
}

# What a refusal leaves, and a decision put back takes away.
REFUSAL = ("refused_reason", "refused_by", "refused_at")


class NotDecidable(Refusal):
    """The expense is decided on already, or cannot be decided so."""


@transaction.atomic
def accept(
    expense: Expense, *, by: User, at: datetime, label: str = "", cost: Decimal | None = None
) -> Charge:
    """Make the expense a sum that the member owes: at cost, with the VAT of its assignment's terms that day.

    ``label`` is what the invoice says: without one, a sentence that does not tell what the person wrote, unless it is a
    purchase, which has to be named. ``cost`` is what to bill without VAT when the group gets part of the amount back;
    never more than was spent. The next draft takes it. Raises NotDecidable.
    """
    row = _waiting(expense, by)
    billed = row.amount if cost is None else cost
    if not 0 < billed <= row.amount:
        raise NotDecidable(
            f"Le montant refacturé va de 0,01{NO_BREAK_SPACE}€ à {spell(row.amount)}, ce qui a été dépensé.",
            field="cost",
        )
    placed = row.assignment
    charge = recording.record_charge(
        placed.member,
        kind=CHARGE_OF_EXPENSE[ExpenseKind(row.kind)],
        label=label.strip() or default_label(row),
        detail=_detail(row),
        quantity=Decimal(1),
        unit=Unit.ONE,
        unit_price=billed,
        vat_regime=regime_of(row),
        service_month=Month.of(row.spent_on),
        assignment=placed,
        employee=row.employee,
        figures=_figures(row, billed),
        by=by,
        at=at,
    )
    row.charge = charge
    row.save(update_fields=["charge"])
    return charge


@transaction.atomic
def refuse(expense: Expense, *, reason: str, by: User, at: datetime) -> Expense:
    """Say no, with a ``reason`` that the person reads. Raises NotDecidable."""
    row = _waiting(expense, by)
    if not reason.strip():
        raise NotDecidable("Écrivez un motif\u00a0: la personne le lira.", field="reason")
    row.refused_reason, row.refused_by, row.refused_at = reason.strip()[:200], by, at
    row.save(update_fields=REFUSAL)
    return row


@transaction.atomic
def reopen(expense: Expense, *, by: User, at: datetime) -> Expense:
    """Undo an acceptance that no invoice holds, or a refusal: the expense waits again. Raises NotDecidable.

    The journal keeps what was decided, with its reason.
    """
    row = _locked(expense)
    if row.state == ExpenseState.WAITING:
        raise NotDecidable("Cette dépense attend déjà une décision.")
    _refuse_own(row, by)
    release(row, by=by, at=at)
    row.refused_reason, row.refused_by, row.refused_at = "", None, None
    with pghistory.context(user=by.pk, at=at.isoformat()):
        row.save(update_fields=REFUSAL)
    return row


def regime_of(expense: Expense) -> str:
    """The VAT regime of the assignment's terms on the day of the expense. Raises NotDecidable where none hold."""
    terms: Terms | None = expense.assignment.terms.on(expense.spent_on).order_by("pk").first()
    if terms is None:
        raise NotDecidable(
            f"Aucune condition de {expense.assignment.reference} ne couvre le {long_date(expense.spent_on)}, donc "
            "aucun régime de TVA. Complétez les conditions, puis acceptez."
        )
    return VatRegime(terms.vat_regime).value


def default_label(expense: Expense) -> str:
    """What the invoice says unless finance writes otherwise; a trip or a meal tells no more than that there was one."""
    who, day = expense.employee.full_name, long_date(expense.spent_on)
    if expense.kind == ExpenseKind.TRAVEL:
        return f"Déplacement, {who}, {day}"
    if expense.kind == ExpenseKind.MEAL:
        return f"Repas, {who}, {day}"
    return f"Achat{NO_BREAK_SPACE}: {expense.label}, {who}, {day}"


def _detail(row: Expense) -> str:
    reference = row.assignment.reference
    if row.kilometres is None or row.rate is None:
        return f"{reference}, au coût"
    return f"{reference}, {spell_kilometres(row.kilometres)} à {spell_rate(row.rate)}"


def _figures(row: Expense, billed: Decimal) -> dict[str, Any]:
    """What explains the sum, as plain texts."""
    figures = {"expense": row.pk, "spent_on": row.spent_on.isoformat(), "spent": str(row.amount)}
    if row.kilometres is not None and row.rate is not None:
        figures |= {"kilometres": str(row.kilometres), "rate": str(row.rate)}
    return figures | {"billed": str(billed)}


def _waiting(expense: Expense, by: User) -> Expense:
    row = _locked(expense)
    if row.state != ExpenseState.WAITING:
        raise NotDecidable(
            "Cette dépense est déjà refusée." if row.refused_reason else "Cette dépense est déjà acceptée."
        )
    _refuse_own(row, by)
    return row


def _locked(expense: Expense) -> Expense:
    """The expense's row, locked. Its charge is read afterwards: joined, it would be as it was before the wait."""
    rows = Expense.objects.select_for_update(of=("self",)).select_related("employee", "assignment__member")
    row: Expense = still_there(rows, expense.pk)
    return row


def _refuse_own(row: Expense, by: User) -> None:
    if row.employee.user_id is not None and row.employee.user_id == by.pk:
        raise NotDecidable(
            "Vous ne pouvez pas décider de vos propres frais\u00a0: une autre personne le fait."
        )
