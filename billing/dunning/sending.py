"""Send reminders: what was read is checked against the facts, frozen as letters, noted and announced by mail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from celery import current_app
from django.db import transaction
from django.utils import timezone

from billing import letters
from billing.dunning import wording
from billing.dunning.choosing import DueReminder, due_reminders, open_dispute_of
from billing.models import Invoice, Letter, LetterKind, Reminder
from billing.settling.allocating import hold
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE
from groupement.templatetags.formats import long_date
from members import mailing
from members.models import Group, MailKind, Member, Seat, User
from members.models.people import WRITERS

PRINT = "billing.tasks.print_letter"


class NotSendable(Refusal):
    """Nothing was chosen, or what was read is no longer what is due."""


class AlreadySent(NotSendable):
    """An invoice is reminded once at each level."""


@dataclass(frozen=True)
class Sent:
    """A letter that left, and how many were told by mail; with none, it is for the post."""

    letter: Letter
    mails: int


@transaction.atomic
def send(reminders: Collection[DueReminder], *, by: User | None, at: datetime) -> list[Sent]:
    """Send these letters, all or none: each frozen, a reminder noted for each invoice, mails in the outbox.

    They must say what is due now: a payment, a dispute or a change of words since they were read is refused with
    NotSendable, a level sent before with AlreadySent. Payments for these members wait until we are through.
    """
    if not reminders:
        raise NotSendable("Cochez au moins un courrier à envoyer.")
    for member in sorted({reminder.member.pk for reminder in reminders}):
        hold(member)
    on = timezone.localdate(at)
    now = {reminder.key: reminder for reminder in due_reminders(on)}
    faults = [_fault(reminder) for reminder in reminders if reminder.key not in now]
    if faults:
        raise faults[0]
    group = Group.objects.get()
    sent = [_send(now[reminder.key], group=group, on=on, by=by, at=at) for reminder in reminders]
    if any(each.mails for each in sent):
        mailing.enqueue()
    enqueue_papers([each.letter.pk for each in sent])
    return sent


def enqueue_papers(written: Sequence[int]) -> None:
    """Ask the worker to print these letters (ids), once what was written is committed."""

    def wake() -> None:
        for letter in written:
            current_app.send_task(PRINT, [letter])

    transaction.on_commit(wake, robust=True)


def recipients(member: Member, on: date) -> list[User | mailing.Correspondent]:
    """Who reads about money at ``member``: those who represent or manage it that day, and its accounts department."""
    seats = Seat.objects.on(on).filter(member=member, function__in=WRITERS, user__is_active=True)
    people = [seat.user for seat in seats.select_related("user").order_by("starts_on", "pk")]
    found: list[User | mailing.Correspondent] = list(people)
    if member.billing_email and member.billing_email.casefold() not in {
        person.email.casefold() for person in people
    }:
        found.append(mailing.Correspondent(member.billing_email))
    return found


def _fault(reminder: DueReminder) -> NotSendable:
    """Why a letter that was read may not leave: sent by somebody, contested, or no longer what it said."""
    ids = [row.invoice.pk for row in reminder.rows]
    before = Reminder.objects.filter(invoice__in=ids, level=reminder.level)
    first = before.select_related("sent_by", "invoice").order_by("pk").first()
    if first:
        who = f" par {first.sent_by}" if first.sent_by else ""
        return AlreadySent(
            f"{reminder.level}{NO_BREAK_SPACE}: déjà envoyé pour {first.invoice} le {long_date(first.sent_on)}{who}."
        )
    for row in reminder.rows:
        if open_dispute_of(row.invoice):
            return NotSendable(
                f"{row.invoice} est contestée par {reminder.member}{NO_BREAK_SPACE}: elle ne se relance pas."
            )
    return NotSendable(
        f"Ce que doit {reminder.member} a changé depuis l’ouverture de la page{NO_BREAK_SPACE}: relisez le courrier, "
        "puis envoyez-le."
    )


def _send(reminder: DueReminder, *, group: Group, on: date, by: User | None, at: datetime) -> Sent:
    said = wording.content(reminder, group=group, by=by, on=on)
    letter = letters.write(
        LetterKind.REMINDER, member=reminder.member, subject=said["subject"], content=said, at=at
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
    return Sent(letter, sum(_mails(letter, reminder.member, on=on, at=at)))


def _mails(letter: Letter, member: Member, *, on: date, at: datetime) -> Iterator[bool]:
    for to in recipients(member, on):
        account = isinstance(to, User)
        yield (
            mailing.write(
                to,
                kind=MailKind.DUNNING,
                key=f"dunning:{letter.pk}:{to.pk if isinstance(to, User) else 'billing'}",
                subject=letter.subject,
                template="dunning",
                context={
                    "letter": letter.content,
                    "has_account": account,
                    "url": mailing.address("billing:reminder_letter", letter.pk),
                },
                at=at,
            )
            is not None
        )


def invoices_of(letter: Letter) -> list[Invoice]:
    """The invoices that a letter reminds of, the oldest first."""
    rows = Reminder.objects.filter(letter=letter).select_related("invoice").defer("invoice__snapshot")
    return [row.invoice for row in rows.order_by("invoice__due_on", "pk")]
