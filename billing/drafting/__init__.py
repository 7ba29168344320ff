"""Draft a month's invoices: charges, lines and one draft per member, made again at will until they are issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.drafting import wording
from billing.drafting.assessing import Assessment, Owed, Settled, assess
from billing.drafting.gathering import gather
from billing.models import (
    BillingRun,
    Charge,
    Invoice,
    InvoicedTimesheet,
    InvoiceStatus,
    Line,
    RunProblem,
    RunStatus,
    Settlement,
)
from billing.vat import Rates
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE, vat_by_rate
from groupement.periods import Month
from members.models import Member, User

ZERO = Decimal("0.00")


class NotDraftable(Refusal):
    """The month cannot be drafted, or its drafts cannot be thrown away."""


@transaction.atomic
def draft(subject: BillingRun | Month, *, by: User | None, at: datetime) -> BillingRun:
    """Price what the run's month owes and write one draft for each member; earlier drafts are replaced.

    The same data give the same figures. Taken in: approved hours that no invoice holds, up to the month; what cannot be
    charged yet is told by ``run.problems``. Invoices of the run that are issued already stay as they are. Raises
    NotDraftable for a month to come and for one whose invoices are all issued.
    """
    month = subject.month if isinstance(subject, BillingRun) else subject
    if timezone.localdate(at) < month.first:
        raise NotDraftable(f"Le mois {month.of_label} n’a pas commencé.")
    BillingRun.objects.get_or_create(month=month)
    run = BillingRun.objects.select_for_update(no_key=True).get(month=month)
    if run.status == RunStatus.ISSUED:
        raise NotDraftable(
            f"Les factures {month.of_label} sont émises. Ce qui arrive en retard rejoint la clôture suivante."
        )
    _clear(run)
    assessment = assess(gather(run))
    _write(run, assessment, at)
    employer_cost, charged = _sums(assessment.settled)
    run.move(
        RunStatus.DRAFTED,
        by=by,
        at=at,
        drafted_at=at,
        employer_cost=employer_cost,
        charged=charged,
        reserve=employer_cost - charged,
    )
    return run


@transaction.atomic
def discard(run: BillingRun, *, by: User | None, at: datetime) -> BillingRun:
    """Throw the drafts of ``run`` away; no number is lost, since drafts have none. Raises NotDraftable."""
    row = BillingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if row.invoices.filter(status=InvoiceStatus.ISSUED).exists():
        raise NotDraftable(
            f"Des factures {row.month.of_label} sont émises{NO_BREAK_SPACE}: les brouillons restent."
        )
    if row.status != RunStatus.DRAFTED:
        raise NotDraftable(f"Il n’y a pas de brouillons pour {row.month.label}.")
    _clear(row)
    row.move(RunStatus.OPEN, by=by, at=at, drafted_at=None, employer_cost=None, charged=None, reserve=None)
    return row


def _clear(run: BillingRun) -> None:
    run.charges.exclude(line__invoice__status=InvoiceStatus.ISSUED).delete()
    run.invoices.filter(status=InvoiceStatus.DRAFT).delete()
    run.settlements.all().delete()
    run.problems.all().delete()


def _write(run: BillingRun, assessment: Assessment, at: datetime) -> None:
    by_member: dict[int, list[Owed]] = {}
    for owed in assessment.owed:
        by_member.setdefault(owed.assignment.member_id, []).append(owed)
    members = Member.objects.filter(pk__in=by_member).by_name()
    rates = Rates()
    invoices = Invoice.objects.bulk_create(
        _invoice(run, by_member[member.pk], rates, at) for member in members
    )
    lines = Line.objects.bulk_create(
        _line(invoice, position, owed)
        for invoice in invoices
        for position, owed in enumerate(by_member[invoice.member_id], start=1)
    )
    owed_in_order = (owed for invoice in invoices for owed in by_member[invoice.member_id])
    Charge.objects.bulk_create(
        _charge(run, owed, line) for owed, line in zip(owed_in_order, lines, strict=True)
    )
    InvoicedTimesheet.objects.bulk_create(
        InvoicedTimesheet(invoice=invoice, timesheet_id=sheet)
        for invoice in invoices
        for sheet in assessment.covered[invoice.member_id]
    )
    Settlement.objects.bulk_create(_settlement(run, settled) for settled in assessment.settled)
    RunProblem.objects.bulk_create(
        RunProblem(
            run=run,
            member_id=problem.member,
            employee_id=problem.employee,
            code=problem.code,
            message=problem.message[:300],
            is_blocking=problem.is_blocking,
        )
        for problem in assessment.problems
    )


def _invoice(run: BillingRun, owed: Sequence[Owed], rates: Rates, at: datetime) -> Invoice:
    sums = vat_by_rate(
        (rates.of(item.due.segment.vat_regime, item.month.last), item.due.net) for item in owed
    )
    net, vat = sum((row.base for row in sums), ZERO), sum((row.amount for row in sums), ZERO)
    return Invoice(
        run=run,
        member_id=owed[0].assignment.member_id,
        service_month=run.month,
        drafted_at=at,
        minutes=sum(item.due.minutes for item in owed),
        net=net,
        vat=vat,
        total=net + vat,
    )


def _line(invoice: Invoice, position: int, owed: Owed) -> Line:
    due = owed.due
    supplement = owed.sheets[0].supplement if len(owed.sheets) == 1 else 0
    return Line(
        invoice=invoice,
        position=position,
        label=wording.label(due.kind, owed.assignment),
        detail=wording.detail(due, owed.assignment, owed.month, supplement=supplement),
        quantity=due.quantity,
        unit=due.unit,
        unit_price=due.unit_price,
        net=due.net,
        vat_regime=due.segment.vat_regime,
    )


def _charge(run: BillingRun, owed: Owed, line: Line) -> Charge:
    due = owed.due
    return Charge(
        run=run,
        member_id=owed.assignment.member_id,
        employee_id=owed.assignment.employee_id,
        assignment=owed.assignment,
        terms_id=due.segment.terms,
        timesheet_id=owed.sheets[0].pk if owed.sheets else None,
        service_month=owed.month,
        kind=due.kind,
        minutes=due.minutes,
        quantity=due.quantity,
        unit=due.unit,
        unit_price=due.unit_price,
        net=due.net,
        vat_regime=due.segment.vat_regime,
        figures=dict(due.figures),
        line=line,
    )


def _settlement(run: BillingRun, settled: Settled) -> Settlement:
    return Settlement(
        run=run,
        employee_id=settled.employee,
        month=settled.month,
        employer_cost=settled.employer_cost,
        charged=settled.charged,
        reserve=settled.employer_cost - settled.charged,
    )


def _sums(settled: Sequence[Settled]) -> tuple[Decimal, Decimal]:
    return sum((row.employer_cost for row in settled), ZERO), sum((row.charged for row in settled), ZERO)
