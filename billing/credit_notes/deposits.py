"""Give a deposit back: a credit note takes the demand back, and what was paid of it is free to go to the member."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from billing.credit_notes.composing import CreditWhole, NotCreditable
from billing.credit_notes.crediting import issue_credit_note
from billing.models import Charge, DuesYear, Invoice, InvoiceStatus
from groupement.kernel.french import NO_BREAK_SPACE
from members.models import User

REASON = "Restitution du dépôt de garantie"


def asked_deposits() -> QuerySet[Charge]:
    """The charges that ask for deposits: those of no year."""
    return Charge.objects.filter(pk__in=DuesYear.objects.filter(year=None).values("charge"))


@transaction.atomic
def release_deposit(charge: Charge, *, by: User | None, at: datetime) -> Invoice:
    """Issue the credit note of a deposit that an issued invoice asked for, never to be asked for again.

    What is still due of that invoice is settled by it; the rest is left on the note, for ``refunding.give_back`` or for
    what the member owes. Done twice, it is refused: the line is credited. Raises NotCreditable, NumberTooEarly.
    """
    found = asked_deposits().select_related("line__invoice").filter(pk=charge.pk).first()
    line = found.line if found else None
    if line is None or line.invoice.status != InvoiceStatus.ISSUED:
        raise NotCreditable(
            f"Ce dépôt n’a pas été facturé{NO_BREAK_SPACE}: il n’y a rien à rembourser. Retirez-le des sommes "
            "en attente."
        )
    return issue_credit_note(line.invoice, lines=[CreditWhole(line)], reason=REASON, by=by, at=at)
