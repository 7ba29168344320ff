"""The law of working time over the merged calendar of one person (Code du travail, W1 to W9): facts in, findings out.

No query and no clock: only ``records`` reads. What was really worked is never refused: a finding informs."""

from __future__ import annotations

from datetime import date

from employees.worktime_rules import daily, overtime, part_time, resting, weekly, yearly
from employees.worktime_rules.calendar import WorkCalendar
from employees.worktime_rules.facts import Finding, Severity

RULES = (
    daily.most_a_day,
    daily.breaks,
    daily.interruptions,
    daily.may_day,
    daily.travel,
    resting.daily_rest,
    resting.days_a_week,
    resting.weekly_rest,
    resting.sundays,
    weekly.most_a_week,
    weekly.average,
    overtime.overtime,
    overtime.quota,
    part_time.least_a_week,
    part_time.extra_hours,
    part_time.full_time,
    part_time.contract_raise,
    yearly.annual,
    yearly.day_rate,
    part_time.late_notice,
)
GRAVITY = list(Severity)


def findings(calendar: WorkCalendar) -> list[Finding]:
    """Everything the rules find on the days asked for: the newest first, on a day the gravest first."""
    found = [finding for rule in RULES for finding in rule(calendar)]
    return sorted(found, key=_newest_first)


def _newest_first(finding: Finding) -> tuple[int, int, str, int]:
    return -date.toordinal(finding.day), GRAVITY.index(finding.severity), finding.rule, finding.measured
