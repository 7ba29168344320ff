"""How people rest: between two days, in a week, on Sundays. What is not known to the minute is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from employees.models import WorkingTimeLimits
from employees.worktime_rules.calendar import MIDNIGHT, ONE_DAY, ONE_WEEK, WorkCalendar, instant
from employees.worktime_rules.facts import ADULT, YOUTH, Finding, Rule, Severity
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.worktime import spell_begin_or_end


def daily_rest(calendar: WorkCalendar) -> Iterator[Finding]:
    """11 h between two days of work (L3131-1); under 18 12 h, under 16 14 h (L3164-1).

    Times that are unknown can only shorten the rest between two that are known: what is found is certain.
    """
    for earlier, later in pairwise(calendar.shifts):
        if later.day not in calendar:
            continue
        rest = max(later.start - earlier.end, 0)
        rule, limit = _rest_due(calendar, later.day)
        if rest < limit:
            resumed = spell_begin_or_end(later.spans[0].span.start or MIDNIGHT)
            least = spell_duration(limit)
            sentence = f"{spell_duration(rest)} de repos avant la reprise à {resumed}, {least} au moins."
            yield calendar.finding(
                rule,
                later.day,
                Severity.ERROR,
                rest,
                limit,
                sentence,
                first=earlier.day,
                before=later.day + ONE_DAY,
            )


def _rest_due(calendar: WorkCalendar, day: date) -> tuple[Rule, int]:
    limits, person = calendar.limits.on(day), calendar.person
    if person.is_under(YOUTH, day):
        return Rule.MINOR_REST, limits.child_daily_rest_minutes
    if person.is_under(ADULT, day):
        return Rule.MINOR_REST, limits.minor_daily_rest_minutes
    return Rule.DAILY_REST, limits.daily_rest_minutes


def days_a_week(calendar: WorkCalendar) -> Iterator[Finding]:
    """Six days at most (L3132-1); five under 18 (L3164-2)."""
    for monday in calendar.mondays:
        count = len(calendar.worked_days(monday))
        limits = calendar.limits.on(monday)
        rule, limit = Rule.DAYS, limits.days_a_week
        if calendar.person.is_under(ADULT, monday):
            rule, limit = Rule.MINOR_DAYS, limits.minor_days_a_week
        if count > limit:
            sentence = f"{count} jours travaillés dans la semaine, {limit} au plus."
            yield calendar.finding(
                rule, monday, Severity.ERROR, count, limit, sentence, first=monday, before=monday + ONE_WEEK
            )


def weekly_rest(calendar: WorkCalendar) -> Iterator[Finding]:
    """24 h and the daily 11 h on end, each week (L3132-2)."""
    for monday in calendar.mondays:
        limits = calendar.limits.on(monday)
        around = {monday + timedelta(days=n) for n in range(-1, 8)}
        if not calendar.worked_days(monday) or around & calendar.untimed:
            continue
        rest = longest_rest(calendar, monday, limits)
        if rest < limits.weekly_rest_minutes:
            sentence = (
                f"{spell_duration(rest)} pour le plus long repos de la semaine, "
                f"{spell_duration(limits.weekly_rest_minutes)} d’affilée au moins."
            )
            yield calendar.finding(
                Rule.WEEKLY_REST,
                monday,
                Severity.ERROR,
                rest,
                limits.weekly_rest_minutes,
                sentence,
                first=monday,
                before=monday + ONE_WEEK,
            )


def longest_rest(calendar: WorkCalendar, monday: date, limits: WorkingTimeLimits) -> int:
    """Minutes of the longest rest that is this week’s: at least half of what is due lies in it."""
    half = limits.weekly_rest_minutes // 2
    opens, closes = instant(monday) - half, instant(monday + ONE_WEEK) + half
    longest, last = 0, opens
    for timed in calendar.timed_between(opens, closes):
        longest = max(longest, timed.start - last)
        last = max(last, timed.end)
    return max(longest, closes - last)


def sundays(calendar: WorkCalendar) -> Iterator[Finding]:
    """The weekly rest is given on Sunday, in principle (L3132-3)."""
    for day in calendar.days:
        if day.weekday() == 6:
            minutes = calendar.minutes[day]
            sentence = f"{spell_duration(minutes)} de travail un dimanche."
            yield calendar.finding(Rule.SUNDAY, day, Severity.INFO, minutes, 0, sentence)
