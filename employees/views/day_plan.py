"""The plan of one person on one day, for the coordination: each assignment with its minutes and its forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from employees.models import Assignment, Employee, PlannedDay
from employees.moving import MoveCheck, read_move
from employees.planning import plan_between
from employees.views.choices import PlanningChoice
from employees.views.forms import ClearForm, MoveForm, SetForm

FORMS: dict[str, type[forms.Form]] = {"set": SetForm, "move": MoveForm, "clear": ClearForm}


@dataclass(frozen=True)
class AssignmentDay:
    """One assignment on the day; ``open`` names the form to be read first, ``check`` what moving the day would mean."""

    assignment: Assignment
    minutes: int
    apart: PlannedDay | None
    set: forms.Form
    move: forms.Form
    clear: forms.Form
    open: str
    is_alone: bool
    check: MoveCheck | None = None


@dataclass(frozen=True)
class DayPlan:
    """A person, a day, and the assignments that hold that day."""

    person: Employee
    day: date
    lines: list[AssignmentDay]

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def is_refused(self) -> bool:
        """Whether a form has faults to read first."""
        return any(line.open for line in self.lines)

    @property
    def busy(self) -> list[AssignmentDay]:
        """The places where something is planned or was changed that day."""
        return [line for line in self.lines if line.minutes or line.apart]

    @property
    def idle(self) -> list[AssignmentDay]:
        """The other places of the person, where the day could be planned."""
        return [line for line in self.lines if not line.minutes and not line.apart]


def prefix(assignment: int, name: str) -> str:
    """What the fields of a form are called on a page that has several of it."""
    return f"m{assignment}-{name}"


def read_day_plan(
    choice: PlanningChoice, at: datetime, faulty: tuple[int, str, forms.Form] | None = None
) -> DayPlan | None:
    """The plan of the chosen person and day, with the form that was refused, or the move that is proposed.

    None when nobody is there. Four queries, thirteen more for a move.
    """
    employee, day = choice.who, choice.day
    person = Employee.objects.filter(pk=employee).first() if employee and day else None
    if person is None or day is None:
        return None
    held = list(
        Assignment.objects.on(day)
        .filter(employee=person)
        .select_related("member", "site", "employee")
        .order_by("member__short_name", "pk")
    )
    plans = plan_between(day, day + timedelta(days=1), held)
    apart = {row.assignment_id: row for row in PlannedDay.objects.filter(day=day, assignment__in=held)}
    lines = [
        _assignment_day(
            each, day, plans[each.pk].get(day, 0), apart.get(each.pk), faulty, is_alone=len(held) == 1
        )
        for each in held
    ]
    if choice.moved_to and not faulty:
        lines = [
            _proposed(line, day, choice.moved_to, at) if line.assignment.pk == choice.placed else line
            for line in lines
        ]
    return DayPlan(person, day, lines)


def _proposed(line: AssignmentDay, day: date, to: date, at: datetime) -> AssignmentDay:
    """The line with the form filled in that moves the day, and what would follow."""
    placed = line.assignment
    check = read_move(placed, day, [to], at).to(to)
    people = [placed.employee.full_name] if placed.employee.user_id else []
    concerned = [*people, placed.member.short_name, *(member.short_name for member in check.others)]
    form = MoveForm(prefix=prefix(placed.pk, "move"), initial={"to": to}, check=check, concerned=concerned)
    return replace(line, move=form, open="move", check=check)


def _assignment_day(
    assignment: Assignment,
    day: date,
    minutes: int,
    apart: PlannedDay | None,
    faulty: tuple[int, str, forms.Form] | None,
    *,
    is_alone: bool,
) -> AssignmentDay:
    initial: dict[str, dict[str, Any]] = {
        "set": {"minutes": minutes, "reason": apart.reason if apart else ""},
        "move": {},
        "clear": {"first": day, "last": day},
    }
    made = {
        name: form(prefix=prefix(assignment.pk, name), initial=initial[name]) for name, form in FORMS.items()
    }
    opened = ""
    if faulty and faulty[0] == assignment.pk:
        opened = faulty[1]
        made[opened] = faulty[2]
    return AssignmentDay(
        assignment, minutes, apart, made["set"], made["move"], made["clear"], opened, is_alone
    )
