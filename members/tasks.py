"""What the worker does for members: send the messages that wait, forget forms and the security log of long ago."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from members import mailing, security, sending_once


@shared_task
def send_mails() -> None:
    """Send what waits in the outbox; runs when something was written, every minute, and when a worker starts."""
    mailing.send_pending(timezone.now())


@shared_task
def sweep_forms() -> None:
    """Forget which forms were sent, once no open page can send them again."""
    sending_once.forget(timezone.now())


@shared_task
def forget_security_events() -> None:
    """Take away what the security log holds beyond the months that the group keeps it."""
    security.forget(timezone.now())
