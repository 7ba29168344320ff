"""What a reminder says: the content of its letter, in plain texts, and the lines of its message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.reminders.choosing import DueReminder
from billing.reminders.lateness import Late
from billing.reminders.levels import fill
from groupement.kernel.french import counted, enumeration
from groupement.kernel.money import spell
from groupement.kernel.templatetags.formats import long_date
from members.models import Member, User


def content(reminder: DueReminder, *, sender: Mapping[str, str], by: User | None, on: date) -> dict[str, Any]:
    """All that templates/paper/letters/reminder.html prints; amounts and dates are plain texts.

    ``sender`` is letters.sender(), read once for many letters.
    """
    level, rows = reminder.level, reminder.rows
    return {
        "sender": dict(sender),
        "level": level.rank,
        "subject": subject(reminder),
        "addressee": addressee(reminder.member),
        "place": sender["city"],
        "written_on": on.isoformat(),
        "paragraphs": paragraphs(reminder),
        "asks_for_interest": level.asks_for_interest,
        "rows": [_row(row, level.asks_for_interest) for row in rows],
        "due": str(reminder.due),
        "interest": str(reminder.interest),
        "indemnity": str(reminder.indemnity),
        "total": str(reminder.total),
        "rates": sorted({str(row.interest.rate) for row in rows if row.interest.rate}),
        "reference": ", ".join(str(row.invoice.number) for row in rows),
        "signed_by": by.name if by else "",
    }


def subject(reminder: DueReminder) -> str:
    """ "Rappel de paiement, facture F-2026-0001" """
    numbers = [str(row.invoice.number) for row in reminder.rows]
    what = f"facture {numbers[0]}" if len(numbers) == 1 else counted(len(numbers), "facture")
    return f"{reminder.level.title}, {what}"


def addressee(member: Member) -> dict[str, str]:
    """Whom the letter goes to: where the member wants its invoices, else its seat."""
    return {"name": member.legal_name, **member.invoice_address, "siren": member.siren}


def paragraphs(reminder: DueReminder) -> list[str]:
    """The level's text with this letter's figures, by paragraph."""
    rows = reminder.rows
    several = len(rows) > 1
    numbers = enumeration(row.invoice.number for row in rows)
    oldest = min(row.due_on for row in rows)
    longest = reminder.longest
    values = {
        "numero": f"{'les factures' if several else 'la facture'} {numbers}",
        "montant": spell(reminder.due),
        "echeance": f"le {long_date(oldest)}{' pour la plus ancienne' if several else ''}",
        "retard": f"{counted(longest, 'jour')}{' au plus' if several else ''}",
        "adherent": reminder.member.legal_name,
    }
    text = fill(reminder.level.text, values).replace("\r\n", "\n")
    return [" ".join(part.split("\n")).strip() for part in text.split("\n\n") if part.strip()]


def _row(late: Late, asks: bool) -> dict[str, Any]:
    invoice = late.invoice
    return {
        "number": invoice.number,
        "issued_on": invoice.issued_on.isoformat() if invoice.issued_on else "",
        "due_on": late.due_on.isoformat(),
        "total": str(invoice.total),
        "due": str(late.due),
        "days": late.days,
        "interest": str(late.interest_left) if asks else "",
        "indemnity": str(late.indemnity_left) if asks else "",
    }
