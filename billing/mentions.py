"""What the law wants to read on an invoice, in the wording of its day, and the rate and label of each VAT regime."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import LegalMention
from employees.models import VatRegime
from groupement.money import NO_BREAK_SPACE, spell, spell_plain
from members.models import Group

EXEMPTION = "exemption_261b"
DEBITS = "vat_on_debits"
TERMS = "payment_terms"
PENALTY = "late_penalty"
INDEMNITY = "recovery_indemnity"

ZERO = Decimal("0.00")

_RATES = {VatRegime.STANDARD: Decimal("20.00"), VatRegime.EXEMPT_261B: Decimal("0.00")}
_LABELS = {VatRegime.STANDARD: f"20{NO_BREAK_SPACE}%", VatRegime.EXEMPT_261B: "exonéré"}
_SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Wording:
    """A mention's text from a day on, with its source; braces stand for the group's own figures."""

    code: str
    text: str
    source: str
    starts_on: date = _SINCE


def defaults() -> list[Wording]:
    """The wordings that the product brings. An admin adds a dated row when the law changes them (CIBS, from 2027)."""
    return [
        Wording(
            EXEMPTION,
            "Exonération de TVA – article 261 B du CGI",
            "CGI, article 261 B ; CGI ann. II, article 242 nonies A, I-12°",
        ),
        Wording(
            DEBITS,
            "Option pour le paiement de la taxe d’après les débits",
            "CGI ann. II, article 242 nonies A, I-11° bis",
        ),
        Wording(
            TERMS,
            f"Paiement à {{days}}{NO_BREAK_SPACE}jours à compter de la date de facture.",
            "C. com., articles L441-9 et L441-10",
        ),
        Wording(
            PENALTY,
            f"Pénalités de retard{NO_BREAK_SPACE}: {{rate}}{NO_BREAK_SPACE}% par an, exigibles dès le lendemain de "
            "l’échéance, sans rappel.",
            "C. com., article L441-10, II",
        ),
        Wording(
            INDEMNITY,
            f"Indemnité forfaitaire pour frais de recouvrement en cas de retard{NO_BREAK_SPACE}: {{amount}}.",
            "C. com., articles L441-10, II et D441-5",
        ),
    ]


class Wordings:
    """The wordings in force on one day, read in one query, with the group's figures put in."""

    def __init__(self, group: Group, on: date) -> None:
        self.group = group
        self.texts = {wording.code: wording.text for wording in defaults() if wording.starts_on <= on}
        self.texts |= dict(LegalMention.objects.on(on).values_list("code", "text"))

    def mentions(self, regimes: Collection[str]) -> list[str]:
        """Sentences beside the VAT table: the exemption and its article, the option for débits when VAT is due."""
        mentions = []
        if VatRegime.EXEMPT_261B in regimes:
            mentions.append(self.texts[EXEMPTION])
        if self.group.vat_on_debits and VatRegime.STANDARD in regimes:
            mentions.append(self.texts[DEBITS])
        return mentions

    def payment(self) -> dict[str, str]:
        """Terms, discount, penalty and indemnity (C. com. L441-9, L441-10, D441-5)."""
        group = self.group
        figures = {
            "days": str(group.payment_days),
            "rate": spell_plain(group.late_penalty_rate),
            "amount": spell(group.recovery_indemnity),
        }
        return {
            "terms": _filled(self.texts[TERMS], figures),
            "discount": group.discount_terms,
            "penalty": _filled(self.texts[PENALTY], figures),
            "indemnity": _filled(self.texts[INDEMNITY], figures),
        }


def vat_rate(regime: str) -> Decimal:
    """Percent: 20 or 0."""
    return _RATES[VatRegime(regime)]


def vat_label(regime: str) -> str:
    """What the line says in its VAT column."""
    return _LABELS[VatRegime(regime)]


def _filled(text: str, figures: Mapping[str, str]) -> str:
    # An admin's text may hold other braces: only the known names are replaced.
    for name, value in figures.items():
        text = text.replace(f"{{{name}}}", value)
    return text
