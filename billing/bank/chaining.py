"""Which days no statement brought, by the balances of those that were imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from billing.bank.balances import StatementSpan, breaks
from billing.models import BankOperation, BankStatement
from groupement.kernel.money import ZERO


@dataclass(frozen=True)
class DaysCovered:
    """The last day that a statement covers, and a sentence for each break between the balances of one account."""

    latest: date | None
    missing: Sequence[str]


def days_covered(iban: str | None = None) -> DaysCovered:
    """What the statements of the account cover, of all accounts where none is named."""
    rows = BankStatement.objects.filter(undone_at=None).order_by("starts_on", "ends_on", "pk")
    if iban is not None:
        rows = rows.filter(iban=iban)
    spans: dict[str, list[StatementSpan]] = {}
    latest: date | None = None
    facts = ("iban", "starts_on", "ends_on", "opening_balance", "closing_balance")
    for account, starts_on, ends_on, opening, closing in rows.values_list(*facts):
        latest = max(ends_on, latest or ends_on)
        if opening is not None and closing is not None:
            spans.setdefault(account, []).append(StatementSpan(starts_on, ends_on, opening, closing))
    missing = [sentence for account, each in spans.items() for sentence in _breaks_of(account, each)]
    return DaysCovered(latest, missing)


def missing_days(iban: str | None = None) -> list[str]:
    """The sentences about days that no statement brought."""
    return list(days_covered(iban).missing)


def _breaks_of(iban: str, spans: list[StatementSpan]) -> list[str]:
    def moved(first: date, last: date) -> Decimal:
        between = BankOperation.objects.filter(
            iban=iban, part_of=None, booked_on__gte=first, booked_on__lte=last
        )
        return between.aggregate(sum=Sum("amount"))["sum"] or ZERO

    return list(breaks(spans, moved))
