"""What the worker does for billing: print invoices, and take up what was left."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from billing.documents import letters, rendering
from billing.models import Letter


@shared_task(
    autoretry_for=(Exception,), max_retries=rendering.MOST_ATTEMPTS - 1, retry_backoff=2, retry_jitter=False
)
def render_invoice(invoice: int) -> None:
    """Print one invoice; three tries, then the job says why it was given up."""
    rendering.render(invoice, at=timezone.now())


@shared_task
def take_up_renderings() -> None:
    """Send again what a stopped queue or a dead worker left; runs every minute and when a worker starts."""
    rendering.enqueue(rendering.interrupted(timezone.now()))


@shared_task(autoretry_for=(Exception,), max_retries=2, retry_backoff=2, retry_jitter=False)
def print_letter(letter: int) -> None:
    """Print a letter before somebody asks for it; one that is lost on the way is printed when it is opened."""
    letters.open_pdf(Letter.objects.get(pk=letter)).close()
