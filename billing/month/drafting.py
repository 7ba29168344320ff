"""Draft a month's invoices: charges, lines and one draft per member, made again at will until they are issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from billing.charge_kinds import COMPUTED
from billing.costs import carried_over, leave_drawing, leave_ledger
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
from billing.month.assessing import Assessment, assess
from billing.month.gathering import gather
from billing.month.rebilling import ChargeToBill
from employees.models import VatRegime
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, vat_by_rate
from groupement.kernel.periods import Month
from members.models import Group, Member, User


class NotDraftable(Refusal):
    """The month cannot be drafted, or its drafts cannot be thrown away."""


@transaction.atomic
def draft(subject: BillingRun | Month, *, by: User | None, at: datetime) -> BillingRun:
    """Price what the run's month owes and write one draft for each member; earlier drafts are replaced.

    The same data give the same figures. Charged are approved hours that no invoice bills, up to the month; what cannot
    be charged yet is in ``run.problems``. Invoices of the run that are issued already stay as they are; once all are, a
    supplement of the month takes what came since: a cost, hours, released sums. Raises NotDraftable for a month to
    come, and for one that is issued when nothing came since.
    """
    month = subject.month if isinstance(subject, BillingRun) else subject
    if timezone.localdate(at) < month.first:
        raise NotDraftable(f"Le mois {month.of_label} n’a pas commencé.")
    # One draft at a time, of whatever month: two would take the same recorded sums and the same late hours.
    Group.objects.select_for_update(no_key=True).order_by("pk").first()
    run = _lock_open_run(month)
    # Before the drafts go: what is drawn for leave is part of the costs that are read next.
    leave_drawing.write_leave_rows(run, at=at)
    _delete_drafts(run)
    # Who left since has no later pay that carries a difference.
    carried_over.carry_all(at=at)
    _copy_released_charges(at)
    # Held before they are read: one that is being withdrawn is gone then, and none goes while its line is written.
    list(Charge.objects.waiting().select_for_update(no_key=True).order_by("pk").values_list("pk"))
    assessment = assess(gather(run, on=timezone.localdate(at)))
    if run.supplement and not assessment.comes_to_something:
        _refuse_supplement(month, assessment)
    _write(run, assessment, at)
    leave_ledger.record_entries(run, at)
    employer_cost = sum((row.employer_cost for row in assessment.settlements), ZERO)
    charged = sum((row.charged for row in assessment.settlements), ZERO)
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


def _lock_open_run(month: Month) -> BillingRun:
    """The month's run that is not issued, locked; a supplement when all are. Who drafts a month waits at its first."""
    BillingRun.objects.get_or_create(month=month, supplement=0)
    first = BillingRun.objects.select_for_update(no_key=True).get(month=month, supplement=0)
    if first.status != RunStatus.ISSUED:
        return first
    last = BillingRun.objects.filter(month=month).order_by("-supplement")[0]
    if last.status == RunStatus.ISSUED:
        last, _ = BillingRun.objects.get_or_create(month=month, supplement=last.supplement + 1)
    run = BillingRun.objects.select_for_update(no_key=True).get(pk=last.pk)
    if run.status == RunStatus.ISSUED:
        raise NotDraftable(f"Le complément {month.of_label} vient d’être émis. Rechargez la page.")
    return run


def _refuse_supplement(month: Month, assessment: Assessment) -> NoReturn:
    """Nothing came since the month was issued; what waits is said, with what it waits for."""
    waiting = [
        problem.message
        for problem in assessment.problems
        if problem.is_blocking or problem.code == "cost_already_shared"
    ]
    if waiting:
        raise NotDraftable(f"Le complément {month.of_label} ne peut pas encore être fait.", errors=waiting)
    raise NotDraftable(
        f"Les factures {month.of_label} sont émises, et rien n’est arrivé depuis{NO_BREAK_SPACE}: il n’y a rien à "
        "compléter."
    )


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
    _delete_drafts(row)
    leave_ledger.record_entries(row, at)
    row.move(RunStatus.OPEN, by=by, at=at, drafted_at=None, employer_cost=None, charged=None, reserve=None)
    return row


def _delete_drafts(run: BillingRun) -> None:
    """Throw the drafts of ``run`` away; recorded charges and released hours go back to waiting."""
    charges = run.charges.exclude(line__invoice__status=InvoiceStatus.ISSUED)
    charges.filter(is_standing=True).update(run=None, line=None)
    computed = charges.filter(is_standing=False)
    Release.objects.filter(charge__in=computed).update(charge=None)
    drafts = run.invoices.filter(status=InvoiceStatus.DRAFT)
    _delete_at_once(computed)
    _delete_at_once(InvoicedTimesheet.objects.filter(invoice__in=drafts))
    _delete_at_once(Line.objects.filter(invoice__in=drafts))
    _delete_at_once(drafts)
    _delete_at_once(run.settlements.all())
    _delete_at_once(run.problems.all())


def _delete_at_once(rows: QuerySet[Any]) -> None:
    """Delete in one statement. Django's delete() asks each table that could point here, twenty of them and in vain:
    a draft has nothing but the rows above, and PostgreSQL's foreign keys would refuse what they do not name.
    """
    rows._raw_delete(rows.db)


def _copy_released_charges(at: datetime) -> None:
    """A recorded charge that a credit note released whole waits again, as a copy; what drafts compute is priced anew.

    A copy that was released in its turn is copied itself: nothing comes back twice.
    """
    # Copies of computed sums are of former versions, which did not price them anew.
    Charge.objects.filter(
        is_standing=True,
        kind__in=COMPUTED,
        rebills__isnull=False,
        line__isnull=True,
        released_at__isnull=True,
    ).delete()
    gone = Charge.objects.filter(released_at__isnull=False).exclude(kind__in=COMPUTED)
    again = Charge.objects.filter(rebills=OuterRef("pk"))
    for charge in gone.filter(~Exists(again)).order_by("pk"):
        copied = {field.attname: getattr(charge, field.attname) for field in Charge._meta.concrete_fields}
        for name in ("id", "run_id", "line_id", "released_at"):
            del copied[name]
        rest = {"is_standing": True, "rebills_id": charge.pk, "recorded_at": at, "recorded_by_id": None}
        Charge.objects.create(**copied | rest)


def _write(run: BillingRun, assessment: Assessment, at: datetime) -> None:
    """The drafts by member's name, their lines and charges, timesheets, settlements and problems."""
    rates = Rates()
    draft_lines = [_line_of_charge(charge) for charge in assessment.charges]
    draft_lines += [_line_of_recorded(charge, assessment.is_franchise) for charge in assessment.recorded]
    by_invoice: dict[tuple[int, bool], list[DraftLine]] = {}
    for each in draft_lines:
        by_invoice.setdefault((each.member, each.is_out_of_scope), []).append(each)
    members = Member.objects.filter(pk__in={each.member for each in draft_lines}).by_name()
    invoices = Invoice.objects.bulk_create(
        _invoice(run, by_invoice[key], rates, at)
        for member in members
        for key in ((member.pk, False), (member.pk, True))
        if key in by_invoice
    )
    in_order = [
        (invoice, position, each)
        for invoice in invoices
        for position, each in enumerate(by_invoice[invoice.member_id, invoice.is_out_of_scope], start=1)
    ]
    lines = Line.objects.bulk_create(each.line(invoice, position) for invoice, position, each in in_order)
    _write_charges(run, [each for _, _, each in in_order], lines)
    InvoicedTimesheet.objects.bulk_create(
        InvoicedTimesheet(invoice=invoice, timesheet_id=sheet)
        for invoice in invoices
        if not invoice.is_out_of_scope
        for sheet in assessment.covered[invoice.member_id]
    )
    Settlement.objects.bulk_create(
        Settlement(
            run=run,
            employee_id=settled.employee,
            month=settled.month,
            employer_cost=settled.employer_cost,
            charged=settled.charged,
            reserve=settled.employer_cost - settled.charged,
        )
        for settled in assessment.settlements
    )
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


def _write_charges(run: BillingRun, draft_lines: Sequence[DraftLine], lines: Sequence[Line]) -> None:
    """The computed charges in one go; recorded ones and released hours get the line that bills them."""
    pairs = list(zip(draft_lines, lines, strict=True))
    computed = [(each.computed, each.charge(run, line)) for each, line in pairs if each.computed is not None]
    Charge.objects.bulk_create(charge for _, charge in computed)
    releases = [Release(pk=pk, charge=charge) for source, charge in computed for pk in source.again]
    Release.objects.bulk_update(releases, ["charge"])
    recorded = []
    for each, line in pairs:
        if each.recorded is not None:
            each.recorded.run, each.recorded.line = run, line
            each.recorded.vat_regime = each.vat_regime
            recorded.append(each.recorded)
    Charge.objects.bulk_update(recorded, ["run", "line", "vat_regime"])


def _invoice(run: BillingRun, draft_lines: Sequence[DraftLine], rates: Rates, at: datetime) -> Invoice:
    sums = vat_by_rate((rates.of(each.vat_regime, each.month.last), each.net) for each in draft_lines)
    net, tax = sum((row.base for row in sums), ZERO), sum((row.amount for row in sums), ZERO)
    return Invoice(
        run=run,
        member_id=draft_lines[0].member,
        is_out_of_scope=draft_lines[0].is_out_of_scope,
        service_month=run.month,
        drafted_at=at,
        minutes=sum(each.minutes for each in draft_lines),
        net=net,
        vat=tax,
        total=net + tax,
    )


@dataclass(frozen=True)
class DraftLine:
    """One line to come: ``computed`` when the run priced it, ``recorded`` when an act had recorded the charge."""

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
    computed: ChargeToBill | None = None
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
        if self.computed is None:
            raise ValueError("a recorded charge exists already")
        priced, assignment = self.computed.priced, self.computed.assignment
        return Charge(
            run=run,
            member_id=assignment.member_id,
            employee_id=assignment.employee_id,
            assignment=assignment,
            terms_id=priced.segment.terms,
            timesheet_id=self.computed.sheets[0].pk if self.computed.sheets else None,
            service_month=self.month,
            kind=priced.kind,
            minutes=priced.minutes,
            quantity=priced.quantity,
            unit=priced.unit,
            unit_price=priced.unit_price,
            net=priced.net,
            vat_regime=self.vat_regime,
            figures=self.computed.figures,
            rank=self.computed.rank,
            rebills_id=self.computed.rebills,
            line=line,
        )


def _line_of_charge(charge: ChargeToBill) -> DraftLine:
    """The line of what the run computed."""
    priced, assignment = charge.priced, charge.assignment
    supplement = charge.sheets[0].supplement if len(charge.sheets) == 1 else 0
    return DraftLine(
        member=assignment.member_id,
        month=charge.month,
        vat_regime=charge.vat_regime,
        label=wording.line_label(priced.kind, assignment),
        detail=wording.line_detail(priced, assignment, charge.month, supplement=supplement),
        minutes=priced.minutes,
        quantity=priced.quantity,
        unit=priced.unit,
        unit_price=priced.unit_price,
        net=priced.net,
        computed=charge,
    )


def _line_of_recorded(recorded: Charge, is_franchise: bool) -> DraftLine:
    """The line of a recorded charge; one that bills a credited charge again has its label and detail."""
    label, detail = recorded.label, recorded.detail
    if recorded.rebills is not None and recorded.rebills.line is not None:
        former = recorded.rebills.line
        label = label or former.label
        detail = detail or former.detail
    return DraftLine(
        member=recorded.member_id,
        month=recorded.service_month,
        vat_regime=regime_for(recorded.vat_regime, in_franchise=is_franchise),
        label=label,
        detail=detail,
        minutes=recorded.minutes,
        quantity=recorded.quantity,
        unit=recorded.unit,
        unit_price=recorded.unit_price,
        net=recorded.net,
        recorded=recorded,
    )
