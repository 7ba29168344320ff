"""What the worker does for billing: print invoices, and take up what was left."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from billing.documents import letters, rendering
from billing.models import Letter
from billing.proving import proof
from groupement.kernel import paper

log = logging.getLogger(__name__)


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


@shared_task
def sweep_files() -> None:
    """Delete files that a killed worker left half written."""
    if count := paper.sweep(at=timezone.now()):
        log.info("half-written files swept: %s", count)


@shared_task(time_limit=3600)
def prove() -> None:
    """Check at night whether everything that was kept is still what was kept; finance reads the outcome."""
    found = proof.prove(at=timezone.now()).findings
    for each in found:
        log.error("proof: %s: %s %s", each["kind"], each["subject"], each["sentence"])
