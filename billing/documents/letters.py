"""Write our letters: reminders, quotes, true-ups; what they say is frozen first, the PDF is made from that, once."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO, Any

from celery import current_app
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from billing.models import Letter, LetterKind
from groupement.kernel import paper
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.printable import refuse_holes
from members.models import Group, Member
from members.roles import TELL_ADMIN

log = logging.getLogger(__name__)

TASK = "billing.tasks.print_letter"


class LetterUnreadable(Refusal):
    """The letter's file is no longer what was made."""


def write(
    kind: str, *, member: Member | None, subject: str, content: Mapping[str, Any], at: datetime
) -> Letter:
    """Freeze a letter: ``content`` (plain JSON: texts, whole numbers, lists) with the sender's block and a digest.

    templates/paper/letters/<kind>.html says the shape of its content; ``sender`` is put in here from the group's row.
    """
    whole = {**content} if "sender" in content else {"sender": sender(), **content}
    refuse_holes(whole, of=f"{LetterKind(kind).label}, {member.short_name}" if member else "")
    return Letter.objects.create(
        kind=kind,
        member=member,
        subject=subject[:200],
        content=whole,
        digest=content_digest(whole),
        written_at=at,
    )


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of ``content`` as JSON with sorted keys and no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def open_pdf(letter: Letter) -> IO[bytes]:
    """The letter's PDF at its start, its digest checked; made at the first reading, then kept. Raises NotReadable."""
    row = letter if letter.made_at else _make(letter)
    try:
        return paper.open_stored(row.path, row.sha256)
    except FileNotFoundError as error:
        log.error("letter missing: %s", row.pk)
        raise LetterUnreadable(f"Le fichier de ce courrier est introuvable. {TELL_ADMIN}") from error
    except paper.Altered as error:
        log.error("letter altered: %s", row.pk)
        raise LetterUnreadable(
            f"Le fichier de ce courrier a été modifié depuis sa création. {TELL_ADMIN}"
        ) from error


def enqueue(written: Iterable[int]) -> None:
    """Tell the worker to print these letters (ids) before somebody asks for them; call it on commit."""
    for letter in written:
        current_app.send_task(TASK, [letter])


def print_pdf(letter: Letter) -> bytes:
    """The PDF/A of a letter; the same bytes each time."""
    content = letter.content
    return paper.pdf(
        render_to_string(f"paper/letters/{letter.kind}.html", {"letter": content, "digest": letter.digest}),
        title=letter.subject,
        author=content["sender"]["name"],
        created_at=timezone.localtime(letter.written_at),
        identifier=f"{letter.kind} {letter.pk} {letter.digest}",
    )


@transaction.atomic
def _make(letter: Letter) -> Letter:
    """Print and keep, unless another request did so while we waited for the row."""
    row = Letter.objects.select_for_update().get(pk=letter.pk)
    if row.made_at is None:
        kept = paper.store(
            f"letters/{row.written_at:%Y}/{row.kind}-{row.pk}-{row.digest[:12]}.pdf", print_pdf(row)
        )
        row.path, row.size, row.sha256, row.made_at = kept.path, kept.size, kept.sha256, timezone.now()
        row.save(update_fields=["path", "size", "sha256", "made_at"])
    return row


def sender() -> dict[str, str]:
    """The sender’s block; who writes many letters reads it once, and gives it with each content."""
    more = ("rna", "vat_number", "email", "phone", "iban", "bic", "bank_name", "website")
    return Group.objects.get().letterhead(*more)
