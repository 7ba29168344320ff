"""Which hours somebody wants out, and those of them that they may see, one row an entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django import forms
from django.db.models import Q, QuerySet

from employees.models import Assignment, Employee, HoursEntry
from groupement.periods import Month, MonthFormField
from members.models import Member, User
from timesheets.models import Entry, Timesheet, TimesheetStatus

ROWS_AT_ONCE = 2000


class Line(NamedTuple):
    """All that a row may say of an entry: plain values, for tens of thousands of them."""

    day: date
    kind: str
    minutes: int
    started_at: time | None
    ended_at: time | None
    break_minutes: int
    note: str
    employee: int
    payroll_number: str
    first_name: str
    last_name: str
    member: str | None
    reference: str | None
    status: str
    billed_at: datetime | None
    contested_at: datetime | None
    returned_at: datetime | None
    typist: str | None
    typist_email: str | None


COLUMNS = (
    "day",
    "kind",
    "minutes",
    "started_at",
    "ended_at",
    "break_minutes",
    "note",
    "timesheet__employee",
    "timesheet__employee__payroll_number",
    "timesheet__employee__first_name",
    "timesheet__employee__last_name",
    "timesheet__assignment__member__short_name",
    "timesheet__assignment__reference",
    "timesheet__status",
    "timesheet__billed_at",
    "timesheet__contested_at",
    "timesheet__returned_at",
    "entered_by__name",
    "entered_by__email",
)


@dataclass(frozen=True)
class Wanted:
    """Which hours: months from ``first`` to ``last`` included, of one person, at one member, in one state; or all."""

    first: Month | None = None
    last: Month | None = None
    person: Employee | None = None
    member: Member | None = None
    state: str = ""


class Filter(forms.Form):
    """Which hours to take out; the names are those of the address, so they are French."""

    de = MonthFormField(label="Du mois", required=False)
    a = MonthFormField(label="Au mois", required=False)
    personne = forms.ModelChoiceField(
        Employee.objects.none(), label="Personne", required=False, empty_label="Toutes"
    )
    adherent = forms.ModelChoiceField(
        Member.objects.none(), label="Adhérent", required=False, empty_label="Tous"
    )
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *TimesheetStatus.choices])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        placed = Assignment.objects.visible_to(user).values("member")
        self._choose("personne", Employee.objects.visible_to(user).by_name())
        self._choose("adherent", Member.objects.filter(pk__in=placed).by_name())

    def _choose(self, name: str, rows: QuerySet[Any]) -> None:
        """Nothing to choose from is nothing to ask."""
        field: Any = self.fields[name]
        field.queryset = rows
        found = list(rows)
        if len(found) < 2:
            del self.fields[name]
        else:
            field.choices = [("", field.empty_label), *((each.pk, str(each)) for each in found)]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("de"), self.cleaned_data.get("a")
        if first and last and last < first:
            self.add_error("a", "Le dernier mois vient avant le premier. Inversez-les.")
        return self.cleaned_data

    def wanted(self) -> Wanted:
        """The filters as entries() takes them."""
        data = self.cleaned_data
        return Wanted(
            data.get("de"), data.get("a"), data.get("personne"), data.get("adherent"), data.get("etat", "")
        )


def lines(user: User, wanted: Wanted) -> Iterator[Line]:
    """The entries that ``user`` may see and wants, by person, day and place; one query, never all in memory."""
    found = entries(user, wanted).order_by(
        "timesheet__employee__last_name",
        "timesheet__employee__first_name",
        "timesheet__employee",
        "day",
        "timesheet",
        "kind",
        "pk",
    )
    return map(Line._make, found.values_list(*COLUMNS).iterator(ROWS_AT_ONCE))


def entries(user: User, wanted: Wanted) -> QuerySet[Entry]:
    """Of a member's staff: those at their member, and none that the person is still writing for themselves alone."""
    found = Entry.objects.filter(timesheet__in=Timesheet.objects.visible_to(user))
    if not user.sees_every_member:
        theirs = Q(timesheet__employee__user=user)
        private = Q(
            timesheet__status=TimesheetStatus.DRAFT,
            timesheet__assignment__hours_entry=HoursEntry.EMPLOYEE,
        )
        found = found.filter(theirs | ~private)
    asked: dict[str, Any] = {
        "timesheet__month__gte": wanted.first,
        "timesheet__month__lte": wanted.last,
        "timesheet__employee": wanted.person,
        "timesheet__assignment__member": wanted.member,
        "timesheet__status": wanted.state,
    }
    return found.filter(**{name: value for name, value in asked.items() if value})
