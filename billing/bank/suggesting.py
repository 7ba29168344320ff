"""Suggest which payments an operation of the bank may be, best first, with reasons; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from billing.accounts.spreading import sorted_by_age, spread
from billing.bank.candidates import (
    LINK,
    PAY,
    REFUND,
    RETURN,
    RETURN_DAYS,
    SAME_NAME,
    LedgerInvoice,
    LedgerPayment,
    MatchCandidate,
    MatchingLedger,
    MemberPayment,
    OperationFacts,
    mentions_name,
    name_similarity,
)
from billing.models import PaymentMethod
from groupement.kernel.cells import plain
from groupement.kernel.french import enumeration
from groupement.kernel.money import ZERO, spell
from members.models import Member

T = TypeVar("T")
MOST_CANDIDATES = 5
LOWEST_SCORE = 20
# Days between a payment recorded by hand and the operation that confirms it; between the invoices of a batch and it.
LINK_DAYS = 31
BATCH_DAYS = 15
# Days after a payment in which money out of the same amount is its return, where the label does not say so.
UNSAID_RETURN_DAYS = 70
# Of more things than this, only the first are combined: 2 to the 12th sums at most.
MOST_SUMMED = 12
_NAMED, _EXACT, _ONE, _SUM, _PAYER, _UNMATCHED = 55, 40, 30, 25, 25, 60
_IS_THERE = "est dans le libellé ou la référence."
_BATCHED = {PaymentMethod.DIRECT_DEBIT, PaymentMethod.CHEQUE}


def suggest(operation: OperationFacts, ledger: MatchingLedger) -> list[MatchCandidate]:
    """At most five candidates, best first."""
    found = list(_outgoing(operation, ledger) if operation.amount < 0 else _incoming(operation, ledger))
    best: dict[str, MatchCandidate] = {}
    for each in sorted(found, key=lambda each: (-each.score, len(each.settled), each.code)):
        best.setdefault(each.code, each)
    chosen = [each for each in best.values() if each.score >= LOWEST_SCORE][:MOST_CANDIDATES]
    certain = [each for each in chosen if each.is_certain]
    # Two that are certain exclude each other: a person chooses.
    return chosen if len(certain) < 2 else [replace(each, is_certain=False) for each in chosen]


def _incoming(operation: OperationFacts, ledger: MatchingLedger) -> Iterator[MatchCandidate]:
    """Money received: a new payment of a member, one recorded before, or several in one operation."""
    named = ledger.numbers.find(operation.text)
    # "facture 0005" may be of another year: suggested, and a person decides.
    vague = [] if named else ledger.numbers.find_without_year(operation.text)
    clues = {pk: _payer_clues(operation, member, ledger) for pk, member in ledger.members.items()}
    for pk, member in ledger.members.items():
        points, why = clues[pk]
        own = [invoice for invoice in named or vague if invoice.member == pk]
        due = ledger.due_by_member.get(pk, [])
        for each in _member_candidates(operation.amount, member, due, own, is_known=bool(points)):
            reasons = tuple(map(_without_year, each.reasons)) if vague else each.reasons
            certain = each.is_certain and not vague
            yield replace(each, score=each.score + points, reasons=(*reasons, *why), is_certain=certain)
    for payment in ledger.unmatched:
        days = abs((payment.received_on - operation.booked_on).days)
        if payment.amount == operation.amount and days <= LINK_DAYS:
            points, why = clues[payment.member]
            yield _link(payment, ledger.members[payment.member], named, points, why)
    yield from batch_candidates(operation, ledger, named)


def _payer_clues(operation: OperationFacts, member: Member, ledger: MatchingLedger) -> tuple[int, list[str]]:
    """What speaks for this member as the payer, besides numbers and amounts: points and reasons."""
    points, why = 0, []
    if operation.counterparty and ledger.payers.get(plain(operation.counterparty)) == member.pk:
        points += _PAYER
        why.append(f"Ce payeur a déjà réglé pour {member.short_name}.")
    names = (member.short_name, member.legal_name)
    similarity = (
        max(name_similarity(name, operation.counterparty) for name in names) if operation.counterparty else 0
    )
    if similarity:
        points += similarity
        why.append(
            "Le payeur porte le nom de l’adhérent."
            if similarity == SAME_NAME
            else "Le nom du payeur est proche du sien."
        )
    elif any(mentions_name(operation.label, name) for name in names):
        points += SAME_NAME
        why.append("Le libellé nomme l’adhérent.")
    return points, why


def _member_candidates(
    amount: Decimal,
    member: Member,
    due: Sequence[LedgerInvoice],
    named: Sequence[LedgerInvoice],
    *,
    is_known: bool,
) -> Iterator[MatchCandidate]:
    """A payment of ``member``: what its numbers say, one invoice, several, or else the oldest due first.

    ``due`` are its invoices to pay, the oldest first; ``named`` those that the text names; ``is_known``: something
    besides speaks for this member.
    """
    yield from _by_number(amount, member, due, named)
    exact = [invoice for invoice in due if invoice.due == amount and invoice not in named]
    for invoice in exact:
        why = f"Le montant est ce qui reste dû de {invoice.number}."
        yield _pay(member, amount, [(invoice, amount)], _ONE, [why])
    oldest = spread(amount, due)
    is_sum = len(oldest) > 1 and total_due([invoice for invoice, _ in oldest]) == amount
    some = [] if is_sum or not is_known else invoices_summing_to(due, amount)
    if is_sum:
        count = len(oldest)
        which = (
            "toutes ses factures dues" if count == len(due) else f"ses {count} factures les plus anciennes"
        )
        yield _pay(member, amount, oldest, _SUM, [f"Le montant est la somme de {which}."])
    elif len(some) > 1:
        yield _pay(
            member, amount, _whole(some), _SUM, [f"Le montant est la somme de {listed_numbers(some)}."]
        )
    elif is_known and not (exact or named):
        yield _pay(member, amount, oldest, 5, [_difference(amount, due)])


def _by_number(
    amount: Decimal, member: Member, due: Sequence[LedgerInvoice], named: Sequence[LedgerInvoice]
) -> Iterator[MatchCandidate]:
    """The invoices whose numbers are in the text, with what the amount says for or against them."""
    open_ = [invoice for invoice in named if invoice.due]
    settled = [invoice for invoice in named if not invoice.due]
    why = [f"{invoice.number} {_IS_THERE}" for invoice in open_]
    total = total_due(open_)
    if not open_:
        if settled:
            paid = [
                f"{invoice.number} est déjà réglée\u00a0: le montant resterait à son crédit."
                for invoice in settled
            ]
            yield _pay(member, amount, [], LOWEST_SCORE, paid)
    elif amount == total:
        agrees = "Le montant est exactement ce qui reste dû."
        yield _pay(member, amount, _whole(open_), _NAMED + _EXACT, [*why, agrees], is_certain=not settled)
    elif some := invoices_summing_to(open_, amount):
        reason = f"Le montant est ce qui reste dû de {listed_numbers(some)}."
        yield _pay(member, amount, _whole(some), _NAMED + _SUM, [*why, reason])
    else:
        others = [invoice for invoice in due if invoice not in open_]
        missing = amount - total
        rest = [each for each in others if each.due == missing][:1] or invoices_summing_to(others, missing)
        if rest:
            reason = f"Avec {listed_numbers(rest)}, le montant est exact."
            yield _pay(member, amount, _whole([*open_, *rest]), _NAMED + _SUM, [*why, reason])
        yield _pay(member, amount, spread(amount, open_), _NAMED, [*why, _difference(amount, open_)])


def _without_year(reason: str) -> str:
    return reason.replace(_IS_THERE, f"{_IS_THERE[:-1]}, sans son année.")


def _difference(amount: Decimal, invoices: Sequence[LedgerInvoice]) -> str:
    """What the amount leaves due of ``invoices``, or as a credit, as a sentence."""
    total = total_due(invoices)
    if not total:
        return "Rien n’est dû\u00a0: le montant resterait à son crédit."
    if amount < total:
        return f"Règlement partiel\u00a0: il resterait {spell(total - amount)} sur {spell(total)}."
    return f"{spell(amount - total)} de plus que le dû\u00a0: ils resteraient à son crédit."


def _link(
    payment: LedgerPayment,
    member: Member,
    named: Sequence[LedgerInvoice],
    points: int,
    why: Sequence[str],
) -> MatchCandidate:
    """A payment recorded before, that the operation confirms."""
    on = f"{payment.received_on:%d/%m/%Y}"
    reasons = [f"Un règlement de ce montant est déjà enregistré au {on}\u00a0: le relevé le confirme."]
    is_named = bool(named) and all(invoice.number in payment.numbers for invoice in named)
    if is_named:
        points += _EXACT
        reasons.append("Il règle la facture que le libellé nomme.")
    paid = MemberPayment(member, payment.amount, payment=payment)
    return MatchCandidate(LINK, (paid,), _UNMATCHED + points, (*reasons, *why), is_named)


def batch_candidates(
    operation: OperationFacts, ledger: MatchingLedger, named: Sequence[LedgerInvoice]
) -> Iterator[MatchCandidate]:
    """Payments of several members in one operation: by the numbers in it, as recorded before, by a common due date."""
    open_ = [invoice for invoice in named if invoice.due]
    if _are_of_several(open_) and total_due(open_) == operation.amount:
        why = f"Le montant est la somme de {listed_numbers(open_)}, nommées par le libellé."
        yield MatchCandidate(PAY, _payments_by_member(open_, ledger), 90, (why,))
    if operation.nature in _BATCHED or "remise" in plain(operation.label):
        yield from _recorded_together(operation, ledger)
        yield from _due_together(operation, ledger)


def _recorded_together(operation: OperationFacts, ledger: MatchingLedger) -> Iterator[MatchCandidate]:
    """Cheques or debits recorded one by one, that the bank books together: those of one day, else any of them."""
    near = [
        payment
        for payment in ledger.unmatched
        if payment.method == operation.nature
        and abs((payment.received_on - operation.booked_on).days) <= BATCH_DAYS
    ]
    days = sorted({payment.received_on for payment in near})
    groups = [[payment for payment in near if payment.received_on == day] for day in days]
    whole = next(
        (group for group in groups if sum((each.amount for each in group), ZERO) == operation.amount), []
    )
    chosen = whole or fewest_summing_to(near, operation.amount, lambda payment: payment.amount)
    if len(chosen) > 1:
        payments = tuple(
            MemberPayment(ledger.members[each.member], each.amount, payment=each) for each in chosen
        )
        why = f"Le montant est la somme de {len(chosen)} règlements déjà enregistrés."
        yield MatchCandidate(LINK, payments, 85, (why,))


def _due_together(operation: OperationFacts, ledger: MatchingLedger) -> Iterator[MatchCandidate]:
    """What falls due about now, of several members: all of one day, else any of them that sum to the amount."""
    near = sorted_by_age(
        invoice
        for invoices in ledger.due_by_member.values()
        for invoice in invoices
        if abs((invoice.due_on - operation.booked_on).days) <= BATCH_DAYS
    )
    for day in sorted({invoice.due_on for invoice in near}):
        invoices = [invoice for invoice in near if invoice.due_on == day]
        if _are_of_several(invoices) and total_due(invoices) == operation.amount:
            why = f"Le montant est la somme des {len(invoices)} factures qui échoient le {day:%d/%m/%Y}."
            yield MatchCandidate(PAY, _payments_by_member(invoices, ledger), 70, (why,))
            return
    some = invoices_summing_to(near, operation.amount)
    if _are_of_several(some):
        why = f"Le montant est la somme de {listed_numbers(some)}."
        yield MatchCandidate(PAY, _payments_by_member(some, ledger), 60, (why,))


def _outgoing(operation: OperationFacts, ledger: MatchingLedger) -> Iterator[MatchCandidate]:
    """Money taken back by the bank: the earlier payment of the same amount; or given back by the group."""
    yield from _refunds(operation, ledger)
    named = {invoice.number for invoice in ledger.numbers.find(operation.text)}
    most = RETURN_DAYS if operation.is_return else UNSAID_RETURN_DAYS
    for payment in ledger.payments:
        days = (operation.booked_on - payment.received_on).days
        if payment.amount != -operation.amount or not 0 <= days <= most:
            continue
        member = ledger.members[payment.member]
        points, why = _payer_clues(operation, member, ledger)
        reasons = [f"Même montant que le règlement du {payment.received_on:%d/%m/%Y}."]
        if operation.is_return:
            points += 30
            reasons.append("La banque parle d’un rejet ou d’un retour.")
        if named & set(payment.numbers):
            points += _EXACT
            reasons.append("Il réglait la facture que le libellé nomme.")
        if operation.nature == payment.method != PaymentMethod.TRANSFER:
            points += 10
        # The same amount alone says nothing: the group pays others too.
        if points >= LOWEST_SCORE:
            paid = MemberPayment(member, payment.amount, payment=payment)
            yield MatchCandidate(RETURN, (paid,), points, (*reasons, *why))


def _refunds(operation: OperationFacts, ledger: MatchingLedger) -> Iterator[MatchCandidate]:
    """A refund of the same amount recorded before, that the operation confirms."""
    for refund in ledger.refunds:
        days = abs((operation.booked_on - refund.paid_on).days)
        if refund.amount != -operation.amount or days > LINK_DAYS:
            continue
        member = ledger.members[refund.member]
        points, why = _payer_clues(operation, member, ledger)
        reason = f"Un remboursement de ce montant est noté au {refund.paid_on:%d/%m/%Y}\u00a0: le relevé le confirme."
        paid = MemberPayment(member, refund.amount, refund=refund)
        yield MatchCandidate(REFUND, (paid,), _UNMATCHED + points, (reason, *why))


def _pay(
    member: Member,
    amount: Decimal,
    settled: Sequence[tuple[LedgerInvoice, Decimal]],
    score: int,
    reasons: Sequence[str],
    *,
    is_certain: bool = False,
) -> MatchCandidate:
    """A new payment of one member."""
    payment = MemberPayment(member, amount, tuple(settled))
    return MatchCandidate(PAY, (payment,), score, tuple(reasons), is_certain)


def _payments_by_member(
    invoices: Sequence[LedgerInvoice], ledger: MatchingLedger
) -> tuple[MemberPayment, ...]:
    """A new payment of each member that pays its part of ``invoices`` whole."""
    own: dict[int, list[LedgerInvoice]] = {}
    for invoice in invoices:
        own.setdefault(invoice.member, []).append(invoice)
    return tuple(
        MemberPayment(ledger.members[member], total_due(each), tuple(_whole(each)))
        for member, each in own.items()
    )


def _whole(invoices: Sequence[LedgerInvoice]) -> list[tuple[LedgerInvoice, Decimal]]:
    return [(invoice, invoice.due) for invoice in invoices]


def _are_of_several(invoices: Sequence[LedgerInvoice]) -> bool:
    """Whether they are of more than one member."""
    return len({invoice.member for invoice in invoices}) > 1


def total_due(invoices: Sequence[LedgerInvoice]) -> Decimal:
    return sum((invoice.due for invoice in invoices), ZERO)


def listed_numbers(invoices: Sequence[LedgerInvoice]) -> str:
    """ "F-2026-0001, F-2026-0002 et F-2026-0004" """
    return enumeration(invoice.number for invoice in invoices)


def invoices_summing_to(invoices: Sequence[LedgerInvoice], target: Decimal) -> list[LedgerInvoice]:
    """The fewest of ``invoices`` whose dues sum to ``target``, the first among equals; none when there is none."""
    return fewest_summing_to(invoices, target, lambda invoice: invoice.due)


def fewest_summing_to(things: Sequence[T], target: Decimal, amount_of: Callable[[T], Decimal]) -> list[T]:
    """The fewest of ``things`` whose amounts, all above zero, sum to ``target``; none when there is none."""
    sums: dict[Decimal, tuple[int, ...]] = {ZERO: ()}
    for place, thing in enumerate(things[:MOST_SUMMED]):
        for total, chosen in list(sums.items()):
            reached = total + amount_of(thing)
            if reached <= target and (reached not in sums or len(sums[reached]) > len(chosen) + 1):
                sums[reached] = (*chosen, place)
    return [things[place] for place in sums.get(target, ())] if target > 0 else []
