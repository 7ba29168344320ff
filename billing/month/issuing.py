"""Issue invoices: the draft is checked against today's facts, copied whole, numbered last, and frozen."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from billing.charge_kinds import TOPS_UP
from billing.documents import snapshot
from billing.models import BillingRun, Charge, Invoice, InvoicedTimesheet, InvoiceStatus, Rendering, RunStatus
from billing.month import ahead
from billing.month.assessing import Assessment, assess
from billing.month.gathering import gather
from billing.month.rebilling import ChargeToBill
from billing.month.sealing import DraftNotIssuable, number_drafts
from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.printable import refuse_holes
from members.models import Member, User
from timesheets import approval
from timesheets.models import Timesheet, TimesheetStatus

log = logging.getLogger(__name__)


class Outdated(DraftNotIssuable):
    """Hours, prices or costs changed since the draft was made."""


@dataclass
class IssuedRun:
    """What came of a run: the invoices issued, in the order of their numbers, and why others were not."""

    issued: list[Invoice] = field(default_factory=list)
    failed: list[tuple[Member, str]] = field(default_factory=list)


@dataclass
class _IssueBatch:
    """Drafts of one run to issue at one moment, with what is needed to check and copy them.

    ``charges`` are today's by member, ``drafted`` those of each draft, ``sheets`` the timesheets (ids) of each draft;
    ``approved_later`` are timesheets approved after the moment of issue, ``to_seal`` those of what was issued.
    """

    run: BillingRun
    drafts: Sequence[Invoice]
    assessment: Assessment
    copier: snapshot.SnapshotBuilder
    charges: dict[int, list[ChargeToBill]]
    drafted: dict[int, list[Charge]]
    sheets: dict[int, list[int]]
    by: User | None
    at: datetime
    approved_later: set[int]
    to_seal: set[int] = field(default_factory=set)


@transaction.atomic
def issue(invoice: Invoice, *, by: User | None, at: datetime, accepts_early: bool = False) -> Invoice:
    """Issue one draft: number, copy, seal its timesheets, ask for its file.

    Raises DraftNotIssuable, NumberTooEarly, StaleRow; ahead.MonthNotOver unless ``accepts_early``.

    The draft must still be what the facts give. The run itself is issued with its last draft. Queue the file
    afterwards with ``rendering.enqueue``, once the transaction is through.
    """
    if invoice.run_id is None:
        raise DraftNotIssuable("Ce document n’appartient à aucune clôture.")
    run = BillingRun.objects.select_for_update(no_key=True).get(pk=invoice.run_id)
    if not accepts_early:
        ahead.refuse_early(run.month, timezone.localdate(at))
    batch = _lock_batch(run, [invoice.pk], by=by, at=at)
    if not batch.drafts:
        raise DraftNotIssuable("Cette facture est déjà émise.")
    ready = _checked(batch.drafts[0], batch)
    _freeze([ready], batch)
    _finish([ready.draft], batch)
    return ready.draft


@transaction.atomic
def issue_run(
    run: BillingRun,
    *,
    by: User | None,
    at: datetime,
    accepts_early: bool = False,
    accepts_clock: bool = True,
    issued_on: date | None = None,
) -> IssuedRun:
    """Issue all drafts of ``run`` in the order of the members' names; what goes wrong with one leaves the others alone.

    Their numbers are one block, given back whole when it cannot be written; then each is tried in its own savepoint,
    so that a number given back by a failure goes to the next. A run that only counts costs is closed without an
    invoice. ``accepts_early``: somebody said that the month is issued although it has days to come; ``accepts_clock``:
    that today is right although nothing was recorded for days; ``issued_on``: the date of the invoices when it is not
    that of ``at``, the day that earlier numbers have reached. Raises DraftNotIssuable when there is neither draft nor
    cost, ahead.MonthNotOver, ahead.ClockInDoubt, ahead.NotTheDateReached.
    """
    row = BillingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if not accepts_early:
        ahead.refuse_early(row.month, timezone.localdate(at))
    if not accepts_clock:
        ahead.refuse_clock(timezone.localdate(at))
    batch = _lock_batch(row, None, by=by, at=at, issued_on=issued_on)
    if not batch.drafts and not _only_counts_costs(row):
        raise DraftNotIssuable(f"Il n’y a aucun brouillon à émettre pour {row.month.label}.")
    done = IssuedRun()
    ready = _ready(batch, done)
    try:
        with transaction.atomic():
            _freeze(ready, batch)
    except Exception:
        log.exception("run %s not issued at once, each draft is tried by itself", row.pk)
        _issue_one_by_one(ready, batch, done)
    else:
        done.issued = [each.draft for each in ready]
    _finish(done.issued, batch)
    return done


@dataclass(frozen=True)
class _Ready:
    """A draft that may be issued: what it will say, and the timesheets (ids) that it seals."""

    draft: Invoice
    copied: Mapping[str, Any]
    to_seal: Sequence[int]


def _ready(batch: _IssueBatch, done: IssuedRun) -> list[_Ready]:
    """The drafts that may be issued; what is wrong with the others goes into ``done``."""
    ready: list[_Ready] = []
    for draft in batch.drafts:
        with _keeping_failures(draft, done):
            ready.append(_checked(draft, batch))
    return ready


def _issue_one_by_one(ready: Sequence[_Ready], batch: _IssueBatch, done: IssuedRun) -> None:
    for each in ready:
        with _keeping_failures(each.draft, done), transaction.atomic():
            _freeze([each], batch)
            done.issued.append(each.draft)


@contextmanager
def _keeping_failures(draft: Invoice, done: IssuedRun) -> Iterator[None]:
    """Keep why ``draft`` was not issued, and go on; what nobody expected is logged."""
    try:
        yield
    except Refusal as refusal:
        done.failed.append((draft.member, refusal.message))
    except Exception:
        log.exception("invoice not issued: %s", draft.pk)
        done.failed.append((draft.member, "Une erreur inattendue s’est produite, le brouillon reste."))


def _freeze(ready: Sequence[_Ready], batch: _IssueBatch) -> None:
    """Number and freeze ``ready``, in their order; their timesheets are sealed when the batch is finished."""
    drafts, copies = [each.draft for each in ready], [each.copied for each in ready]
    number_drafts(drafts, copies, batch.copier, by=batch.by, at=batch.at)
    batch.to_seal.update(pk for each in ready for pk in each.to_seal)


def _only_counts_costs(run: BillingRun) -> bool:
    """Whether the run settles a cost and has no invoice at all."""
    return run.settlements.exclude(employer_cost=0).exists() and not run.invoices.exists()


def _lock_batch(
    run: BillingRun,
    only: Sequence[int] | None,
    *,
    by: User | None,
    at: datetime,
    issued_on: date | None = None,
) -> _IssueBatch:
    """Lock what the run's drafts are made of, then read the facts again."""
    if run.status != RunStatus.DRAFTED:
        raise DraftNotIssuable(f"La clôture {run.month.of_label} n’a pas de brouillons à émettre.")
    # A timesheet that is being reopened is waited for; one that is to be reopened waits for us, and finds it billed.
    months = Charge.objects.filter(run=run).values("service_month")
    staff = Charge.objects.filter(run=run).values("employee")
    invoiced = InvoicedTimesheet.objects.filter(invoice__run=run).values("timesheet")
    topped_up = Charge.objects.filter(kind__in=TOPS_UP).values("assignment")
    paid = Q(assignment__in=topped_up, month__lt=run.month, billed_at=None)
    sheets = Timesheet.objects.filter(Q(employee__in=staff, month__in=months) | Q(pk__in=invoiced) | paid)
    locked = sheets.select_for_update(no_key=True).order_by("pk").values_list("pk", "approved_at")
    approved_later = {pk for pk, approved_at in locked if approved_at and approved_at > at}
    drafts = run.invoices.filter(status=InvoiceStatus.DRAFT).select_for_update(of=("self",))
    if only is not None:
        drafts = drafts.filter(pk__in=only)
    names = {pk: rank for rank, pk in enumerate(Member.objects.by_name().values_list("pk", flat=True))}
    ready = sorted(drafts.select_related("member"), key=lambda draft: (names[draft.member_id], draft.pk))
    assessment = assess(gather(run))
    _refuse_other_costs(run, assessment)
    copier = snapshot.prepare(ready, issued_on=ahead.checked_date(issued_on, timezone.localdate(at)))
    charges: dict[int, list[ChargeToBill]] = {}
    for charge in assessment.charges:
        charges.setdefault(charge.assignment.member_id, []).append(charge)
    drafted = {
        pk: [found for line in lines if (found := getattr(line, "charge", None))]
        for pk, lines in copier.lines.items()
    }
    return _IssueBatch(
        run, ready, assessment, copier, charges, drafted, _sheets(ready), by, at, approved_later
    )


def _checked(draft: Invoice, batch: _IssueBatch) -> _Ready:
    """``draft`` with what it will say. Raises DraftNotIssuable, Outdated when today’s facts give another."""
    if problem := batch.assessment.invoice_problem(draft.member_id):
        raise DraftNotIssuable(problem.message)
    charges = batch.drafted.get(draft.pk, [])
    _refuse_outdated(draft, charges, batch)
    copied = batch.copier.copy(draft)
    refuse_holes(copied)
    if len(copied["lines"]) != len(charges):
        raise Outdated("Ce brouillon a une ligne que rien n’explique. Refaites les brouillons.")
    if (copied["net"], copied["vat_total"]) != (str(draft.net), str(draft.vat)):
        raise Outdated("Les lignes du brouillon ne font plus son total. Refaites les brouillons.")
    to_seal = _to_seal(charges, batch.sheets.get(draft.pk, ()))
    if batch.approved_later.intersection(to_seal):
        raise DraftNotIssuable("Des heures ont été approuvées après l’heure d’émission demandée.")
    return _Ready(draft, copied, to_seal)


def _finish(issued: Sequence[Invoice], batch: _IssueBatch) -> None:
    """Seal what was issued, under the locks taken before; ask for the files; close the run with its last draft."""
    approval.seal(batch.to_seal | _paid_elsewhere(batch), at=batch.at)
    Rendering.objects.bulk_create(Rendering(invoice=invoice, queued_at=batch.at) for invoice in issued)
    if not batch.run.invoices.filter(status=InvoiceStatus.DRAFT).exists():
        batch.run.move(RunStatus.ISSUED, by=batch.by, at=batch.at, issued_at=batch.at)


def _paid_elsewhere(batch: _IssueBatch) -> set[int]:
    """Timesheets that a minimum charged before has paid for, of members that this run invoices nothing."""
    if not batch.assessment.paid:
        return set()
    invoiced = set(batch.run.invoices.filter(is_out_of_scope=False).values_list("member", flat=True))
    sheets = [paid for member, paid in batch.assessment.paid.items() if member not in invoiced]
    return {sheet for paid in sheets for sheet in paid} - batch.approved_later


def _refuse_other_costs(run: BillingRun, assessment: Assessment) -> None:
    now = {(row.employee, row.month): row.employer_cost for row in assessment.settlements}
    drafted = run.settlements.values_list("employee", "month", "employer_cost")
    if any(now.get((employee, month), cost) != cost for employee, month, cost in drafted):
        raise Outdated("Les coûts employeur ont changé depuis les brouillons. Refaites les brouillons.")


def _refuse_outdated(draft: Invoice, charges: Sequence[Charge], batch: _IssueBatch) -> None:
    """Refuse a draft whose charges come out otherwise from today's facts; what came on top waits for the next run."""
    member = draft.member_id
    now: dict[tuple[object, ...], tuple[object, ...]] = {
        (
            each.assignment.pk,
            each.priced.segment.terms,
            each.month,
            each.priced.kind,
            "months" in each.priced.figures,
        ): (
            *(each.priced.minutes, each.priced.quantity, each.priced.unit_price, each.priced.net),
            each.vat_regime,
        )
        for each in batch.charges.get(member, ())
    }
    changed = [
        charge
        for charge in charges
        if not charge.is_standing
        and now.get(
            (
                charge.assignment_id,
                charge.terms_id,
                charge.service_month,
                charge.kind,
                "months" in charge.figures,
            )
        )
        != (charge.minutes, charge.quantity, charge.unit_price, charge.net, charge.vat_regime)
    ]
    if changed:
        whose = f" {of(changed[0].employee.full_name)}" if changed[0].employee else ""
        raise Outdated(
            f"Les heures ou le prix{whose} ont changé depuis le brouillon. Refaites les brouillons."
        )
    if not set(batch.sheets.get(draft.pk, ())) <= set(batch.assessment.covered.get(member, ())):
        raise Outdated("Des heures de ce brouillon ne sont plus approuvées. Refaites les brouillons.")


def _to_seal(charges: Sequence[Charge], sheets: Sequence[int]) -> list[int]:
    """The timesheets of the annex and, for a share of the actual cost, the hours at the group that it counts."""
    months = {(row.employee_id, row.service_month) for row in charges if row.rule.shares_cost}
    if not months:
        return list(sheets)
    at_the_group = Timesheet.objects.filter(
        employee__in={employee for employee, _ in months},
        month__in={month for _, month in months},
        assignment=None,
        status=TimesheetStatus.APPROVED,
        billed_at=None,
    )
    return [*sheets, *(row.pk for row in at_the_group if (row.employee_id, row.month) in months)]


def _sheets(drafts: Sequence[Invoice]) -> dict[int, list[int]]:
    sheets: dict[int, list[int]] = {}
    rows = InvoicedTimesheet.objects.filter(invoice__in=drafts).values_list("invoice", "timesheet")
    for invoice, timesheet in rows.order_by("timesheet"):
        sheets.setdefault(invoice, []).append(timesheet)
    return sheets
