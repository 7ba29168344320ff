"""Work of one person at two members, for the tests of the rules: days, hours, contracts; nothing is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta

from employees.limits import DatedLimits
from employees.models import TimeScheme, WorkingTimeLimits
from employees.worktime_rules.calendar import WorkCalendar
from employees.worktime_rules.facts import ContractRegime, Finding, WorkingPerson, Workplace, WorkSpan
from employees.worktime_rules.findings import findings

ALOEN, SONAM = Workplace(1, "Aloen"), Workplace(2, "Sonam")
BORN = date(1990, 5, 17)
MONDAY = date(2026, 9, 7)
YEAR = date(2026, 1, 1)


def on(day: date, hours: str | int, place: Workplace = ALOEN, **facts: object) -> WorkSpan:
    """``hours`` ("7:30" or 7) at a place on a day, without times."""
    whole, _, minutes = str(hours).partition(":")
    return WorkSpan(day, int(whole) * 60 + int(minutes or 0), place, **facts)


def timed(
    day: date, start: str, end: str, place: Workplace = ALOEN, *, pause: int = 0, minutes: int = 0
) -> WorkSpan:
    """Work from ``start`` to ``end`` ("08:00"), less ``pause`` minutes; past midnight when the end is earlier."""
    begun, ended = time.fromisoformat(start), time.fromisoformat(end)
    length = (ended.hour - begun.hour) * 60 + ended.minute - begun.minute
    worked = minutes or length + (1440 if length <= 0 else 0) - pause
    return WorkSpan(day, worked, place, start=begun, end=ended, break_minutes=pause)


def week(monday: date = MONDAY, *hours: str | int) -> list[WorkSpan]:
    """Hours by day from Monday on, at Aloen and at Sonam in turn."""
    days = [(monday + timedelta(days=n), each, SONAM if n % 2 else ALOEN) for n, each in enumerate(hours)]
    return [on(day, each, place) for day, each, place in days if each]


def weeks(count: int, *hours: str | int, until: date = MONDAY) -> list[WorkSpan]:
    """The same week ``count`` times, the last one in the week of ``until``."""
    return [span for n in range(count) for span in week(until - timedelta(weeks=n), *hours)]


def contract(hours: str | int = 35, scheme: str = TimeScheme.WEEKLY, **facts: object) -> ContractRegime:
    whole, _, minutes = str(hours).partition(":")
    terms = {"starts_on": YEAR, "ends_before": None, **facts}
    return ContractRegime(weekly_minutes=int(whole) * 60 + int(minutes or 0), scheme=scheme, **terms)


def limits(**figures: object) -> DatedLimits:
    """The law, but for these figures of an agreement."""
    return DatedLimits((WorkingTimeLimits(starts_on=YEAR, collective_agreement="ECLAT", **figures),))


def calendar(
    spans: Iterable[WorkSpan],
    *,
    regimes: Iterable[ContractRegime] | None = None,
    born: date = BORN,
    first: date = MONDAY,
    before: date | None = None,
    law: DatedLimits | None = None,
    **facts: object,
) -> WorkCalendar:
    """A calendar of the week of ``first`` unless given otherwise, of an adult with a contract of 35 h."""
    person = WorkingPerson(born, tuple([contract()] if regimes is None else regimes))
    ends = before or first + timedelta(days=7)
    return WorkCalendar(person, list(spans), law or DatedLimits(), first, ends, **facts)


def found(rule: str, spans: Iterable[WorkSpan], **facts: object) -> list[Finding]:
    """What ``rule`` finds."""
    return [finding for finding in findings(calendar(spans, **facts)) if finding.rule == rule]


def figures(rule: str, spans: Iterable[WorkSpan], **facts: object) -> list[tuple[date, str, int, int]]:
    """The same as day, severity, measured, limit."""
    return [(each.day, each.severity, each.measured, each.limit) for each in found(rule, spans, **facts)]
