"""Who leaves with hours still to hand in: the person and the coordination are told before the last day and after it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from employees.models import Contract
from groupement.kernel.french import counted, of
from groupement.kernel.templatetags.formats import day as spell_day
from members import mailing, notifying
from members.models import NoticeKind
from timesheets.locking import may_enter
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.reminding.recipients import DutyRoster, read_duty_roster
from timesheets.reminding.wording import place_name

# Days before the last one, and after it: long enough to hand in, soon enough for the last payslip.
BEFORE, AFTER = timedelta(days=7), timedelta(days=2)
# What is older was told, or is older than the product.
LONGEST_AFTER = timedelta(days=31)
ONE_DAY = timedelta(days=1)


@transaction.atomic
def queue_leavers(*, at: datetime) -> int:
    """Queue the notices about people whose contract ends within a week, or ended some days ago; how many contracts.

    Only with hours up to the last day that are not handed in. Nobody hears twice of the same end.
    """
    roster = read_duty_roster(timezone.localdate(at))
    leaving = [each for each in _ending(roster.on) if _is_due(_last_day(each), roster.on)]
    drafts: dict[int, list[Timesheet]] = defaultdict(list)
    rows = Timesheet.objects.filter(
        status=TimesheetStatus.DRAFT, employee__in=[contract.employee_id for contract in leaving]
    )
    for sheet in rows.select_related("assignment__member").order_by("month", "pk"):
        drafts[sheet.employee_id].append(sheet)
    found = {
        contract: [
            sheet for sheet in drafts[contract.employee_id] if sheet.month.first <= _last_day(contract)
        ]
        for contract in leaving
    }
    late = {contract: sheets for contract, sheets in found.items() if sheets}
    for contract, sheets in late.items():
        _queue(contract, sheets, roster, at)
    return len(late)


def _ending(on: date) -> QuerySet[Contract]:
    """Contracts that end about that day, of people whom no later one keeps here."""
    later = Contract.objects.filter(employee=OuterRef("employee"), starts_on__gt=OuterRef("starts_on"))
    around = {"ends_before__gt": on - LONGEST_AFTER, "ends_before__lte": on + BEFORE + ONE_DAY}
    rows = Contract.objects.filter(~Exists(later), **around)
    return rows.select_related("employee__user").order_by("ends_before", "pk")


def _is_due(last_day: date, on: date) -> bool:
    return on <= last_day or on >= last_day + AFTER


def _last_day(contract: Contract) -> date:
    return contract.last_day or date.max


def _queue(contract: Contract, sheets: list[Timesheet], roster: DutyRoster, at: datetime) -> None:
    person, last_day = contract.employee, _last_day(contract)
    is_over = last_day < roster.on
    topic = f"contract {contract.pk} {last_day} {'after' if is_over else 'before'}"
    ends = f"{'a pris' if is_over else 'prend'} fin le {spell_day(last_day)}"
    facts: dict[str, Any] = {"kind": NoticeKind.LEAVER, "topic": topic, "at": at}
    lines = [f"{place_name(sheet)}, {sheet.month.label}" for sheet in sheets]
    first = sheets[0].month
    own = (
        [sheet for sheet in sheets if may_enter(person.user, person, sheet.assignment)] if person.user else []
    )
    if person.user and own:
        todo = (
            f"{_to_hand_in(own)}. Soumettez-les {'dès maintenant' if is_over else 'avant de partir'}\u00a0:"
        )
        notifying.queue(
            [person.user],
            sentence=f"Votre contrat {ends}\u00a0: {todo}",
            lines=[f"{place_name(sheet)}, {sheet.month.label}" for sheet in own],
            url=mailing.address("timesheets:my_month", first),
            **facts,
        )
    notifying.queue(
        roster.deciders(person.user_id),
        sentence=f"Le contrat {of(str(person))} {ends}\u00a0: {_to_hand_in(sheets)}\u00a0:",
        lines=lines,
        url=mailing.address("timesheets:person_month", first, person.pk),
        **facts,
    )


def _to_hand_in(sheets: list[Timesheet]) -> str:
    return f"{counted(len(sheets), 'relevé reste', 'relevés restent')} à soumettre"
