"""Record a payment received from a member, and reverse it when the bank does: unpaid cheque, rejected debit."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.accounts.allocating import (
    InvoiceAmounts,
    allocate,
    checked_reason,
    lock_member,
    settle_whole,
)
from billing.accounts.receivables import unsettled
from billing.models import Allocation, Invoice, Payment, PaymentMethod
from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.money import cents, spell
from members.models import Member, User

# A year typed with two digits is a slip, not a payment of the first century.
EARLIEST = date(2000, 1, 1)


class PaymentNotRecordable(Refusal):
    """Not a payment that was received: no amount, a day in the future, or a year before 2000."""


class NotReversible(Refusal):
    """The day is before the receipt or in the future."""


@transaction.atomic
def record_payment(
    member: Member,
    *,
    amount: Decimal,
    received_on: date,
    method: str,
    reference: str = "",
    note: str = "",
    allocations: InvoiceAmounts | None = None,
    settles: Invoice | None = None,
    is_confirmed: bool = True,
    by: User | None,
    at: datetime,
) -> Payment:
    """Record money received from ``member`` and settle the invoices named, else the oldest due first; [] settles none.

    What is left stays a credit of the member, to be used later; what is left due of the invoice that it ``settles`` is
    settled with the member's credit and a small rest written off. Not ``is_confirmed``, it asks first when the same
    amount of that day is recorded already. Raises PaymentNotRecordable, NotAllocatable,
    NothingToWriteOff.
    """
    if amount <= 0 or cents(amount) != amount:
        raise PaymentNotRecordable("Indiquez un montant supérieur à zéro, en centimes.", field="amount")
    if received_on > timezone.localdate(at):
        raise PaymentNotRecordable(
            f"Le {received_on:%d/%m/%Y} est à venir\u00a0: indiquez le jour où l’argent a été reçu.",
            field="received_on",
        )
    if received_on < EARLIEST:
        raise PaymentNotRecordable(
            f"L’année {received_on.year} est-elle la bonne\u00a0? Vérifiez la date.", field="received_on"
        )
    if not is_confirmed:
        lock_member(member.pk)
        _refuse_same(member, amount, received_on)
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        payment = Payment.objects.create(
            member=member,
            amount=amount,
            received_on=received_on,
            method=PaymentMethod(method),
            reference=reference.strip(),
            note=note.strip(),
            recorded_by=by,
            recorded_at=at,
        )
    allocate(payment, allocations, by=by, at=at)
    if settles is not None and unsettled(member.pk).filter(pk=settles.pk).exists():
        settle_whole(settles, by=by, at=at)
    return payment


def _refuse_same(member: Member, amount: Decimal, received_on: date) -> None:
    """Ask whether it is another payment, when one of ``member`` with that amount and day stands."""
    if Payment.objects.filter(
        member=member, amount=amount, received_on=received_on, reversed_on=None
    ).exists():
        raise PaymentNotRecordable(
            f"Un règlement {of(member.short_name)} de {spell(amount)}, reçu le {received_on:%d/%m/%Y}, est déjà "
            "enregistré. Est-ce un autre règlement\u00a0? Alors cochez la case, puis enregistrez.",
            field="is_confirmed",
        )


@transaction.atomic
def reverse_payment(payment: Payment, *, on: date, reason: str, by: User | None, at: datetime) -> Payment:
    """Reverse ``payment`` on a day: its allocations are deleted, its invoices due again. Raises NotReversible.

    Not while a part of it was given back: the money that went out would come from nowhere.
    """
    lock_member(payment.member_id)
    reason = checked_reason(reason)
    if refund := payment.refunds.standing().order_by("pk").first():
        raise NotReversible(
            f"{spell(refund.amount)} de ce règlement ont été remboursés le {refund.paid_on:%d/%m/%Y}\u00a0: annulez "
            "d’abord le remboursement, s’il n’est pas parti. Sinon, réclamez la somme par une ligne libre."
        )
    if on < payment.received_on:
        raise NotReversible(
            f"Le règlement a été reçu le {payment.received_on:%d/%m/%Y}\u00a0: il ne s’annule pas avant.",
            field="on",
        )
    if on > timezone.localdate(at):
        raise NotReversible(
            f"Le {on:%d/%m/%Y} est à venir\u00a0: indiquez le jour où la banque l’a repris.", field="on"
        )
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        Allocation.objects.filter(payment=payment).delete()
        rows = Payment.objects.filter(pk=payment.pk, reversed_on=None)
        if not rows.update(reversed_on=on, reversal_reason=reason):
            raise StaleRow("Ce règlement a déjà été annulé. Rechargez la page.")
    payment.reversed_on, payment.reversal_reason = on, reason
    return payment
