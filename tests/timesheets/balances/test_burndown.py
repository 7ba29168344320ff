"""A member's commitment used up month by month, where it leads, and how it is drawn."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from timesheets.balances.burn_down import burn_down, together
from timesheets.balances.charts import burn_down_chart

MINUTES = st.lists(st.integers(0, 9000), min_size=12, max_size=12)
FLAGS = st.lists(st.booleans(), min_size=12, max_size=12)
DECEMBER = date(2026, 12, 3)


def burned(planned=(600,) * 12, used=(), approved=(), settled=None, on=DECEMBER, year=2026):
    used = [*used, *[0] * (12 - len(used))]
    settled = settled if settled is not None else [bool(minutes) for minutes in used]
    return burn_down(
        year,
        on=on,
        planned=planned,
        used=used,
        approved=[*approved, *[0] * (12 - len(approved))],
        is_settled=settled,
    )


def test_what_is_used_is_taken_off_what_was_committed():
    burn = burned(used=[500] * 11, approved=[500] * 10)
    assert (burn.commitment, burn.spent, burn.sealed, burn.remaining) == (7200, 5500, 5000, 1700)
    assert (burn.known, burn.lead, burn.lag) == (11, 1100, 0)
    assert burn.projected == 1100  # December is still as planned
    assert burn.pace[:2] == (6600, 6000)


def test_a_month_that_is_not_submitted_counts_as_planned():
    burn = burned(used=[600] * 9 + [100], settled=[True] * 9 + [False] * 3)
    assert (burn.known, burn.shown) == (9, 10)
    assert burn.remaining == 7200 - 5500
    assert burn.projected == 0
    assert burn.months[9].remaining == 1700
    assert burn.months[10].remaining is None


def test_more_than_planned_is_never_hoped_away():
    burn = burned(used=[600] * 11 + [900], settled=[True] * 11 + [False])
    assert (burn.projected, burn.excess) == (-300, 300)


def test_a_year_that_is_over_is_known():
    burn = burned(used=[550] * 12, on=date(2027, 1, 1))
    assert (burn.is_over, burn.projected) == (True, burn.remaining)
    assert burn_down_chart(burn, on=date(2027, 2, 1)).ahead == ""


def test_a_year_ahead_is_all_plan():
    burn = burned(on=date(2025, 6, 1))
    chart = burn_down_chart(burn, on=date(2025, 6, 1))
    assert (burn.known, burn.spent, burn.projected) == (0, 0, 0)
    assert (chart.real, chart.area) == ("", "")
    assert chart.ahead.startswith("72.0,20.0 ")
    assert chart.ahead.endswith(" 632.0,176.0")


def test_months_before_the_assignment_are_known_and_not_drawn():
    burn = burned(planned=[0] * 6 + [600] * 6, used=[0] * 6 + [600], on=date(2026, 8, 10))
    assert burn.known == 7
    chart = burn_down_chart(burn, on=date(2026, 8, 10))
    assert chart.real == "352.0,20.0 398.7,46.0"
    assert chart.plan.startswith("352.0,20.0 398.7,46.0 ")


def test_an_assignment_to_come_is_drawn_ahead_only():
    burn = burned(planned=[0] * 6 + [600] * 6, on=date(2026, 3, 10))
    chart = burn_down_chart(burn, on=date(2026, 3, 10))
    assert (burn.known, chart.real) == (2, "")
    assert chart.ahead == chart.plan


def test_a_drawing_goes_from_the_commitment_to_what_is_left():
    chart = burn_down_chart(burned(used=[600] * 11), on=DECEMBER)
    assert chart.real.split()[0] == "72.0,20.0"
    assert chart.real.split()[-1] == "585.3,163.0"
    assert chart.plan.split()[-1] == chart.ahead.split()[-1] == "632.0,176.0"
    assert [tick.label for tick in chart.ticks] == ["0", "50", "100"]
    assert (chart.labels[-1].text, chart.labels[-1].x, chart.labels[-1].anchor) == (
        "10\u00a0h",
        "640.0",
        "end",
    )


def test_hours_of_the_month_under_way_are_drawn_at_its_day():
    chart = burn_down_chart(
        burned(used=[600] * 11 + [60], settled=[True] * 11 + [False]), on=date(2026, 12, 31)
    )
    assert chart.now[0] == "632.0"
    chart = burn_down_chart(
        burned(used=[600] * 11 + [60], settled=[True] * 11 + [False]), on=date(2026, 12, 15)
    )
    assert chart.now[0] == "607.9"


def test_an_exceeded_commitment_goes_below_zero():
    chart = burn_down_chart(burned(used=[900] * 11), on=DECEMBER)
    assert chart.now[1] > "140"
    assert chart.ticks[0].label == "\u221250"


def test_nothing_at_all_is_drawn_without_a_fault():
    chart = burn_down_chart(burned(planned=[0] * 12, on=date(2025, 1, 1)), on=date(2025, 1, 1))
    assert (chart.plan, chart.real) == ("", "")


@given(MINUTES, MINUTES, FLAGS, st.dates(date(2025, 6, 1), date(2027, 6, 1)))
def test_the_end_is_the_last_expected_and_nothing_leaves_the_drawing(planned, used, settled, on):
    burn = burned(planned, used, settled=settled, on=on)
    assert burn.remaining + burn.spent == burn.commitment
    assert burn.projected <= burn.remaining
    chart = burn_down_chart(burn, on=on)
    for line in (chart.plan, chart.real, chart.ahead):
        for point in line.split():
            x, y = (int(value.replace(".", "")) for value in point.split(","))
            assert 720 <= x <= 6320
            assert 200 <= y <= 1760
    assert 2 <= len(chart.ticks) + (burn.commitment < 60) <= 7


@given(st.lists(st.tuples(MINUTES, MINUTES), max_size=3))
def test_together_is_the_sum_of_the_parts(rows):
    parts = [burned(planned, used) for planned, used in rows]
    whole = together(parts, 2026)
    assert whole.commitment == sum(part.commitment for part in parts)
    assert whole.remaining == sum(part.remaining for part in parts)
    assert whole.projected == sum(part.projected for part in parts)
    assert whole.known == min((part.known for part in parts), default=0)
