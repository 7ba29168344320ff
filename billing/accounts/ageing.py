"""How old what members owe is: their dues in buckets of thirty days, and what they have at hand against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.accounts.receivables import credits_at_hand, unsettled
from groupement.kernel.money import ZERO
from members.models import Member

BUCKETS = ("à échoir", "1 à 30 jours", "31 à 60 jours", "61 à 90 jours", "plus de 90 jours")
# The same, as short as a drawing on a phone wants them.
SHORT = ("à échoir", "1–30\u00a0j", "31–60\u00a0j", "61–90\u00a0j", ">\u00a090\u00a0j")
_UPPER = (0, 30, 60, 90)


@dataclass
class Aged:
    """One member's dues by age (all members' in the total), and its credit at hand."""

    member: Member | None
    buckets: list[Decimal] = field(default_factory=lambda: [ZERO] * len(BUCKETS))
    credit: Decimal = ZERO

    @property
    def due(self) -> Decimal:
        return sum(self.buckets, ZERO)

    @property
    def overdue(self) -> Decimal:
        return sum(self.buckets[1:], ZERO)


def bucket(due_on: date, *, on: date) -> int:
    """The rank in BUCKETS of what is due since ``due_on``; the day itself is not late."""
    late = (on - due_on).days
    return next((rank for rank, most in enumerate(_UPPER) if late <= most), len(_UPPER))


def ageing(*, on: date) -> tuple[list[Aged], Aged]:
    """Members who owe or have something at hand, by name, and all together; in a fixed number of queries."""
    rows: dict[int, Aged] = {}
    due = unsettled().order_by("pk").values_list("member", "due_on", "due")
    for member, due_on, amount in due:
        rows.setdefault(member, Aged(None)).buckets[bucket(due_on, on=on)] += amount
    for member, credit in credits_at_hand().items():
        rows.setdefault(member, Aged(None)).credit = credit
    named = []
    for each in Member.objects.filter(pk__in=rows).by_name():
        rows[each.pk].member = each
        named.append(rows[each.pk])
    return named, _total(named)


def _total(rows: Sequence[Aged]) -> Aged:
    total = Aged(None, credit=sum((row.credit for row in rows), ZERO))
    for row in rows:
        total.buckets = [left + right for left, right in zip(total.buckets, row.buckets, strict=True)]
    return total


HEIGHT = 120
WIDTH = 100
STEP = 96


@dataclass(frozen=True)
class Bar:
    """One age: where its bar begins and how high it is, in the units of the drawing."""

    label: str
    short: str
    amount: Decimal
    rank: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + STEP // 2


def bars(labels: Sequence[str], shorts: Sequence[str], amounts: Sequence[Decimal]) -> list[Bar]:
    """A bar for each amount, the highest as high as the drawing; what is something is at least two units high."""
    most = max([*amounts, ZERO])
    found = []
    for rank, (label, short, amount) in enumerate(zip(labels, shorts, amounts, strict=True)):
        height = max(int(amount * HEIGHT / most), 2) if amount > 0 else 0
        found.append(Bar(label, short, amount, rank, rank * STEP, HEIGHT - height, height))
    return found


def stacked(amounts: Sequence[Decimal]) -> list[tuple[int, int, int]]:
    """(rank, start, length) of each amount in a bar of a hundred; the last one ends it exactly."""
    total = sum(amounts, ZERO)
    if not total:
        return []
    parts, begun = [], ZERO
    for rank, amount in enumerate(amounts):
        start, end = int(begun * WIDTH / total), int((begun + amount) * WIDTH / total)
        begun += amount
        if end > start:
            parts.append((rank, start, end - start))
    return parts
