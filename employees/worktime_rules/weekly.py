"""What holds for a week and for weeks together: 48 h, and 44 h on average, of hours that were worked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from employees.worktime_rules.calendar import ONE_WEEK, WorkCalendar
from employees.worktime_rules.facts import ADULT, Finding, Rule, Severity, at_most, graded
from groupement.kernel.page_unit import spell_duration


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
                f"{spell_duration(minutes)} de travail dans la semaine, {at_most(severity, limit)}.",
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
                f"{spell_duration(mean)} par semaine en moyenne sur {weeks} semaines, "
                f"{at_most(severity, limits.average_minutes)}.",
                first=monday - (weeks - 1) * ONE_WEEK,
                before=monday + ONE_WEEK,
            )


def mean_of_weeks(calendar: WorkCalendar, last: date, weeks: int) -> int:
    """Minutes a week over ``weeks`` weeks of which that of ``last`` is the last, rounded up: over is over."""
    total = sum(calendar.weeks.get(last - n * ONE_WEEK, 0) for n in range(weeks))
    return -(-total // weeks)
