"""Issue a credit note: what is credited is named line by line and entry by entry, once, and to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.accounts import allocating
from billing.credit_notes.composing import Composed, NotCreditable, Piece, Request, Whole, compose
from billing.credit_notes.remaining import Left, left
from billing.models import Charge, Fate, Invoice, InvoiceKind, InvoiceStatus, Line, Release
from billing.month import issuing
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from members.models import Member, User

REASON_LENGTH = 300


class Changed(Refusal):
    """What is left of the invoice is no longer what the person saw."""


@transaction.atomic
def credit(
    invoice: Invoice,
    *,
    lines: Sequence[Request],
    reason: str,
    by: User | None,
    at: datetime,
    seen: Decimal | None = None,
) -> Invoice:
    """Issue the credit note that ``lines`` ask of ``invoice``, and settle with it what is still due of that one.

    Amounts are positive and mirror the invoice's to the cent, VAT included (rule R6). Hours are released (the next run
    bills them again) or voided (never), entry by entry; another sum comes back only when it is released whole. The
    timesheets stay sealed. What the credit exceeds of the due stays the member's. ``seen`` is what was left of the
    invoice, VAT included, when the person looked: nobody credits twice by clicking twice. Queue the file afterwards
    with ``rendering.enqueue``.

    Raises NotCreditable (a draft, a credit note, nothing left, too much, no reason), Changed, TooEarly.
    """
    row = _locked(invoice)
    _refuse(row, reason, at)
    rest = left(row)
    if seen is not None and rest.total != seen:
        raise Changed(
            f"Un avoir vient d’être émis sur la facture {row.number}{NO_BREAK_SPACE}: il en reste "
            f"{spell(rest.total)} et non {spell(seen)}. Vérifiez de nouveau ce qui est à créditer."
        )
    composed = compose(rest, lines)
    note = _write(row, composed, reason=reason.strip(), at=at)
    issued = issuing.issue_alone(note, by=by, at=at)
    allocating.apply_credit(issued, by=by, at=at)
    return issued


def preview(invoice: Invoice, *, lines: Sequence[Request], at: datetime) -> Composed:
    """The credit note that ``credit`` would issue, nothing written. Raises NotCreditable as it would."""
    _refuse(invoice, "x", at)
    return compose(left(invoice), lines)


def whole(invoice: Left, fate: Fate) -> list[Request]:
    """All that is left of each line; what cannot come back (a line credited in part before) is given up."""
    return [
        Whole(row.line, fate if row.may_come_back else Fate.VOIDED)
        for row in invoice.lines
        if not row.is_gone
    ]


def _locked(invoice: Invoice) -> Invoice:
    """The invoice's row: two credits of one invoice wait for each other. NO KEY: what refers to it goes on.

    The member first, as whoever settles does: else the two could wait for each other for ever.
    """
    Member.objects.select_for_update(no_key=True).get(pk=invoice.member_id)
    return (
        Invoice.objects.select_for_update(no_key=True, of=("self",))
        .select_related("member")
        .get(pk=invoice.pk)
    )


def _refuse(invoice: Invoice, reason: str, at: datetime) -> None:
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise NotCreditable("Un avoir ne se crédite pas. S’il est faux, facturez de nouveau ce qui est dû.")
    if invoice.status != InvoiceStatus.ISSUED or invoice.issued_on is None:
        raise NotCreditable("Un brouillon ne se crédite pas. Corrigez ce qui l’explique, puis refaites-le.")
    if timezone.localdate(at) < invoice.issued_on:
        raise NotCreditable(
            f"Un avoir n’est pas daté d’avant sa facture, qui est du {invoice.issued_on:%d/%m/%Y}."
        )
    if not reason.strip():
        raise NotCreditable("Indiquez le motif de l’avoir, il y figurera.", field="reason")
    if len(reason.strip()) > REASON_LENGTH:
        raise NotCreditable(f"Le motif dépasse {REASON_LENGTH} caractères. Raccourcissez-le.", field="reason")


def _write(invoice: Invoice, composed: Composed, *, reason: str, at: datetime) -> Invoice:
    """The draft of the credit note, its lines, and what becomes of the hours and sums."""
    note = Invoice.objects.create(
        kind=InvoiceKind.CREDIT_NOTE,
        corrects=invoice,
        reason=reason,
        member=invoice.member,
        is_out_of_scope=invoice.is_out_of_scope,
        service_month=invoice.service_month,
        drafted_at=at,
        minutes=composed.minutes,
    )
    lines = Line.objects.bulk_create(
        _line(note, position, piece) for position, piece in enumerate(composed.pieces, start=1)
    )
    Release.objects.bulk_create(
        Release(
            line=line,
            credited=piece.of.charge,
            entry_id=entry.entry,
            minutes=minutes,
            fate=piece.fate,
        )
        for line, piece in zip(lines, composed.pieces, strict=True)
        for entry, minutes in piece.hours
    )
    freed = [piece.of.charge.pk for piece in composed.pieces if piece.releases_charge and piece.of.charge]
    Charge.objects.filter(pk__in=freed, released_at=None).update(released_at=at)
    return note


def _line(note: Invoice, position: int, piece: Piece) -> Line:
    return Line(
        invoice=note,
        position=position,
        label=piece.label,
        detail=piece.detail,
        quantity=piece.quantity,
        unit=piece.unit,
        unit_price=piece.unit_price,
        net=piece.net,
        vat_regime=piece.of.line.vat_regime,
        credits=piece.of.line,
    )
