"""Open a dispute on an invoice, and close it; no reminder of the invoice is sent in between."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.models import Dispute, Invoice, InvoiceKind, InvoiceStatus
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.templatetags.formats import long_date
from members.models import User

LONGEST = 300


class NotDisputable(Refusal):
    """Not an issued invoice, contested already, or the text is empty or too long."""


@transaction.atomic
def open_dispute(invoice: Invoice, *, reason: str, by: User | None, at: datetime) -> Dispute:
    """Contest an issued ``invoice``: reminders of it stop until the dispute is closed. Raises NotDisputable."""
    if invoice.status != InvoiceStatus.ISSUED or invoice.kind != InvoiceKind.INVOICE:
        raise NotDisputable("On ne conteste qu’une facture émise.")
    text = _on_one_line(
        reason, "Dites ce que vous contestez\u00a0: une ligne, des heures, un prix…", "reason"
    )
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                invoice=invoice, reason=text, opened_on=timezone.localdate(at), opened_by=by
            )
    except IntegrityError as error:
        other = open_dispute_of(invoice)
        since = f" depuis le {long_date(other.opened_on)}" if other else ""
        raise NotDisputable(f"{invoice} est déjà contestée{since}.") from error


@transaction.atomic
def close_dispute(dispute: Dispute, *, outcome: str, by: User | None, at: datetime) -> Dispute:
    """Close ``dispute`` with its outcome; reminders of the invoice go on. Raises NotDisputable and StaleRow."""
    text = _on_one_line(
        outcome, "Dites comment le litige se termine\u00a0: un avoir, un accord, un maintien…", "outcome"
    )
    rows = Dispute.objects.filter(pk=dispute.pk, closed_on=None)
    if not rows.update(closed_on=timezone.localdate(at), outcome=text, closed_by=by):
        raise StaleRow(f"Ce litige est déjà clos{NO_BREAK_SPACE}: rechargez la page.")
    dispute.refresh_from_db()
    return dispute


def _on_one_line(text: str, otherwise: str, field: str) -> str:
    """``text`` without line breaks. Raises NotDisputable: ``otherwise`` when it is empty, or when it is too long."""
    line = " ".join(text.split())
    if not line:
        raise NotDisputable(otherwise, field=field)
    if len(line) > LONGEST:
        raise NotDisputable(
            f"Écrivez {LONGEST} signes au plus, ou joignez le détail par e-mail.", field=field
        )
    return line


def open_dispute_of(invoice: Invoice) -> Dispute | None:
    """The open dispute on ``invoice``, which stops its reminders; None when there is none."""
    return Dispute.objects.filter(invoice=invoice, closed_on=None).order_by("pk").first()
