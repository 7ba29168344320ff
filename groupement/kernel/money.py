"""Euros to the cent: the one rounding, sharing without loss, VAT sums, French spelling, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from groupement.kernel.columns import DecimalColumn
from groupement.kernel.french import NARROW_SPACE, NO_BREAK_SPACE, quoted

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
MINUS = "\u2212"

_HUNDRED = Decimal(100)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_AMOUNT = re.compile(r"([-+]?)([0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?")
_LARGEST_DIGITS = 10


class VatSum(NamedTuple):
    """What one rate yields: ``rate`` in percent, ``base`` and ``amount`` in euros."""

    rate: Decimal
    base: Decimal
    amount: Decimal


def cents(value: Decimal | int) -> Decimal:
    """Round euros half away from zero to the cent (rule R7); the only rounding of money there is.

    Raises TypeError on a float or a text, ValueError on an amount that is not finite.
    """
    exact = _exact(value)
    # "+ 0" turns a negative zero into zero, so that no paper ever shows "−0,00".
    return exact.quantize(CENT, rounding=ROUND_HALF_UP) + 0


def line_net(quantity: Decimal | int, unit_price: Decimal | int) -> Decimal:
    """Net of an invoice line in euros: printed quantity × printed unit price, rounded once (rule R3)."""
    return cents(_exact(quantity) * _exact(unit_price))


def an_hour(amount: Decimal, minutes: int) -> Decimal:
    """``amount`` euros for one hour of ``minutes``, to the cent; zero without any minutes."""
    return cents(amount * 60 / minutes) if minutes else ZERO


def vat(net: Decimal, rate: Decimal | int) -> Decimal:
    """VAT in euros on ``net`` at ``rate`` percent (20 means 20 %)."""
    return cents(_exact(net) * _exact(rate) / _HUNDRED)


def vat_by_rate(lines: Iterable[tuple[Decimal | int, Decimal]]) -> list[VatSum]:
    """VAT per rate on the sum of the nets, never line by line (rule R4); highest rate first.

    ``lines`` are pairs (rate in percent, net in euros).
    """
    bases: dict[Decimal, Decimal] = {}
    for rate, net in lines:
        key = _exact(rate)
        bases[key] = bases.get(key, ZERO) + _exact(net)
    return [VatSum(rate, base, vat(base, rate)) for rate, base in sorted(bases.items(), reverse=True)]


def allocate(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Share ``total`` in proportion to ``weights``; the shares sum to it exactly.

    Largest remainder, earliest wins a tie; a negative total mirrors the positive one. Raises ValueError when
    the total is not in whole cents, when a weight is negative and when no weight is above zero.
    """
    return [(share * CENT) + 0 for share in allocate_units(_whole_cents(total), weights)]


def allocate_units(total: int, weights: Sequence[Decimal | int]) -> list[int]:
    """The same of a total in whole units, of minutes for one: shares are whole, and sum to it exactly."""
    whole = abs(total)
    parts = [Fraction(_exact(weight)) for weight in weights]
    if any(part < 0 for part in parts):
        raise ValueError("Un poids de répartition ne peut pas être négatif.")
    if not any(parts):
        raise ValueError("Une répartition demande au moins un poids supérieur à zéro.")
    scale = sum(parts)
    dues = [whole * part / scale for part in parts]
    shares = [due.numerator // due.denominator for due in dues]
    by_remainder = sorted(range(len(dues)), key=lambda i: (shares[i] - dues[i], i))
    for i in by_remainder[: whole - sum(shares)]:
        shares[i] += 1
    sign = -1 if total < 0 else 1
    return [sign * share for share in shares]


def spell(amount: Decimal | int) -> str:
    """Euros as French paper writes them: "1 234,56 €", "−0,50 €"."""
    return f"{spell_plain(amount)}{NO_BREAK_SPACE}€"


def spell_plain(amount: Decimal | int) -> str:
    """The same without the sign of the euro: "1 234,56".

    It never rounds: what is printed is what is charged, so further decimals are shown and at least two.
    """
    exact = _exact(amount)
    whole, _, decimals = f"{abs(exact):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(2, "0")
    grouped = f"{int(whole):,}".replace(",", NARROW_SPACE)
    return f"{MINUS if exact < 0 else ''}{grouped},{decimals}"


def spell_percent(rate: Decimal | int) -> str:
    """A rate in percent: "5 %", "7,5 %"."""
    return f"{spell_plain(rate).rstrip('0').removesuffix(',')}{NO_BREAK_SPACE}%"


def parse_amount(text: str) -> Decimal:
    """Read "1 234,56", "1234.56" or "−12,5 €" as euros in whole cents.

    Raises ValueError with a sentence for the person: a comma and a point together are ambiguous, a third
    decimal would have to be rounded, and neither is guessed.
    """
    plain = _SPACES.sub(" ", text).replace(MINUS, "-").strip()
    plain = re.sub(r"^([-+]) ", r"\1", plain.removesuffix("€").rstrip())
    if not plain:
        raise ValueError("Indiquez un montant, par exemple 1\u202f234,56.")
    if len(re.findall(r"[.,]", plain)) > 1:
        raise ValueError(
            f"{quoted(plain)} est ambigu\u00a0: "
            "écrivez une seule virgule, avant les centimes, par exemple 1\u202f234,56."
        )
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise ValueError(f"{quoted(plain)} n’est pas un montant\u00a0: écrivez par exemple 1\u202f234,56.")
    sign, whole, decimals = match[1], match[2].replace(" ", ""), match[3] or ""
    if len(decimals) > 2:
        raise ValueError(f"{quoted(plain)} a plus de deux décimales\u00a0: arrondissez au centime.")
    if len(whole.lstrip("0")) > _LARGEST_DIGITS:
        raise ValueError(f"{quoted(plain)} est trop grand\u00a0: vérifiez le montant.")
    return Decimal(f"{sign}{whole}.{decimals.ljust(2, '0')}") + 0


class AmountField(forms.DecimalField):
    """A form field that reads and shows euros in French and answers with the sentence of ``parse_amount``."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return parse_amount(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return spell_plain(value) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal"}


class PercentField(AmountField):
    """A rate in percent: "5", "7,5 %"."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(str(value or "").replace("%", " ").strip())


# What may be set, and what one gets: django-stubs fills them in, with None for a column that may be empty.
ST = TypeVar("ST")
GT = TypeVar("GT")


class ExactDecimalField(DecimalColumn[ST, GT]):
    """A decimal column that refuses floats and decimals it could not keep, where PostgreSQL would round."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, float):
            raise ValidationError(
                "Un nombre à virgule flottante n’est pas exact\u00a0: donnez un nombre décimal."
            )
        read = super().to_python(value)
        if isinstance(read, Decimal) and not _fits(read, self.decimal_places):
            raise ValidationError(
                f"{value} a plus de {self.decimal_places} décimales.", code="max_decimal_places"
            )
        return read

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, float):
            raise TypeError(f"{self.name}: a float is not exact, give a Decimal")
        if isinstance(value, Decimal) and not _fits(value, self.decimal_places):
            raise ValueError(
                f"{self.name}: {value} has more than {self.decimal_places} decimals, round it by cents()"
            )
        return super().get_prep_value(value)


class MoneyField(ExactDecimalField[ST, GT]):
    """Euros in whole cents, up to ten digits before the comma."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 2, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        # The admin passes its own widgets by class of field; a French amount is typed as text.
        return super().formfield(**{**kwargs, "form_class": AmountField, "widget": forms.TextInput})


class RateField(ExactDecimalField[ST, GT]):
    """A rate in percent with two decimals: 20.00 is 20 %."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 5, "decimal_places": 2, **kwargs})


def _exact(value: Decimal | int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise TypeError(f"Money is counted in Decimal, not in {type(value).__name__}: {value!r}")
    exact = Decimal(value)
    if not exact.is_finite():
        raise ValueError(f"{value} n’est pas un montant.")
    return exact


def _whole_cents(amount: Decimal) -> int:
    hundredths = _exact(amount) * 100
    if hundredths != hundredths.to_integral_value():
        raise ValueError(f"{amount} n’est pas un nombre entier de centimes.")
    return int(hundredths)


def _fits(value: Decimal, places: int) -> bool:
    return value.is_finite() and value == value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
