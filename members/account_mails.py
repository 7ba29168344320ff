"""Messages that open an account or tell of it: encrypted in the outbox, blanked once sent or when they are over."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from groupement.kernel.encryption import encrypt
from members import mailing
from members.models import Mail, MailKind, MailStatus, User


@transaction.atomic
def write(
    address: str, *, to: User | None, subject: str, text: str, html: str = "", at: datetime, until: datetime
) -> Mail:
    """Put a message into the outbox that may open an account; it leaves before ``until``, or never.

    What waits for the same address under the same title is over: its code or its link is replaced by this one. Nobody
    is passed over: not even an address that refused our last message, which may be the only way in.
    """
    waiting = Mail.objects.filter(address=address, kind=MailKind.ACCESS, subject=subject)
    mailing.end(waiting)
    mail = Mail.objects.create(
        to=to,
        address=address,
        kind=MailKind.ACCESS,
        subject=subject,
        text="",
        html="",
        encrypted=encrypt(json.dumps({"text": text, "html": html})),
        queued_at=at,
        expires_at=until,
        status=MailStatus.PENDING,
    )
    mailing.enqueue()
    return mail
