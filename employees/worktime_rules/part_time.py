"""Part time: least hours, extra hours, contracts to raise, notice of a change (Code du travail, L3123-7 to -31)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from employees.models import SPREAD_SCHEMES, TimeScheme, WorkingTimeLimits
from employees.planning import holidays
from employees.worktime_rules.calendar import ONE_WEEK, WorkCalendar
from employees.worktime_rules.facts import ContractRegime, Finding, PlanChange, Rule, Severity, graded
from groupement.kernel.french import NO_BREAK_SPACE, counted
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import days_between
from groupement.kernel.worktime import HOUR

SATURDAY = 5


def late_notice(calendar: WorkCalendar) -> Iterator[Finding]:
    """Seven working days before a change: part-time (L3123-31), time over more than a week (L3121-47).

    For others a reasonable time.
    """
    for change in calendar.changes:
        limits = calendar.limits.on(change.day)
        given = working_days(change)
        if change.day not in calendar or given >= limits.notice_days:
            continue
        regime = calendar.person.regime_on(change.day)
        severity, article = Severity.INFO, "Délai raisonnable, à défaut de règle écrite"
        if regime and regime.scheme in SPREAD_SCHEMES:
            severity, article = Severity.WARNING, "C. trav. L3121-47"
        elif regime and regime.is_part_time(limits):
            severity, article = Severity.WARNING, ""
        sentence = (
            f"Planning changé le {change.made_on:%d/%m/%Y} chez {change.place.name}, "
            f"{counted(given, 'jour ouvré')} avant, {limits.notice_days} au moins."
        )
        yield calendar.finding(
            Rule.NOTICE, change.day, severity, given, limits.notice_days, sentence, article=article
        )


def working_days(change: PlanChange) -> int:
    """Working days between the announcement and the day, neither of them counted."""
    return sum(
        day.weekday() < SATURDAY and not _is_holiday(day, change.zone)
        for day in days_between(change.made_on + timedelta(days=1), max(change.day, change.made_on))
    )


def _is_holiday(day: date, zone: str) -> bool:
    return day in holidays(day.year, zone)


TENTH, THIRD = Fraction(1, 10), Fraction(1, 3)
TWO_HOURS = 2 * HOUR
RAISE_WEEKS, RAISE_WITHIN = 12, 15


def least_a_week(calendar: WorkCalendar) -> Iterator[Finding]:
    """24 h a week, unless the person asked for less in writing and gave reasons (L3123-27, -7)."""
    for regime in calendar.person.regimes:
        limits = calendar.limits.on(regime.starts_on)
        is_short = regime.is_part_time(limits) and regime.weekly_minutes < limits.part_time_minutes
        if regime.starts_on in calendar and is_short:
            sentence = (
                f"Contrat de {spell_duration(regime.weekly_minutes)} par semaine, "
                f"{spell_duration(limits.part_time_minutes)} au moins, sauf demande écrite et motivée de la personne "
                "ou autre cas prévu par la loi."
            )
            yield calendar.finding(
                Rule.PART_TIME,
                regime.starts_on,
                Severity.WARNING,
                regime.weekly_minutes,
                limits.part_time_minutes,
                sentence,
            )


def extra_hours(calendar: WorkCalendar) -> Iterator[Finding]:
    """Hours beyond the contract: a tenth of it at +10 % (L3123-28, -29), by agreement up to a third at +25 % (-20).

    With 28 h, 31 h worked are 2.8 h at +10 % and 0.2 h at +25 %; without an agreement those 0.2 h are over the limit.
    """
    for monday in calendar.mondays:
        regime, limits = _regime(calendar, monday), calendar.limits.on(monday)
        if regime is None:
            continue
        contract = regime.weekly_minutes
        extra = calendar.weeks.get(monday, 0) - contract
        if extra <= 0:
            continue
        limit = int(contract * share_of(limits))
        severity = graded(extra, limit, limits.warning_percent) or Severity.INFO
        yield calendar.finding(
            Rule.EXTRA_HOURS,
            monday,
            severity,
            extra,
            limit,
            f"{spell_duration(contract + extra)} pour un contrat de {spell_duration(contract)}{NO_BREAK_SPACE}: "
            f"{rates(contract, extra, limit)}.{_without_leave(calendar, monday)}",
            first=monday,
            before=monday + ONE_WEEK,
            article="C. trav. L3123-20 et -29" if share_of(limits) > TENTH else "",
        )


def _without_leave(calendar: WorkCalendar, monday: date) -> str:
    """What is said beside a week with paid leave: a ruling on overtime says nothing of complementary hours."""
    if not any(calendar.credited.get(day) for day in days_between(monday, monday + ONE_WEEK)):
        return ""
    return f" Congés payés non comptés{NO_BREAK_SPACE}: aucune décision pour le temps partiel."


def rates(contract: int, extra: int, limit: int) -> str:
    """How ``extra`` minutes beyond ``contract`` are paid, and how many no agreement allows."""
    at_10 = min(extra, int(contract * TENTH), limit)
    at_25 = min(extra, limit) - at_10
    beyond = extra - at_10 - at_25
    sentence = [f"{spell_duration(at_10)} à +10{NO_BREAK_SPACE}%"] if at_10 else []
    if at_25:
        sentence.append(f"{spell_duration(at_25)} à +25{NO_BREAK_SPACE}%")
    if beyond:
        sentence.append(f"{spell_duration(beyond)} au-delà de la limite de {spell_duration(limit)}")
    return ", ".join(sentence)


def share_of(limits: WorkingTimeLimits) -> Fraction:
    """The share of the contract that extra hours may reach; 0.3333 is how a third is written."""
    return THIRD if limits.extra_hours_share == Decimal("0.3333") else Fraction(limits.extra_hours_share)


def full_time(calendar: WorkCalendar) -> Iterator[Finding]:
    """Extra hours never bring a week to the legal 35 h (L3123-9)."""
    for monday in calendar.mondays:
        minutes, limits = calendar.weeks.get(monday, 0), calendar.limits.on(monday)
        if _regime(calendar, monday) and minutes >= limits.legal_week_minutes:
            sentence = (
                f"{spell_duration(minutes)} dans la semaine à temps partiel, "
                f"toujours moins de {spell_duration(limits.legal_week_minutes)}."
            )
            yield calendar.finding(
                Rule.FULL_TIME,
                monday,
                Severity.ERROR,
                minutes,
                limits.legal_week_minutes,
                sentence,
                first=monday,
                before=monday + ONE_WEEK,
            )


def contract_raise(calendar: WorkCalendar) -> Iterator[Finding]:
    """2 h a week over the contract for 12 weeks on end, or 12 of 15: the contract is raised (L3123-13). Told once."""
    for monday in calendar.mondays:
        regime = _regime(calendar, monday)
        if regime is None:
            continue
        mean = _habit(calendar, regime, monday)
        raised_before = _habit(calendar, regime, monday - ONE_WEEK) - regime.weekly_minutes >= TWO_HOURS
        if mean - regime.weekly_minutes >= TWO_HOURS and not raised_before:
            sentence = (
                f"{spell_duration(mean)} par semaine en moyenne sur 12 semaines pour un contrat de "
                f"{spell_duration(regime.weekly_minutes)}{NO_BREAK_SPACE}: "
                "le contrat est à relever, sauf refus de la personne."
            )
            yield calendar.finding(
                Rule.RAISE,
                monday,
                Severity.WARNING,
                mean,
                regime.weekly_minutes,
                sentence,
                first=monday - (RAISE_WITHIN - 1) * ONE_WEEK,
                before=monday + ONE_WEEK,
            )


def _habit(calendar: WorkCalendar, regime: ContractRegime, last: date) -> int:
    """Minutes a week over the twelve fullest of the last fifteen weeks under ``regime``; 0 before there are twelve."""
    weeks = [last - n * ONE_WEEK for n in range(RAISE_WITHIN)]
    under = sorted((calendar.weeks.get(week, 0) for week in weeks if regime.covers(week)), reverse=True)
    return sum(under[:RAISE_WEEKS]) // RAISE_WEEKS if len(under) >= RAISE_WEEKS else 0


def _regime(calendar: WorkCalendar, monday: date) -> ContractRegime | None:
    """The part-time regime of a week, if it counts by the week."""
    regime = calendar.person.regime_on(monday) or calendar.person.regime_on(monday + timedelta(days=6))
    if regime is None or regime.scheme != TimeScheme.WEEKLY:
        return None
    return regime if regime.is_part_time(calendar.limits.on(monday)) else None
