"""The locks of a month: its drafts, thrown away or made again, and their issue."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from billing.charges import recording
from billing.models import BillingRun, Invoice, InvoiceStatus, Line, RunStatus
from billing.month import drafting, issuing, sealing
from billing.month.drafting import NotDraftable
from billing.month.issuing import Outdated
from billing.prices import changing
from billing.prices.changing import NotRepriceable
from employees.models import Terms
from tests import world
from tests.billing import scene
from tests.billing.credit_notes.issued import free
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOVEMBER, NOW, OCTOBER
from timesheets import approval
from timesheets.models import Timesheet


@holds("billing.month.drafting.draft")
def two_months_drafted_at_once() -> Meeting:
    """The late hours of October are on one of the drafts, not on both."""
    scene.worked(scene.hosts(1), month=OCTOBER)
    met = meet(
        lambda: drafting.draft(OCTOBER, by=None, at=NOW), lambda: drafting.draft(NOVEMBER, by=None, at=NOW)
    )
    met.assert_both_done()
    assert set(Line.objects.values_list("invoice__run", flat=True)) == {met.first.pk}
    return met


@holds("billing.month.drafting._lock_open_run")
def a_month_drafted_while_it_is_issued() -> Meeting:
    run = scene.drafted(scene.hosts(2))
    met = meet(
        lambda: issuing.issue_run(run, by=None, at=NOW), lambda: drafting.draft(NOVEMBER, by=None, at=NOW)
    )
    met.assert_refused(NotDraftable, "Les factures de novembre 2026 sont émises")
    assert set(run.invoices.values_list("status", flat=True)) == {InvoiceStatus.ISSUED}
    return met


@holds("billing.month.drafting.draft#2")
def a_month_drafted_while_a_sum_is_withdrawn() -> Meeting:
    """Else the draft would keep a line that no charge explains."""
    world.group()
    charge = free(world.member("Aloen"), "50.00")
    met = meet(
        lambda: recording.withdraw_charge(charge, by=None, at=NOW),
        lambda: drafting.draft(NOVEMBER, by=None, at=NOW),
    )
    met.assert_both_done()
    assert not Line.objects.exists()
    return met


@holds("billing.month.drafting._lock_open_run#2")
def a_supplement_drafted_again_while_it_is_issued() -> Meeting:
    members = scene.hosts(1)
    maelle = world.employee(members=members)
    placed = world.assignment(maelle, members[0])
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    issuing.issue_run(drafting.draft(NOVEMBER, by=None, at=NOW), by=None, at=NOW)
    world.timesheet(placed, {NOVEMBER.first.replace(day=30): 60}, supplement=1)
    supplement = drafting.draft(NOVEMBER, by=None, at=NOW)
    met = meet(
        lambda: issuing.issue_run(supplement, by=None, at=NOW),
        lambda: drafting.draft(NOVEMBER, by=None, at=NOW),
    )
    assert isinstance(met.second, NotDraftable), met
    assert met.second.message == "Le complément de novembre 2026 vient d’être émis. Rechargez la page."
    return met


@holds("billing.month.drafting.discard")
def drafts_thrown_away_while_they_are_issued() -> Meeting:
    run = scene.drafted(scene.hosts(1))
    met = meet(
        lambda: issuing.issue_run(run, by=None, at=NOW), lambda: drafting.discard(run, by=None, at=NOW)
    )
    assert isinstance(met.second, NotDraftable), met
    assert met.second.message == "Des factures de novembre 2026 sont émises\u00a0: les brouillons restent."
    assert Invoice.objects.get().status == InvoiceStatus.ISSUED
    return met


def price_agreed_on_while(issue: Callable[[BillingRun, Invoice], Any]) -> Meeting:
    """A price from 1 November on while Aloen’s invoice of November is issued, and Sonam’s stays a draft.

    The month’s row is not written then: only its lock makes the other wait.
    """
    aloen, sonam = hosts = scene.hosts(2)
    run, by = scene.drafted(hosts), world.finance()
    Line.objects.filter(invoice__member=sonam).update(unit_price=1, net=1, quantity=1)
    invoice = run.invoices.get(member=aloen)
    placed = Terms.objects.get(assignment__member=aloen).assignment
    figures = {"price_method": "actual", "management_rate": Decimal("8.00")}
    met = meet(
        lambda: issue(run, invoice),
        lambda: changing.agree(placed, starts_on=NOVEMBER.first, figures=figures, by=by, at=NOW),
    )
    issued = Invoice.objects.exclude(number=None)
    assert (list(issued), BillingRun.objects.get().status) == ([invoice], RunStatus.DRAFTED), met
    assert isinstance(met.second, NotRepriceable), met
    assert "Novembre 2026 est déjà facturé" in met.second.message
    assert Terms.objects.get(assignment=placed).management_rate == Decimal("6.00")
    return met


@holds("billing.month.issuing.issue")
def a_price_agreed_on_while_one_invoice_is_issued() -> Meeting:
    return price_agreed_on_while(lambda _, invoice: issuing.issue(invoice, by=None, at=NOW))


@holds("billing.month.issuing.issue_run", "billing.prices.changing.agree#2")
def a_price_agreed_on_while_the_month_is_issued() -> Meeting:
    return price_agreed_on_while(lambda run, _: issuing.issue_run(run, by=None, at=NOW))


@holds("billing.month.issuing._lock_batch")
def hours_reopened_while_the_month_is_issued() -> Meeting:
    """Whose hours are open again stays a draft, and keeps nobody else from being issued."""
    aloen, sonam = hosts = scene.hosts(2)
    for host, name in zip(hosts, ("Maëlle", "Youenn"), strict=True):
        placed = world.assignment(world.employee(name, members=[host]), host)
        world.timesheet(placed, world.hours(NOVEMBER, 7))
    run, solene = drafting.draft(NOVEMBER, by=None, at=NOW), world.coordinator()
    sheet = Timesheet.objects.get(assignment__member=aloen)
    met = meet(
        lambda: approval.reopen(sheet, by=solene, at=NOW, note="Il manque un jour."),
        lambda: issuing.issue_run(run, by=None, at=NOW),
    )
    assert isinstance(met.second, issuing.IssuedRun), met
    assert [invoice.member for invoice in met.second.issued] == [sonam], met
    ((failed, sentence),) = met.second.failed
    assert (failed, sentence.endswith("Refaites les brouillons.")) == (aloen, True), met
    return met


def slip_in(invoice: Invoice) -> Line:
    return Line.objects.create(
        invoice=invoice,
        position=99,
        label="Atelier",
        quantity=1,
        unit="C62",
        unit_price=10,
        net=10,
        vat_regime="S20",
    )


@holds("billing.month.issuing._lock_batch#2")
def a_line_added_while_the_invoice_is_issued() -> Meeting:
    invoice = scene.drafted(scene.hosts(1)).invoices.get()
    met = meet(lambda: slip_in(invoice), lambda: issuing.issue(invoice, by=None, at=NOW))
    assert isinstance(met.second, Outdated), met
    assert "une ligne que rien n’explique" in met.second.message
    assert Invoice.objects.get().status == InvoiceStatus.DRAFT
    return met


@holds("billing.month.sealing.issue_together")
def a_line_added_while_a_document_is_issued_by_itself() -> Meeting:
    """The paper says every line that the document has."""
    world.group()
    made = Invoice.objects.create(member=world.member("Aloen"), service_month=NOVEMBER, drafted_at=NOW)
    Line.objects.filter(pk=slip_in(made).pk).update(position=1)
    met = meet(lambda: slip_in(made), lambda: sealing.issue_alone(made, by=None, at=NOW))
    issued = Invoice.objects.get()
    assert (issued.number, issued.lines.count(), len(issued.snapshot["lines"])) == ("F-2026-0001", 2, 2), met
    assert issued.net == Decimal("20.00")
    return met
