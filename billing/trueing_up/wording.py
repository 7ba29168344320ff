"""What a true-up says in French: its period, the lines of its invoices, the letter to each member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Invoice, InvoiceKind, TrueUp, TrueUpKey, TrueUpShare
from employees.models import Employee
from groupement.money import NO_BREAK_SPACE, spell
from groupement.periods import Month
from groupement.worktime import spell_hours
from members.models import Member

# How a letter tells the key: what the real cost of a person was shared by.
KEYS = {
    TrueUpKey.HOURS: "selon les heures approuvées chez chaque adhérent sur la période",
    TrueUpKey.PLANNED: "selon les heures prévues par les mises à disposition sur la période",
    TrueUpKey.EQUAL: "à parts égales entre les adhérents de chaque personne",
    TrueUpKey.LAST_12_MONTHS: "selon les heures approuvées chez chaque adhérent sur douze mois",
}


@dataclass(frozen=True)
class Sent:
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
    """Period and reckoning; a part of the whole when the person has two VAT regimes at the member."""
    period = period_label(true_up.first_month, true_up.last_month)
    told = (
        f"{period}, {spell_hours(share.minutes)}{NO_BREAK_SPACE}h, part du coût réel {spell(share.actual)}, "
        f"déjà facturé {spell(share.invoiced)}"
    )
    if abs(amount) != abs(share.amount):
        told += f", soit {spell(share.amount)}, dont {spell(amount)} sous ce régime de TVA"
    return told[:300]


def reason(true_up: TrueUp) -> str:
    """Why there is a credit note or a further invoice."""
    period = period_label(true_up.first_month, true_up.last_month)
    return f"Régularisation au coût réel {period}"


def letter(true_up: TrueUp, sent: Sent, on: date) -> dict[str, Any]:
    """The letter's content as plain JSON; templates/paper/letters/true_up.html tells its shape.

    It holds the member's own shares only: no wage, nobody else's hours.
    """
    shares = sent.shares
    used = dict.fromkeys(sent.keys[str(share.employee_id)] for share in shares)
    return {
        "written_on": on.isoformat(),
        "label": true_up.label,
        "period": period_label(true_up.first_month, true_up.last_month),
        "member": _address(sent.member),
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
        "late_minutes": sent.late_minutes,
        "invoices": [_named(row) for row in sent.concerned],
        "documents": [_document(row) for row in sent.documents],
    }


def _address(member: Member) -> dict[str, str]:
    return {
        "legal_name": member.legal_name,
        "street": member.billing_street or member.street,
        "postal_code": member.billing_postal_code or member.postal_code,
        "city": member.billing_city or member.city,
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
    return sum(amounts, Decimal("0.00"))
