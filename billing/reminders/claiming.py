"""Claim what lateness costs: interest and the indemnity become charges, once for the same days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from billing.accounts import receivables, spreading
from billing.accounts.allocating import lock_member
from billing.charge_kinds import ChargeKind
from billing.charges import recording
from billing.models import (
    Allocation,
    Charge,
    DunningLevel,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Reminder,
    Unit,
)
from billing.reminders.disputing import open_dispute_of
from billing.reminders.lateness import LateInvoice, claims_on, measure_lateness
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell_plain
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import day_fr, long_date
from members.models import User

# What was paid late longer ago is no longer offered; the law leaves five years (C. com. L110-4).
OFFERED = timedelta(days=365)


class LatenessNotClaimable(Refusal):
    """Neither paid nor at the last level, contested, paid in time, or claimed before."""


def claimable(on: date) -> list[LateInvoice]:
    """What may be claimed on a day: paid late in the last year or at the last level, and not claimed whole yet."""
    late = Allocation.objects.filter(settled_on__gt=F("invoice__due_on"), settled_on__gte=on - OFFERED)
    offered = Q(pk__in=late.values("invoice")) | Q(pk__in=_at_the_last_level())
    contested = Invoice.objects.filter(disputes__isnull=False, disputes__closed_on=None)
    issued = Invoice.objects.filter(offered, kind=InvoiceKind.INVOICE, is_out_of_scope=False)
    rows = _measured(issued.exclude(pk__in=contested.values("pk")), on)
    last = set(_at_the_last_level().filter(invoice__in=[row.invoice.pk for row in rows]))
    return [row for row in rows if row.costs_left and (row.paid_on or row.invoice.pk in last)]


@transaction.atomic
def charge_interest(invoices: Collection[Invoice], *, by: User | None, at: datetime) -> list[Charge]:
    """Claim the interest and the indemnity of these invoices, to the day of payment or of ``at``; all or none.

    Standing charges outside VAT, that the member's next invoice takes. Only of what is paid or at the last level, not
    contested. Interest to date less what was claimed: the same day is never charged twice. Raises LatenessNotClaimable.
    """
    if not invoices:
        raise LatenessNotClaimable("Cochez au moins une facture.")
    for member in sorted({invoice.member_id for invoice in invoices}):
        lock_member(member)
    on = timezone.localdate(at)
    chosen = Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices])
    last = set(_at_the_last_level())
    rows = _measured(chosen, on)
    if faults := [fault for row in rows if (fault := _fault(row, row.invoice.pk in last))]:
        raise LatenessNotClaimable(faults[0], errors=faults[1:])
    return [charge for row in rows for charge in _claim(row, on=on, by=by, at=at)]


def _measured(invoices: QuerySet[Invoice], on: date) -> list[LateInvoice]:
    issued = invoices.filter(status=InvoiceStatus.ISSUED).select_related("member")
    return measure_lateness(spreading.oldest_first(receivables.with_dues(issued)), on=on)


def _at_the_last_level() -> QuerySet[Reminder, Any]:
    """The ids of the invoices reminded at the last of the levels in force."""
    last = DunningLevel.objects.filter(is_active=True).order_by("-rank").values("pk")[:1]
    return Reminder.objects.filter(level__in=last).order_by().values_list("invoice", flat=True)


def _fault(late: LateInvoice, is_at_the_last_level: bool) -> str:
    """Why nothing can be claimed for an invoice, as a sentence; empty when something can."""
    number = late.invoice.number
    if late.invoice.kind != InvoiceKind.INVOICE or late.invoice.is_out_of_scope:
        return (
            f"{number} ne porte ni pénalités ni indemnité{NO_BREAK_SPACE}: ce n’est pas le prix d’un service."
        )
    if dispute := open_dispute_of(late.invoice):
        since = long_date(dispute.opened_on)
        return f"{number} est contestée depuis le {since}{NO_BREAK_SPACE}: closez d’abord le litige."
    if not late.days:
        return f"{number} n’a pas de retard{NO_BREAK_SPACE}: rien n’est dû."
    if not (late.paid_on or is_at_the_last_level):
        return f"{number} n’est ni payée ni au dernier niveau de relance{NO_BREAK_SPACE}: attendez l’un ou l’autre."
    return "" if late.costs_left else f"Tout ce que coûte le retard de {number} est déjà réclamé."


def _claim(late: LateInvoice, *, on: date, by: User | None, at: datetime) -> list[Charge]:
    """The charges: what is left of the interest, with the days it covers; the indemnity, once."""
    last = min(late.paid_on, on) if late.paid_on else on
    first = min(_first_day_left(late), last)
    common: dict[str, Any] = {
        "quantity": Decimal(1),
        "unit": Unit.ONE,
        "late_invoice": late.invoice,
        "service_month": Month.of(first),
        "by": by,
        "at": at,
    }
    claims = []
    if late.interest_left:
        claims.append(_interest(late, first, last))
    if late.indemnity_left:
        claims.append(_indemnity(late))
    return [recording.record_charge(late.invoice.member, **claim, **common) for claim in claims]


def _interest(late: LateInvoice, first: date, last: date) -> dict[str, Any]:
    number = late.invoice.number
    rate = f"{spell_plain(late.interest.rate)}{NO_BREAK_SPACE}% par an"
    return {
        "kind": ChargeKind.LATE_INTEREST,
        "label": f"Pénalités de retard, facture {number}",
        "detail": f"Du {day_fr(first)} au {day_fr(last)}, {rate} sur ce qui restait dû chaque jour "
        "(C. com., article L441-10, II)",
        "unit_price": late.interest_left,
        "figures": {"number": number, **_days(late, first, last)},
    }


def _indemnity(late: LateInvoice) -> dict[str, Any]:
    number = late.invoice.number
    return {
        "kind": ChargeKind.INDEMNITY,
        "label": f"Indemnité forfaitaire de recouvrement, facture {number}",
        "detail": "C. com., articles L441-10, II et D441-5",
        "unit_price": late.indemnity_left,
        "figures": {"number": number},
    }


def _first_day_left(late: LateInvoice) -> date:
    """The first late day that no claim covers."""
    claims = claims_on([late.invoice.pk]).filter(kind=ChargeKind.LATE_INTEREST)
    days = [date.fromisoformat(figures["last"]) for figures in claims.values_list("figures", flat=True)]
    return max(days, default=late.due_on) + timedelta(days=1)


def _days(late: LateInvoice, first: date, last: date) -> dict[str, Any]:
    """The figures that explain the interest: the days covered, the rate, the euros due in each period."""
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "rate": str(late.interest.rate),
        "claimed_before": str(late.claimed),
        "stretches": [
            {"first": each.first.isoformat(), "last": each.last.isoformat(), "due": str(each.due)}
            for each in late.interest.periods
        ],
    }
