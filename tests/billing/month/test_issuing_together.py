"""Issuing while others act on the same rows: no gap, no double, nothing slips into an issued invoice."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from billing.models import BillingRun, Invoice, Line, Series
from billing.month import drafting, issuing
from billing.month.issuing import Outdated
from billing.month.sealing import DraftNotIssuable
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing import scene
from tests.together import Call, all_at_once, wait_until_blocked
from tests.world import NOVEMBER, NOW
from timesheets import approval
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db(transaction=True)


def slip_in(invoice: Invoice) -> Line:
    return Line.objects.create(
        invoice=invoice, position=99, label="x", quantity=1, unit="C62", unit_price=0, net=0, vat_regime="S20"
    )


def test_line_added_while_an_invoice_is_issued_is_refused() -> None:
    invoice = scene.drafted(scene.hosts(1)).invoices.get()
    with transaction.atomic():
        issuing.issue(invoice, by=None, at=NOW)
        late = Call(lambda: slip_in(invoice))
        wait_until_blocked(late)
    with pytest.raises(IntegrityError, match="what an issued invoice is made of never changes"):
        late.outcome()
    assert len(Invoice.objects.get().snapshot["lines"]) == Line.objects.count() == 2


def test_hours_being_billed_are_not_reopened() -> None:
    invoice = scene.drafted(scene.hosts(1)).invoices.get()
    coordinator = world.coordinator()
    sheet = Timesheet.objects.exclude(assignment=None).get()
    with transaction.atomic():
        issuing.issue(invoice, by=None, at=NOW)
        late = Call(lambda: approval.reopen(sheet, by=coordinator, at=NOW, note="Il manque un jour."))
        wait_until_blocked(late)
    with pytest.raises(approval.AlreadyBilled):
        late.outcome()


def test_run_issued_twice_at_once_is_issued_once() -> None:
    run = scene.drafted(scene.hosts(3))
    calls = all_at_once([lambda: issuing.issue_run(run, by=None, at=NOW)] * 2)
    assert [type(call.error) for call in calls if call.error] == [DraftNotIssuable]
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == [1, 2, 3]


def test_run_drafted_twice_at_once_has_one_draft_per_member() -> None:
    scene.worked(scene.hosts(2))
    calls = all_at_once([lambda: drafting.draft(NOVEMBER, by=None, at=NOW)] * 2)
    assert [call.error for call in calls] == [None, None]
    assert (BillingRun.objects.count(), Invoice.objects.count()) == (1, 2)


def test_case_60_twenty_at_once_with_one_failure() -> None:
    world.group()
    for rank in range(20):
        placed = world.assignment(
            world.employee(f"P{rank}", f"N{rank}", with_account=False), world.member(f"M{rank:02d}")
        )
        world.timesheet(placed, world.hours(NOVEMBER, 7))
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    Line.objects.filter(invoice__member__short_name="M07").update(unit_price=1, net=7)
    drafts = list(run.invoices.order_by("pk"))
    calls = all_at_once([lambda draft=draft: issuing.issue(draft, by=None, at=NOW) for draft in drafts])
    assert [type(call.error) for call in calls if call.error] == [Outdated]
    issued = Invoice.objects.exclude(number=None).order_by("sequence")
    assert list(issued.values_list("sequence", flat=True)) == list(range(1, 20))
    assert [invoice.snapshot["number"] for invoice in issued] == [f"F-2026-{n:04d}" for n in range(1, 20)]
    assert all(invoice.member.legal_name == invoice.snapshot["buyer"]["legal_name"] for invoice in issued)
    assert Series.objects.get().last_sequence == 19


def test_case_61_discarded_drafts_take_no_number() -> None:
    first = scene.issued(scene.hosts(1), month=world.OCTOBER)
    for _ in range(3):
        scene_run = _redraft()
        drafting.discard(scene_run, by=None, at=NOW)
    issuing.issue_run(_redraft(), by=None, at=NOW)
    assert list(Invoice.objects.order_by("sequence").values_list("number", flat=True)) == [
        "F-2026-0001",
        "F-2026-0002",
    ]
    assert first.invoices.get().number == "F-2026-0001"


def _redraft() -> BillingRun:
    if not Timesheet.objects.filter(month=NOVEMBER).exists():
        placed = Timesheet.objects.exclude(assignment=None).first().assignment
        world.timesheet(placed, world.hours(NOVEMBER, 7))
        world.timesheet(placed.employee)
        world.cost(placed.employee)
    return drafting.draft(NOVEMBER, by=None, at=NOW)


def test_case_59_second_of_three_cannot_be_deleted() -> None:
    run = scene.issued(scene.hosts(3))
    with pytest.raises(IntegrityError, match="an issued invoice never changes"), transaction.atomic():
        run.invoices.filter(sequence=2)._raw_delete("default")
    with pytest.raises((IntegrityError, Refusal)), transaction.atomic():
        drafting.discard(run, by=None, at=NOW)
    placed = world.assignment(world.employee("Youenn", "Talec"), world.member("OnCIMé"))
    world.timesheet(placed, world.hours(world.DECEMBER, 7), month=world.DECEMBER)
    later = world.at(date(2027, 1, 4))
    done = issuing.issue_run(drafting.draft(world.DECEMBER, by=None, at=later), by=None, at=later)
    assert [invoice.sequence for invoice in done.issued] == [1]
    assert Series.objects.get(year=2026).last_sequence == 3
