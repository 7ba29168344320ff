"""Tasks of the worker: months that open, tacit confirmations, signed PDFs, reminders, deletion of expired uploads."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from groupement.kernel import uploads
from members import notifying
from members.access import today
from members.models import Group
from timesheets import confirming, freezing, opening
from timesheets.reminding import leavers, sending
from timesheets.reminding.recipients import is_open

log = logging.getLogger(__name__)


@shared_task
def open_months() -> None:
    """Open the month for everybody from its first day on; what a worker that was down missed too."""
    for month, count in opening.open_due_months(at=timezone.now()).items():
        log.info("timesheets opened: %s in %s", count, month)


@shared_task
def confirm_tacitly() -> None:
    """Confirm what members have not answered within the group’s delay, and notify them; a second run finds nothing."""
    at = timezone.now()
    with transaction.atomic():  # confirmed and notified, or neither
        done = confirming.confirm_tacitly(on=today(), at=at)
        sending.notify_confirmed_tacitly(done, at=at)
    for timesheet in done:
        log.info("timesheet confirmed tacitly: %s", timesheet.pk)


@shared_task
def sweep_imports() -> None:
    """Delete uploaded files that were not imported within the hour."""
    if count := uploads.delete_expired(at=timezone.now()):
        log.info("imports swept: %s", count)


@shared_task(
    autoretry_for=(Exception,), max_retries=freezing.MOST_ATTEMPTS - 1, retry_backoff=2, retry_jitter=False
)
def print_signed_sheet(signed: int) -> None:
    """Print one signed sheet; three tries, then the error stays on its row."""
    freezing.print_signed(signed, at=timezone.now())


@shared_task
def take_up_signed_sheets() -> None:
    """Queue signed sheets again that a stopped queue or worker left; runs every minute and when a worker starts."""
    freezing.enqueue_printing(freezing.waiting_for_pdf(timezone.now()))


@shared_task
def remind() -> None:
    """Write the digests of a working morning; a second run writes nothing."""
    at = timezone.now()
    sending.send_digests(at)
    leavers.queue_leavers(at=at)


@shared_task
def tell_notices() -> None:
    """Tell people what others did that concerns them, one message each, in office hours; a second run tells nothing."""
    group, at = Group.objects.order_by("pk").first(), timezone.now()
    if group and is_open(at, group.holiday_zone):
        notifying.tell_quiet(at)
