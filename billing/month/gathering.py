"""Read the facts of a run in a fixed number of queries: approved hours, terms, plans, costs; nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BooleanField, Exists, OuterRef, Q, Sum
from django.db.models.functions import TruncMonth

from billing.charge_kinds import COMPUTED, PAYS_FOR_WORK, PRICED_ANEW, TOPS_UP
from billing.costs.payroll_columns import AMOUNTS
from billing.documents import mentions
from billing.models import (
    BillingRun,
    Charge,
    CostKind,
    EmployerCost,
    Fate,
    InvoicedTimesheet,
    InvoiceStatus,
    Release,
    Settlement,
)
from billing.month.carried_costs import carried, rests_of_provisions
from billing.month.past_minutes import past_minutes
from billing.month.run_facts import Key, ReleasedMinutes, RunFacts, SheetHours, SourceOfSums, TopUp
from billing.month.segments import Span
from billing.month.summing import charges_with_credits, replaced_by
from employees import planning
from employees.models import AbsenceRule, Assignment, Employee, PriceMethod, Terms
from groupement.kernel.periods import Month, overlaps
from members import rules
from members.models import Group, VatAttestation
from timesheets.contradicting import contradictions
from timesheets.models import Entry, Timesheet, TimesheetStatus

# Where a computed sum comes from, and whether it is on a difference of other months.
IS_DIFFERENCE = Q(figures__has_key="months")
SOURCE = ("assignment", "service_month", "kind", "is_difference")


def gather(run: BillingRun, *, employees: Collection[int] | None = None, on: date | None = None) -> RunFacts:
    """Read what ``run`` can charge, for everybody or for some ``employees`` (ids); with the day ``on``, also what
    contradicts hours on that day.

    That is each employee with an assignment in the run's month, and earlier months with approved hours that no invoice
    bills (late hours, supplements) or with a cost that no run has settled. What another run's drafts bill is left out.
    """
    scope = {} if employees is None else {"employee__in": employees}
    released, reopened = _released(run), _reopened(run)
    found = {
        *_with_assignment(run.month, scope),
        *_with_unbilled_hours(run, scope),
        *_with_unsettled_cost(run, scope),
        *(key for key, _, _ in released if employees is None or key[0] in employees),
        *(key for key, _, _ in reopened if employees is None or key[0] in employees),
    }
    people = Employee.objects.filter(pk__in={employee for employee, _ in found}).by_name()
    staff = {row.pk: row for row in people}
    rank = {employee: n for n, employee in enumerate(staff)}
    keys = sorted(found, key=lambda key: (rank[key[0]], key[1]))
    facts = RunFacts(run.month, keys, staff, _assignments(staff))
    facts.sheets = _sheets(run, keys)
    if on is not None:
        unbilled = [sheet.pk for sheets in facts.sheets.values() for sheet in sheets if not sheet.is_billed]
        facts.contradictions = contradictions(unbilled, on=on)
    facts.terms = _terms(facts.assignments)
    facts.costs, facts.estimated, with_carried, left_over = _costs(keys)
    facts.carried = carried(with_carried)
    for key, difference in rests_of_provisions(left_over).items():
        facts.carried[key] = [*facts.carried.get(key, ()), difference]
    facts.settled = _settled(run, keys)
    facts.charged, facts.charged_terms, facts.charged_spans = _charged(run, keys)
    facts.topped_up = _topped_up(run, facts.charged)
    for _, source, released_charge in reopened:
        facts.reopened.setdefault(source, []).append(released_charge)
    facts.charged_there, facts.issued = _issued(run)
    at_cost = [key for key in keys if _has_terms(facts, key, price_method=PriceMethod.ACTUAL)]
    for month in sorted({facts.last_month_of(key) or key[1] for key in at_cost}):
        facts.plans[month], facts.holidays[month] = planning.plan_and_holidays(month.first, month.before)
    facts.past = past_minutes(
        [key for key in at_cost if _has_terms(facts, key, absence_rule=AbsenceRule.LAST_12_MONTHS)]
    )
    facts.attestations = _attestations()
    for _, assignment, row in released:
        facts.released.setdefault(assignment, []).append(row)
    facts.recorded = _recorded(run) if employees is None else []
    _add_group(facts)
    return facts


def _add_group(facts: RunFacts) -> None:
    """What is to know of the group itself; raises Group.DoesNotExist."""
    # Not get(): a page gathers the month under several prices.
    group = next(iter(Group.objects.all()[:1]), None)
    if group is None:
        raise Group.DoesNotExist
    facts.is_franchise, facts.rules = group.vat_franchise, rules.of(group)
    facts.outdated_mentions = mentions.MentionsOfDay(group, facts.month.last).outdated(facts.month.last)


def _with_assignment(month: Month, scope: Mapping[str, Any]) -> Iterable[Key]:
    rows = Assignment.objects.during(month).filter(**scope)
    return ((employee, month) for employee in rows.values_list("employee", flat=True))


def _with_unbilled_hours(run: BillingRun, scope: Mapping[str, Any]) -> Iterable[Key]:
    rows = Timesheet.objects.filter(
        ~_billed_elsewhere(run),
        Exists(Entry.objects.filter(timesheet=OuterRef("pk"))) | _owes_minimum(run),
        status=TimesheetStatus.APPROVED,
        billed_at=None,
        assignment__isnull=False,
        month__lte=run.month,
        **scope,
    )
    return set(rows.values_list("employee", "month"))


def _owes_minimum(run: BillingRun) -> Q:
    """Whether a month without an hour may owe the minimum agreed: it was not charged for good, or by another run."""
    charged = Charge.objects.filter(
        Q(run__isnull=True) | ~Q(run=run) | Q(line__invoice__status=InvoiceStatus.ISSUED),
        kind__in=TOPS_UP,
        assignment=OuterRef("assignment"),
        service_month=OuterRef("month"),
    )
    agreed = Terms.objects.annotate(first_month=TruncMonth("starts_on")).filter(
        Q(ends_before__isnull=True) | Q(ends_before__gt=OuterRef("month")),
        first_month__lte=OuterRef("month"),
        assignment=OuterRef("assignment"),
        monthly_minimum_minutes__gt=0,
    )
    return Q(Exists(agreed), ~Exists(charged))


def _billed_elsewhere(run: BillingRun) -> Exists:
    return Exists(InvoicedTimesheet.objects.filter(timesheet=OuterRef("pk")).exclude(invoice__run=run))


def _with_unsettled_cost(run: BillingRun, scope: Mapping[str, Any]) -> Iterable[Key]:
    elsewhere = Settlement.objects.filter(
        ~Q(employer_cost=0), employee=OuterRef("employee"), month=OuterRef("month")
    ).exclude(run=run)
    rows = EmployerCost.objects.filter(~Exists(elsewhere), month__lte=run.month, **scope)
    return set(rows.values_list("employee", "month"))


def _assignments(staff: Collection[int]) -> dict[int, Assignment]:
    rows = Assignment.objects.filter(employee__in=staff).select_related("member", "employee")
    return {row.pk: row for row in rows.order_by("reference", "pk")}


def _sheets(run: BillingRun, keys: Collection[Key]) -> dict[Key, list[SheetHours]]:
    wanted = set(keys)
    rows = [
        row
        for row in _of(Timesheet.objects.annotate(is_billed_elsewhere=_billed_elsewhere(run)), keys).order_by(
            "assignment", "supplement", "pk"
        )
        if (row.employee_id, row.month) in wanted
    ]
    approved = [row for row in rows if row.status == TimesheetStatus.APPROVED]
    minutes = _minutes([row.pk for row in approved])
    kinds = _kinds([row.pk for row in approved if row.assignment_id is None])
    sheets: dict[Key, list[SheetHours]] = {key: [] for key in keys}
    for row in rows:
        is_approved = row.status == TimesheetStatus.APPROVED
        sheets[row.employee_id, row.month].append(
            SheetHours(
                row.pk,
                row.assignment_id,
                row.supplement,
                is_approved,
                is_approved and row.billed_at is None and not row.is_billed_elsewhere,
                minutes.get(row.pk, {}),
                kinds.get(row.pk, {}),
                row.billed_at is not None or row.is_billed_elsewhere,
            )
        )
    return sheets


def _minutes(sheets: Collection[int]) -> dict[int, dict[date, int]]:
    days: dict[int, dict[date, int]] = defaultdict(dict)
    rows = Entry.objects.filter(timesheet__in=sheets).values_list("timesheet", "day", "minutes")
    for sheet, day, minutes in rows.order_by("timesheet", "day"):
        days[sheet][day] = days[sheet].get(day, 0) + minutes
    return days


def _kinds(sheets: Collection[int]) -> dict[int, dict[str, dict[date, int]]]:
    """Minutes at the group by timesheet, kind and day; others may bear leave and sickness than bear training."""
    found: dict[int, dict[str, dict[date, int]]] = defaultdict(lambda: defaultdict(dict))
    if sheets:
        rows = Entry.objects.filter(timesheet__in=sheets).values_list("timesheet", "kind", "day", "minutes")
        for sheet, kind, day, minutes in rows.order_by("timesheet", "kind", "day"):
            found[sheet][kind][day] = found[sheet][kind].get(day, 0) + minutes
    return found


def _terms(assignments: Collection[int]) -> dict[int, list[Terms]]:
    terms: dict[int, list[Terms]] = defaultdict(list)
    for row in Terms.objects.filter(assignment__in=assignments).order_by("assignment", "starts_on"):
        terms[row.assignment_id].append(row)
    return terms


def _has_terms(facts: RunFacts, key: Key, **figures: str) -> bool:
    """Whether a day of the month, or of the last one of somebody who left, falls under terms with these figures."""
    month = facts.last_month_of(key) or key[1]
    span = month.first, month.before
    return any(
        overlaps(terms.starts_on, terms.ends_before, *span)
        and all(getattr(terms, name) == value for name, value in figures.items())
        for assignment in facts.bearers(key)
        for terms in facts.terms.get(assignment.pk, ())
    )


def _costs(
    keys: Collection[Key],
) -> tuple[dict[Key, Decimal], set[Key], set[Key], dict[Key, Decimal]]:
    """The cost of each employee-month, those of which a part is an estimate, and those that carry a difference.

    Last, what is drawn of a provision in a month without pay: it is left of somebody who went away.
    """
    rows = _of(EmployerCost.objects.all(), keys).values("employee", "month")
    sums = rows.annotate(
        sum=Sum("amount"),
        is_rough=BoolOr("is_estimate"),
        has_carried=BoolOr(Q(kind=CostKind.CARRIED), output_field=BooleanField()),
        has_pay=BoolOr(Q(kind__in=AMOUNTS), output_field=BooleanField()),
        drawn=Sum("amount", filter=Q(kind=CostKind.LEAVE_DRAWN)),
    )
    found = {(row["employee"], row["month"]): row for row in sums.order_by("employee", "month")}
    return (
        {key: row["sum"] for key, row in found.items()},
        {key for key, row in found.items() if row["is_rough"]},
        {key for key, row in found.items() if row["has_carried"]},
        {key: row["drawn"] for key, row in found.items() if row["drawn"] and not row["has_pay"]},
    )


def _settled(run: BillingRun, keys: Collection[Key]) -> set[Key]:
    rows = _of(Settlement.objects.exclude(run=run).exclude(employer_cost=0), keys)
    return set(rows.values_list("employee", "month"))


def _charged(
    run: BillingRun, keys: Collection[Key]
) -> tuple[
    Counter[SourceOfSums], set[tuple[int, Month, str, bool, int]], dict[tuple[int, Month], list[Span]]
]:
    """How often is charged for good, or by another run's drafts, by source; by which terms; the days of hours."""
    lasting = Charge.objects.filter(_lasts(run), kind__in=COMPUTED, released_at__isnull=True)
    of_months = lasting.filter(service_month__in={month for _, month in keys})
    rows = of_months.annotate(is_difference=IS_DIFFERENCE).values_list(*SOURCE, "terms", "figures__spans")
    counted: Counter[SourceOfSums] = Counter()
    by_terms: set[tuple[int, Month, str, bool, int]] = set()
    spans: dict[tuple[int, Month], list[Span]] = defaultdict(list)
    for *source, terms, days in rows:
        counted[source[0], source[1], source[2], source[3]] += 1
        by_terms.add((*source, terms))
        spans[source[0], source[1]] += [
            (date.fromisoformat(one), date.fromisoformat(end)) for one, end in days or ()
        ]
    return counted, by_terms, spans


def _lasts(run: BillingRun) -> Q:
    """Charges that the drafts of ``run`` do not make anew."""
    return Q(run__isnull=True) | ~Q(run=run) | Q(line__invoice__status=InvoiceStatus.ISSUED)


def _reopened(run: BillingRun) -> list[tuple[Key, SourceOfSums, tuple[int, int]]]:
    """Computed sums that a credit note released whole and nothing bills again: key, source, (id, terms).

    One charge may bill several again (two prices of a month put right by one): then what was released with or before
    the one that it names is settled too. One of another price method names those in whose place it stands beside. The
    last released first.
    """
    again = Charge.objects.filter(
        _lasts(run),
        rebills__assignment=OuterRef("assignment"),
        rebills__service_month=OuterRef("service_month"),
        rebills__kind=OuterRef("kind"),
        rebills__released_at__gte=OuterRef("released_at"),
    )
    # Each of its own: a fee of the month, and one on a difference of another month.
    is_settled = Q(IS_DIFFERENCE, Exists(again.filter(rebills__figures__has_key="months"))) | Q(
        ~IS_DIFFERENCE, Exists(again.exclude(rebills__figures__has_key="months"))
    )
    in_place = replaced_by(Charge.objects.filter(_lasts(run)))
    rows = Charge.objects.filter(
        ~is_settled,
        ~in_place,
        released_at__isnull=False,
        kind__in=PRICED_ANEW,
        service_month__lte=run.month,
    ).annotate(is_difference=IS_DIFFERENCE)
    found = rows.order_by("-released_at", "pk").values_list("employee", *SOURCE, "pk", "terms")
    return [
        ((employee, source[1]), (source[0], source[1], source[2], source[3]), (pk, terms))
        for employee, *source, pk, terms in found
    ]


def _topped_up(run: BillingRun, charged: Mapping[SourceOfSums, int]) -> dict[tuple[int, Month], TopUp]:
    """What was charged up to a minimum, less credit notes; one query, none where nothing was."""
    wanted = {(assignment, month) for assignment, month, kind, _ in charged if kind in TOPS_UP}
    if not wanted:
        return {}
    charges = Charge.objects.filter(
        _lasts(run) | Q(is_standing=True),
        kind__in=TOPS_UP,
        released_at__isnull=True,
        assignment__in={assignment for assignment, _ in wanted},
        service_month__in={month for _, month in wanted},
    )
    minutes: dict[tuple[int, Month], dict[int, int]] = defaultdict(dict)
    worked: dict[tuple[int, Month], list[int]] = defaultdict(list)
    for row in charges_with_credits(charges).order_by("pk"):
        key = row.assignment_id or 0, row.service_month
        left = row.minutes * (row.net - row.credited) / row.net if row.net else Decimal(0)
        minutes[key][row.terms_id or 0] = int(left.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        worked[key].append(row.figures["worked_minutes"])
    return {key: TopUp(by_terms, max(worked[key])) for key, by_terms in minutes.items()}


def _released(run: BillingRun) -> list[tuple[Key, int, ReleasedMinutes]]:
    """Released minutes that no charge bills again, with their employee-month and assignment."""
    rows = Release.objects.filter(
        Q(charge__isnull=True) | Q(charge__run=run, charge__line__invoice__status=InvoiceStatus.DRAFT),
        fate=Fate.RELEASED,
        line__invoice__status=InvoiceStatus.ISSUED,
        entry__timesheet__month__lte=run.month,
        entry__timesheet__assignment__isnull=False,
    ).values_list(
        "pk",
        "minutes",
        "entry__day",
        "entry__timesheet__employee",
        "entry__timesheet__month",
        "entry__timesheet__assignment",
    )
    return [
        ((employee, month), assignment, ReleasedMinutes(pk, day, minutes))
        for pk, minutes, day, employee, month, assignment in rows.order_by("pk")
    ]


def _recorded(run: BillingRun) -> list[Charge]:
    """Recorded charges that no invoice holds, this run's own drafts aside."""
    rows = Charge.objects.filter(
        Q(line__isnull=True) | Q(run=run, line__invoice__status=InvoiceStatus.DRAFT),
        is_standing=True,
        service_month__lte=run.month,
    )
    return list(rows.select_related("member", "rebills__line").order_by("service_month", "recorded_at", "pk"))


def _issued(run: BillingRun) -> tuple[dict[Key, Decimal], set[tuple[int, bool]]]:
    """What issued invoices of this run charge already for the work itself, and the members they went to."""
    rows = Charge.objects.filter(run=run, line__invoice__status=InvoiceStatus.ISSUED)
    charged: dict[Key, Decimal] = defaultdict(Decimal)
    issued: set[tuple[int, bool]] = set()
    for employee, month, member, kind, net, is_out_of_scope in rows.values_list(
        "employee", "service_month", "member", "kind", "net", "line__invoice__is_out_of_scope"
    ):
        issued.add((member, is_out_of_scope))
        if kind in PAYS_FOR_WORK:
            charged[employee, month] += net
    return charged, issued


def _attestations() -> dict[int, list[VatAttestation]]:
    attestations: dict[int, list[VatAttestation]] = defaultdict(list)
    for row in VatAttestation.objects.order_by("starts_on"):
        attestations[row.member_id].append(row)
    return attestations


def _of(rows: Any, keys: Collection[Key]) -> Any:
    """Rows of these employees in these months; a few too many, since the two vary apart."""
    return rows.filter(employee__in={key[0] for key in keys}, month__in={key[1] for key in keys})
