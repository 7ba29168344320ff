"""Late interest and the recovery indemnity, by the law and by nothing else: dates and amounts in, euros out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from groupement.kernel.money import ZERO, cents

DAYS_OF_A_YEAR = 365
_HUNDRED = Decimal(100)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Part:
    """Euros that settled a part of an invoice, and the day from which the creditor had them."""

    on: date
    amount: Decimal


@dataclass(frozen=True)
class Stretch:
    """Late days in a row, first and last included, on which the same euros were still due."""

    first: date
    last: date
    due: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Interest:
    """What lateness costs at ``rate`` percent a year, stretch by stretch; rounded once, in ``amount``."""

    stretches: Sequence[Stretch]
    rate: Decimal

    @property
    def days(self) -> int:
        """The late days that bear interest."""
        return sum(stretch.days for stretch in self.stretches)

    @property
    def euro_days(self) -> Decimal:
        """Σ euros due × days: exact, so that periods add up before anything is rounded."""
        return sum((stretch.due * stretch.days for stretch in self.stretches), ZERO)

    @property
    def amount(self) -> Decimal:
        """Euros, to the cent."""
        return cents(self.euro_days * self.rate / (_HUNDRED * DAYS_OF_A_YEAR))


def interest(
    total: Decimal,
    due_on: date,
    parts: Iterable[Part],
    *,
    rate: Decimal,
    until: date,
    since: date | None = None,
) -> Interest:
    """Interest on an invoice of ``total`` euros, from the day after ``due_on`` to ``until``, at ``rate`` % a year.

    C. com. L441-10, II: due from the day after the due date, without a reminder, on what was still due each day. The
    day of a payment counts: the euros were missing when it began. A year has 365 days, in a leap year too.
    ``since`` looks at the days from then on only; never negative, and nothing when all was settled in time.

    1 000.00 € due on 31 January 2026, 400.00 received on 10 February and 600.00 on 2 March, at 12.15 %:
    10 days × 1 000.00 + 20 days × 600.00 = 22 000 euro-days; × 12.15 / 36 500 = 7.323…, that is 7.32 €.
    """
    first = due_on + _DAY if since is None else max(since, due_on + _DAY)
    settled = sorted(parts, key=lambda part: part.on)
    due = total - sum((part.amount for part in settled if part.on < first), ZERO)
    stretches = []
    for part in [part for part in settled if first <= part.on < until]:
        if part.on >= first and due > 0:  # of two on one day, the first ends the stretch
            stretches.append(Stretch(first, part.on, due))
        first, due = part.on + _DAY, due - part.amount
    if due > 0 and first <= until:
        stretches.append(Stretch(first, until, due))
    return Interest(stretches, rate)


def last_paid_on(total: Decimal, parts: Iterable[Part]) -> date | None:
    """The day on which nothing was due any more; None while something is."""
    left = total
    for part in sorted(parts, key=lambda part: part.on):
        left -= part.amount
        if left <= 0:
            return part.on
    return None


def indemnity(
    total: Decimal, due_on: date, parts: Iterable[Part], *, amount: Decimal, until: date
) -> Decimal:
    """The fixed indemnity for recovery, ``amount`` euros for an invoice that was late by ``until``, else zero.

    C. com. L441-10, II and D441-5: 40 € between professionals, once for each invoice paid late, whatever its sum. It
    is a compensation, so it bears no VAT.
    """
    in_time = sum((part.amount for part in parts if part.on <= due_on), ZERO)
    return amount if until > due_on and in_time < total else ZERO
