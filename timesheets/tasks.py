"""What the worker does for timesheets: confirm what members left unanswered, tell people what waits for them, sweep."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from members.access import today
from timesheets import confirming, freezing
from timesheets.importing import uploads
from timesheets.reminding import events, morning

log = logging.getLogger(__name__)


@shared_task
def confirm_tacitly() -> None:
    """Confirm what members have not answered within the group’s delay, and tell them; run again, it finds nothing."""
    at = timezone.now()
    with transaction.atomic():  # confirmed and told, or neither
        done = confirming.confirm_tacitly(on=today(), at=at)
        events.tell_confirmed_tacitly(done, at=at)
    for timesheet in done:
        log.info("timesheet confirmed tacitly: %s", timesheet.pk)


@shared_task
def sweep_imports() -> None:
    """Remove files of hours that were looked at and not imported within the hour."""
    if count := uploads.sweep(at=timezone.now()):
        log.info("imports swept: %s", count)


@shared_task(
    autoretry_for=(Exception,), max_retries=freezing.MOST_ATTEMPTS - 1, retry_backoff=2, retry_jitter=False
)
def print_signed_sheet(signed: int) -> None:
    """Print one signed sheet; three tries, then its row says why it was given up."""
    freezing.print_signed(signed, at=timezone.now())


@shared_task
def take_up_signed_sheets() -> None:
    """Send again what a stopped queue or a dead worker left; runs every minute and when a worker starts."""
    freezing.enqueue(freezing.left(timezone.now()))


@shared_task
def remind() -> None:
    """Write the morning’s reminders; on no working morning, or when they were written already, nothing."""
    morning.write_morning(timezone.now())
