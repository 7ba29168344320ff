"""What paid leave is worth and what is put aside for it: plain arithmetic in euros and minutes, no row, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from groupement.kernel.money import ZERO, allocate, cents

WEEKS_A_YEAR, MONTHS_A_YEAR = 52, 12
# Working days (jours ouvrables): six a week, thirty a year, two and a half a month (C. trav. L3141-3).
DAYS_A_WEEK, DAYS_A_YEAR = 6, 30
# The leave year ends on 31 May unless an agreement says otherwise (R3141-4).
LAST_MONTH = 5


@dataclass(frozen=True)
class LeavePay:
    """What leave is paid by each rule of C. trav. L3141-24: the wage kept up, and one tenth; the higher is due."""

    maintained: Decimal
    tenth: Decimal

    @property
    def due(self) -> Decimal:
        return max(self.maintained, self.tenth)

    @property
    def extra(self) -> Decimal:
        """What comes on top of the wage that was kept up while away."""
        return self.due - self.maintained


@dataclass(frozen=True)
class PaidMonth:
    """One month of somebody's payroll: gross pay, employer contributions, and what was put aside for leave."""

    gross: Decimal
    contributions: Decimal
    provision: Decimal = ZERO


def leave_pay(
    reference_gross: Decimal, monthly_gross: Decimal, days: int, *, acquired: int = DAYS_A_YEAR
) -> LeavePay:
    """What ``days`` working days of leave are paid, by both rules (C. trav. L3141-24), in euros gross.

    ``reference_gross`` is the pay of the year that earned ``acquired`` days, ``monthly_gross`` the present one.
    """
    maintained = monthly_gross * MONTHS_A_YEAR * days / (WEEKS_A_YEAR * DAYS_A_WEEK)
    return LeavePay(cents(maintained), cents(reference_gross * days / (10 * acquired)))


def monthly_provision(gross: Decimal, contributions: Decimal) -> Decimal:
    """What a month puts aside: one tenth of gross pay with its employer contributions."""
    return cents((gross + contributions) / 10)


def leave_cost(paid: Decimal, minutes: int, weekly_minutes: int) -> Decimal:
    """What ``minutes`` of leave cost at the pay that was kept up, charges included; at most all that was ``paid``.

    ``paid`` is the month's gross pay and employer contributions, ``weekly_minutes`` the contract's: a month of it is
    52/12 weeks, as monthly pay counts it (C. trav. L3242-1).
    """
    exact = paid * minutes * MONTHS_A_YEAR / (weekly_minutes * WEEKS_A_YEAR)
    return min(paid, cents(exact))


def top_up(months: Sequence[PaidMonth]) -> Decimal:
    """What the provisions of a leave year lack of what its leave will be paid, charges included.

    The yearly comparison of L3141-24: due is the higher of one tenth and the pay kept up at the last month's pay, for
    the days these ``months`` earned; charges weigh as they did over the year. Months that put nothing aside (before the
    group began to) pay their leave when it is taken, and do not count.
    """
    months = [month for month in months if month.provision]
    gross = sum((month.gross for month in months), ZERO)
    if not gross:
        return ZERO
    contributions = sum((month.contributions for month in months), ZERO)
    days = days_earned(len(months))
    due = leave_pay(gross, months[-1].gross, days, acquired=days).due
    loaded = cents(due * (gross + contributions) / gross)
    return max(ZERO, loaded - sum((month.provision for month in months), ZERO))


def days_earned(months: int) -> int:
    """Working days that so many months earn; a part of a day counts whole (L3141-7)."""
    return min(DAYS_A_YEAR, -(-months * 5 // 2))


def shares_set_aside(
    provision: Decimal, cost: Decimal, shares: Mapping[int, Decimal]
) -> dict[int | None, Decimal]:
    """Share a month's ``provision`` as the month's ``cost`` is shared: by member (id), and None for the group.

    ``shares`` is what each member is charged of the cost; what nobody is charged, the group bears. The sum is exact.
    """
    members = {member: share for member, share in shares.items() if share > 0}
    own = max(ZERO, cost - sum(members.values(), ZERO))
    keys: list[int | None] = [*members, None]
    if not any([*members.values(), own]):
        return {None: provision}
    parts = allocate(provision, [*members.values(), own])
    return {key: part for key, part in zip(keys, parts, strict=True) if part}


def shares_drawn(amount: Decimal, balances: Mapping[int | None, Decimal]) -> dict[int | None, Decimal]:
    """Take ``amount`` out of ``balances`` in proportion to them; below zero, none deeper than it holds.

    Raises ValueError when they do not hold as much.
    """
    held = {key: balance for key, balance in balances.items() if balance > 0}
    if amount > sum(held.values(), ZERO):
        raise ValueError("more is drawn than the provision holds")
    if not amount:
        return {}
    parts = allocate(amount, list(held.values()))
    return {key: 0 - part for key, part in zip(held, parts, strict=True) if part}
