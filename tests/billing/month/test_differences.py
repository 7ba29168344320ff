"""Why a month differs from the last: the causes sum to the difference, and each tells its own change."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.models import Charge
from billing.month.differences import causes
from tests.world import NOVEMBER, OCTOBER


def charge(
    net: str,
    *,
    minutes: int = 0,
    borne: int = 0,
    kind: str = "worked_hours",
    assignment: int | None = 1,
    month=NOVEMBER,
):
    return Charge(
        kind=kind,
        assignment_id=assignment,
        service_month=month,
        minutes=minutes,
        net=Decimal(net),
        figures={"borne_minutes": borne} if borne else {},
    )


def amounts_by_cause(now, before):
    return {cause.code: str(cause.amount) for cause in causes(now, before, month=NOVEMBER)}


def test_more_hours_at_a_higher_price_are_told_apart():
    now = [charge("240.00", minutes=600)]
    before = [charge("160.00", minutes=480, month=OCTOBER)]
    # 2 h more at 20 €, then 10 h at 4 € more.
    assert amounts_by_cause(now, before) == {"hours": "40.00", "price": "40.00"}


def test_a_larger_share_of_absences_is_its_own_cause():
    now = [charge("1200.00", kind="cost_share", minutes=600, borne=600)]
    before = [charge("1200.00", kind="cost_share", minutes=600, borne=200, month=OCTOBER)]
    assert amounts_by_cause(now, before) == {"absences": "300.00", "price": "-300.00"}


def test_who_comes_and_who_goes_what_is_late_and_the_rest():
    now = [
        charge("100.00", minutes=300, assignment=2),
        charge("55.00", minutes=60, month=OCTOBER),
        charge("10.00", kind="management_fee"),
        charge("7.00", kind="travel"),
        charge("500.00", kind="flat_amount", assignment=3),
    ]
    before = [
        charge("80.00", minutes=240, assignment=1, month=OCTOBER),
        charge("4.00", kind="management_fee", month=OCTOBER),
    ]
    assert amounts_by_cause(now, before) == {
        "flat": "500.00",
        "late": "55.00",
        "placed": "20.00",
        "other": "7.00",
        "fees": "6.00",
    }


def test_the_same_month_again_has_no_cause():
    assert (
        amounts_by_cause([charge("80.00", minutes=240)], [charge("80.00", minutes=240, month=OCTOBER)]) == {}
    )


amounts = st.integers(1, 10_000_00).map(lambda cents: Decimal(cents) / 100)
kinds = st.sampled_from(
    ["worked_hours", "cost_share", "minimum", "management_fee", "flat_amount", "travel", "free"]
)


@st.composite
def months(draw, month):
    return [
        charge(
            str(draw(amounts)),
            minutes=draw(st.integers(0, 9000)),
            borne=draw(st.integers(0, 3000)),
            kind=draw(kinds),
            assignment=draw(st.integers(1, 3)),
            month=draw(st.sampled_from([month, month.previous])),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]


@given(months(NOVEMBER), months(OCTOBER))
def test_the_causes_are_the_whole_difference(now, before):
    total = sum((row.net for row in now), Decimal(0)) - sum((row.net for row in before), Decimal(0))
    found = causes(now, before, month=NOVEMBER)
    assert sum((cause.amount for cause in found), Decimal(0)) == total
    assert [abs(cause.amount) for cause in found] == sorted((abs(c.amount) for c in found), reverse=True)
    assert all(cause.amount for cause in found)
