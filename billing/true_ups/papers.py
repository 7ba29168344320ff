"""Compose the documents of a true-up: which member gets what, a line and a charge for each person; nothing is saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from billing.charge_kinds import ChargeKind
from billing.models import Charge, Invoice, InvoiceKind, Line, TrueUp, TrueUpKey, TrueUpShare, Unit
from billing.true_ups.gathering import LateSheet, TrueUpFacts
from employees.models import Employee, VatRegime
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import ZERO, allocate, spell
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_hours
from members.models import Member, User

ONE = Decimal("1.00")


@dataclass(frozen=True)
class RegimeShare:
    """The part of a share under one VAT regime: owed when positive."""

    share: TrueUpShare
    regime: str
    amount: Decimal


@dataclass(frozen=True)
class TrueUpPaper:
    """A document to be: an invoice or a credit note of one member, with the late hours that it bills."""

    member: Member
    kind: str
    items: Sequence[RegimeShare]
    late: Sequence[LateSheet]


def papers_of(
    member: Member, shares: Sequence[TrueUpShare], late: Mapping[int, Sequence[LateSheet]], facts: TrueUpFacts
) -> list[TrueUpPaper]:
    """What the member gets: an invoice, a credit note, both or neither; late hours go on the first."""
    items = [item for share in shares for item in _by_regime(share, facts)]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.regime] += item.amount
    papers: list[TrueUpPaper] = []
    for kind, sign in ((InvoiceKind.INVOICE, 1), (InvoiceKind.CREDIT_NOTE, -1)):
        own = [item for item in items if item.amount and sums[item.regime] * sign > 0]
        if own:
            papers.append(TrueUpPaper(member, kind, own, () if papers else late.get(member.pk, ())))
    return papers


def _by_regime(share: TrueUpShare, facts: TrueUpFacts) -> list[RegimeShare]:
    """The share by VAT regime, in proportion to what was invoiced; with nothing invoiced, by the last terms."""
    invoiced = facts.invoiced[share.employee_id].get(share.member_id, {})
    nets = {regime: net for regime, net in sorted(invoiced.items()) if net > 0}
    if not nets:
        regime = facts.regimes[share.employee_id].get(share.member_id) or VatRegime.STANDARD
        return [RegimeShare(share, str(regime), share.amount)]
    amounts = allocate(share.amount, [*nets.values()])
    return [RegimeShare(share, regime, amount) for regime, amount in zip(nets, amounts, strict=True)]


def draft_of(paper: TrueUpPaper, true_up: TrueUp, at: datetime) -> Invoice:
    """The document itself, not issued yet."""
    return Invoice(
        true_up=true_up,
        member=paper.member,
        kind=paper.kind,
        reason=reason(true_up),
        service_month=true_up.last_month,
        drafted_at=at,
        minutes=sum(sheet.minutes for sheet in paper.late),
    )


def line_of(draft: Invoice, rank: int, item: RegimeShare, true_up: TrueUp) -> Line:
    """One person’s line; of the other sign than its document’s kind, it is below zero."""
    amount = -item.amount if draft.kind == InvoiceKind.CREDIT_NOTE else item.amount
    return Line(
        invoice=draft,
        position=rank,
        label=line_label(item.share.employee),
        detail=line_detail(item.share, true_up, item.amount),
        quantity=ONE if amount > 0 else -ONE,
        unit=Unit.ONE,
        unit_price=abs(amount),
        net=amount,
        vat_regime=item.regime,
    )


def charge_of(item: RegimeShare, line: Line, true_up: TrueUp, *, by: User | None, at: datetime) -> Charge:
    """The ledger's row: below zero for what is due back, so that sums of charges are what a member owes."""
    share = item.share
    return Charge(
        member_id=share.member_id,
        employee_id=share.employee_id,
        service_month=true_up.last_month,
        kind=ChargeKind.TRUE_UP,
        label=line.label,
        detail=line.detail,
        minutes=0,
        quantity=ONE if item.amount > 0 else -ONE,
        unit=Unit.ONE,
        unit_price=abs(item.amount),
        net=item.amount,
        vat_regime=item.regime,
        figures={
            "true_up": true_up.pk,
            "key": true_up.figures["keys"][str(share.employee_id)],
            "actual": str(share.actual),
            "invoiced": str(share.invoiced),
        },
        is_standing=True,
        recorded_by=by,
        recorded_at=at,
        line=line,
    )


# The key in a letter: what the real cost of a person was shared by.
KEYS = {
    TrueUpKey.HOURS: "selon les heures approuvées chez chaque adhérent sur la période",
    TrueUpKey.PLANNED: "selon les heures prévues par les mises à disposition sur la période",
    TrueUpKey.EQUAL: "à parts égales entre les adhérents de chaque personne",
    TrueUpKey.LAST_12_MONTHS: "selon les heures approuvées chez chaque adhérent sur douze mois",
}


@dataclass(frozen=True)
class LetterParts:
    """What one member receives: its shares, the invoices they concern, and the documents made of them."""

    member: Member
    shares: Sequence[TrueUpShare]
    concerned: Sequence[Invoice]
    documents: Sequence[Invoice]
    keys: Mapping[str, str]
    late_minutes: int = 0


def period_label(first: Month, last: Month) -> str:
    """ "de mars 2026", "de janvier à décembre 2026", "de novembre 2025 à mars 2026" """
    if first == last:
        return first.of_label
    start = first.of_label
    if first.year == last.year:
        start = start.removesuffix(f" {first.year}")
    return f"{start} à {last.label}"


def line_label(employee: Employee) -> str:
    """Whom the line is about: a generic term alone is not accepted (CGI ann. II 242 nonies A)."""
    return f"Régularisation, {employee.full_name}, {employee.job}"[:200]


def line_detail(share: TrueUpShare, true_up: TrueUp, amount: Decimal) -> str:
    """Period and figures; a part of the whole when the person has two VAT regimes at the member."""
    period = period_label(true_up.first_month, true_up.last_month)
    words = (
        f"{period}, {spell_hours(share.minutes)}{NO_BREAK_SPACE}h, part du coût réel {spell(share.actual)}, "
        f"déjà facturé {spell(share.invoiced)}"
    )
    if abs(amount) != abs(share.amount):
        words += f", soit {spell(share.amount)}, dont {spell(amount)} sous ce régime de TVA"
    return words[:300]


def reason(true_up: TrueUp) -> str:
    """Why there is a credit note or a further invoice."""
    period = period_label(true_up.first_month, true_up.last_month)
    return f"Régularisation au coût réel {period}"


def letter_content(true_up: TrueUp, parts: LetterParts, on: date) -> dict[str, Any]:
    """The letter's content as plain JSON; its shape is in templates/paper/letters/true_up.html.

    It holds the member's own shares only: no wage, nobody else's hours.
    """
    shares = parts.shares
    used = dict.fromkeys(parts.keys[str(share.employee_id)] for share in shares)
    return {
        "written_on": on.isoformat(),
        "label": true_up.label,
        "period": period_label(true_up.first_month, true_up.last_month),
        "member": {"legal_name": parts.member.legal_name, **parts.member.invoice_address},
        "keys": [KEYS[TrueUpKey(key)] for key in used],
        "rows": [
            {
                "employee": share.employee.full_name,
                "job": share.employee.job,
                "minutes": share.minutes,
                "actual": str(share.actual),
                "invoiced": str(share.invoiced),
                "amount": str(share.amount),
            }
            for share in shares
        ],
        "minutes": sum(share.minutes for share in shares),
        "actual": str(_sum(share.actual for share in shares)),
        "invoiced": str(_sum(share.invoiced for share in shares)),
        "amount": str(_sum(share.amount for share in shares)),
        "late_minutes": parts.late_minutes,
        "invoices": [_named(row) for row in parts.concerned],
        "documents": [_document(row) for row in parts.documents],
    }


def _named(invoice: Invoice) -> dict[str, str]:
    return {"number": str(invoice.number), "issued_on": _day(invoice.issued_on)}


def _document(invoice: Invoice) -> dict[str, Any]:
    return {
        **_named(invoice),
        "is_credit": invoice.kind == InvoiceKind.CREDIT_NOTE,
        "net": str(invoice.net),
        "vat": str(invoice.vat),
        "total": str(invoice.total),
        "due_on": _day(invoice.due_on),
    }


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, ZERO)
