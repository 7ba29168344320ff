"""Which payments an operation may be, best first, each with its reasons in words; pure: nothing is settled here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

from billing.banking.matching.candidates import LINK, PAY, RETURN, Candidate, Movement, Share
from billing.banking.matching.grouping import batches, listed, subset
from billing.banking.matching.ledger import Debt, Ledger, Received
from billing.banking.matching.payers import SAME, closeness, names
from billing.models import PaymentMethod
from groupement.money import spell
from groupement.tabular import plain
from members.models import Member

ZERO = Decimal("0.00")
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
