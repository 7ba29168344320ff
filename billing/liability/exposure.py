"""The statement of joint liability: every member's share of a debt, what a default costs the others, the reserve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.template.loader import render_to_string
from django.utils import timezone

from billing.liability.debt_sharing import (
    DebtShare,
    KeyPeriod,
    added_by_default,
    bases,
    cost_of,
    last_costed_month,
    percent,
    percents_of,
    share_debt,
)
from billing.liability.reserve import DeductionCap, balance, deduction_cap
from groupement.kernel import charts, paper
from groupement.kernel.charts import Bar, BarChart, NamedBars, Part
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from groupement.kernel.printable import refuse_holes
from members import rules
from members.models import Group, LiabilityKey, Member, RuleCode

LARGEST = Decimal("99999999.99")


class NotStatable(Refusal):
    """There is no debt to share."""


@dataclass(frozen=True)
class MemberExposure:
    """One member's share; ``more`` is what the default considered adds to it, ``worst`` the dearest default of one."""

    member: Member
    share: DebtShare
    more: Decimal
    worst: Decimal
    worst_member: Member | None

    @property
    def whole(self) -> Decimal:
        return self.share.amount + self.more


@dataclass(frozen=True)
class LiabilityStatement:
    """Who would pay what of ``debt`` (euros); ``defaulting`` is the member whose default is considered, if any."""

    group: Group
    rule: rules.HeldRule
    period: KeyPeriod
    debt: Decimal
    debt_month: Month | None
    rows: Sequence[MemberExposure]
    defaulting: Member | None
    reserve: Decimal
    cap: DeductionCap

    @property
    def key(self) -> str:
        return str(self.rule["key"])

    @property
    def key_label(self) -> str:
        return str(LiabilityKey(self.key).label)

    @property
    def base_name(self) -> str:
        """What the shares are counted in, as a heading."""
        return {LiabilityKey.HOURS.value: "Heures", LiabilityKey.EQUAL.value: "Base"}.get(self.key, "Base HT")

    @cached_property
    def base(self) -> Decimal | int:
        return sum((row.share.base for row in self.rows), 0)

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


def state(*, on: date, debt: Decimal | None = None, defaulting: int | None = None) -> LiabilityStatement:
    """The statement of the day, on the months before it; without ``debt``, the last month's employer cost of everybody.

    ``defaulting`` is a member's id. Raises NotStatable for a debt that is not above zero.
    """
    group = Group.objects.get()
    rule = rules.of(group).on(on)[RuleCode.LIABILITY_KEY]
    period = KeyPeriod(Month.of(on).previous, rule["months"])
    debt_month = last_costed_month(period.last) if debt is None else None
    if debt is None:
        debt = cost_of(debt_month) if debt_month else ZERO
    elif not 0 < debt <= LARGEST:
        raise NotStatable("Indiquez une dette supérieure à zéro, par exemple 12\u202f000.", field="dette")
    members, weights = bases(rule["key"], period)
    shares = share_debt(debt, weights)
    by_id = {member.pk: member for member in members}
    return LiabilityStatement(
        group=group,
        rule=rule,
        period=period,
        debt=debt,
        debt_month=debt_month,
        rows=_rows(members, shares, defaulting),
        defaulting=by_id.get(defaulting or 0),
        reserve=balance(),
        cap=deduction_cap(on.year),
    )


def percents(*, on: date) -> dict[int, Decimal]:
    """Each member's share of any debt, in percent, by id."""
    rule = rules.of(Group.objects.get()).on(on)[RuleCode.LIABILITY_KEY]
    _, weights = bases(rule["key"], KeyPeriod(Month.of(on).previous, rule["months"]))
    return percents_of(weights)


def key_label(*, on: date) -> str:
    """The statutes' key of the day and its months, in words: "heures utilisées sur 12 mois"."""
    return rules.of(Group.objects.get()).on(on)[RuleCode.LIABILITY_KEY].words


def pdf(statement: LiabilityStatement, *, at: datetime) -> bytes:
    """The statement as PDF/A. Raises printable.HoleInPaper."""
    named = [
        {"legal_name": row.member.legal_name, "short_name": row.member.short_name} for row in statement.rows
    ]
    refuse_holes({"group": statement.group.letterhead(), "member": named})
    context = {"statement": statement, "printed_on": timezone.localdate(at)}
    return paper.pdf(
        render_to_string("paper/liability.html", context),
        title="Responsabilité solidaire",
        author=statement.group.name,
        created_at=timezone.localtime(at),
        identifier=f"liability {timezone.localtime(at).isoformat()}",
    )


def _rows(
    members: Sequence[Member], shares: Sequence[DebtShare], defaulting: int | None
) -> list[MemberExposure]:
    share_of = {row.member: row for row in shares}
    by_id = {member.pk: member for member in members}
    # What a default costs another grows with the share of who defaults: of the largest, or for it the next largest.
    largest = sorted(shares, key=lambda row: (-row.base, row.member))[:2]
    considered = {row.member for row in largest} | {defaulting or 0}
    defaults = {member: added_by_default(member, shares) for member in considered}
    found = []
    for member in members:
        if member.pk in share_of:
            more = {other: added[member.pk] for other, added in defaults.items() if member.pk in added}
            worst = max(more, key=lambda other: (more[other], -other), default=None)
            found.append(
                MemberExposure(
                    member,
                    share_of[member.pk],
                    more.get(defaulting or 0, ZERO),
                    more[worst] if worst is not None else ZERO,
                    by_id[worst] if worst is not None and more[worst] else None,
                )
            )
    return found


def exposure_chart(statement: LiabilityStatement) -> BarChart:
    """Each member's share, then what the default considered adds; the member that defaults has no bar."""
    drawn = [
        NamedBars(row.member.short_name, [_exposure_bar(row, statement.defaulting == row.member)])
        for row in statement.rows
        if row.share.base or row.whole
    ]
    each = [f"{named.name}{NO_BREAK_SPACE}: {named.bars[0].label}" for named in drawn]
    return charts.rows(drawn, description=f"{', '.join(each)}.")


def _exposure_bar(row: MemberExposure, defaults: bool) -> Bar:
    if defaults:
        return Bar([], "défaillant")
    return Bar([Part("own", row.share.amount), Part("more", row.more)], spell(row.whole))
