"""Hours that other facts contradict, and so are not approved: outside what was agreed, on days away, to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import connection

from employees import planning
from employees.models import AbsenceKind
from groupement.kernel.french import enumeration
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.templatetags.formats import day as spell_day
from timesheets.models import ABSENCES, Timesheet

DAYS_NAMED = 3
# Hours that say themselves that the person was away, or busy with what an absence may be noted for.
NO_WORK = frozenset(ABSENCES | set(AbsenceKind.values))


class ContradictionKind(StrEnum):
    """Which fact the hours contradict; the order is that in which they are told."""

    NO_CONTRACT = "no_contract"
    NO_ASSIGNMENT = "no_assignment"
    NO_MEMBERSHIP = "no_membership"
    ABSENT = "absent"
    TO_COME = "to_come"


OUTSIDE = frozenset(
    {ContradictionKind.NO_CONTRACT, ContradictionKind.NO_ASSIGNMENT, ContradictionKind.NO_MEMBERSHIP}
)
# What is wrong with the days, and what settles it.
SENTENCES = {
    ContradictionKind.NO_CONTRACT: (
        "sans contrat de travail",
        "prolongez le contrat dans l’administration, ou faites corriger les heures.",
    ),
    ContradictionKind.NO_ASSIGNMENT: (
        "hors de la mise à disposition",
        "prolongez-la dans l’administration, ou faites corriger les heures.",
    ),
    ContradictionKind.NO_MEMBERSHIP: (
        "sur des jours où la structure n’est pas adhérente",
        "corrigez l’adhésion dans l’administration, ou faites corriger les heures.",
    ),
    ContradictionKind.ABSENT: (
        "sur des jours où une absence est notée",
        "changez l’absence sur le planning, ou faites corriger les heures.",
    ),
    ContradictionKind.TO_COME: (
        "sur des jours à venir",
        "ces heures s’approuvent une fois ces jours venus.",
    ),
}


@dataclass(frozen=True)
class Contradiction:
    """Days of one timesheet whose hours contradict one kind of fact."""

    kind: ContradictionKind
    timesheet_id: int
    minutes_by_day: Mapping[date, int]

    @property
    def first(self) -> date:
        return min(self.minutes_by_day)

    @property
    def minutes(self) -> int:
        return sum(self.minutes_by_day.values())

    @property
    def days_named(self) -> str:
        """ "lundi 30 novembre", "lundi 2 et mardi 3 novembre"; beyond three, how many more."""
        return enumeration([spell_day(day) for day in sorted(self.minutes_by_day)], at_most=DAYS_NAMED)

    @property
    def title(self) -> str:
        """ "7 h hors de la mise à disposition" """
        return f"{spell_duration(self.minutes)} {SENTENCES[self.kind][0]}"

    @property
    def message(self) -> str:
        """What is wrong and what to do, as a sentence."""
        return f"{self.title} ({self.days_named})\u00a0: {SENTENCES[self.kind][1]}"


class NotOverYet(Refusal):
    """Hours are handed over before the last day that is planned or filled: asked, once, whether it is meant."""


def contradictions(sheets: Collection[int], *, on: date) -> dict[int, list[Contradiction]]:
    """What contradicts the hours of ``sheets`` (ids) on the day ``on``, by timesheet. One query.

    Absence that is entered as hours contradicts no absence that is noted; nor do public holidays.
    """
    if not sheets:
        return {}
    found: dict[tuple[int, ContradictionKind], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES_AGAINST, {"sheets": list(sheets), "on": on, "no_work": list(NO_WORK)})
        for sheet, day, minutes, *flags in cursor.fetchall():
            for kind, holds in zip(ContradictionKind, flags, strict=True):
                if holds:
                    found[sheet, kind][day] += minutes
    against: dict[int, list[Contradiction]] = {}
    for (sheet, kind), days in sorted(
        found.items(), key=lambda each: list(ContradictionKind).index(each[0][1])
    ):
        against.setdefault(sheet, []).append(Contradiction(kind, sheet, dict(days)))
    return against


# Timesheets with whether their month has a day without contract, assignment or membership, or an absence; then the
# entries that contradict something, a column for each kind in its order. Only doubtful timesheets are read day by day:
# they are few. As text: to put the same question together from expressions took longer than to answer it.
ENTRIES_AGAINST = """
WITH sheets AS MATERIALIZED (
    SELECT sheet.id, sheet.employee_id, sheet.assignment_id, placed.member_id, NOT EXISTS (
        SELECT FROM employees_contract held WHERE held.employee_id = sheet.employee_id
        AND held.starts_on <= sheet.month AND (held.ends_before >= next OR held.ends_before IS NULL)
    ) OR sheet.assignment_id IS NOT NULL AND (NOT (
        placed.starts_on <= sheet.month AND (placed.ends_before >= next OR placed.ends_before IS NULL)
    ) OR NOT EXISTS (
        SELECT FROM members_membership held WHERE held.member_id = placed.member_id
        AND held.starts_on <= sheet.month AND (held.ends_before >= next OR held.ends_before IS NULL)
    )) OR EXISTS (
        SELECT FROM employees_absence away WHERE away.employee_id = sheet.employee_id
        AND away.starts_on < next AND away.ends_before > sheet.month
    ) AS is_doubtful
    FROM timesheets_timesheet sheet LEFT JOIN employees_assignment placed ON placed.id = sheet.assignment_id,
    LATERAL (SELECT (sheet.month + interval '1 month')::date AS next) AS after
    WHERE sheet.id = ANY(%(sheets)s)
)
SELECT sheets.id, entry.day, entry.minutes, against.*
FROM sheets JOIN timesheets_entry entry ON entry.timesheet_id = sheets.id AND (entry.day > %(on)s OR is_doubtful),
LATERAL (SELECT NOT EXISTS (
    SELECT FROM employees_contract held WHERE held.employee_id = sheets.employee_id
    AND held.starts_on <= entry.day AND (held.ends_before > entry.day OR held.ends_before IS NULL)
) AS no_contract, assignment_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM employees_assignment held WHERE held.id = sheets.assignment_id
    AND held.starts_on <= entry.day AND (held.ends_before > entry.day OR held.ends_before IS NULL)
) AS no_assignment, assignment_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM members_membership held WHERE held.member_id = sheets.member_id
    AND held.starts_on <= entry.day AND (held.ends_before > entry.day OR held.ends_before IS NULL)
) AS no_membership, entry.kind <> ALL(%(no_work)s) AND EXISTS (
    SELECT FROM employees_absence away WHERE away.employee_id = sheets.employee_id
    AND away.starts_on <= entry.day AND (away.ends_before > entry.day OR away.ends_before IS NULL)
) AS is_away, entry.day > %(on)s AS to_come) AS against
WHERE no_contract OR no_assignment OR no_membership OR is_away OR to_come
ORDER BY sheets.id, entry.day, entry.id
"""


def refuse_before_last_day(timesheet: Timesheet, on: date) -> None:
    """Raise NotOverYet when a day after ``on`` is filled, or planned and no absence is known.

    Who is away until the end of the month has no planned day left, and is not asked.
    """
    if on >= timesheet.month.last:
        return
    days = set(timesheet.entries.filter(day__gt=on).values_list("day", flat=True))
    if timesheet.assignment and not timesheet.supplement:
        planned = planning.plan(timesheet.month, [timesheet.assignment])[timesheet.assignment.pk]
        employee = timesheet.employee_id
        away = planning.absences(timesheet.month.first, timesheet.month.before, [employee]).get(employee, {})
        days |= {day for day in planned if day > on and day not in away}
    if days:
        where = f"chez {timesheet.assignment.member}" if timesheet.assignment else "au groupement"
        raise NotOverYet(
            f"Le dernier jour {where} est le {spell_day(max(days))}, il n’est pas passé. Soumettez ce jour-là, ou "
            "confirmez que vous soumettez avant.",
            field="is_early",
        )
