"""Which payments an operation may be, best first, each with its reasons in words; pure: nothing is settled here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate
from typing import TypeVar

from billing.bank.candidates import (
    LINK,
    PAY,
    RETURN,
    SAME,
    Candidate,
    Debt,
    Ledger,
    Movement,
    Received,
    Share,
    closeness,
    names,
)
from billing.models import PaymentMethod
from groupement.kernel.cells import plain
from groupement.kernel.french import enumeration
from groupement.kernel.money import ZERO, spell
from members.models import Member

MOST = 5
LEAST = 20
LINK_DAYS = 31
_NAMED, _EXACT, _ONE, _SUM, _PAYER, _LOOSE = 55, 40, 30, 25, 25, 60


def suggest(movement: Movement, ledger: Ledger) -> list[Candidate]:
    """At most five candidates, best first."""
    found = list(_outgoing(movement, ledger) if movement.amount < 0 else _incoming(movement, ledger))
    best: dict[str, Candidate] = {}
    for each in sorted(found, key=lambda each: (-each.score, len(each.parts), each.code)):
        best.setdefault(each.code, each)
    chosen = [each for each in best.values() if each.score >= LEAST][:MOST]
    certain = [each for each in chosen if each.is_certain]
    # Two that are certain exclude each other: a person chooses.
    return chosen if len(certain) < 2 else [replace(each, is_certain=False) for each in chosen]


def _incoming(movement: Movement, ledger: Ledger) -> Iterator[Candidate]:
    named = ledger.numbers.find(movement.text)
    hints = {pk: _hint(movement, member, ledger) for pk, member in ledger.members.items()}
    for pk, member in ledger.members.items():
        points, why = hints[pk]
        own = [debt for debt in named if debt.member == pk]
        for each in _of_member(movement, member, ledger.owed.get(pk, []), own, is_hinted=bool(points)):
            yield replace(each, score=each.score + points, reasons=(*each.reasons, *why))
    for payment in ledger.loose:
        if payment.amount == movement.amount and _near(payment, movement):
            points, why = hints[payment.member]
            yield _link(payment, ledger.members[payment.member], named, points, why)
    yield from batches(movement, ledger, named)


def _hint(movement: Movement, member: Member, ledger: Ledger) -> tuple[int, list[str]]:
    """What tells that this member paid, besides numbers and amounts: points and reasons."""
    points, why = 0, []
    if movement.counterparty and ledger.payers.get(plain(movement.counterparty)) == member.pk:
        points += _PAYER
        why.append(f"Ce payeur a déjà réglé pour {member.short_name}.")
    called = (member.short_name, member.legal_name)
    near = max(closeness(name, movement.counterparty) for name in called) if movement.counterparty else 0
    if near:
        points += near
        same = near == SAME
        why.append(
            "Le payeur porte le nom de l’adhérent." if same else "Le nom du payeur est proche du sien."
        )
    elif any(names(movement.label, name) for name in called):
        points += SAME
        why.append("Le libellé nomme l’adhérent.")
    return points, why


def _of_member(
    movement: Movement, member: Member, owed: Sequence[Debt], named: Sequence[Debt], *, is_hinted: bool
) -> Iterator[Candidate]:
    amount = movement.amount
    yield from _by_number(amount, member, owed, named)
    exact = [debt for debt in owed if debt.due == amount and debt not in named]
    for debt in exact:
        why = f"Le montant est ce qui reste dû de {debt.number}."
        yield _pay(member, amount, [(debt, amount)], _ONE, [why])
    sums = list(_sums(amount, owed, is_hinted=is_hinted))
    for debts, why in sums:
        yield _pay(member, amount, [(debt, debt.due) for debt in debts], _SUM, [why])
    if is_hinted and not (exact or sums or named):
        yield _pay(member, amount, fill(amount, owed), 5, [_told(amount, owed)])


def _by_number(
    amount: Decimal, member: Member, owed: Sequence[Debt], named: Sequence[Debt]
) -> Iterator[Candidate]:
    """What the numbers in the text say, with the amount for or against them."""
    open_, settled = [debt for debt in named if debt.due], [debt for debt in named if not debt.due]
    why = [f"{debt.number} est dans le libellé ou la référence." for debt in open_]
    total = sum((debt.due for debt in open_), ZERO)
    if not open_:
        if settled:
            paid = [
                f"{debt.number} est déjà réglée\u00a0: le montant resterait à son crédit." for debt in settled
            ]
            yield _pay(member, amount, [], LEAST, paid)
    elif amount == total:
        agrees = "Le montant est exactement ce qui reste dû."
        parts = [(debt, debt.due) for debt in open_]
        yield _pay(member, amount, parts, _NAMED + _EXACT, [*why, agrees], is_certain=not settled)
    elif some := subset(open_, amount):
        told = f"Le montant est ce qui reste dû de {listed(some)}."
        yield _pay(member, amount, [(debt, debt.due) for debt in some], _NAMED + _SUM, [*why, told])
    else:
        others = [debt for debt in owed if debt not in open_]
        rest = [debt for debt in others if debt.due == amount - total][:1] or subset(others, amount - total)
        if rest:
            told = f"Avec {listed(rest)}, le montant est exact."
            parts = [(debt, debt.due) for debt in (*open_, *rest)]
            yield _pay(member, amount, parts, _NAMED + _SUM, [*why, told])
        yield _pay(member, amount, fill(amount, open_), _NAMED, [*why, _told(amount, open_)])


def _sums(amount: Decimal, owed: Sequence[Debt], *, is_hinted: bool) -> Iterator[tuple[list[Debt], str]]:
    """Several debts of one member that are the amount together; any of them only where the member is hinted at."""
    for count, total in enumerate(accumulate(debt.due for debt in owed), start=1):
        if count > 1 and total == amount:
            which = (
                "toutes ses factures dues"
                if count == len(owed)
                else f"ses {count} factures les plus anciennes"
            )
            yield list(owed[:count]), f"Le montant est la somme de {which}."
            return
    if is_hinted and (some := subset(owed, amount)) and len(some) > 1:
        yield some, f"Le montant est la somme de {listed(some)}."


def fill(amount: Decimal, debts: Iterable[Debt]) -> list[tuple[Debt, Decimal]]:
    """``amount`` on these debts in their order, as far as it goes."""
    parts = []
    for debt in debts:
        if not amount:
            break
        parts.append((debt, min(amount, debt.due)))
        amount -= parts[-1][1]
    return parts


def _told(amount: Decimal, debts: Sequence[Debt]) -> str:
    total = sum((debt.due for debt in debts), ZERO)
    if not total:
        return "Rien n’est dû\u00a0: le montant resterait à son crédit."
    if amount < total:
        return f"Règlement partiel\u00a0: il resterait {spell(total - amount)} sur {spell(total)}."
    return f"{spell(amount - total)} de plus que le dû\u00a0: ils resteraient à son crédit."


def _link(
    payment: Received, member: Member, named: Sequence[Debt], points: int, why: Sequence[str]
) -> Candidate:
    on = f"{payment.received_on:%d/%m/%Y}"
    told = [f"Un règlement de ce montant est déjà enregistré au {on}\u00a0: le relevé le confirme."]
    is_named = bool(named) and all(debt.number in payment.numbers for debt in named)
    if is_named:
        points += _EXACT
        told.append("Il règle la facture que le libellé nomme.")
    share = Share(member, payment.amount, payment=payment)
    return Candidate(LINK, (share,), _LOOSE + points, (*told, *why), is_named)


def _near(payment: Received, movement: Movement) -> bool:
    return abs((payment.received_on - movement.booked_on).days) <= LINK_DAYS


def _outgoing(movement: Movement, ledger: Ledger) -> Iterator[Candidate]:
    """Money that the bank took back: the payment that it mirrors."""
    named = {debt.number for debt in ledger.numbers.find(movement.text)}
    most = 400 if movement.is_return else 70
    for payment in ledger.received:
        days = (movement.booked_on - payment.received_on).days
        if payment.amount != -movement.amount or not 0 <= days <= most:
            continue
        member = ledger.members[payment.member]
        points, why = _hint(movement, member, ledger)
        told = [f"Même montant que le règlement du {payment.received_on:%d/%m/%Y}."]
        if movement.is_return:
            points += 30
            told.append("La banque parle d’un rejet ou d’un retour.")
        if named & set(payment.numbers):
            points += _EXACT
            told.append("Il réglait la facture que le libellé nomme.")
        if movement.nature == payment.method != PaymentMethod.TRANSFER:
            points += 10
        # The same amount alone says nothing: the group pays others too.
        if points >= LEAST:
            share = Share(member, payment.amount, payment=payment)
            yield Candidate(RETURN, (share,), points, (*told, *why))


def _pay(
    member: Member,
    amount: Decimal,
    parts: Sequence[tuple[Debt, Decimal]],
    score: int,
    reasons: Sequence[str],
    *,
    is_certain: bool = False,
) -> Candidate:
    return Candidate(PAY, (Share(member, amount, tuple(parts)),), score, tuple(reasons), is_certain)


T = TypeVar("T")
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
    return enumeration(debt.number for debt in debts)


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
