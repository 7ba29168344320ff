"""What is counted over the civil year: annualised time against its 1 607 h, days of a forfait en jours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from employees.models import TimeScheme
from employees.worktime_rules.calendar import ONE_DAY, WorkCalendar
from employees.worktime_rules.facts import ContractRegime, Finding, Rule, Severity, at_most, graded
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.page_unit import spell_duration

MOST_DAYS = 218


def annual(calendar: WorkCalendar) -> Iterator[Finding]:
    """Annualised time: 1 607 h for 35 h a week and a whole year, in proportion otherwise (L3121-41).

    Told on the day that comes near, and on the day from which all is overtime.
    """
    for regime, year, days in _years(calendar, TimeScheme.ANNUALISED):
        limits = calendar.limits.on(days[-1])
        whole = regime.yearly_minutes
        if whole is None:
            whole = limits.yearly_minutes * regime.weekly_minutes // limits.legal_week_minutes
        limit = prorated(whole, regime, year)
        used, level = 0, None
        for day in days:
            used += calendar.entered[day]
            severity = graded(used, limit, limits.warning_percent)
            if severity and severity != level and day in calendar:
                sentence = (
                    f"{spell_duration(used)} depuis le début de la période, {at_most(severity, limit)}."
                )
                yield _of_year(calendar, Rule.ANNUAL, day, severity, (used, limit), sentence)
            level = severity


def day_rate(calendar: WorkCalendar) -> Iterator[Finding]:
    """Forfait en jours: the days of the convention, 218 where it has no number (L3121-64). Days begun count whole."""
    for regime, year, days in _years(calendar, TimeScheme.DAY_RATE):
        limits = calendar.limits.on(days[-1])
        limit = prorated(regime.yearly_days or MOST_DAYS, regime, year)
        level = None
        for count, day in enumerate(days, 1):
            severity = graded(count, limit, limits.warning_percent)
            if severity and severity != level and day in calendar:
                near = "proche du forfait de" if severity == Severity.WARNING else "pour un forfait de"
                since = "depuis le début de la période"
                sentence = f"{count} jours travaillés {since}, {near} {limit}{NO_BREAK_SPACE}jours."
                yield _of_year(calendar, Rule.DAY_RATE, day, severity, (count, limit), sentence)
            level = severity


def prorated(whole: int, regime: ContractRegime, year: int) -> int:
    """The share of a year’s ``whole`` for the days of ``year`` that the regime holds, rounded half up."""
    first, before = _held(regime, year)
    days, held = (date(year + 1, 1, 1) - date(year, 1, 1)).days, (before - first).days
    return (2 * whole * held + days) // (2 * days)


def _years(calendar: WorkCalendar, scheme: str) -> Iterator[tuple[ContractRegime, int, list[date]]]:
    """The regimes of ``scheme``, each civil year that is checked, and the days worked in it."""
    if not calendar.counts_years:
        return
    for regime in calendar.person.regimes:
        if regime.scheme != scheme:
            continue
        for year in range(calendar.first.year, (calendar.before - ONE_DAY).year + 1):
            first, before = _held(regime, year)
            days = sorted(
                day for day, minutes in calendar.entered.items() if minutes and first <= day < before
            )
            if days:
                yield regime, year, days


def _held(regime: ContractRegime, year: int) -> tuple[date, date]:
    first = max(regime.starts_on, date(year, 1, 1))
    before = min(regime.ends_before or date.max, date(year + 1, 1, 1))
    return first, max(first, before)


def _of_year(
    calendar: WorkCalendar, rule: Rule, day: date, severity: Severity, figures: tuple[int, int], sentence: str
) -> Finding:
    measured, limit = figures
    return calendar.finding(rule, day, severity, measured, limit, sentence)
