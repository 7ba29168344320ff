"""Number and freeze drafts, last of all; and issue those that no run of a month holds: credit notes and true-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.documents import numbering, snapshot
from billing.models import Invoice, InvoiceStatus, Rendering
from billing.month import ahead
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.printable import refuse_holes
from members.models import User


class DraftNotIssuable(Refusal):
    """There is nothing to issue, or the invoice has to stay a draft."""


@transaction.atomic
def issue_alone(
    draft: Invoice,
    *,
    by: User | None,
    at: datetime,
    concerning: Sequence[Invoice] = (),
    issued_on: date | None = None,
) -> Invoice:
    """Issue a draft that no run holds, a credit note or a true-up: summed up, copied, numbered last, frozen.

    ``concerning`` are the invoices that a true-up settles, named on its paper; ``issued_on`` is its date when it is not
    that of ``at``, the day that earlier numbers have reached. Net and VAT are written from the lines.
    Queue the file afterwards with ``rendering.enqueue``. Raises DraftNotIssuable without a line, for a draft of a run
    and for a sum of zero; NumberTooEarly, ahead.NotTheDateReached.
    """
    return issue_together([draft], by=by, at=at, concerning={draft.pk: concerning}, issued_on=issued_on)[0]


@transaction.atomic
def issue_together(
    drafts: Sequence[Invoice],
    *,
    by: User | None,
    at: datetime,
    concerning: Mapping[int, Sequence[Invoice]] | None = None,
    issued_on: date | None = None,
) -> list[Invoice]:
    """The same for several, all or none, numbered in the order given; what they have in common is read once."""
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("member", "corrects", "true_up")
    found = rows.in_bulk([draft.pk for draft in drafts])
    ordered = [found[draft.pk] for draft in drafts]
    if any(row.run_id is not None or row.status != InvoiceStatus.DRAFT for row in ordered):
        raise DraftNotIssuable("Ce document est déjà émis, ou attend la clôture de son mois.")
    days = [row.corrects.issued_on for row in ordered if row.corrects and row.corrects.issued_on]
    kinds, corrected = {row.kind for row in ordered}, max(days, default=None)
    on = ahead.checked_date(issued_on, timezone.localdate(at), kinds, corrected=corrected)
    copier = snapshot.prepare(ordered, issued_on=on, concerning=concerning or {})
    for row in ordered:
        _sum_up(row, copier)
    copies = [copier.copy(row) for row in ordered]
    refuse_holes(copies)
    number_drafts(ordered, copies, copier, by=by, at=at)
    Rendering.objects.bulk_create(Rendering(invoice=row, queued_at=at) for row in ordered)
    return ordered


def _sum_up(row: Invoice, copier: snapshot.SnapshotBuilder) -> None:
    """Write net and VAT from the lines."""
    if not copier.lines.get(row.pk):
        raise DraftNotIssuable("Ce document n’a aucune ligne.")
    net, tax = copier.totals(row)
    if not net:
        raise DraftNotIssuable("Ce document ne porte aucune somme.")
    Invoice.objects.filter(pk=row.pk).update(net=net, vat=tax, total=net + tax)
    row.net, row.vat, row.total = net, tax, net + tax


@transaction.atomic
def number_drafts(
    rows: Sequence[Invoice],
    copies: Sequence[Mapping[str, Any]],
    copier: snapshot.SnapshotBuilder,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Take the numbers, last of all and as one block, and freeze each row with its copy."""
    kinds = [row.kind for row in rows]
    numbers = numbering.next_numbers(kinds, issued_on=copier.issued_on, group=copier.group)
    columns = [
        {
            "series": number.series,
            "sequence": number.sequence,
            "number": number.number,
            "issued_at": at,
            "issued_on": copier.issued_on,
            "due_on": copier.due_of(row),
            "snapshot": snapshot.with_number(copied, number.number),
        }
        for row, copied, number in zip(rows, copies, numbers, strict=True)
    ]
    Invoice.move_together(rows, InvoiceStatus.ISSUED, by=by, at=at, columns=columns)
