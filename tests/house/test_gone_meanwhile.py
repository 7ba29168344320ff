"""Who acts on a record that somebody else has just taken away is told so, whatever the record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.charges import expenses
from billing.charges.expenses import ExpenseClaim
from billing.grants import reports
from billing.grants.tagging import tag
from billing.models import FundingLine
from billing.prices import changing
from billing.true_ups import issuing as true_ups
from billing.true_ups import preparing
from employees import assigning, prolonging, rescheduling
from groupement.kernel.lifecycle import StaleRow
from tests import world
from tests.billing.true_ups import period
from tests.world import DECEMBER, NOVEMBER, NOW

pytestmark = pytest.mark.django_db
HOURLY: dict[str, Any] = {"price_method": "hourly", "hourly_price": Decimal("20.00")}


def test_each_act_says_that_its_record_is_gone() -> None:
    """A person, an assignment and a line of a grant that were there when the page was read."""
    world.group()
    aloen = world.member("Aloen")
    maelle = world.employee(members=[aloen])
    placed, boss = world.assignment(maelle, aloen), world.coordinator()
    nobody, line = type(maelle)(pk=9999), FundingLine(pk=9999)
    nowhere = type(placed)(pk=9999, employee=nobody, member=aloen, starts_on=placed.starts_on)
    expense = ExpenseClaim(
        "purchase", date(2026, 11, 12), "Toner", amount=Decimal("31.20"), receipt=b"%PDF-1.4"
    )
    so = {"by": boss, "at": NOW}
    first = DECEMBER.first
    acts = {
        "placed": lambda: assigning.assign(nobody, member=aloen, job="x", starts_on=first, **so),
        "its terms": lambda: assigning.set_terms(
            nowhere, starts_on=first, weekly_pattern=[0] * 7, **HOURLY, **so
        ),
        "its price": lambda: changing.agree(nowhere, starts_on=first, figures=HOURLY, **so),
        "prolonged": lambda: prolonging.prolong(nowhere, through=DECEMBER.last, **so),
        "a day moved": lambda: rescheduling.begin(nowhere, "x", boss),
        "an expense": lambda: expenses.claim(nowhere, expense, is_confirmed=False, by=maelle.user, at=NOW),
        "a report": lambda: reports.lock(line, first=NOVEMBER, last=NOVEMBER, **so),
        "a tag": lambda: tag(line, {}, action="x", **so),
    }
    wrong = {}
    for name, act in acts.items():
        try:
            act()
        except StaleRow:
            continue
        except Exception as fault:
            wrong[name] = f"{type(fault).__name__}: {fault}"
        else:
            wrong[name] = "done"
    assert wrong == {}


def test_a_true_up_thrown_away_meanwhile_is_not_issued() -> None:
    period.half_year("40800.00")
    true_up = period.prepared()
    gone = type(true_up).objects.get(pk=true_up.pk)
    preparing.discard(true_up, by=None, at=NOW)
    with pytest.raises(StaleRow):
        true_ups.issue(gone, by=None, at=NOW)
