"""Send reminders: what was read is checked against the facts, frozen as letters, noted and announced by mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.accounts.allocating import hold
from billing.documents import letters
from billing.models import Letter, LetterKind, Reminder
from billing.reminders.choosing import DAYS_BETWEEN, DueReminder, due_reminders
from billing.reminders.interest import Late
from billing.reminders.levels import fill
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import NO_BREAK_SPACE, spell
from groupement.kernel.templatetags.formats import long_date
from members import mailing
from members.models import MailKind, Member, Seat, User
from members.models.people import WRITERS

Recipient = User | mailing.Correspondent


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
def send(reminders: Collection[DueReminder | str], *, by: User | None, at: datetime) -> list[Sent]:
    """Send these letters (or those of these keys), all or none: frozen, noted for each invoice, mailed.

    They must say what is due now: a payment, a dispute or a change of words since they were read is refused with
    NotSendable, a level sent before with AlreadySent. Payments of these members wait until we are through.
    """
    keys = [each if isinstance(each, str) else each.key for each in reminders]
    if not keys:
        raise NotSendable("Cochez au moins un courrier à envoyer.")
    on = timezone.localdate(at)
    ids = {number for key in keys if (number := key.partition("-")[0]).isdecimal()}
    for member in Member.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True):
        hold(member)
    now = {reminder.key: reminder for reminder in due_reminders(on)}
    faults = [_fault(key, on) for key in keys if key not in now]
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


def _fault(key: str, on: date) -> NotSendable:
    """Why a letter that was read may not leave: sent by somebody, or no longer what it said."""
    member, level = (int(part) if part.isdecimal() else 0 for part in (*key.split("-"), "", "")[:2])
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
) -> Sent:
    said = content(reminder, sender=sender, by=by, on=on)
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
    return Sent(letter, sum(_mail(letter, each, at=at) for each in to))


def _mail(letter: Letter, to: Recipient, *, at: datetime) -> bool:
    """Put the letter into the outbox for one of its readers; whether it will be read."""
    written = mailing.write(
        to,
        kind=MailKind.DUNNING,
        key=f"{mail_key(letter)}{to.pk if isinstance(to, User) else 'billing'}",
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


def mail_key(letter: Letter) -> str:
    """How the keys of the messages about a letter begin."""
    return f"dunning:{letter.pk}:"


def content(reminder: DueReminder, *, sender: Mapping[str, str], by: User | None, on: date) -> dict[str, Any]:
    """All that templates/paper/letters/reminder.html prints; amounts and dates are plain texts.

    ``sender`` is letters.sender(), read once for many letters.
    """
    level, rows = reminder.level, reminder.rows
    return {
        "sender": dict(sender),
        "level": level.rank,
        "subject": subject(reminder),
        "addressee": addressee(reminder.member),
        "place": sender["city"],
        "written_on": on.isoformat(),
        "paragraphs": paragraphs(reminder),
        "asks_for_interest": level.asks_for_interest,
        "rows": [_row(row, level.asks_for_interest) for row in rows],
        "due": str(reminder.due),
        "interest": str(reminder.interest),
        "indemnity": str(reminder.indemnity),
        "total": str(reminder.total),
        "rates": sorted({str(row.interest.rate) for row in rows if row.interest.rate}),
        "reference": ", ".join(str(row.invoice.number) for row in rows),
        "signed_by": by.name if by else "",
    }


def subject(reminder: DueReminder) -> str:
    """ "Rappel de paiement, facture F-2026-0001" """
    numbers = [str(row.invoice.number) for row in reminder.rows]
    what = f"facture {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)}{NO_BREAK_SPACE}factures"
    return f"{reminder.level.title}, {what}"


def addressee(member: Member) -> dict[str, str]:
    """Whom the letter goes to: where the member wants its invoices, else its seat."""
    elsewhere = bool(member.billing_street)
    return {
        "name": member.legal_name,
        "street": member.billing_street if elsewhere else member.street,
        "postal_code": member.billing_postal_code if elsewhere else member.postal_code,
        "city": member.billing_city if elsewhere else member.city,
        "siren": member.siren,
    }


def paragraphs(reminder: DueReminder) -> list[str]:
    """The level's text with this letter's figures, by paragraph."""
    rows = reminder.rows
    several = len(rows) > 1
    numbers = listed([str(row.invoice.number) for row in rows])
    oldest = min(row.due_on for row in rows)
    longest = reminder.longest
    values = {
        "numero": f"{'les factures' if several else 'la facture'} {numbers}",
        "montant": spell(reminder.due),
        "echeance": f"le {long_date(oldest)}{' pour la plus ancienne' if several else ''}",
        "retard": f"{longest}{NO_BREAK_SPACE}jour{'s' if longest > 1 else ''}{' au plus' if several else ''}",
        "adherent": reminder.member.legal_name,
    }
    text = fill(reminder.level.text, values).replace("\r\n", "\n")
    return [" ".join(part.split("\n")).strip() for part in text.split("\n\n") if part.strip()]


def listed(words: Sequence[str]) -> str:
    """ "un, deux et trois" """
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _row(late: Late, asks: bool) -> dict[str, Any]:
    invoice = late.invoice
    return {
        "number": invoice.number,
        "issued_on": invoice.issued_on.isoformat() if invoice.issued_on else "",
        "due_on": late.due_on.isoformat(),
        "total": str(invoice.total),
        "due": str(late.due),
        "days": late.days,
        "interest": str(late.interest_left) if asks else "",
        "indemnity": str(late.indemnity_left) if asks else "",
    }
