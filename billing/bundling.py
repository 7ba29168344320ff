"""One ZIP of a run's invoices and of the signed timesheets behind them, the same bytes each time."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from typing import IO

from billing import rendering
from billing.models import BillingRun, Document, Invoice, InvoiceStatus
from timesheets import freezing
from timesheets.models import SignedSheet

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
    annexes = _annexes(run)
    bundle = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        with zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as archive:
            for document in documents:
                _add(archive, file_name(document.invoice), rendering.open_document(document))
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
        for invoice in run.invoices.filter(status=InvoiceStatus.ISSUED).order_by("pk")
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
