"""The outbox: write a message once, send what waits, try again what did not leave."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import smtplib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.template.loader import render_to_string
from django.urls import reverse

from groupement.kernel import paper
from groupement.kernel.encryption import decrypt
from groupement.kernel.french import NO_BREAK_SPACE
from members.models import Group, Mail, MailKind, MailStatus, MailSubject, SubjectKind, User

log = logging.getLogger(__name__)

TASK = "members.tasks.send_mails"
# How long after a message was written each attempt comes: a server that is down is rarely down for an hour.
ATTEMPTS = (timedelta(), timedelta(minutes=10), timedelta(hours=1))
# A code is waited for on the page that asked for it: tried again within minutes, then as long as it is worth it.
ATTEMPTS_OF_ACCESS = (
    *(timedelta(minutes=minutes) for minutes in (0, 1, 2, 4, 7)),
    *(timedelta(hours=hours) for hours in (1, 6, 24, 48)),
)
# A run ends well before the worker's time limit; the next minute goes on.
MOST_AT_ONCE = 200
UNTRIED = (MailStatus.PENDING, MailStatus.EXPIRED)
REFUSED = "Adresse refusée"
GAP = re.compile(r"\n{3,}")  # what blocks left empty leave in plain text
PERMANENT = 500  # from here on, an answer of the server will not change (RFC 5321, 4.2.1)

# The kind and the number of a row that a message is about.
Subject = tuple[SubjectKind, int]


@dataclass(frozen=True)
class Correspondent:
    """Somebody who has an address and no account here, like the accounts department of a member."""

    email: str
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.email


@dataclass(frozen=True)
class MailFile:
    """A stored file that travels with a message: the name that the reader sees, where it lies, its SHA-256."""

    name: str
    path: str
    sha256: str

    @property
    def columns(self) -> dict[str, str]:
        """As a mail keeps it."""
        return {"file_name": self.name, "file_path": self.path, "file_sha256": self.sha256}


def write(
    to: User | Correspondent,
    *,
    kind: MailKind,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    at: datetime,
    day: date | None = None,
    about: Collection[Subject] = (),
    mentions: Collection[Subject] = (),
    file: MailFile | None = None,
) -> Mail | None:
    """Put a message to ``to`` into the outbox, in two forms: templates/mail/<template>.txt and .html.

    ``day`` is that of a digest. ``about`` names what else it tells of; a digest that does was asked for by hand.
    ``mentions`` names what a digest counts, so that it is known when somebody was first told; it hinders nothing. None
    when this digest of the day, or one of its subjects, was told to this address already, or when nobody reads it: a
    closed account, an address that was refused. Callers ``enqueue`` once they have written.
    A Correspondent has no preferences: the templates get "" for their address. ``file`` is attached when it leaves.
    """
    if _was_sent(to.email, kind, day, about) or not is_reachable(to):
        return None
    subject = " ".join(subject.splitlines())[:200]
    facts = {**context, **_facts(to), "subject": subject}
    try:
        with transaction.atomic():
            mail = Mail.objects.create(
                to=_account(to),
                address=to.email,
                kind=kind,
                day=day,
                is_by_hand=bool(day and about),
                subject=subject,
                text=GAP.sub("\n\n", render_to_string(f"mail/{template}.txt", facts)).strip() + "\n",
                html=render_to_string(f"mail/{template}.html", facts),
                queued_at=at,
                **(file.columns if file else {}),
            )
            MailSubject.objects.bulk_create(
                MailSubject(mail=mail, kind=what, number=number, address=to.email, day=day)
                for what, number in [*about, *mentions]
            )
            return mail
    except IntegrityError:
        return None  # another worker wrote it at the same moment


def _facts(to: User | Correspondent) -> dict[str, Any]:
    """What every message says of its reader and of the group."""
    return {
        "person": to,
        "group": Group.objects.order_by("pk").first(),
        "preferences": address("members:preferences") if isinstance(to, User) else "",
    }


def _was_sent(address: str, kind: MailKind, day: date | None, about: Collection[Subject]) -> bool:
    """Whether the digest of that day, or one of its subjects, was written to this address before."""
    if not about:
        return Mail.objects.filter(address=address, kind=kind, day=day, is_by_hand=False).exists()
    named = reduce(or_, (Q(kind=what, number=number) for what, number in about))
    return MailSubject.objects.filter(named, address=address, day=day).exists()


def is_reachable(to: User | Correspondent) -> bool:
    """Whether the account is open, if it is one, and its address has not refused our last message."""
    account = _account(to)
    if account and not account.is_active:
        return False
    tried = Mail.objects.filter(to=account, address=to.email).exclude(status__in=UNTRIED)
    last = tried.order_by("-queued_at", "-pk").first()
    return not (last and last.status == MailStatus.FAILED and last.error.startswith(REFUSED))


def has_refused(account: str) -> Subquery:
    """In a query: whether the address of ``account`` refused our last message; null where none was tried.

    ``account`` is the path to the user, empty where the row itself is one.
    """
    path = f"{account}__" if account else ""
    tried = Mail.objects.filter(to=OuterRef(account or "pk"), address=OuterRef(f"{path}email"))
    last = tried.exclude(status__in=UNTRIED).order_by("-queued_at", "-pk")
    answer = Q(status=MailStatus.FAILED, error__startswith=REFUSED)
    return Subquery(last.annotate(has_refused=answer).values("has_refused")[:1])


def refused(users: Collection[User]) -> set[int]:
    """The ids of those of ``users`` whose address has refused our last message; one query for all."""
    asked = User.objects.filter(pk__in=[user.pk for user in users]).annotate(has_refused=has_refused(""))
    return set(asked.filter(has_refused=True).order_by().values_list("pk", flat=True))


def _account(to: User | Correspondent) -> User | None:
    return to if isinstance(to, User) else None


def address(name: str, *args: Any) -> str:
    """The whole address of a page, for somebody who is not on the site."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def enqueue() -> None:
    """Wake the worker up once what was written is committed; what gets lost on the way leaves within a minute."""
    transaction.on_commit(lambda: current_app.send_task(TASK), robust=True)


def send_pending(at: datetime) -> int:
    """Send what is due, the oldest first; how many left.

    Two workers share the work: each holds the row that it sends. A message has three attempts, then it is failed
    until ``resend``; one whose address is refused for good has had its last. What opens an account goes first, and
    never after its end.
    """
    end(Mail.objects.filter(expires_at__lte=at))
    if not _due(at).exists():
        return 0
    server = get_connection()
    try:
        server.open()
    except OSError as error:
        log.warning("mail server did not answer: %s", type(error).__name__)
        with transaction.atomic():
            waiting = _due(at).select_for_update(skip_locked=True).order_by("pk")
            _note_failure([mail.pk for mail in waiting], error)
        return 0
    try:
        return _send_all(server, at)
    finally:
        server.close()


@transaction.atomic
def resend(mails: Collection[int], *, at: datetime) -> int:
    """Give the failed ones among these messages three more attempts, from ``at`` on; how many."""
    failed = Mail.objects.filter(_valid(at), pk__in=mails, status=MailStatus.FAILED)
    count = failed.update(status=MailStatus.PENDING, attempts=0, error="", queued_at=at)
    if count:
        enqueue()
    return count


@transaction.atomic
def end(mails: QuerySet[Mail]) -> int:
    """Give up those of ``mails`` that open an account and have not left, and blank their words; how many."""
    waiting = mails.filter(kind=MailKind.ACCESS, status__in=[MailStatus.PENDING, MailStatus.FAILED])
    return waiting.update(status=MailStatus.EXPIRED, encrypted="")


def _due(at: datetime) -> QuerySet[Mail]:
    """What waits for an attempt whose time has come, and may still leave."""
    ready = Q()
    for done, delay in enumerate(ATTEMPTS):
        ready |= ~Q(kind=MailKind.ACCESS) & Q(attempts=done, queued_at__lte=at - delay)
    for done, delay in enumerate(ATTEMPTS_OF_ACCESS):
        ready |= Q(kind=MailKind.ACCESS, attempts=done, queued_at__lte=at - delay)
    return Mail.objects.filter(ready, _valid(at), status=MailStatus.PENDING)


def _valid(at: datetime) -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=at)


def _send_all(server: BaseEmailBackend, at: datetime) -> int:
    sent, count, begun = 0, 0, monotonic()
    for first in (Q(kind=MailKind.ACCESS), ~Q(kind=MailKind.ACCESS)):
        last = 0
        while count < MOST_AT_ONCE:
            now = at + timedelta(seconds=monotonic() - begun)
            mail = _send_next(server, at, after=last, among=first & _valid(now))
            if mail is None:
                break
            last, count = mail.pk, count + 1
            sent += mail.status == MailStatus.SENT
    return sent


@transaction.atomic
def _send_next(server: BaseEmailBackend, at: datetime, *, after: int, among: Q | None = None) -> Mail | None:
    """Send the next message that nobody else has in hand, under the lock of its row.

    None when there is none, or when the server went away: the others then wait for the next minute. Should we die
    between the server's yes and the commit, this one message leaves again, under the same Message-ID.
    """
    rows = _due(at).filter(among or Q(), pk__gt=after).select_related("to").order_by("pk")
    mail = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if mail is None:
        return None
    try:
        if mail.to and not mail.to.is_active:
            _note_failure([mail.pk], "Compte fermé", for_good=True)
            return mail
        _letter(mail, server).send()
    except Exception as error:  # noqa: BLE001 - whatever this message trips over, the next ones still leave
        log.warning("mail %s did not leave: %s", mail.pk, type(error).__name__)
        refusal = _refusal(error)
        _note_failure([mail.pk], refusal or error, for_good=bool(refusal))
        answered = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
        return None if isinstance(error, OSError) and not answered else mail
    mail.status, mail.sent_at, mail.error = MailStatus.SENT, at, ""
    mail.attempts += 1
    mail.encrypted = ""
    mail.save(update_fields=["status", "sent_at", "error", "attempts", "encrypted"])
    return mail


def _refusal(error: Exception) -> str:
    """The server’s answer about an address that it refuses for good; empty when it may accept it later."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return ""
    codes = sorted(code for code, _ in error.recipients.values())
    return f"{REFUSED} ({codes[0]})" if codes and codes[0] >= PERMANENT else ""


def _note_failure(mails: Collection[int], error: Exception | str, *, for_good: bool = False) -> None:
    """Count an attempt that failed, with its error; after the last, or ``for_good``, the message is failed."""
    text = error if isinstance(error, str) else f"{type(error).__name__}{NO_BREAK_SPACE}: {error}"
    of_access = Q(kind=MailKind.ACCESS, attempts__gte=0 if for_good else len(ATTEMPTS_OF_ACCESS) - 1)
    of_others = ~Q(kind=MailKind.ACCESS) & Q(attempts__gte=0 if for_good else len(ATTEMPTS) - 1)
    status = Case(
        When(of_access | of_others, then=Value(MailStatus.FAILED)), default=Value(MailStatus.PENDING)
    )
    Mail.objects.filter(pk__in=mails).update(attempts=F("attempts") + 1, status=status, error=text[:300])


def _letter(mail: Mail, server: BaseEmailBackend) -> EmailMultiAlternatives:
    """The message as it travels: plain text and HTML, and the headers that mark it as written by a program."""
    group = Group.objects.order_by("pk").first()
    # Of what opens an account nothing is told, not by a digest either: its words are no part of the mark.
    mark = hashlib.sha256(f"{mail.address}\n{mail.subject}\n{mail.text}".encode()).hexdigest()[:16]
    words = json.loads(decrypt(mail.encrypted)) if mail.encrypted else {"text": mail.text, "html": mail.html}
    headers = {
        # The same whenever this message is sent: a mailbox that gets it twice knows it.
        "Message-ID": f"<mail-{mail.pk}-{mark}@{urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
    }
    if mail.to_id and mail.kind != MailKind.ACCESS:
        headers["List-Unsubscribe"] = f"<{address('members:preferences')}>"  # RFC 2369
    letter = EmailMultiAlternatives(
        subject=mail.subject,
        body=words["text"],
        to=[mail.address],
        reply_to=[group.email] if group and group.email else None,
        headers=headers,
        connection=server,
    )
    if words["html"]:
        letter.attach_alternative(words["html"], "text/html")
    if mail.file_path:
        with paper.open_stored(mail.file_path, mail.file_sha256) as file:
            letter.attach(mail.file_name, file.read(), "application/pdf")
    return letter
