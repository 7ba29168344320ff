"""What the law wants to read on an invoice, in the wording of its day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from billing.documents import vat
from billing.models import LegalMention
from employees.models import VatRegime
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import spell, spell_plain
from members import rules
from members.models import Group, PaymentBasis, RuleCode, RuleOrigin

EXEMPTION = "exemption_261b"
FRANCHISE = "franchise_293b"
OUT_OF_SCOPE = "out_of_scope"
DEBITS = "vat_on_debits"
TERMS = "payment_terms"
TERMS_THEN_END = "payment_terms_then_end"
TERMS_FROM_END = "payment_terms_from_end"
PENALTY = "late_penalty"
INDEMNITY = "recovery_indemnity"


# Why a line bears no VAT, in the order of print (CGI ann. II art. 242 nonies A, I-12°).
_REASONS = {
    VatRegime.EXEMPT_261B: EXEMPTION,
    VatRegime.FRANCHISE: FRANCHISE,
    VatRegime.OUT_OF_SCOPE: OUT_OF_SCOPE,
}
_TERMS = {
    PaymentBasis.INVOICE_DATE: TERMS,
    PaymentBasis.DAYS_THEN_END_OF_MONTH: TERMS_THEN_END,
    PaymentBasis.END_OF_MONTH_THEN_DAYS: TERMS_FROM_END,
}
_SINCE = date(2020, 1, 1)
# VAT moves from the CGI to the CIBS (ord. 2025-1247, 2026-671); invoices may cite the old articles until mid-2028.
CIBS = date(2027, 1, 1)
LAST_DAY_OF_CGI = date(2028, 6, 30)


@dataclass(frozen=True)
class MentionText:
    """A mention's text from a day on, with its source; braces stand for the group's own figures."""

    code: str
    text: str
    source: str
    starts_on: date = _SINCE
    ends_before: date | None = None


# What the product brings: the first migrations write these rows. An admin adds a dated row when the law changes them.
DEFAULT_MENTIONS = (
    MentionText(
        EXEMPTION,
        "Exonération de TVA – article 261 B du CGI",
        "CGI, article 261 B ; CGI ann. II, article 242 nonies A, I-12°",
    ),
    MentionText(
        FRANCHISE,
        "TVA non applicable, article 293 B du CGI",
        "CGI, article 293 E, II",
        ends_before=CIBS,
    ),
    MentionText(
        FRANCHISE,
        "TVA non applicable, article L. 223-3 du code des impositions sur les biens et services",
        "CIBS, article L. 223-3, qui remplace l’article 293 B du CGI au 1er janvier 2027",
        CIBS,
    ),
    MentionText(
        OUT_OF_SCOPE,
        "Somme hors du champ d’application de la TVA",
        "CGI, article 256 ; à confirmer par l’expert-comptable",
    ),
    MentionText(
        DEBITS,
        "Option pour le paiement de la taxe d’après les débits",
        "CGI ann. II, article 242 nonies A, I-11° bis",
    ),
    MentionText(
        TERMS,
        f"Paiement à {{days}}{NO_BREAK_SPACE}jours à compter de la date de facture.",
        "C. com., articles L441-9 et L441-10",
    ),
    MentionText(
        TERMS_THEN_END,
        f"Paiement à {{days}}{NO_BREAK_SPACE}jours à compter de la date de facture, puis fin de mois.",
        "C. com., articles L441-9 et L441-10",
    ),
    MentionText(
        TERMS_FROM_END,
        f"Paiement à {{days}}{NO_BREAK_SPACE}jours à compter de la fin du mois de la facture.",
        "C. com., articles L441-9 et L441-10",
    ),
    MentionText(
        PENALTY,
        f"Pénalités de retard{NO_BREAK_SPACE}: {{rate}}{NO_BREAK_SPACE}% par an, exigibles dès le lendemain de "
        "l’échéance, sans rappel.",
        "C. com., article L441-10, II",
    ),
    MentionText(
        INDEMNITY,
        f"Indemnité forfaitaire pour frais de recouvrement en cas de retard{NO_BREAK_SPACE}: {{amount}}.",
        "C. com., articles L441-10, II et D441-5",
    ),
)


class MentionsOfDay:
    """The wordings in force on one day, read in one query, with the group's figures put in."""

    def __init__(self, group: Group, on: date) -> None:
        self.group, self.rules = group, rules.of(group).on(on)
        self.texts = {wording.code: wording.text for wording in DEFAULT_MENTIONS if wording.starts_on <= on}
        self.texts |= dict(LegalMention.objects.on(on).values_list("code", "text"))

    def outdated(self, on: date) -> list[str]:
        """The wordings that still cite the CGI on a day when an invoice may not any more."""
        if on <= LAST_DAY_OF_CGI:
            return []
        return [text for text in self.texts.values() if "CGI" in text]

    def mentions(self, regimes: Collection[str]) -> list[str]:
        """Sentences beside the VAT table: the exemption and its article, the option for débits when VAT is due."""
        mentions = [self.texts[code] for regime, code in _REASONS.items() if regime in regimes]
        if self.group.vat_on_debits and not all(vat.is_without_vat(regime) for regime in regimes):
            mentions.append(self.texts[DEBITS])
        return mentions

    def payment(self) -> dict[str, str]:
        """Terms, discount, penalty and indemnity (C. com. L441-9, L441-10, D441-5)."""
        group, of_day = self.group, self.rules
        figures = {
            "days": str(of_day.payment_days),
            "rate": spell_plain(of_day.late_penalty_rate),
            "amount": spell(group.recovery_indemnity),
        }
        return {
            "terms": _filled(self.texts[_TERMS[PaymentBasis(of_day.payment_basis)]], figures),
            "discount": group.discount_terms,
            "penalty": _filled(self.texts[PENALTY], figures),
            "indemnity": _filled(self.texts[INDEMNITY], figures),
        } | self._since()

    def _since(self) -> dict[str, str]:
        """Since when terms and penalty are what they are, and by whom, once the group has decided on them by date."""
        noted = {"Délai": RuleCode.PAYMENT_TERMS, "Pénalités": RuleCode.LATE_PENALTY_RATE}
        sentences = [
            f"{name}{NO_BREAK_SPACE}: {self.rules[code].sentence}."
            for name, code in noted.items()
            if self.rules[code].origin in (RuleOrigin.ADMIN, RuleOrigin.DECISION)
        ]
        return {"since": " ".join(sentences)} if sentences else {}


def _filled(text: str, figures: Mapping[str, str]) -> str:
    # An admin's text may hold other braces: only the known names are replaced.
    for name, value in figures.items():
        text = text.replace(f"{{{name}}}", value)
    return text
