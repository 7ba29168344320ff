"""An employee’s month as prices see it: segments, hours that are nobody’s, the cost; without query or clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from employees.models import AbsenceRule, PriceMethod
from groupement.periods import Month

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Segment:
    """One assignment's month under one price; ``spans`` are its half-open runs of calendar days.

    ``minutes`` are all hours at the member by day (worked, and travel between two places of work, which is working
    time: C. trav. L3121-4), ``planned`` what the weekly pattern expects. ``to_bill`` are the minutes no invoice holds
    yet, when they are not all of them; ``again`` those that credit notes gave back. ``absence_rules`` say who bears a
    kind of absence where that differs from ``absence_rule``. ``minimum`` are the minutes agreed as least for a whole
    month, known once all its hours are approved; ``is_topped_up`` when the month was charged up to it already.
    """

    assignment: int
    terms: int
    member: int
    method: str
    spans: Sequence[tuple[date, date]]
    minutes: Mapping[date, int] = field(default_factory=dict)
    planned: Mapping[date, int] = field(default_factory=dict)
    hourly_price: Decimal | None = None
    flat_amount: Decimal | None = None
    management_rate: Decimal = ZERO
    absence_rule: str = AbsenceRule.WORKED_HOURS
    absence_rules: Mapping[str, str] = field(default_factory=dict)
    vat_regime: str = "S20"
    to_bill: int | None = None
    again: int = 0
    minimum: int = 0
    is_topped_up: bool = False

    @property
    def days(self) -> int:
        """Calendar days, the yardstick of a month begun or ended on the way."""
        return sum((before - start).days for start, before in self.spans)

    @property
    def worked(self) -> int:
        return sum(self.minutes.values())

    @property
    def expected(self) -> int:
        return sum(self.planned.values())

    @property
    def fresh(self) -> int:
        """Minutes to bill for the first time."""
        return self.worked if self.to_bill is None else self.to_bill

    def rule_of(self, kind: str) -> str:
        """Who bears hours of this kind that are nobody's."""
        return self.absence_rules.get(kind, self.absence_rule)


@dataclass(frozen=True)
class EmployeeMonth:
    """An employee's month: segments in a stable order, hours that are nobody's, employer cost if known.

    ``pool`` are the minutes "at the group" by day (leave, holidays, sickness, training, meetings, downtime), and
    ``pools`` those told apart by kind where an assignment wants it; ``past`` the minutes worked in the twelve months
    before, by member.
    """

    month: Month
    segments: Sequence[Segment]
    pool: Mapping[date, int] = field(default_factory=dict)
    cost: Decimal | None = None
    past: Mapping[int, int] = field(default_factory=dict)
    pools: Mapping[str, Mapping[date, int]] = field(default_factory=dict)

    @property
    def absent(self) -> int:
        """All minutes that are nobody's."""
        return sum(sum(days.values()) for days in self.by_kind.values())

    @property
    def by_kind(self) -> Mapping[str, Mapping[date, int]]:
        """The hours that are nobody's by kind; "" for those whose kind does not matter."""
        return {"": self.pool, **self.pools}

    @property
    def shares_cost(self) -> bool:
        """Whether a segment is priced at actual cost, so that the month cannot be charged before all is known."""
        return any(segment.method == PriceMethod.ACTUAL for segment in self.segments)
