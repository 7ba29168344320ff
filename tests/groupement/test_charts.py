"""Charts: each part is as long as its amount, on one scale, within the drawing; the same figures, the same texts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupement.kernel.charts import (
    BOTTOM,
    LABEL_ROOM,
    SHARE_UNITS,
    TOP,
    WIDTH,
    Bar,
    NamedBars,
    Part,
    Scale,
    Share,
    ZeroLine,
    columns,
    coordinate,
    points,
    round_values,
    rows,
    shares,
    ticks,
)

AMOUNTS = st.lists(st.decimals(-100_000, 100_000, places=2), max_size=4)
BARS = st.lists(AMOUNTS, max_size=6)


def bar(*amounts):
    return Bar([Part(f"s{n}", amount) for n, amount in enumerate(amounts)], f"= {sum(amounts)}")


def places(chart):
    """x, y, width, height and series of each mark."""
    return [
        (*(Decimal(text) for text in (mark.x, mark.y, mark.width, mark.height)), mark.series)
        for mark in chart.marks
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0"),
        (12, "12.0"),
        (Fraction(1, 3), "0.3"),
        (Fraction(-1, 4), "-0.2"),
        (Fraction(-1, 100), "0.0"),
    ],
)
def test_a_coordinate_has_one_decimal_and_a_point(value, text):
    assert coordinate(value) == text


def test_points_are_pairs_with_a_comma():
    assert points([(Fraction(1), Fraction(5, 2)), (Fraction(0), Fraction(-3))]) == "1.0,2.5 0.0,-3.0"
    assert points([]) == ""


def test_a_scale_goes_up_as_well_as_to_the_right():
    up = Scale(-50, 100, BOTTOM, TOP)
    assert [up.at(value) for value in (-50, 0, 100)] == [176, 124, 20]
    assert Scale(0, 12, 0, 600).at(Fraction(1, 2)) == 25
    assert Scale(7, 7, 3, 9).at(7) == 3


@pytest.mark.parametrize(
    ("low", "high", "most", "unit", "values"),
    [
        (0, 0, 4, 1, [0]),
        (0, 4, 4, 1, [0, 1, 2, 3, 4]),
        (0, 5, 4, 1, [0, 2, 4]),
        (0, Decimal("9130.20"), 4, 1, [0, 5000]),
        (-300, 7200, 4, 60, [0, 3000, 6000]),
        (-45, 100, 4, 1, [0, 50, 100]),
        (Decimal("-130.5"), 260, 4, 1, [-100, 0, 100, 200]),
    ],
)
def test_round_values_are_steps_of_one_two_or_five(low, high, most, unit, values):
    assert round_values(low, high, most=most, unit=unit) == values


@given(st.integers(-(10**7), 0), st.integers(0, 10**7), st.integers(1, 6), st.sampled_from([1, 60]))
def test_round_values_lie_within_and_zero_is_one(low, high, most, unit):
    values = round_values(low, high, most=most, unit=unit)
    assert 0 in values
    assert low <= values[0] <= values[-1] <= high
    assert len(values) <= most + 1
    assert len({after - before for before, after in pairwise(values)}) <= 1


@given(st.integers(-(10**7), 0), st.integers(0, 10**7))
def test_a_scale_that_shows_anything_has_two_ticks(low, high):
    assert len(round_values(low, high)) >= 2 or low == high == 0


def test_a_tick_is_at_its_value_with_its_figure():
    (zero, top) = ticks(Scale(0, 10, BOTTOM, TOP), [0, 10], lambda value: f"{value} h")
    assert (zero.y, zero.label, top.y, top.label) == ("176.0", "0 h", "20.0", "10 h")
    assert (top.start, top.end, top.label_x) == ("72.0", "632.0", "64.0")


def test_columns_stack_their_parts_from_zero():
    chart = columns([("a", bar(Decimal("30.00"), Decimal("10.00"))), ("b", bar(Decimal("20.00")))])
    assert places(chart) == [
        (128, 59, 64, 117, "s0"),
        (128, 20, 64, 39, "s1"),
        (448, 98, 64, 78, "s0"),
    ]
    assert [(label.text, label.x, label.y, label.is_key) for label in chart.labels] == [
        ("= 40.00", "160.0", "14.0", True),
        ("a", "160.0", "198.0", False),
        ("= 20.00", "480.0", "92.0", True),
        ("b", "480.0", "198.0", False),
    ]
    assert (chart.ticks, chart.zero) == ([], ZeroLine("0.0", "176.0", "640.0", "176.0"))
    assert chart.description == "a\u00a0: = 40.00. b\u00a0: = 20.00."


def test_columns_with_a_scale_end_at_a_round_value():
    named = [(str(n), bar(Decimal("9130.20"))) for n in range(3)]
    chart = columns(named, tick=lambda euros: f"{euros} €", description="Trois fois autant.")
    assert [tick.label for tick in chart.ticks] == ["0 €", "2000 €", "4000 €", "6000 €", "8000 €", "10000 €"]
    assert [chart.ticks[n].y for n in (0, 1, -1)] == ["176.0", "144.8", "20.0"]
    assert places(chart)[0] == (Decimal("133.3"), Decimal("33.6"), 64, Decimal("142.4"), "s0")
    assert [label.text for label in chart.labels] == ["0", "1", "2"]
    assert chart.description == "Trois fois autant."


@pytest.mark.parametrize(("count", "minor"), [(6, []), (7, ["1", "3", "5"])])
def test_of_many_names_every_second_may_be_left_out(count, minor):
    chart = columns([(str(n), bar(1)) for n in range(count)], tick=str)
    assert [label.text for label in chart.labels if label.is_minor] == minor


def test_a_column_below_zero_hangs_from_its_line():
    chart = columns([("a", bar(-10)), ("b", bar(30))])
    assert [(y, height) for _, y, _, height, _ in places(chart)] == [(137, 39), (20, 117)]
    assert chart.zero == ZeroLine("0.0", "137.0", "640.0", "137.0")
    assert chart.labels[0].y == "131.0"


def test_rows_stand_one_below_the_other_with_their_labels_at_the_ends():
    chart = rows([NamedBars("A", [bar(30, 10), bar(20)]), NamedBars("B", [bar()])])
    assert places(chart) == [
        (0, 26, Decimal("367.5"), 18, "s0"),
        (Decimal("367.5"), 26, Decimal("122.5"), 18, "s1"),
        (0, 50, 245, 18, "s0"),
    ]
    assert [(label.text, label.x, label.y, label.anchor) for label in chart.labels] == [
        ("A", "0.0", "18.0", "start"),
        ("= 40", "498.0", "40.0", "start"),
        ("= 20", "253.0", "64.0", "start"),
        ("B", "0.0", "102.0", "start"),
        ("= 0", "8.0", "124.0", "start"),
    ]
    assert (chart.zero, chart.height, chart.has_rows) == (None, 134, True)
    assert chart.description == "A\u00a0: = 40, = 20. B\u00a0: = 0."


def test_rows_below_zero_go_to_the_left_of_its_line():
    chart = rows([NamedBars("A", [bar(-100), bar(240)])])
    assert [(x, width) for x, _, width, _, _ in places(chart)] == [(150, 100), (250, 240)]
    assert [(label.x, label.anchor) for label in chart.labels[1:]] == [("142.0", "end"), ("498.0", "start")]
    assert chart.zero == ZeroLine("250.0", "0.0", "250.0", "74.0")


def test_a_bar_of_both_signs_has_its_label_on_the_right():
    chart = rows([NamedBars("A", [bar(60, -20, 40)])])
    assert [(x, width, series) for x, _, width, _, series in places(chart)] == [
        (Decimal("206.7"), Decimal("170.0"), "s0"),
        (Decimal("376.7"), Decimal("113.3"), "s2"),
        (150, Decimal("56.7"), "s1"),
    ]
    assert chart.labels[1].anchor == "start"


@pytest.mark.parametrize("amounts", [(), (0,), (Decimal("0.00"), Decimal("0.00"))])
def test_nothing_is_drawn_of_nothing(amounts):
    for chart in (columns([("a", bar(*amounts))]), rows([NamedBars("a", [bar(*amounts)])])):
        assert chart.marks == []
        assert len(chart.labels) == 2
    assert [tick.label for tick in columns([("a", bar(*amounts))], tick=str).ticks] == ["0", "1"]
    assert (columns([]).marks, rows([]).labels, rows([]).height) == ([], [], 24)


def test_what_is_something_can_be_seen():
    assert places(columns([("a", bar(1)), ("b", bar(100_000))]))[0][1:4] == (174, 64, 2)
    small = places(rows([NamedBars("a", [bar(Decimal("0.01"), Decimal("0.01")), bar(Decimal("-9999.00"))])]))
    assert [(x, width) for x, _, width, _, _ in small[:2]] == [(490, 1), (491, 1)]


@given(BARS)
def test_parts_end_where_their_sum_does_and_nothing_leaves_the_drawing(found):
    chart = rows([NamedBars(f"n{n}", [bar(*amounts)]) for n, amounts in enumerate(found)])
    sums = [(sum(a for a in each if a > 0), sum(a for a in each if a < 0)) for each in found]
    low, high = min([0, *(below for _, below in sums)]), max([0, *(above for above, _ in sums)])
    scale = Scale(low, high if low or high else 1, LABEL_ROOM if low else 0, WIDTH - LABEL_ROOM)
    marks = places(chart)
    for n, (above, below) in enumerate(sums):
        own = [(x, x + width) for x, y, width, _, _ in marks if y == 26 + 60 * n]
        for total, ends in ((above, [right for _, right in own]), (below, [left for left, _ in own])):
            if total and abs(scale.at(total) - scale.at(0)) >= 2:
                assert coordinate(Fraction(max(ends) if total > 0 else min(ends))) == coordinate(
                    scale.at(total)
                )
    for x, y, width, height, _ in marks:
        assert 0 <= x <= x + width <= WIDTH
        assert 0 <= y <= y + height <= chart.height
    assert all(0 <= Decimal(label.x) <= WIDTH for label in chart.labels)


@given(BARS, st.booleans())
def test_columns_stay_within_the_drawing_and_touch(found, has_scale):
    named = [(f"n{n}", bar(*amounts)) for n, amounts in enumerate(found)]
    chart = columns(named, tick=str if has_scale else None)
    assert chart == columns(named, tick=str if has_scale else None)
    for x, y, width, height, _ in places(chart):
        assert 0 <= x <= x + width <= WIDTH
        assert TOP - 2 <= y <= y + height <= BOTTOM + 2
    for amounts, column in zip(found, [name for name, _ in named], strict=True):
        assert sum(label.text == column for label in chart.labels) == 1
        assert len(amounts) <= 4
    by_column = {}
    for x, y, _, height, _ in places(chart):
        by_column.setdefault(x, []).append((y, y + height))
    for stack in by_column.values():
        stack.sort()
        assert all(upper[1] == lower[0] for upper, lower in pairwise(stack))


def test_shares_follow_each_other_and_leave_out_what_is_nothing():
    parts = [
        Part("a", 0),
        Part("b", Decimal("1.00")),
        Part("c", Decimal("-5.00")),
        Part("d", Decimal("3.00")),
    ]
    assert shares(parts) == [Share("b", 0, 250), Share("d", 250, 750)]
    assert shares(parts, whole=8) == [Share("b", 0, 125), Share("d", 125, 375)]
    assert shares(parts, whole=2) == shares(parts)
    assert shares([Part("a", 1), Part("b", 100_000)]) == [Share("b", 0, 1000)]
    assert shares([]) == shares([Part("a", 0)], whole=10) == []


@given(AMOUNTS, st.decimals(0, 200_000, places=2))
def test_shares_end_where_their_sum_does(amounts, whole):
    found = shares([Part(str(n), amount) for n, amount in enumerate(amounts)], whole=whole)
    total = sum((amount for amount in amounts if amount > 0), Decimal(0))
    ends = [0, *(share.start + share.length for share in found)]
    assert [share.start for share in found] == ends[:-1]
    if found:
        assert ends[-1] == int(Fraction(total) * SHARE_UNITS / Fraction(max(total, whole)))
    if found and whole <= total:
        assert ends[-1] == SHARE_UNITS
