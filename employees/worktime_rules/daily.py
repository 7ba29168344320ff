"""What holds for one day: how long work may last, breaks, interruptions, 1 May, the way between two members."""

from __future__ import annotations

from collections.abc import Iterator

from employees.models import WorkingTimeLimits
from employees.worktime_rules.calendar import Shift, WorkCalendar
from employees.worktime_rules.facts import ADULT, TRAVEL, Finding, Rule, Severity, at_most, graded
from groupement.kernel.french import NO_BREAK_SPACE, enumeration
from groupement.kernel.page_unit import spell_duration


def most_a_day(calendar: WorkCalendar) -> Iterator[Finding]:
    """10 h of effective work, 12 h by agreement (L3121-18, -19); 8 h under 18 (L3162-1).

    The civil day counts, and so does a shift that goes past midnight as a whole.
    """
    for day in calendar.days:
        minutes = max(calendar.minutes[day], calendar.entered.get(day, 0))
        limits = calendar.limits.on(day)
        if calendar.person.is_under(ADULT, day):
            rule, limit = Rule.MINOR_DAILY, limits.minor_daily_minutes
        elif calendar.person.counts_days(day):
            continue
        else:
            rule, limit = Rule.DAILY, limits.daily_minutes
        severity = graded(minutes, limit, limits.warning_percent, limits.daily_most_minutes)
        if severity:
            is_beyond = severity == Severity.BLOCK
            most = limits.daily_most_minutes if is_beyond else limit
            yield calendar.finding(
                rule,
                day,
                severity,
                minutes,
                most,
                f"{spell_duration(minutes)} de travail dans la journée, {at_most(severity, most)}.",
                article="C. trav. L3121-19" if is_beyond else "",
            )


def breaks(calendar: WorkCalendar) -> Iterator[Finding]:
    """20 min once work reaches 6 h (L3121-16); 30 min after 4 h 30 under 18 (L3162-3). Silent without all times."""
    for shift in calendar.shifts:
        if shift.day not in calendar or shift.day in calendar.untimed:
            continue
        limits = calendar.limits.on(shift.day)
        if calendar.person.is_under(ADULT, shift.day):
            rule, due, least = Rule.MINOR_BREAK, limits.minor_break_after_minutes, limits.minor_break_minutes
            # No period of work of theirs is longer, also after a first break.
            worked = max(minutes_between_breaks(shift, least, due))
            is_missing = worked > due
        else:
            rule, due, least = Rule.BREAK, limits.break_after_minutes, limits.break_minutes
            # Six hours and then the break is in time; six hours and no break is not.
            worked, *others = minutes_between_breaks(shift, least, due)
            is_missing = worked > due or (worked == due and not others)
        if is_missing:
            yield calendar.finding(
                rule,
                shift.day,
                Severity.ERROR,
                worked,
                due,
                f"{spell_duration(worked)} de travail sans pause de {least}{NO_BREAK_SPACE}min, "
                f"due dès {spell_duration(due)}.",
            )


def minutes_between_breaks(shift: Shift, least: int, due: int) -> list[int]:
    """The minutes of work between breaks of ``least`` minutes, in order.

    The time of a break inside a span is not known: it is assumed when it was ``due``, or half-way.
    """
    found = [0]
    for gap, timed in zip([0, *(gap for gap, _ in shift.gaps())], shift.spans, strict=True):
        if gap >= least:
            found.append(0)
        minutes = timed.span.minutes
        if timed.span.break_minutes >= least:
            till_break = min(max(due - found[-1], minutes // 2), minutes)
            found[-1] += till_break
            found.append(0)
            minutes -= till_break
        found[-1] += minutes
    return found


def interruptions(calendar: WorkCalendar) -> Iterator[Finding]:
    """Part-time: one interruption a day, of 2 h at most (L3123-30); gaps no longer than a break are none."""
    for shift in calendar.shifts:
        limits = calendar.limits.on(shift.day)
        regime = calendar.person.regime_on(shift.day)
        if shift.day not in calendar or regime is None or not regime.is_part_time(limits):
            continue
        gaps = [gap for gap, _ in shift.gaps() if gap > limits.break_minutes]
        yield from _interrupted(calendar, shift, gaps, limits)


def _interrupted(
    calendar: WorkCalendar, shift: Shift, gaps: list[int], limits: WorkingTimeLimits
) -> Iterator[Finding]:
    longest, allowed = max(gaps, default=0), limits.part_time_break_minutes
    if len(gaps) <= limits.part_time_breaks and longest <= allowed:
        return
    if longest > allowed:
        sentence = f"Coupure de {spell_duration(longest)} dans la journée, {spell_duration(allowed)} au plus."
    else:
        together = spell_duration(sum(gaps))
        sentence = f"{len(gaps)} coupures dans la journée ({together}), {limits.part_time_breaks} au plus."
    # Two short ones are measured by their sum, so that a change shows.
    measured = longest if longest > allowed else sum(gaps)
    yield calendar.finding(Rule.INTERRUPTION, shift.day, Severity.ERROR, measured, allowed, sentence)


def may_day(calendar: WorkCalendar) -> Iterator[Finding]:
    """1 May is off and paid (L3133-4, -5); worked, it is paid twice (L3133-6)."""
    for day in calendar.days:
        if (day.month, day.day) == (5, 1):
            minutes = calendar.minutes[day]
            when = f"le 1er{NO_BREAK_SPACE}mai"
            sentence = f"{spell_duration(minutes)} {when}{NO_BREAK_SPACE}: ces heures sont payées double."
            yield calendar.finding(Rule.MAY_DAY, day, Severity.INFO, minutes, 0, sentence)


def travel(calendar: WorkCalendar) -> Iterator[Finding]:
    """The way from one member to another on the same day is work (Cass. soc. 16 January 1996, 12 January 2005)."""
    travelled = {span.day for span in calendar.spans if span.kind == TRAVEL}
    for day in calendar.days:
        places = [place for place in calendar.civil[day] if place.member is not None]
        count = len({place.member for place in places})
        if count > 1 and day not in travelled:
            names = enumeration(dict.fromkeys(place.name for place in places))
            sentence = (
                f"{names}{NO_BREAK_SPACE}: trajet entre deux lieux le même jour, c’est du temps de travail. "
                "Aucun trajet n’est noté."
            )
            yield calendar.finding(Rule.TRAVEL, day, Severity.INFO, count, 1, sentence)
