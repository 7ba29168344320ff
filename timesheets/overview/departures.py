"""What is read before many timesheets are approved at once: plan, changes by others, contests, working time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch

from groupement.kernel.french import counted, quoted
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.templatetags.formats import day as spell_day
from timesheets.changing import HoursChange, read_changes
from timesheets.models import Remark, StepKind, TimesheetStep
from timesheets.overview.month_sheets import MonthSheets, SheetFigures
from timesheets.watching.findings import PersonFinding, open_findings

# Beyond so many, a batch is read in several: nobody approves unseen, and a form has its limits.
MOST_AT_ONCE = 300
DAYS_LISTED = 4


@dataclass(frozen=True)
class ReadySheet:
    """One timesheet to approve, with what departs from what was expected of it, in words."""

    line: SheetFigures
    plan: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    contests: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def is_on_plan(self) -> bool:
        return not (self.plan or self.changes or self.contests or self.findings)

    @property
    def weight(self) -> tuple[int, int]:
        """What is read first: working time, then disputes and changes, then the larger departure."""
        grave = 4 * bool(self.findings) + 2 * bool(self.contests) + bool(self.changes)
        return -grave, -abs(self.line.deviation)


@dataclass(frozen=True)
class ApprovalBatch:
    """What is approved at once: the sheets that depart, those as planned, and how many wait for the next batch."""

    departing: list[ReadySheet] = field(default_factory=list)
    on_plan: list[ReadySheet] = field(default_factory=list)
    rest: int = 0

    @property
    def count(self) -> int:
        return len(self.departing) + len(self.on_plan)

    @property
    def planned_minutes(self) -> int:
        return sum(each.line.minutes for each in self.on_plan)

    @property
    def minutes(self) -> int:
        return sum(each.line.minutes for each in [*self.departing, *self.on_plan])


def read_batch(reading: MonthSheets, queue: Sequence[SheetFigures]) -> ApprovalBatch:
    """``queue`` parted into what departs and what is as planned; the working time of everybody in it is read."""
    pks = [line.timesheet.pk for line in queue]
    changes, contests = _changes(pks), _contests(pks)
    people = {line.employee.pk for line in queue}
    findings: dict[int, list[PersonFinding]] = defaultdict(list)
    for each in open_findings(reading.month, people) if people else ():
        findings[each.employee.pk].append(each)
    away = _away(reading)
    sheets = [
        ReadySheet(
            line,
            plan=tuple(_departures(line, away.get(line.employee.pk, frozenset()))),
            changes=tuple(changes.get(line.timesheet.pk, ())),
            contests=tuple(contests.get(line.timesheet.pk, ())),
            findings=tuple(
                _finding(each) for each in findings[line.employee.pk] if _is_about(each, line.by_day)
            ),
        )
        for line in queue
    ]
    departing = sorted((each for each in sheets if not each.is_on_plan), key=lambda each: each.weight)
    planned = [each for each in sheets if each.is_on_plan]
    rest = max(0, len(departing) - MOST_AT_ONCE) + max(0, len(planned) - MOST_AT_ONCE)
    return ApprovalBatch(departing[:MOST_AT_ONCE], planned[:MOST_AT_ONCE], rest)


def _departures(line: SheetFigures, away: frozenset[date]) -> Iterable[str]:
    """The days on which other hours stand than were planned; hours at the group have no plan to depart from."""
    if line.member is None:
        return
    if line.timesheet.supplement:
        yield "Complément\u00a0: des heures en plus de celles qui sont facturées."
        return
    days = [
        day
        for day in sorted({*line.begun_by_day, *line.planned_by_day})
        if line.begun_by_day.get(day, 0) != line.planned_by_day.get(day, 0)
    ]
    for day in days[:DAYS_LISTED]:
        done, planned = line.begun_by_day.get(day, 0), line.planned_by_day.get(day, 0)
        what = spell_duration(done) if done else "absence ce jour" if day in away else "rien de saisi"
        expected = f"au lieu de {spell_duration(planned)}" if planned else "sans rien de prévu"
        yield f"{spell_day(day).capitalize()}\u00a0: {what}, {expected}."
    if len(days) > DAYS_LISTED:
        yield f"Et {counted(len(days) - DAYS_LISTED, 'autre jour', 'autres jours')}."


def _away(reading: MonthSheets) -> Mapping[int, frozenset[date]]:
    """The days with hours at the group, by person."""
    found: dict[int, frozenset[date]] = {}
    for line in reading.lines:
        if line.member is None:
            found[line.employee.pk] = found.get(line.employee.pk, frozenset()) | frozenset(line.by_day)
    return found


def _changes(sheets: Sequence[int]) -> Mapping[int, list[str]]:
    """What somebody else than the person changed, in the order of the days."""
    found: dict[int, list[str]] = defaultdict(list)
    for each in sorted(read_changes(sheets), key=lambda each: (each.hours.day, each.step.pk)):
        if each.step.by_id != each.step.subject.employee.user_id:
            found[each.timesheet_id].append(_change(each))
    return found


def _change(each: HoursChange) -> str:
    return (
        f"{spell_day(each.hours.day).capitalize()}\u00a0: {each.before} → {each.after}, "
        f"changé par {each.step.by}\u00a0: {quoted(each.step.note)}"
    )


def _contests(sheets: Sequence[int]) -> Mapping[int, list[str]]:
    """What the member contested on the way, and who settled it if the coordination did."""
    remarks = Prefetch("remarks", Remark.objects.order_by("day", "pk"))
    rows = TimesheetStep.objects.filter(subject__in=sheets, kind__in=(StepKind.CONTEST, StepKind.SETTLE))
    found: dict[int, list[str]] = defaultdict(list)
    for step in rows.select_related("by").prefetch_related(remarks).order_by("pk"):
        if step.kind == StepKind.SETTLE:
            found[step.subject_id].append(f"Tranché par {step.by}\u00a0: {quoted(step.note)}")
        for remark in step.remarks.all():
            counts = (
                ""
                if remark.expected_minutes is None
                else f", l’adhérent compte {spell_duration(remark.expected_minutes)}"
            )
            found[step.subject_id].append(
                f"{spell_day(remark.day).capitalize()}, contesté\u00a0: {quoted(remark.reason)}{counts}"
            )
    return found


def _finding(each: PersonFinding) -> str:
    day = spell_day(each.finding.day)
    when = f"Semaine du {day}" if each.is_week else day.capitalize()
    return f"{when}, {each.finding.rule.label.lower()}\u00a0: {each.finding.sentence}"


def _is_about(each: PersonFinding, by_day: Mapping[date, int]) -> bool:
    """Whether the sheet has hours on the days of the finding."""
    return any(each.finding.first <= day < each.finding.before for day in by_day)
