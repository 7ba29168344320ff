"""After a full credit the next run bills by the terms as they stand: each price method, the fee, and the VAT."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from billing.credit_notes.composing import CreditWhole
from billing.models import Charge, Invoice, Line, RunProblem
from billing.month import drafting
from employees.models import Assignment, Terms
from groupement.kernel.money import cents
from tests import world
from tests.billing import scene
from tests.billing.credit_notes.issued import (
    RELEASED,
    at_end_of,
    bill,
    credit,
    credit_all,
    free,
    placed,
    waiting,
    worked,
)
from tests.world import DECEMBER, NOVEMBER

pytestmark = pytest.mark.django_db
JANUARY = DECEMBER.next


def nets(invoice: Invoice) -> list[tuple[str, str, str]]:
    rows = invoice.lines.order_by("position").values_list("charge__kind", "net", "vat_regime")
    return [(kind, str(net), regime) for kind, net, regime in rows]


def by_month(amount: str) -> Assignment:
    """Maëlle at Aloen for a flat amount."""
    world.group()
    host = world.member("Aloen")
    flat = {"price_method": "flat", "flat_amount": Decimal(amount)}
    return world.assignment(world.employee(members=[host]), host, **flat)


def put_right(**terms: Any) -> None:
    Terms.objects.update(**terms)


def december() -> Invoice:
    """Only what is billed again: nobody worked in December."""
    Terms.objects.update(ends_before=DECEMBER.first)
    return bill(DECEMBER)


def test_hours_take_the_price_put_right() -> None:
    """7 h × 26.40 = 184.80; put right to 20.00: 140.00."""
    worked(placed("26.40"), {2: 420})
    first = bill()
    credit_all(first, RELEASED)
    put_right(hourly_price=Decimal("20.00"))
    assert (nets(first), nets(december())) == (
        [("worked_hours", "184.80", "S20")],
        [("worked_hours", "140.00", "S20")],
    )
    assert waiting() == 0


def test_a_flat_amount_is_that_put_right() -> None:
    """1 575.00 put right to 1 500.00, once; credited again and put right to 1 400.00, once more."""
    worked(by_month("1575.00"), {2: 420})
    first = bill()
    credit_all(first, RELEASED)
    put_right(flat_amount=Decimal("1500.00"))
    again = december()
    assert (nets(again), again.vat) == ([("flat_amount", "1500.00", "S20")], Decimal("300.00"))
    assert again.lines.get().charge.rebills == first.lines.get().charge
    credit_all(again, RELEASED, at=at_end_of(DECEMBER))
    put_right(flat_amount=Decimal("1400.00"))
    assert nets(bill(JANUARY)) == [("flat_amount", "1400.00", "S20")]
    drafting.draft(JANUARY.next, by=None, at=at_end_of(JANUARY.next))
    assert Line.objects.filter(invoice__status="draft").count() == 0


def test_a_part_of_a_month_credited_leaves_the_other_part() -> None:
    """Half of November at 1 500.00 (750.00), half at 1 800.00 (900.00): the second is credited, and comes alone."""
    assignment = by_month("1500.00")
    half = NOVEMBER.first.replace(day=16)
    first = Terms.objects.get()
    Terms.objects.filter(pk=first.pk).update(ends_before=half)
    second = Terms.objects.get(pk=first.pk)
    second.pk, second.starts_on, second.ends_before, second.flat_amount = None, half, None, Decimal(1800)
    second.save(force_insert=True)
    worked(assignment, {2: 420, 20: 420})
    of = bill()
    assert [net for _, net, _ in nets(of)] == ["750.00", "900.00"]
    credit(of, CreditWhole(of.lines.get(net=900), RELEASED))
    bill(DECEMBER)
    again = Charge.objects.filter(service_month=NOVEMBER, rebills__isnull=False)
    assert [str(net) for net in again.values_list("net", flat=True)] == ["900.00"]
    run = drafting.draft(JANUARY, by=None, at=at_end_of(JANUARY))
    assert not Charge.objects.filter(run=run, service_month=NOVEMBER).exists()


def test_two_parts_credited_become_one_price_and_are_billed_once() -> None:
    assignment = by_month("1500.00")
    half = NOVEMBER.first.replace(day=16)
    first = Terms.objects.get()
    Terms.objects.filter(pk=first.pk).update(ends_before=half)
    second = Terms.objects.get(pk=first.pk)
    second.pk, second.starts_on, second.ends_before, second.flat_amount = None, half, None, Decimal(1800)
    second.save(force_insert=True)
    worked(assignment, {2: 420, 20: 420})
    credit_all(bill(), RELEASED)
    Terms.objects.filter(starts_on=half).update(starts_on=DECEMBER.first)
    Terms.objects.filter(pk=first.pk).update(ends_before=DECEMBER.first, flat_amount=Decimal("1650.00"))
    bill(DECEMBER)
    drafting.draft(JANUARY, by=None, at=at_end_of(JANUARY))
    again = Charge.objects.filter(service_month=NOVEMBER, released_at=None)
    assert [str(net) for net in again.values_list("net", flat=True)] == ["1650.00"]


def test_share_and_fee_are_priced_by_the_rate_put_right() -> None:
    """The whole cost of the month is the share; the fee put right to 7 %, and exempt as it should have been."""
    (aloen,) = scene.hosts(1)
    world.attestation(aloen)
    of = scene.issued([aloen]).invoices.get()
    share = of.lines.get(charge__kind="cost_share").net
    credit_all(of, RELEASED)
    put_right(management_rate=Decimal("7"), vat_regime="E261B", is_trued_up=True)
    again = december()
    assert nets(again) == [
        ("cost_share", str(share), "E261B"),
        ("management_fee", str(cents(share * 7 / 100)), "E261B"),
    ]
    assert again.vat == 0
    settled = again.run.settlements.get(month=NOVEMBER)
    assert (settled.employer_cost, settled.charged) == (Decimal(0), share)


def test_only_the_share_of_the_member_credited_is_priced_anew() -> None:
    of = scene.issued(scene.hosts(3))
    first, *_ = of.invoices.order_by("sequence")
    share = first.lines.get(charge__kind="cost_share")
    credit_all(first, RELEASED)
    run = drafting.draft(DECEMBER, by=None, at=at_end_of(DECEMBER))
    again = Charge.objects.filter(run=run, service_month=NOVEMBER, kind="cost_share")
    assert [(row.member, row.net) for row in again] == [(first.member, share.net)]


def test_terms_that_give_nothing_any_more_are_said() -> None:
    """A month without an hour, put right to an hourly price: with hours it is billed (test_other_methods)."""
    worked(by_month("1575.00"), {})
    credit_all(bill(), RELEASED)
    put_right(price_method="hourly", flat_amount=None, hourly_price=Decimal("20.00"))
    drafting.draft(DECEMBER, by=None, at=at_end_of(DECEMBER))
    assert "n’en donnent plus" in RunProblem.objects.get(code="nothing_again").message


def test_a_free_sum_credited_twice_comes_back_once() -> None:
    world.group()
    aloen = world.member("Aloen")
    free(aloen, "100.00")
    credit_all(bill(), RELEASED)
    credit_all(bill(DECEMBER), RELEASED, at=at_end_of(DECEMBER))
    assert [str(net) for net in bill(JANUARY).lines.values_list("net", flat=True)] == ["100.00"]
