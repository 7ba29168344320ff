"""The chain of documents, and what was frozen as text, against the digests of their day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from billing.documents import letters
from billing.documents.rendering import NO_DOCUMENT_BEFORE, chain_digest
from billing.grants import reports
from billing.models import Document, FundingReport, Invoice, InvoiceStatus, Letter, Rendering, RenderingStatus
from billing.proving.findings import Checked, FindingKind, ProofFinding
from charter import writing
from charter.models import Charter, CharterStatus
from groupement.kernel.french import NO_BREAK_SPACE, of
from members.papers import verifying
from members.papers.models import Paper
from timesheets import freezing
from timesheets.models import SignedSheet


def check_chain() -> Checked:
    """Each document is chained to the one before; none is missing in between, nor of an invoice that had one."""
    found, before, expected = [], NO_DOCUMENT_BEFORE, 1
    documents = (
        Document.objects.select_related("invoice").defer("invoice__snapshot").order_by("chain_position")
    )
    for document in documents.iterator():
        name = f"PDF {of(str(document.invoice))}"
        if document.chain_position != expected:
            missing = f"il manque le rang {expected} de la chaîne, avant ce document."
            found.append(ProofFinding(FindingKind.CHAIN, name, missing))
        elif document.chain_digest != chain_digest(before, document.path, document.sha256):
            broken = "le maillon de ce document ne suit plus du précédent."
            found.append(ProofFinding(FindingKind.CHAIN, name, broken))
        before, expected = document.chain_digest, document.chain_position + 1
    done = Rendering.objects.filter(status=RenderingStatus.DONE, invoice__document=None)
    for job in done.select_related("invoice").order_by("pk"):
        gone = "son PDF était fait, et n’est plus dans la chaîne."
        found.append(ProofFinding(FindingKind.CHAIN, f"PDF {of(str(job.invoice))}", gone))
    waits = Invoice.objects.filter(status=InvoiceStatus.ISSUED, document=None, rendering=None)
    for number in waits.order_by("pk").values_list("number", flat=True):
        lacks = "elle est émise sans PDF, fait ou demandé."
        found.append(ProofFinding(FindingKind.CHAIN, f"facture {number}", lacks))
    return Checked({FindingKind.CHAIN: expected - 1}, found)


# What was frozen as JSON: how a row is called, and how its content is digested.
FROZEN: tuple[tuple[Any, str, Callable[[Any], str]], ...] = (
    (Letter, "courrier", letters.content_digest),
    (SignedSheet, "relevé signé", freezing.digest_of),
    (FundingReport, "état de financement", reports.digest_of),
)


def check_contents() -> Checked:
    """Letters, signed sheets, reports of grants and charters say what they said when their digest was taken."""
    found, count = [], 0
    for subject, is_whole in _contents():
        count += 1
        if not is_whole:
            changed = "le contenu n’a plus l’empreinte qu’il avait."
            found.append(ProofFinding(FindingKind.CONTENT, subject, changed))
    return Checked({FindingKind.CONTENT: count}, found)


def _contents() -> Iterator[tuple[str, bool]]:
    for model, label, digest in FROZEN:
        for row in model._default_manager.order_by("pk").iterator():
            yield f"{label} n°{NO_BREAK_SPACE}{row.pk}", digest(row.content) == row.digest
    for paper in Paper.objects.order_by("pk").iterator():
        yield f"document {paper}", not verifying.faults(paper)
    for charter in Charter.objects.exclude(status=CharterStatus.DRAFT).order_by("version"):
        yield f"charte, version {charter.version}", writing.verify(charter)
