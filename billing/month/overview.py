"""How far a month’s close is, and its invoices beside last month’s."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Lower

from billing.models import BillingRun, EmployerCost, Invoice, InvoiceStatus, RunProblem
from billing.month.differences import DifferenceCause, by_member
from billing.month.summing import with_credits
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month
from timesheets.models import Timesheet, TimesheetStatus

UNUSUAL_PERCENT = 10
# The problem that keeps one member’s invoice a draft while the others may be issued.
HOLDS_INVOICE = "vat_attestation_missing"
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Readiness:
    """How far hours and costs of a month are; minutes are those worked at members."""

    sheets: int
    drafts: int
    submitted: int
    approved: int
    minutes: int
    people: int
    costed: int

    @property
    def to_approve(self) -> int:
        return self.sheets - self.approved

    @property
    def uncosted(self) -> int:
        return self.people - self.costed


@dataclass(frozen=True)
class MonthRow:
    """A month in the list of months: its last run, timesheets, and what its invoices come to now (euros).

    ``net`` and ``total`` are less what credit notes took back since, which is ``credited`` and ``credited_total``.
    """

    month: Month
    run: BillingRun | None
    sheets: int
    approved: int
    invoices: int
    net: Decimal
    total: Decimal
    papers: int
    credited: Decimal = ZERO
    credited_total: Decimal = ZERO


class Before(TypedDict):
    """What the reading of a month adds to an invoice: its credit notes, the same member’s net of the month before."""

    credited_net: Decimal
    credited_vat: Decimal
    credited_total: Decimal
    previous: Decimal | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    InvoiceOfRun = WithAnnotations[Invoice, Before]


@dataclass(frozen=True)
class RunRow:
    """One invoice of the month beside the same member’s of the month before; amounts in euros, net of VAT.

    ``credited`` and ``credited_total`` are what credit notes took back of it, without and with VAT.
    """

    invoice: Invoice
    previous: Decimal | None
    causes: Sequence[DifferenceCause] = ()
    credited: Decimal = ZERO
    credited_total: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What is left of it, without VAT."""
        return self.invoice.net - self.credited

    @property
    def total(self) -> Decimal:
        """What is left of it, VAT included."""
        return self.invoice.total - self.credited_total

    @property
    def is_supplement(self) -> bool:
        return self.invoice.run is not None and bool(self.invoice.run.supplement)

    @property
    def difference(self) -> Decimal | None:
        return None if self.previous is None else self.net - self.previous

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of last month’s, one decimal; None when there is nothing to compare with."""
        return percent_of(self.difference, self.previous)

    @property
    def is_unusual(self) -> bool:
        return self.percent is not None and abs(self.percent) > UNUSUAL_PERCENT


@dataclass(frozen=True)
class RunSums:
    """The sums of the rows, amounts in euros; ``credited_total`` of them was credited, ``left`` is the rest."""

    count: int
    minutes: int
    net: Decimal
    vat: Decimal
    total: Decimal
    difference: Decimal | None
    percent: Decimal | None
    credited_total: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.total - self.credited_total


def percent_of(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """``part`` in percent of ``whole``, half-up to one decimal; None without a whole."""
    if part is None or not whole:
        return None
    return (part * 100 / whole).quantize(TENTH, rounding=ROUND_HALF_UP) + 0


def readiness(month: Month) -> Readiness:
    """Count the month’s timesheets by state, the hours at members, the people and those whose cost is known."""
    known = EmployerCost.objects.filter(employee=OuterRef("employee"), month=month, is_estimate=False)
    status, at_members = TimesheetStatus, Q(assignment__isnull=False)
    counts = (
        Timesheet.objects.filter(month=month)
        .with_minutes()
        .annotate(is_costed=Exists(known))
        .aggregate(
            sheets=Count("pk"),
            drafts=Count("pk", filter=Q(status=status.DRAFT)),
            submitted=Count("pk", filter=at_members & Q(status=status.SUBMITTED)),
            approved=Count("pk", filter=Q(status=status.APPROVED)),
            worked=Coalesce(Sum("minutes", filter=at_members), 0),
            people=Count("employee", distinct=True),
            costed=Count("employee", distinct=True, filter=Q(is_costed=True)),
        )
    )
    return Readiness(minutes=counts.pop("worked"), **counts)


def months() -> list[MonthRow]:
    """Every month that has hours or a run, newest first."""
    runs = {run.month: run for run in BillingRun.objects.order_by("-month", "supplement")}
    sheets = {
        row["month"]: row
        for row in Timesheet.objects.order_by()
        .values("month")
        .annotate(sheets=Count("pk"), approved=Count("pk", filter=Q(status=TimesheetStatus.APPROVED)))
    }
    bills = {
        row["run__month"]: row
        for row in with_credits(Invoice.objects.order_by())
        .values("run__month")
        .annotate(
            invoices=Count("pk"),
            issued_net=Sum("net"),
            issued_total=Sum("total"),
            credited=Sum("credited_net"),
            credited_gross=Sum("credited_total"),
            papers=Count("document"),
        )
    }
    return [
        _month_row(month, runs.get(month), sheets.get(month, {}), bills.get(month, {}))
        for month in sorted({*runs, *sheets}, reverse=True)
    ]


def _month_row(
    month: Month, run: BillingRun | None, sheets: Mapping[str, Any], bills: Mapping[str, Any]
) -> MonthRow:
    credited, credited_total = bills.get("credited") or ZERO, bills.get("credited_gross") or ZERO
    return MonthRow(
        month,
        run,
        sheets.get("sheets", 0),
        sheets.get("approved", 0),
        bills.get("invoices", 0),
        (bills.get("issued_net") or ZERO) - credited,
        (bills.get("issued_total") or ZERO) - credited_total,
        bills.get("papers", 0),
        credited,
        credited_total,
    )


def count_unsent(*runs: BillingRun) -> int:
    """Issued invoices of ``runs`` whose PDF is there and that nobody was sent by e-mail."""
    return Invoice.objects.filter(run__in=runs, document__isnull=False, dispatches__isnull=True).count()


def rows(*runs: BillingRun) -> list[RunRow]:
    """The invoices of a month’s ``runs`` by member name, each with its credit notes, the same member’s net of the
    month before and why it differs; a supplement is not compared with a whole month.
    """
    if not runs:
        return []
    before = (
        with_credits(Invoice.objects.all())
        .filter(
            member=OuterRef("member"),
            run__month=runs[0].month.previous,
            is_out_of_scope=OuterRef("is_out_of_scope"),
        )
        .order_by()
        .values("member")
        .annotate(sum=Sum(F("net") - F("credited_net")))
    )
    invoices = (
        with_credits(Invoice.objects.filter(run__in=runs))
        .select_related("member", "document", "rendering", "run")
        .annotate(previous=Case(When(run__supplement=0, then=Subquery(before.values("sum")))))
        .order_by(Lower("member__short_name__unaccent"), "run__supplement", "pk")
    )
    found = cast("list[InvoiceOfRun]", list(invoices))
    why = by_member(runs[0], {invoice.member_id for invoice in found if not invoice.is_out_of_scope})
    return [
        RunRow(
            invoice,
            invoice.previous,
            why.get(invoice.member_id, ()) if _is_compared(invoice, runs[0]) else (),
            invoice.credited_net,
            invoice.credited_total,
        )
        for invoice in found
    ]


def _is_compared(invoice: Invoice, first: BillingRun) -> bool:
    return invoice.run_id == first.pk and not invoice.is_out_of_scope


def problems(run: BillingRun) -> list[RunProblem]:
    """What drafting ``run`` could not charge, what blocks an invoice first."""
    return list(run.problems.select_related("member", "employee").order_by("-is_blocking", "code", "pk"))


def sums(of: Sequence[RunRow]) -> RunSums:
    """Add the rows up; the difference counts only members billed in both months."""
    compared = [row for row in of if row.difference is not None]
    difference = sum((row.net - (row.previous or 0) for row in compared), ZERO) if compared else None
    return RunSums(
        count=len(of),
        minutes=sum(row.invoice.minutes for row in of),
        net=sum((row.invoice.net for row in of), ZERO),
        vat=sum((row.invoice.vat for row in of), ZERO),
        total=sum((row.invoice.total for row in of), ZERO),
        difference=difference,
        percent=percent_of(difference, sum((row.previous or ZERO for row in compared), ZERO)),
        credited_total=sum((row.credited_total for row in of), ZERO),
    )


def issuable(of: Sequence[RunRow], problems: Sequence[RunProblem]) -> list[RunRow]:
    """The drafts among ``of`` that none of the run's ``problems`` keeps a draft."""
    kept_drafts = {problem.member_id for problem in problems if problem.code == HOLDS_INVOICE}
    return [
        row
        for row in of
        if row.invoice.status == InvoiceStatus.DRAFT and row.invoice.member_id not in kept_drafts
    ]


@dataclass(frozen=True)
class PdfProgress:
    """How far the PDFs of a run are."""

    total: int
    ready: int
    failed: int

    @property
    def is_running(self) -> bool:
        return self.ready + self.failed < self.total

    @property
    def are_all_ready(self) -> bool:
        return 0 < self.total == self.ready

    @property
    def awaited(self) -> int:
        return self.total - self.ready - self.failed


def pdf_progress(of: Sequence[RunRow]) -> PdfProgress:
    """Count the issued invoices of ``of`` by what has become of their PDF."""
    states = Counter(row.invoice.paper_state for row in of)
    return PdfProgress(len(of) - states["none"], states["ready"], states["failed"])
