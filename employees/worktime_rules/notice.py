"""How long beforehand a changed schedule was announced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from employees.models import TimeScheme
from employees.planning import holidays
from employees.worktime_rules.calendar import Calendar
from employees.worktime_rules.facts import Change, Finding, Rule, Severity
from groupement.kernel.french import counted
from groupement.kernel.periods import days_between

SATURDAY = 5


def late_notice(calendar: Calendar) -> Iterator[Finding]:
    """Seven working days before a change: part-time (L3123-31), annualised (L3121-47); for others a reasonable time."""
    for change in calendar.changes:
        limits = calendar.limits.on(change.day)
        given = working_days(change)
        if change.day not in calendar or given >= limits.notice_days:
            continue
        regime = calendar.person.regime_on(change.day)
        severity, article = Severity.INFO, "Délai raisonnable, à défaut de règle écrite"
        if regime and regime.scheme == TimeScheme.ANNUALISED:
            severity, article = Severity.WARNING, "C. trav. L3121-47"
        elif regime and regime.is_part_time(limits):
            severity, article = Severity.WARNING, ""
        said = (
            f"Planning changé le {change.made_on:%d/%m/%Y} chez {change.place.name}, "
            f"{counted(given, 'jour ouvré')} avant, {limits.notice_days} au moins."
        )
        yield calendar.finding(
            Rule.NOTICE, change.day, severity, given, limits.notice_days, said, article=article
        )


def working_days(change: Change) -> int:
    """Working days between the announcement and the day, neither of them counted."""
    return sum(
        day.weekday() < SATURDAY and not _is_holiday(day, change.zone)
        for day in days_between(change.made_on + timedelta(days=1), max(change.day, change.made_on))
    )


def _is_holiday(day: date, zone: str) -> bool:
    return day in holidays(day.year, zone)
