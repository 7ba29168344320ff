"""What the worker does for the secretariat."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from groupement.secretariat import reminding


@shared_task
def remind_of_duties() -> None:
    """Write the reminder of the week on the morning of its first working day; a second run writes nothing."""
    reminding.send_reminders(timezone.now())
