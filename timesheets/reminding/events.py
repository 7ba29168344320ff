"""What does not wait for the morning: hours contested or sent back, and hours confirmed by lapse of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from groupement.kernel.french import counted, quoted
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import spell_clock
from members import mailing
from members.models import Group, MailKind, User
from timesheets import watching
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.reminding import mail as reminding_mail
from timesheets.reminding.mail import Duty, Letter, opening, place


def tell_contested(sheet: Timesheet, *, at: datetime) -> int:
    """Tell who enters the hours which days their member contests, and why; how many were written to.

    Not to somebody who is away: the morning of their return will tell them.
    """
    subject = f"{place(sheet)} conteste des heures {sheet.month.of_label}"
    return _tell(sheet, MailKind.CONTESTED, subject, at=at)


def tell_returned(sheet: Timesheet, *, at: datetime) -> int:
    """The same of hours that the coordination sent back or reopened, with its reason."""
    subject = f"Des heures {sheet.month.of_label} sont à corriger"
    return _tell(sheet, MailKind.RETURNED, subject, at=at)


def tell_confirmed_tacitly(sheets: Iterable[Timesheet], *, at: datetime) -> int:
    """Tell each member’s staff once which of their timesheets were confirmed without their answer; how many read it.

    Time passes at night and on Sundays too: the message then leaves when people are at work again.
    """
    duty, group = reminding_mail.read(timezone.localdate(at)), Group.objects.get()
    found: dict[User, list[Timesheet]] = defaultdict(list)
    for sheet in sheets:
        for user in duty.writers(sheet):
            found[user].append(sheet)
    leaving = opening(at, group.holiday_zone)
    written = [_tacit(user, own).write(leaving) for user, own in found.items()]
    return _enqueue(written)


def _tell(sheet: Timesheet, kind: MailKind, subject: str, *, at: datetime) -> int:
    duty = reminding_mail.read(timezone.localdate(at))
    by_person = duty.author(sheet) is not None
    if by_person and duty.is_away(sheet):
        return 0
    step = sheet.steps.select_related("by").latest("pk")
    remarks = list(step.remarks.order_by("day", "pk"))
    context = {
        "sheet": sheet,
        "place": place(sheet),
        "by_person": by_person,
        # A reason from the coordination is for the person: what it says may not be for the member to read.
        "note": step.note if by_person or kind == MailKind.CONTESTED else "",
        "lines": [
            f"{spell_day(remark.day).capitalize()}\u00a0: {quoted(remark.reason)}"
            + (
                f", l’adhérent compte {spell_clock(remark.expected_minutes)}"
                if remark.expected_minutes is not None
                else ""
            )
            for remark in remarks
            if by_person or kind == MailKind.CONTESTED
        ],
        "url": mailing.address("timesheets:sheet", sheet.pk),
    }
    letters = [
        Letter(user, kind, f"{kind}:{sheet.pk}:{step.pk}:{user.pk}", subject, str(kind), context)
        for user in duty.next_to_act(sheet)
    ]
    return _enqueue([letter.write(at) for letter in letters])


def _tacit(user: User, sheets: list[Timesheet]) -> Letter:
    places = sorted({place(sheet) for sheet in sheets})
    context = {
        "lines": [
            f"{place(sheet)}, {sheet.month.label}\u00a0: {sheet.employee}"
            for sheet in sorted(sheets, key=lambda each: (place(each).casefold(), each.month, each.pk))
        ],
        "url": mailing.address("timesheets:to_confirm"),
    }
    what = counted(len(sheets), "relevé visé")
    first = min(sheets, key=lambda sheet: sheet.pk)
    # A timesheet is confirmed again when it comes back: its confirmation is what this is about.
    key = f"{MailKind.CONFIRMED_TACITLY}:{first.pk}:{first.confirmed_at:%Y%m%d%H%M%S}:{user.pk}"
    subject = f"{what} d’office" + (f" chez {places[0]}" if len(places) == 1 else "")
    return Letter(user, MailKind.CONFIRMED_TACITLY, key, subject, "confirmed_tacitly", context)


def _enqueue(written: Sequence[object]) -> int:
    count = sum(mail is not None for mail in written)
    if count:
        mailing.enqueue()
    return count


@dataclass
class Desk:
    """What waits for one coordinator, or deputy of one, each by its month."""

    to_approve: list[Month] = field(default_factory=list)
    contested: list[Month] = field(default_factory=list)
    findings: list[Month] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Figures in words."""
        if self.to_approve:
            yield counted(len(self.to_approve), "relevé à approuver", "relevés à approuver")
        if self.contested:
            yield f"{counted(len(self.contested), 'relevé contesté')} par un adhérent, à suivre"
        if self.findings:
            yield f"{counted(len(self.findings), 'alerte')} sur le temps de travail, à lire"


def pending() -> list[Timesheet]:
    """What is ready to approve (confirmed, or submitted at the group), and what a member contests. One query."""
    ready = Q(status=TimesheetStatus.CONFIRMED) | Q(status=TimesheetStatus.SUBMITTED, assignment__isnull=True)
    contested = Q(status=TimesheetStatus.DRAFT, contested_at__isnull=False)
    sheets = Timesheet.objects.filter(ready | contested)
    return list(sheets.select_related("employee", "assignment").order_by("month", "pk"))


def watched(on: date) -> list[tuple[int | None, Month]]:
    """Whose working time has something to look at, last month and this one: the account, and the month, of each."""
    present = Month.of(on)
    return [
        (seen.employee.user_id, month)
        for month in (present.previous, present)
        for seen in watching.open_findings(month)
    ]


def letters(
    sheets: Iterable[Timesheet], findings: Iterable[tuple[int | None, Month]], duty: Duty
) -> Iterator[Letter]:
    """One to each person who may decide on some of ``sheets``, or answer some of ``findings``."""
    desks: dict[User, Desk] = defaultdict(Desk)
    for sheet in sheets:
        for user in duty.deciders(sheet.employee.user_id):
            pile = desks[user].contested if sheet.contested_at else desks[user].to_approve
            pile.append(sheet.month)
    for person, month in findings:
        for user in duty.deciders(person):
            desks[user].findings.append(month)
    for user, desk in desks.items():
        yield _letter(user, desk, key=f"approve-digest:{user.pk}:{duty.on}")


def _letter(user: User, desk: Desk, *, key: str) -> Letter:
    lines = list(desk.lines())
    first = min(desk.to_approve + desk.contested or desk.findings)
    context = {"lines": lines, "url": mailing.address("timesheets:month", first)}
    subject = lines[0] if len(lines) == 1 else f"{lines[0]}, et plus"
    return Letter(user, MailKind.APPROVE_DIGEST, key, subject, "decisions", context)
