"""Overtime with paid leave: the situations of both rulings and their neighbours, each worked out by hand first."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from employees.worktime_rules.findings import findings
from tests.employees.worked import MONDAY, calendar, contract, found, limits, on, week

DAY = timedelta(days=1)
LAW = "C. trav. L3121-28 et -36"
RULING = f"{LAW}\u00a0; Cass. soc. 10 sept. 2025, n°\u00a023-14.455"
NOTHING = None
# The ruling is of Wednesday 10 September 2025.
THAT_WEEK = date(2025, 9, 8)
LONG_AGO = date(2020, 1, 1)


def minutes(hours):
    whole, _, rest = str(hours).partition(":")
    return int(whole) * 60 + int(rest or 0)


def away(monday=MONDAY, **hours):
    """Paid leave by day: mon="7"."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {monday + names.index(name) * DAY: minutes(each) for name, each in hours.items()}


def counted(spans, leave, **facts):
    """(minutes, how they are paid, article) of the overtime that is found, or nothing."""
    each = found("overtime", spans, credited=leave, **facts)
    return [(one.measured, one.sentence.rpartition("\u00a0: ")[2], one.article) for one in each]


def paid(at_25, at_50=None):
    return f"{at_25} à +25\u00a0%" + (f", {at_50} à +50\u00a0%." if at_50 else ".")


def outcome(over, rates, article=RULING):
    return [(minutes(over), rates, article)]


# What was worked from Monday on, the leave beside it, the contract's hours, what comes out; each worked out by hand.
WEEKS = {
    # 25 h 30 + 14 h = 39 h 30.
    "two days of leave, then three of 8 h 30": (
        [0, 0, "8:30", "8:30", "8:30"],
        {"mon": 7, "tue": 7},
        35,
        outcome("4:30", paid("4\u00a0h\u00a030")),
    ),
    # 24 h + 14 h = 38 h.
    "two days of leave, then three of 8 h": (
        [0, 0, 8, 8, 8],
        {"mon": 7, "tue": 7},
        35,
        outcome(3, paid("3\u00a0h")),
    ),
    # 31 h + 7 h = 38 h.
    "31 h in four days and a Friday of leave": (
        ["7:45", "7:45", "7:45", "7:45"],
        {"fri": 7},
        35,
        outcome(3, paid("3\u00a0h")),
    ),
    # The engineers of the ruling: 38 h 30 a week, 4 × 7 h 42 + 7 h 42 = 38 h 30.
    "a contract of 38 h 30 and a day of leave": (
        ["7:42", "7:42", "7:42", "7:42"],
        {"fri": "7:42"},
        "38:30",
        outcome("3:30", paid("3\u00a0h\u00a030")),
    ),
    # 21 h + 14 h = 35 h, no minute over; one minute more is one.
    "the legal week, exactly": ([0, 0, 7, 7, 7], {"mon": 7, "tue": 7}, 35, NOTHING),
    "the legal week and a minute": (
        [0, 0, 7, 7, "7:01"],
        {"mon": 7, "tue": 7},
        35,
        outcome("0:01", paid("0\u00a0h\u00a001")),
    ),
    # 40 h + 7 h = 47 h: 12 h, of which eight are the first.
    "long days beside a day of leave": (
        [0, 10, 10, 10, 10],
        {"mon": 7},
        35,
        outcome(12, paid("8\u00a0h", "4\u00a0h")),
    ),
    # 3 h 30 + 4 × 8 h = 35 h 30, + 3 h 30 = 39 h.
    "half a day of leave": (
        ["3:30", 8, 8, 8, 8],
        {"mon": "3:30"},
        35,
        outcome(4, paid("4\u00a0h")),
    ),
    # 8 h + 28 h = 36 h.
    "one day worked": (
        [0, 0, 0, 0, 8],
        {"mon": 7, "tue": 7, "wed": 7, "thu": 7},
        35,
        outcome(1, paid("1\u00a0h")),
    ),
    # 7 h 48 + 31 h 12 = 39 h.
    "one day worked of 39 h": (
        [0, 0, 0, 0, "7:48"],
        {"mon": "7:48", "tue": "7:48", "wed": "7:48", "thu": "7:48"},
        39,
        outcome(4, paid("4\u00a0h")),
    ),
    # Nothing was worked: the pay of the leave holds what its hours bring.
    "a whole week of leave": ([], dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), 7), 35, NOTHING),
    "a whole week of leave of 39 h": (
        [],
        dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "7:48"),
        39,
        NOTHING,
    ),
    # A week of leave is a week of the contract, Saturday noted or not: 35 h + 2 h.
    "six days noted and a Sunday worked": (
        [0, 0, 0, 0, 0, 0, 2],
        dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), 7),
        35,
        outcome(2, paid("2\u00a0h")),
    ),
    # 2 h worked: never more than that, however much leave stands beside.
    "never more than was worked": (
        [0, 0, 0, 0, 0, 2],
        dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "7:48"),
        39,
        outcome(2, paid("2\u00a0h")),
    ),
    "without leave, as before": ([7, 7, 7, 7, 8], {}, 35, outcome(1, paid("1\u00a0h"), LAW)),
    # Part-time: what a ruling says of overtime says nothing of complementary hours.
    "a part-time contract": ([0, 0, 10, 10, 10], {"mon": 7, "tue": 7}, 28, NOTHING),
}


def test_a_week_with_paid_leave_counts_it_in_the_thirty_five_hours():
    wrong = {}
    for name, (worked, leave, hours, expected) in WEEKS.items():
        got = counted(week(MONDAY, *worked), away(**leave), regimes=[contract(hours)])
        if got != (expected or []):
            wrong[name] = got
    assert wrong == {}


def test_the_sentence_says_work_leave_and_threshold():
    spans, leave = week(MONDAY, 0, 0, "8:30", "8:30", "8:30"), away(mon=7, tue=7)
    (finding,) = found("overtime", spans, credited=leave)
    assert finding.sentence == (
        "4\u00a0h\u00a030 au-delà de 35\u00a0h, avec 25\u00a0h\u00a030 de travail et 14\u00a0h de congés payés\u00a0: "
        "4\u00a0h\u00a030 à +25\u00a0%."
    )
    assert (finding.limit, finding.leave) == (2100, tuple(leave.items()))
    assert (finding.first, finding.before) == (MONDAY, MONDAY + 7 * DAY)


def test_leave_counts_from_the_day_of_the_ruling():
    """From Wednesday 10 September 2025, a day at a time; a group may take another day, or none."""
    old = [contract(starts_on=LONG_AGO)]
    year_before = THAT_WEEK - timedelta(weeks=52)
    cases = {
        "Monday and Tuesday were before": (
            week(THAT_WEEK, 0, 0, "8:30", "8:30", "8:30"),
            away(THAT_WEEK, mon=7, tue=7),
            None,
            NOTHING,
        ),
        "from that Wednesday": (
            week(THAT_WEEK, "8:30", "8:30", 0, 0, "8:30"),
            away(THAT_WEEK, wed=7, thu=7),
            None,
            outcome("4:30", paid("4\u00a0h\u00a030")),
        ),
        # 28 h 30 + 7 h = 35 h 30.
        "one of the two days": (
            week(THAT_WEEK, "9:30", 0, 0, "9:30", "9:30"),
            away(THAT_WEEK, tue=7, wed=7),
            None,
            outcome("0:30", paid("0\u00a0h\u00a030")),
        ),
        "never, where the group says so": (
            week(MONDAY, 0, 0, "8:30", "8:30", "8:30"),
            away(mon=7, tue=7),
            limits(leave_counts_from=None),
            NOTHING,
        ),
        "for claims of three years back, where the group says so": (
            week(year_before, 0, 0, "8:30", "8:30", "8:30"),
            away(year_before, mon=7, tue=7),
            limits(leave_counts_from=date(2022, 9, 10)),
            outcome("4:30", paid("4\u00a0h\u00a030")),
        ),
    }
    wrong = {}
    for name, (spans, leave, law, expected) in cases.items():
        if law:
            law.rows[0].starts_on = LONG_AGO
        monday = min(leave) - min(leave).weekday() * DAY
        got = counted(spans, leave, regimes=old, first=monday, law=law)
        if got != (expected or []):
            wrong[name] = got
    assert wrong == {}


def test_what_has_no_ruling_stays_with_the_hours_that_were_worked():
    """48 h, 44 h, the quota, part-time, annualised time, days: leave changes none of their figures."""
    leave = away(mon=9, tue=9)
    regimes = {
        "full-time": contract(),
        "part-time": contract(28),
        "annualised": contract(35, "annualised", yearly_minutes=30 * 60),
        "in days": contract(35, "day_rate", yearly_days=3),
    }
    spans = week(MONDAY, 0, 0, 10, 10, "11:30", 2, 6)
    differences = {}
    for name, regime in regimes.items():
        law = limits(yearly_overtime_minutes=180)
        facts = {"regimes": [regime], "law": law}
        without, beside = (
            {
                (each.rule, each.day, each.severity, each.measured, each.limit)
                for each in findings(calendar(spans, **facts, credited=credited))
            }
            for credited in ({}, leave)
        )
        differences[name] = {str(each[0]) for each in without ^ beside}
    assert differences == {
        "full-time": {"overtime"},
        "part-time": set(),
        "annualised": set(),
        "in days": set(),
    }


def test_who_reads_such_a_figure_reads_that_leave_is_left_out():
    """28 h, 31 h worked and 5 h 36 of leave: 3 h, 2 h 48 at +10 % and 12 min over, not 8 h 36."""
    spans, leave = week(MONDAY, 0, 8, 8, 8, 7), away(mon="5:36")
    (finding,) = found("extra_hours", spans, regimes=[contract(28)], credited=leave)
    assert finding.measured == 180
    assert finding.sentence.endswith("Congés payés non comptés\u00a0: aucune décision pour le temps partiel.")
    (before,) = found("extra_hours", spans, regimes=[contract(28)])
    assert "Congés" not in before.sentence
    (quota,) = found("quota", week(MONDAY, 9, 9, 9, 9, 9), law=limits(yearly_overtime_minutes=60))
    assert "sans les congés payés" in quota.sentence


hours_of_a_day = st.integers(0, 12 * 60)
a_week = st.lists(hours_of_a_day, min_size=7, max_size=7)
FEW = settings(max_examples=60, deadline=None)


def overtime(worked, leave, regime, monday=MONDAY):
    """Minutes of overtime that are found."""
    spans = [on(monday + n * DAY, f"0:{each}") for n, each in enumerate(worked) if each]
    credited = {monday + n * DAY: each for n, each in enumerate(leave) if each}
    first = monday + (len(worked) - 7) * DAY
    here = found("overtime", spans, credited=credited, regimes=[regime], first=first)
    return sum(each.measured for each in here)


@FEW
@given(a_week, a_week, st.integers(0, 6), st.integers(1, 600), st.sampled_from(["35", "38:30", "39"]))
def test_adding_leave_never_lowers_overtime_of_a_week(worked, leave, day, more, hours):
    regime = contract(hours)
    added = [each + more * (n == day) for n, each in enumerate(leave)]
    before, after = overtime(worked, leave, regime), overtime(worked, added, regime)
    assert overtime(worked, [0] * 7, regime) <= before <= after
    # Nor does it pass what the same hours would give, had they been worked, nor what was worked at all.
    as_worked = [one + other for one, other in zip(worked, added, strict=True)]
    assert after <= min(sum(worked), overtime(as_worked, [0] * 7, regime))


BEFORE = MONDAY - timedelta(weeks=1)
PAIRS = "C. trav. L3121-41, -36 et D3121-25"
RULING_OF_PAIRS = f"{PAIRS}\u00a0; Cass. soc. 7 janv. 2026, n°\u00a024-19.410"


def by_two(hours=35, **facts):
    return contract(hours, "two_weeks", **{"cycle_starts_on": BEFORE, **facts})


# What was worked in the first week and in the second, the leave in each, and what comes out.
TWO_WEEKS = {
    # 38 h + 32 h = 70 h: three hours of the first week are none.
    "one long week and a short one": ([8, 8, 8, 7, 7], [7, 7, 6, 6, 6], {}, {}, NOTHING),
    # 39 h + 35 h = 74 h.
    "four hours more": ([8, 8, 8, 8, 7], [7, 7, 7, 7, 7], {}, {}, [(240, paid("4\u00a0h"), PAIRS)]),
    # 39 h + 31 h + 7 h of leave = 77 h.
    "a day of leave in the second week": (
        [8, 8, 8, 8, 7],
        ["7:45", "7:45", "7:45", "7:45"],
        {},
        {"fri": 7},
        [(420, paid("7\u00a0h"), RULING_OF_PAIRS)],
    ),
    # 25 h 30 + 14 h + 35 h = 74 h 30.
    "two days of leave in the first": (
        [0, 0, "8:30", "8:30", "8:30"],
        [7, 7, 7, 7, 7],
        {"mon": 7, "tue": 7},
        {},
        [(270, paid("4\u00a0h\u00a030"), RULING_OF_PAIRS)],
    ),
    # The driver of the ruling, by two weeks: 39 h and 56 h of leave = 95 h, 25 h over, of which 16 are the first.
    "78 h of work and 112 h of leave in four weeks": (
        [8, 8, 8, 8, 7],
        [],
        {"sat": 8},
        {"mon": 8, "tue": 8, "wed": 8, "thu": 8, "fri": 8, "sat": 8},
        [(1500, paid("16\u00a0h", "9\u00a0h"), RULING_OF_PAIRS)],
    ),
    # 45 h + 25 h = 70 h, and six hours above 39 h in the first.
    "39 h in one week": ([9, 9, 9, 9, 9], [5, 5, 5, 5, 5], {}, {}, [(360, paid("6\u00a0h"), PAIRS)]),
    # 40 h + 20 h + 14 h = 74 h: four, the one above 39 h among them.
    "one hour above 39 h, and leave": (
        [8, 8, 8, 8, 8],
        [0, 0, 7, 7, 6],
        {},
        {"mon": 7, "tue": 7},
        [(240, paid("4\u00a0h"), RULING_OF_PAIRS)],
    ),
    # 45 h + 45 h = 90 h.
    "two long weeks": (
        [9, 9, 9, 9, 9],
        [9, 9, 9, 9, 9],
        {},
        {},
        [(1200, paid("16\u00a0h", "4\u00a0h"), PAIRS)],
    ),
    "two weeks of leave": (
        [],
        [],
        dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), 7),
        dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), 7),
        NOTHING,
    ),
}


def test_two_weeks_are_counted_together_leave_among_them():
    wrong = {}
    for name, (first, second, leave, later, expected) in TWO_WEEKS.items():
        spans = [*week(BEFORE, *first), *week(MONDAY, *second)]
        got = counted(spans, {**away(BEFORE, **leave), **away(**later)}, regimes=[by_two()])
        # It is told with the second week, and in the first nothing is.
        early = counted(spans, away(BEFORE, **leave), regimes=[by_two()], first=BEFORE)
        if got != (expected or []) or early:
            wrong[name] = (got, early)
    assert wrong == {}


def test_two_weeks_say_what_they_are():
    spans = [*week(BEFORE, 8, 8, 8, 8, 7), *week(MONDAY, "7:45", "7:45", "7:45", "7:45")]
    (finding,) = found("overtime", spans, credited=away(fri=7), regimes=[by_two()])
    assert finding.sentence == (
        "7\u00a0h au-delà de 70\u00a0h en deux semaines, avec 70\u00a0h de travail et 7\u00a0h de congés payés\u00a0: "
        "7\u00a0h à +25\u00a0%."
    )
    assert (finding.day, finding.first, finding.before) == (MONDAY, BEFORE, MONDAY + 7 * DAY)
    (long,) = found("overtime", [*week(BEFORE, 9, 9, 9, 9, 9), *week(MONDAY, 5, 5)], regimes=[by_two()])
    assert long.sentence.startswith(
        "6\u00a0h au-delà de 70\u00a0h en deux semaines ou de 39\u00a0h dans l’une\u00a0:"
    )


def test_leave_of_two_weeks_counts_from_the_day_of_its_own_ruling():
    """Wednesday 7 January 2026: Tuesday’s 7 h do not count, Wednesday’s do. 35 h + 28 h + 7 h, then one hour more."""
    january = date(2026, 1, 5)
    regime = by_two(starts_on=LONG_AGO, cycle_starts_on=january - timedelta(weeks=5))
    worked = [*week(january - timedelta(weeks=1), 7, 7, 7, 7, 7), *week(january, 10, 0, 0, 9, 9)]
    facts = {"regimes": [regime], "first": january}
    leave = away(january, tue=7, wed=7)
    assert counted(worked, leave, **facts) == []
    more = [*worked, on(january + 5 * DAY, 1)]
    assert counted(more, leave, **facts) == [(60, paid("1\u00a0h"), RULING_OF_PAIRS)]
    never = limits(leave_counts_in_cycles_from=None)
    assert counted(more, leave, **facts, law=never) == []


def test_a_week_that_stands_alone_is_counted_alone():
    """The contract begins with the second week, ends with the first, or counts by the week there."""
    spans = [*week(BEFORE, 9, 9, 9, 9, 9), *week(MONDAY, 8, 8, 8, 8, 8)]
    next_week = MONDAY + timedelta(weeks=1)
    begins = [by_two(starts_on=MONDAY)]
    ends = [by_two(cycle_starts_on=MONDAY, ends_before=next_week)]
    changes = [contract(starts_on=LONG_AGO, ends_before=MONDAY), by_two(starts_on=MONDAY)]
    for regimes in (begins, ends, changes):
        assert counted(spans, {}, regimes=regimes) == [(300, paid("5\u00a0h"), LAW)], regimes
    # Terms that change and count the same two weeks hold them together: 45 h + 40 h.
    raised = [
        by_two(ends_before=MONDAY),
        by_two("35:30", starts_on=MONDAY, cycle_starts_on=BEFORE + 14 * DAY),
    ]
    assert counted(spans, {}, regimes=raised) == [(900, paid("15\u00a0h"), PAIRS)]


def test_the_quota_takes_two_weeks_with_the_second_even_when_it_has_no_work():
    spans = week(BEFORE, 9, 9, 9, 9, 9)
    law = limits(yearly_overtime_minutes=300)
    (finding,) = found("quota", spans, credited=away(mon=7), regimes=[by_two()], law=law)
    # Six hours above 39 h of work; with leave it would be six as well, and never more than worked hours give.
    assert (finding.day, finding.measured) == (MONDAY, 360)


@FEW
@given(a_week, a_week, a_week, a_week, st.integers(0, 13), st.integers(1, 600))
def test_adding_leave_never_lowers_overtime_of_two_weeks(first, second, leave, later, day, more):
    worked, away_then = first + second, leave + later
    added = [each + more * (n == day) for n, each in enumerate(away_then)]
    before, after = (overtime(worked, each, by_two(), BEFORE) for each in (away_then, added))
    assert overtime(worked, [0] * 14, by_two(), BEFORE) <= before <= after
    as_worked = [one + other for one, other in zip(worked, added, strict=True)]
    assert after <= min(sum(worked), overtime(as_worked, [0] * 14, by_two(), BEFORE))
