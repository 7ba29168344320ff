"""What a new price would do, before it is agreed on: last month invoiced and next one planned, member by member.

The month's run computes it: the terms are written in a transaction that is rolled back, and the month is assessed with
the same hours and costs. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from billing.models import BillingRun, CostKind, EmployerCost, PriceTrial
from billing.month.assessing import Assessment, assess
from billing.month.gathering import gather
from billing.month.rebilling import ChargeToBill
from billing.month.run_facts import Key, RunFacts, SheetHours
from billing.prices import changing
from billing.prices.computable import ComputableCost, computable
from employees import planning
from employees.models import Assignment, Terms
from groupement.kernel.money import ZERO, cents
from groupement.kernel.periods import Month
from members.models import Member, User


@dataclass(frozen=True)
class MemberEffect:
    """What one member pays for the person’s month, before and after (euros without VAT)."""

    member: Member
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of before, to two decimals; None when nothing was paid."""
        return cents(self.difference * 100 / self.before) if self.before else None


@dataclass(frozen=True)
class MonthEffect:
    """One month under both prices; ``remarks`` are what it leaves out, ``cost_of`` the month whose cost it uses.

    ``computable`` is what the member will compute of the person's cost, at a new price that follows it.
    """

    month: Month
    rows: Sequence[MemberEffect]
    remarks: Sequence[str] = ()
    cost_of: Month | None = None
    computable: ComputableCost | None = None

    @property
    def total(self) -> MemberEffect:
        """All members together, under the name of the first."""
        before, after = (sum((getattr(row, name) for row in self.rows), ZERO) for name in ("before", "after"))
        return MemberEffect(self.rows[0].member, before, after)


@dataclass(frozen=True)
class PriceEffect:
    """``closed`` is the last month invoiced, ``planned`` the first whole month of the price; None without hours."""

    closed: MonthEffect | None
    planned: MonthEffect | None

    @property
    def computable(self) -> ComputableCost | None:
        """What the last month invoiced lets the member compute, else the next one as planned."""
        found = [each.computable for each in (self.closed, self.planned) if each and each.computable]
        return found[0] if found else None


@dataclass
class _MemberNets:
    """Net sums by member, and the problems that keep others out of them."""

    nets: dict[Member, Decimal] = field(default_factory=dict)
    charges: Sequence[ChargeToBill] = ()
    remarks: list[str] = field(default_factory=list)


def effect(assignment: Assignment, proposed: Terms, *, by: User, at: datetime) -> PriceEffect:
    """What ``proposed``, made by changing.propose(), changes for each member that shares the person."""
    return PriceEffect(_closed(assignment, proposed), _planned(assignment, proposed, by, at))


def _closed(assignment: Assignment, proposed: Terms) -> MonthEffect | None:
    month = changing.invoiced_through(assignment)
    run = BillingRun.objects.filter(month=month).order_by("supplement").first() if month else None
    if run is None:
        return None
    before = _priced(_facts_of_closed(run, assignment))
    with _rolled_back():
        assignment.terms.during(run.month).update(**changing.figures_of(proposed))
        after = _priced(_facts_of_closed(run, assignment))
    return _compare(run.month, before, after, computable(after.charges, assignment, run.month))


def _planned(assignment: Assignment, proposed: Terms, by: User, at: datetime) -> MonthEffect | None:
    month = Month.of(proposed.starts_on)
    if proposed.starts_on != month.first:
        month = month.next
    cost_of, cost = _last_cost(assignment, month)
    with _rolled_back():
        run, _ = BillingRun.objects.get_or_create(month=month, supplement=0)
        before = _priced(_facts_of_planned(run, assignment, cost))
        changing.write_terms(assignment, proposed, by=by, at=at)
        after = _priced(_facts_of_planned(run, assignment, cost))
    return _compare(month, before, after, computable(after.charges, assignment, cost_of or month), cost_of)


def _facts_of_closed(run: BillingRun, assignment: Assignment) -> RunFacts:
    """The facts of the person’s month as if nothing of it were invoiced."""
    facts = gather(run, employees=[assignment.employee_id])
    key = assignment.employee_id, run.month
    sheets = [replace(sheet, is_open=sheet.is_approved) for sheet in facts.sheets.get(key, ())]
    return replace(_unbilled(facts, key, sheets, facts.costs), carried=facts.carried)


def _facts_of_planned(run: BillingRun, assignment: Assignment, cost: Decimal | None) -> RunFacts:
    """The facts of a month that went as planned, at the cost of the last month known."""
    facts = gather(run, employees=[assignment.employee_id])
    key = assignment.employee_id, run.month
    assignments = facts.active(key)
    plan = planning.plan(run.month, assignments)
    sheets = [
        SheetHours(
            -each.pk, assignment=each.pk, supplement=0, is_approved=True, is_open=True, minutes=plan[each.pk]
        )
        for each in assignments
    ]
    return _unbilled(facts, key, sheets, {} if cost is None else {key: cost})


def _unbilled(facts: RunFacts, key: Key, sheets: list[SheetHours], costs: dict[Key, Decimal]) -> RunFacts:
    """One employee-month of ``facts`` with nothing charged, credited or settled yet."""
    return RunFacts(
        key[1],
        [key] if facts.active(key) else [],
        facts.employees,
        facts.assignments,
        sheets={key: sheets},
        terms=facts.terms,
        costs=costs,
        is_franchise=facts.is_franchise,
        plans=facts.plans,
        holidays=facts.holidays,
        past=facts.past,
        attestations=facts.attestations,
    )


def _priced(facts: RunFacts) -> _MemberNets:
    assessment: Assessment = assess(facts)
    priced = _MemberNets(charges=assessment.charges)
    for charge in assessment.charges:
        member = charge.assignment.member
        priced.nets[member] = priced.nets.get(member, ZERO) + charge.priced.net
    priced.remarks = [
        problem.message for problem in assessment.problems if problem.is_blocking or problem.holds_invoice
    ]
    return priced


def _compare(
    month: Month,
    before: _MemberNets,
    after: _MemberNets,
    lets_out: ComputableCost | None,
    cost_of: Month | None = None,
) -> MonthEffect | None:
    members = sorted(
        {*before.nets, *after.nets}, key=lambda member: (member.short_name.casefold(), member.pk)
    )
    rows = [
        MemberEffect(member, before.nets.get(member, ZERO), after.nets.get(member, ZERO))
        for member in members
    ]
    remarks = list(dict.fromkeys([*before.remarks, *after.remarks]))
    return MonthEffect(month, rows, remarks, cost_of, lets_out) if rows or remarks else None


def _last_cost(assignment: Assignment, month: Month) -> tuple[Month | None, Decimal | None]:
    """The last month up to ``month`` whose cost is known, and that cost, without what it carries of other months."""
    costs = EmployerCost.objects.filter(employee=assignment.employee_id, month__lte=month)
    costs = costs.exclude(kind=CostKind.CARRIED)
    last = costs.values("month").annotate(total=Sum("amount")).order_by("-month").first()
    return (last["month"], last["total"]) if last else (None, None)


@contextmanager
def _rolled_back() -> Iterator[None]:
    """Whatever is written inside is rolled back at the end; a price of an invoiced month is tried on too."""
    with transaction.atomic():
        PriceTrial.objects.create()
        yield
        transaction.set_rollback(True)
