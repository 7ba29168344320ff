"""What employees are told in the morning: the hours they have not handed over, or have to correct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q

from groupement.periods import Month
from members import mailing
from members.models import MailKind, User
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview import ORDER
from timesheets.reminding.letters import Letter, counted, place
from timesheets.reminding.mornings import last_working_day
from timesheets.reminding.people import Duty

WORDS = {
    TimesheetStatus.DRAFT: "à soumettre",
    "contested": "contesté par l’adhérent, à corriger ou à expliquer",
    "returned": "renvoyé par la coordination, à corriger",
}


def overdue(duty: Duty, zone: str) -> list[Timesheet]:
    """Drafts that should have been handed over: of past months, of this one at its end, or sent back. One query."""
    present = Month.of(duty.on)
    ended = Q(month__lt=present)
    if duty.on >= last_working_day(present.last, zone):
        ended |= Q(month=present)
    sent_back = Q(contested_at__isnull=False) | Q(returned_at__isnull=False)
    drafts = Timesheet.objects.filter(ended | sent_back, status=TimesheetStatus.DRAFT)
    rows = drafts.select_related("employee__user", "assignment__member").order_by("month", *ORDER)
    return list(rows)


def letters(drafts: Iterable[Timesheet], duty: Duty) -> Iterator[Letter]:
    """One to each person who enters some of ``drafts`` and is there today."""
    found: dict[User, list[Timesheet]] = defaultdict(list)
    for sheet in drafts:
        author = duty.author(sheet)
        if author and not duty.is_away(sheet):
            found[author].append(sheet)
    for user, sheets in found.items():
        yield letter(user, sheets, key=f"hours-reminder:{user.pk}:{duty.on}")


def letter(user: User, sheets: Sequence[Timesheet], *, key: str, asked_by: str = "") -> Letter:
    """To ``user`` about their drafts, in the order of the months; ``asked_by`` names who reminds them, if somebody."""
    first = min(sheet.month for sheet in sheets)
    context = {
        "asked_by": asked_by,
        "is_to_submit": any(sheet.state == TimesheetStatus.DRAFT for sheet in sheets),
        "lines": [f"{place(sheet)}, {sheet.month.label}\u00a0: {WORDS[sheet.state]}" for sheet in sheets],
        "url": mailing.address("timesheets:my_month", first),
    }
    return Letter(user, MailKind.HOURS_REMINDER, key, _subject(sheets, first), "hours", context)


def _subject(sheets: Sequence[Timesheet], first: Month) -> str:
    if all(sheet.state != TimesheetStatus.DRAFT for sheet in sheets):
        return f"{counted(len(sheets), 'relevé', 'relevés')} d’heures à corriger"
    if any(sheet.month != first for sheet in sheets):
        return f"{counted(len(sheets), 'relevé', 'relevés')} d’heures à soumettre"
    return f"Vos heures {first.of_label} restent à soumettre"
