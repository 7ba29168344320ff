"""Three price methods on plain figures: quantities, shares of a cost, absences, and the sum that always comes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.charge_kinds import KINDS, ChargeKind
from billing.models import Unit
from billing.month import pricing
from billing.month.cost_sharing import CostShares, share_cost
from billing.month.pricing import PricedSegment
from billing.month.segments import EmployeeMonth, Segment
from employees.models import AbsenceRule, PriceMethod
from groupement.kernel.money import line_net, vat
from groupement.kernel.periods import Month

NOVEMBER = Month(2026, 11)
FIRST = NOVEMBER.first


def segment(number: int = 1, *, minutes: int = 0, planned: int = 0, **facts: Any) -> Segment:
    """All of November at member ``number``, its hours on the 2nd, at 22.44 € an hour unless ``facts`` say otherwise."""
    day = date(2026, 11, 2)
    defaults: dict[str, Any] = {
        "assignment": number,
        "terms": number,
        "member": number,
        "method": PriceMethod.HOURLY,
        "spans": [(FIRST, NOVEMBER.before)],
        "minutes": {day: minutes} if minutes else {},
        "planned": {day: planned} if planned else {},
        "hourly_price": Decimal("22.44"),
    }
    return Segment(**{**defaults, **facts})


def at_cost(
    number: int = 1, *, hours: str = "0", planned: str = "0", fee: str = "0", **facts: Any
) -> Segment:
    """A segment at actual cost; hours as decimal text."""
    minutes, expected = (int(Decimal(text) * 60) for text in (hours, planned))
    facts = {"method": PriceMethod.ACTUAL, "management_rate": Decimal(fee), "hourly_price": None, **facts}
    return segment(number, minutes=minutes, planned=expected, **facts)


def month(
    *segments: Segment, cost: str | None = "2800.00", pool: dict[date, int] | None = None, **past: int
) -> EmployeeMonth:
    """An employee's November; ``m1=600`` says ten hours at member 1 in the twelve months before."""
    worked_before = {int(name[1:]): minutes for name, minutes in past.items()}
    known = None if cost is None else Decimal(cost)
    return EmployeeMonth(NOVEMBER, segments, pool or {}, known, worked_before)


def shares(*segments: Segment, **facts: Any) -> list[str]:
    """The amounts by segment, then the reserve."""
    shared: CostShares = share_cost(month(*segments, **facts))
    return [str(amount) for amount in (*shared.amounts, shared.reserve)]


def figures(priced: list[PricedSegment]) -> list[tuple[str, str, str]]:
    return [(str(each.quantity), str(each.unit_price), str(each.net)) for each in priced]


@pytest.mark.parametrize(
    ("minutes", "price", "hours", "net"),
    [
        pytest.param(30, "32.25", "0.50", "16.13", id="case 9"),
        pytest.param(3 * 20, "15.00", "1.00", "15.00", id="case 13"),
        pytest.param(2 * 15, "27.50", "0.50", "13.75", id="case 14"),
        pytest.param(50, "100.00", "0.83", "83.00", id="case 17"),
        pytest.param(3 * 60 + 28, "15.00", "3.47", "52.05", id="case 18"),
        pytest.param(3 * 60, "10.00", "3.00", "30.00", id="case 20"),
        pytest.param(35 * 60 + 15, "22.44", "35.25", "791.01", id="case 10, first line"),
        pytest.param(12 * 60 + 45, "22.44", "12.75", "286.11", id="case 10, second line"),
    ],
)
def test_hourly_price_multiplies_what_is_printed(minutes: int, price: str, hours: str, net: str) -> None:
    priced = pricing.price(month(segment(minutes=minutes, hourly_price=Decimal(price))))
    assert figures(priced) == [(hours, price, net)]
    assert (priced[0].kind, priced[0].unit, priced[0].minutes) == (
        ChargeKind.WORKED_HOURS,
        Unit.HOUR,
        minutes,
    )


def test_case_57_gross_by_coefficient_for_a_whole_month() -> None:
    price = Decimal("12.00") * Decimal("1.87")
    assert price == Decimal("22.44")  # case 56
    (each,) = pricing.price(month(segment(minutes=9100, hourly_price=price.quantize(Decimal("0.01")))))
    assert (each.quantity, each.net) == (Decimal("151.67"), Decimal("3403.47"))
    assert (vat(each.net, 20), each.net + vat(each.net, 20)) == (Decimal("680.69"), Decimal("4084.16"))


def test_case_15_time_is_summed_before_it_is_rounded() -> None:
    # The case counts seconds, we count minutes: its merged decimal of 1.61 h, then our arithmetic.
    merged = (Decimal(3600 + 400 + 1800) / 3600).quantize(Decimal("0.01"))
    net = line_net(merged, Decimal("293.27"))
    assert (str(merged), net, net + vat(net, 19)) == ("1.61", Decimal("472.16"), Decimal("561.87"))
    by_day = {date(2026, 11, day): 20 for day in (2, 3, 4)}
    priced = pricing.price(month(replace(segment(hourly_price=Decimal("15.00")), minutes=by_day)))
    assert figures(priced) == [("1.00", "15.00", "15.00")]


def test_only_what_no_invoice_holds_is_billed_by_the_hour() -> None:
    worked = segment(minutes=9 * 60, to_bill=4 * 60, hourly_price=Decimal("20.00"))
    assert figures(pricing.price(month(worked))) == [("4.00", "20.00", "80.00")]


def test_no_hours_owe_nothing() -> None:
    assert pricing.price(month(segment(), at_cost(2))) == []


def test_full_cost_rate_of_the_domain_notes() -> None:
    nets = [
        pricing.price(month(segment(minutes=hours * 60, hourly_price=Decimal("26.40"))))[0].net
        for hours in (60, 40, 25)
    ]
    assert nets == [Decimal("1584.00"), Decimal("1056.00"), Decimal("660.00")]
    assert nets[0] + vat(nets[0], 20) == Decimal("1900.80")


def test_actual_cost_of_the_domain_notes() -> None:
    a = at_cost(1, hours="70", fee="5")
    b = at_cost(2, hours="30", fee="5")
    pool = {date(2026, 11, 3): 600, date(2026, 11, 4): 2500}  # a meeting of 10 h, leave of 41.67 h
    priced = pricing.price(month(a, b, at_cost(3, fee="5"), pool=pool))
    assert [(each.segment.member, each.kind, str(each.net)) for each in priced] == [
        (1, ChargeKind.COST_SHARE, "1960.00"),
        (1, ChargeKind.MANAGEMENT_FEE, "98.00"),
        (2, ChargeKind.COST_SHARE, "840.00"),
        (2, ChargeKind.MANAGEMENT_FEE, "42.00"),
    ]
    assert [str(each.quantity) for each in priced] == ["1.00"] * 4
    assert shares(a, b, pool=pool) == ["1960.00", "840.00", "0.00"]


def test_flat_amounts_of_the_domain_notes() -> None:
    flat = {"method": PriceMethod.FLAT, "hourly_price": None}
    amounts = [Decimal("1575.00"), Decimal("945.00"), Decimal("630.00")]
    priced = pricing.price(
        month(*(segment(n, flat_amount=amount, **flat) for n, amount in enumerate(amounts, 1)))
    )
    assert figures(priced) == [("1.00", str(amount), str(amount)) for amount in amounts]
    assert {each.unit for each in priced} == {Unit.MONTH}


@pytest.mark.parametrize(
    ("in_month", "days"),
    [
        (Month(2018, 2), 27),
        (Month(2018, 3), 31),
        (Month(2018, 4), 30),
        (Month(2018, 5), 31),
        (Month(2018, 6), 30),
        (Month(2018, 7), 30),
    ],
)
def test_case_29_flat_amount_goes_by_calendar_days(in_month: Month, days: int) -> None:
    start, before = max(date(2018, 2, 2), in_month.first), min(date(2018, 7, 31), in_month.before)
    flat = segment(
        method=PriceMethod.FLAT, hourly_price=None, flat_amount=Decimal("840.00"), spans=[(start, before)]
    )
    assert flat.days == days
    (each,) = pricing.price(EmployeeMonth(in_month, [flat]))
    whole = days == len(in_month.days)
    part = (Decimal("840.00") * days / len(in_month.days)).quantize(Decimal("0.01"))
    assert (each.unit, each.net) == ((Unit.MONTH, Decimal("840.00")) if whole else (Unit.ONE, part))


def flats(*parts: tuple[str, int, int], of: Month = NOVEMBER, **facts: Any) -> list[str]:
    """The nets of flat amounts of ``of``: (amount of a month, first day, day before which it ends; 0: all of it)."""
    segments = [
        segment(
            n,
            method=PriceMethod.FLAT,
            hourly_price=None,
            flat_amount=Decimal(amount),
            spans=[
                (date(of.year, of.month, first), date(of.year, of.month, before) if before else of.before)
            ],
            **{"member": 1, **facts},
        )
        for n, (amount, first, before) in enumerate(parts, 1)
    ]
    return [str(each.net) for each in pricing.price(EmployeeMonth(of, segments))]


def test_parts_of_a_flat_amount_are_shared_to_the_cent() -> None:
    # 100.01 over two halves is 50.005 each; over three times ten days 33.34 each: one cent too many, then one more.
    assert flats(("100.01", 1, 16), ("100.01", 16, 0)) == ["50.01", "50.00"]
    assert flats(("100.01", 1, 11), ("100.01", 11, 21), ("100.01", 21, 0)) == ["33.34", "33.34", "33.33"]
    # October has 31 days: 15 and 16 of 1 000.00 are 483.87 and 516.13.
    assert flats(("1000.00", 1, 16), ("1000.00", 16, 0), of=Month(2026, 10)) == ["483.87", "516.13"]
    # Another amount on the way: 50.005 + 100.005 = 150.01.
    assert flats(("100.01", 1, 16), ("200.01", 16, 0)) == ["50.01", "100.00"]
    # A part of the month, cut: twenty days of 100.00 are 66.67.
    assert flats(("100.00", 11, 21), ("100.00", 21, 0)) == ["33.34", "33.33"]
    assert flats(("0.01", 1, 16), ("0.01", 16, 0)) == ["0.01"]
    assert flats(("0.00", 1, 16), ("0.00", 16, 0)) == []


def test_flat_amounts_of_two_members_are_rounded_apart() -> None:
    halves = [
        segment(
            n,
            method=PriceMethod.FLAT,
            hourly_price=None,
            flat_amount=Decimal("100.01"),
            spans=[(FIRST, FIRST + timedelta(days=15))],
        )
        for n in (1, 2)
    ]
    assert [str(each.net) for each in pricing.price(month(*halves))] == ["50.01", "50.01"]


def test_the_fee_on_a_share_under_two_terms_is_rounded_once() -> None:
    # 100.10 to one member in two halves of 50.05: 5 % is 5.005, so 5.01; each half alone would be 2.50.
    halves = [
        at_cost(1, hours="10", fee="5", terms=n, spans=[(FIRST, NOVEMBER.before)], absence_rule=rule)
        for n, rule in enumerate((AbsenceRule.WORKED_HOURS, AbsenceRule.PLANNED_SHARE), 1)
    ]
    priced = pricing.price(month(*halves, cost="100.10"))
    fees = [each for each in priced if each.kind == ChargeKind.MANAGEMENT_FEE]
    assert [str(each.net) for each in fees] == ["2.51", "2.50"]
    reckoned = KINDS[ChargeKind.MANAGEMENT_FEE].reckoned(fees[0])
    assert reckoned.replace("\u00a0", " ") == "5 % de 100,10 €, pour la part de 50,05 €"
    # Two rates are two prices.
    other = replace(halves[1], management_rate=Decimal("6"))
    nets = [str(each.net) for each in pricing.price(month(halves[0], other, cost="100.10"))]
    assert nets == ["50.05", "2.50", "50.05", "3.00"]


def test_case_51_equal_weights_share_in_a_stable_order() -> None:
    thirds = [at_cost(n, hours="10") for n in (1, 2, 3)]
    assert shares(*thirds, cost="1000.00") == ["333.34", "333.33", "333.33", "0.00"]


def test_case_52_hours_weigh() -> None:
    three = [at_cost(n, hours=hours) for n, hours in enumerate(("7", "5", "3"), 1)]
    assert shares(*three, cost="100.00") == ["46.67", "33.33", "20.00", "0.00"]


def test_case_54_fewer_cents_than_members() -> None:
    thirds = [at_cost(n, hours="10") for n in (1, 2, 3)]
    assert shares(*thirds, cost="0.02") == ["0.01", "0.01", "0.00", "0.00"]
    assert shares(*thirds, cost="0.02") == ["0.01", "0.01", "0.00", "0.00"]


def test_hours_at_an_agreed_price_bear_their_part_of_the_cost() -> None:
    priced = pricing.price(month(at_cost(1, hours="30"), segment(2, minutes=70 * 60), cost="1000.00"))
    assert [(each.segment.member, str(each.net)) for each in priced] == [(1, "300.00"), (2, "1570.80")]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # 40 h worked (30 and 10), 40 h absent; planned 40 and 60; past 10 h and 90 h; cost 800, so 10 € a hour
        (AbsenceRule.WORKED_HOURS, ["600.00", "200.00", "0.00"]),
        (AbsenceRule.PLANNED_SHARE, ["460.00", "340.00", "0.00"]),
        (AbsenceRule.LAST_12_MONTHS, ["340.00", "460.00", "0.00"]),
        (AbsenceRule.RESERVE, ["300.00", "100.00", "400.00"]),
    ],
)
def test_absences_follow_the_rule(rule: str, expected: list[str]) -> None:
    a = at_cost(1, hours="30", planned="40", absence_rule=rule)
    b = at_cost(2, hours="10", planned="60", absence_rule=rule)
    pool = {date(2026, 11, 5): 2400}
    assert shares(a, b, cost="800.00", pool=pool, m1=600, m2=5400) == expected


def test_absences_fall_on_the_member_planned_that_day() -> None:
    monday, tuesday, sunday = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 8)
    rule = AbsenceRule.PLANNED_THAT_DAY
    shared = {"method": PriceMethod.ACTUAL, "hourly_price": None, "absence_rule": rule}
    a_plan = {monday: 300, date(2026, 11, 9): 300}
    b_plan = {monday: 100, tuesday: 100, date(2026, 11, 10): 100}
    a = replace(segment(1, minutes=600, **shared), planned=a_plan)
    b = replace(segment(2, minutes=600, **shared), planned=b_plan)
    # 600 min each worked; Monday's 400 go 3:1, Tuesday's 200 to b, Sunday's 100 by the month's plan (600:300)
    pool = {monday: 400, tuesday: 200, sunday: 90}
    assert shares(a, b, cost="1890.00", pool=pool) == ["960.00", "930.00", "0.00"]


def test_a_public_holiday_falls_on_the_member_planned_that_day() -> None:
    """11 November takes a day at b: its 420 minutes are b's, whatever the month's plan says."""
    armistice, rule = date(2026, 11, 11), AbsenceRule.PLANNED_THAT_DAY
    a = at_cost(1, hours="30", planned="30", absence_rule=rule)
    b = at_cost(2, hours="3", absence_rule=rule, holidays={armistice: 420})
    b = replace(b, planned={date(2026, 11, 4): 600})
    assert shares(a, b, cost="400.00", pool={armistice: 420}) == ["300.00", "100.00", "0.00"]
    # A leave day beside it, planned at a (the 2nd), is a's.
    assert shares(a, b, cost="470.00", pool={armistice: 420, date(2026, 11, 2): 420}) == [
        "370.00",
        "100.00",
        "0.00",
    ]


@pytest.mark.parametrize("other", [AbsenceRule.RESERVE, AbsenceRule.WORKED_HOURS])
def test_the_day_decides_whose_rule_applies_where_a_rule_asks_for_it(other: str) -> None:
    """A day planned at a is a's, one planned at b goes by b's rule, one planned at nobody's by the month's plan."""
    first, second, sunday = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 8)
    rule = AbsenceRule.PLANNED_THAT_DAY
    a = replace(at_cost(1, hours="10", absence_rule=rule), planned={first: 600})
    b = replace(at_cost(2, hours="10", absence_rule=other), planned={second: 600})
    borne_by_b = ["20.00", "0.00"] if other == AbsenceRule.WORKED_HOURS else ["10.00", "10.00"]
    assert shares(a, b, cost="30.00", pool={first: 600}) == ["20.00", "10.00", "0.00"]
    assert shares(a, b, cost="30.00", pool={second: 600}) == ["10.00", *borne_by_b]
    half = ["15.00", "0.00"] if other == AbsenceRule.WORKED_HOURS else ["10.00", "5.00"]
    assert shares(a, b, cost="30.00", pool={sunday: 600}) == ["15.00", *half]


def test_without_a_past_the_plan_decides() -> None:
    rule = AbsenceRule.LAST_12_MONTHS
    a = at_cost(1, hours="30", planned="40", absence_rule=rule)
    b = at_cost(2, hours="10", planned="60", absence_rule=rule)
    assert shares(a, b, cost="800.00", pool={FIRST: 2400}) == ["460.00", "340.00", "0.00"]


def test_different_rules_split_the_pool_by_plan_first() -> None:
    a = at_cost(1, hours="30", planned="40", absence_rule=AbsenceRule.RESERVE)
    b = at_cost(2, hours="10", planned="60", absence_rule=AbsenceRule.WORKED_HOURS)
    # 40 h of pool: 16 h to a's rule, so to the reserve; 24 h to b's
    assert shares(a, b, cost="800.00", pool={FIRST: 2400}) == ["300.00", "340.00", "160.00"]


def test_each_kind_of_absence_may_be_borne_by_others() -> None:
    a = at_cost(1, hours="30", planned="40", absence_rules={"sickness": AbsenceRule.RESERVE})
    b = at_cost(2, hours="10", planned="40", absence_rules={"sickness": AbsenceRule.RESERVE})
    pools = {"sickness": {FIRST: 1200}, "leave": {FIRST: 1200}}
    known = EmployeeMonth(NOVEMBER, [a, b], {}, Decimal("800.00"), {}, pools)
    # 40 h worked, 20 h of leave by worked hours (15 and 5), 20 h of sickness to the reserve: 80 h for 800 €.
    shared = share_cost(known)
    assert [str(amount) for amount in (*shared.amounts, shared.reserve)] == ["450.00", "150.00", "200.00"]
    assert shared.borne == [900, 300]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"minutes": 3120, "minimum": 3600}, [("worked_hours", 3120), ("minimum", 480)]),
        ({"minutes": 3600, "minimum": 3600}, [("worked_hours", 3600)]),
        ({"minutes": 0, "minimum": 3600}, [("minimum", 3600)]),
        # Topped up before: of 10 late hours, 8 fill the gap that was paid for.
        (
            {"minutes": 3720, "to_bill": 600, "minimum": 3600, "is_topped_up": True},
            [("worked_hours", 120)],
        ),
        # All the gap is filled: the next late hours count whole.
        ({"minutes": 4320, "to_bill": 600, "minimum": 3600, "is_topped_up": True}, [("worked_hours", 600)]),
        # What a credit note gave back is billed again beside the rest.
        ({"minutes": 3600, "to_bill": 0, "again": 210}, [("worked_hours", 210)]),
    ],
)
def test_a_minimum_is_topped_up_once_and_late_hours_fill_the_gap(facts, expected) -> None:
    priced = pricing.price(month(segment(1, **facts), cost=None))
    assert [(each.kind, each.minutes) for each in priced] == expected


def test_a_minimum_goes_by_days_when_the_price_begins_on_the_way() -> None:
    half = segment(1, minutes=600, minimum=3600, spans=[(FIRST, FIRST + timedelta(days=15))])
    priced = pricing.price(month(half, cost=None))
    assert [(each.kind, each.minutes) for each in priced] == [("worked_hours", 600), ("minimum", 1200)]


def test_month_without_work_goes_by_planned_shares() -> None:
    a, b = at_cost(1, planned="50"), at_cost(2, planned="30")
    assert shares(a, b, cost="800.00", pool={FIRST: 4800}) == ["500.00", "300.00", "0.00"]


@pytest.mark.parametrize(
    ("rules", "pool", "expected"),
    [
        # The rule names the reserve: it bears all, with absences noted or without.
        (("reserve", "reserve"), {FIRST: 4800}, ["0.00", "0.00", "800.00"]),
        (("reserve", "reserve"), {}, ["0.00", "0.00", "800.00"]),
        # One member's terms name it: it bears that member's planned part.
        (("reserve", "worked_hours"), {FIRST: 4800}, ["0.00", "300.00", "500.00"]),
        (("planned_that_day", "reserve"), {}, ["500.00", "0.00", "300.00"]),
        # The other rules go by planned shares.
        (("worked_hours", "last_12_months"), {FIRST: 4800}, ["500.00", "300.00", "0.00"]),
        (("planned_that_day", "planned_that_day"), {FIRST: 4800}, ["500.00", "300.00", "0.00"]),
    ],
)
def test_month_without_work_keeps_what_the_rule_leaves_to_the_reserve(rules, pool, expected) -> None:
    a, b = (
        at_cost(n, planned=planned, absence_rule=rule)
        for n, (planned, rule) in enumerate(zip(("50", "30"), rules, strict=True), 1)
    )
    assert shares(a, b, cost="800.00", pool=pool, m1=60, m2=6000) == expected


def test_month_without_work_goes_by_kind_where_the_reserve_bears_one() -> None:
    """Ten hours of leave and thirty of sickness, which the reserve bears."""
    rules = {"absence_rules": {"sickness": AbsenceRule.RESERVE}}
    a, b = at_cost(1, planned="50", **rules), at_cost(2, planned="30", **rules)
    pools = {"leave": {FIRST: 600}, "sickness": {FIRST: 1800}}
    shared = share_cost(EmployeeMonth(NOVEMBER, [a, b], {}, Decimal("800.00"), {}, pools))
    assert [str(part) for part in (*shared.amounts, shared.reserve)] == ["125.00", "75.00", "600.00"]
    assert shared.borne == [375, 225]


def test_month_without_work_or_plan_stays_in_the_reserve() -> None:
    assert shares(at_cost(1), cost="800.00") == ["0.00", "800.00"]
    assert shares(cost="800.00") == ["800.00"]


def test_past_of_a_member_is_not_counted_for_each_of_its_segments() -> None:
    rule = AbsenceRule.LAST_12_MONTHS
    half = FIRST + timedelta(days=15)
    first = at_cost(1, hours="10", absence_rule=rule, spans=[(FIRST, half)])
    second = at_cost(1, hours="10", absence_rule=rule, spans=[(half, NOVEMBER.before)])
    other = at_cost(2, hours="20", absence_rule=rule)
    # the pool's 40 h go half to each member, as their past says
    pooled = {"cost": "800.00", "pool": {FIRST: 2400}, "m1": 600, "m2": 600}
    assert shares(first, second, other, **pooled) == ["200.00", "200.00", "400.00", "0.00"]


def test_unknown_cost_charges_agreed_prices_only() -> None:
    priced = pricing.price(month(at_cost(1, hours="30"), segment(2, minutes=60), cost=None))
    assert [(each.segment.member, str(each.net)) for each in priced] == [(2, "22.44")]
    with pytest.raises(ValueError, match="not known"):
        share_cost(month(at_cost(1), cost=None))


days = st.dates(FIRST, NOVEMBER.last)
calendars = st.dictionaries(days, st.integers(1, 600), max_size=6)
costs = st.decimals(min_value=0, max_value=20_000, places=2)


@st.composite
def employee_months(draw: st.DrawFn) -> EmployeeMonth:
    segments = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        method = draw(st.sampled_from(PriceMethod.values))
        segments.append(
            Segment(
                assignment=number,
                terms=number,
                member=number,
                method=method,
                spans=[(FIRST, NOVEMBER.before)],
                minutes=draw(calendars),
                planned=draw(calendars),
                hourly_price=draw(st.decimals(1, 99, places=2)) if method == "hourly" else None,
                flat_amount=draw(costs) if method == "flat" else None,
                management_rate=draw(st.decimals(0, 100, places=2)),
                absence_rule=draw(st.sampled_from(AbsenceRule.values)),
                absence_rules=draw(
                    st.dictionaries(
                        st.sampled_from(["leave", "sickness"]), st.sampled_from(AbsenceRule.values)
                    )
                ),
                minimum=draw(st.integers(0, 6000)) if method == "hourly" else 0,
            )
        )
    pools = draw(st.dictionaries(st.sampled_from(["leave", "sickness", "training"]), calendars))
    past = {number: draw(st.integers(0, 9000)) for number in range(1, 4)}
    return EmployeeMonth(NOVEMBER, segments, draw(calendars), draw(costs), past, pools)


@given(employee_months())
def test_shares_and_reserve_are_the_cost_to_the_cent(drawn: EmployeeMonth) -> None:
    shared = share_cost(drawn)
    assert sum(shared.amounts) + shared.reserve == drawn.cost
    assert all(amount >= 0 for amount in (*shared.amounts, shared.reserve))
    assert share_cost(drawn) == shared


@given(employee_months())
def test_what_is_printed_multiplies(drawn: EmployeeMonth) -> None:
    for each in pricing.price(drawn):
        assert each.net == (each.quantity * each.unit_price).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert each.net > 0


@given(employee_months())
def test_without_the_reserve_rule_everything_worked_is_charged_or_covered(drawn: EmployeeMonth) -> None:
    shared = share_cost(drawn)
    is_anybodys = any(part.worked or part.expected for part in drawn.segments)
    rules = {part.rule_of(kind) for part in drawn.segments for kind in drawn.by_kind}
    is_absent = drawn.absent or not any(part.worked for part in drawn.segments)
    if is_anybodys and not (AbsenceRule.RESERVE in rules and is_absent):
        assert shared.reserve == 0
