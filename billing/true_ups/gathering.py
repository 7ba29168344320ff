"""Read the facts of a true-up in a fixed number of queries: costs, hours, plans, invoices; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from billing.charge_kinds import KINDS, TRUES_UP, Writer, kinds_where
from billing.models import (
    Charge,
    EmployerCost,
    Fate,
    Invoice,
    InvoicedTimesheet,
    InvoiceKind,
    InvoiceStatus,
    Release,
    SettledMonth,
    Settlement,
    TrueUp,
    TrueUpKey,
    TrueUpStatus,
)
from billing.month.segments import terms_in_force
from billing.month.summing import charges_with_credits, work_taken_back
from billing.true_ups import outside
from billing.true_ups.rates import mean_rate, rates_between
from billing.true_ups.sharing import EmployeePeriod, PeriodTerms, left_to_reserve
from employees import planning
from employees.models import Assignment, Employee, Terms
from groupement.kernel.money import ZERO, allocate
from groupement.kernel.periods import Month
from members import rules
from members.models import Member
from members.rules import RuleBook
from timesheets.models import Entry, Timesheet, TimesheetStatus

# What bills the cost of people: hours, shares, fees, flat amounts, minimums, and what an earlier true-up did.
INVOICED = kinds_where(lambda row: row.is_computed or row.writer is Writer.TRUE_UP)
YEAR = 12

Table = dict[int, dict[int, Any]]
"""Values by an employee's id, then by a member's."""
Key = tuple[int, Month]
"""An employee's id and a month of service."""


@dataclass(frozen=True)
class TrueUpScope:
    """What is trued up: months, people, members; members not named keep what they were invoiced.

    ``keeps_reserve``: what absences left to the reserve by agreement stays with it. ``management``: what managing these
    people really cost over the period (euros), in place of the rates of the terms.
    """

    first: Month
    last: Month
    employees: Sequence[Employee]
    members: Sequence[Member]
    keeps_reserve: bool = True
    management: Decimal | None = None

    @property
    def staff(self) -> list[int]:
        return [employee.pk for employee in self.employees]

    @property
    def span(self) -> tuple[date, date]:
        return self.first.first, self.last.before

    @property
    def twelve(self) -> Month:
        """The first of the twelve months that end with the period."""
        return self.last.shift(1 - YEAR)

    @cached_property
    def member_ids(self) -> frozenset[int]:
        return frozenset(member.pk for member in self.members)

    def of(self, rows: Any, month: str = "month", employee: str = "employee") -> Any:
        """Rows of these people in these months."""
        return rows.filter(
            **{f"{employee}__in": self.staff, f"{month}__gte": self.first, f"{month}__lte": self.last}
        )


@dataclass(frozen=True)
class LateSheet:
    """A timesheet with approved hours that no invoice bills: they count, and the true-up's document bills them."""

    pk: int
    employee: int
    member: int | None
    month: Month
    minutes: int


@dataclass
class TrueUpFacts:
    """What was read; ``periods`` are ready to be shared, in the order of people's names.

    Amounts are euros; tables are by employee, then by member. ``late`` are timesheets that no invoice bills,
    ``given_up`` minutes credited for good, by employee and key of hours: no member bears them.
    ``reserve`` is what the monthly closes took from the reserve, less what ``earlier`` true-ups gave it back.
    ``from_outside`` are differences of other months, and rests of provisions, that months of the period carry: they are
    charged to who bore those, and are no cost of the period. ``closed`` are the months whose cost a close has settled,
    and ``left_to_reserve`` what absence rules leave to it.
    ``settled`` are months that earlier true-ups settled, by person and member, or with everybody.
    """

    scope: TrueUpScope
    costs: dict[Key, Decimal]
    estimates: set[Key]
    worked: set[Key] = field(default_factory=set)
    hours: Table = field(default_factory=lambda: defaultdict(dict))
    year: Table = field(default_factory=lambda: defaultdict(dict))
    given_up: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    planned: Table = field(default_factory=lambda: defaultdict(dict))
    assigned: Table = field(default_factory=lambda: defaultdict(dict))
    rates: Table = field(default_factory=lambda: defaultdict(dict))
    regimes: Table = field(default_factory=lambda: defaultdict(dict))
    invoiced: Table = field(default_factory=lambda: defaultdict(dict))
    costs_invoiced: Table = field(default_factory=lambda: defaultdict(dict))
    billed: set[Key] = field(default_factory=set)
    invoices: dict[int, list[Invoice]] = field(default_factory=lambda: defaultdict(list))
    late: list[LateSheet] = field(default_factory=list)
    reserve: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    from_outside: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    closed: set[Key] = field(default_factory=set)
    left_to_reserve: dict[int, Decimal] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    earlier: list[TrueUp] = field(default_factory=list)
    settled: set[tuple[int, Month, int | None]] = field(default_factory=set)

    @cached_property
    def periods(self) -> list[EmployeePeriod]:
        """One a person; what managing really cost is shared between them by what there is to share."""
        staff = self.scope.staff
        costs: dict[int, Decimal] = dict.fromkeys(staff, ZERO)
        for (employee, _), cost in self.costs.items():
            costs[employee] += cost
        to_reserve = {
            pk: self.left_to_reserve.get(pk, ZERO) if self.scope.keeps_reserve else ZERO for pk in staff
        }
        typed = self.scope.management
        weights = [max(costs[pk] - to_reserve[pk], ZERO) for pk in staff]
        managing: list[Decimal | None] = [None] * len(staff)
        if typed is not None and any(weights):
            managing = [*allocate(typed, weights)]
        return [
            EmployeePeriod(
                pk,
                costs[pk],
                to_reserve[pk],
                self._keys(pk),
                self.rates[pk],
                self._nets(pk),
                amount,
                self.given_up[pk],
            )
            for pk, amount in zip(staff, managing, strict=True)
        ]

    def _keys(self, employee: int) -> dict[str, dict[int, int]]:
        return {
            TrueUpKey.HOURS.value: self.hours[employee],
            TrueUpKey.PLANNED.value: self.planned[employee],
            TrueUpKey.EQUAL.value: self.assigned[employee],
            TrueUpKey.LAST_12_MONTHS.value: self.year[employee],
        }

    def _nets(self, employee: int) -> dict[int, Decimal]:
        return {member: sum(nets.values(), ZERO) for member, nets in self.invoiced[employee].items()}


def gather(scope: TrueUpScope) -> TrueUpFacts:
    """Read all that ``scope`` needs; the number of queries depends neither on people nor on months."""
    facts = _costs(scope)
    _hours(facts)
    _given_up(facts)
    _terms(facts)
    _earlier(facts)
    _invoiced(facts)
    _settlements(facts)
    _settled_earlier(facts)
    facts.late = _late(scope)
    facts.names = dict(Member.objects.order_by("pk").values_list("pk", "short_name"))
    return facts


def _costs(scope: TrueUpScope) -> TrueUpFacts:
    costs: dict[Key, Decimal] = defaultdict(Decimal)
    estimates: set[Key] = set()
    rows = scope.of(EmployerCost.objects.all()).order_by("employee", "month", "kind")
    for employee, month, amount, is_estimate in rows.values_list(
        "employee", "month", "amount", "is_estimate"
    ):
        costs[employee, month] += amount
        if is_estimate:
            estimates.add((employee, month))
    facts = TrueUpFacts(scope, dict(costs), estimates)
    _leave_out_from_outside(facts)
    return facts


def _leave_out_from_outside(facts: TrueUpFacts) -> None:
    """Take what comes from outside the period off the costs of its months; two queries."""
    for employee, month, amount in outside.carried_into(facts.scope.of, facts.scope.first):
        facts.costs[employee, month] -= amount
        facts.from_outside[employee] += amount


def _hours(facts: TrueUpFacts) -> None:
    """Approved minutes at members, of the period and of the twelve months that end with it."""
    scope = facts.scope
    rows = Entry.objects.filter(
        timesheet__employee__in=scope.staff,
        timesheet__month__gte=min(scope.first, scope.twelve),
        timesheet__month__lte=scope.last,
        timesheet__status=TimesheetStatus.APPROVED,
    ).values_list("timesheet__employee", "timesheet__assignment__member", "timesheet__month")
    for employee, member, month, minutes in rows.annotate(Sum("minutes")).order_by():
        if month >= scope.first:
            facts.worked.add((employee, month))
        if member is None:
            continue
        if month >= scope.first:
            _add(facts.hours[employee], member, minutes)
            facts.assigned[employee][member] = 1
        if month >= scope.twelve:
            _add(facts.year[employee], member, minutes)


def _given_up(facts: TrueUpFacts) -> None:
    """Take the hours that credit notes gave up for good off those of their members; one query."""
    scope = facts.scope
    rows = Release.objects.filter(
        fate=Fate.VOIDED,
        line__invoice__status=InvoiceStatus.ISSUED,
        entry__timesheet__employee__in=scope.staff,
        entry__timesheet__month__gte=min(scope.first, scope.twelve),
        entry__timesheet__month__lte=scope.last,
    ).values_list("entry__timesheet__employee", "credited__member", "entry__timesheet__month")
    for employee, member, month, minutes in rows.annotate(Sum("minutes")).order_by():
        if month >= scope.first:
            facts.hours[employee][member] -= minutes
            _add(facts.given_up[employee], TrueUpKey.HOURS.value, minutes)
        if month >= scope.twelve:
            facts.year[employee][member] -= minutes
            _add(facts.given_up[employee], TrueUpKey.LAST_12_MONTHS.value, minutes)


def _terms(facts: TrueUpFacts) -> None:
    """Assignments and terms of the period: plan, management rates, VAT regimes, what is left to the reserve."""
    first, before = facts.scope.span
    during = Q(starts_on__lt=before) & (Q(ends_before__isnull=True) | Q(ends_before__gt=first))
    assignments = list(
        Assignment.objects.filter(during, employee__in=facts.scope.staff)
        .select_related("member")
        .order_by("pk")
    )
    terms: dict[int, list[Terms]] = defaultdict(list)
    for row in Terms.objects.filter(during, assignment__in=assignments).order_by("starts_on", "pk"):
        terms[row.assignment_id].append(row)
    follows = any(row.management_rate is None for rows in terms.values() for row in rows)
    book = rules.read() if follows else RuleBook(())
    plan, holidays = planning.plan_and_holidays(first, before, assignments)
    days: dict[tuple[int, int], dict[Decimal, int]] = defaultdict(dict)
    for assignment in assignments:
        employee, member = assignment.employee_id, assignment.member_id
        facts.assigned[employee][member] = 1
        _add(facts.planned[employee], member, sum(plan[assignment.pk].values()))
        for row, (starts_on, ends_before) in terms_in_force(assignment, terms[assignment.pk], first, before):
            for rate, length in rates_between(row, starts_on, ends_before, book):
                _add(days[employee, member], rate, length)
            facts.regimes[employee][member] = row.vat_regime
    for (employee, member), rates in days.items():
        facts.rates[employee][member] = mean_rate(rates)
    facts.left_to_reserve = left_to_reserve(PeriodTerms(assignments, terms, plan, holidays, facts.costs))


def _earlier(facts: TrueUpFacts) -> None:
    """The true-ups that have settled some of these months of these people with some members."""
    scope = facts.scope
    rows = TrueUp.objects.filter(
        status=TrueUpStatus.ISSUED, first_month__lte=scope.last, last_month__gte=scope.first
    )
    staff = set(scope.staff)
    facts.earlier = [
        row for row in rows.order_by("issued_at", "pk") if staff & {*row.figures["chosen"]["employees"]}
    ]
    settled = scope.of(SettledMonth.objects.all()).values_list("employee", "month", "member")
    facts.settled = set(settled)


def _settled_earlier(facts: TrueUpFacts) -> None:
    """What members bear since an earlier true-up, less credit notes after it; what that one moved of the reserve."""
    issued: dict[tuple[int, int], datetime] = {}
    for row in facts.earlier:
        for name, borne in row.figures.get("borne", {}).items():
            if (employee := int(name)) in facts.scope.staff:
                facts.reserve[employee] -= Decimal(row.figures["moved"][name])
                for member, cost in borne.items():
                    _add(facts.costs_invoiced[employee], int(member), Decimal(cost))
                    issued[employee, int(member)] = row.issued_at or row.prepared_at
    if issued:
        _credited_since(facts, issued)


def _credited_since(facts: TrueUpFacts, issued: Mapping[tuple[int, int], datetime]) -> None:
    """Take off what credit notes took back of what true-ups had settled, after they were ``issued``; one query."""
    since = facts.scope.of(
        work_taken_back(), month="credits__charge__service_month", employee="credits__charge__employee"
    )
    names = ("employee", "member", "service_month", "kind")
    for employee, member, month, kind, net, at in since.values_list(
        *(f"credits__charge__{name}" for name in names), "net", "invoice__issued_at"
    ):
        settled_at = issued.get((employee, member))
        if settled_at is None or (employee, month, member) not in facts.settled:
            continue
        if kind in TRUES_UP or at > settled_at:
            facts.costs_invoiced[employee][member] -= net


def _invoiced(facts: TrueUpFacts) -> None:
    """What issued invoices charge for the period less what credit notes took back of it, by VAT regime."""
    scope = facts.scope
    charges = scope.of(Charge.objects.filter(kind__in=INVOICED), month="service_month")
    issued = charges_with_credits(charges.filter(line__invoice__status=InvoiceStatus.ISSUED))
    invoices: set[int] = set()
    names = ("employee", "member", "service_month", "kind", "vat_regime", "net", "credited", "line__invoice")
    for employee, member, month, kind, regime, net, credited, invoice, figures in issued.order_by(
        "pk"
    ).values_list(*names, "figures"):
        whole = net - credited
        left = outside.of_period(figures, whole, scope.first)
        if KINDS[kind].pays_for_work:
            facts.reserve[employee] += whole - left
        _add(facts.invoiced[employee].setdefault(member, {}), regime, left)
        # Of what an earlier true-up settled, the member bears what that one says (_settled_earlier).
        if KINDS[kind].pays_for_work and (employee, month, member) not in facts.settled:
            _add(facts.costs_invoiced[employee], member, left)
        facts.billed.add((employee, month))
        facts.assigned[employee][member] = 1
        invoices.add(invoice)
    rows = Invoice.objects.filter(pk__in=invoices, kind=InvoiceKind.INVOICE).order_by(
        "issued_on", "sequence", "pk"
    )
    for row in rows:
        facts.invoices[row.member_id].append(row)


def _settlements(facts: TrueUpFacts) -> None:
    """What the monthly closes and credit notes took from the reserve; the months whose cost a close settled."""
    rows = facts.scope.of(Settlement.objects.filter(run__status="issued")).values_list(
        "employee", "month", "employer_cost", "reserve"
    )
    for employee, amount in facts.from_outside.items():
        facts.reserve[employee] -= amount
    for employee, month, cost, reserve in rows.order_by("pk"):
        facts.reserve[employee] += reserve
        if cost:
            facts.closed.add((employee, month))
    taken_back = facts.scope.of(
        work_taken_back(), month="credits__charge__service_month", employee="credits__charge__employee"
    )
    for employee, net in taken_back.values_list("credits__charge__employee").annotate(Sum("net")).order_by():
        facts.reserve[employee] += net


def _late(scope: TrueUpScope) -> list[LateSheet]:
    """Approved timesheets that no invoice bills, at members and at the group, oldest first."""
    invoiced = InvoicedTimesheet.objects.filter(timesheet=OuterRef("pk"))
    rows = (
        scope.of(Timesheet.objects.all())
        .filter(~Exists(invoiced), status=TimesheetStatus.APPROVED, billed_at=None)
        .with_minutes()
        .order_by("month", "pk")
        .values_list("pk", "employee", "assignment__member", "month", "minutes")
    )
    return [LateSheet(*row) for row in rows]


def _add(sums: dict[Any, Any], name: Any, value: Any) -> None:
    sums[name] = sums[name] + value if name in sums else value
