"""Expenses and grants in Django admin: scales and lines are mended, what acts made is read-only; receipts stay out."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.charges import dues, expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.grants import reports, tagging
from billing.models import ExpenseScale
from tests import world
from tests.billing.charges.receipt_files import PDF
from tests.billing.grants.granted import grant, whole, worked
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

READ_ONLY = ("expense", "duesyear", "fundedhours", "fundedcost", "fundingreport")


@pytest.fixture
def recorded():
    """An expense accepted and funded, dues, hours locked."""
    world.group()
    aloen, finance = world.member("Aloen"), world.finance()
    aloen.memberships.update(yearly_dues=Decimal("120.00"))
    dues.call_dues(2026, by=finance, at=NOW)
    person, line = world.employee(members=[aloen]), grant()
    world.cost(person)
    entries = worked(person, aloen)
    wanted = ExpenseClaim("purchase", date(2026, 11, 12), "Toner", amount=Decimal("31.20"), receipt=PDF)
    made = expenses.claim(person.assignments.get(), wanted, by=person.user, at=NOW)
    expense_decisions.accept(made, by=finance, at=NOW)
    tagging.tag(line, whole(entries), action="Animation", by=finance, at=NOW)
    tagging.tag_expense(line, made, amount=Decimal("10"), action="Animation", by=finance, at=NOW)
    reports.lock(line, first=NOVEMBER, last=NOVEMBER, by=finance, at=NOW)
    ExpenseScale.objects.create(kind="travel", starts_on=date(2026, 1, 1), rate=Decimal("0.529"), source="CA")
    return {
        "expense": made,
        "duesyear": dues.dues_of(2026)[0].charge.dues,
        "fundedhours": line.hours.first(),
        "fundedcost": line.costs.get(),
        "fundingreport": line.reports.get(),
        "fundingline": line,
        "expensescale": ExpenseScale.objects.get(),
    }


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_acts_made_is_read_and_never_written(login, recorded, name):
    client = login(world.admin())
    assert client.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    where = reverse(f"admin:billing_{name}_change", args=[recorded[name].pk])
    page = client.get(where).content.decode()
    assert 'name="_save"' not in page
    assert "receipts/" not in page
    assert "month_cost" not in page
    assert client.post(where, {"label": "X"}).status_code == 403
    assert client.get(reverse(f"admin:billing_{name}_add")).status_code == 403


@pytest.mark.parametrize("name", ["fundingline", "expensescale"])
def test_lines_and_scales_are_mended(login, recorded, name):
    client = login(world.admin())
    assert client.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    page = client.get(reverse(f"admin:billing_{name}_change", args=[recorded[name].pk])).content.decode()
    assert 'name="_save"' in page


def test_two_scales_of_a_day_are_refused_with_a_sentence(login, recorded):
    answer = login(world.admin()).post(
        reverse("admin:billing_expensescale_add"),
        {"kind": "travel", "rate": "0.6", "source": "CA", "starts_on": "01/06/2026", "ends_before": ""},
    )
    assert answer.status_code == 200
    assert "Ces dates en chevauchent d’autres." in answer.content.decode()
