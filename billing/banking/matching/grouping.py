"""Several debts or payments that make one amount: of one member, or of a batch of debits and a deposit of cheques."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from billing.banking.matching.candidates import LINK, PAY, Candidate, Movement, Share
from billing.banking.matching.ledger import Debt, Ledger, Received
from billing.models import PaymentMethod
from groupement.tabular import plain

T = TypeVar("T")
ZERO = Decimal("0.00")
# Of more than this, only the oldest are tried: 2 to the 12th sums at most.
MOST_SUMMED = 12
BATCH_DAYS = 15
_BATCHED = {PaymentMethod.DIRECT_DEBIT, PaymentMethod.CHEQUE}


def subset(debts: Sequence[Debt], target: Decimal) -> list[Debt]:
    """The fewest of ``debts`` that are ``target`` together, the first ones among equals; none when there is none."""
    return summing(debts, target, lambda debt: debt.due)


def summing(things: Sequence[T], target: Decimal, amount_of: Callable[[T], Decimal]) -> list[T]:
    """The same for any ``things`` by their amount above zero."""
    sums: dict[Decimal, tuple[int, ...]] = {ZERO: ()}
    for place, thing in enumerate(things[:MOST_SUMMED]):
        for total, chosen in list(sums.items()):
            reached = total + amount_of(thing)
            if reached <= target and (reached not in sums or len(sums[reached]) > len(chosen) + 1):
                sums[reached] = (*chosen, place)
    return [things[place] for place in sums.get(target, ())] if target > 0 else []


def batches(movement: Movement, ledger: Ledger, named: Sequence[Debt]) -> Iterator[Candidate]:
    """Payments of several members in one operation: by the numbers in it, as recorded before, by a common due date."""
    open_ = [debt for debt in named if debt.due]
    if len(_members(open_)) > 1 and sum((debt.due for debt in open_), ZERO) == movement.amount:
        why = f"Le montant est la somme de {listed(open_)}, nommées par le libellé."
        yield Candidate(PAY, _shares(open_, ledger), 90, (why,))
    if movement.nature not in _BATCHED and "remise" not in plain(movement.label):
        return
    yield from _recorded(movement, ledger)
    yield from _due_together(movement, ledger)


def listed(debts: Sequence[Debt]) -> str:
    """ "F-2026-0001, F-2026-0002 et F-2026-0004" """
    numbers = [debt.number for debt in debts]
    return numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} et {numbers[-1]}"


def _due_together(movement: Movement, ledger: Ledger) -> Iterator[Candidate]:
    """What falls due about now, of several members: all of one day, else any of them that sum to the amount."""
    near = [
        debt
        for debts in ledger.owed.values()
        for debt in debts
        if abs((debt.due_on - movement.booked_on).days) <= BATCH_DAYS
    ]
    near.sort(key=lambda debt: (debt.due_on, debt.sequence, debt.invoice))
    for day in sorted({debt.due_on for debt in near}):
        debts = [debt for debt in near if debt.due_on == day]
        if len(_members(debts)) > 1 and _due(debts) == movement.amount:
            why = f"Le montant est la somme des {len(debts)} factures qui échoient le {day:%d/%m/%Y}."
            yield Candidate(PAY, _shares(debts, ledger), 70, (why,))
            return
    some = subset(near, movement.amount)
    if len(_members(some)) > 1:
        yield Candidate(PAY, _shares(some, ledger), 60, (f"Le montant est la somme de {listed(some)}.",))


def _recorded(movement: Movement, ledger: Ledger) -> Iterator[Candidate]:
    """Cheques or debits recorded one by one, that the bank books together: those of one day, else any of them."""
    near = [
        payment
        for payment in ledger.loose
        if payment.method == movement.nature
        and abs((payment.received_on - movement.booked_on).days) <= BATCH_DAYS
    ]
    days = sorted({payment.received_on for payment in near})
    groups = [[payment for payment in near if payment.received_on == day] for day in days]
    whole = next((group for group in groups if _total(group) == movement.amount), [])
    chosen = whole or summing(near, movement.amount, lambda payment: payment.amount)
    if len(chosen) > 1:
        shares = tuple(Share(ledger.members[each.member], each.amount, payment=each) for each in chosen)
        why = f"Le montant est la somme de {len(chosen)} règlements déjà enregistrés."
        yield Candidate(LINK, shares, 85, (why,))


def _shares(debts: Sequence[Debt], ledger: Ledger) -> tuple[Share, ...]:
    own: dict[int, list[Debt]] = {}
    for debt in debts:
        own.setdefault(debt.member, []).append(debt)
    return tuple(
        Share(ledger.members[member], _due(each), tuple((debt, debt.due) for debt in each))
        for member, each in own.items()
    )


def _members(debts: Sequence[Debt]) -> set[int]:
    return {debt.member for debt in debts}


def _due(debts: Sequence[Debt]) -> Decimal:
    return sum((debt.due for debt in debts), ZERO)


def _total(payments: Sequence[Received]) -> Decimal:
    return sum((payment.amount for payment in payments), ZERO)
