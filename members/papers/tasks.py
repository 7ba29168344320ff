"""Tasks of the worker: papers that wait for their PDF."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from members.papers import printing


@shared_task(
    autoretry_for=(Exception,), max_retries=printing.MOST_ATTEMPTS - 1, retry_backoff=2, retry_jitter=False
)
def print_paper(paper: int) -> None:
    """Print one paper; three tries, then the error stays on its row."""
    printing.print_paper(paper, at=timezone.now())


@shared_task
def take_up_papers() -> None:
    """Ask again for what got lost on the way to the worker."""
    printing.enqueue(printing.waiting_for_pdf(timezone.now()))
