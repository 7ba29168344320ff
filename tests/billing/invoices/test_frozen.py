"""What an issued invoice is made of refuses every change, by raw statements too."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import (
    BillingRun,
    BillingRunStep,
    Charge,
    Document,
    Invoice,
    InvoicedTimesheet,
    InvoiceStep,
    Line,
    Settlement,
)
from tests import world
from tests.billing import scene
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db

FROZEN = {
    "invoice": (Invoice, "an issued invoice never changes"),
    "line": (Line, "what an issued invoice is made of never changes"),
    "timesheet of an invoice": (InvoicedTimesheet, "what an issued invoice is made of never changes"),
    "charge": (Charge, "a billed charge never changes"),
    "run": (BillingRun, "an issued run never changes"),
    "settlement": (Settlement, "the settlements of an issued run never change"),
    "document": (Document, "Cannot update or delete rows"),
    "step of an invoice": (InvoiceStep, "Cannot update or delete rows"),
    "step of a run": (BillingRunStep, "Cannot update or delete rows"),
}


@pytest.fixture
def run(settings, tmp_path):
    made = scene.issued(scene.hosts(1))
    scene.printed(made)
    return made


def raw(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("name", FROZEN)
def test_no_row_of_an_issued_invoice_is_updated(run, name: str) -> None:
    model, message = FROZEN[name]
    assert model.objects.exists()
    column = model._meta.pk.column
    with pytest.raises(DatabaseError, match=message):
        raw(f"UPDATE {model._meta.db_table} SET {column} = {column}")


@pytest.mark.parametrize("name", FROZEN)
def test_no_row_of_an_issued_invoice_is_deleted(run, name: str) -> None:
    model, message = FROZEN[name]
    before = model.objects.count()
    with pytest.raises(DatabaseError, match=message):
        raw(f"DELETE FROM {model._meta.db_table}")
    assert model.objects.count() == before > 0


def draft_of_december() -> Invoice:
    placed = Charge.objects.first().assignment
    world.timesheet(placed, world.hours(world.DECEMBER, 7), month=world.DECEMBER)
    world.timesheet(placed.employee, month=world.DECEMBER)
    world.cost(placed.employee, month=world.DECEMBER)
    from billing.month import drafting

    return drafting.draft(world.DECEMBER, by=None, at=world.at(world.DECEMBER.before)).invoices.get()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda draft: Line.objects.exclude(invoice=draft).update(invoice=draft, position=90), id="off"
        ),
        pytest.param(
            lambda draft: draft.lines.update(invoice=Invoice.objects.exclude(pk=draft.pk).get(), position=91),
            id="on",
        ),
        pytest.param(
            lambda draft: draft.timesheets.update(invoice=Invoice.objects.exclude(pk=draft.pk).get()),
            id="hours on",
        ),
        pytest.param(
            lambda draft: InvoicedTimesheet.objects.exclude(invoice=draft).update(invoice=draft),
            id="hours off",
        ),
    ],
)
def test_nothing_moves_off_or_onto_an_issued_invoice(run, change: Callable[[Invoice], Any]) -> None:
    draft = draft_of_december()
    assert draft.lines.count() == 2
    with (
        pytest.raises(IntegrityError, match="what an issued invoice is made of never changes"),
        transaction.atomic(),
    ):
        change(draft)


def test_case_40_a_billed_line_keeps_its_price() -> None:
    world.group()
    placed = world.assignment(world.employee(), world.member(), hourly_price=Decimal("200.00"))
    other = world.assignment(placed.employee, world.member("Sonam"), hourly_price=Decimal("10.00"))
    world.timesheet(placed, world.hours(world.NOVEMBER, 3))
    world.timesheet(other, world.hours(world.NOVEMBER, 1))
    from billing.month import drafting, issuing

    done = issuing.issue_run(drafting.draft(world.NOVEMBER, by=None, at=world.NOW), by=None, at=world.NOW)
    assert [str(invoice.net) for invoice in done.issued] == ["600.00", "10.00"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(net=10).update(unit_price=20, net=20)
    with unguarded():
        placed.terms.update(hourly_price=Decimal("300.00"))
    assert sum(Invoice.objects.values_list("net", flat=True)) == Decimal("610.00")


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"number": "F-2026-0009"}, "invoice_is_issued_exactly_when_numbered"),
        ({"status": "issued"}, "invoice_is_issued_exactly_when_numbered"),
        ({"net": Decimal("1.00")}, "invoice_total_is_net_plus_vat"),
    ],
)
def test_draft_is_never_half_issued(columns: dict[str, Any], constraint: str) -> None:
    run = scene.drafted(scene.hosts(1))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        run.invoices.update(**columns)


@pytest.mark.parametrize(
    ("model", "columns", "constraint"),
    [
        (Line, {"net": Decimal("1.00")}, "line_net_is_quantity_times_price"),
        (Charge, {"net": Decimal("1.00")}, "charge_net_is_quantity_times_price"),
        (Settlement, {"charged": Decimal("1.00")}, "settlement_cost_is_charged_plus_reserve"),
        (BillingRun, {"reserve": Decimal("1.00")}, "employer_cost_is_charged_plus_reserve"),
    ],
)
def test_figures_of_a_draft_stay_consistent(model: Any, columns: dict[str, Any], constraint: str) -> None:
    scene.drafted(scene.hosts(1))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**columns)


def test_hours_are_on_one_invoice_only() -> None:
    first, second = scene.drafted(scene.hosts(2)).invoices.order_by("pk")
    with pytest.raises(IntegrityError, match="timesheet_id"), transaction.atomic():
        second.timesheets.create(timesheet=first.timesheets.get().timesheet)


def test_cost_of_a_month_is_settled_once() -> None:
    run = scene.drafted(scene.hosts(1))
    settled = run.settlements.get()
    other = BillingRun.objects.create(month=world.DECEMBER)
    with pytest.raises(IntegrityError, match="the_cost_of_a_month_is_settled_once"), transaction.atomic():
        Settlement.objects.create(
            run=other, employee=settled.employee, month=settled.month, employer_cost=1, charged=1, reserve=0
        )
