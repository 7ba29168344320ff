"""Send reminders: checked against what is due now, stored as letters, recorded for each invoice, and mailed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from billing.accounts.allocating import lock_member
from billing.documents import letters
from billing.models import Letter, LetterKind, Reminder
from billing.reminders.choosing import DAYS_BETWEEN, DueReminder, due_reminders
from billing.reminders.wording import letter_content
from groupement.kernel.asked import asked_key
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.templatetags.formats import long_date
from members import mailing
from members.models import Mail, MailKind, Member, Seat, SubjectKind, User
from members.models.people import WRITERS

Recipient = User | mailing.Correspondent


class NotSendable(Refusal):
    """Nothing was chosen, or a letter no longer says what is due."""


class AlreadySent(NotSendable):
    """An invoice is reminded once at each level."""


@dataclass(frozen=True)
class SentReminder:
    """A letter that was sent, and to how many by mail; with none, it is to be posted."""

    letter: Letter
    mails: int


@transaction.atomic
def send_reminders(
    reminders: Collection[DueReminder | str],
    *,
    by: User | None,
    at: datetime,
    despite_bank: Collection[int] = (),
) -> list[SentReminder]:
    """Send these letters (or those of these keys), all or none: stored, recorded for each invoice, mailed.

    They must say what is due now: a payment, a dispute or a change of words since they were read is refused with
    NotSendable, a level sent before with AlreadySent; so is what a bank operation would settle, but for the invoices
    (ids) of ``despite_bank``. Payments of these members wait for the end of the transaction.
    """
    keys = [each if isinstance(each, str) else each.key for each in reminders]
    if not keys:
        raise NotSendable("Cochez au moins un courrier à envoyer.")
    on = timezone.localdate(at)
    ids = {asked_key(key.partition("-")[0]) or 0 for key in keys}
    for member in Member.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True):
        lock_member(member)
    now = {reminder.key: reminder for reminder in due_reminders(on, despite_bank=despite_bank)}
    faults = [_refusal(key, on) for key in keys if key not in now]
    if faults:
        raise faults[0]
    letters_due = [now[key] for key in dict.fromkeys(keys)]
    sender, to = letters.sender(), recipients([each.member for each in letters_due], on)
    sent = [_send(each, sender=sender, to=to[each.member.pk], on=on, by=by, at=at) for each in letters_due]
    if any(each.mails for each in sent):
        mailing.enqueue()
    papers = [each.letter.pk for each in sent]
    transaction.on_commit(lambda: letters.enqueue(papers), robust=True)
    return sent


def recipients(members: Collection[Member], on: date) -> dict[int, list[Recipient]]:
    """Who reads about money at each of ``members``: who represents or manages it that day, its accounts department."""
    seats = Seat.objects.on(on).filter(member__in=members, function__in=WRITERS, user__is_active=True)
    found: dict[int, list[Recipient]] = {member.pk: [] for member in members}
    for seat in seats.select_related("user").order_by("starts_on", "pk"):
        found[seat.member_id].append(seat.user)
    for member in members:
        known = {person.email.casefold() for person in found[member.pk]}
        if member.billing_email and member.billing_email.casefold() not in known:
            found[member.pk].append(mailing.Correspondent(member.billing_email))
    return found


def _refusal(key: str, on: date) -> NotSendable:
    """Why a letter that was read may not leave: sent by somebody, or no longer what it said."""
    member, level = (asked_key(part) or 0 for part in (*key.split("-"), "", "")[:2])
    lately = Reminder.objects.filter(
        invoice__member=member, level=level, sent_on__gt=on - timedelta(days=DAYS_BETWEEN)
    )
    last = lately.select_related("sent_by", "invoice__member", "level").order_by("-sent_at", "-pk").first()
    if last:
        who = f" par {last.sent_by}" if last.sent_by else ""
        return AlreadySent(
            f"{last.level} à {last.invoice.member}{NO_BREAK_SPACE}: déjà envoyé{who} le {long_date(last.sent_on)} "
            f"(facture {last.invoice}). Rien n’est parti deux fois."
        )
    whom = Member.objects.filter(pk=member).first()
    return NotSendable(
        f"Ce que doit {whom or 'l’adhérent'} a changé depuis votre lecture (règlement, litige, jour "
        f"passé){NO_BREAK_SPACE}: relisez le courrier, puis envoyez-le."
    )


def _send(
    reminder: DueReminder,
    *,
    sender: Mapping[str, str],
    to: Sequence[Recipient],
    on: date,
    by: User | None,
    at: datetime,
) -> SentReminder:
    content = letter_content(reminder, sender=sender, by=by, on=on)
    letter = letters.write(
        LetterKind.REMINDER, member=reminder.member, subject=content["subject"], content=content, at=at
    )
    asks = reminder.level.asks_for_interest
    Reminder.objects.bulk_create(
        Reminder(
            invoice=row.invoice,
            level=reminder.level,
            letter=letter,
            sent_on=on,
            amount_due=row.due,
            interest=row.interest_left if asks else 0,
            indemnity=row.indemnity_left if asks else 0,
            sent_by=by,
            sent_at=at,
        )
        for row in reminder.rows
    )
    return SentReminder(letter, sum(_mail(letter, each, at=at) for each in to))


def _mail(letter: Letter, to: Recipient, *, at: datetime) -> bool:
    """Put the letter into the outbox for one of its readers; whether it will be read."""
    written = mailing.write(
        to,
        kind=MailKind.DUNNING,
        about=[(SubjectKind.LETTER, letter.pk)],
        subject=letter.subject,
        template="dunning",
        context={
            "letter": letter.content,
            "has_account": isinstance(to, User),
            "url": mailing.address("billing:reminder_letter", letter.pk),
        },
        at=at,
    )
    return written is not None


def mails_about(letter: Letter) -> QuerySet[Mail]:
    """The messages about a letter."""
    return Mail.objects.filter(about__kind=SubjectKind.LETTER, about__number=letter.pk)
