"""Issued invoices and credit notes of chosen amounts, for tests of what comes after the issue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from billing.documents import numbering, snapshot
from billing.models import Invoice, InvoiceKind, InvoiceStatus
from groupement.kernel.money import cents
from groupement.kernel.periods import Month
from members.models import Member
from tests import world

NOVEMBER_FIRST = date(2026, 11, 1)


@transaction.atomic
def invoice(
    member: Member,
    total: str = "240.00",
    *,
    vat: Sequence[tuple[str, str, str]] | None = None,
    issued_on: date = NOVEMBER_FIRST,
    days: int = 30,
    **columns: object,
) -> Invoice:
    """An issued invoice of ``total``, at 20 % unless ``vat`` gives rows of (rate, base, tax); its copy has no lines."""
    whole = Decimal(total)
    net = cents(whole / Decimal("1.2"))
    rows = vat or [("20.00", str(net), str(whole - net))]
    base = sum(Decimal(row[1]) for row in rows)
    tax = sum(Decimal(row[2]) for row in rows)
    made = Invoice(
        member=member,
        service_month=Month.of(issued_on),
        drafted_at=world.at(issued_on),
        net=base,
        vat=tax,
        total=base + tax,
        **columns,
    )
    number = numbering.next_number(made.kind, issued_on=issued_on)
    copied = snapshot.prepare([made], issued_on=issued_on).copy(made)
    due_on = issued_on + timedelta(days=days)
    made.snapshot = snapshot.with_number(copied, number.number) | {
        "net": str(base),
        "vat_total": str(tax),
        "total": str(base + tax),
        "due_on": due_on.isoformat(),
        "vat": [{"label": f"{r} %", "rate": r, "base": b, "amount": t} for r, b, t in rows],
    }
    made.status = InvoiceStatus.ISSUED
    made.series, made.sequence, made.number = number.series, number.sequence, number.number
    made.issued_at, made.issued_on, made.due_on = world.at(issued_on), issued_on, due_on
    made.save()
    return made


def credit_note(corrects: Invoice, total: str, **facts: object) -> Invoice:
    """An issued credit note on ``corrects``, whose amounts are positive."""
    columns = {"kind": InvoiceKind.CREDIT_NOTE, "corrects": corrects, "reason": "Heures en trop"}
    return invoice(corrects.member, total, **{**columns, **facts})
