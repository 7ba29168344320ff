"""A month's minimum is owed once: by days over its prices, after late approvals, credits and hours that came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.credit_notes.composing import CreditAmount, CreditQuantity, CreditWhole
from billing.models import Charge, Fate, RunProblem
from billing.month import drafting, issuing, pricing
from billing.month.segments import EmployeeMonth, Segment
from employees.models import PriceMethod
from groupement.kernel.periods import Month
from tests import world
from tests.billing.credit_notes.issued import credit
from tests.world import DECEMBER, NOVEMBER, NOW

JANUARY = DECEMBER.next
LATER, LAST = world.at(date(2027, 1, 4)), world.at(date(2027, 2, 3))
HOUR = 60


def part(price: str, hours: int, first: int, before: date, *, least: int = 60, **facts: Any) -> Segment:
    """A part of November under one price, its hours on its first day, a minimum of ``least`` hours a month."""
    start = date(2026, 11, first)
    return Segment(
        assignment=1,
        terms=first,
        member=1,
        method=PriceMethod.HOURLY,
        spans=[(start, before)],
        minutes={start: hours * HOUR} if hours else {},
        hourly_price=Decimal(price),
        minimum=least * HOUR,
        **facts,
    )


def two_prices(first: int, second: int, **facts: Any) -> list[Segment]:
    """20.00 up to the 15th, 21.00 from the 16th, with so many hours worked in each half."""
    middle = date(2026, 11, 16)
    return [part("20.00", first, 1, middle, **facts), part("21.00", second, 16, NOVEMBER.before, **facts)]


def priced(segments: list[Segment], month: Month = NOVEMBER) -> list[tuple[str, int, str]]:
    return [
        (each.kind, each.minutes, str(each.net)) for each in pricing.price(EmployeeMonth(month, segments))
    ]


@pytest.mark.parametrize(
    ("hours", "owed", "top_up"),
    [
        # 40 h × 20.00 + 20 h × 21.00: the sixty hours of the month are there. By half-months, the second would lack
        # ten of its thirty (1 430.00).
        ((40, 20), "1220.00", {}),
        # Ten hours lack, all in the second half: the ten that the first has above its thirty count for it.
        ((40, 10), "1220.00", {16: 600}),
        ((40, 0), "1220.00", {16: 1200}),
        # The other way round: 20 × 20.00 + 40 × 21.00, and 10 h fewer at the first price.
        ((20, 40), "1240.00", {}),
        ((10, 40), "1240.00", {1: 600}),
        # Both lack: each its own.
        ((20, 25), "1230.00", {1: 600, 16: 300}),
        ((0, 0), "1230.00", {1: 1800, 16: 1800}),
        # More than the minimum in one half only.
        ((70, 0), "1400.00", {}),
    ],
)
def test_two_prices_owe_one_minimum_by_days(hours, owed, top_up) -> None:
    found = pricing.price(EmployeeMonth(NOVEMBER, two_prices(*hours)))
    assert sum(each.net for each in found) == Decimal(owed)
    assert {each.segment.terms: each.minutes for each in found if each.kind == "minimum"} == top_up


def test_three_prices_lack_no_minute_more_than_the_month() -> None:
    """61 h over 10, 10 and 11 days of October: 20, 7 and 3 h worked lack 31 h, of which the first has none."""
    days = [1, 11, 21, 32]
    parts = [
        replace(
            part("20.00", hours, 1, date(2026, 11, 2), least=61),
            terms=n,
            spans=[(date(2026, 10, days[n]), date(2026, 10, days[n + 1]) if n < 2 else date(2026, 11, 1))],
        )
        for n, hours in enumerate((20, 7, 3))
    ]
    found = pricing.price(EmployeeMonth(Month(2026, 10), parts))
    lacking = {each.segment.terms: each.minutes for each in found if each.kind == "minimum"}
    assert sum(lacking.values()) == 31 * HOUR
    assert set(lacking) == {1, 2}


def test_another_minimum_on_the_way_goes_by_the_days_of_each() -> None:
    """60 h a month for 15 days and 40 h for 15 more are 50 h."""
    first, second = two_prices(20, 20)
    found = priced([first, replace(second, minimum=40 * HOUR)])
    assert [row for row in found if row[0] == "minimum"] == [("minimum", 600, "200.00")]


def test_hours_before_a_minimum_was_agreed_do_not_fill_it() -> None:
    first, second = two_prices(50, 20)
    assert ("minimum", 600, "210.00") in priced([replace(first, minimum=0), second])


def test_late_hours_fill_what_their_own_price_lacked_first() -> None:
    """Paid for 5 h at 21.00 that lacked; then five hours more in each half: those at 20.00 are owed, as if known."""
    then: dict[str, Any] = {"is_topped_up": True, "worked_then": 55 * HOUR}
    first, second = two_prices(45, 20)
    late = [
        replace(first, to_bill=300, topped_up=0, **then),
        replace(second, to_bill=300, topped_up=300, **then),
    ]
    assert priced(late) == [("worked_hours", 300, "100.00")]


db = pytest.mark.django_db


def agreed(**terms: Any):
    """Maëlle at Aloen by the hour at 20.00, twenty hours a month at least; and at Sonam, so that months have drafts."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee(members=[aloen, sonam])
    prices = {"hourly_price": Decimal("20.00"), "monthly_minimum_minutes": 20 * HOUR, **terms}
    world.assignment(maelle, sonam, hourly_price=Decimal("20.00"))
    return world.assignment(maelle, aloen, **prices)


def month(of: Month, at=NOW, *, elsewhere: bool = True):
    """The month drafted and issued; seven hours at Sonam in it unless not ``elsewhere``."""
    if elsewhere:
        other = _sonam()
        world.timesheet(other, world.hours(of, 7), month=of)
    run = drafting.draft(of, by=None, at=at)
    done = issuing.issue_run(run, by=None, at=at)
    assert not done.failed
    run.refresh_from_db()
    return run


def _sonam():
    from employees.models import Assignment

    return Assignment.objects.get(member__short_name="Sonam")


def at_aloen(run) -> list[tuple[str, int, str]]:
    rows = Charge.objects.filter(run=run, member__short_name="Aloen").order_by("pk")
    return [(row.kind, row.minutes, str(row.net)) for row in rows]


def codes(run) -> list[str]:
    rows = RunProblem.objects.filter(run=run).exclude(code="cost_missing").order_by("pk")
    return [row.code for row in rows if row.member is None or row.member.short_name == "Aloen"]


@db
def test_a_month_of_no_hours_approved_late_owes_its_minimum_once() -> None:
    placed = agreed(weekly_pattern=(0,) * 7)
    sheet = world.timesheet(placed, status="confirmed")
    assert at_aloen(month(NOVEMBER)) == []
    sheet.move("approved", kind="approve", by=None, at=NOW, approved_at=NOW)
    world.timesheet(placed, world.hours(DECEMBER, 20), month=DECEMBER)
    assert at_aloen(month(DECEMBER, LATER)) == [("minimum", 1200, "400.00"), ("worked_hours", 1200, "400.00")]
    sheet.refresh_from_db()
    assert sheet.billed_at
    world.timesheet(placed, world.hours(JANUARY, 20), month=JANUARY)
    assert at_aloen(month(JANUARY, LAST)) == [("worked_hours", 1200, "400.00")]


@db
def test_an_empty_month_without_a_minimum_stays_as_it_was() -> None:
    """Before a minimum was agreed on, nothing is owed and nothing is said."""
    placed = agreed(weekly_pattern=(0,) * 7, monthly_minimum_minutes=None)
    world.timesheet(placed)
    placed.terms.update(ends_before=DECEMBER.first)
    placed.terms.create(
        starts_on=DECEMBER.first,
        weekly_pattern=[0] * 7,
        price_method="hourly",
        hourly_price=Decimal("20.00"),
        monthly_minimum_minutes=600,
    )
    assert at_aloen(month(NOVEMBER)) == []
    world.timesheet(placed, month=DECEMBER)
    run = month(DECEMBER, LATER)
    assert (at_aloen(run), codes(run)) == ([("minimum", 600, "200.00")], [])


def topped_up():
    """Twelve of twenty hours in November, charged up to them: 160.00 for the eight that lacked."""
    placed = agreed()
    world.timesheet(placed, world.hours(NOVEMBER, 12))
    run = month(NOVEMBER)
    assert at_aloen(run) == [("worked_hours", 720, "240.00"), ("minimum", 480, "160.00")]
    return placed, run


@db
def test_late_hours_that_a_minimum_paid_for_are_sealed_and_told_once() -> None:
    placed, _ = topped_up()
    late = world.timesheet(placed, {date(2026, 11, 30): 300}, supplement=1)
    run = month(DECEMBER, LATER)
    assert (at_aloen(run), codes(run)) == ([], ["paid_by_minimum", "hours_not_approved"])
    assert run.problems.get(code="paid_by_minimum").message.replace("\u00a0", " ") == (
        "Maëlle Kerbrat chez Aloen : 5,00 h tardives de novembre 2026 sont couvertes par le minimum déjà facturé. "
        "Elles ne donnent aucune somme et seront arrêtées avec cette clôture."
    )
    late.refresh_from_db()
    assert late.billed_at == LATER
    # Three of the eight are left: of five more, two are owed.
    world.timesheet(placed, {date(2026, 11, 29): 300}, supplement=2)
    run = month(JANUARY, LAST)
    assert (at_aloen(run), "paid_by_minimum" in codes(run)) == ([("worked_hours", 120, "40.00")], False)


@db
def test_late_hours_that_a_minimum_paid_for_stand_on_the_members_own_invoice() -> None:
    placed, _ = topped_up()
    late = world.timesheet(placed, {date(2026, 11, 30): 300}, supplement=1)
    world.timesheet(placed, world.hours(DECEMBER, 20), month=DECEMBER)
    run = month(DECEMBER, LATER)
    late.refresh_from_db()
    assert late.billed_at == LATER
    assert run.invoices.get(member=placed.member).timesheets.filter(timesheet=late).exists()


@db
@pytest.mark.parametrize(
    ("request_of", "owed"),
    [
        # Given up whole: five late hours are owed.
        (lambda line: CreditWhole(line, Fate.VOIDED), [("worked_hours", 300, "100.00")]),
        # Six of the eight given up, by hours or in euros: two are paid for, three are owed.
        (lambda line: CreditQuantity(line, Decimal("6.00")), [("worked_hours", 180, "60.00")]),
        (lambda line: CreditAmount(line, Decimal("120.00")), [("worked_hours", 180, "60.00")]),
        # Two of eight given up: six pay for five.
        (lambda line: CreditQuantity(line, Decimal("2.00")), []),
        # To be billed again: with five hours more, three lack.
        (
            lambda line: CreditWhole(line, Fate.RELEASED),
            [("worked_hours", 300, "100.00"), ("minimum", 180, "60.00")],
        ),
    ],
)
def test_hours_after_a_credited_top_up_are_owed_as_far_as_it_was_given_up(request_of, owed) -> None:
    placed, run = topped_up()
    invoice = run.invoices.get(member=placed.member)
    line = invoice.lines.get(charge__kind="minimum")
    credit(invoice, request_of(line), at=LATER)
    world.timesheet(placed, {date(2026, 11, 30): 300}, supplement=1)
    assert at_aloen(month(DECEMBER, LATER)) == owed


@db
def test_a_credit_after_late_hours_leaves_less_to_the_next() -> None:
    """Eight paid for, five filled, two given up: one is left of five more."""
    placed, run = topped_up()
    world.timesheet(placed, {date(2026, 11, 30): 300}, supplement=1)
    month(DECEMBER, LATER)
    invoice = run.invoices.get(member=placed.member)
    credit(invoice, CreditQuantity(invoice.lines.get(charge__kind="minimum"), Decimal("2.00")), at=LATER)
    world.timesheet(placed, {date(2026, 11, 29): 300}, supplement=2)
    assert at_aloen(month(JANUARY, LAST)) == [("worked_hours", 240, "80.00")]
