"""The days on which somebody may work at all: contract, assignment and membership, and what to do about other days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
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
# The first day and the day after the last, as ISO 8601 texts; without end None.
AgreedSpan = Mapping[str, "str | None"]
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
        hosts = [sheet.assignment.member_id] if sheet.assignment else []
        read_agreed_days([sheet.employee_id], hosts).attach(sheet)
    if not _holds(sheet.__dict__["contract_days"], day):
        return "il n’y a pas de contrat de travail ce jour-là."
    if placed and not _holds(sheet.__dict__["membership_days"], day):
        return f"{placed.member} n’est pas adhérent ce jour-là."
    return ""


def what_to_do(*, is_coordination: bool) -> str:
    """The cure of hours outside, for who asked."""
    return f" Videz cette case.{BY_COORDINATION if is_coordination else BY_OTHERS}"


@dataclass(frozen=True)
class AgreedDays:
    """The days of contracts by employee and of memberships by member, for timesheets that do not exist yet."""

    contracts: Mapping[int, list[AgreedSpan]]
    memberships: Mapping[int, list[AgreedSpan]]

    def attach(self, sheet: Timesheet) -> None:
        """Let why_outside() find them with ``sheet``."""
        host = sheet.assignment.member_id if sheet.assignment else 0
        sheet.__dict__["contract_days"] = self.contracts.get(sheet.employee_id, [])
        sheet.__dict__["membership_days"] = self.memberships.get(host, [])


def read_agreed_days(employees: Collection[int], members: Collection[int]) -> AgreedDays:
    """Those of the ``employees`` and ``members`` (ids), in two queries, however many they are."""
    contracts = Contract.objects.filter(employee__in=employees).order_by("employee", "starts_on")
    memberships = Membership.objects.filter(member__in=members, starts_on__isnull=False)
    return AgreedDays(
        _by_first(contracts.values_list("employee", _SPAN)),
        _by_first(memberships.order_by("member", "starts_on").values_list("member", _SPAN)),
    )


def _by_first(rows: Iterable[tuple[int, AgreedSpan]]) -> dict[int, list[AgreedSpan]]:
    found: dict[int, list[AgreedSpan]] = {}
    for key, span in rows:
        found.setdefault(key, []).append(span)
    return found


def _holds(spans: Iterable[AgreedSpan], day: date) -> bool:
    return any(covers(date.fromisoformat(span["first"] or ""), _day(span["before"]), day) for span in spans)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
