"""What the coordination answers to a finding: read, with a note."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from employees.models import Employee
from employees.worktime_rules import findings
from groupement.lifecycle import Refusal
from members.access import decides_on
from members.models import User
from timesheets.models import Acknowledgement
from timesheets.watching.reading import read


class NotAcknowledged(Refusal):
    """The person may not answer for these hours, wrote nothing, or the finding is no longer what was read."""


@transaction.atomic
def acknowledge(
    employee: Employee, rule: str, day: date, measured: int, *, note: str, by: User, at: datetime
) -> Acknowledgement:
    """Note that a finding was read, and what follows from it; other figures will be another finding.

    ``measured`` is what the person read: minutes, or days where the rule counts them. The coordinator or a deputy,
    never about themselves. Raises NotAcknowledged.
    """
    if not decides_on(by, employee.user_id):
        raise NotAcknowledged("Seule la coordination répond aux alertes, et jamais aux siennes.")
    if not note.strip():
        raise NotAcknowledged(
            "Écrivez ce que vous en avez fait\u00a0: la note reste avec l’alerte.", field="note"
        )
    # Two people who answer at once: the second one waits, and reads that it was answered.
    Employee.objects.select_for_update().get(pk=employee.pk)
    key = {"employee": employee, "rule": rule, "day": day, "measured": measured}
    answered = Acknowledgement.objects.filter(**key).select_related("by").first()
    if answered:
        raise NotAcknowledged(f"{answered.by} a déjà répondu à cette alerte.")
    watched = read(day, day + timedelta(days=1), [employee.pk]).get(employee.pk)
    if watched is None or (rule, day, measured) not in {each.key for each in findings(watched.calendar)}:
        raise NotAcknowledged("Les heures ont changé\u00a0: cette alerte n’existe plus. Relisez la liste.")
    return Acknowledgement.objects.create(**key, note=note.strip(), by=by, at=at)
