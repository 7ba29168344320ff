"""What holds for a week and for weeks together: 48 h, 44 h on average, overtime and its yearly quota."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from employees.models import TimeScheme
from employees.worktime_rules.calendar import ONE_WEEK, WorkCalendar, monday_of
from employees.worktime_rules.facts import ADULT, Finding, Rule, Severity, at_most, graded
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.worktime import HOUR, spell_clock

FIRST_HOURS = 8 * HOUR


def most_a_week(calendar: WorkCalendar) -> Iterator[Finding]:
    """48 h from Monday 0 h to Sunday 24 h (L3121-20), never over 60 h (L3121-21); 35 h under 18 (L3162-1)."""
    for monday in calendar.mondays:
        minutes, limits = calendar.weeks.get(monday, 0), calendar.limits.on(monday)
        if calendar.person.is_under(ADULT, monday):
            rule, limit = Rule.MINOR_WEEKLY, limits.minor_weekly_minutes
        elif calendar.person.counts_days(monday):
            continue
        else:
            rule, limit = Rule.WEEKLY, limits.weekly_minutes
        severity = graded(minutes, limit, limits.warning_percent, limits.weekly_most_minutes)
        if severity:
            is_beyond = severity == Severity.BLOCK
            limit = limits.weekly_most_minutes if is_beyond else limit
            yield calendar.finding(
                rule,
                monday,
                severity,
                minutes,
                limit,
                f"{spell_clock(minutes)} de travail dans la semaine, {at_most(severity, limit)}.",
                first=monday,
                before=monday + ONE_WEEK,
                article="C. trav. L3121-21" if is_beyond else "",
            )


def average(calendar: WorkCalendar) -> Iterator[Finding]:
    """44 h on average over any 12 consecutive weeks (L3121-22); coming near is reported once, being over each week."""
    for monday in calendar.mondays:
        limits = calendar.limits.on(monday)
        if calendar.person.counts_days(monday):
            continue
        weeks = limits.average_weeks
        mean = mean_of_weeks(calendar, monday, weeks)
        severity = graded(mean, limits.average_minutes, limits.warning_percent)
        near_before = graded(
            mean_of_weeks(calendar, monday - ONE_WEEK, weeks), limits.average_minutes, limits.warning_percent
        )
        if severity == Severity.ERROR or (severity and not near_before):
            yield calendar.finding(
                Rule.AVERAGE,
                monday,
                severity,
                mean,
                limits.average_minutes,
                f"{spell_clock(mean)} par semaine en moyenne sur {weeks} semaines, "
                f"{at_most(severity, limits.average_minutes)}.",
                first=monday - (weeks - 1) * ONE_WEEK,
                before=monday + ONE_WEEK,
            )


def mean_of_weeks(calendar: WorkCalendar, last: date, weeks: int) -> int:
    """Minutes a week over ``weeks`` weeks of which that of ``last`` is the last, rounded up: over is over."""
    total = sum(calendar.weeks.get(last - n * ONE_WEEK, 0) for n in range(weeks))
    return -(-total // weeks)


def overtime(calendar: WorkCalendar) -> Iterator[Finding]:
    """Beyond the legal 35 h, 25 % more for eight hours and 50 % for the others (L3121-28, -36); a counter."""
    for monday in calendar.mondays:
        over = overtime_of(calendar, monday)
        if not over:
            continue
        limits = calendar.limits.on(monday)
        rates = f"{spell_clock(min(over, FIRST_HOURS))} à +25{NO_BREAK_SPACE}%"
        if over > FIRST_HOURS:
            rates += f", {spell_clock(over - FIRST_HOURS)} à +50{NO_BREAK_SPACE}%"
        yield calendar.finding(
            Rule.OVERTIME,
            monday,
            Severity.INFO,
            over,
            limits.legal_week_minutes,
            f"{spell_clock(over)} au-delà de {spell_clock(limits.legal_week_minutes)}{NO_BREAK_SPACE}: {rates}.",
            first=monday,
            before=monday + ONE_WEEK,
        )


def quota(calendar: WorkCalendar) -> Iterator[Finding]:
    """220 h of overtime a year (D3121-24), beyond which a rest is due (L3121-38). Told when near, then each week.

    A week counts in the year of its Monday.
    """
    if not calendar.counts_years:
        return
    year, used = 0, 0
    for monday in sorted(calendar.weeks):
        year, used = (year, used) if monday.year == year else (monday.year, 0)
        was, used = used, used + overtime_of(calendar, monday)
        limits = calendar.limits.on(monday)
        limit = limits.yearly_overtime_minutes
        severity = graded(used, limit, limits.warning_percent)
        is_new = severity == Severity.ERROR or not graded(was, limit, limits.warning_percent)
        if monday in calendar and used > was and severity and is_new:
            since = f"depuis le 1er{NO_BREAK_SPACE}janvier"
            sentence = f"{spell_clock(used)} supplémentaires {since}, {at_most(severity, limit)}."
            yield calendar.finding(
                Rule.QUOTA,
                monday,
                severity,
                used,
                limit,
                sentence,
                first=monday_of(date(monday.year, 1, 7)),
                before=monday + ONE_WEEK,
            )


def overtime_of(calendar: WorkCalendar, monday: date) -> int:
    """Minutes of overtime of a full-time week; none where hours count by the year, in days, or part-time."""
    limits = calendar.limits.on(monday)
    regime = calendar.person.regime_on(monday) or calendar.person.regime_on(monday + timedelta(days=6))
    if regime is None or regime.scheme != TimeScheme.WEEKLY or regime.is_part_time(limits):
        return 0
    return max(0, calendar.weeks.get(monday, 0) - limits.legal_week_minutes)
