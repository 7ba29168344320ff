"""What a credit note released, and which sum of today bills it again: of its own price method, or of the one put right.

A sum names the one that it bills again (``Charge.rebills``); what else of the month it stands for, since another method
takes their place, is in its figures (``replaces``). No query, no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from billing.charge_kinds import KINDS
from billing.month.pricing import PricedSegment
from billing.month.run_facts import EmployeeMonthFacts, ReleasedMinutes, RunFacts, SheetHours
from billing.month.segments import in_spans
from employees.models import Assignment
from groupement.kernel.periods import Month, overlaps

Reopened = tuple[int, int]
"""A released charge and the terms (ids) by which it was priced."""


@dataclass(frozen=True)
class ChargeToBill:
    """A priced sum with what it is for; ``sheets`` are the open timesheets that it bills, oldest first.

    ``again`` are the releases (ids) whose minutes it bills again, ``rebills`` the released charge (id) that it prices
    anew, ``replaces`` others (ids) in whose place it stands, ``rank`` how many charges of its source came before.
    """

    priced: PricedSegment
    assignment: Assignment
    month: Month
    sheets: Sequence[SheetHours]
    vat_regime: str
    again: Sequence[int] = ()
    rebills: int | None = None
    replaces: Sequence[int] = ()
    rank: int = 0

    @property
    def figures(self) -> dict[str, Any]:
        """The figures behind the sum, with what it replaces."""
        return {**self.priced.figures, **({"replaces": [*self.replaces]} if self.replaces else {})}


def rebilled(
    month_facts: EmployeeMonthFacts, priced: PricedSegment, reopened: Sequence[Reopened]
) -> int | None:
    """Of the released charges, that which this sum prices anew: that of its terms, else one of terms that are gone."""
    if priced.is_difference:
        return reopened[0][0] if reopened else None
    source = priced.segment.assignment, month_facts.month, priced.kind, False
    to_bill = [
        row.terms
        for row in month_facts.segments
        if row.assignment == source[0] and (*source, row.terms) not in month_facts.facts.charged_terms
    ]
    by_terms = {terms: pk for pk, terms in reopened}
    if priced.segment.terms in by_terms:
        return by_terms[priced.segment.terms]
    gone = [pk for pk, terms in reopened if terms not in to_bill]
    new = [terms for terms in to_bill if terms not in by_terms]
    rank = new.index(priced.segment.terms) if priced.segment.terms in new else len(gone)
    return gone[rank] if rank < len(gone) else None


def billed_again(priced: PricedSegment, released: Iterable[ReleasedMinutes]) -> list[int]:
    """The releases (ids) whose minutes a sum by the hour bills, or one that pays for all hours of its days."""
    rule = KINDS[priced.kind]
    if priced.is_difference or not (rule.is_by_entry or rule.stands_for_hours):
        return []
    return [row.pk for row in released if in_spans(row.day, priced.segment.spans)]


def is_given_up(facts: RunFacts, priced: PricedSegment, month: Month) -> bool:
    """Whether the days were billed by the hour before, and credit notes gave back none of these hours to bill again."""
    segment = priced.segment
    if not KINDS[priced.kind].stands_for_hours or segment.again:
        return False
    if any(facts.reopened.get(source) for source in _sources(facts, segment.assignment, month)):
        return False
    return any(
        overlaps(*one, *other)
        for one in segment.spans
        for other in facts.charged_spans.get((segment.assignment, month), ())
    )


def in_place_of_others(
    month_facts: EmployeeMonthFacts, charges: Sequence[ChargeToBill]
) -> list[ChargeToBill]:
    """``charges`` of a month with the released sums of other kinds in whose place they stand, each once.

    A sum stands for what was released under its own terms, or under terms that hold no more in the month.
    """
    done = [*charges]
    taken = {charge.rebills for charge in charges}
    for assignment in sorted({charge.assignment.pk for charge in charges}):
        left = _left(month_facts, assignment, taken)
        if not left:
            continue
        in_force = {row.terms for row in month_facts.segments if row.assignment == assignment}
        places = [i for i, each in enumerate(done) if each.assignment.pk == assignment and _may_take(each)]
        for pk, terms in left:
            fitting = [i for i in places if done[i].priced.segment.terms == terms]
            if terms not in in_force:
                fitting += places
            if fitting:
                done[fitting[0]] = _with(done[fitting[0]], pk)
    return done


def _left(month_facts: EmployeeMonthFacts, assignment: int, taken: Collection[int | None]) -> list[Reopened]:
    """What was released of an assignment’s month and none of its own kind bills again; what pays for work first."""
    facts = month_facts.facts
    sources = sorted(
        _sources(facts, assignment, month_facts.month),
        key=lambda source: (not KINDS[source[2]].pays_for_work, source[2]),
    )
    return [row for source in sources for row in facts.reopened[source] if row[0] not in taken]


def _sources(facts: RunFacts, assignment: int, month: Month) -> list[tuple[int, Month, str, bool]]:
    return [source for source in facts.reopened if source[:2] == (assignment, month) and not source[3]]


def _may_take(charge: ChargeToBill) -> bool:
    """Whether it pays for the work of its days; hours that came late do not take the place of what was credited."""
    kind, is_new = charge.priced.kind, not charge.rank
    if charge.priced.is_difference or not KINDS[kind].pays_for_work:
        return False
    return bool(charge.again or charge.rebills) or (is_new and not KINDS[kind].is_by_entry)


def _with(charge: ChargeToBill, pk: int) -> ChargeToBill:
    if charge.rebills is None:
        return replace(charge, rebills=pk)
    return replace(charge, replaces=(*charge.replaces, pk))
