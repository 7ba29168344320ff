"""One ZIP of a run's invoices, the same bytes each time."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
import zipfile
from typing import IO

from billing import rendering
from billing.models import BillingRun, Document, Invoice, InvoiceStatus

# The first moment a ZIP can name: its bytes tell no clock.
EARLIEST = (1980, 1, 1, 0, 0, 0)
IN_MEMORY = 8 * 1024 * 1024


def zip_of(run: BillingRun) -> IO[bytes]:
    """All PDFs of the run's issued invoices, in a temporary file at its start, named "F-2026-0001 Aloen.pdf".

    Each file's digest is checked. Raises NotReady while one is missing: a bundle that lacks an invoice would deceive.
    """
    issued = run.invoices.filter(status=InvoiceStatus.ISSUED).count()
    documents = Document.objects.filter(invoice__run=run).select_related("invoice").order_by("path", "pk")
    if not issued or len(documents) < issued:
        raise rendering.NotReady(
            f"{len(documents)} PDF sur {issued} sont prêts. Attendez la fin, ou relancez ceux en échec."
            if issued
            else "Aucune facture n’est émise pour ce mois."
        )
    bundle = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as archive:
        for document in documents:
            entry = zipfile.ZipInfo(file_name(document.invoice), EARLIEST)
            entry.external_attr = 0o600 << 16
            with rendering.open_document(document) as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
    bundle.seek(0)
    return bundle


def file_name(invoice: Invoice) -> str:
    """Number and member, in letters that every computer takes: "F-2026-0001 Optimism.pdf"."""
    plain = (
        unicodedata.normalize("NFKD", (invoice.snapshot or {})["buyer"]["legal_name"])
        .encode("ascii", "ignore")
        .decode()
    )
    safe = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60]
    return f"{invoice.number} {safe}.pdf"
