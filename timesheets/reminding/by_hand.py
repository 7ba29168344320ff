"""The coordination reminds somebody by hand: who has to act next on some timesheets, once a day for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from members import mailing
from members.access import coordinates
from members.models import Group, Mail, MailFrequency, User
from members.roles import Role, only
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.reminding import mail, morning
from timesheets.reminding.mail import Letter

# What one key can name (160 characters); nobody is reminded of more at once.
MOST_AT_ONCE = 12


class NobodyToRemind(Refusal):
    """Nobody has to act, or nobody who has to can be written to now."""


class NotInCharge(Refusal):
    """Only the coordination reminds people."""


@transaction.atomic
def remind(sheets: Sequence[Timesheet], *, by: User, at: datetime) -> list[User]:
    """Write to who has to act next on ``sheets``: the person for a draft, the member’s staff once it is submitted.

    One message a person, at most one a day for each timesheet; away or past working life, nobody is disturbed. Returns
    who was written to. Raises NotInCharge, and NobodyToRemind with the reason.
    """
    if not coordinates(by):
        raise NotInCharge(only(Role.COORDINATOR, "relance les personnes"))
    duty, group = mail.read(timezone.localdate(at)), Group.objects.get()
    wanted: dict[tuple[User, bool], list[Timesheet]] = defaultdict(list)
    obstacles: dict[str, None] = {}
    for sheet in sheets:
        for user in _recipients(sheet, duty, by, obstacles):
            wanted[user, sheet.employee.user_id == user.pk].append(sheet)
    told = _told_today([user for user, _ in wanted], duty.on)
    written: list[User] = []
    for (user, _), waiting in wanted.items():
        fresh = [sheet for sheet in waiting if sheet.pk not in told.get(user.pk, ())][:MOST_AT_ONCE]
        if why := _why_not(user, fresh):
            obstacles[why] = None
        elif _letter(user, fresh, group, duty.on, by).write(at):
            written.append(user)
    if not written:
        first, *others = obstacles or {"Ces relevés n’attendent personne d’autre que la coordination.": None}
        raise NobodyToRemind(first, errors=others)
    mailing.enqueue()
    return written


def _recipients(sheet: Timesheet, duty: mail.Duty, by: User, obstacles: dict[str, None]) -> list[User]:
    """Who has to act on ``sheet``; why nobody can is added to ``obstacles``."""
    if sheet.status not in (TimesheetStatus.DRAFT, TimesheetStatus.SUBMITTED):
        obstacles[f"Ces heures n’attendent que la coordination\u00a0: {sheet.state_label.lower()}."] = None
        return []
    is_draft = sheet.status == TimesheetStatus.DRAFT
    if is_draft and duty.author(sheet) and duty.is_away(sheet):
        obstacles[f"{sheet.employee} est en absence aujourd’hui\u00a0: relancez à son retour."] = None
        return []
    found = [user for user in duty.next_to_act(sheet) if user != by]
    if not found:
        obstacles[_nobody(sheet, is_draft)] = None
    return found


def _nobody(sheet: Timesheet, is_draft: bool) -> str:
    if sheet.assignment is None and not is_draft:
        return "Ces heures n’attendent que la coordination\u00a0: elles sont au groupement."
    if sheet.assignment is None or is_draft:
        return (
            f"{sheet.employee} n’a pas de compte ouvert ou n’est plus en contrat\u00a0: "
            "saisissez les heures pour cette personne."
        )
    return f"Personne chez {sheet.assignment.member} ne peut viser ces heures\u00a0: donnez un siège à quelqu’un."


def _why_not(user: User, sheets: Sequence[Timesheet]) -> str:
    """Why ``user`` is not written to about ``sheets``, which they were not reminded of today; empty when they are."""
    if not sheets:
        return f"Une relance est déjà partie aujourd’hui à {user}."
    if user.mail_frequency == MailFrequency.NEVER:
        return f"{user} ne veut pas de messages\u00a0: appelez plutôt."
    if not mailing.is_reachable(user):
        return f"L’adresse {of(str(user))} refuse nos messages\u00a0: vérifiez-la."
    return ""


def _told_today(users: Sequence[User], on: date) -> dict[int, set[int]]:
    """The timesheets of which each of ``users`` was reminded by hand on that day, read back from the keys."""
    rows = Mail.objects.filter(to__in=users, key__startswith=f"nudge:{on}:").values_list("to", "key")
    told: dict[int, set[int]] = defaultdict(set)
    for user, key in rows:
        told[user].update(map(int, key.rsplit(":", 1)[1].split(".")))
    return told


def reminded_on(day: date) -> frozenset[int]:
    """The timesheets of which somebody was reminded by hand on ``day``; one query."""
    keys = Mail.objects.filter(key__startswith=f"nudge:{day}:").values_list("key", flat=True)
    return frozenset(int(pk) for key in keys for pk in key.rsplit(":", 1)[1].split("."))


def _letter(user: User, sheets: list[Timesheet], group: Group, on: date, by: User) -> Letter:
    named = ".".join(str(sheet.pk) for sheet in sheets)
    key = f"nudge:{on}:{user.pk}:{named}"
    if all(sheet.employee.user_id == user.pk for sheet in sheets):
        return morning.letter(user, sheets, key=key, asked_by=by.name)
    return morning.visa_letter(user, sheets, group, on=on, key=key, asked_by=by.name)
