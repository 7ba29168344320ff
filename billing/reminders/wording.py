"""The words of a reminder: what its letter says, what a level's text may name, and the three levels proposed.

A group changes its texts in the admin (``DunningLevel``); the formulas around them are in
templates/paper/letters/reminder.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from billing.models import DunningLevel
from billing.reminders.choosing import DueReminder
from billing.reminders.lateness import LateInvoice
from groupement.kernel.french import counted, enumeration, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.templatetags.formats import long_date
from members.models import Group, Member, User

# What the text of a level may name, and what is written in its place.
PLACEHOLDERS = {
    "numero": "«\u00a0la facture F-2026-0001\u00a0», ou «\u00a0les factures F-2026-0001 et F-2026-0002\u00a0»",
    "montant": "ce qui reste dû, «\u00a01\u202f234,56\u00a0€\u00a0»",
    "echeance": "«\u00a0le 2 janvier 2027\u00a0», ou «\u00a0le 2 janvier 2027 pour la plus ancienne\u00a0»",
    "retard": "«\u00a015\u00a0jours\u00a0», ou «\u00a015\u00a0jours au plus\u00a0»",
    "adherent": "la dénomination de l’adhérent",
}
_NAMED = re.compile(r"\{([^{}]*)\}")


def letter_content(
    reminder: DueReminder, *, sender: Mapping[str, str], by: User | None, on: date
) -> dict[str, Any]:
    """All that templates/paper/letters/reminder.html prints, stored with the letter; amounts and dates are texts.

    ``sender`` is ``letters.sender()``, read once for many letters.
    """
    level, rows = reminder.level, reminder.rows
    return {
        "sender": dict(sender),
        "level": level.rank,
        "subject": letter_subject(reminder),
        "addressee": addressee(reminder.member),
        "place": sender["city"],
        "written_on": on.isoformat(),
        "paragraphs": letter_paragraphs(reminder),
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


def letter_subject(reminder: DueReminder) -> str:
    """ "Rappel de paiement, facture F-2026-0001" """
    numbers = [str(row.invoice.number) for row in reminder.rows]
    what = f"facture {numbers[0]}" if len(numbers) == 1 else counted(len(numbers), "facture")
    return f"{reminder.level.title}, {what}"


def addressee(member: Member) -> dict[str, str]:
    """Name and postal address of the letter: that of the member's invoices, else of its seat."""
    return {"name": member.legal_name, **member.invoice_address, "siren": member.siren}


def letter_paragraphs(reminder: DueReminder) -> list[str]:
    """The paragraphs of the letter: the level's text with the figures filled in."""
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
    text = fill_in(reminder.level.text, values).replace("\r\n", "\n")
    return [" ".join(part.split("\n")).strip() for part in text.split("\n\n") if part.strip()]


def _row(late: LateInvoice, asks: bool) -> dict[str, Any]:
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


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """``text`` with each {name} replaced by its value; a name without a value stays."""
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), text)


def text_fault(text: str) -> str:
    """Why ``text`` cannot be the text of a level, as a sentence; empty when it can."""
    for name in _NAMED.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            return f"{quoted(f'{{{name}}}')} ne veut rien dire ici. Vous pouvez écrire {known}."
    if set(_NAMED.sub("", text)) & {"{", "}"}:
        return "Une accolade reste seule\u00a0: écrivez par exemple {montant}, ou retirez-la."
    missing = [f"{{{name}}}" for name in ("numero", "montant") if f"{{{name}}}" not in text]
    if missing:
        return f"Il manque {enumeration(missing)}\u00a0: sans cela, l’adhérent ne sait pas ce qu’il doit."
    return ""


@dataclass(frozen=True)
class ProposedLevel:
    """A level that the product proposes; the fields of a DunningLevel."""

    rank: int
    title: str
    days_late: int
    text: str
    asks_for_interest: bool = False


class NotInstallable(Refusal):
    """There are levels already; they are changed one by one in the admin."""


@transaction.atomic
@transaction.atomic
def install_levels() -> list[DunningLevel]:
    """Write the proposed levels. Raises NotInstallable when there are any, so that no text is overwritten."""
    # Two at once: the second reads what the first wrote.
    Group.objects.select_for_update(no_key=True).order_by("pk").first()
    if DunningLevel.objects.exists():
        raise NotInstallable("Des niveaux existent déjà\u00a0: modifiez-les un à un dans l’administration.")
    return DunningLevel.objects.bulk_create(DunningLevel(**vars(level)) for level in proposed_levels())


def proposed_levels() -> list[ProposedLevel]:
    """Three letters: a friendly one, a firmer one, and the formal notice with interest and indemnity."""
    return [
        ProposedLevel(
            1,
            "Rappel de paiement",
            5,
            "Sauf erreur de notre part, il reste {montant} à régler pour {numero}. L’échéance, {echeance}, est passée "
            "de {retard}.\n\n"
            "Il s’agit sans doute d’un oubli. Nous vous remercions de nous faire parvenir ce règlement dans les "
            "prochains jours.\n\n"
            "S’il est déjà parti, ne tenez pas compte de ce courrier. Une question sur cette somme\u00a0? Répondez-"
            "nous, ou contestez la facture depuis sa page\u00a0: les relances s’arrêtent le temps de vous répondre.",
        ),
        ProposedLevel(
            2,
            "Relance",
            15,
            "Malgré notre rappel, nous n’avons pas reçu votre règlement pour {numero}\u00a0: il reste {montant} à "
            "payer. L’échéance, {echeance}, est passée de {retard}.\n\n"
            "Le groupement verse les salaires chaque mois, et ses adhérents répondent ensemble de ses dettes envers "
            "les salariés et les organismes de cotisations (C.\u00a0trav., art. L.\u00a01253-8)\u00a0: un retard pèse "
            "sur tous. Nous vous demandons de régler cette somme sous huit jours.\n\n"
            "Si vous rencontrez une difficulté, dites-le-nous\u00a0: nous chercherons une solution avec vous.",
        ),
        ProposedLevel(
            3,
            "Mise en demeure",
            30,
            "Nos précédents courriers sont restés sans réponse. Par la présente, nous mettons en demeure {adherent} de "
            "nous régler {montant} pour {numero}, dans les huit jours de la réception de ce courrier. L’échéance, "
            "{echeance}, est passée de {retard}.\n\n"
            "À cette somme s’ajoutent, de plein droit et sans qu’un rappel soit nécessaire, les pénalités de retard et "
            "l’indemnité forfaitaire pour frais de recouvrement (C.\u00a0com., art. L.\u00a0441-10 et "
            "D.\u00a0441-5). Le tableau les donne à ce jour\u00a0; les pénalités courent jusqu’au paiement.\n\n"
            "À défaut de règlement dans ce délai, nous devrons saisir le conseil d’administration, puis la "
            "juridiction compétente.",
            asks_for_interest=True,
        ),
    ]
