"""Issue a credit note on an invoice: each line and each entry is credited once, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.accounts import allocating
from billing.costs import leave_ledger
from billing.credit_notes.composing import (
    CreditLine,
    CreditNoteDraft,
    CreditRequest,
    CreditWhole,
    NotCreditable,
    compose_credit_note,
)
from billing.credit_notes.giving_back import hours_given_back
from billing.credit_notes.remaining import InvoiceRemainder, remainder_of
from billing.models import Charge, Fate, Invoice, InvoiceKind, InvoiceStatus, Line, Release
from billing.month import ahead, sealing
from billing.month.ahead import date_reached
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from members.models import Member, User

REASON_LENGTH = 300


class RemainderChanged(Refusal):
    """What is left of the invoice is no longer what the person was shown."""


@transaction.atomic
def issue_credit_note(
    invoice: Invoice,
    *,
    lines: Sequence[CreditRequest],
    reason: str,
    by: User | None,
    at: datetime,
    expected: Decimal | None = None,
    issued_on: date | None = None,
    accepts_clock: bool = True,
) -> Invoice:
    """Issue the credit note that ``lines`` ask of ``invoice``, and settle with it what is still due of that invoice.

    Amounts are positive and mirror the invoice's to the cent, VAT included (rule R6). Hours are released (the next run
    bills them again) or voided (never), entry by entry; another sum comes back only when it is released whole, a flat
    amount or a share with the hours of its days. The timesheets stay sealed. What the credit exceeds of the due stays
    the member's; of a share of a cost, it holds no provision for leave any more. ``expected`` is what was left of the
    invoice, VAT included, on the page: nobody credits twice by clicking twice. Queue the file afterwards with
    ``rendering.enqueue``. ``issued_on``: its date when it is not that of ``at``, the day that numbers have reached. Not
    ``accepts_clock``, it asks first when today may be wrong (ahead.ClockInDoubt).

    Raises NotCreditable (a draft, a credit note, nothing left, too much, no reason), RemainderChanged, NumberTooEarly,
    ahead.NotTheDateReached.
    """
    if not accepts_clock:
        ahead.refuse_clock(timezone.localdate(at))
    row = _locked(invoice)
    _refuse(row, reason, issued_on or timezone.localdate(at))
    remainder = remainder_of(row)
    if expected is not None and remainder.total != expected:
        raise RemainderChanged(
            f"Un avoir vient d’être émis sur la facture {row.number}{NO_BREAK_SPACE}: il en reste "
            f"{spell(remainder.total)} et non {spell(expected)}. Vérifiez de nouveau ce qui est à créditer."
        )
    draft = compose_credit_note(remainder, lines)
    note = _write_draft(row, draft, reason=reason.strip(), at=at)
    issued = sealing.issue_alone(note, by=by, at=at, issued_on=issued_on)
    allocating.apply_credit(issued, by=by, at=at)
    leave_ledger.move_unpaid(issued, by=by, at=at)
    return issued


def preview_credit_note(
    invoice: Invoice, *, lines: Sequence[CreditRequest], at: datetime, issued_on: date | None = None
) -> CreditNoteDraft:
    """The credit note that would be issued, nothing written. Raises NotCreditable as it would."""
    _refuse(invoice, "x", issued_on or timezone.localdate(at))
    return compose_credit_note(remainder_of(invoice), lines)


def date_of_note(invoice: Invoice, on: date) -> date | None:
    """The only day that a credit note on ``invoice`` may bear, when it is after ``on``."""
    return date_reached(on, [InvoiceKind.CREDIT_NOTE], corrected=invoice.issued_on)


def whole_invoice(remainder: InvoiceRemainder, fate: Fate) -> list[CreditRequest]:
    """Requests for all that is left of each line; a sum credited in part before is voided, never billed again."""
    return [
        CreditWhole(row.line, fate if row.may_be_billed_again else Fate.VOIDED)
        for row in remainder.lines
        if not row.is_fully_credited
    ]


def _locked(invoice: Invoice) -> Invoice:
    """The invoice, read once its member’s row is locked: two credits, or a credit and who settles, pass in turn."""
    Member.objects.select_for_update(no_key=True).get(pk=invoice.member_id)
    return Invoice.objects.select_related("member").get(pk=invoice.pk)


def _refuse(invoice: Invoice, reason: str, on: date) -> None:
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise NotCreditable("Un avoir ne se crédite pas. S’il est faux, facturez de nouveau ce qui est dû.")
    if invoice.status != InvoiceStatus.ISSUED or invoice.issued_on is None:
        raise NotCreditable("Un brouillon ne se crédite pas. Corrigez ce qui l’explique, puis refaites-le.")
    if on < invoice.issued_on:
        raise NotCreditable(
            f"Un avoir n’est pas daté d’avant sa facture, qui est du {invoice.issued_on:%d/%m/%Y}."
        )
    if not reason.strip():
        raise NotCreditable("Indiquez le motif de l’avoir, il y figurera.", field="reason")
    if len(reason.strip()) > REASON_LENGTH:
        raise NotCreditable(f"Le motif dépasse {REASON_LENGTH} caractères. Raccourcissez-le.", field="reason")


def _write_draft(invoice: Invoice, draft: CreditNoteDraft, *, reason: str, at: datetime) -> Invoice:
    """Write the draft of the credit note, its lines, and what becomes of the hours and sums."""
    note = Invoice.objects.create(
        kind=InvoiceKind.CREDIT_NOTE,
        corrects=invoice,
        reason=reason,
        member=invoice.member,
        is_out_of_scope=invoice.is_out_of_scope,
        service_month=invoice.service_month,
        drafted_at=at,
        minutes=draft.minutes,
    )
    lines = Line.objects.bulk_create(
        _line(note, position, line) for position, line in enumerate(draft.lines, start=1)
    )
    Release.objects.bulk_create(
        Release(
            line=written,
            credited=line.credited.charge,
            entry_id=entry.entry,
            minutes=minutes,
            fate=line.fate,
        )
        for written, line in zip(lines, draft.lines, strict=True)
        for entry, minutes in line.hours
    )
    released = {
        line.credited.charge: written
        for written, line in zip(lines, draft.lines, strict=True)
        if line.releases_charge and line.credited.charge
    }
    hours = hours_given_back([*released])
    Release.objects.bulk_create(
        Release(line=released[charge], credited=charge, entry_id=entry, minutes=minutes, fate=Fate.RELEASED)
        for charge in released
        for entry, minutes in hours.get(charge.pk, ())
    )
    Charge.objects.filter(pk__in={charge.pk for charge in released}, released_at=None).update(released_at=at)
    return note


def _line(note: Invoice, position: int, line: CreditLine) -> Line:
    return Line(
        invoice=note,
        position=position,
        label=line.label,
        detail=line.detail,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        net=line.net,
        vat_regime=line.credited.line.vat_regime,
        credits=line.credited.line,
    )
