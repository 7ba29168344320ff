"""The year in figures: everybody for the group's own roles, oneself, and a member's own commitment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from employees.models import Employee
from groupement.kernel.pages import page
from members.access import UserRequest, current_seats, for_roles, today
from members.models import Member
from timesheets.balances import person as balances_person
from timesheets.balances import reading as balances_reading
from timesheets.balances import year as balances_year
from timesheets.balances.burn_down import BurnDown, together
from timesheets.balances.charts import BurnDownChart, burn_down_chart
from timesheets.balances.reading import YearRoster
from timesheets.balances.year import AssignmentYear, HourFigures, MemberYear, PersonDetail

# The years one can choose, around the present one.
YEARS_BEFORE, YEARS_AFTER = 2, 1


@dataclass(frozen=True)
class Burned:
    """A burn-down with its drawing; of one assignment, or of several together when there is no ``placement``."""

    burn: BurnDown
    chart: BurnDownChart
    placement: AssignmentYear | None = None

    @property
    def id(self) -> str:
        """The panel's id in its page."""
        return f"assignment-{self.placement.assignment.pk}" if self.placement else "commitment"


@require_safe
@for_roles("coordinator", "finance", "admin")
def everybody(request: UserRequest) -> HttpResponse:
    """All people and all members over a year; ``?personne=`` and ``?adherent=`` show one of them alone."""
    year = _year(request)
    roster = balances_reading.read_roster(year)
    person, member = _chosen(request, "personne", roster.people), _chosen(request, "adherent", roster.members)
    context = {"roster": roster, "person": person, "member": member, "own": [], **_years(year)}
    if person:
        detail = balances_person.person_detail(person, year, on=today())
        return page(request, "timesheets/balances/person.html", context=context | _person(detail, member))
    if member:
        reading = balances_reading.read_member_year(member, year, on=today(), discreetly=False)
        return page(request, "timesheets/balances/member.html", context=context | _member(reading))
    return page(request, "timesheets/balances/everybody.html", context=context | _overall(roster))


@require_safe
@for_roles("employee")
def mine(request: UserRequest) -> HttpResponse:
    """One's own year."""
    year = _year(request)
    own = get_object_or_404(Employee, user=request.user)
    context = (
        _person(balances_person.person_detail(own, year, on=today()), None) | _years(year) | {"roster": None}
    )
    return page(request, "timesheets/balances/person.html", context=context)


@require_safe
@for_roles("member")
def at_member(request: UserRequest) -> HttpResponse:
    """What a member committed to and what it used, at itself only; ``?adherent=`` for who sits at several."""
    year = _year(request)
    seats = list(current_seats(request.user).select_related("member"))
    own = list({seat.member_id: seat.member for seat in seats}.values())
    member = _chosen(request, "adherent", own) or own[0]
    reading = balances_reading.read_member_year(member, year, on=today())
    context = _member(reading) | _years(year) | {"roster": None, "own": own if len(own) > 1 else []}
    context["kept"] = f"adherent={member.pk}&"
    return page(request, "timesheets/balances/member.html", context=context)


def _year(request: UserRequest) -> int:
    """The year that ``?annee=`` names among those one can choose, else the present one."""
    asked = request.GET.get("annee", "")
    years = {str(year): year for year in _choices()}
    return years.get(asked, today().year)


def _choices() -> range:
    present = today().year
    return range(present - YEARS_BEFORE, present + YEARS_AFTER + 1)


def _years(year: int) -> dict[str, Any]:
    return {"year": year, "years": list(_choices()), "is_present": year == today().year}


def _chosen(request: UserRequest, name: str, rows: Iterable[Any]) -> Any:
    """That of ``rows`` whose key the parameter is; None without it; any other key does not exist."""
    asked = request.GET.get(name)
    if not asked:
        return None
    for row in rows:
        if str(row.pk) == asked:
            return row
    raise Http404


def _person(detail: PersonDetail, member: Member | None) -> dict[str, Any]:
    """One person's page; with ``member``, only the assignments there stand in the list of them."""
    shown = [
        each for each in detail.person.placements if member is None or each.assignment.member_id == member.pk
    ]
    burned = [(each, each.burn_down(detail.year, on=detail.on)) for each in shown]
    return {
        "detail": detail,
        "parts": [Burned(burn, burn_down_chart(burn, on=detail.on), each) for each, burn in burned],
    }


def _member(reading: MemberYear) -> dict[str, Any]:
    """One member's page: its commitment as a whole, then by assignment when there are several."""
    on = today()
    return {
        "reading": reading,
        "member": reading.member,
        "whole": Burned(reading.burned, burn_down_chart(reading.burned, on=on)),
        "parts": [Burned(burn, burn_down_chart(burn, on=on), placement) for placement, burn in reading.parts],
    }


def _overall(roster: YearRoster) -> dict[str, Any]:
    """Two tables with their totals: people against their contracts, members against their commitments."""
    people = balances_reading.people_years(roster)
    placements = [placement for person in people for placement in person.placements]
    members = balances_year.member_years(placements, roster.year, on=today())
    return {
        "people": people,
        "total": sum((person.total for person in people), HourFigures()),
        "target": sum(person.target.minutes or 0 for person in people),
        "done": sum(person.done for person in people),
        "away": sum(person.away_total for person in people),
        "to_place": sum(person.to_place or 0 for person in people),
        "members": members,
        "whole": together([each.burned for each in members], roster.year),
    }
