"""The days on which somebody may work at all: contract, assignment and membership, and what to do about other days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from employees.models import Contract
from groupement.kernel.periods import covers
from groupement.kernel.templatetags.formats import day_fr
from members.models import Membership
from timesheets.models import Timesheet

T = TypeVar("T", bound=QuerySet[Any, Any])
_SPAN = JSONObject(first="starts_on", before="ends_before")
BY_OTHERS = (
    " S’il a bien été travaillé, demandez à la coordination\u00a0: elle fait prolonger, ou note ces heures."
)
BY_COORDINATION = (
    " Faites prolonger, ou écrivez un motif dans la note de ce jour, sur la page du jour\u00a0: ces heures sont alors "
    "gardées, et ne s’approuvent qu’une fois prolongé."
)


def with_agreed_days(sheets: T) -> T:
    """``sheets`` read together with the days of contracts and memberships, which why_outside() asks for otherwise."""
    contracts = Contract.objects.filter(employee=OuterRef("employee"))
    memberships = Membership.objects.filter(member=OuterRef("assignment__member"), starts_on__isnull=False)
    return sheets.annotate(
        contract_days=ArraySubquery(contracts.order_by("starts_on").values(span=_SPAN)),
        membership_days=ArraySubquery(memberships.order_by("starts_on").values(span=_SPAN)),
    )


def why_outside(sheet: Timesheet, day: date) -> str:
    """Why nobody works there on ``day``, as the end of a sentence; empty when all three hold."""
    placed = sheet.assignment
    if placed and not placed.covers(day):
        if day < placed.starts_on:
            return f"la mise à disposition chez {placed.member} commence le {day_fr(placed.starts_on)}."
        return f"la mise à disposition chez {placed.member} s’arrête le {day_fr(placed.last_day)}."
    if not hasattr(sheet, "contract_days"):
        _attach(sheet)
    if not _holds(sheet.__dict__["contract_days"], day):
        return "il n’y a pas de contrat de travail ce jour-là."
    if placed and not _holds(sheet.__dict__["membership_days"], day):
        return f"{placed.member} n’est pas adhérent ce jour-là."
    return ""


def what_to_do(*, is_coordination: bool) -> str:
    """The cure of hours outside, for who asked."""
    return f" Videz cette case.{BY_COORDINATION if is_coordination else BY_OTHERS}"


def _attach(sheet: Timesheet) -> None:
    """Read the days of one timesheet, which may not exist yet."""
    contracts = Contract.objects.filter(employee=sheet.employee_id)
    host = sheet.assignment.member_id if sheet.assignment else None
    memberships = Membership.objects.filter(member=host, starts_on__isnull=False)
    for name, rows in (("contract_days", contracts), ("membership_days", memberships)):
        sheet.__dict__[name] = list(rows.values_list(_SPAN, flat=True))


def _holds(spans: Iterable[Mapping[str, str | None]], day: date) -> bool:
    return any(covers(date.fromisoformat(span["first"] or ""), _day(span["before"]), day) for span in spans)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
