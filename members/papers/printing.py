"""The PDF/A of a paper, made once by the worker from the frozen content alone: the same bytes each time."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import IO

from celery import current_app
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.media_types import MediaType
from members import filing
from members.papers.models import Paper

log = logging.getLogger(__name__)

TASK = "members.papers.tasks.print_paper"
MOST_ATTEMPTS = 3
JUST_WRITTEN = timedelta(seconds=5)


class PaperNotPrinted(Refusal):
    """The PDF is not made yet."""


def enqueue(papers: Iterable[int]) -> None:
    """Tell the worker to print these; what gets lost on the way, waiting_for_pdf() finds again."""
    for pk in papers:
        current_app.send_task(TASK, [pk])


def waiting_for_pdf(at: datetime) -> list[int]:
    """The papers without PDF some seconds after they were written, oldest first."""
    waiting = Paper.objects.filter(pdf=None, attempts__lt=MOST_ATTEMPTS, written_at__lt=at - JUST_WRITTEN)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def print_paper(pk: int, *, at: datetime) -> bool:
    """Make the PDF of one paper; False when it is made or being made by another worker.

    A failure is kept on the row and raised; after the third it is given up.
    """
    try:
        with transaction.atomic():
            row = Paper.objects.select_for_update(skip_locked=True).filter(pk=pk, pdf=None).first()
            if row is None:
                return False
            row.pdf = filing.keep(render(row), f"{row.reference}.pdf", by=None, at=at, kinds=(MediaType.PDF,))
            row.error = ""
            row.save(update_fields=["pdf", "error"])
    except Exception as error:
        log.exception("paper not printed: %s", pk)
        row = Paper.objects.get(pk=pk)
        row.attempts, row.error = row.attempts + 1, f"{type(error).__name__}{NO_BREAK_SPACE}: {error}"[:300]
        row.save(update_fields=["attempts", "error"])
        raise
    log.info("paper printed: %s", pk)
    return True


def render(row: Paper) -> bytes:
    """The PDF/A of a paper; the same bytes each time."""
    return paper.pdf(
        render_to_string(
            "paper/paper.html", {"paper": row.content, "digest": row.digest, "short": row.short_digest}
        ),
        title=f"{row.title} {row.reference}",
        author=row.content["group"]["name"],
        created_at=timezone.localtime(row.written_at),
        identifier=f"{row.reference} {row.digest}",
    )


def open_pdf(row: Paper) -> IO[bytes]:
    """The file, at its start, after its digest was checked. Raises PaperNotPrinted, FileUnreadable."""
    if row.pdf is None:
        raise PaperNotPrinted("Le PDF de ce document n’est pas encore prêt. Revenez dans un instant.")
    return filing.open_file(row.pdf)
