"""Make the PDF of each issued invoice, once: a durable job row, a file written whole, a digest chained to the last."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from celery import current_app
from django.db import connection, transaction
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils import timezone

from billing.documents.payment_code import payment_code
from billing.models import (
    BillingRun,
    Document,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Rendering,
    RenderingStatus,
)
from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from members.roles import TELL_ADMIN
from timesheets import freezing
from timesheets.models import SignedSheet

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
JUST_QUEUED = timedelta(seconds=5)
# The key of the lock under which a document is added to the chain; any number that nobody else uses.
CHAIN_LOCK = 7_204_110
NO_DOCUMENT_BEFORE = "0" * 64
TASK = "billing.tasks.render_invoice"


class PdfNotReady(Refusal):
    """The file is not made yet, or is no longer what was made."""


@dataclass(frozen=True)
class RenderingProgress:
    """How far a run's files are; ``waiting`` are neither ready nor given up."""

    total: int
    ready: int
    failed: int

    @property
    def waiting(self) -> int:
        return self.total - self.ready - self.failed

    @property
    def is_over(self) -> bool:
        return not self.waiting


def enqueue(invoices: Iterable[int]) -> None:
    """Tell the worker to make these files; call it on commit. What gets lost on the way, ``take_up`` sends again."""
    for invoice in invoices:
        current_app.send_task(TASK, [invoice])


def render(invoice: int, *, at: datetime) -> Document | None:
    """Make the file of the invoice with this id; the Document, or None when another worker has it in hand.

    Run again, it answers with the document that is there. The paper is made from the snapshot only. A failure is kept
    on the job and raised; after the third, the job is given up until ``retry``.
    """
    done = Document.objects.filter(invoice=invoice).first()
    if done or not _claim(invoice, at):
        return done
    try:
        return _make(invoice)
    except Exception as error:
        _fail(invoice, error, at)
        raise


def interrupted(at: datetime) -> list[int]:
    """Put what was left back in the queue: jobs sent a while ago, jobs whose worker died. Their invoices' ids.

    A worker holds the lock of the row it works on; a row "running" that nobody locks was left by a dead one.
    """
    with transaction.atomic():
        old = Rendering.objects.filter(
            Q(status=RenderingStatus.PENDING, queued_at__lt=at - JUST_QUEUED)
            | Q(status=RenderingStatus.RUNNING, started_at__lt=at - JUST_QUEUED)
        )
        left = list(old.select_for_update(skip_locked=True).order_by("pk").values_list("pk", "invoice"))
        rows = Rendering.objects.filter(pk__in=[pk for pk, _ in left])
        rows.update(status=RenderingStatus.PENDING, queued_at=at)
    return [invoice for _, invoice in left]


@transaction.atomic
def retry(invoices: Iterable[int], *, at: datetime) -> int:
    """Give the jobs of these invoices that were given up three more tries, and queue them on commit; how many."""
    given_up = Rendering.objects.filter(invoice__in=invoices, status=RenderingStatus.FAILED)
    ids = list(given_up.select_for_update().order_by("pk").values_list("invoice", flat=True))
    again = {"status": RenderingStatus.PENDING, "attempts": 0, "queued_at": at, "finished_at": None}
    Rendering.objects.filter(invoice__in=ids).update(**again)
    transaction.on_commit(lambda: enqueue(ids), robust=True)
    return len(ids)


def progress(run: BillingRun) -> RenderingProgress:
    """Counts of the run's files, in one query."""
    counts = Rendering.objects.filter(invoice__run=run).aggregate(
        total=Count("pk"),
        ready=Count("pk", filter=Q(status=RenderingStatus.DONE)),
        failed=Count("pk", filter=Q(status=RenderingStatus.FAILED)),
    )
    return RenderingProgress(**counts)


def open_document(document: Document) -> IO[bytes]:
    """The file, at its start, after its digest was checked. Raises NotReady when it is gone or was changed."""
    try:
        return paper.open_stored(document.path, document.sha256)
    except FileNotFoundError as error:
        log.error("document missing: %s", document.pk)
        raise PdfNotReady(f"Le fichier de cette facture est introuvable. {TELL_ADMIN}") from error
    except paper.Altered as error:
        log.error("document altered: %s", document.pk)
        raise PdfNotReady(
            f"Le fichier de cette facture a été modifié depuis sa création. {TELL_ADMIN}"
        ) from error


def _claim(invoice: int, at: datetime) -> bool:
    """Mark the job as running, unless somebody else has it."""
    with transaction.atomic():
        job = (
            Rendering.objects.select_for_update(skip_locked=True)
            .filter(invoice=invoice, status=RenderingStatus.PENDING)
            .first()
        )
        if job is None:
            return False
        job.status, job.started_at, job.attempts = RenderingStatus.RUNNING, at, job.attempts + 1
        job.save(update_fields=["status", "started_at", "attempts"])
    return True


@transaction.atomic
def _make(invoice: int) -> Document | None:
    """Print, write and record under the lock of the job's row, which says that its worker is alive."""
    job = (
        Rendering.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(invoice=invoice, status=RenderingStatus.RUNNING)
        .select_related("invoice")
        .first()
    )
    if job is None:
        return None
    printed = print_pdf(job.invoice)
    document = _record(job.invoice, printed)
    job.status, job.finished_at, job.error = RenderingStatus.DONE, document.made_at, ""
    job.save(update_fields=["status", "finished_at", "error"])
    log.info("document made: %s", document.pk)
    return document


def print_pdf(invoice: Invoice) -> bytes:
    """The PDF/A of an issued invoice, from its snapshot; the same bytes each time."""
    copied, issued_at = invoice.snapshot, invoice.issued_at
    if copied is None or issued_at is None:
        raise PdfNotReady("Un brouillon n’a pas de PDF.")
    kind = "Avoir" if invoice.kind == InvoiceKind.CREDIT_NOTE else "Facture"
    return paper.pdf(
        render_to_string("paper/invoice.html", {"invoice": copied, "code": payment_code(copied)}),
        title=f"{kind} {copied['number']}",
        author=copied["seller"]["name"],
        created_at=issued_at,
        identifier=copied["number"],
    )


def print_draft(copied: Mapping[str, Any], *, at: datetime) -> bytes:
    """What a draft would print, from the copy that its issue would freeze: marked, without number, never kept."""
    context = {"invoice": {**copied, "number": ""}, "is_draft": True}
    return paper.pdf(
        render_to_string("paper/invoice.html", context),
        title=f"Brouillon, {copied['buyer']['legal_name']}",
        author=copied["seller"]["name"],
        created_at=at,
        identifier=f"brouillon {copied['buyer']['legal_name']} {at.isoformat()}",
    )


def _record(invoice: Invoice, printed: bytes) -> Document:
    kept = paper.store(f"invoices/{invoice.issued_on:%Y}/{invoice.number}.pdf", printed)
    with connection.cursor() as cursor:
        # Held to the end of the transaction: positions have no gap and each digest is chained to the one before.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    last = Document.objects.order_by("-chain_position").first()
    before = last.chain_digest if last else NO_DOCUMENT_BEFORE
    return Document.objects.create(
        invoice=invoice,
        path=kept.path,
        size=kept.size,
        sha256=kept.sha256,
        chain_position=last.chain_position + 1 if last else 1,
        chain_digest=chain_digest(before, kept.path, kept.sha256),
        made_at=timezone.now(),
    )


def chain_digest(before: str, path: str, sha256: str) -> str:
    """The digest that ties a document to the one made before it."""
    return hashlib.sha256(f"{before}\n{path}\n{sha256}".encode()).hexdigest()


def _fail(invoice: int, error: Exception, at: datetime) -> None:
    """Keep the error on the job: to be tried again, or given up after the last attempt.

    ``at``: when it was claimed. A job that was put back meanwhile is no longer ours, and left as it is.
    """
    log.exception("document not made: invoice %s", invoice)
    with transaction.atomic():
        ours = Rendering.objects.select_for_update().filter(status=RenderingStatus.RUNNING, started_at=at)
        job = ours.filter(invoice=invoice).first()
        if job is None:
            return
        job.error = f"{type(error).__name__}{NO_BREAK_SPACE}: {error}"[:500]
        is_last = job.attempts >= MOST_ATTEMPTS
        job.status = RenderingStatus.FAILED if is_last else RenderingStatus.PENDING
        job.finished_at = timezone.now() if is_last else None
        job.save(update_fields=["error", "status", "finished_at"])


# The first moment a ZIP can name: its bytes tell no clock.
EARLIEST = (1980, 1, 1, 0, 0, 0)
IN_MEMORY = 8 * 1024 * 1024


def zip_of(run: BillingRun) -> IO[bytes]:
    """All PDFs of the month's issued invoices, in a temporary file at its start, named "F-2026-0001 Aloen.pdf".

    Each file's digest is checked. Raises NotReady while one is missing: a bundle that lacks an invoice would deceive.
    """
    issued = Invoice.objects.filter(run__month=run.month, status=InvoiceStatus.ISSUED).count()
    documents = (
        Document.objects.filter(invoice__run__month=run.month)
        .select_related("invoice")
        .order_by("path", "pk")
    )
    if not issued or len(documents) < issued:
        raise PdfNotReady(
            f"{len(documents)} PDF sur {issued} sont prêts. Attendez la fin, ou relancez ceux en échec."
            if issued
            else "Aucune facture n’est émise pour ce mois."
        )
    annexes = _annexes(run)
    bundle = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        with zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as archive:
            for document in documents:
                _add(archive, file_name(document.invoice), open_document(document))
                for row in annexes.get(document.invoice_id, ()):
                    name = f"{file_name(document.invoice)[:-4]} annexes/{annex_name(row)}"
                    _add(archive, name, freezing.open_printed(row))
    except BaseException:
        bundle.close()
        raise
    bundle.seek(0)
    return bundle


def annex_name(row: SignedSheet) -> str:
    """Month, person and number of a signed sheet: "2026-11 Maelle-Kerbrat 42-1.pdf"."""
    return f"{row.content['month']} {_plain(row.content['employee'])} {row.timesheet_id}-{row.version}.pdf"


def _annexes(run: BillingRun) -> dict[int, list[SignedSheet]]:
    """The signed sheets that the run’s invoices name, by invoice. Raises NotPrinted while one has no file."""
    named: dict[tuple[int, int], int] = {
        (sheet["signed"]["timesheet"], sheet["signed"]["version"]): invoice.pk
        for invoice in Invoice.objects.filter(run__month=run.month, status=InvoiceStatus.ISSUED).order_by(
            "pk"
        )
        for sheet in (invoice.snapshot or {}).get("annex", ())
        if "signed" in sheet
    }
    found: dict[int, list[SignedSheet]] = defaultdict(list)
    rows = SignedSheet.objects.filter(timesheet__in={sheet for sheet, _ in named})
    for row in rows.order_by("timesheet", "version"):
        if (row.timesheet_id, row.version) in named:
            found[named[row.timesheet_id, row.version]].append(row)
    return found


def _add(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> None:
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.external_attr = 0o600 << 16
    with source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target)


def file_name(invoice: Invoice) -> str:
    """Number and member, in letters that every computer takes: "F-2026-0001 Optimism.pdf"."""
    return f"{invoice.number} {_plain((invoice.snapshot or {})['buyer']['legal_name'])}.pdf"


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:60]
