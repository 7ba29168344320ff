"""Amounts against the copies of what was issued, numbers without gap, rows against their histories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Sum
from pghistory.models import Event

from billing.documents import numbering
from billing.models import BillingRun, Charge, Invoice, InvoiceStatus, Line, RunStatus, Series
from billing.proving.findings import Checked, FindingKind, ProofFinding
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, of
from groupement.kernel.money import ZERO, spell
from timesheets.models import Entry, SignedSheet, TimesheetStatus

# What a line of the paper and its row both say.
LINE = ("label", "detail", "quantity", "unit_price", "net", "vat_regime")


def check_figures() -> Checked:
    """Each issued document, its lines and charges as its copy says; each run as its settlements, hours as signed."""
    found = [*_invoices(), *_runs(), *_signed_hours()]
    count = Invoice.objects.filter(status=InvoiceStatus.ISSUED).count()
    return Checked({FindingKind.FIGURE: count}, found)


def _invoices() -> Iterator[ProofFinding]:
    rows: dict[int, list[Line]] = defaultdict(list)
    issued = Line.objects.filter(invoice__status=InvoiceStatus.ISSUED)
    for line in issued.order_by("invoice", "position").iterator():
        rows[line.invoice_id].append(line)
    for invoice in (
        Invoice.objects.filter(status=InvoiceStatus.ISSUED).order_by("series", "sequence").iterator()
    ):
        if wrong := _differences(invoice, rows.get(invoice.pk, [])):
            name = f"{invoice.document_name} {invoice.number}"
            sentence = f"ne dit plus ce que dit sa copie{NO_BREAK_SPACE}: {enumeration(wrong)}."
            yield ProofFinding(FindingKind.FIGURE, name, sentence)
    billed = Charge.objects.filter(line__invoice__status=InvoiceStatus.ISSUED).select_related("line__invoice")
    for charge in billed.order_by("pk").iterator():
        billed_on = charge.line
        if (
            billed_on
            and (charge.net, charge.quantity) != (billed_on.net, billed_on.quantity)
            and not _is_part(charge)
        ):
            sentence = f"{spell(charge.net)} au lieu de {spell(billed_on.net)} sur la ligne."
            yield ProofFinding(
                FindingKind.FIGURE,
                f"somme due n°{NO_BREAK_SPACE}{charge.pk} {of(str(billed_on.invoice))}",
                sentence,
            )


def _is_part(charge: Charge) -> bool:
    """A sum of a credit note is on its line with the other sign."""
    return charge.line is not None and charge.net == -charge.line.net


def _differences(invoice: Invoice, lines: list[Line]) -> list[str]:
    """What row and copy say differently, in French."""
    copied: Any = invoice.snapshot or {}
    expected = {
        "le numéro": (invoice.number, copied.get("number")),
        "la date": (invoice.issued_on and invoice.issued_on.isoformat(), copied.get("issued_on")),
        "l’échéance": (invoice.due_on and invoice.due_on.isoformat(), copied.get("due_on")),
        "le montant HT": (invoice.net, _money(copied.get("net"))),
        "la TVA": (invoice.vat, _money(copied.get("vat_total"))),
        "le total": (invoice.total, _money(copied.get("total"))),
        "la somme des taux": (
            invoice.net,
            sum((_money(row["base"]) or ZERO for row in copied.get("vat", ())), ZERO),
        ),
        "les lignes": (
            [(line.position, *(str(getattr(line, name)) for name in LINE)) for line in lines],
            [(row["position"], *(row[name] for name in LINE)) for row in copied.get("lines", ())],
        ),
    }
    return [name for name, (row, copy) in expected.items() if row != copy]


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _runs() -> Iterator[ProofFinding]:
    names = ("employer_cost", "charged", "reserve")
    settled = BillingRun.objects.filter(status=RunStatus.ISSUED).exclude(employer_cost=None)
    for run in settled.annotate(**{f"sum_{name}": Sum(f"settlements__{name}") for name in names}).order_by(
        "pk"
    ):
        if any(getattr(run, name) != (getattr(run, f"sum_{name}") or ZERO) for name in names):
            sentence = "le coût, le refacturé ou la réserve n’est plus la somme de ses décomptes."
            yield ProofFinding(FindingKind.FIGURE, run.label, sentence)


def _signed_hours() -> Iterator[ProofFinding]:
    """The last version of each approved sheet holds the minutes that are there."""
    there = dict(
        Entry.objects.filter(timesheet__status=TimesheetStatus.APPROVED)
        .order_by("timesheet")
        .values_list("timesheet")
        .annotate(Sum("minutes"))
    )
    last = SignedSheet.objects.filter(timesheet__status=TimesheetStatus.APPROVED)
    for sheet in last.order_by("timesheet", "-version").distinct("timesheet").iterator():
        if sheet.content["minutes"] != there.get(sheet.timesheet_id, 0):
            sentence = "les heures du relevé ne sont plus celles qui ont été signées."
            yield ProofFinding(FindingKind.FIGURE, f"relevé signé {sheet.content['reference']}", sentence)


def check_numbers() -> Checked:
    """Each series has all its numbers, its counter and its date at the last of them."""
    found = [
        ProofFinding(FindingKind.NUMBER, f"série {gap.series}", gap.sentence) for gap in numbering.gaps()
    ]
    count = Invoice.objects.filter(status=InvoiceStatus.ISSUED).count()
    for series in Series.objects.order_by("year", "kind"):
        last = series.invoices.exclude(sequence=None).order_by("-sequence").first()
        if last is not None and last.issued_on != series.last_issued_on:
            sentence = "sa dernière date n’est pas celle de son dernier document."
            found.append(ProofFinding(FindingKind.NUMBER, f"série {series}", sentence))
    return Checked({FindingKind.NUMBER: count}, found)


def check_histories() -> Checked:
    """Each row whose changes are kept is what its last change says; none is gone without a word."""
    found, count = [], 0
    for event in apps.get_models():
        tracked = getattr(event, "pgh_tracked_model", None)
        if not issubclass(event, Event) or tracked is None or event._meta.proxy:
            continue
        count += 1
        for pk, is_gone in _unlike(event, tracked):
            sentence = (
                "a disparu sans que son historique le dise."
                if is_gone
                else "ne dit pas ce que dit son historique."
            )
            name = f"{tracked._meta.verbose_name} n°{NO_BREAK_SPACE}{pk}"
            found.append(ProofFinding(FindingKind.HISTORY, name, sentence))
    return Checked({FindingKind.HISTORY: count}, found)


def _unlike(event: Any, tracked: Any) -> list[tuple[int, bool]]:
    """The rows (ids) that are not as their last event, and whether they are gone."""
    quote = connection.ops.quote_name
    labels = {tracker.label: tracker for tracker in event.pgh_trackers}
    condition = getattr(labels.get("update"), "condition", None)
    # The fields whose change leaves an event: all that the history keeps, unless its condition names them.
    names = list(getattr(condition, "fields", None) or ()) or [
        field.name for field in tracked._meta.concrete_fields
    ]
    kept = {field.name for field in event._meta.concrete_fields}
    columns = [tracked._meta.get_field(name).column for name in names if name in kept]
    row, last = (", ".join(f"{of}.{quote(column)}" for column in columns) for of in ("t", "e"))
    gone = "e.pgh_label <> 'delete'" if "delete" in labels else "false"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.pgh_obj_id, t.id IS NULL FROM (SELECT DISTINCT ON (pgh_obj_id) * FROM {event._meta.db_table}"  # noqa: S608  # nosec B608 - names of our tables
            f" ORDER BY pgh_obj_id, pgh_id DESC) e LEFT JOIN {tracked._meta.db_table} t ON t.id = e.pgh_obj_id"
            f" WHERE CASE WHEN t.id IS NULL THEN {gone} ELSE ROW({row}) IS DISTINCT FROM ROW({last}) END"
            " ORDER BY e.pgh_obj_id"
        )
        return list(cursor.fetchall())
