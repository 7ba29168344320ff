"""Notices: acts queue what others should know, and one message a person tells all of it once it has become quiet."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet

from members import linking, mailing
from members.models import Mail, MailFrequency, MailKind, Notice, NoticeKind, SubjectKind, User

log = logging.getLogger(__name__)

# A message leaves when nothing was queued for the person for so long, or when the first has waited as long as that.
QUIET = timedelta(minutes=15)
LONGEST = timedelta(hours=1)


@transaction.atomic
def queue(
    to: Iterable[User],
    *,
    kind: NoticeKind,
    topic: str,
    sentence: str,
    url: str,
    at: datetime,
    lines: Sequence[str] = (),
    note: str = "",
) -> None:
    """Tell each of ``to``, once it is quiet; what waits about the same ``topic`` is replaced, since nobody has read it.

    Whoever calls decides whom it concerns and what each may know: the words are for these people.
    """
    people = {user.pk: user for user in to}
    if not people:
        return
    words = {"sentence": sentence, "lines": list(lines), "note": note, "url": url, "queued_at": at}
    waiting = Notice.objects.filter(to__in=people, kind=kind, topic=topic, settled_at=None)
    waiting.update(**words)
    known = set(waiting.values_list("to", flat=True))
    Notice.objects.bulk_create(
        [Notice(to=user, kind=kind, topic=topic, **words) for pk, user in people.items() if pk not in known],
        ignore_conflicts=True,  # what they heard already, or another worker at the same moment
    )


@transaction.atomic
def retract(
    to: Iterable[User], *, kind: NoticeKind, topic: str, sentence: str, url: str, at: datetime
) -> None:
    """Take back what still waits for them about ``topic``, and queue ``sentence`` for those who may know already."""
    people = list(to)
    about = Notice.objects.filter(to__in=people, kind=kind, topic=topic)
    informed = set(about.filter(settled_at__isnull=False, mail__isnull=False).values_list("to", flat=True))
    unread = set(about.filter(settled_at=None).values_list("to", flat=True))
    about.filter(settled_at=None).delete()
    knowing = [user for user in people if user.pk in informed or user.pk not in unread]
    queue(knowing, kind=kind, topic=topic, sentence=sentence, url=url, at=at)


def tell_quiet(at: datetime) -> int:
    """Write one message to each person for whom nothing new came for a quarter of an hour; how many were written.

    A second run finds nothing. One that cannot be written holds up no other.
    """
    count = 0
    for person in _due(at):
        try:
            count += _tell(person, at)
        except Exception:
            log.exception("notices not sent: user %s", person)
    if count:
        mailing.enqueue()
    return count


def _due(at: datetime) -> QuerySet[Notice, int]:
    waiting = Notice.objects.filter(settled_at=None).values("to")
    spans = waiting.annotate(first=Min("queued_at"), last=Max("queued_at"))
    due = spans.filter(Q(last__lte=at - QUIET) | Q(first__lte=at - LONGEST)).order_by("to")
    people: QuerySet[Notice, int] = due.values_list("to", flat=True)
    return people


@transaction.atomic
def _tell(person: int, at: datetime) -> bool:
    """Tell a person all that waits for them, under the lock of its rows: another worker then finds nothing left."""
    rows = Notice.objects.filter(to=person, settled_at=None).select_related("to").order_by("queued_at", "pk")
    notices = list(rows.select_for_update(of=("self",)))
    if not notices:
        return False
    mail = _write(notices, at)
    settled = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    settled.update(settled_at=at, mail=mail)
    return mail is not None


def _write(notices: Collection[Notice], at: datetime) -> Mail | None:
    """The message that tells ``notices``, all of one person; None when they are not to be written to."""
    to = next(iter(notices)).to
    if to.mail_frequency == MailFrequency.NEVER:
        return None
    linked = [(each, linking.signed(to, each.url)) for each in notices]
    by_kind = {kind: [each for each in linked if each[0].kind == kind] for kind in NoticeKind}
    parts = [(NoticeKind(kind).label, found) for kind, found in by_kind.items() if found]
    first = parts[0][0]
    pages = {notice.url for notice in notices}
    url = mailing.address("home") if len(pages) > 1 else linked[0][1]
    return mailing.write(
        to,
        kind=MailKind.NOTICES,
        subject=first if len(parts) == 1 else f"{first}, et plus",
        template="notices",
        context={"parts": parts, "links": len(pages) > 1, "url": url},
        at=at,
        about=[(SubjectKind.NOTICE, notice.pk) for notice in notices],
    )
