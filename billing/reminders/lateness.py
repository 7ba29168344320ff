"""What is late on a day, since when, and what it costs: read in a fixed number of queries, worked out by the law."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import QuerySet, Sum
from django.db.models.fields.json import KT

from billing.accounts import receivables
from billing.charge_kinds import OF_LATENESS, ChargeKind
from billing.models import Allocation, Charge, Invoice
from billing.reminders.interest import Interest, Part, indemnity, interest, last_paid_on
from groupement.kernel.money import ZERO
from members.models import Group


@dataclass(frozen=True)
class Late:
    """One late invoice on a day: what is due of it, for how many days it was late, what that costs.

    ``interest`` is all of it since the due date; ``claimed`` and ``indemnity_claimed`` are what was asked already.
    ``paid_on`` is None while something is due.
    """

    invoice: Invoice
    due: Decimal
    days: int
    interest: Interest
    indemnity: Decimal
    claimed: Decimal
    indemnity_claimed: Decimal
    paid_on: date | None

    @property
    def due_on(self) -> date:
        """That of an issued invoice, which always has one."""
        return cast("date", self.invoice.due_on)

    @property
    def interest_left(self) -> Decimal:
        """Euros of interest not asked yet; what was asked too early is not given back here."""
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


def late_on(on: date) -> list[Late]:
    """Issued invoices of which something is due since before ``on``, the oldest due date first; in five queries."""
    return measure(receivables.oldest_first(receivables.overdue(on)), on=on)


def measure(invoices: QuerySet[Any], *, on: date) -> list[Late]:
    """How late each of these issued invoices was by ``on``; their order is kept. They come from settling.with_dues.

    The rate is the one that the invoice printed. Dues, deposits and interest bear no interest: they are no price of a
    service (C. com. L441-10), and interest on interest takes a year and an agreement (C. civ. 1343-2).
    """
    group = Group.objects.get()
    rows = list(_with_printed_terms(invoices))
    parts, claimed = _parts(rows), _claimed(rows)
    return [_late(row, group, parts[row.pk], claimed, on) for row in rows]


def _late(
    row: Any, group: Group, parts: list[Part], claimed: dict[tuple[int, str], Decimal], on: date
) -> Late:
    bears = not row.is_out_of_scope
    rate = Decimal(row.printed_rate) if row.printed_rate else group.late_penalty_rate
    amount = Decimal(row.printed_indemnity) if row.printed_indemnity else group.recovery_indemnity
    paid_on = last_paid_on(row.total, parts)
    until = min(paid_on, on) if paid_on else on
    return Late(
        invoice=row,
        due=row.due,
        days=max((until - row.due_on).days, 0),
        interest=interest(row.total, row.due_on, parts, rate=rate if bears else ZERO, until=until),
        indemnity=indemnity(row.total, row.due_on, parts, amount=amount if bears else ZERO, until=until),
        claimed=claimed.get((row.pk, ChargeKind.LATE_INTEREST), ZERO),
        indemnity_claimed=claimed.get((row.pk, ChargeKind.INDEMNITY), ZERO),
        paid_on=paid_on,
    )


def _with_printed_terms(invoices: QuerySet[Any]) -> QuerySet[Any]:
    """Without the whole copy, which may be long: only the two figures that it printed."""
    rows: QuerySet[Any] = invoices.annotate(
        printed_rate=KT("snapshot__payment__penalty_rate"),
        printed_indemnity=KT("snapshot__payment__indemnity_amount"),
    ).defer("snapshot")
    return rows


def _parts(invoices: Collection[Invoice]) -> dict[int, list[Part]]:
    """What settled each invoice, and when. What a credit note took off its own invoice was never owed."""
    parts: dict[int, list[Part]] = defaultdict(list)
    rows = Allocation.objects.filter(invoice__in=[row.pk for row in invoices]).order_by("settled_on", "pk")
    for invoice, amount, settled_on, corrected, issued_on in rows.values_list(
        "invoice", "amount", "settled_on", "credit_note__corrects", "invoice__issued_on"
    ):
        since = cast("date", issued_on) if corrected == invoice else settled_on
        parts[invoice].append(Part(since, amount))
    return parts


def _claimed(invoices: Collection[Invoice]) -> dict[tuple[int, str], Decimal]:
    """Euros asked already, by invoice and kind, but for what a credit note took back."""
    rows = claims_on(row.pk for row in invoices).values_list("late_invoice", "kind")
    return {(invoice, kind): net for invoice, kind, net in rows.annotate(sum=Sum("net")).order_by()}


def claims_on(invoices: Iterable[int]) -> QuerySet[Charge]:
    """The interest and indemnities asked for these invoices (ids), and not taken back."""
    return Charge.objects.filter(late_invoice__in=list(invoices), kind__in=OF_LATENESS, released_at=None)
