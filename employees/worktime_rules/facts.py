"""What the rules get about one person, and what they find: spans of work, contract regimes, changes, findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from django.db.models import TextChoices

from employees.models import TimeScheme, WorkingTimeLimits
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import covers
from members.models import HolidayZone

TRAVEL = "travel"
ADULT, YOUTH = 18, 16


class Severity(TextChoices):
    """How grave a finding is; none of them ever keeps hours that were worked from being recorded."""

    BLOCK = "block", "Dépassement grave"
    ERROR = "error", "Dépassement"
    WARNING = "warning", "À surveiller"
    INFO = "info", "Pour information"

    @property
    def tone(self) -> str:
        """The tone of a notice about it: danger, warning or info."""
        return "danger" if self in {Severity.BLOCK, Severity.ERROR} else str(self.value)


class Rule(TextChoices):
    """The rules of working time; the values name acknowledged findings, so they never change."""

    DAILY = "daily", "Durée de la journée"
    BREAK = "break", "Pause"
    DAILY_REST = "daily_rest", "Repos quotidien"
    WEEKLY = "weekly", "Durée de la semaine"
    AVERAGE = "average", "Moyenne hebdomadaire"
    DAYS = "days_a_week", "Jours travaillés dans la semaine"
    WEEKLY_REST = "weekly_rest", "Repos hebdomadaire"
    SUNDAY = "sunday", "Travail du dimanche"
    MINOR_DAILY = "minor_daily", "Moins de 18 ans\u00a0: journée"
    MINOR_WEEKLY = "minor_weekly", "Moins de 18 ans\u00a0: semaine"
    MINOR_BREAK = "minor_break", "Moins de 18 ans\u00a0: pause"
    MINOR_REST = "minor_rest", "Moins de 18 ans\u00a0: repos quotidien"
    MINOR_DAYS = "minor_days", "Moins de 18 ans\u00a0: jours de repos"
    NOTICE = "notice", "Changement de planning annoncé tard"
    PART_TIME = "part_time", "Temps partiel\u00a0: durée minimale"
    EXTRA_HOURS = "extra_hours", "Heures complémentaires"
    FULL_TIME = "full_time", "Temps partiel\u00a0: durée légale atteinte"
    INTERRUPTION = "interruption", "Temps partiel\u00a0: coupures"
    RAISE = "raise", "Temps partiel\u00a0: contrat à relever"
    OVERTIME = "overtime", "Heures supplémentaires"
    QUOTA = "quota", "Contingent d’heures supplémentaires"
    ANNUAL = "annual", "Temps annualisé"
    DAY_RATE = "day_rate", "Forfait en jours"
    MAY_DAY = "may_day", "Travail du 1er mai"
    TRAVEL = "travel", "Trajet entre deux lieux"


# Where each rule is written; a finding beyond an absolute limit quotes that article instead.
ARTICLES = {
    Rule.DAILY: "C. trav. L3121-18",
    Rule.BREAK: "C. trav. L3121-16",
    Rule.DAILY_REST: "C. trav. L3131-1",
    Rule.WEEKLY: "C. trav. L3121-20",
    Rule.AVERAGE: "C. trav. L3121-22",
    Rule.DAYS: "C. trav. L3132-1",
    Rule.WEEKLY_REST: "C. trav. L3132-2",
    Rule.SUNDAY: "C. trav. L3132-3",
    Rule.MINOR_DAILY: "C. trav. L3162-1",
    Rule.MINOR_WEEKLY: "C. trav. L3162-1",
    Rule.MINOR_BREAK: "C. trav. L3162-3",
    Rule.MINOR_REST: "C. trav. L3164-1",
    Rule.MINOR_DAYS: "C. trav. L3164-2",
    Rule.NOTICE: "C. trav. L3123-31",
    Rule.PART_TIME: "C. trav. L3123-27",
    Rule.EXTRA_HOURS: "C. trav. L3123-28 et -29",
    Rule.FULL_TIME: "C. trav. L3123-9",
    Rule.INTERRUPTION: "C. trav. L3123-30",
    Rule.RAISE: "C. trav. L3123-13",
    Rule.OVERTIME: "C. trav. L3121-28 et -36",
    Rule.QUOTA: "C. trav. D3121-24",
    Rule.ANNUAL: "C. trav. L3121-41",
    Rule.DAY_RATE: "C. trav. L3121-64",
    Rule.MAY_DAY: "C. trav. L3133-6",
    Rule.TRAVEL: "Cass. soc. 16 janv. 1996, n°\u00a092-42.354",
}


class Workplace(NamedTuple):
    """Where work was done: a member by id, name and site; ``member`` is None at the group."""

    member: int | None
    name: str
    site: int | None = None


AT_GROUP = Workplace(None, "Au groupement")


class WorkSpan(NamedTuple):
    """Effective work on a day, ``minutes`` of it; with both times or none, an end before its start is on the next day.

    Travel between two places, training and meetings are work; absences are no spans.
    """

    day: date
    minutes: int
    place: Workplace = AT_GROUP
    kind: str = "worked"
    start: time | None = None
    end: time | None = None
    break_minutes: int = 0


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A day whose plan was changed, and the day on which that was done; ``zone`` names the public holidays there."""

    day: date
    made_on: date
    place: Workplace
    zone: str = HolidayZone.METROPOLE


@dataclass(frozen=True, slots=True)
class ContractRegime:
    """How a contract counts time from a day on; minutes a week, and minutes or days a year where it has them.

    ``cycle_starts_on`` is a Monday on which two weeks begin, where time counts by two of them.
    """

    starts_on: date
    ends_before: date | None
    weekly_minutes: int
    scheme: str = TimeScheme.WEEKLY
    yearly_minutes: int | None = None
    yearly_days: int | None = None
    cycle_starts_on: date | None = None

    def covers(self, day: date) -> bool:
        return covers(self.starts_on, self.ends_before, day)

    def is_part_time(self, limits: WorkingTimeLimits) -> bool:
        """Less than the legal week (L3123-1); days a year are no hours."""
        return self.scheme != TimeScheme.DAY_RATE and self.weekly_minutes < limits.legal_week_minutes


@dataclass(frozen=True)
class WorkingPerson:
    """Whose calendar it is: the birth date, and the regimes in order."""

    birth_date: date
    regimes: tuple[ContractRegime, ...] = ()

    def regime_on(self, day: date) -> ContractRegime | None:
        return next((regime for regime in self.regimes if regime.covers(day)), None)

    def is_under(self, age: int, day: date) -> bool:
        """Whether the person has not had the birthday of ``age`` on ``day``."""
        born = self.birth_date
        return (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) < age

    def counts_days(self, day: date) -> bool:
        """Whether the day is in a forfait en jours, to which limits in hours do not apply (L3121-62)."""
        regime = self.regime_on(day)
        return regime is not None and regime.scheme == TimeScheme.DAY_RATE


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know: what was measured against which limit (minutes, or days where the rule counts days).

    ``day`` names it, a Monday for a week; ``first`` to the day before ``before`` are the days it is about, ``places``
    the minutes worked at each place on them, left out of what runs over many weeks; ``leave`` is the paid leave by day
    that was counted with the work.
    """

    rule: Rule
    day: date
    severity: Severity
    measured: int
    limit: int
    article: str
    sentence: str
    first: date
    before: date
    places: tuple[tuple[Workplace, int], ...] = ()
    leave: tuple[tuple[date, int], ...] = ()

    @property
    def key(self) -> tuple[str, date, int]:
        """What an acknowledgement holds on to: other figures are another finding."""
        return str(self.rule), self.day, self.measured


def graded(measured: int, limit: int, percent: int, most: int | None = None) -> Severity | None:
    """How grave it is to measure so much against a maximum; None while it is far enough."""
    if most is not None and measured > most:
        return Severity.BLOCK
    if measured > limit:
        return Severity.ERROR
    return Severity.WARNING if measured * 100 >= limit * percent else None


def at_most(severity: Severity, limit: int) -> str:
    """How a sentence ends that measured minutes against a maximum."""
    if severity == Severity.WARNING:
        return f"proche de la limite de {spell_duration(limit)}"
    if severity == Severity.BLOCK:
        return f"jamais plus de {spell_duration(limit)}"
    return f"{spell_duration(limit)} au plus"
