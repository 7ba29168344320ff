"""One person at one member for two uses at once, taxed and exempt: each with its hours and its lines."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.month import drafting, issuing
from employees import assigning
from employees.assigning import BadTerms, NotAssignable
from employees.models import Assignment, MemberUse
from tests import world
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

TAXED, EXEMPT, ALL = MemberUse.TAXED, MemberUse.EXEMPT, MemberUse.ALL
PRICE = {"price_method": "hourly", "hourly_price": Decimal("26.40")}


@pytest.fixture
def sonam():
    world.group()
    made = world.member("Sonam")
    world.attestation(made)
    return made


@pytest.fixture
def placing(sonam):
    maelle, boss = world.employee(members=[sonam]), world.coordinator()

    def place(use, **facts):
        dates = {"starts_on": world.YEAR_START, "ends_before": None, **facts}
        return assigning.assign(maelle, member=sonam, job="comptabilité", use=use, **dates, by=boss, at=NOW)

    def price(placed, regime, **facts):
        agreed = {**PRICE, "weekly_pattern": (210, 0, 0, 0, 0, 0, 0), "vat_regime": regime, **facts}
        return assigning.set_terms(placed, starts_on=placed.starts_on, **agreed, by=boss, at=NOW)

    return place, price


def test_each_use_has_its_own_line_and_its_own_vat(placing):
    """10 h taxed are 264.00 and 52.80 of VAT, 5 h exempt are 132.00: 448.80 on one invoice."""
    place, price = placing
    taxed, exempt = place(TAXED), place(EXEMPT)
    price(taxed, "S20")
    price(exempt, "E261B", is_trued_up=True)
    world.timesheet(taxed, world.hours(NOVEMBER, 10))
    world.timesheet(exempt, world.hours(NOVEMBER, 5))
    (invoice,) = issuing.issue_run(drafting.draft(NOVEMBER, by=None, at=NOW), by=None, at=NOW).issued
    rows = [(row["quantity"], row["net"], row["vat_label"]) for row in invoice.snapshot["lines"]]
    assert sorted(rows) == [("10.00", "264.00", "20\u00a0%"), ("5.00", "132.00", "exonéré")]
    assert (invoice.net, invoice.vat, invoice.total) == tuple(map(Decimal, ("396.00", "52.80", "448.80")))
    assert len(invoice.snapshot["annex"]) == 2


def test_the_actual_cost_is_shared_between_both_uses_to_the_cent(placing):
    """2 800.00 by 10 h and 5 h: 1 866.67 taxed, 933.33 exempt."""
    place, price = placing
    taxed, exempt = place(TAXED), place(EXEMPT)
    actual = {"price_method": "actual", "hourly_price": None}
    price(taxed, "S20", **actual)
    price(exempt, "E261B", **actual)
    world.timesheet(taxed, world.hours(NOVEMBER, 10))
    world.timesheet(exempt, world.hours(NOVEMBER, 5))
    world.timesheet(taxed.employee)
    world.cost(taxed.employee)
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    lines = run.invoices.get().lines.order_by("-net").values_list("net", "vat_regime")
    assert list(lines) == [(Decimal("1866.67"), "S20"), (Decimal("933.33"), "E261B")]
    assert (run.charged, run.reserve) == (Decimal("2800.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("held", "wanted", "is_refused"),
    [
        (TAXED, EXEMPT, False),
        (EXEMPT, TAXED, False),
        (TAXED, TAXED, True),
        (ALL, EXEMPT, True),
        (TAXED, ALL, True),
        (ALL, ALL, True),
    ],
)
def test_only_the_two_uses_go_together(placing, held, wanted, is_refused):
    place, _ = placing
    first = place(held)
    later = {"starts_on": date(2026, 6, 1)}
    if not is_refused:
        assert place(wanted, **later).use == wanted
        return
    with pytest.raises(NotAssignable, match="est déjà chez Sonam"):
        place(wanted, **later)
    copy = {"employee": first.employee, "contract": first.contract, "member": first.member, "job": "x"}
    with pytest.raises(IntegrityError, match="do_not_overlap"), transaction.atomic():
        Assignment.objects.create(reference="MAD-X", use=wanted, **later, **copy)


def test_the_terms_have_the_regime_of_the_use(placing):
    place, price = placing
    taxed, exempt = place(TAXED), place(EXEMPT)
    with pytest.raises(BadTerms, match="sert à ses activités taxées"):
        price(taxed, "E261B", is_trued_up=True)
    with pytest.raises(BadTerms, match="sert à ses activités exonérées"):
        price(exempt, "S20")
