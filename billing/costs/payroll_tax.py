"""Payroll tax (taxe sur les salaires, CGI 231) as an information for the accountant: dated scales, nothing billed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from groupement.kernel.money import ZERO, cents

# An employer with VAT on 90 % of the turnover of the year before owes none: percent without VAT.
NOT_DUE_TO = Decimal(10)


@dataclass(frozen=True)
class TaxScale:
    """The rates of a year: (upper bound of the yearly pay, percent), the last bound open; what is waived."""

    year: int
    brackets: tuple[tuple[Decimal | None, Decimal], ...]
    waived_to: Decimal
    discounted_to: Decimal
    allowance: Decimal


# Les Echos Publishing, 2026. A later year keeps the last known scale until its row is added here.
SCALES = (
    TaxScale(
        year=2026,
        brackets=(
            (Decimal(9229), Decimal("4.25")),
            (Decimal(18423), Decimal("8.50")),
            (None, Decimal("13.60")),
        ),
        waived_to=Decimal(1200),
        discounted_to=Decimal(2040),
        allowance=Decimal(24256),
    ),
)


@dataclass(frozen=True)
class PayrollTax:
    """A year's tax: on all pay, the part of it that is due for, what is taken off, what is left to pay."""

    scale: TaxScale
    whole: Decimal
    share: Decimal
    discount: Decimal
    allowance: Decimal
    is_due: bool = True

    @property
    def due(self) -> Decimal:
        return max(ZERO, self.share - self.discount - self.allowance)


def scale_of(year: int) -> TaxScale | None:
    """The scale that holds for ``year``; None for years before the first that is known."""
    return next((scale for scale in reversed(SCALES) if scale.year <= year), None)


def on_pay(gross: Decimal, scale: TaxScale) -> Decimal:
    """The tax on one employee's gross pay of a year, each bracket to the cent."""
    tax, below = ZERO, ZERO
    for bound, percent in scale.brackets:
        part = (gross if bound is None else min(gross, bound)) - below
        if part <= 0:
            break
        tax += cents(part * percent / 100)
        below += part
    return tax


def payroll_tax(
    yearly_pay: Iterable[Decimal], *, percent: Decimal, is_association: bool, scale: TaxScale
) -> PayrollTax:
    """The tax of an employer whose employees earned ``yearly_pay`` each (euros gross), due for ``percent`` of it.

    ``percent`` is last year's turnover without VAT in the whole, 100 when none bears VAT; up to a tenth, VAT is due on
    90 % at least and the tax is not (CGI 231, 1). No tax up to the limit, a
    discount of three quarters of what lacks to the next; both are checked before an association's allowance, since
    no text was found that says which comes first.
    """
    whole = sum((on_pay(gross, scale) for gross in yearly_pay), ZERO)
    is_due = percent > NOT_DUE_TO
    share = cents(whole * percent / 100) if is_due else ZERO
    if share <= scale.waived_to:
        discount = share
    elif share < scale.discounted_to:
        discount = min(share, cents((scale.discounted_to - share) * 3 / 4))
    else:
        discount = ZERO
    allowance = min(share - discount, scale.allowance) if is_association else ZERO
    return PayrollTax(scale, whole, share, discount, allowance, is_due)
