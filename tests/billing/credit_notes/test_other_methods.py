"""A price put right to another method after a full credit: each pair of methods, billed once and never twice."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from billing.credit_notes import crediting, remaining
from billing.credit_notes.composing import CreditWhole
from billing.models import Charge, Invoice, Release, RunProblem, Settlement
from billing.month import drafting, issuing
from employees.models import Assignment, Terms
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month
from tests import world
from tests.billing import scene
from tests.billing.credit_notes.issued import RELEASED, VOIDED, at_end_of, credit, credit_all, waiting
from tests.world import DECEMBER, NOVEMBER

pytestmark = pytest.mark.django_db
JANUARY = DECEMBER.next

NOTHING: dict[str, Any] = {
    "hourly_price": None,
    "flat_amount": None,
    "management_rate": ZERO,
    "monthly_minimum_minutes": None,
}
HOURLY = {**NOTHING, "price_method": "hourly", "hourly_price": Decimal("20.00")}
TERMS: dict[str, dict[str, Any]] = {
    "hourly": HOURLY,
    "minimum": {**HOURLY, "monthly_minimum_minutes": 600},
    "flat": {**NOTHING, "price_method": "flat", "flat_amount": Decimal("1500.00")},
    "actual": {**NOTHING, "price_method": "actual", "management_rate": Decimal("6.00")},
}
# Seven hours in November; half of 3 637.92 and 6 % of it, since the other half is Sonam's.
OWED = {
    "hourly": {"worked_hours": "140.00"},
    "minimum": {"worked_hours": "140.00", "minimum": "60.00"},
    "flat": {"flat_amount": "1500.00"},
    "actual": {"cost_share": "1818.96", "management_fee": "109.14"},
}


def november(method: str) -> Assignment:
    """Seven hours at Aloen by ``method`` and seven at Sonam at actual cost; nobody works later."""
    aloen, sonam = scene.hosts(2)
    person = world.employee(members=[aloen, sonam])
    placed = world.assignment(person, aloen, **TERMS[method])
    scene.worked([aloen, sonam], person=person)
    Terms.objects.update(ends_before=DECEMBER.first)
    return placed


def billed(month: Month, placed: Assignment) -> Invoice:
    run = drafting.draft(month, by=None, at=at_end_of(month))
    issuing.issue_run(run, by=None, at=at_end_of(month))
    return Invoice.objects.get(run=run, member=placed.member)


def owed(invoice: Invoice) -> dict[str, str]:
    rows = Charge.objects.filter(line__invoice=invoice, service_month=NOVEMBER)
    return {kind: str(net) for kind, net in rows.values_list("kind", "net")}


def put_right(placed: Assignment, method: str) -> None:
    Terms.objects.filter(assignment=placed).update(**TERMS[method])


def nothing_is_left(month: Month) -> None:
    """The drafts of ``month`` bill nothing of November, and nothing of it waits or is asked about."""
    run = drafting.draft(month, by=None, at=at_end_of(month))
    assert not Charge.objects.filter(run=run, service_month=NOVEMBER).exists()
    assert not RunProblem.objects.filter(run=run, code="nothing_again").exists()
    assert waiting() == 0


@pytest.mark.parametrize(("before", "after"), list(product(TERMS, TERMS)))
def test_the_method_put_right_bills_the_month_once(before: str, after: str) -> None:
    placed = november(before)
    first = billed(NOVEMBER, placed)
    assert owed(first) == OWED[before]
    credit_all(first, RELEASED, at=at_end_of(NOVEMBER))
    put_right(placed, after)
    again = billed(DECEMBER, placed)
    assert owed(again) == OWED[after]
    nothing_is_left(JANUARY)
    credit_all(again, RELEASED, at=at_end_of(DECEMBER))
    put_right(placed, before)
    assert owed(billed(JANUARY, placed)) == OWED[before]
    nothing_is_left(JANUARY.next)
    settled = Settlement.objects.filter(month=NOVEMBER)
    assert sum(row.employer_cost for row in settled) == Decimal("3637.92")


@pytest.mark.parametrize(("before", "after"), list(product(TERMS, TERMS)))
def test_what_was_given_up_comes_back_by_no_method(before: str, after: str) -> None:
    placed = november(before)
    credit_all(billed(NOVEMBER, placed), VOIDED, at=at_end_of(NOVEMBER))
    put_right(placed, after)
    nothing_is_left(DECEMBER)


@pytest.mark.parametrize("before", ["flat", "actual"])
def test_hours_that_take_the_place_of_a_sum_are_credited_day_by_day(before: str) -> None:
    """Seven hours at 20.00: three of them are credited and billed once more."""
    placed = november(before)
    credit_all(billed(NOVEMBER, placed), RELEASED, at=at_end_of(NOVEMBER))
    put_right(placed, "hourly")
    again = billed(DECEMBER, placed)
    line = again.lines.get(charge__kind="worked_hours")
    row = remaining.remainder_of(again).lines[0]
    assert (row.line, row.minutes) == (line, 420)
    credit(again, CreditWhole(line, RELEASED), at=at_end_of(DECEMBER))
    assert owed(billed(JANUARY, placed)) == OWED["hourly"]
    nothing_is_left(JANUARY.next)


def test_late_hours_of_a_flat_month_come_with_the_others() -> None:
    """Three hours came after the invoice, with December's: all ten are billed by the hour."""
    placed = november("flat")
    first = billed(NOVEMBER, placed)
    sheet = world.timesheet(placed, {NOVEMBER.first.replace(day=27): 180}, month=NOVEMBER, supplement=1)
    Terms.objects.filter(assignment=placed).update(ends_before=JANUARY.first)
    world.timesheet(placed, month=DECEMBER)
    second = billed(DECEMBER, placed)
    assert second.timesheets.filter(timesheet=sheet).exists()
    credit_all(first, RELEASED, at=at_end_of(DECEMBER))
    assert sum(Release.objects.values_list("minutes", flat=True)) == 600
    credit_all(second, RELEASED, at=at_end_of(DECEMBER))
    put_right(placed, "hourly")
    assert owed(billed(JANUARY, placed)) == {"worked_hours": "200.00"}


def test_a_credit_of_a_flat_amount_prints_no_hours() -> None:
    """The note takes back a sum: its paper lists no hours, and the page none."""
    placed = november("flat")
    note = credit_all(billed(NOVEMBER, placed), RELEASED, at=at_end_of(NOVEMBER))
    origin = remaining.origin_of(note)
    assert (note.minutes, origin and origin.hours, note.snapshot and note.snapshot.get("annex", [])) == (
        0,
        [],
        [],
    )


def test_a_draft_thrown_away_leaves_the_hours_waiting() -> None:
    placed = november("flat")
    credit_all(billed(NOVEMBER, placed), RELEASED, at=at_end_of(NOVEMBER))
    put_right(placed, "hourly")
    run = drafting.draft(DECEMBER, by=None, at=at_end_of(DECEMBER))
    assert waiting() == 0
    drafting.discard(run, by=None, at=at_end_of(DECEMBER))
    assert waiting() == 420
    assert owed(billed(DECEMBER, placed)) == OWED["hourly"]


def test_no_credit_note_gives_back_the_hours_of_a_sum_twice() -> None:
    placed = november("flat")
    first = billed(NOVEMBER, placed)
    crediting.issue_credit_note(
        first,
        lines=crediting.whole_invoice(remaining.remainder_of(first), RELEASED),
        reason="Prix faux",
        by=None,
        at=at_end_of(NOVEMBER),
    )
    put_right(placed, "hourly")
    rows = Release.objects.values_list("credited__kind", "minutes", "fate")
    assert list(rows) == [("flat_amount", 420, "released")]
