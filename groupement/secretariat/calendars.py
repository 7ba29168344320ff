"""The duties of somebody as a calendar file (RFC 5545): whole days, what is open, seen as on the page."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.utils import timezone

from employees import feeds
from employees.models import CalendarFeed
from groupement.secretariat import reading
from groupement.secretariat.reading import Shown
from members.access import current_seats, with_deputies
from members.models import Group, User

TITLE = "Échéances"


def write_calendar(feed: CalendarFeed, *, at: datetime) -> bytes:
    """What is open for the owner of ``feed``, from what is late to a year ahead; the same on the same day."""
    on, group = timezone.localdate(at), Group.objects.order_by("pk").first()
    file = feeds.new_file(TITLE)
    first, before = reading.window(on)
    rows: list[Shown] = []
    if group is not None:
        owner = with_deputies(User.objects.filter(pk=feed.user_id)).get()
        seats = current_seats(owner).select_related("member", "user")
        rows = reading.read(owner, seats, group, first=first, before=before, on=on)
    stamp = datetime.combine(on, time(), UTC)
    for row in rows:
        if not row.is_done:
            name = f"echeance-{row.due.key.replace(':', '-')}"
            event = feeds.whole_days(name, _summary(row, feed.user), row.due.due_on, is_free=True)
            event.add("dtstamp", stamp)
            file.add_component(event)
    return bytes(file.to_ical())


def _summary(row: Shown, user: User) -> str:
    title = row.title_outside(user)
    return f"En retard\u00a0: {title}" if row.is_late else title
