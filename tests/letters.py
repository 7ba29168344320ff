"""The letters that the outbox sends when its worker runs, in tests where none does."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from members import mailing


def sent(at: datetime | None = None) -> list[EmailMultiAlternatives]:
    """What leaves now, or at that moment; with what left before, the oldest first."""
    mailing.send_pending(at or timezone.now() + timedelta(seconds=1))
    return list(mail.outbox)
