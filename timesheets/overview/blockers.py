"""What keeps a month from being approved: each blocker names the person and the reason, and has one action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from employees.calendar.week import Week
from groupement.kernel.french import counted, enumeration, quoted
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.templatetags.formats import day as spell_day
from timesheets.approval import is_ready
from timesheets.contradicting import Contradiction, ContradictionKind
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.opening import how_it_opens
from timesheets.overview.month_sheets import MonthSheets, SheetFigures


class BlockerKind(StrEnum):
    """Why the month does not go on; the order is that of the list."""

    UNOPENED = "unopened"
    CONTESTED = "contested"
    CONTRADICTED = "contradicted"
    RETURNED = "returned"
    MISSING = "missing"
    UNSUBMITTED = "unsubmitted"
    UNCONFIRMED = "unconfirmed"


ICONS = {
    BlockerKind.UNOPENED: "plus",
    BlockerKind.CONTESTED: "flag",
    BlockerKind.CONTRADICTED: "alert",
    BlockerKind.RETURNED: "undo",
    BlockerKind.MISSING: "pen",
    BlockerKind.UNSUBMITTED: "pen",
    BlockerKind.UNCONFIRMED: "clock",
}
KINDS_IN_ORDER = list(BlockerKind)
# Kinds that somebody else has to resolve: the coordinator can only remind (awaited.py).
WAITING_FOR_OTHERS = frozenset(
    {BlockerKind.RETURNED, BlockerKind.MISSING, BlockerKind.UNSUBMITTED, BlockerKind.UNCONFIRMED}
)


@dataclass(frozen=True)
class Blocker:
    """One thing to unblock; ``view`` and ``args`` address its action, a POST when ``is_post``, else a link."""

    kind: BlockerKind
    timesheet: Timesheet | None
    title: str
    explanation: str
    label: str
    view: str
    args: tuple[Any, ...]
    is_post: bool = False

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def tone(self) -> str:
        return "danger" if self.kind in (BlockerKind.CONTESTED, BlockerKind.CONTRADICTED) else "warning"


def blockers(reading: MonthSheets, lines: Sequence[SheetFigures] | None = None) -> list[Blocker]:
    """What blocks ``reading.month``: contests first, then what other facts contradict, what is to correct, to enter, to
    submit, to confirm; of ``lines`` if they are given. Who is late among those others wait for: awaited.py.
    """
    chosen = reading.lines if lines is None else lines
    found = [blocker for line in chosen if (blocker := _blocker_of(line, reading))]
    found += _unopened(reading) if lines is None or len(lines) == len(reading.lines) else []
    return sorted(found, key=lambda blocker: KINDS_IN_ORDER.index(blocker.kind))


def missing_days(line: SheetFigures, reading: MonthSheets) -> list[date]:
    """Days planned and past for which the person entered nothing, neither here nor anywhere else."""
    filled = reading.filled_days.get(line.employee.pk, set())
    return [day for day in sorted(line.planned_by_day) if day < reading.on and day not in filled]


def _blocker_of(line: SheetFigures, reading: MonthSheets) -> Blocker | None:
    state = line.timesheet.state
    if state != "contested" and (found := _contradicted(line)):
        return found
    match state:
        case "contested":
            return _contested(line)
        case "returned":
            return _returned(line)
        case TimesheetStatus.DRAFT:
            return _missing(line, reading) or _unsubmitted(line, reading)
        case TimesheetStatus.SUBMITTED if line.member:
            return _unconfirmed(line, reading)
    return None


def _contested(line: SheetFigures) -> Blocker:
    days = [remark.day for remark in line.remarks]
    what = f"le {spell_day(days[0])}" if len(days) == 1 else counted(len(days), "jour")
    return _sheet(BlockerKind.CONTESTED, line, f"{line.member} conteste {what}", _dispute(line))


def _contradicted(line: SheetFigures) -> Blocker | None:
    """The first fact that contradicts the hours, approved ones too; days to come once the rest is ready."""
    ready = is_ready(line.timesheet)
    for found in line.against:
        if found.kind == ContradictionKind.TO_COME and not ready:
            continue
        explanation = f"{line.employee}\u00a0: {found.message}"
        if found.kind == ContradictionKind.ABSENT:
            week, label = Week.of(found.first), "Voir le planning"
            return Blocker(
                *(BlockerKind.CONTRADICTED, line.timesheet, f"{found.title} {_where(line)}", explanation),
                *(label, "employees:week", (week,)),
            )
        title = f"{found.title} {_where(line)}"
        if found.kind == ContradictionKind.NO_ASSIGNMENT and _is_after_the_end(found, line):
            label = f"Prolonger jusqu’au {spell_day(max(found.minutes_by_day))}"
            facts = (BlockerKind.CONTRADICTED, line.timesheet, title, explanation, label)
            return Blocker(*facts, "timesheets:prolong", (line.timesheet.pk,), is_post=True)
        return _sheet(BlockerKind.CONTRADICTED, line, title, explanation)
    return None


def _is_after_the_end(found: Contradiction, line: SheetFigures) -> bool:
    """Whether all those hours are after the end of the assignment, none before its start."""
    until: date | None = getattr(line.timesheet, "until", None)
    return until is not None and found.first >= until


def _dispute(line: SheetFigures) -> str:
    """The first contested day in figures if the member gave one, else in its words."""
    if not line.remarks:
        return f"{line.employee}."
    first = line.remarks[0]
    if first.expected_minutes is None:
        return f"{line.employee}\u00a0: {quoted(first.reason)}"
    entered, counted = line.by_day.get(first.day, 0), first.expected_minutes
    return (
        f"{line.employee} a saisi {spell_duration(entered)}, l’adhérent en compte {spell_duration(counted)}."
    )


def _returned(line: SheetFigures) -> Blocker:
    note = line.last_step.note if line.last_step else ""
    return _sheet(
        BlockerKind.RETURNED,
        line,
        f"À corriger {_where(line)}",
        f"{line.employee}\u00a0: {quoted(note)}",
    )


def _missing(line: SheetFigures, reading: MonthSheets) -> Blocker | None:
    days = missing_days(line, reading)
    if not days:
        return None
    minutes = sum(line.planned_by_day[day] for day in days)
    if not line.by_day and reading.month.last < reading.on:
        return _person(
            BlockerKind.MISSING,
            line,
            f"Aucune heure saisie {_where(line)}",
            f"{line.employee}\u00a0: le mois est fini, {spell_duration(minutes)} étaient prévues, rien n’est saisi.",
        )
    when = (
        spell_day(days[0])
        if len(days) == 1
        else f"{counted(len(days), 'jour')} depuis le {spell_day(days[0])}"
    )
    return _person(
        BlockerKind.MISSING,
        line,
        f"Il manque {spell_duration(minutes)} {_where(line)}",
        f"{line.employee}, {when}\u00a0: rien de saisi.",
    )


def _unsubmitted(line: SheetFigures, reading: MonthSheets) -> Blocker | None:
    """Only once the month is at its end: until then a draft is as it should be."""
    if reading.on < reading.month.last:
        return None
    what = f"{spell_duration(line.minutes)} à soumettre" if line.minutes else "Relevé à soumettre"
    return _person(
        BlockerKind.UNSUBMITTED, line, f"{what} {_where(line)}", f"{line.employee} n’a pas soumis."
    )


def _unconfirmed(line: SheetFigures, reading: MonthSheets) -> Blocker:
    title = f"{line.member} n’a pas visé {spell_duration(line.minutes)}"
    return _sheet(
        BlockerKind.UNCONFIRMED, line, title, f"{line.employee}, soumis {_ago(reading.days_since(line))}."
    )


def _unopened(reading: MonthSheets) -> list[Blocker]:
    count = len(reading.unopened)
    if not count:
        return []
    names = list(dict.fromkeys(str(assignment.employee) for assignment in reading.unopened))
    shown = enumeration(names, at_most=3)
    return [
        Blocker(
            BlockerKind.UNOPENED,
            None,
            f"{counted(count, 'relevé')} ne sont pas ouverts" if count > 1 else "Un relevé n’est pas ouvert",
            f"{shown}. {how_it_opens(reading.month, reading.on)}",
            "Ouvrir les relevés" if count > 1 else "Ouvrir le relevé",
            "timesheets:open",
            (reading.month,),
            is_post=True,
        )
    ]


def _sheet(kind: BlockerKind, line: SheetFigures, title: str, explanation: str) -> Blocker:
    sheet = line.timesheet
    return Blocker(kind, sheet, title, explanation, "Ouvrir le relevé", "timesheets:sheet", (sheet.pk,))


def _person(kind: BlockerKind, line: SheetFigures, title: str, explanation: str) -> Blocker:
    sheet = line.timesheet
    args = (sheet.month, sheet.employee_id)
    return Blocker(kind, sheet, title, explanation, "Ouvrir ses heures", "timesheets:person_month", args)


def _where(line: SheetFigures) -> str:
    return f"chez {line.member}" if line.member else "au groupement"


def _ago(days: int) -> str:
    return "aujourd’hui" if days <= 0 else "hier" if days == 1 else f"il y a {counted(days, 'jour')}"
