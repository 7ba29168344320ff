"""What was credited since reaches whoever adds up: the reserve of a true-up, the year’s hours, the list of closes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Sum
from django.urls import reverse

from billing.liability import reserve
from billing.models import BillingRun, Fate, Invoice, Settlement
from billing.month import drafting, issuing
from billing.month.reconciling import reconcile
from billing.true_ups import issuing as true_ups
from tests import world
from tests.billing.credit_notes import issued
from tests.billing.credit_notes.issued import credit, credit_all, days, invoice
from tests.billing.true_ups import period
from tests.world import DECEMBER, NOVEMBER, NOW
from timesheets.balances.reading import read_sheets
from timesheets.overview.funnel import by_person
from timesheets.overview.month_sheets import read_month

pytestmark = pytest.mark.django_db
LATER = world.at(DECEMBER.before)


def document(member: str) -> Invoice:
    return Invoice.objects.get(true_up__isnull=False, kind="invoice", member__short_name=member)


def test_what_is_credited_of_a_true_up_s_invoice_is_borne_by_the_reserve() -> None:
    """840.65, 338.59 and 548.76 are owed; Aloen's is given up, Sonam's is billed again in December."""
    period.half_year("40800.00")
    true_ups.issue(period.prepared(), by=None, at=NOW)
    before = reserve.balance()
    credit_all(document("Aloen"))
    assert reserve.balance() - before == Decimal("-840.65")
    assert [str(row.amount) for row in reserve.ledger() if row.credit_note] == ["-840.65"]
    credit_all(document("Sonam"), Fate.RELEASED)
    assert reserve.balance() - before == Decimal("-1389.41")
    run = drafting.draft(DECEMBER, by=None, at=LATER)
    issuing.issue_run(run, by=None, at=LATER)
    assert reserve.balance() - before == Decimal("-840.65")
    assert reserve.ledger()[0].balance == reserve.balance()
    again = Settlement.objects.get(run=run)
    assert (again.employer_cost, again.charged) == (Decimal("0.00"), Decimal("548.76"))
    summed = reconcile(run)
    net = run.invoices.aggregate(sum=Sum("net"))["sum"]
    assert (net, summed.others, sum(row.charged for row in summed.rows)) == (
        Decimal("548.76"),
        Decimal("0.00"),
        Decimal("548.76"),
    )


def billed() -> tuple[int, int]:
    """Minutes billed in November: of the year, and of the month's steps."""
    (of_year,) = (held.billed for held in read_sheets(2026).values())
    (row,) = by_person(read_month(NOVEMBER, on=NOW.date()).lines)
    return of_year, row.minutes.billed


def test_credited_hours_are_billed_no_more_until_an_invoice_bills_them_again() -> None:
    """14 h billed; 3 h given up, 1 h to be billed again, which December's invoice does."""
    made = invoice({2: 420, 3: 420})
    assert billed() == (840, 840)
    credit(made, days(made.lines.get(), {2: 180}, Fate.VOIDED))
    credit(made, days(made.lines.get(), {3: 60}, Fate.RELEASED))
    assert billed() == (600, 600)
    drafting.draft(DECEMBER, by=None, at=LATER)
    assert billed() == (600, 600)
    issued.bill(DECEMBER)
    assert billed() == (660, 660)


def test_the_list_of_closes_in_the_administration_follows_credit_notes(login) -> None:
    """140.00 billed of a cost of 100.00; half of the hours are given up: the reserve gets 40.00 − 70.00."""
    placed = issued.placed()
    issued.worked(placed, {2: 420})
    world.cost(placed.employee, gross="100.00", contributions="0.00")
    made = issued.bill()
    address = reverse("admin:billing_billingrun_changelist")
    client = login(world.admin())

    def row() -> tuple[str, str]:
        (run,) = client.get(address).context["cl"].result_list
        shown = client.get(address).context["cl"].model_admin
        return str(shown.charged_now(run)), str(shown.reserve_now(run))

    assert row() == ("140.00", "-40.00")
    credit(made, days(made.lines.get(), {2: 210}, Fate.VOIDED))
    assert row() == ("70.00", "30.00")
    assert BillingRun.objects.get().charged == Decimal("140.00")
