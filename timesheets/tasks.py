"""What the worker does for timesheets: tell people in the morning what waits for them."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from timesheets import reminding


@shared_task
def remind() -> None:
    """Write the morning’s reminders; on no working morning, or when they were written already, nothing."""
    reminding.write_morning(timezone.now())
