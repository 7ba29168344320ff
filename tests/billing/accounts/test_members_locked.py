"""Who settles, claims or reminds holds the member’s account: the next one finds what the first one left."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from billing.accounts import allocating, payments
from billing.accounts.allocating import NothingToWriteOff
from billing.models import Allocation, Charge, Invoice, Payment, Reminder
from billing.reminders import choosing, claiming, sending
from billing.reminders.claiming import LatenessNotClaimable
from billing.reminders.sending import AlreadySent
from tests import world
from tests.billing import owing
from tests.billing.reminders import scene
from tests.billing.reminders.scene import day, moment
from tests.together import Meeting, meet
from tests.world import NOW

# What came of a meeting, and what has to.
Compared = tuple[Any, Any]


def owed(name: str, total: str = "100.00") -> Invoice:
    return owing.invoice(world.member(name), total)


def pay(invoice: Invoice, amount: str) -> Payment:
    """Money that settles the oldest due."""
    return payments.record_payment(
        invoice.member, amount=Decimal(amount), received_on=NOW.date(), method="transfer", by=None, at=NOW
    )


def settled(invoice: Invoice) -> list[Decimal]:
    return list(Allocation.objects.filter(invoice=invoice).order_by("pk").values_list("amount", flat=True))


def what_is_paid_is_not_written_off() -> Compared:
    invoice = owed("Aloen", "0.50")
    met = meet(
        lambda: pay(invoice, "0.50"),
        lambda: allocating.write_off(invoice, reason="Reliquat", by=None, at=NOW),
    )
    return (type(met.second), settled(invoice)), (NothingToWriteOff, [Decimal("0.50")])


def what_a_reversed_payment_settled_meanwhile_is_due_again() -> Compared:
    invoice = owed("Sonam")
    payment = payments.record_payment(
        invoice.member,
        amount=Decimal(60),
        received_on=NOW.date(),
        method="transfer",
        allocations=[],
        by=None,
        at=NOW,
    )
    met = meet(
        lambda: allocating.allocate(payment, by=None, at=NOW),
        lambda: payments.reverse_payment(payment, on=NOW.date(), reason="Impayé", by=None, at=NOW),
    )
    return (met.second, settled(invoice), len(met.first)), (payment, [], 1)


def a_credit_stays_unused_where_money_settled_all() -> Compared:
    invoice = owed("Voilerie")
    note = owing.credit_note(invoice, "40.00")
    met = meet(lambda: pay(invoice, "100.00"), lambda: allocating.apply_credit(note, by=None, at=NOW))
    return (met.second, settled(invoice)), (None, [Decimal(100)])


def money_settles_what_an_undone_allocation_left() -> Compared:
    invoice = owed("OnCIMé")
    pay(invoice, "60.00")
    allocation = Allocation.objects.get(invoice=invoice)
    met = meet(
        lambda: allocating.unallocate(allocation, by=None, at=NOW),
        lambda: pay(invoice, "80.00"),
    )
    return (type(met.second), settled(invoice)), (Payment, [Decimal(80)])


def a_reminder_leaves_once() -> Compared:
    invoice = scene.late(world.member("Fabrique"))
    keys = [row.key for row in choosing.due_reminders(day(10)) if row.member == invoice.member]

    def send() -> Any:
        return sending.send_reminders(keys, by=None, at=moment(10))

    met = meet(send, send)
    found = Reminder.objects.filter(invoice=invoice).count()
    return (len(met.first), type(met.second), found), (1, AlreadySent, 1)


def interest_is_claimed_once() -> Compared:
    invoice = scene.late(world.member("Conserverie"))
    scene.pay(invoice, on=day(21))

    def claim() -> Any:
        return claiming.charge_interest([invoice], by=None, at=moment(31))

    met: Meeting = meet(claim, claim)
    found = Charge.objects.filter(late_invoice=invoice).count()
    return (len(met.first), type(met.second), found), (2, LatenessNotClaimable, 2)


CASES: list[Callable[[], Compared]] = [
    what_is_paid_is_not_written_off,
    what_a_reversed_payment_settled_meanwhile_is_due_again,
    a_credit_stays_unused_where_money_settled_all,
    money_settles_what_an_undone_allocation_left,
    a_reminder_leaves_once,
    interest_is_claimed_once,
]


@pytest.mark.django_db(transaction=True)
def test_the_second_act_on_an_account_finds_what_the_first_left() -> None:
    scene.levels()
    found = {case.__name__: case() for case in CASES}
    assert {name: came for name, (came, wanted) in found.items() if came != wanted} == {}
