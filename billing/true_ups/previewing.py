"""Look at a true-up before it is written: keys side by side, member by member and person by person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.models import TrueUpKey
from billing.true_ups.checks import obstacles, remarks
from billing.true_ups.gathering import Facts, Scope, gather
from billing.true_ups.sharing import NobodyToShare, Part, Shares, share
from employees.models import Employee
from groupement.kernel.money import ZERO
from members.models import Member

# The keys that are shown side by side; the fourth may be asked for.
SIDE_BY_SIDE = (TrueUpKey.HOURS, TrueUpKey.PLANNED, TrueUpKey.EQUAL)


@dataclass(frozen=True)
class Row:
    """One member, or one person at one member: what was invoiced, and its part by each key asked for."""

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
        """Each key in words, the part by it, and the difference."""
        return [
            (str(TrueUpKey(key).label), actual, actual - self.invoiced) for key, actual in self.actual.items()
        ]


@dataclass(frozen=True)
class Preview:
    """A period by several keys; ``rows`` are sums by member, ``people`` the same person by person."""

    facts: Facts
    keys: Sequence[str]
    shares: Mapping[str, Sequence[Shares]]
    rows: Sequence[Row]
    people: Sequence[Row]
    obstacles: Sequence[str]
    remarks: Sequence[str]

    @property
    def cost(self) -> Decimal:
        return sum((account.cost for account in self.facts.accounts), ZERO)

    @property
    def kept(self) -> Decimal:
        return sum((account.kept for account in self.facts.accounts), ZERO)

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


def preview(scope: Scope, keys: Sequence[str] = SIDE_BY_SIDE) -> Preview:
    """Share the period by each of ``keys``; nothing is written. A fixed number of queries.

    What stands in the way is judged by the first of them. Rows are of the members to settle only, by name.
    """
    facts = gather(scope)
    shares = {str(key): shared(facts, key) for key in keys}
    people = list(_people(facts, shares))
    return Preview(
        facts,
        [*shares],
        shares,
        [_sum(member, people) for member in scope.members if any(row.member == member for row in people)],
        people,
        obstacles(facts, keys[0]),
        remarks(facts),
    )


def shared(facts: Facts, key: str) -> list[Shares]:
    """Everybody's period by ``key``; a person whose cost is nobody's is left out, ``obstacles`` tells."""
    found = []
    for account in facts.accounts:
        try:
            found.append(share(account, key))
        except NobodyToShare:
            continue
    return found


def _people(facts: Facts, shares: Mapping[str, Sequence[Shares]]) -> Iterable[Row]:
    parts: dict[tuple[int, int], dict[str, Part]] = {}
    for key, everybody in shares.items():
        for one in everybody:
            for part in one.parts:
                parts.setdefault((one.account.employee, part.member), {})[key] = part
    for member in facts.scope.members:
        for employee in facts.scope.employees:
            if found := parts.get((employee.pk, member.pk)):
                minutes = facts.hours[employee.pk].get(member.pk, 0)
                actual = {key: part.actual for key, part in found.items()}
                invoiced = next(iter(found.values())).invoiced
                if minutes or invoiced or any(actual.values()):
                    yield Row(member, employee, minutes, invoiced, actual)


def _sum(member: Member, people: Sequence[Row]) -> Row:
    mine = [row for row in people if row.member == member]
    keys = mine[0].actual
    return Row(
        member,
        None,
        sum(row.minutes for row in mine),
        sum((row.invoiced for row in mine), ZERO),
        {key: sum((row.actual[key] for row in mine), ZERO) for key in keys},
    )


# Units of the drawing: bars keep room on both sides for the amounts that stand at their ends.
WIDTH, MARGIN = 640, 150
NAME, STEP, BAR, GAP, TOP = 28, 24, 16, 12, 4
