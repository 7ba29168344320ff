"""Segments of a month: the days of an assignment cut wherever its price changes; no query, no clock.

A *span* is a half-open run of calendar days. An assignment may hold a part of the month, and a change of terms on the
way (price, VAT regime, absence rule, minimum, management rate) cuts that part again. Each part under one price is a
segment: the month's close, a simulated price change and the true-up all price segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from employees.models import AbsenceRule, Assignment, PriceMethod, Terms
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month, covers, intersection
from members.models import RuleCode
from members.rules import HeldRule, RuleBook

Span = tuple[date, date]
Minutes = dict[date, int]
"""Minutes by day."""


@dataclass(frozen=True)
class Segment:
    """One assignment's month under one price, with its hours in whole minutes and its figures in euros.

    ``minutes`` are all hours at the member by day (worked, and travel between two places of work, which is working
    time: C. trav. L3121-4), ``planned`` what the weekly pattern expects, ``holidays`` what public holidays take off it.
    ``to_bill`` are the minutes that no invoice
    bills yet, when they are not all of them; ``again`` those that credit notes released. ``absence_rules`` say who
    bears a kind of absence where that differs from ``absence_rule``. ``rate_rule`` is the rule of the group whose rate
    of management it is, None for a rate of the terms. ``minimum`` are the minutes agreed as least for a
    whole month, known once all its hours are approved; ``is_topped_up`` when the month was charged up to it already:
    for ``topped_up`` minutes at this price, less what credit notes took back, when ``worked_then`` minutes were there.
    """

    assignment: int
    terms: int
    member: int
    method: str
    spans: Sequence[Span]
    minutes: Mapping[date, int] = field(default_factory=dict)
    planned: Mapping[date, int] = field(default_factory=dict)
    holidays: Mapping[date, int] = field(default_factory=dict)
    hourly_price: Decimal | None = None
    flat_amount: Decimal | None = None
    management_rate: Decimal = ZERO
    rate_rule: HeldRule | None = None
    absence_rule: str = AbsenceRule.WORKED_HOURS
    absence_rules: Mapping[str, str] = field(default_factory=dict)
    vat_regime: str = "S20"
    to_bill: int | None = None
    again: int = 0
    minimum: int = 0
    is_topped_up: bool = False
    topped_up: int | None = None
    worked_then: int | None = None

    @property
    def days(self) -> int:
        """Calendar days, by which a month begun or ended on the way is reduced."""
        return sum((before - start).days for start, before in self.spans)

    @property
    def worked(self) -> int:
        return sum(self.minutes.values())

    @property
    def expected(self) -> int:
        return sum(self.planned.values())

    @property
    def first_billed(self) -> int:
        """Minutes to bill for the first time."""
        return self.worked if self.to_bill is None else self.to_bill

    def planned_on(self, day: date) -> int:
        """Minutes that the plan has on ``day``, a public holiday or not."""
        return self.planned.get(day, 0) + self.holidays.get(day, 0)

    def rule_of(self, kind: str) -> str:
        """Who bears hours at the group of this kind."""
        return self.absence_rules.get(kind, self.absence_rule)


@dataclass(frozen=True)
class EmployeeMonth:
    """An employee's month: segments in a stable order, hours at the group, employer cost (euros) if known.

    ``at_group`` are the minutes at no member by day (leave, holidays, sickness, training, meetings, downtime), and
    ``at_group_by_kind`` those kept apart by kind where an assignment has a rule for a kind; ``past`` the minutes worked
    in the twelve months before, by member.
    """

    month: Month
    segments: Sequence[Segment]
    at_group: Mapping[date, int] = field(default_factory=dict)
    cost: Decimal | None = None
    past: Mapping[int, int] = field(default_factory=dict)
    at_group_by_kind: Mapping[str, Mapping[date, int]] = field(default_factory=dict)

    @property
    def by_kind(self) -> Mapping[str, Mapping[date, int]]:
        """The hours at the group by kind; "" for those whose kind does not matter."""
        return {"": self.at_group, **self.at_group_by_kind}

    @property
    def absent(self) -> int:
        """All minutes at the group."""
        return sum(sum(days.values()) for days in self.by_kind.values())

    @property
    def shares_cost(self) -> bool:
        """Whether a segment is priced at actual cost, so that the month cannot be charged before all is known."""
        return any(segment.method == PriceMethod.ACTUAL for segment in self.segments)


def terms_in_force(
    assignment: Assignment, terms: Iterable[Terms], first: date, before: date
) -> Iterator[tuple[Terms, Span]]:
    """Each of the ``terms`` of ``assignment`` that hold from ``first`` to the day before ``before``, with its days.

    Days outside the assignment are left out. The order is that of ``terms``.
    """
    for row in terms:
        span = intersection(
            (row.starts_on, row.ends_before), (assignment.starts_on, assignment.ends_before), (first, before)
        )
        if span:
            yield row, span


def spans_by_price(
    assignment: Assignment, terms: Iterable[Terms], month: Month
) -> list[tuple[Terms, list[Span]]]:
    """The month of an assignment price by price: the first terms of each price, and all the days of that price.

    Terms that do not change the price (another week, another notice) stay in one segment (rule R2).
    """
    spans: dict[tuple[object, ...], tuple[Terms, list[Span]]] = {}
    for row, span in terms_in_force(assignment, terms, month.first, month.before):
        spans.setdefault(_price_of(row), (row, []))[1].append(span)
    return list(spans.values())


def in_spans(day: date, spans: Iterable[Span]) -> bool:
    """Whether ``day`` lies in one of ``spans``."""
    return any(covers(start, before, day) for start, before in spans)


def minutes_within(spans: Sequence[Span], *sheets: Mapping[date, int]) -> Minutes:
    """The minutes of the days that lie in ``spans``, added up over ``sheets``."""
    minutes: Minutes = {}
    for days in sheets:
        for day, worked in days.items():
            if in_spans(day, spans):
                minutes[day] = minutes.get(day, 0) + worked
    return minutes


def rate_of(terms: Terms, month: Month, book: RuleBook) -> tuple[Decimal, HeldRule | None]:
    """The management rate of ``terms`` in ``month``; with the group's rule where they have none of their own."""
    if terms.management_rate is not None:
        return terms.management_rate, None
    rule = book.on(month.first)[RuleCode.MANAGEMENT_RATE]
    return Decimal(rule["rate"]), rule


def _price_of(terms: Terms) -> tuple[object, ...]:
    """What makes a price: two terms with the same are one segment."""
    if terms.price_method == PriceMethod.HOURLY:
        return terms.price_method, terms.hourly_price, terms.vat_regime, terms.monthly_minimum_minutes
    sharing = (terms.management_rate, terms.absence_rule, *sorted(terms.absence_rules.items()))
    return terms.price_method, terms.flat_amount, terms.vat_regime, *sharing
