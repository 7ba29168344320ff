"""The morning’s messages: each person learns once what waits for them, at the rhythm they chose."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from members import mailing
from members.models import Group
from timesheets.reminding import decisions, hours, people, visas
from timesheets.reminding.letters import Letter
from timesheets.reminding.mornings import is_due, is_time

log = logging.getLogger(__name__)


def write_morning(at: datetime) -> int:
    """Write what people are to be told on the morning of ``at``; how many messages.

    Nothing outside working mornings, and nothing twice: run again, it only adds what is new to somebody who has had
    no such message today. One that cannot be written holds up no other.
    """
    group = Group.objects.order_by("pk").first()
    if group is None or not is_time(at, group.holiday_zone):
        return 0
    count = 0
    for letter in _letters(at, group):
        if is_due(letter.to.mail_frequency, timezone.localdate(at), group.holiday_zone):
            try:
                count += letter.write(at) is not None
            except Exception:
                log.exception("reminder not written: user %s", letter.to.pk)
    if count:
        mailing.enqueue()
    log.info("%s reminders written", count)
    return count


def _letters(at: datetime, group: Group) -> Iterator[Letter]:
    """Everything that could be said this morning, whoever wants to hear it; in a constant number of queries."""
    duty = people.read(timezone.localdate(at))
    drafts = hours.overdue(duty, group.holiday_zone)
    yield from hours.letters(drafts, duty)
    yield from visas.letters([*visas.submitted(), *drafts], duty, group)
    yield from decisions.letters(decisions.pending(), decisions.watched(duty.on), duty)
