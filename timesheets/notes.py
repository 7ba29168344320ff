"""Who reads the free words beside an absence: the person and the coordination; pay needs its kind and its days."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, F, Q, Value, When

from employees.models import Employee
from members.access import holds
from members.models import User
from members.roles import Role
from timesheets.models import ABSENCES, Entry


def reads_notes_of_absences(reader: User, employee: Employee) -> bool:
    """Whether ``reader`` is that person, or coordinates."""
    return employee.user_id == reader.pk or holds(reader, Role.COORDINATOR)


def without_notes_of_absences(entries: Iterable[Entry]) -> None:
    """Empty these notes in memory; the rows stay as they are."""
    for entry in entries:
        if entry.kind in ABSENCES:
            entry.note = ""


def readable_note(reader: User) -> Case:
    """The note of an entry as far as ``reader`` may read it, as an expression of a query."""
    kept_back = Q(kind__in=ABSENCES) & ~Q(timesheet__employee__user=reader)
    if holds(reader, Role.COORDINATOR):
        kept_back = Q(pk=None)
    return Case(When(kept_back, then=Value("")), default=F("note"))
