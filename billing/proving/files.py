"""Every kept file against its digest; what may be made again, if it is the same to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.files.storage import storages
from django.db.models import FileField

from billing.documents import letters, rendering
from billing.models import Document, Expense, Letter
from billing.proving.findings import Checked, FindingKind, ProofFinding
from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE, of
from members.models import File, Group, Mail, VatAttestation
from members.papers import printing
from members.papers.models import Paper, Signature
from timesheets import freezing
from timesheets.models import SignedSheet


@dataclass(frozen=True)
class KeptFile:
    """A file of the private storage: ``sha256`` is "" where none was kept; ``print`` makes its bytes again."""

    subject: str
    path: str
    sha256: str
    print: Callable[[], bytes] | None = None


def kept_files() -> Iterator[KeptFile]:
    """All that rows name, kind by kind."""
    for document in Document.objects.select_related("invoice").order_by("chain_position").iterator():
        name = f"PDF {of(str(document.invoice))}"
        yield KeptFile(name, document.path, document.sha256, partial(rendering.print_pdf, document.invoice))
    for letter in Letter.objects.exclude(made_at=None).order_by("pk").iterator():
        name = f"courrier n°{NO_BREAK_SPACE}{letter.pk}, {letter.subject}"
        yield KeptFile(name, letter.path, letter.sha256, partial(letters.print_pdf, letter))
    for sheet in SignedSheet.objects.exclude(made_at=None).order_by("pk").iterator():
        name = f"relevé signé {sheet.content['reference']}"
        yield KeptFile(name, sheet.path, sheet.sha256, partial(freezing.render_signed, sheet))
    yield from _brought()


def _brought() -> Iterator[KeptFile]:
    """What people brought, and what mails carry."""
    for mail in Mail.objects.exclude(file_path="").order_by("pk").iterator():
        name = f"pièce jointe du message n°{NO_BREAK_SPACE}{mail.pk}"
        yield KeptFile(name, mail.file_path, mail.file_sha256)
    called = _names()
    made = {
        row.pdf_id: partial(printing.render, row) for row in Paper.objects.exclude(pdf=None).order_by("pk")
    }
    for file in File.objects.filter(purged_at=None).order_by("pk").iterator():
        name = called.get(file.pk, f"fichier «{NO_BREAK_SPACE}{file.name}{NO_BREAK_SPACE}»")
        yield KeptFile(name, file.path, file.sha256, made.get(file.pk))


def _names() -> dict[int, str]:
    """Files by what they are to the row that points at them."""
    receipts = Expense.objects.exclude(receipt=None).values_list("receipt_id", "pk", "label")
    logos = Group.objects.exclude(logo=None).values_list("logo_id", "name")
    papers = Paper.objects.exclude(pdf=None).values_list("pdf_id", "title", "reference")
    copies = Signature.objects.exclude(copy=None).select_related("copy", "party__paper")
    attestations = VatAttestation.objects.exclude(document=None).select_related("document", "member")
    return {
        **{
            file: f"justificatif de la dépense n°{NO_BREAK_SPACE}{pk}, {label}"
            for file, pk, label in receipts
        },
        **{file: f"PDF du document {title} {reference}" for file, title, reference in papers},
        **{row.copy.pk: f"copie signée de {row.party.paper.reference}" for row in copies if row.copy},
        **{file: f"logo du groupement ({name})" for file, name in logos},
        **{
            row.document.pk: f"attestation de TVA ({row.member}, {row})"
            for row in attestations
            if row.document
        },
    }


def named_columns() -> set[tuple[str, str]]:
    """The columns that kept_files() reads, for the test that none is forgotten."""
    papers = {(model._meta.label, "path") for model in (Document, File, Letter, SignedSheet)}
    return papers | {(Mail._meta.label, "file_path")}


def file_columns(models: list[Any]) -> set[tuple[str, str]]:
    """The columns of these models that name a stored file."""
    return {
        (model._meta.label, field.name)
        for model in models
        for field in model._meta.concrete_fields
        if isinstance(field, FileField) or field.name == "path" or field.name.endswith("_path")
    }


def check_files(*, makes_again: bool = False) -> Checked:
    """Read every file; with ``makes_again``, what is gone is made anew where that gives the same digest."""
    found, count = [], 0
    for kept in kept_files():
        count += 1
        wrong = _wrong(kept)
        if wrong and makes_again and wrong is MISSING and _made_again(kept):
            continue
        if wrong:
            found.append(
                ProofFinding(FindingKind.FILE, kept.subject, f"{kept.path}{NO_BREAK_SPACE}: {wrong}")
            )
    return Checked({FindingKind.FILE: count}, found)


MISSING = "le fichier n’est plus là."
ALTERED = "le fichier n’a plus l’empreinte qu’il avait."


def _wrong(kept: KeptFile) -> str:
    try:
        with storages["private"].open(kept.path, "rb") as file:
            digest = paper.digest_of(file)
    except FileNotFoundError:
        return MISSING
    except OSError as error:
        return f"le fichier ne se lit pas ({type(error).__name__})."
    return ALTERED if kept.sha256 and digest != kept.sha256 else ""


def _made_again(kept: KeptFile) -> bool:
    """Whether the file could be made anew to the same byte; only then it is put where it was."""
    if kept.print is None:
        return False
    printed = kept.print()
    if hashlib.sha256(printed).hexdigest() != kept.sha256:
        return False
    paper.store(kept.path, printed)
    return True
