"""What the worker does for members: send the messages that wait."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from members import mailing


@shared_task
def send_mails() -> None:
    """Send what waits in the outbox; runs when something was written, every minute, and when a worker starts."""
    mailing.send_pending(timezone.now())
