"""Overtime: what a week, or two, has beyond the legal 35 h, paid leave beside the work, and the yearly quota.

Paid leave counts in the threshold from the day of the ruling that says so (a limit of its own, with its source).
No ruling was found for the quota, part-time, annualised time, sickness or public holidays: they stay with worked hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from employees.models import TimeScheme
from employees.worktime_rules.calendar import ONE_WEEK, WorkCalendar, monday_of
from employees.worktime_rules.facts import ARTICLES, ContractRegime, Finding, Rule, Severity, at_most, graded
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import days_between
from groupement.kernel.worktime import HOUR

FIRST_HOURS = 8 * HOUR
TWO_WEEKS = 2 * ONE_WEEK
RULING_ON_WEEKS = f"Cass. soc. 10 sept. 2025, n°{NO_BREAK_SPACE}23-14.455"
RULING_ON_TWO_WEEKS = f"Cass. soc. 7 janv. 2026, n°{NO_BREAK_SPACE}24-19.410"
ARTICLE_OF_TWO_WEEKS = "C. trav. L3121-41, -36 et D3121-25"


@dataclass(frozen=True, slots=True)
class OvertimeCount:
    """What is counted of a week, or of two weeks together: minutes of work and of paid leave.

    ``weeks`` is the work of each. ``leave`` is by day, and counts for no more than ``contract``, the minutes that the
    contract asks for in all. Of two weeks, hours beyond ``most`` in one of them are overtime whatever the other holds.
    """

    first: date
    before: date
    weeks: tuple[int, ...]
    threshold: int
    contract: int
    leave: Mapping[date, int] = field(default_factory=dict)
    most: int | None = None

    @property
    def worked(self) -> int:
        return sum(self.weeks)

    @property
    def of_one_week(self) -> int:
        """What weeks among several have above ``most`` (D3121-25): of the hours that were worked."""
        return sum(max(0, week - self.most) for week in self.weeks) if self.most is not None else 0

    @property
    def on_leave(self) -> int:
        return min(sum(self.leave.values()), self.contract)

    @property
    def of_work(self) -> int:
        """The overtime of the hours that were worked alone."""
        return max(0, self.of_one_week, self.worked - self.threshold)

    @property
    def overtime(self) -> int:
        """What work and leave have beyond the threshold, never more than was worked: leave is paid as leave."""
        return min(self.worked, max(self.of_work, self.worked + self.on_leave - self.threshold))

    @property
    def rates(self) -> str:
        """25 % more for the first eight hours, a week where there are two, and 50 % for the others (L3121-36)."""
        over, first = self.overtime, FIRST_HOURS * len(self.weeks)
        rates = f"{spell_duration(min(over, first))} à +25{NO_BREAK_SPACE}%"
        if over > first:
            rates += f", {spell_duration(over - first)} à +50{NO_BREAK_SPACE}%"
        return rates

    @property
    def sentence(self) -> str:
        beside = " en deux semaines" if len(self.weeks) > 1 else ""
        if self.most is not None and self.overtime > self.worked + self.on_leave - self.threshold:
            beside = f" en deux semaines ou de {spell_duration(self.most)} dans l’une"
        if self.on_leave:
            beside += f", avec {spell_duration(self.worked)} de travail"
            beside += f" et {spell_duration(self.on_leave)} de congés payés"
        beyond = f"{spell_duration(self.overtime)} au-delà de {spell_duration(self.threshold)}"
        return f"{beyond}{beside}{NO_BREAK_SPACE}: {self.rates}."

    @property
    def article(self) -> str:
        article, ruling = ARTICLES[Rule.OVERTIME], RULING_ON_WEEKS
        if len(self.weeks) > 1:
            article, ruling = ARTICLE_OF_TWO_WEEKS, RULING_ON_TWO_WEEKS
        is_by_leave = self.overtime > self.of_work
        return f"{article}{NO_BREAK_SPACE}; {ruling}" if is_by_leave else article


def overtime(calendar: WorkCalendar) -> Iterator[Finding]:
    """Beyond the legal 35 h (L3121-28), paid leave counted with the work; a counter, for information.

    Where time counts by two weeks it is told with the second of them: 70 h together (L3121-41).
    """
    for monday in calendar.mondays:
        count = count_of(calendar, monday)
        if count and count.overtime:
            yield calendar.finding(
                Rule.OVERTIME,
                monday,
                Severity.INFO,
                count.overtime,
                count.threshold,
                count.sentence,
                first=count.first,
                before=count.before,
                article=count.article,
                leave=tuple(count.leave.items()),
            )


def quota(calendar: WorkCalendar) -> Iterator[Finding]:
    """220 h of overtime a year (D3121-24), beyond which a rest is due (L3121-38). Told when near, then each week.

    A week counts in the year of its Monday, and with the hours that were worked: no ruling says it of leave.
    """
    if not calendar.counts_years:
        return
    year, used = 0, 0
    # What two weeks have beyond is counted with the second one, in which there may be no work.
    for monday in sorted(calendar.weeks.keys() | {each + ONE_WEEK for each in calendar.weeks}):
        year, used = (year, used) if monday.year == year else (monday.year, 0)
        count = count_of(calendar, monday)
        was, used = used, used + (count.of_work if count else 0)
        limits = calendar.limits.on(monday)
        limit = limits.yearly_overtime_minutes
        severity = graded(used, limit, limits.warning_percent)
        is_new = severity == Severity.ERROR or not graded(was, limit, limits.warning_percent)
        if monday in calendar and used > was and severity and is_new:
            since = f"depuis le 1er{NO_BREAK_SPACE}janvier, sans les congés payés"
            sentence = f"{spell_duration(used)} supplémentaires {since}, {at_most(severity, limit)}."
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


def count_of(calendar: WorkCalendar, monday: date) -> OvertimeCount | None:
    """What is counted at the end of a full-time week; None where hours count by the year, in days, or part-time.

    Of two weeks that are counted together, nothing at the end of the first.
    """
    limits = calendar.limits.on(monday)
    regime = _regime(calendar, monday)
    if regime is None or regime.is_part_time(limits):
        return None
    mondays, since, most = [monday], limits.leave_counts_from, None
    if regime.scheme == TimeScheme.TWO_WEEKS:
        if _are_together(regime, _regime(calendar, monday + ONE_WEEK), monday):
            return None
        if _are_together(regime, _regime(calendar, monday - ONE_WEEK), monday - ONE_WEEK):
            mondays = [monday - ONE_WEEK, monday]
            since, most = limits.leave_counts_in_cycles_from, limits.cycle_week_minutes
    elif regime.scheme != TimeScheme.WEEKLY:
        return None
    before = monday + ONE_WEEK
    return OvertimeCount(
        mondays[0],
        before,
        tuple(calendar.weeks.get(each, 0) for each in mondays),
        limits.legal_week_minutes * len(mondays),
        regime.weekly_minutes * len(mondays),
        _leave(calendar, mondays[0], before, since),
        most,
    )


def _are_together(regime: ContractRegime, beside: ContractRegime | None, first: date) -> bool:
    """Whether the week of ``first`` and the next are counted together: ``regime`` and ``beside`` are theirs.

    Two weeks that the contract begins, ends or counts otherwise within are counted each by itself.
    """
    start, other = regime.cycle_starts_on, beside.cycle_starts_on if beside else None
    if start is None or other is None:
        return False
    return (first - start) % TWO_WEEKS == (first - other) % TWO_WEEKS == timedelta()


def _regime(calendar: WorkCalendar, monday: date) -> ContractRegime | None:
    """That of the week, of its end when the contract begins within."""
    return calendar.person.regime_on(monday) or calendar.person.regime_on(monday + timedelta(days=6))


def _leave(calendar: WorkCalendar, first: date, before: date, since: date | None) -> dict[date, int]:
    """The paid leave by day that counts; none where ``since`` says never."""
    if since is None:
        return {}
    return {
        day: minutes
        for day in days_between(max(first, since), before)
        if (minutes := calendar.credited.get(day))
    }
