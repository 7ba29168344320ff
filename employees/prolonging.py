"""Prolonging an assignment by some days, for work that was done there after its end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pghistory
from django.db import transaction

from employees.assigning import NotAssignable, contract_for
from employees.models import Assignment, Employee
from groupement.kernel.lifecycle import still_there
from groupement.kernel.periods import covers, days_between
from groupement.kernel.templatetags.formats import day_fr
from members.access import coordinates
from members.models import User
from members.roles import Role, only


@transaction.atomic
def prolong(assignment: Assignment, *, through: date, by: User, at: datetime) -> Assignment:
    """Let ``assignment`` end after the day ``through``, unless it goes on until then already: twice changes nothing.

    Its contract has to cover those days and name the member, the member to be admitted, and its terms to hold on each:
    NotAssignable says which does not, and for who does not coordinate.
    """
    if not coordinates(by):
        raise NotAssignable(only(Role.COORDINATOR, "prolonge une mise à disposition"))
    employee: Employee = still_there(Employee.objects.select_for_update(), assignment.employee_id)
    fresh: Assignment = Assignment.objects.select_related("member", "site", "contract").get(pk=assignment.pk)
    before, end = fresh.ends_before, through + timedelta(days=1)
    if through < fresh.starts_on:
        raise NotAssignable(
            f"{fresh.reference} commence le {day_fr(fresh.starts_on)}\u00a0: faites corriger les heures d’avant, ou "
            "changez son début dans l’administration."
        )
    if before is None or before >= end:
        return fresh
    contract_for(
        employee,
        member=fresh.member,
        site=fresh.site,
        starts_on=fresh.starts_on,
        ends_before=end,
        assignment=fresh,
    )
    _refuse_without_terms(fresh, before, end)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        fresh.ends_before = end
        fresh.save(update_fields=["ends_before"])
    return fresh


def _refuse_without_terms(assignment: Assignment, first: date, before: date) -> None:
    spans = list(assignment.terms.values_list("starts_on", "ends_before"))
    for day in days_between(first, before):
        if not any(covers(*span, day) for span in spans):
            raise NotAssignable(
                f"Aucune condition de {assignment.reference} ne vaut le {day_fr(day)}\u00a0: enregistrez-les dans "
                "l’administration, puis prolongez."
            )
