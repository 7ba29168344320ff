"""The statement of joint liability: every member's share of a debt, what a default costs the others, the reserve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.template.loader import render_to_string
from django.utils import timezone

from billing.liability.bases import (
    Exposure,
    Window,
    bases,
    cost_of,
    default_of,
    expose,
    last_costed_month,
    percent,
)
from billing.liability.reserve import Cap, balance, cap
from groupement.kernel import paper
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from members.models import Group, LiabilityKey, Member

LARGEST = Decimal("99999999.99")


class NotStatable(Refusal):
    """There is no debt to share."""


@dataclass(frozen=True)
class Share:
    """One member's line; ``more`` is what the default looked at adds to it, ``worst`` the dearest default of one."""

    member: Member
    exposure: Exposure
    more: Decimal
    worst: Decimal
    worst_member: Member | None

    @property
    def whole(self) -> Decimal:
        return self.exposure.amount + self.more


@dataclass(frozen=True)
class Statement:
    """Who would pay what of ``debt``; ``defaulting`` is the member whose default is looked at, if any."""

    group: Group
    window: Window
    debt: Decimal
    debt_month: Month | None
    shares: Sequence[Share]
    defaulting: Member | None
    reserve: Decimal
    cap: Cap

    @property
    def key(self) -> str:
        return str(self.group.liability_key)

    @property
    def key_label(self) -> str:
        return str(LiabilityKey(self.key).label)

    @cached_property
    def base(self) -> Decimal | int:
        return sum((share.exposure.base for share in self.shares), 0)

    @property
    def covered(self) -> Decimal:
        """How much of the debt the reserve pays."""
        return min(max(self.reserve, ZERO), self.debt)

    @property
    def uncovered(self) -> Decimal:
        return self.debt - self.covered

    @property
    def covered_percent(self) -> Decimal:
        return percent(self.covered, self.debt)


def state(*, on: date, debt: Decimal | None = None, defaulting: int | None = None) -> Statement:
    """The statement of the day, on the months before it; without ``debt``, the last month's employer cost of everybody.

    ``defaulting`` is a member's id. Raises NotStatable for a debt that is not above zero.
    """
    group = Group.objects.get()
    window = Window(Month.of(on).previous, group.liability_months)
    debt_month = last_costed_month(window.last) if debt is None else None
    if debt is None:
        debt = cost_of(debt_month) if debt_month else ZERO
    elif not 0 < debt <= LARGEST:
        raise NotStatable("Indiquez une dette supérieure à zéro, par exemple 12\u202f000.", field="dette")
    members, weights = bases(group.liability_key, window)
    exposures = expose(debt, weights)
    by_id = {member.pk: member for member in members}
    return Statement(
        group=group,
        window=window,
        debt=debt,
        debt_month=debt_month,
        shares=_shares(members, exposures, defaulting),
        defaulting=by_id.get(defaulting or 0),
        reserve=balance(),
        cap=cap(on.year),
    )


def percents(*, on: date) -> dict[int, Decimal]:
    """Each member's share on the key, in percent, by id."""
    group = Group.objects.get()
    _, weights = bases(group.liability_key, Window(Month.of(on).previous, group.liability_months))
    whole = sum(weights.values())
    return {member: percent(base, whole) for member, base in weights.items()}


def key_label() -> str:
    """The statutes' key and its months, in words: "heures utilisées sur 12 mois"."""
    group = Group.objects.get()
    label = str(LiabilityKey(group.liability_key).label)
    if group.liability_key == LiabilityKey.EQUAL:
        return label
    return f"{label} sur {group.liability_months}\u00a0mois"


def printed(statement: Statement, *, at: datetime) -> bytes:
    """The statement as PDF/A."""
    context = {"statement": statement, "printed_on": timezone.localdate(at)}
    return paper.pdf(
        render_to_string("paper/liability.html", context),
        title="Responsabilité solidaire",
        author=statement.group.name,
        created_at=timezone.localtime(at),
        identifier=f"liability {timezone.localtime(at).isoformat()}",
    )


def _shares(members: Sequence[Member], exposures: Sequence[Exposure], defaulting: int | None) -> list[Share]:
    exposed = {row.member: row for row in exposures}
    by_id = {member.pk: member for member in members}
    # What a default costs another grows with the share of who defaults: of the largest, or for it the next largest.
    largest = sorted(exposures, key=lambda row: (-row.base, row.member))[:2]
    looked_at = {row.member for row in largest} | {defaulting or 0}
    defaults = {member: default_of(member, exposures) for member in looked_at}
    found = []
    for member in members:
        if member.pk in exposed:
            more = {other: added[member.pk] for other, added in defaults.items() if member.pk in added}
            worst = max(more, key=lambda other: (more[other], -other), default=None)
            found.append(
                Share(
                    member,
                    exposed[member.pk],
                    more.get(defaulting or 0, ZERO),
                    more[worst] if worst is not None else ZERO,
                    by_id[worst] if worst is not None and more[worst] else None,
                )
            )
    return found


WIDTH, MARGIN = 640, 160
NAME, BAR, GAP, TOP = 28, 18, 14, 4


@dataclass(frozen=True)
class Bar:
    """One member: its share from the left, then what the default adds."""

    share: Share
    y: int
    width: int
    more: int
    label: str
    label_x: int


@dataclass(frozen=True)
class Chart:
    """The whole drawing, ``height`` high."""

    bars: Sequence[Bar]
    height: int
    bar: int = BAR
    name: int = NAME
    width: int = WIDTH


def draw(statement: Statement) -> Chart:
    """Lay out ``statement`` on one scale; the member that defaults keeps its name and has no bar."""
    shown = [share for share in statement.shares if share.exposure.base or share.whole]
    highest = max((_paid(share, statement) for share in shown), default=ZERO) or Decimal(1)
    bars, y = [], TOP
    for share in shown:
        gone = statement.defaulting == share.member
        whole = _length(_paid(share, statement), highest)
        own = 0 if gone else _length(share.exposure.amount, highest)
        label = "défaillant" if gone else spell(share.whole)
        bars.append(Bar(share, y, own, whole - own, label, whole + 8))
        y += NAME + BAR + GAP
    return Chart(bars, y)


def _paid(share: Share, statement: Statement) -> Decimal:
    return ZERO if statement.defaulting == share.member else share.whole


def _length(amount: Decimal, highest: Decimal) -> int:
    return int(((WIDTH - MARGIN) * amount / highest).quantize(Decimal(1), rounding=ROUND_HALF_UP))
