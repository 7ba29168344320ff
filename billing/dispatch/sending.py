"""Send issued documents and quotes to the billing contacts of their member, with the file; again in one click."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from billing.accounts.allocating import lock_member
from billing.documents import letters
from billing.models import Dispatch, Invoice, InvoiceKind, InvoiceStatus, Letter, Quote
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from members import mailing
from members.models import Mail, MailKind, MailStatus, Member, Seat, SubjectKind, User
from members.models.people import WRITERS

Recipient = User | mailing.Correspondent


class NotDispatchable(Refusal):
    """Not issued, without its file yet, on its way already, or nobody to write to."""


@dataclass(frozen=True)
class SentDocument:
    """One document that was sent, and the addresses that it goes to."""

    dispatch: Dispatch
    addresses: Sequence[str]


@transaction.atomic
def send_invoices(invoices: Collection[Invoice], *, by: User | None, at: datetime) -> list[SentDocument]:
    """Send these issued invoices and credit notes with their PDF, all or none. Raises NotDispatchable.

    One that was sent before is sent again, but not while its messages wait to leave: two clicks send one.
    """
    rows = list(
        Invoice.objects.filter(pk__in=[each.pk for each in invoices], status=InvoiceStatus.ISSUED)
        .select_related("member", "document", "corrects")
        .defer("snapshot", "corrects__snapshot")
        .order_by("sequence", "pk")
    )
    if not rows:
        raise NotDispatchable("Rien n’est à envoyer\u00a0: un brouillon s’émet d’abord.")
    for member in sorted({row.member_id for row in rows}):
        lock_member(member)
    if unready := [str(row) for row in rows if not getattr(row, "document", None)]:
        raise NotDispatchable(
            f"{unready[0]}{NO_BREAK_SPACE}: son PDF se prépare encore. Attendez, puis envoyez."
        )
    _refuse_on_the_way(Dispatch.objects.filter(invoice__in=rows))
    sent = [_send_invoice(row, by=by, at=at) for row in rows]
    mailing.enqueue()
    return sent


@transaction.atomic
def send_quote(quote: Quote, *, by: User | None, at: datetime) -> SentDocument:
    """Send a quote with its PDF, made if it is not yet. Raises NotDispatchable for one without a member."""
    if quote.member is None:
        raise NotDispatchable(
            f"{quote.prospect} n’est pas adhérent{NO_BREAK_SPACE}: téléchargez le devis et envoyez-le vous-même."
        )
    lock_member(quote.member.pk)
    letters.open_pdf(quote.letter).close()
    letter = Letter.objects.get(pk=quote.letter_id)
    _refuse_on_the_way(Dispatch.objects.filter(letter=letter))
    dispatch = Dispatch.objects.create(letter=letter, sent_by=by, sent_at=at)
    reference = letter.content["reference"]
    file = mailing.MailFile(f"{reference}.pdf", letter.path, letter.sha256)
    facts = {"what": f"le devis {reference}", "lines": [letter.subject]}
    sent = _mail(dispatch, quote.member, letter.subject, file, facts, "billing:quote", quote.pk, at=at)
    mailing.enqueue()
    return sent


def unsent(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of ``invoices`` that are issued, have their PDF, and were never sent."""
    return invoices.filter(status=InvoiceStatus.ISSUED, document__isnull=False, dispatches__isnull=True)


def mails_of(dispatches: QuerySet[Dispatch]) -> QuerySet[Mail]:
    """The messages of ``dispatches``, the last first."""
    about = {"about__kind": SubjectKind.DISPATCH, "about__number__in": dispatches.values("pk")}
    return Mail.objects.filter(**about).defer("text", "html").order_by("-queued_at", "pk")


def contacts(member: Member, at: datetime) -> list[Recipient]:
    """Who gets the bills of ``member``: its billing address; without one, who represents or manages it that day."""
    if member.billing_email:
        return [mailing.Correspondent(member.billing_email)]
    seats = Seat.objects.on(timezone.localdate(at)).filter(
        member=member, function__in=WRITERS, user__is_active=True
    )
    return list(dict.fromkeys(seat.user for seat in seats.select_related("user").order_by("starts_on", "pk")))


def _refuse_on_the_way(dispatches: QuerySet[Dispatch]) -> None:
    waiting = mails_of(dispatches).filter(status=MailStatus.PENDING).first()
    if waiting:
        raise NotDispatchable(
            f"{waiting.subject}{NO_BREAK_SPACE}: le message à {waiting.address} est déjà en route. Rien n’est parti "
            "deux fois."
        )


def _send_invoice(row: Invoice, *, by: User | None, at: datetime) -> SentDocument:
    document: Any = getattr(row, "document", None)
    dispatch = Dispatch.objects.create(invoice=row, sent_by=by, sent_at=at)
    is_note = row.kind == InvoiceKind.CREDIT_NOTE
    name = f"{'l’avoir' if is_note else 'la facture'} {row.number}"
    lines = [f"{'Montant' if is_note else 'À régler'}{NO_BREAK_SPACE}: {spell(row.total)} TTC"]
    if not is_note and row.due_on:
        lines.append(f"Échéance{NO_BREAK_SPACE}: {row.due_on:%d/%m/%Y}")
    if is_note and row.corrects:
        lines.append(f"Sur la facture {row.corrects.number}")
    subject = f"{'Avoir' if is_note else 'Facture'} {row.number}, {row.service_month.label}"
    file = mailing.MailFile(f"{row.number}.pdf", document.path, document.sha256)
    facts = {"what": name, "lines": lines}
    return _mail(dispatch, row.member, subject, file, facts, "billing:invoice", row.pk, at=at)


def _mail(
    dispatch: Dispatch,
    member: Member,
    subject: str,
    file: mailing.MailFile,
    facts: Mapping[str, Any],
    page: str,
    pk: int,
    *,
    at: datetime,
) -> SentDocument:
    written = [
        mailing.write(
            to,
            kind=MailKind.DOCUMENT,
            about=[(SubjectKind.DISPATCH, dispatch.pk)],
            subject=subject,
            template="document",
            context={**facts, "has_account": isinstance(to, User), "url": mailing.address(page, pk)},
            file=file,
            at=at,
        )
        for to in contacts(member, at)
    ]
    addresses = [mail.address for mail in written if mail]
    if not addresses:
        raise NotDispatchable(
            f"{member}{NO_BREAK_SPACE}: aucune adresse ne reçoit ses factures. Complétez l’e-mail de facturation de "
            "l’adhérent."
        )
    return SentDocument(dispatch, addresses)
