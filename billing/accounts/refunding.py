"""Give money back to a member: what is left of a payment or of a credit note, never more; and cancel it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.accounts import receivables
from billing.accounts.allocating import checked_reason, lock_member, split_by_rate, unused_by_rate
from billing.models import Invoice, InvoiceKind, InvoiceStatus, Payment, PaymentMethod, Refund
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.money import ZERO, cents, spell
from members.models import Member, User


class NotRefundable(Refusal):
    """Nothing is left, or less; no amount; a day to come, or before the money was there."""


class NotCancellable(Refusal):
    """The day is before the refund or in the future."""


@transaction.atomic
def give_back(
    source: Payment | Invoice,
    *,
    amount: Decimal,
    paid_on: date,
    method: str,
    reference: str = "",
    note: str = "",
    is_confirmed: bool = True,
    by: User | None,
    at: datetime,
) -> Refund:
    """Record that ``amount`` euros of ``source``, a payment or an issued credit note, went out to its member.

    At most what neither settles an invoice nor was given back before. Of a credit note the VAT goes back with it, rate
    by rate. Not ``is_confirmed``, it asks first when the same amount of that day is recorded already. Raises
    NotRefundable.
    """
    lock_member(source.member_id)
    row, since, left = _read(source)
    _refuse_amount(amount, left)
    _refuse_day(paid_on, since, timezone.localdate(at))
    if not is_confirmed:
        _refuse_same(row.member, amount, paid_on)
    named: dict[str, Any] = {"payment": row} if isinstance(row, Payment) else {"credit_note": row}
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        return Refund.objects.create(
            member=row.member,
            paid_on=paid_on,
            amount=amount,
            method=PaymentMethod(method),
            reference=reference.strip(),
            note=note.strip(),
            by_rate=split_by_rate(amount, unused_by_rate(row), {}) if isinstance(row, Invoice) else [],
            recorded_by=by,
            recorded_at=at,
            **named,
        )


@transaction.atomic
def cancel_refund(refund: Refund, *, on: date, reason: str, by: User | None, at: datetime) -> Refund:
    """Note that ``refund`` came back or never left: its money is the member's credit again. Raises NotCancellable."""
    lock_member(refund.member_id)
    reason = checked_reason(reason)
    if on < refund.paid_on:
        raise NotCancellable(
            f"L’argent a été remboursé le {refund.paid_on:%d/%m/%Y}{NO_BREAK_SPACE}: il ne revient pas avant.",
            field="on",
        )
    if on > timezone.localdate(at):
        raise NotCancellable(
            f"Le {on:%d/%m/%Y} est à venir{NO_BREAK_SPACE}: indiquez le jour où l’argent est revenu.",
            field="on",
        )
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        rows = Refund.objects.filter(pk=refund.pk, cancelled_on=None)
        if not rows.update(cancelled_on=on, cancel_reason=reason):
            raise StaleRow("Ce remboursement a déjà été annulé. Rechargez la page.")
    refund.cancelled_on, refund.cancel_reason = on, reason
    return refund


def refundable(source: Payment | Invoice) -> Decimal:
    """Euros of ``source`` that may be given back, zero for what is no issued credit note."""
    if isinstance(source, Payment):
        return _left(receivables.with_left(Payment.objects.filter(pk=source.pk)))
    return _left(receivables.with_dues(Invoice.objects.filter(pk=source.pk)))


def _left(rows: Any) -> Decimal:
    found: list[Decimal] = list(rows.values_list("left", flat=True))
    return found[0] if found else ZERO


def _read(source: Payment | Invoice) -> tuple[Payment | Invoice, date, Decimal]:
    """The source with its member, the day from which it may be given back, and what is left of it."""
    if isinstance(source, Payment):
        paid = receivables.with_left(Payment.objects.filter(pk=source.pk)).select_related("member").get()
        if paid.reversed_on:
            raise NotRefundable(f"Ce règlement a été annulé{NO_BREAK_SPACE}: il n’y a rien à rembourser.")
        return paid, paid.received_on, paid.left
    rows = receivables.with_dues(Invoice.objects.filter(pk=source.pk)).select_related("member")
    note = rows.defer("snapshot").get()
    if (note.kind, note.status) != (InvoiceKind.CREDIT_NOTE, InvoiceStatus.ISSUED) or note.issued_on is None:
        raise NotRefundable(
            f"{note} n’est pas un avoir émis{NO_BREAK_SPACE}: ce qui en a été payé se rend après un avoir."
        )
    return note, note.issued_on, note.left


def _refuse_amount(amount: Decimal, left: Decimal) -> None:
    if amount <= 0 or cents(amount) != amount:
        raise NotRefundable("Indiquez un montant supérieur à zéro, en centimes au plus.", field="amount")
    if not left:
        raise NotRefundable(
            f"Il n’en reste rien à rembourser{NO_BREAK_SPACE}: tout est imputé ou déjà remboursé.",
            field="amount",
        )
    if amount > left:
        raise NotRefundable(
            f"Il reste {spell(left)} à rembourser, vous en remboursez {spell(amount)}{NO_BREAK_SPACE}: réduisez, "
            "ou annulez d’abord une imputation.",
            field="amount",
        )


def _refuse_same(member: Member, amount: Decimal, paid_on: date) -> None:
    """Ask whether it is another refund, when one of ``member`` with that amount and day stands."""
    if Refund.objects.standing().filter(member=member, amount=amount, paid_on=paid_on).exists():
        raise NotRefundable(
            f"Un remboursement de {spell(amount)} à {member.short_name}, du {paid_on:%d/%m/%Y}, est déjà enregistré. "
            f"Est-ce un autre{NO_BREAK_SPACE}? Alors cochez la case, puis enregistrez.",
            field="is_confirmed",
        )


def _refuse_day(paid_on: date, since: date, today: date) -> None:
    if paid_on > today:
        raise NotRefundable(
            f"Le {paid_on:%d/%m/%Y} est à venir{NO_BREAK_SPACE}: indiquez le jour où l’argent est parti.",
            field="paid_on",
        )
    if paid_on < since:
        raise NotRefundable(
            f"Cet argent est à rembourser depuis le {since:%d/%m/%Y}{NO_BREAK_SPACE}: indiquez ce jour ou un jour "
            "d’après.",
            field="paid_on",
        )
