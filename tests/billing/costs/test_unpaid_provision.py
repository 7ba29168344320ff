"""A member holds the provision that it paid for: a share credited for good takes its provision along."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.costs import leave_ledger
from billing.credit_notes.composing import CreditAmount, CreditWhole
from billing.models import Fate, Invoice, ProvisionEntry, ProvisionKind
from tests import world
from tests.billing.costs.test_provisioning import (  # noqa: F401 - fixtures
    LATER,
    balance,
    billed,
    hosts,
    maelle,
    month_of,
)
from tests.billing.credit_notes.issued import credit
from tests.world import DECEMBER, NOVEMBER, OCTOBER

pytestmark = pytest.mark.django_db


def share_of(name: str, month=OCTOBER):
    invoice = Invoice.objects.get(member__short_name=name, run__month=month, kind="invoice")
    return invoice, invoice.lines.get(charge__kind="cost_share")


def held() -> dict[str | None, str]:
    rows = ProvisionEntry.objects.values_list("member__short_name").annotate(Sum("amount"))
    return {name: str(amount) for name, amount in rows.order_by("member__short_name")}


@pytest.fixture
def october(maelle):  # noqa: F811
    """280.00 put aside for 70 and 30 hours: Aloen 196.00, Sonam 84.00; shares of 2 156.00 and 924.00."""
    month_of(maelle, OCTOBER, hours=(70, 30))
    billed(OCTOBER)
    assert held() == {"Aloen": "196.00", "Sonam": "84.00"}
    return maelle


def test_a_share_credited_whole_takes_its_provision_to_the_group(october):
    invoice, line = share_of("Aloen")
    assert line.net == Decimal("2156.00")
    credit(invoice, CreditWhole(line, Fate.VOIDED), at=LATER)
    assert held() == {"Aloen": "0.00", "Sonam": "84.00", None: "196.00"}
    assert balance() == Decimal("280.00")
    moved = ProvisionEntry.objects.filter(kind=ProvisionKind.SETTLED).order_by("amount")
    assert [(str(row.month), str(row.amount), row.run) for row in moved] == [
        ("2027-01", "-196.00", None),
        ("2027-01", "196.00", None),
    ]


def test_parts_take_their_part_to_the_cent_and_all_of_it_at_last(october):
    """A third of 2 156.00 three times, the last the rest: 65.33, 65.34, 65.33."""
    invoice, line = share_of("Aloen")
    left = []
    for net in ("718.67", "718.67", "718.66"):
        credit(invoice, CreditAmount(line, Decimal(net)), at=LATER)
        left.append(held()["Aloen"])
    assert left == ["130.67", "65.33", "0.00"]
    assert (held()[None], balance()) == ("196.00", Decimal("280.00"))


def test_a_share_to_be_billed_again_keeps_its_provision_until_it_is_given_up(october):
    invoice, line = share_of("Sonam")
    credit(invoice, CreditWhole(line, Fate.RELEASED), at=LATER)
    assert held() == {"Aloen": "196.00", "Sonam": "84.00"}
    month_of(october, NOVEMBER, hours=(10, 10), gross="0,00", contributions="0,00")
    billed(NOVEMBER)
    assert held() == {"Aloen": "196.00", "Sonam": "84.00"}
    again, copied = share_of("Sonam", NOVEMBER)
    assert copied.charge.rebills is not None
    credit(again, CreditWhole(copied, Fate.VOIDED), at=LATER)
    assert held() == {"Aloen": "196.00", "Sonam": "0.00", None: "84.00"}


def test_what_paid_leave_since_stays_drawn(october):
    """Aloen's 196.00 paid 90.46 of November's leave: 105.54 are left to take."""
    month_of(october, NOVEMBER, hours=(0, 100), leave=14)
    billed(NOVEMBER)
    assert held()["Aloen"] == "105.54"
    invoice, line = share_of("Aloen")
    credit(invoice, CreditWhole(line, Fate.VOIDED), at=LATER)
    assert (held()["Aloen"], held()[None]) == ("0.00", "105.54")


def test_two_months_credited_by_themselves_take_their_own(october):
    month_of(october, NOVEMBER, hours=(50, 50))
    billed(NOVEMBER)
    assert held() == {"Aloen": "336.00", "Sonam": "224.00"}
    for month, left in ((NOVEMBER, "196.00"), (OCTOBER, "0.00")):
        invoice, line = share_of("Aloen", month)
        credit(invoice, CreditWhole(line, Fate.VOIDED), at=LATER)
        assert held()["Aloen"] == left


def test_other_credits_move_nothing(october):
    """Hours at an agreed price set nothing aside; nor does a credit where nothing was put aside."""
    members = {row.member.short_name: row.member for row in leave_ledger.balances() if row.member}
    other = world.employee("Ana", "Le Bris", members=members.values())
    placed = world.assignment(other, members["Aloen"])
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    billed(NOVEMBER)
    invoice = Invoice.objects.get(run__month=NOVEMBER, member=members["Aloen"])
    credit(invoice, CreditWhole(invoice.lines.get(), Fate.VOIDED), at=LATER)
    assert held() == {"Aloen": "196.00", "Sonam": "84.00"}


def test_leave_is_drawn_from_the_group_s_part_afterwards(october):
    """November's leave of 258.46 takes of what is held then: Aloen 0, the group 196.00, Sonam 84.00 and 280.00."""
    invoice, line = share_of("Aloen")
    credit(invoice, CreditWhole(line, Fate.VOIDED), at=LATER)
    month_of(october, DECEMBER, hours=(0, 100), leave=14)
    billed(DECEMBER)
    assert held() == {"Aloen": "0.00", "Sonam": "196.00", None: "105.54"}
    assert balance() == Decimal("301.54")
