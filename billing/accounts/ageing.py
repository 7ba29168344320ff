"""The aged balance: what members owe by age of the due date, their unused credits, and the bars drawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import cast

from billing.accounts.receivables import unsettled, unused_credits
from groupement.kernel import charts
from groupement.kernel.charts import Bar, BarChart, Part, Share
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import ZERO, spell
from members.models import Member

BUCKETS = ("à échoir", "1 à 30 jours", "31 à 60 jours", "61 à 90 jours", "plus de 90 jours")
# For the narrow columns of the drawing.
SHORT_BUCKETS = ("à échoir", "1–30\u00a0j", "31–60\u00a0j", "61–90\u00a0j", ">\u00a090\u00a0j")
_UPPER = (0, 30, 60, 90)


@dataclass
class AgeingRow:
    """What one member owes in each bucket, and its unused credit, in euros; of the total row ``member`` is None."""

    member: Member | None
    buckets: list[Decimal] = field(default_factory=lambda: [ZERO] * len(BUCKETS))
    credit: Decimal = ZERO

    @property
    def due(self) -> Decimal:
        return sum(self.buckets, ZERO)

    @property
    def overdue(self) -> Decimal:
        return sum(self.buckets[1:], ZERO)


def bucket_of(due_on: date, *, on: date) -> int:
    """The index in BUCKETS of what was due on ``due_on``; on that day itself it is not late."""
    late = (on - due_on).days
    return next((rank for rank, most in enumerate(_UPPER) if late <= most), len(_UPPER))


def balances_by_age(*, on: date) -> tuple[list[AgeingRow], AgeingRow]:
    """A row for each member that owes or has unused credit, by name, and the total; in a fixed number of queries."""
    rows: dict[int, AgeingRow] = {}
    due = unsettled().order_by("pk").values_list("member", "due_on", "due")
    for member, due_on, amount in due:
        bucket = bucket_of(cast("date", due_on), on=on)  # what is issued has its days
        rows.setdefault(member, AgeingRow(None)).buckets[bucket] += amount
    for member, credit in unused_credits().items():
        rows.setdefault(member, AgeingRow(None)).credit = credit
    named = []
    for each in Member.objects.filter(pk__in=rows).by_name():
        rows[each.pk].member = each
        named.append(rows[each.pk])
    total = AgeingRow(None, credit=sum((row.credit for row in named), ZERO))
    for row in named:
        total.buckets = [left + right for left, right in zip(total.buckets, row.buckets, strict=True)]
    return named, total


def ageing_chart(amounts: Sequence[Decimal]) -> BarChart:
    """A column for each bucket, with ``amounts`` in their order; the series are the indexes in BUCKETS."""
    named = [
        (short, Bar([Part(str(rank), amount)], spell(amount)))
        for rank, (short, amount) in enumerate(zip(SHORT_BUCKETS, amounts, strict=True))
    ]
    description = " ".join(
        f"{label}{NO_BREAK_SPACE}: {spell(amount)}." for label, amount in zip(BUCKETS, amounts, strict=True)
    )
    return charts.columns(named, description=description)


def ageing_shares(amounts: Sequence[Decimal]) -> list[Share]:
    """The same ``amounts`` as the parts of one bar."""
    return charts.shares(Part(str(rank), amount) for rank, amount in enumerate(amounts))
