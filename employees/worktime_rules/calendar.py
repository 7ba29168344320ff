"""The merged calendar of one person over all members: civil days, weeks, shifts with their real instants."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from operator import attrgetter
from zoneinfo import ZoneInfo

from employees.limits import DatedLimits
from employees.worktime_rules.facts import (
    ARTICLES,
    TRAVEL,
    Finding,
    PlanChange,
    Rule,
    Severity,
    WorkingPerson,
    Workplace,
    WorkSpan,
)
from groupement.kernel import worktime

PARIS = ZoneInfo("Europe/Paris")
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
MIDNIGHT = time()


def monday_of(day: date) -> date:
    """The Monday of the week of ``day``: a week goes from Monday 0 h to Sunday 24 h (L3121-35)."""
    return day - timedelta(days=day.weekday())


def instant(day: date) -> int:
    """Minutes since 1970 when ``day`` begins in Paris: differences know the hours that clock changes take and give."""
    return int(datetime.combine(day, MIDNIGHT, PARIS).timestamp()) // 60


def of_day(at: time) -> int:
    """Minutes since midnight that the clock shows."""
    return at.hour * 60 + at.minute


def by_civil_day(span: WorkSpan) -> tuple[tuple[date, int], ...]:
    """The minutes of ``span`` by civil day: parted at midnight, the break taken from the longer part."""
    if span.start is None or span.end is None or span.end >= span.start:
        return ((span.day, span.minutes),)
    present = span.minutes + span.break_minutes
    before = min(worktime.span_minutes(span.day, span.start, MIDNIGHT, PARIS), present)
    after = present - before
    early, late = worktime.share_break(before, after, span.break_minutes)
    return (span.day, before - early), (span.day + ONE_DAY, after - late)


def join_at_midnight(spans: Collection[WorkSpan]) -> list[WorkSpan]:
    """``spans``, but each night that was noted on both of its days, at one place, as the one piece of work it is."""
    mornings = {(span.day, span.place, span.kind): span for span in spans if span.start == MIDNIGHT}
    joined, used = [], set()
    for span in spans:
        if span.end != MIDNIGHT or span.start in (None, MIDNIGHT):
            continue
        key = (span.day + ONE_DAY, span.place, span.kind)
        morning = mornings.get(key)
        # What would last a day or more stays as it was noted.
        if morning and morning.end and span.start and MIDNIGHT < morning.end < span.start:
            used |= {span, morning}
            joined.append(
                span._replace(
                    minutes=span.minutes + morning.minutes,
                    end=morning.end,
                    break_minutes=span.break_minutes + morning.break_minutes,
                )
            )
    return [*(span for span in spans if span not in used), *joined]


@dataclass(slots=True)
class TimedSpan:
    """A span whose times are known, with its instants."""

    span: WorkSpan
    start: int
    end: int


@dataclass
class Shift:
    """The timed spans of a day of work, in order; what goes on at midnight without a gap belongs to the day before."""

    day: date
    spans: list[TimedSpan] = field(default_factory=list)
    untimed_travel: int = 0

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return max(timed.end for timed in self.spans)

    def gaps(self) -> Iterator[tuple[int, TimedSpan]]:
        """Minutes off before each span but the first; travel that was noted without times fills a change of place."""
        travel = self.untimed_travel
        last, at = self.spans[0].end, self.spans[0].span.place
        for timed in self.spans[1:]:
            gap = max(timed.start - last, 0)
            if timed.span.place != at:
                filled = min(gap, travel)
                gap, travel = gap - filled, travel - filled
            yield gap, timed
            last, at = max(last, timed.end), timed.span.place


@dataclass(frozen=True)
class EarlierSums:
    """What is known in sums only, from before the spans: minutes by Monday, and by day for who counts by the year."""

    weeks: Mapping[date, int] = field(default_factory=dict)
    days: Mapping[date, int] = field(default_factory=dict)


class WorkCalendar:
    """All the work of ``person`` around the days from ``first`` to the day before ``before``, which the rules check.

    ``spans`` begin at least a week before ``first`` and go on for nine days after; sums from before ``counted_from``, a
    Monday, come from ``earlier``. ``credited`` are the minutes of paid leave by day, around the same days as the spans.
    ``counts_years`` is false where nobody read the year.
    """

    def __init__(
        self,
        person: WorkingPerson,
        spans: Collection[WorkSpan],
        limits: DatedLimits,
        first: date,
        before: date,
        *,
        changes: Collection[PlanChange] = (),
        earlier: EarlierSums | None = None,
        counted_from: date = date.min,
        credited: Mapping[date, int] | None = None,
        counts_years: bool = True,
    ) -> None:
        self.person, self.limits, self.first, self.before = person, limits, first, before
        self.spans, self.changes, self.counts_years = spans, changes, counts_years
        self.credited: Mapping[date, int] = credited or {}
        self.civil: dict[date, dict[Workplace, int]] = defaultdict(lambda: defaultdict(int))
        # By the day on which the work began, for the longest day and what is counted by the year.
        self.entered: dict[date, int] = defaultdict(int, (earlier or EarlierSums()).days)
        self.weeks: dict[date, int] = defaultdict(int, (earlier or EarlierSums()).weeks)
        self.whole_spans = join_at_midnight(spans)
        for span in self.whole_spans:
            if span.day >= counted_from:
                self.entered[span.day] += span.minutes
        for span in spans:
            self._place(span, counted_from)
        self.minutes = {day: sum(places.values()) for day, places in self.civil.items()}

    def _place(self, span: WorkSpan, counted_from: date) -> None:
        for day, minutes in by_civil_day(span):
            if not minutes:
                continue
            self.civil[day][span.place] += minutes
            if day >= counted_from:
                self.weeks[monday_of(day)] += minutes

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.before

    @cached_property
    def days(self) -> list[date]:
        """The worked civil days to check, in order."""
        return sorted(day for day in self.minutes if day in self)

    @cached_property
    def mondays(self) -> list[date]:
        """The weeks to check: those whose Monday lies in the days asked for."""
        start = monday_of(self.first + timedelta(days=6))
        return [start + n * ONE_WEEK for n in range(max(0, -(-(self.before - start).days // 7)))]

    def worked_days(self, monday: date) -> list[date]:
        """The civil days of the week on which there was work."""
        return [day for n in range(7) if (day := monday + timedelta(days=n)) in self.minutes]

    @cached_property
    def untimed(self) -> frozenset[date]:
        """Days with work whose times are unknown; travel fills a gap wherever it lies."""
        return frozenset(span.day for span in self.spans if span.start is None and span.kind != TRAVEL)

    @cached_property
    def timed(self) -> list[TimedSpan]:
        """The spans whose times are known, in order."""
        timed = (_timed(span) for span in self.whole_spans if span.start is not None)
        return sorted(timed, key=attrgetter("start"))

    def timed_between(self, opens: int, closes: int) -> list[TimedSpan]:
        """Those that hold a moment after ``opens`` and before ``closes``, both in minutes since 1970."""
        start = attrgetter("start")
        # Nothing lasts longer than a day, which may have 25 hours.
        since = bisect_left(self.timed, opens - worktime.DAY - worktime.HOUR, key=start)
        until = bisect_left(self.timed, closes, key=start)
        return [each for each in self.timed[since:until] if each.end > opens]

    @cached_property
    def shifts(self) -> list[Shift]:
        """The timed work by day, in order."""
        shifts: list[Shift] = []
        for each in self.timed:
            # Work that goes on at midnight is still the same shift, whichever day it was noted on.
            is_same = shifts and (each.span.day == shifts[-1].day or each.start <= shifts[-1].end)
            if not is_same:
                shifts.append(Shift(each.span.day))
            shifts[-1].spans.append(each)
        travel: dict[date, int] = defaultdict(int)
        for span in self.spans:
            if span.start is None and span.kind == TRAVEL:
                travel[span.day] += span.minutes
        for shift in shifts:
            shift.untimed_travel = travel.get(shift.day, 0)
        return shifts

    def shares(self, first: date, before: date) -> tuple[tuple[Workplace, int], ...]:
        """Minutes by place on the civil days from ``first`` to the day before ``before``, the most first."""
        sums: dict[Workplace, int] = defaultdict(int)
        for n in range((before - first).days):
            for place, minutes in self.civil.get(first + timedelta(days=n), {}).items():
                sums[place] += minutes
        return tuple(sorted(sums.items(), key=lambda share: (-share[1], share[0].name)))

    def finding(
        self,
        rule: Rule,
        day: date,
        severity: Severity,
        measured: int,
        limit: int,
        sentence: str,
        *,
        first: date | None = None,
        before: date | None = None,
        article: str = "",
        leave: tuple[tuple[date, int], ...] = (),
    ) -> Finding:
        """A finding about ``day``, or about the days from ``first`` to the day before ``before``."""
        first = first or day
        before = before or day + ONE_DAY
        return Finding(
            rule,
            day,
            severity,
            measured,
            limit,
            article or ARTICLES[rule],
            sentence,
            first,
            before,
            self.shares(first, before) if before - first <= ONE_WEEK else (),
            leave,
        )


def _timed(span: WorkSpan) -> TimedSpan:
    start, end = span.start or MIDNIGHT, span.end or MIDNIGHT
    began, ended = worktime.span(span.day, start, end, PARIS)
    return TimedSpan(span, int(began.timestamp()) // 60, int(ended.timestamp()) // 60)
