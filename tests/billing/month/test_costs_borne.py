"""Who bears what nobody worked for: a public holiday, a month away, the last pay of somebody who left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.models import Charge, RunProblem
from billing.month import drafting, issuing
from tests import world
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db

LATER = world.at(date(2027, 1, 4))
MONDAY, WEDNESDAY = (420, 0, 0, 0, 0, 0, 0), (0, 0, 420, 0, 0, 0, 0)


@pytest.fixture(autouse=True)
def group():
    return world.group()


@pytest.fixture
def maelle():
    return world.employee()


def at(employee, name: str, pattern=MONDAY, **terms):
    prices = {"price_method": "actual", "management_rate": Decimal("0.00"), **terms}
    return world.assignment(employee, world.member(name), weekly_pattern=pattern, **prices)


def borne(run) -> dict[str, str]:
    """What each member is charged of the cost, and what is left to the reserve."""
    rows = Charge.objects.filter(run=run, kind="cost_share").select_related("member").order_by("pk")
    return {row.member.short_name: str(row.net) for row in rows} | {"réserve": str(run.reserve)}


def sentence(run) -> str:
    return RunProblem.objects.get(run=run, code="cost_without_hours").message.replace("\u00a0", " ")


def test_a_public_holiday_is_borne_by_the_member_planned_that_day(maelle) -> None:
    """11 November 2026 is a Wednesday, which is Sonam's: 7 of 35 hours for 3 500.00 €."""
    first = at(maelle, "Aloen", MONDAY, absence_rule="planned_that_day")
    second = at(maelle, "Sonam", WEDNESDAY, absence_rule="planned_that_day")
    world.timesheet(first, {date(2026, 11, 2): 420, date(2026, 11, 9): 420})
    world.timesheet(second, {date(2026, 11, 4): 420, date(2026, 11, 18): 420})
    world.timesheet(maelle, {date(2026, 11, 11): 420}, kind="holiday")
    world.cost(maelle, gross="3500.00", contributions="0.00")
    assert borne(drafting.draft(NOVEMBER, by=None, at=NOW)) == {
        "Aloen": "1400.00",
        "Sonam": "2100.00",
        "réserve": "0.00",
    }


@pytest.mark.parametrize(
    ("rules", "expected", "words"),
    [
        (
            ("reserve", "reserve"),
            {"réserve": "800.00"},
            "Sans travail : la réserve verse 800,00 €.",
        ),
        (
            ("reserve", "worked_hours"),
            {"Sonam": "400.00", "réserve": "400.00"},
            "Sans travail : 400,00 € se partagent selon les parts prévues, la réserve verse 400,00 €.",
        ),
        (
            ("worked_hours", "planned_share"),
            {"Aloen": "400.00", "Sonam": "400.00", "réserve": "0.00"},
            "Sans travail, le coût se partage selon les parts prévues.",
        ),
    ],
)
def test_a_month_without_hours_says_who_bears_it(maelle, rules, expected, words) -> None:
    # October has four Mondays and four Wednesdays.
    for name, pattern, rule in zip(("Aloen", "Sonam"), (MONDAY, WEDNESDAY), rules, strict=True):
        world.timesheet(at(maelle, name, pattern, absence_rule=rule), month=OCTOBER)
    world.cost(maelle, month=OCTOBER, gross="800.00", contributions="0.00")
    run = drafting.draft(OCTOBER, by=None, at=NOW)
    assert borne(run) == expected
    assert sentence(run) == (
        f"Maëlle Kerbrat : un coût employeur d’octobre 2026 et aucune heure approuvée. {words} Vérifiez les relevés."
    )


def left(maelle, **terms):
    """Maëlle at Aloen on Mondays (five in November) and at Sonam on Wednesdays (three), until the end of November."""
    ends = {"ends_before": DECEMBER.first}
    first = at(maelle, "Aloen", MONDAY, **ends, **terms)
    second = at(maelle, "Sonam", WEDNESDAY, **ends, **terms)
    for placed in (first, second):
        world.timesheet(placed, world.hours(NOVEMBER, 7))
    world.cost(maelle)
    issuing.issue_run(drafting.draft(NOVEMBER, by=None, at=NOW), by=None, at=NOW)
    world.cost(maelle, month=DECEMBER, gross="800.00", contributions="0.00")
    return drafting.draft(DECEMBER, by=None, at=LATER)


def test_the_last_pay_is_shared_by_the_plan_of_the_last_month(maelle) -> None:
    run = left(maelle)
    assert borne(run) == {"Aloen": "500.00", "Sonam": "300.00", "réserve": "0.00"}
    assert (
        "se partage selon les parts prévues de novembre 2026, dernier mois de mise à disposition."
        in sentence(run)
    )
    issuing.issue_run(run, by=None, at=LATER)
    run.refresh_from_db()
    assert (run.status, run.settlements.get().charged) == ("issued", Decimal("800.00"))
    # Billed once: a later month finds nothing.
    again = drafting.draft(DECEMBER.next, by=None, at=world.at(date(2027, 2, 3)))
    assert borne(again) == {"réserve": "0.00"}


def test_the_last_pay_follows_a_change_of_price_in_the_last_month(maelle) -> None:
    """Sonam's price turned into an agreed one on the 16th: its planned part of that half is the reserve's."""
    second = at(maelle, "Sonam", WEDNESDAY, ends_before=DECEMBER.first)
    second.terms.update(ends_before=date(2026, 11, 16))
    second.terms.create(
        starts_on=date(2026, 11, 16),
        weekly_pattern=list(WEDNESDAY),
        price_method="hourly",
        hourly_price=Decimal("20.00"),
        monthly_minimum_minutes=600,
    )
    world.cost(maelle, month=DECEMBER, gross="900.00", contributions="0.00")
    # Wednesdays planned: the 4th at cost, the 18th and the 25th at the agreed price.
    assert borne(drafting.draft(DECEMBER, by=None, at=LATER)) == {"Sonam": "300.00", "réserve": "600.00"}


def test_the_last_pay_stays_with_the_reserve_where_the_rule_says_so(maelle) -> None:
    run = left(maelle, absence_rule="reserve")
    assert borne(run) == {"réserve": "800.00"}
    assert "Sans travail : la réserve verse 800,00 €." in sentence(run)


@pytest.mark.parametrize(
    "terms",
    [
        {"price_method": "hourly", "hourly_price": Decimal("20.00"), "management_rate": Decimal(0)},
        {"price_method": "flat", "flat_amount": Decimal("100.00")},
    ],
)
def test_the_last_pay_of_somebody_at_agreed_prices_is_the_reserve_s(maelle, terms) -> None:
    run = left(maelle, **terms)
    assert borne(run) == {"réserve": "800.00"}
    assert not run.invoices.exists()
    assert "la réserve verse 800,00 €." in sentence(run)


def test_who_is_between_two_assignments_has_not_left(maelle) -> None:
    """Downtime noted at the group is not a last pay: nobody is asked for it."""
    at(maelle, "Aloen", ends_before=DECEMBER.first)
    world.timesheet(maelle, {date(2026, 12, 1): 420}, month=DECEMBER, kind="downtime")
    world.cost(maelle, month=DECEMBER, gross="800.00", contributions="0.00")
    run = drafting.draft(DECEMBER, by=None, at=LATER)
    assert borne(run) == {"réserve": "800.00"}


def test_a_cost_long_after_somebody_left_is_nobody_s(maelle) -> None:
    at(
        maelle,
        "Aloen",
        starts_on=date(2025, 1, 1),
        ends_before=date(2025, 11, 1),
        terms_from=date(2025, 1, 1),
    )
    world.cost(maelle, month=DECEMBER, gross="800.00", contributions="0.00")
    assert borne(drafting.draft(DECEMBER, by=None, at=LATER)) == {"réserve": "800.00"}
