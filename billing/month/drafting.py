"""Draft a month's invoices: charges, lines and one draft per member, made again at will until they are issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from billing.charge_kinds import BY_ENTRY
from billing.costs import leave_drawing, leave_ledger
from billing.documents.vat import Rates, regime_for
from billing.models import (
    BillingRun,
    Charge,
    Invoice,
    InvoicedTimesheet,
    InvoiceStatus,
    Line,
    Release,
    RunProblem,
    RunStatus,
    Settlement,
)
from billing.month import wording
from billing.month.assessing import Assessment, Owed, Settled, assess
from billing.month.gathering import gather
from employees.models import VatRegime
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, vat_by_rate
from groupement.kernel.periods import Month
from members.models import Member, User


@dataclass(frozen=True)
class Entry:
    """One line to come: ``owed`` when the run computed it, ``recorded`` when an act had recorded the charge."""

    member: int
    month: Month
    vat_regime: str
    label: str
    detail: str
    minutes: int
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    owed: Owed | None = None
    recorded: Charge | None = None

    @property
    def is_out_of_scope(self) -> bool:
        """Sums outside VAT never share an invoice with others (EN 16931, BR-O-02)."""
        return self.vat_regime == VatRegime.OUT_OF_SCOPE

    def line(self, invoice: Invoice, position: int) -> Line:
        return Line(
            invoice=invoice,
            position=position,
            label=self.label,
            detail=self.detail,
            quantity=self.quantity,
            unit=self.unit,
            unit_price=self.unit_price,
            net=self.net,
            vat_regime=self.vat_regime,
        )

    def charge(self, run: BillingRun, line: Line) -> Charge:
        """The charge of a computed line."""
        if self.owed is None:
            raise ValueError("a recorded charge exists already")
        due, assignment = self.owed.due, self.owed.assignment
        return Charge(
            run=run,
            member_id=assignment.member_id,
            employee_id=assignment.employee_id,
            assignment=assignment,
            terms_id=due.segment.terms,
            timesheet_id=self.owed.sheets[0].pk if self.owed.sheets else None,
            service_month=self.month,
            kind=due.kind,
            minutes=due.minutes,
            quantity=due.quantity,
            unit=due.unit,
            unit_price=due.unit_price,
            net=due.net,
            vat_regime=self.vat_regime,
            figures=dict(due.figures),
            rank=self.owed.rank,
            line=line,
        )


def entry_of_due(owed: Owed) -> Entry:
    """The line of what the run computed."""
    due, assignment = owed.due, owed.assignment
    supplement = owed.sheets[0].supplement if len(owed.sheets) == 1 else 0
    return Entry(
        member=assignment.member_id,
        month=owed.month,
        vat_regime=owed.vat_regime,
        label=wording.label(due.kind, assignment),
        detail=wording.detail(due, assignment, owed.month, supplement=supplement),
        minutes=due.minutes,
        quantity=due.quantity,
        unit=due.unit,
        unit_price=due.unit_price,
        net=due.net,
        owed=owed,
    )


def entry_of_charge(charge: Charge, is_franchise: bool) -> Entry:
    """The line of a recorded charge; what comes back after a credit note says so."""
    label, detail = charge.label, charge.detail
    if charge.rebills is not None and charge.rebills.line is not None:
        former = charge.rebills.line
        label = label or former.label
        detail = detail or former.detail
    return Entry(
        member=charge.member_id,
        month=charge.service_month,
        vat_regime=regime_for(charge.vat_regime, in_franchise=is_franchise),
        label=label,
        detail=detail,
        minutes=charge.minutes,
        quantity=charge.quantity,
        unit=charge.unit,
        unit_price=charge.unit_price,
        net=charge.net,
        recorded=charge,
    )


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
    # Before the drafts go: what is drawn for leave stands in the costs that are read next.
    leave_drawing.draw(run, at=at)
    _clear(run)
    _revive(at)
    assessment = assess(gather(run))
    _write(run, assessment, at)
    leave_ledger.note(run, at)
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
    leave_ledger.note(row, at)
    row.move(RunStatus.OPEN, by=by, at=at, drafted_at=None, employer_cost=None, charged=None, reserve=None)
    return row


def _clear(run: BillingRun) -> None:
    """Throw the drafts of ``run`` away; recorded charges and released hours go back to waiting."""
    charges = run.charges.exclude(line__invoice__status=InvoiceStatus.ISSUED)
    charges.filter(is_standing=True).update(run=None, line=None)
    computed = charges.filter(is_standing=False)
    Release.objects.filter(charge__in=computed).update(charge=None)
    drafts = run.invoices.filter(status=InvoiceStatus.DRAFT)
    _erase(computed)
    _erase(InvoicedTimesheet.objects.filter(invoice__in=drafts))
    _erase(Line.objects.filter(invoice__in=drafts))
    _erase(drafts)
    _erase(run.settlements.all())
    _erase(run.problems.all())


def _erase(rows: QuerySet[Any]) -> None:
    """Delete in one statement. Django's delete() asks each table that could point here, twenty of them and in vain:
    a draft has nothing but the rows above, and PostgreSQL's foreign keys would refuse what they do not name.
    """
    rows._raw_delete(rows.db)


def _revive(at: datetime) -> None:
    """A charge that a credit note released whole waits again, as a copy; hours come back entry by entry instead."""
    gone = Charge.objects.filter(released_at__isnull=False).exclude(kind__in=BY_ENTRY)
    again = Charge.objects.filter(rebills=OuterRef("pk"), released_at__isnull=True)
    for charge in gone.filter(~Exists(again)).order_by("pk"):
        copied = {field.attname: getattr(charge, field.attname) for field in Charge._meta.concrete_fields}
        for name in ("id", "run_id", "line_id", "released_at"):
            del copied[name]
        rest = {"is_standing": True, "rebills_id": charge.pk, "recorded_at": at, "recorded_by_id": None}
        Charge.objects.create(**copied | rest)


def _write(run: BillingRun, assessment: Assessment, at: datetime) -> None:
    rates = Rates()
    entries = [entry_of_due(owed) for owed in assessment.owed]
    entries += [entry_of_charge(charge, assessment.is_franchise) for charge in assessment.standing]
    by_invoice: dict[tuple[int, bool], list[Entry]] = {}
    for entry in entries:
        by_invoice.setdefault((entry.member, entry.is_out_of_scope), []).append(entry)
    members = Member.objects.filter(pk__in={entry.member for entry in entries}).by_name()
    invoices = Invoice.objects.bulk_create(
        _invoice(run, by_invoice[key], rates, at)
        for member in members
        for key in ((member.pk, False), (member.pk, True))
        if key in by_invoice
    )
    held = [by_invoice[invoice.member_id, invoice.is_out_of_scope] for invoice in invoices]
    lines = Line.objects.bulk_create(
        entry.line(invoice, position)
        for invoice, mine in zip(invoices, held, strict=True)
        for position, entry in enumerate(mine, start=1)
    )
    in_order = [entry for mine in held for entry in mine]
    _write_charges(run, in_order, lines)
    InvoicedTimesheet.objects.bulk_create(
        InvoicedTimesheet(invoice=invoice, timesheet_id=sheet)
        for invoice in invoices
        if not invoice.is_out_of_scope
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


def _write_charges(run: BillingRun, entries: Sequence[Entry], lines: Sequence[Line]) -> None:
    """The computed charges in one go; recorded ones and released hours learn where they are billed."""
    computed = [(entry, line) for entry, line in zip(entries, lines, strict=True) if entry.owed is not None]
    charges = Charge.objects.bulk_create(entry.charge(run, line) for entry, line in computed)
    taken = [
        Release(pk=pk, charge=charge)
        for (entry, _), charge in zip(computed, charges, strict=True)
        for pk in (entry.owed.again if entry.owed else ())
    ]
    Release.objects.bulk_update(taken, ["charge"])
    standing = []
    for entry, line in zip(entries, lines, strict=True):
        if entry.recorded is not None:
            entry.recorded.run, entry.recorded.line = run, line
            entry.recorded.vat_regime = entry.vat_regime
            standing.append(entry.recorded)
    Charge.objects.bulk_update(standing, ["run", "line", "vat_regime"])


def _invoice(run: BillingRun, entries: Sequence[Entry], rates: Rates, at: datetime) -> Invoice:
    sums = vat_by_rate((rates.of(entry.vat_regime, entry.month.last), entry.net) for entry in entries)
    net, vat = sum((row.base for row in sums), ZERO), sum((row.amount for row in sums), ZERO)
    return Invoice(
        run=run,
        member_id=entries[0].member,
        is_out_of_scope=entries[0].is_out_of_scope,
        service_month=run.month,
        drafted_at=at,
        minutes=sum(entry.minutes for entry in entries),
        net=net,
        vat=vat,
        total=net + vat,
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
