"""The reminder of Monday: one message to whoever has duties that are late or due within two weeks."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from groupement.secretariat import reading
from groupement.secretariat.reading import Shown
from members import duties, mailing
from members.access import current_seats, with_deputies
from members.models import DutyRole, DutyTopic, Group, MailFrequency, MailKind, Seat, User
from members.writers import reachable
from timesheets.answer_delay import is_due
from timesheets.reminding.recipients import is_working_morning

log = logging.getLogger(__name__)

SOON = timedelta(days=14)


def send_reminders(at: datetime) -> int:
    """Write the reminders of the week of ``at``, on the morning of its first working day; how many.

    One a person and week: a second run writes to nobody again. Who wants no messages gets none.
    """
    group = Group.objects.order_by("pk").first()
    if group is None or not _is_first_morning(at, group.holiday_zone):
        return 0
    on, count = timezone.localdate(at), 0
    first, before = on, on + SOON + timedelta(days=1)
    gathered = reading.gather(group, first=first, before=before, on=on)
    for user in _readers():
        seats = list(current_seats(user).select_related("member", "user"))
        rows = [row for row in reading.shown_to(user, seats, gathered) if _awaits(row, user, seats)]
        if rows:
            count += _write(user, rows, at)
    if count:
        mailing.enqueue()
    log.info("%s reminders of duties written", count)
    return count


def _is_first_morning(at: datetime, zone: str) -> bool:
    return is_working_morning(at, zone) and is_due(MailFrequency.WEEKLY, timezone.localdate(at), zone)


def _readers() -> Iterator[User]:
    users = list(with_deputies(User.objects.filter(is_active=True)).order_by("pk"))
    within_reach = reachable(users)
    return (user for user in users if user.pk in within_reach)


def _awaits(row: Shown, user: User, seats: Iterable[Seat]) -> bool:
    """Whether ``row`` is this person's to do: given to them; given to nobody, the work of a role that they hold.

    A visa has its own message (timesheets.reminding).
    """
    if row.is_done or row.due.topic == DutyTopic.HOURS:
        return False
    if row.owner is not None:
        return row.owner.pk == user.pk
    is_theirs = {
        DutyRole.COORDINATOR: user.is_coordinator or bool(user.coordinators_deputised),
        DutyRole.FINANCE: user.is_finance,
        DutyRole.MEMBER: False,
    }
    return is_theirs[row.due.role] or duties.is_addressed(user, row.due, seats)


def _write(user: User, rows: list[Shown], at: datetime) -> bool:
    late = [_line(row, user) for row in rows if row.is_late]
    soon = [_line(row, user) for row in rows if not row.is_late]
    subject = "Échéances en retard" if late else "Échéances des deux semaines qui viennent"
    facts = {"late": late, "soon": soon, "url": mailing.address("secretariat:duties")}
    try:
        return (
            mailing.write(
                user,
                kind=MailKind.DUTIES,
                subject=subject,
                template="duties",
                context=facts,
                at=at,
                day=timezone.localdate(at),
            )
            is not None
        )
    except Exception:  # a message that cannot be written holds up no other
        log.exception("reminder of duties not written: user %s", user.pk)
        return False


def _line(row: Shown, user: User) -> dict[str, object]:
    return {"due_on": row.due.due_on, "title": row.title_outside(user)}
