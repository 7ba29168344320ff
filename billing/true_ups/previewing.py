"""Preview a true-up before it is written: keys side by side, member by member and person by person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.models import TrueUpKey
from billing.true_ups.checks import obstacles, remarks
from billing.true_ups.gathering import TrueUpFacts, TrueUpScope, gather
from billing.true_ups.sharing import MemberShare, SharedPeriod, share_all
from employees.models import Employee
from groupement.kernel.money import ZERO
from members.models import Member

# The keys that are shown side by side; the fourth may be asked for.
SIDE_BY_SIDE = (TrueUpKey.HOURS, TrueUpKey.PLANNED, TrueUpKey.EQUAL)


@dataclass(frozen=True)
class PreviewRow:
    """One member, or one person at one member: what was invoiced, and its share by each key asked for (euros)."""

    member: Member
    employee: Employee | None
    minutes: int
    invoiced: Decimal
    actual: Mapping[str, Decimal]

    @property
    def amounts(self) -> list[tuple[str, Decimal]]:
        """The difference by each key, in the order asked for: owed when positive."""
        return [(key, actual - self.invoiced) for key, actual in self.actual.items()]

    @property
    def cells(self) -> list[tuple[str, Decimal, Decimal]]:
        """Each key in words, the share by it, and the difference."""
        return [
            (str(TrueUpKey(key).label), actual, actual - self.invoiced) for key, actual in self.actual.items()
        ]


@dataclass(frozen=True)
class Preview:
    """A period by several keys; ``rows`` are sums by member, ``people`` the same person by person."""

    facts: TrueUpFacts
    keys: Sequence[str]
    shares: Mapping[str, Sequence[SharedPeriod]]
    rows: Sequence[PreviewRow]
    people: Sequence[PreviewRow]
    obstacles: Sequence[str]
    remarks: Sequence[str]

    @property
    def cost(self) -> Decimal:
        return sum((period.cost for period in self.facts.periods), ZERO)

    @property
    def to_reserve(self) -> Decimal:
        return sum((period.to_reserve for period in self.facts.periods), ZERO)

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def invoiced(self) -> Decimal:
        return sum((row.invoiced for row in self.rows), ZERO)

    @property
    def totals(self) -> list[tuple[str, Decimal, Decimal]]:
        """The key in words, the actual cost with management that members bear by it, and the difference in all."""
        return [
            (str(TrueUpKey(key).label), actual, actual - self.invoiced)
            for key in self.keys
            for actual in [sum((row.actual[key] for row in self.rows), ZERO)]
        ]


def preview(scope: TrueUpScope, keys: Sequence[str] = SIDE_BY_SIDE) -> Preview:
    """Share the period by each of ``keys``; nothing is written. A fixed number of queries.

    Obstacles are those of the first key. Rows are of the members to true up only, by name.
    """
    facts = gather(scope)
    shares = {str(key): share_all(facts.periods, key) for key in keys}
    people = list(_people(facts, shares))
    return Preview(
        facts,
        [*shares],
        shares,
        [_sum(member, people) for member in scope.members if any(row.member == member for row in people)],
        people,
        obstacles(facts, keys[0]),
        remarks(facts, shares[str(keys[0])]),
    )


def _people(facts: TrueUpFacts, shares: Mapping[str, Sequence[SharedPeriod]]) -> Iterable[PreviewRow]:
    by_person: dict[tuple[int, int], dict[str, MemberShare]] = {}
    for key, everybody in shares.items():
        for one in everybody:
            for share in one.shares:
                by_person.setdefault((one.period.employee, share.member), {})[key] = share
    for member in facts.scope.members:
        for employee in facts.scope.employees:
            if found := by_person.get((employee.pk, member.pk)):
                minutes = facts.hours[employee.pk].get(member.pk, 0)
                actual = {key: share.actual for key, share in found.items()}
                invoiced = next(iter(found.values())).invoiced
                if minutes or invoiced or any(actual.values()):
                    yield PreviewRow(member, employee, minutes, invoiced, actual)


def _sum(member: Member, people: Sequence[PreviewRow]) -> PreviewRow:
    own = [row for row in people if row.member == member]
    keys = own[0].actual
    return PreviewRow(
        member,
        None,
        sum(row.minutes for row in own),
        sum((row.invoiced for row in own), ZERO),
        {key: sum((row.actual[key] for row in own), ZERO) for key in keys},
    )
