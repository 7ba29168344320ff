"""The file that proves an expense: of few kinds, not heavy, kept under a name that says nothing of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import IO, cast

from billing.models import Expense
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.media_types import MediaType, media_type
from members import filing
from members.models import File, User

LARGEST_RECEIPT = 5 * 1024 * 1024
RECEIPTS = (MediaType.PDF, MediaType.JPEG, MediaType.PNG)


class BadReceipt(Refusal):
    """The file is no receipt that can be kept."""


def keep(data: bytes, *, by: User, at: datetime) -> File:
    """Keep a receipt; pay and places may be read off it, so it is sensitive. Raises BadReceipt."""
    if len(data) > LARGEST_RECEIPT:
        raise BadReceipt(
            f"Le justificatif dépasse 5{NO_BREAK_SPACE}Mo. Prenez une photo moins lourde ou un PDF.",
            field="receipt",
        )
    found = media_type(data)
    if found is None or found not in RECEIPTS:
        raise BadReceipt(
            "Ce fichier n’est pas un PDF, ni une image JPEG ou PNG qui s’ouvre. Photographiez le justificatif "
            "en JPEG, ou enregistrez-le en PDF.",
            field="receipt",
        )
    return filing.keep(data, "justificatif", by=by, at=at, is_sensitive=True, kinds=RECEIPTS, field="receipt")


def open_receipt(expense: Expense) -> tuple[IO[bytes], str, str]:
    """The kept file with its content type and a name to save it by. Raises FileUnreadable."""
    kept = cast("File", expense.receipt)
    ending = PurePath(kept.name).suffix
    return filing.open_file(kept), kept.media_type, f"justificatif-{expense.spent_on}-{expense.pk}{ending}"
