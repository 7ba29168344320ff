"""What a reader of the planning may see and has chosen: view, days, filters; the choice is in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from employees.calendar.reading import CalendarScope
from employees.calendar.week import Week
from employees.models import Employee
from groupement.kernel.asked import asked_day, asked_key
from groupement.kernel.periods import Month
from members.access import UserRequest, coordinates, current_seats, today
from members.models import Member, User

OWN, PEOPLE, MEMBERS = "moi", "personnes", "adherents"
# Why somebody without a planning is refused.
RESERVED = "Cette page est réservée aux salariés partagés, aux structures et au groupement."


@dataclass(frozen=True)
class Viewer:
    """A reader of the planning: by a group-wide role, by seats at members, as an employee, or several of these."""

    user: User
    employee: Employee | None
    members: list[Member]
    chosen_role: str

    @classmethod
    def of(cls, request: UserRequest) -> Self:
        """Raises PermissionDenied for who has no planning to choose from."""
        user = request.user
        employee = Employee.objects.filter(user=user).first()
        seats = [] if user.sees_every_member else current_seats(user).select_related("member")
        members = list({seat.member_id: seat.member for seat in seats}.values())
        viewer = cls(user, employee, members, request.session.get("role", ""))
        if not viewer.views:
            raise PermissionDenied(RESERVED)
        return viewer

    @property
    def sees_all(self) -> bool:
        return self.user.sees_every_member

    @property
    def decides(self) -> bool:
        """Whether the plan may be changed: by the coordination."""
        return coordinates(self.user)

    @property
    def views(self) -> list[str]:
        """What may be chosen, what the role in use comes for first."""
        found = [PEOPLE, MEMBERS] if self.sees_all else [PEOPLE] if self.members else []
        if self.employee is None:
            return found
        return [OWN, *found] if self.chosen_role == "employee" else [*found, OWN]

    def scope(self, choice: PlanningChoice) -> CalendarScope:
        """What may be read with this choice: one’s own days, everybody’s, or those at the members where one sits."""
        if choice.view == OWN and self.employee is not None:
            return CalendarScope(own=self.employee.pk)
        members = None if self.sees_all else frozenset(member.pk for member in self.members)
        return CalendarScope(members=members, person=choice.person, member=choice.member)


@dataclass(frozen=True)
class PlanningChoice:
    """The days, the view and the filters chosen; ``who`` (employee id) and ``day`` name the day plan that is open.

    ``placed`` (assignment id) and ``moved_to`` propose in it to move the day.
    """

    span: Week | Month
    view: str
    person: int | None = None
    member: int | None = None
    who: int | None = None
    day: date | None = None
    placed: int | None = None
    moved_to: date | None = None

    @classmethod
    def of(cls, request: UserRequest, viewer: Viewer, span: Week | Month | None = None) -> Self:
        """Read the query of ``request``; unreadable values are left out. Raises Http404 for years out of range."""
        asked = request.GET
        span = span or _span(asked.get("pour", ""))
        view = asked.get("vue", "")
        choice = cls(
            span,
            view if view in viewer.views else viewer.views[0],
            asked_key(asked.get("personne")),
            asked_key(asked.get("adherent")),
            asked_key(asked.get("qui")),
            asked_day(asked.get("jour")),
            asked_key(asked.get("mission")),
            asked_day(asked.get("vers")),
        )
        return replace(choice, person=None, member=None) if choice.view == OWN else choice

    @property
    def is_week(self) -> bool:
        return isinstance(self.span, Week)

    @property
    def month(self) -> Month:
        """The month chosen, or the one that holds the Thursday of the week: most of its days."""
        return self.span if isinstance(self.span, Month) else Month.of(self.span.days[3])

    @property
    def week(self) -> Week:
        """The week chosen; of a month the one we are in, else its first."""
        if isinstance(self.span, Week):
            return self.span
        return Week.of(today() if today() in self.span else self.span.first)

    @cached_property
    def query(self) -> str:
        """The choices as a query string, without the day plan that is open."""
        return urlencode(self._choices())

    @property
    def full_query(self) -> str:
        """The same with the days and the open day plan: for forms, whose answer shows the page again."""
        opened = {"qui": self.who, "jour": self.day} if self.who and self.day else {}
        return urlencode({"pour": self.span, **self._choices(), **opened})

    @cached_property
    def url(self) -> str:
        """The address of this choice, with no form open; further choices may be appended after "&"."""
        name = "employees:week" if self.is_week else "employees:month"
        return f"{reverse(name, args=[self.span])}?{self.query}"

    def to(self, **changes: Any) -> Self:
        """The same choice with ``changes``, and no form open."""
        return replace(self, who=None, day=None, placed=None, moved_to=None, **changes)

    def _choices(self) -> dict[str, Any]:
        return {
            "vue": self.view,
            **({"personne": self.person} if self.person else {}),
            **({"adherent": self.member} if self.member else {}),
        }


def _span(text: str) -> Week | Month:
    for kind in (Week, Month):
        try:
            return kind.parse(text)
        except ValueError:
            continue
    return Week.of(today())
