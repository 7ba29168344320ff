"""What does not fit together in a plan: too long a day, an absence, more than the contract, a place not open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from employees.calendar.reading import CalendarFacts
from employees.calendar.rows import WeekBalance, week_balances
from employees.limits import DatedLimits
from employees.models import Assignment, Employee
from groupement.kernel.french import enumeration
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import covers
from groupement.kernel.templatetags.formats import day as spell_day


@dataclass(frozen=True)
class Clash:
    """One thing to settle in somebody's plan, from ``first`` to ``last``; ``tone`` is danger or warning."""

    employee: Employee
    first: date
    last: date
    title: str
    sentence: str
    tone: str = "warning"
    article: str = ""
    is_weekly: bool = False

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def find_clashes(facts: CalendarFacts, limits: DatedLimits) -> list[Clash]:
    """The clashes of everybody in ``facts``, the grave ones first; none where whole weeks may not be read."""
    if not facts.scope.is_inside:
        return []
    held: dict[int, list[Assignment]] = {}
    for placed in facts.assignments:
        held.setdefault(placed.employee_id, []).append(placed)
    found: list[Clash] = []
    for person in facts.people:
        rows = held.get(person.pk, [])
        found += _long_days(facts, person, rows, limits)
        found += _while_away(facts, person, rows)
        found += _beyond_contract(facts, person, rows)
        found += [clash for placed in rows for clash in _not_open(facts, person, placed)]
    return sorted(found, key=lambda clash: (clash.tone != "danger", clash.first, clash.employee.pk))


def days_by_person(clashes: Iterable[Clash]) -> dict[int, frozenset[date]]:
    """The days to mark, by employee id: those of grave clashes; an absence or a full week shows by itself."""
    found: dict[int, set[date]] = {}
    for clash in clashes:
        if clash.tone == "danger":
            days = (clash.last - clash.first).days + 1
            found.setdefault(clash.employee.pk, set()).update(
                clash.first + timedelta(days=n) for n in range(days)
            )
    return {employee: frozenset(days) for employee, days in found.items()}


def _long_days(
    facts: CalendarFacts, person: Employee, held: Sequence[Assignment], limits: DatedLimits
) -> Iterator[Clash]:
    by_day: dict[date, int] = {}
    for placed in held:
        for day, minutes in facts.plans.get(placed.pk, {}).items():
            by_day[day] = by_day.get(day, 0) + minutes
    for day, minutes in sorted(by_day.items()):
        # The ordinary day; what an agreement allows beyond is still worth reading (C. trav. L3121-18, -19).
        if minutes > (most := limits.on(day).daily_minutes):
            yield Clash(
                person,
                day,
                day,
                f"{spell_duration(minutes)} prévues",
                f"{_names(placed for placed in held if facts.plans.get(placed.pk, {}).get(day))}\u00a0: "
                f"une journée en compte {spell_duration(most)} au plus.",
                "danger",
                "L3121-18",
            )


def _while_away(facts: CalendarFacts, person: Employee, held: Sequence[Assignment]) -> Iterator[Clash]:
    """One clash for each run of days away on which somebody is expected, days off in between included."""
    away = facts.away.get(person.pk, {})
    minutes_away: dict[date, int] = {}
    for placed in held:
        for day, minutes in facts.plans.get(placed.pk, {}).items():
            if day in away:
                minutes_away[day] = minutes_away.get(day, 0) + minutes
    for run in _runs(sorted(minutes_away), away):
        minutes = sum(minutes_away[day] for day in run)
        at = _names(placed for placed in held if any(facts.plans.get(placed.pk, {}).get(day) for day in run))
        yield Clash(
            person,
            run[0],
            run[-1],
            f"{away[run[0]]}, {spell_duration(minutes)} restent prévues",
            f"{at}\u00a0: déplacez ces heures ou prévenez la structure.",
        )


def _beyond_contract(facts: CalendarFacts, person: Employee, held: Sequence[Assignment]) -> Iterator[Clash]:
    for balance in week_balances(facts, person, held):
        if balance.over:
            there = [placed for placed in held if _has_work(facts, placed, balance)]
            yield Clash(
                person,
                balance.week.first,
                balance.week.last,
                f"{spell_duration(balance.over)} de plus que le contrat",
                f"Semaine {balance.week.number}, {_names(there)}\u00a0: "
                f"{spell_duration(balance.planned + balance.lost)} "
                f"pour {spell_duration(balance.contract or 0)} au contrat.",
                is_weekly=True,
            )


def _not_open(facts: CalendarFacts, person: Employee, placed: Any) -> Iterator[Clash]:
    """Days at a member that is no member then, or that the contract does not name or hold (C. trav. L1253-1, -9)."""
    days = sorted(facts.plans.get(placed.pk, {}))
    reasons = (
        (placed.membership_spans, f"{placed.member} n’est pas adhérent", "L1253-1"),
        (placed.contract_spans, f"le contrat ne cite pas {placed.member}", "L1253-9"),
        ([_span(placed.contract)], "le contrat est terminé", ""),
    )
    for spans, why, article in reasons:
        if outside := [day for day in days if not any(_holds(span, day) for span in spans)]:
            yield Clash(
                person,
                outside[0],
                outside[-1],
                f"Prévu chez {placed.member}, sans droit",
                f"À partir du {spell_day(outside[0])}, {why}\u00a0: donnez une fin à {placed.reference}.",
                "danger",
                article,
            )
            return


def _has_work(facts: CalendarFacts, placed: Assignment, balance: WeekBalance) -> bool:
    worked = {**facts.plans.get(placed.pk, {}), **facts.lost.get(placed.pk, {})}
    return any(day in balance.week for day in worked)


def _runs(days: Sequence[date], away: Mapping[date, str]) -> list[list[date]]:
    """``days`` grouped while the absence goes on between them, with the same cause."""
    runs: list[list[date]] = []
    for day in days:
        if runs and _goes_on(runs[-1][-1], day, away):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _goes_on(last: date, day: date, away: Mapping[date, str]) -> bool:
    between = [last + timedelta(days=n) for n in range((day - last).days + 1)]
    return all(away.get(each) == away[day] for each in between)


def _names(held: Iterable[Assignment]) -> str:
    return enumeration(placed.member.short_name for placed in held)


def _span(contract: Any) -> dict[str, Any]:
    return {"starts_on": contract.starts_on, "ends_before": contract.ends_before}


def _holds(span: Mapping[str, Any], day: date) -> bool:
    starts_on, ends_before = (
        date.fromisoformat(value) if isinstance(value, str) else value
        for value in (span["starts_on"], span["ends_before"])
    )
    return covers(starts_on, ends_before, day)
