"""How the hours of a commitment are used up over a year, month by month, and where the rest of the plan leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from groupement.kernel.periods import Month
from timesheets.balances.arithmetic import months_of


@dataclass(frozen=True)
class BurnDownMonth:
    """One month of a burn-down; minutes. ``remaining`` is None while nothing is known of it."""

    month: Month
    planned: int
    used: int
    approved: int
    pace: int
    remaining: int | None


@dataclass(frozen=True)
class BurnDown:
    """The plan of a year, what was used of it, and what each month will have used: known, else as planned; minutes.

    ``known`` is how many months, from January on, have ended and are fully submitted.
    """

    year: int
    planned: tuple[int, ...]
    used: tuple[int, ...]
    approved: tuple[int, ...]
    expected: tuple[int, ...]
    known: int

    @property
    def commitment(self) -> int:
        return sum(self.planned)

    @property
    def spent(self) -> int:
        return sum(self.used)

    @property
    def sealed(self) -> int:
        """What was approved of it."""
        return sum(self.approved)

    @property
    def remaining(self) -> int:
        """What is left of the commitment today; negative when it was exceeded."""
        return self.commitment - self.spent

    @property
    def projected(self) -> int:
        """What will be left at the end of the year if the rest goes as planned; negative when it will be exceeded."""
        return self.commitment - sum(self.expected)

    @property
    def pace(self) -> tuple[int, ...]:
        """What the plan would leave at the end of each month."""
        return tuple(self.commitment - total for total in accumulate(self.planned))

    @property
    def excess(self) -> int:
        """By how much the commitment will be exceeded; zero when it will not."""
        return max(-self.projected, 0)

    @property
    def lead(self) -> int:
        """How much more is left than planned at the end of the known months; negative: used faster."""
        return sum(self.planned[: self.known]) - sum(self.used[: self.known])

    @property
    def lag(self) -> int:
        """How much less is left than planned; zero when it is not less."""
        return max(-self.lead, 0)

    @property
    def is_over(self) -> bool:
        """Whether the whole year is known."""
        return self.known == len(self.planned)

    @property
    def last_shown(self) -> Month | None:
        """The last month with a figure."""
        return Month(self.year, self.shown) if self.shown else None

    @property
    def shown(self) -> int:
        """How many months have a figure: the known ones, and those up to the last with hours."""
        return max([self.known, *(n + 1 for n, minutes in enumerate(self.used) if minutes)])

    @property
    def begin(self) -> int:
        """How many months pass before the first with a plan or hours; none when there is no such month."""
        both = zip(self.planned, self.used, strict=True)
        return next((n for n, (plan, use) in enumerate(both) if plan or use), 0)

    @property
    def left(self) -> tuple[int, ...]:
        """What is left at the end of each month after what was used in it."""
        return tuple(self.commitment - total for total in accumulate(self.used))

    @property
    def months(self) -> list[BurnDownMonth]:
        return [
            BurnDownMonth(
                month,
                self.planned[n],
                self.used[n],
                self.approved[n],
                self.pace[n],
                self.left[n] if n < self.shown else None,
            )
            for n, month in enumerate(months_of(self.year))
        ]


def burn_down(
    year: int,
    *,
    on: date,
    planned: Sequence[int],
    used: Sequence[int],
    approved: Sequence[int],
    is_settled: Sequence[bool],
) -> BurnDown:
    """The burn-down of one assignment: twelve figures each, January first; minutes.

    A month counts for what was used once it has ended and ``is_settled`` (all its hours are submitted); until then
    for its plan, or for what was used when that is more.
    """
    ended = [month.before <= on for month in months_of(year)]
    known_months = [
        over and (settled or not plan) for over, settled, plan in zip(ended, is_settled, planned, strict=True)
    ]
    expected = tuple(
        use if is_known else max(use, plan)
        for use, plan, is_known in zip(used, planned, known_months, strict=True)
    )
    known = next((n for n, is_known in enumerate(known_months) if not is_known), 12)
    return BurnDown(year, tuple(planned), tuple(used), tuple(approved), expected, known)


def together(parts: Iterable[BurnDown], year: int) -> BurnDown:
    """The burn-down of several assignments: their sums; known is what is known of all of them."""
    found = list(parts)
    nothing = (0,) * 12

    def total(rows: list[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(map(sum, zip(nothing, *rows, strict=True)))

    return BurnDown(
        year,
        total([part.planned for part in found]),
        total([part.used for part in found]),
        total([part.approved for part in found]),
        total([part.expected for part in found]),
        min((part.known for part in found), default=0),
    )
