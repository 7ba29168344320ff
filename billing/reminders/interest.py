"""Late interest and the recovery indemnity as the law computes them (C. com. L441-10), from dates and euros."""

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
class SettledAmount:
    """Euros that settled a part of an invoice, and the day on which the creditor received them."""

    on: date
    amount: Decimal


@dataclass(frozen=True)
class InterestPeriod:
    """Days of a delay, first and last included, on which the same euros were due."""

    first: date
    last: date
    due: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class LateInterest:
    """Interest at ``rate`` percent a year on the euros due in each period; rounded once, in ``amount``."""

    periods: Sequence[InterestPeriod]
    rate: Decimal

    @property
    def days(self) -> int:
        """The days that bear interest."""
        return sum(period.days for period in self.periods)

    @property
    def euro_days(self) -> Decimal:
        """Σ euros due × days: exact, so that periods add up before anything is rounded."""
        return sum((period.due * period.days for period in self.periods), ZERO)

    @property
    def amount(self) -> Decimal:
        """Euros, to the cent."""
        return cents(self.euro_days * self.rate / (_HUNDRED * DAYS_OF_A_YEAR))


def late_interest(
    total: Decimal,
    due_on: date,
    parts: Iterable[SettledAmount],
    *,
    rate: Decimal,
    until: date,
    since: date | None = None,
) -> LateInterest:
    """Interest on an invoice of ``total`` euros, from the day after ``due_on`` to ``until``, at ``rate`` % a year.

    C. com. L441-10, II: due from the day after the due date, without a reminder, on what was still due each day. The
    day of a payment counts: the euros were missing when it began. A year has 365 days, in a leap year too.
    ``since``: only the days from then on. Never negative; zero when all was settled in time.

    1 000.00 € due on 31 January 2026, 400.00 received on 10 February and 600.00 on 2 March, at 12.15 %:
    10 days × 1 000.00 + 20 days × 600.00 = 22 000 euro-days; × 12.15 / 36 500 = 7.323…, that is 7.32 €.
    """
    first = due_on + _DAY if since is None else max(since, due_on + _DAY)
    settled = sorted(parts, key=lambda part: part.on)
    due = total - sum((part.amount for part in settled if part.on < first), ZERO)
    periods = []
    for part in [part for part in settled if first <= part.on < until]:
        if part.on >= first and due > 0:  # of two on one day, the first ends the period
            periods.append(InterestPeriod(first, part.on, due))
        first, due = part.on + _DAY, due - part.amount
    if due > 0 and first <= until:
        periods.append(InterestPeriod(first, until, due))
    return LateInterest(periods, rate)


def settled_whole_on(total: Decimal, parts: Iterable[SettledAmount]) -> date | None:
    """The day on which the last euro of ``total`` was settled; None while something is due."""
    left = total
    for part in sorted(parts, key=lambda part: part.on):
        left -= part.amount
        if left <= 0:
            return part.on
    return None


def recovery_indemnity(
    total: Decimal, due_on: date, parts: Iterable[SettledAmount], *, amount: Decimal, until: date
) -> Decimal:
    """The fixed indemnity for recovery: ``amount`` euros for an invoice that was late by day ``until``, else zero.

    C. com. L441-10, II and D441-5: 40 € between professionals, once for each invoice paid late, whatever its sum. It
    is a compensation, so it bears no VAT.
    """
    in_time = sum((part.amount for part in parts if part.on <= due_on), ZERO)
    return amount if until > due_on and in_time < total else ZERO
