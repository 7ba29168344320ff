"""The locks of employees: one person's assignments, plan and absences, and the calendars that somebody reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib import admin

from employees import absences, assigning, feeds, merging, moving, planning, prolonging, rescheduling
from employees.models import Absence, Assignment, CalendarFeed, ContractMember, EmployeeMerge, Terms
from tests import world
from tests.house.locks.sites import holds
from tests.together import Meeting, meet

MONDAY, TUESDAY, WEDNESDAY = date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)


@holds("employees.feeds.open_feed")
def one_calendar_opened_twice() -> Meeting:
    """The second address works, the first no more."""
    maelle = world.employee()

    def opened() -> tuple[CalendarFeed, str]:
        return feeds.open_feed(maelle.user, employee=maelle, at=world.NOW)

    met = meet(opened, opened)
    met.assert_both_done()
    assert [feeds.find_feed(secret) for _, secret in (met.first, met.second)] == [None, met.second[0]]
    return met


@holds("employees.merging.merge")
def two_records_merged_twice_at_once() -> Meeting:
    """The second finds them merged, and answers the same row of the journal."""
    by, first = world.admin(), world.employee()
    second = world.employee(with_account=False)
    second.contracts.all().delete()
    met = meet(
        *(lambda: merging.merge(second.pk, first.pk, reason="La même", by=by, at=world.NOW) for _ in range(2))
    )
    met.assert_both_done()
    assert met.first == met.second
    assert EmployeeMerge.objects.count() == 1
    return met


@holds("employees.absences._refuse_stranger")
def two_absences_on_the_same_days() -> Meeting:
    """The second is told which days are held."""
    maelle, by = world.employee(), world.coordinator()

    def record(first: date) -> Absence:
        return absences.record(maelle, kind="leave", first=first, last=WEDNESDAY, by=by, at=world.NOW)

    met = meet(lambda: record(MONDAY), lambda: record(TUESDAY))
    met.assert_refused(absences.BadAbsence, "déjà prévue du 07/12/2026 au 09/12/2026")
    assert maelle.absences.count() == 1
    return met


@holds("employees.assigning.set_terms")
def terms_agreed_on_twice_for_one_day() -> Meeting:
    """The second is told, by a sentence."""
    maelle, by = world.employee(), world.coordinator()
    of = world.assignment(maelle, world.member())

    def set_terms() -> Terms:
        return assigning.set_terms(
            of,
            starts_on=date(2027, 1, 1),
            weekly_pattern=[420] * 5 + [0, 0],
            price_method="hourly",
            hourly_price=Decimal("24.00"),
            by=by,
            at=world.NOW,
        )

    met = meet(set_terms, set_terms)
    met.assert_refused(assigning.BadTerms, "Des conditions commencent déjà le 01/01/2027")
    assert of.terms.count() == 2
    return met


@holds("employees.assigning.assign")
def one_person_placed_twice_at_once() -> Meeting:
    """At two members, the references follow each other."""
    maelle, by, hosts = _placeable()

    def assign(rank: int) -> Assignment:
        return assigning.assign(
            maelle, member=hosts[rank], job="comptable", starts_on=MONDAY, by=by, at=world.NOW
        )

    met = meet(lambda: assign(0), lambda: assign(1))
    met.assert_both_done()
    assert [met.first.reference, met.second.reference] == ["MAD-M001-1", "MAD-M001-2"]
    return met


@holds("employees.admin.records.AssignmentAdmin.save_model")
def one_person_placed_twice_at_once_in_the_admin() -> Meeting:
    """The same, through the form of the administration."""
    maelle, _, hosts = _placeable()
    page = admin.site.get_model_admin(Assignment)

    def save(rank: int) -> str:
        placed = Assignment(
            employee=maelle,
            contract=maelle.contracts.get(),
            member=hosts[rank],
            job="comptable",
            starts_on=MONDAY,
        )
        page.save_model(None, placed, None, False)
        return placed.reference

    met = meet(lambda: save(0), lambda: save(1))
    assert [met.first, met.second] == ["MAD-M001-1", "MAD-M001-2"], met
    assert Assignment.objects.count() == 2
    return met


@holds("employees.prolonging.prolong")
def one_assignment_prolonged_to_two_days() -> Meeting:
    """The nearer of the two takes nothing back."""
    world.group()
    placed, by = world.assignment(world.employee(), world.member()), world.coordinator()
    Assignment.objects.update(ends_before=MONDAY)
    met = meet(
        *(
            lambda day=day: prolonging.prolong(placed, through=day, by=by, at=world.NOW).ends_before
            for day in (WEDNESDAY, TUESDAY)
        )
    )
    met.assert_both_done()
    assert Assignment.objects.get().last_day == WEDNESDAY
    return met


@holds("employees.rescheduling.begin")
def one_day_moved_to_two_others() -> Meeting:
    """Seven hours stay seven hours."""
    world.group()
    placed, by = world.assignment(world.employee(), world.member()), world.coordinator()
    met = meet(
        *(
            lambda to=to: moving.move_day(
                Assignment.objects.get(pk=placed.pk), MONDAY, to=to, by=by, at=world.NOW
            )
            for to in (TUESDAY, WEDNESDAY)
        )
    )
    met.assert_refused(rescheduling.NotReschedulable, "Rien n’est prévu le 07/12/2026")
    week = planning.plan_between(MONDAY, date(2026, 12, 14), [placed])[placed.pk]
    assert week == {TUESDAY: 420}
    return met


def _placeable():
    hosts = [world.member("Aloen"), world.member("Sonam")]
    maelle = world.employee(members=hosts)
    assert ContractMember.objects.count() == 2
    return maelle, world.coordinator(), hosts
