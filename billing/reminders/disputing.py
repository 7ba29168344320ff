"""Contest an invoice, and settle the dispute: no reminder leaves in between."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.models import Dispute, Invoice, InvoiceKind, InvoiceStatus
from billing.reminders.choosing import open_dispute_of
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.templatetags.formats import long_date
from members.models import User

LONGEST = 300


class NotDisputable(Refusal):
    """Not an issued invoice, contested already, or no reason given."""


@transaction.atomic
def open_dispute(invoice: Invoice, *, reason: str, by: User | None, at: datetime) -> Dispute:
    """Contest an issued ``invoice``: reminders of it stop until the dispute is closed. Raises NotDisputable."""
    if invoice.status != InvoiceStatus.ISSUED or invoice.kind != InvoiceKind.INVOICE:
        raise NotDisputable("On ne conteste qu’une facture émise.")
    said = _said(reason, "Dites ce que vous contestez\u00a0: une ligne, des heures, un prix…", "reason")
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                invoice=invoice, reason=said, opened_on=timezone.localdate(at), opened_by=by
            )
    except IntegrityError as error:
        other = open_dispute_of(invoice)
        since = f" depuis le {long_date(other.opened_on)}" if other else ""
        raise NotDisputable(f"{invoice} est déjà contestée{since}.") from error


@transaction.atomic
def close_dispute(dispute: Dispute, *, outcome: str, by: User | None, at: datetime) -> Dispute:
    """Say how ``dispute`` ended; what is still late is reminded of again. Raises NotDisputable and StaleRow."""
    said = _said(
        outcome, "Dites comment le litige se termine\u00a0: un avoir, un accord, un maintien…", "outcome"
    )
    rows = Dispute.objects.filter(pk=dispute.pk, closed_on=None)
    if not rows.update(closed_on=timezone.localdate(at), outcome=said, closed_by=by):
        raise StaleRow(f"Ce litige est déjà clos{NO_BREAK_SPACE}: rechargez la page.")
    dispute.refresh_from_db()
    return dispute


def _said(text: str, otherwise: str, field: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise NotDisputable(otherwise, field=field)
    if len(said) > LONGEST:
        raise NotDisputable(
            f"Écrivez {LONGEST} signes au plus, ou joignez le détail par e-mail.", field=field
        )
    return said
