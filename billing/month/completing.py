"""What came after a month was issued, or still lacks, and what takes it up: a supplement, a true-up, another month.

Asked of an issued month in three queries; a supplement is drafted like any run (``drafting.draft``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value

from billing.charge_kinds import BY_ENTRY, COMPUTED
from billing.models import (
    ActualCost,
    Charge,
    EmployerCost,
    Fate,
    InvoicedTimesheet,
    Release,
    RunStatus,
    Settlement,
)
from billing.month.summing import replaced_by
from employees.models import Employee, PriceMethod, Terms
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month
from timesheets.models import Timesheet, TimesheetStatus

MISSING, NOT_COUNTED = "un coût manque", "un coût n’est pas encore compté"


class OfRest(TypedDict):
    """What is asked of late timesheets: minutes, and whether they are priced at cost."""

    total: int
    is_at_cost: bool


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    TimesheetOfRest = WithAnnotations[Timesheet, OfRest]


@dataclass(frozen=True)
class LateHours:
    """Approved hours that no invoice bills; ``waits_for_true_up`` when the cost of their month is shared already."""

    employee: str
    member: str
    minutes: int
    waits_for_true_up: bool


@dataclass(frozen=True)
class MonthRest:
    """What an issued month still has to come to; people by name, amounts in euros without VAT.

    ``missing`` have no cost; the cost of ``uncounted`` no run counts, that of ``unshared`` waits for hours, that of
    ``taken_up`` the drafts of another month count (name and month); that of ``estimated`` was invoiced on an estimate,
    that of ``carried`` came otherwise later, and other months hold the difference.
    """

    missing: Sequence[str] = ()
    uncounted: Sequence[str] = ()
    unshared: Sequence[str] = ()
    taken_up: Sequence[tuple[str, Month]] = ()
    estimated: Sequence[str] = ()
    carried: Sequence[str] = ()
    late: Sequence[LateHours] = ()
    sums: Decimal = ZERO
    released_minutes: int = 0

    @property
    def to_bill(self) -> Sequence[LateHours]:
        return [row for row in self.late if not row.waits_for_true_up]

    @property
    def for_true_up(self) -> Sequence[LateHours]:
        return [row for row in self.late if row.waits_for_true_up]

    @property
    def may_be_completed(self) -> bool:
        """Whether a supplement of the month has something to take."""
        return bool(self.uncounted or self.to_bill or self.sums or self.released_minutes)

    @property
    def is_whole(self) -> bool:
        """Whether every cost of the month is known and counted by a run."""
        return not (self.missing or self.uncounted or self.unshared or self.taken_up)

    @property
    def lacks(self) -> str:
        """Why the month is not whole, in words; nothing when it is."""
        if self.is_whole:
            return ""
        return MISSING if self.missing else NOT_COUNTED


def rest_of(month: Month) -> MonthRest:
    """What is left of an issued ``month``. Three queries."""
    people = _people(month)
    sums, minutes = _waiting(month)
    return MonthRest(
        missing=[row.full_name for row in people if row.cost is None],
        uncounted=[row.full_name for row in people if row.cost and not row.settled_by and not row.waits],
        unshared=[row.full_name for row in people if row.cost and not row.settled_by and row.waits],
        taken_up=[
            (row.full_name, row.settled_in)
            for row in people
            if row.settled_by not in (None, RunStatus.ISSUED) and row.settled_in != month
        ],
        estimated=[row.full_name for row in people if row.is_rough and not row.is_known],
        carried=[row.full_name for row in people if row.is_known],
        late=_late_hours(month),
        sums=sums,
        released_minutes=minutes,
    )


def uncounted_cost(keys: Collection[tuple[int, Month]]) -> str:
    """Why the cost of these people’s months (ids and months) is not counted by any run, in words; nothing when it is.

    Hours that came late are charged in a later run than the one that counted their cost. Two queries, none for none.
    """
    if not keys:
        return ""
    scope = {"employee__in": {who for who, _ in keys}, "month__in": {month for _, month in keys}}
    settled = Settlement.objects.filter(~Q(employer_cost=0), **scope)
    left = set(keys) - set(settled.values_list("employee", "month"))
    if not left:
        return ""
    known = set(EmployerCost.objects.filter(**scope).values_list("employee", "month"))
    return NOT_COUNTED if left <= known else MISSING


def _people(month: Month) -> QuerySet[Any]:
    """Everybody with a timesheet, a charge or a cost in the month: its cost, whether estimated, which run counts it."""
    costs = EmployerCost.objects.filter(employee=OuterRef("pk"), month=month)
    total = costs.order_by().values("employee").annotate(sum=Sum("amount")).values("sum")
    settled = Settlement.objects.filter(~Q(employer_cost=0), employee=OuterRef("pk"), month=month)
    unapproved = Timesheet.objects.filter(employee=OuterRef("pk"), month=month).exclude(
        status=TimesheetStatus.APPROVED
    )
    charged = Charge.objects.filter(
        employee=OuterRef("pk"), service_month=month, kind__in=COMPUTED, line__isnull=False
    )
    return (
        Employee.objects.filter(
            Q(Exists(Timesheet.objects.filter(employee=OuterRef("pk"), month=month)))
            | Q(Exists(costs))
            | Q(Exists(charged))
        )
        .annotate(
            cost=Subquery(total),
            is_rough=Exists(costs.filter(is_estimate=True)),
            is_known=Exists(ActualCost.objects.filter(employee=OuterRef("pk"), month=month)),
            waits=Exists(_at_cost(month, assignment__employee=OuterRef("pk"))) & Exists(unapproved),
            settled_by=Subquery(settled.values("run__status")[:1]),
            settled_in=Subquery(settled.values("run__month")[:1]),
        )
        .by_name()
    )


def _at_cost(month: Month, **whose: Any) -> QuerySet[Terms]:
    """Terms at actual cost that hold a day of the month."""
    return Terms.objects.filter(
        Q(ends_before__isnull=True) | Q(ends_before__gt=month.first),
        price_method=PriceMethod.ACTUAL,
        starts_on__lt=month.before,
        **whose,
    )


def _late_hours(month: Month) -> list[LateHours]:
    """Approved hours at members that neither an invoice nor a draft bills; those that wait with their cost aside."""
    at_cost = _at_cost(month, assignment=OuterRef("assignment"))
    shared = Settlement.objects.filter(~Q(employer_cost=0), employee=OuterRef("employee"), month=month)
    rows: QuerySet[Any] = (
        Timesheet.objects.filter(
            ~Exists(InvoicedTimesheet.objects.filter(timesheet=OuterRef("pk"))),
            month=month,
            status=TimesheetStatus.APPROVED,
            billed_at=None,
            assignment__isnull=False,
        )
        .annotate(total=Sum("entries__minutes"), is_at_cost=Exists(at_cost), is_shared=Exists(shared))
        .filter(Q(is_at_cost=False) | Q(is_shared=True), total__gt=0)
        .select_related("employee", "assignment__member")
        .order_by("employee__last_name", "employee__first_name", "pk")
    )
    return [
        LateHours(row.employee.full_name, row.assignment.member.short_name, row.total, row.is_at_cost)
        for row in cast("QuerySet[TimesheetOfRest]", rows)
        if row.assignment is not None
    ]


def _waiting(month: Month) -> tuple[Decimal, int]:
    """Sums of the month that wait for a run, credited ones to bill again among them, and released minutes."""
    waiting = Charge.objects.filter(service_month=month).filter(
        Q(is_standing=True, line__isnull=True)
        | Q(~replaced_by(Charge.objects.all()), released_at__isnull=False, rebilled_by__isnull=True)
    )
    released = Release.objects.filter(
        fate=Fate.RELEASED, charge=None, credited__kind__in=BY_ENTRY, entry__timesheet__month=month
    )
    both = waiting.values_list("net", Value(0)).union(released.values_list(Value(ZERO), "minutes"), all=True)
    sums, minutes = ZERO, 0
    for net, credited in both:
        sums, minutes = sums + net, minutes + credited
    return sums, minutes
