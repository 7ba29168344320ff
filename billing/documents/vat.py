"""VAT: regimes and the group’s franchise, the rate of a regime on a day, and what a line says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import VatRate
from employees.models import VatRegime
from groupement.kernel.money import ZERO, spell_percent

EXEMPT = (VatRegime.EXEMPT_261B, VatRegime.FRANCHISE, VatRegime.OUT_OF_SCOPE)
# What a free line may bear; a group in franchise has the wording of article 293 B instead of rates.
LINE_REGIMES = tuple(regime for regime in VatRegime if regime != VatRegime.FRANCHISE)
FRANCHISE_LINE_REGIMES = (VatRegime.FRANCHISE, VatRegime.OUT_OF_SCOPE)
LABELS = {
    VatRegime.EXEMPT_261B: "exonéré",
    VatRegime.FRANCHISE: "franchise",
    VatRegime.OUT_OF_SCOPE: "hors champ",
}


def regime_for(regime: str, *, in_franchise: bool) -> str:
    """The regime that a sum of ``regime`` is billed under: a group in franchise charges no VAT (CGI art. 293 B)."""
    return VatRegime.FRANCHISE.value if in_franchise and not is_without_vat(regime) else regime


def regimes_of_a_line(*, in_franchise: bool) -> Sequence[VatRegime]:
    """The regimes that a free line may have."""
    return FRANCHISE_LINE_REGIMES if in_franchise else LINE_REGIMES


@dataclass(frozen=True)
class DefaultRate:
    """A rate in percent, from a day on, with its source; the fields are those of VatRate."""

    regime: VatRegime
    rate: Decimal
    source: str
    starts_on: date = date(2014, 1, 1)


# Metropolitan rates, which the first migrations write as rows; a later row of the table takes their place.
DEFAULT_RATES = (
    DefaultRate(VatRegime.STANDARD, Decimal("20.00"), "CGI, article 278"),
    DefaultRate(VatRegime.INTERMEDIATE, Decimal("10.00"), "CGI, articles 278 bis à 279 et 281 quater"),
    DefaultRate(VatRegime.REDUCED, Decimal("5.50"), "CGI, article 278-0 bis"),
)


class Rates:
    """Every rate of every day, read in one query and asked from memory."""

    def __init__(self) -> None:
        self._rows = list(VatRate.objects.order_by("starts_on", "pk"))

    def of(self, regime: str, on: date) -> Decimal:
        """Percent; 0 for what bears none, and where a row of the table says 0."""
        if regime in EXEMPT:
            return ZERO
        dated = (row.rate for row in self._rows if row.regime == regime and row.covers(on))
        if (decided := next(dated, None)) is not None:
            return decided
        return next(default.rate for default in DEFAULT_RATES if default.regime == regime)


def rates(on: date) -> dict[str, Decimal]:
    """The rate of each regime on a day, in percent; one query."""
    known = Rates()
    return {regime.value: known.of(regime, on) for regime in VatRegime}


def rate_of(regime: str, on: date) -> Decimal:
    """The rate of one regime on a day, in percent."""
    return Rates().of(regime, on)


def rate_label(regime: str, rate: Decimal) -> str:
    """What a line says in its VAT column: "20 %", "5,5 %", "exonéré"."""
    if regime in LABELS:
        return LABELS[VatRegime(regime)]
    return spell_percent(rate)


def is_without_vat(regime: str) -> bool:
    """Whether sums of this regime bear no VAT at all."""
    return regime in EXEMPT
