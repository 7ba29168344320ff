"""The file that proves an expense: checked by its content, stored privately under a name that says nothing of it."""

from __future__ import annotations

import hashlib
import logging
import secrets
from pathlib import PurePath
from typing import IO, Any, cast

from django.core.files.base import ContentFile
from django.db import transaction

from billing.models import Expense
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.media_types import ENDINGS, MediaType, media_type
from members.roles import TELL_ADMIN

log = logging.getLogger(__name__)

LARGEST_RECEIPT = 5 * 1024 * 1024
RECEIPTS = (MediaType.PDF, MediaType.JPEG, MediaType.PNG)
CONTENT_TYPES = {ENDINGS[kind]: kind.value for kind in RECEIPTS}


class BadReceipt(Refusal):
    """The file is no receipt that can be kept."""


class ReceiptUnreadable(Refusal):
    """The file cannot be found where it was kept."""


def checked_file(data: bytes) -> ContentFile[bytes]:
    """The file ready to be kept, under a new name with the ending of what it really is. Raises BadReceipt."""
    if not data:
        raise BadReceipt(
            "Le justificatif est vide. Photographiez-le ou téléchargez-le de nouveau.", field="receipt"
        )
    if len(data) > LARGEST_RECEIPT:
        raise BadReceipt(
            f"Le justificatif dépasse 5{NO_BREAK_SPACE}Mo. Prenez une photo moins lourde ou un PDF.",
            field="receipt",
        )
    return ContentFile(data, name=f"{secrets.token_hex(12)}{_ending(data)}")


def open_receipt(expense: Expense) -> tuple[IO[bytes], str, str]:
    """The kept file with its content type and a name to save it by. Raises NotReadable."""
    name = str(expense.receipt.name)
    try:
        file = cast("IO[bytes]", expense.receipt.storage.open(name, "rb"))
    except FileNotFoundError as error:
        log.error("receipt missing: %s", expense.pk)
        raise ReceiptUnreadable(f"Le fichier de ce justificatif est introuvable. {TELL_ADMIN}") from error
    ending = PurePath(name).suffix
    return file, CONTENT_TYPES[ending], f"justificatif-{expense.spent_on}-{expense.pk}{ending}"


def digest(receipt: ContentFile[bytes]) -> str:
    """SHA-256 of the file that is about to be kept."""
    return hashlib.sha256(receipt.read()).hexdigest()


def delete_file(receipt: Any) -> None:
    """Delete a kept file once what named it is gone for good."""
    if receipt:
        storage, name = receipt.storage, receipt.name
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def _ending(data: bytes) -> str:
    found = media_type(data)
    if found is None or found not in RECEIPTS:
        raise BadReceipt(
            "Ce fichier n’est pas un PDF, ni une image JPEG ou PNG qui s’ouvre. Photographiez le justificatif "
            "en JPEG, ou enregistrez-le en PDF.",
            field="receipt",
        )
    return ENDINGS[found]
