"""Duties of employment: what the group tells a person of their paid leave when they come back from sickness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from employees.models import Absence, AbsenceKind, Contract, Employee
from employees.planning import holidays
from groupement.kernel.templatetags.formats import long_date
from members.duties import Audience, Due, months_after
from members.models import DutyRole, DutyTopic

# Sickness and accidents, of work or not: after each of them the person is informed of their leave.
CAUSES = (AbsenceKind.SICKNESS,)
# The duty holds for who comes back from this day on (loi 2024-364 of 22 April 2024, art. 37).
IN_FORCE = date(2024, 4, 24)


@dataclass(frozen=True)
class Away:
    """One absence, however many certificates prolonged it: ``key``: its first row, ``back_on``: the first day after."""

    key: int
    employee: Employee
    back_on: date


def due(first: date, before: date, zone: str) -> list[Due]:
    """Those of [first, before), and those due before, all as if open: acts say which are done. Two queries.

    ``zone``: the public holidays between two absences (members.HolidayZone).
    """
    rows = Absence.objects.filter(kind__in=CAUSES).select_related("employee")
    returns = list(_joined(rows.order_by("employee_id", "starts_on", "pk"), zone))
    held = _contracts({away.employee.pk for away in returns})
    lawful = [
        away
        for away in returns
        if away.back_on >= IN_FORCE and _is_employed(held.get(away.employee.pk, []), away.back_on)
    ]
    found = [_information(away) for away in lawful]
    return [each for each in found if each.falls(first, before)]


def information_due_on(back_on: date) -> date:
    """The last day to tell a person of their leave: one month after they took up work again (C. trav. L3141-19-3)."""
    return months_after(back_on, 1)


def _information(away: Away) -> Due:
    person = away.employee
    return Due(
        key=f"leave_information:{away.key}",
        title=f"Informer {person.full_name} de ses congés payés",
        article="C. trav. L3141-19-3",
        detail=f"Jours acquis et date jusqu’à laquelle les prendre, dans le mois de la reprise du "
        f"{long_date(away.back_on)}",
        due_on=information_due_on(away.back_on),
        topic=DutyTopic.PEOPLE,
        role=DutyRole.COORDINATOR,
        audience=Audience(person=person.user_id),
        wants_proof=True,
        is_private=True,
    )


def _joined(rows: Iterable[Absence], zone: str) -> Iterator[Away]:
    """Absences of one person between which no working day lies are one; the last decides when they come back."""
    for _, absences in groupby(rows, key=lambda row: row.employee_id):
        current: Away | None = None
        for row in absences:
            ends_before = row.ends_before or row.starts_on + timedelta(days=1)
            if current is not None and not _works_between(current.back_on, row.starts_on, zone):
                current = replace(current, back_on=ends_before)
                continue
            if current is not None:
                yield current
            current = Away(row.pk, row.employee, ends_before)
        if current is not None:
            yield current


def _works_between(first: date, before: date, zone: str) -> bool:
    """Whether a day from Monday to Friday that is no public holiday lies in [first, before)."""
    days = (first + timedelta(days=count) for count in range((before - first).days))
    return any(day.weekday() < 5 and day not in holidays(day.year, zone) for day in days)


def _contracts(people: set[int]) -> dict[int, list[Contract]]:
    found: dict[int, list[Contract]] = {}
    for contract in Contract.objects.filter(employee__in=people).order_by("starts_on", "pk"):
        found.setdefault(contract.employee_id, []).append(contract)
    return found


def _is_employed(contracts: Iterable[Contract], day: date) -> bool:
    return any(contract.covers(day) for contract in contracts)
