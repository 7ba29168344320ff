"""Lock a period of a funding line: what it pays for is copied with a digest, and its tags change no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.funding.reckoning import HourRow, Reckoning, SpentRow, reckon
from billing.models import FundingLine, FundingReport
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE
from groupement.periods import Month
from members.models import Group, User
from timesheets.models import Entry, TimesheetStatus


class NotLockable(Refusal):
    """The period cannot be locked, or not yet."""


@transaction.atomic
def lock(line: FundingLine, *, first: Month, last: Month, by: User, at: datetime) -> FundingReport:
    """Copy what ``line`` pays for in the months ``first`` to ``last``; PostgreSQL refuses their tags from then on.

    Raises NotLockable for months that are not over, outside the line or locked already, for a period without a tag,
    and, person by person, where hours wait for approval or a cost for its import: an hour's cost would still change.
    """
    held = FundingLine.objects.select_for_update().get(pk=line.pk)
    _refuse_period(held, first, last, at)
    whole = reckon([held])[held.pk]
    rows = [row for row in whole.hours if first <= row.month <= last]
    spent = [row for row in whole.spent if first <= row.month <= last]
    if not rows and not spent:
        raise NotLockable("Rien n’est affecté à cette ligne sur ces mois\u00a0: il n’y a rien à verrouiller.")
    if faults := _faults(rows):
        raise NotLockable("Rien n’est verrouillé. À régler d’abord\u00a0:", errors=faults)
    content = _content(held, first, last, Reckoning(rows, spent), by, at)
    return FundingReport.objects.create(
        line=held,
        first_month=first,
        last_month=last,
        content=content,
        digest=digest_of(content),
        locked_by=by,
        locked_at=at,
    )


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of ``content`` as JSON with sorted keys and no blanks: anybody can compute it again."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_period(line: FundingLine, first: Month, last: Month, at: datetime) -> None:
    if last < first:
        raise NotLockable("Le dernier mois vient avant le premier. Inversez-les.", field="last")
    if last.before > timezone.localdate(at):
        raise NotLockable(
            f"{last.label.capitalize()} n’est pas terminé. Verrouillez jusqu’à {last.previous.label}, ou attendez.",
            field="last",
        )
    if first < Month.of(line.starts_on) or (line.last_day and last > Month.of(line.last_day)):
        raise NotLockable(f"{line.code} ne couvre pas tous ces mois. Vérifiez la période.", field="first")
    there = line.reports.filter(first_month__lte=last, last_month__gte=first).order_by("first_month").first()
    if there is not None:
        raise NotLockable(
            f"Un état verrouillé couvre déjà {_period(there.first_month, there.last_month)}. Choisissez d’autres mois.",
            field="first",
        )


def _faults(rows: list[HourRow]) -> list[str]:
    """What would still change the cost of an hour, a sentence for each person's month; one query."""
    months = {(row.employee, row.month): row for row in rows}
    waiting = set(
        Entry.objects.filter(
            timesheet__employee__in={employee for employee, _ in months},
            timesheet__month__in={month for _, month in months},
        )
        .exclude(timesheet__status=TimesheetStatus.APPROVED)
        .values_list("timesheet__employee", "timesheet__month")
    )
    faults = []
    for key, row in months.items():
        name = f"{row.person}, {row.month.label}{NO_BREAK_SPACE}: "
        if row.cost is None:
            faults.append(f"{name}le coût employeur n’est pas importé.")
        if key in waiting:
            faults.append(f"{name}des heures ne sont pas approuvées, le coût horaire changerait.")
    return faults


def _content(
    line: FundingLine, first: Month, last: Month, whole: Reckoning, by: User, at: datetime
) -> dict[str, Any]:
    """All that the files say, as plain JSON."""
    group = Group.objects.get()
    names = "name legal_form street postal_code city siren siret"
    return {
        "group": {name: str(getattr(group, name)) for name in names.split()},
        "line": {
            "code": line.code,
            "label": line.label,
            "funder": line.funder,
            "budget": None if line.budget is None else str(line.budget),
            "starts_on": line.starts_on.isoformat(),
            "last_day": line.last_day.isoformat() if line.last_day else None,
        },
        "first": str(first),
        "last": str(last),
        "period": _period(first, last),
        "hours": [_hours(row) for row in whole.hours],
        "spent": [_spent(row) for row in whole.spent],
        "minutes": whole.minutes,
        "hours_cost": str(whole.hours_cost),
        "spent_total": str(whole.spent_total),
        "total": str(whole.total),
        "locked_by": by.name,
        "locked_at": timezone.localtime(at).isoformat(timespec="minutes"),
    }


def _hours(row: HourRow) -> dict[str, Any]:
    plain = asdict(row)
    del plain["is_locked"]
    return plain | {"month": str(row.month), "cost": str(row.cost), "month_cost": str(row.month_cost)}


def _spent(row: SpentRow) -> dict[str, Any]:
    plain = asdict(row)
    del plain["is_locked"], plain["pk"]
    return plain | {"month": str(row.month), "amount": str(row.amount)}


def _period(first: Month, last: Month) -> str:
    """ "octobre 2026", "octobre 2026 à janvier 2027" """
    return first.label if first == last else f"{first.label} à {last.label}"
