"""Which invoices are late on a day, for how many days, with which interest and indemnity; a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import QuerySet, Sum
from django.db.models.fields.json import KT

from billing.accounts import receivables, spreading
from billing.charge_kinds import OF_LATENESS, ChargeKind
from billing.models import Allocation, AllocationSource, Charge, Invoice
from billing.reminders.interest import (
    LateInterest,
    SettledAmount,
    late_interest,
    recovery_indemnity,
    settled_whole_on,
)
from groupement.kernel.money import ZERO
from members import rules
from members.models import Group


@dataclass(frozen=True)
class LateInvoice:
    """One late invoice on a day: euros due, days late, interest and indemnity.

    ``interest`` is all of it since the due date; ``claimed`` and ``indemnity_claimed`` are the euros claimed already.
    ``paid_on`` is the day on which it was settled whole, None while something is due; ``is_small_rest``: something
    was paid, and what is still due is no more than the group writes off.
    """

    invoice: Invoice
    due: Decimal
    days: int
    interest: LateInterest
    indemnity: Decimal
    claimed: Decimal
    indemnity_claimed: Decimal
    paid_on: date | None
    is_small_rest: bool = False

    @property
    def due_on(self) -> date:
        """That of an issued invoice, which always has one."""
        return cast("date", self.invoice.due_on)

    @property
    def interest_left(self) -> Decimal:
        """Euros of interest not claimed yet; never below zero."""
        return max(self.interest.amount - self.claimed, ZERO)

    @property
    def indemnity_left(self) -> Decimal:
        return max(self.indemnity - self.indemnity_claimed, ZERO)

    @property
    def costs_left(self) -> Decimal:
        return self.interest_left + self.indemnity_left

    @property
    def total(self) -> Decimal:
        """Euros to pay today to owe nothing more for this invoice."""
        return self.due + self.costs_left


def late_invoices(on: date) -> list[LateInvoice]:
    """Issued invoices of which something is due since before ``on``, the oldest due date first; in five queries."""
    return measure_lateness(spreading.oldest_first(receivables.overdue(on)), on=on)


def measure_lateness(invoices: QuerySet[Any], *, on: date) -> list[LateInvoice]:
    """How late each of these issued invoices was by ``on``, in the order given; they come from ``with_dues``.

    The rate is the one that the invoice printed. Dues, deposits and interest bear no interest: they are no price of a
    service (C. com. L441-10), and interest on interest takes a year and an agreement (C. civ. 1343-2).
    """
    group = Group.objects.get()
    book = rules.of(group)
    # Of the snapshot, which may be long, only the two figures that the invoice printed.
    printed = invoices.annotate(
        printed_rate=KT("snapshot__payment__penalty_rate"),
        printed_indemnity=KT("snapshot__payment__indemnity_amount"),
    )
    rows = list(printed.defer("snapshot"))
    parts, claimed = _settled(rows), _claimed(rows)
    return [_late(row, group, book.on(row.issued_on), parts[row.pk], claimed, on) for row in rows]


def _late(
    row: Any,
    group: Group,
    issued_by: rules.Rules,
    parts: list[SettledAmount],
    claimed: dict[tuple[int, str], Decimal],
    on: date,
) -> LateInvoice:
    bears = not row.is_out_of_scope and not _is_small(row, parts, group)
    rate = Decimal(row.printed_rate) if row.printed_rate else issued_by.late_penalty_rate
    amount = Decimal(row.printed_indemnity) if row.printed_indemnity else group.recovery_indemnity
    paid_on = settled_whole_on(row.total, parts)
    until = min(paid_on, on) if paid_on else on
    return LateInvoice(
        invoice=row,
        due=row.due,
        days=max((until - row.due_on).days, 0),
        interest=late_interest(row.total, row.due_on, parts, rate=rate if bears else ZERO, until=until),
        indemnity=recovery_indemnity(
            row.total, row.due_on, parts, amount=amount if bears else ZERO, until=until
        ),
        claimed=claimed.get((row.pk, ChargeKind.LATE_INTEREST), ZERO),
        indemnity_claimed=claimed.get((row.pk, ChargeKind.INDEMNITY), ZERO),
        paid_on=paid_on,
        is_small_rest=ZERO < row.due < row.total and row.due <= group.write_off_limit,
    )


def _is_small(row: Any, parts: list[SettledAmount], group: Group) -> bool:
    """Whether what was late of an invoice is a rest that the group writes off: it costs nobody interest nor 40 €."""
    late: Decimal = row.total - sum((part.amount for part in parts if part.on <= row.due_on), ZERO)
    return ZERO < late < row.total and late <= group.write_off_limit


def _settled(invoices: Collection[Invoice]) -> dict[int, list[SettledAmount]]:
    """What settled each invoice, by id.

    What its own credit note took off was never owed, and what was written off is not held against anybody: both count
    from the issue.
    """
    parts: dict[int, list[SettledAmount]] = defaultdict(list)
    rows = Allocation.objects.filter(invoice__in=[row.pk for row in invoices]).order_by("settled_on", "pk")
    for invoice, amount, settled_on, source, corrected, issued_on in rows.values_list(
        "invoice", "amount", "settled_on", "source", "credit_note__corrects", "invoice__issued_on"
    ):
        was_owed = corrected != invoice and source != AllocationSource.WRITE_OFF
        since = settled_on if was_owed else cast("date", issued_on)
        parts[invoice].append(SettledAmount(since, amount))
    return parts


def _claimed(invoices: Collection[Invoice]) -> dict[tuple[int, str], Decimal]:
    """Euros claimed already, by invoice (id) and kind, without what a credit note took back."""
    rows = claims_on(row.pk for row in invoices).values_list("late_invoice", "kind")
    return {(invoice, kind): net for invoice, kind, net in rows.annotate(sum=Sum("net")).order_by()}


def claims_on(invoices: Iterable[int]) -> QuerySet[Charge]:
    """The charges of interest and indemnities for these invoices (ids), without those that a credit note took back."""
    return Charge.objects.filter(late_invoice__in=list(invoices), kind__in=OF_LATENESS, released_at=None)
