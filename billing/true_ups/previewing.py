"""Look at a true-up before it is written: keys side by side, member by member and person by person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from billing.models import Charge, Fate, InvoiceStatus, Release, SettledMonth, TrueUpKey
from billing.true_ups.gathering import INVOICED, Facts, Key, Scope, gather
from billing.true_ups.sharing import ZERO as ZERO_OF_SHARING
from billing.true_ups.sharing import NobodyToShare, Part, Shares, share
from employees.models import Employee
from groupement.kernel.money import NO_BREAK_SPACE, spell
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_clock
from members.models import Member
from timesheets.models import Entry, Timesheet, TimesheetStatus

NAMED = 3
SPACED_COLON = f"{NO_BREAK_SPACE}:"


def obstacles(facts: Facts, key: str) -> list[str]:
    """Why the period cannot be settled today, what comes first to be done first; five queries."""
    if not facts.costs:
        return ["Aucun coût employeur n’est connu sur cette période. Importez d’abord la paie."]
    told = [
        _said(
            facts, _settled(facts), "déjà régularisé. Choisissez une autre période, ou d’autres personnes."
        ),
        _said(facts, _uncosted(facts), "coût employeur inconnu. Importez d’abord la paie."),
        _said(facts, _unapproved(facts), "heures à approuver d’abord."),
        _said(
            facts,
            _undecided(facts),
            "des sommes attendent d’être facturées. Émettez d’abord la clôture, ou abandonnez ses brouillons.",
        ),
        _said(
            facts, _not_taken_up(facts), "coût qu’aucune clôture émise ne reprend. Faites d’abord la clôture."
        ),
        *_nobody(facts, key),
    ]
    return [sentence for sentence in told if sentence]


def remarks(facts: Facts) -> list[str]:
    """What does not hinder, and should be read before issuing."""
    scope, told = facts.scope, []
    if facts.estimates:
        told.append(
            _said(facts, facts.estimates, "coût estimé. L’écart avec la paie est porté sur un autre mois.")
        )
    if kept := sum(facts.kept.values()):
        left = "lui reste" if scope.keeps_reserve else "est partagé entre les adhérents"
        told.append(f"Ce que les absences laissent à la réserve, {spell(kept)}, {left}.")
    if minutes := sum(row.minutes for row in facts.late if row.member in scope.member_ids):
        told.append(
            f"Des heures tardives, approuvées et jamais facturées, sont comptées{SPACED_COLON} {spell_clock(minutes)}."
        )
    if others := _others(facts):
        told.append(
            f"Gardent ce qui leur a été facturé{SPACED_COLON} {_listed(others)}. L’écart reste à la réserve."
        )
    return told


def _settled(facts: Facts) -> set[Key]:
    return set(facts.scope.of(SettledMonth.objects.all()).values_list("employee", "month"))


def _uncosted(facts: Facts) -> set[Key]:
    return (facts.worked | facts.billed) - facts.costs.keys()


def _not_taken_up(facts: Facts) -> set[Key]:
    """Their cost would be charged again by the next close. Nothing is to be taken up of a month that cost nothing."""
    return {key for key, cost in facts.costs.items() if cost > 0} - facts.taken_up


def _unapproved(facts: Facts) -> set[Key]:
    rows = facts.scope.of(Timesheet.objects.exclude(status=TimesheetStatus.APPROVED))
    return set(
        rows.filter(Exists(Entry.objects.filter(timesheet=OuterRef("pk")))).values_list("employee", "month")
    )


def _undecided(facts: Facts) -> set[Key]:
    """Sums on drafts, recorded sums on no invoice yet, and credited hours that are to be billed again."""
    charges = facts.scope.of(Charge.objects.filter(kind__in=INVOICED), month="service_month")
    months: Any = charges.exclude(line__invoice__status=InvoiceStatus.ISSUED).filter(released_at=None)
    releases = facts.scope.of(
        Release.objects.filter(fate=Fate.RELEASED, charge=None),
        month="entry__timesheet__month",
        employee="entry__timesheet__employee",
    )
    return {
        *months.values_list("employee", "service_month"),
        *releases.values_list("entry__timesheet__employee", "entry__timesheet__month"),
    }


def _nobody(facts: Facts, key: str) -> Iterable[str]:
    names = {employee.pk: employee.full_name for employee in facts.scope.employees}
    for account in facts.accounts:
        try:
            share(account, key)
        except NobodyToShare:
            if account.cost:
                yield (
                    f"{names[account.employee]}{SPACED_COLON} aucun adhérent à qui revient son coût. Retirez cette "
                    "personne, la réserve le porte."
                )


def _others(facts: Facts) -> list[str]:
    """Members of these people who are not settled."""
    found = {member for account in facts.accounts for member in account.members} - facts.scope.member_ids
    return [facts.names[member] for member in sorted(found, key=lambda pk: facts.names[pk])]


def _said(facts: Facts, keys: Iterable[Key], what: str) -> str:
    """ "Maëlle Kerbrat (mars 2026) et 2 autres : coût employeur inconnu." """
    rank = {pk: n for n, pk in enumerate(facts.scope.staff)}
    found = sorted(keys, key=lambda key: (rank[key[0]], key[1]))
    if not found:
        return ""
    names = {employee.pk: employee.full_name for employee in facts.scope.employees}
    months: dict[int, list[Month]] = {}
    for employee, month in found:
        months.setdefault(employee, []).append(month)
    told = [f"{names[pk]} ({_listed([month.label for month in listed])})" for pk, listed in months.items()]
    return f"{_listed(told)}{SPACED_COLON} {what}"


def _listed(words: Sequence[str]) -> str:
    more = len(words) - NAMED
    shown = [*words[:NAMED], f"{more} autre{'s' if more > 1 else ''}"] if more > 0 else [*words]
    return f"{', '.join(shown[:-1])} et {shown[-1]}" if len(shown) > 1 else "".join(shown)


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
        return sum((account.cost for account in self.facts.accounts), ZERO_OF_SHARING)

    @property
    def kept(self) -> Decimal:
        return sum((account.kept for account in self.facts.accounts), ZERO_OF_SHARING)

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def invoiced(self) -> Decimal:
        return sum((row.invoiced for row in self.rows), ZERO_OF_SHARING)

    @property
    def totals(self) -> list[tuple[str, Decimal, Decimal]]:
        """The key in words, the actual cost with management that members bear by it, and the difference in all."""
        return [
            (str(TrueUpKey(key).label), actual, actual - self.invoiced)
            for key in self.keys
            for actual in [sum((row.actual[key] for row in self.rows), ZERO_OF_SHARING)]
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
        sum((row.invoiced for row in mine), ZERO_OF_SHARING),
        {key: sum((row.actual[key] for row in mine), ZERO_OF_SHARING) for key in keys},
    )


# Units of the drawing: bars keep room on both sides for the amounts that stand at their ends.
WIDTH, MARGIN = 640, 150
NAME, STEP, BAR, GAP, TOP = 28, 24, 16, 12, 4
ZERO = Decimal(0)


@dataclass(frozen=True)
class Bar:
    """One key's bar from the line of zero, to the right when owed, to the left when due back."""

    key: str
    x: int
    y: int
    width: int
    label: str
    label_x: int
    anchor: str


@dataclass(frozen=True)
class Group:
    """One member with its bars."""

    member: Member
    y: int
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Chart:
    """The whole drawing, ``height`` high, with its line of zero."""

    groups: Sequence[Group]
    height: int
    zero: int
    bar: int = BAR
    width: int = WIDTH


def draw(shown: Preview) -> Chart:
    """Lay out ``shown``; every group has a bar for each key, on one scale."""
    amounts = [amount for row in shown.rows for _, amount in row.amounts]
    low, high = min([ZERO, *amounts]), max([ZERO, *amounts])
    room, spread = WIDTH - 2 * MARGIN, (high - low) or Decimal(1)
    zero = MARGIN + _round(room * -low / spread)
    groups, y = [], TOP
    for row in shown.rows:
        bars = [
            _bar(key, amount, _round(room * abs(amount) / spread), zero, y + NAME + rank * STEP)
            for rank, (key, amount) in enumerate(row.amounts)
        ]
        groups.append(Group(row.member, y, bars))
        y += NAME + len(bars) * STEP + GAP
    return Chart(groups, y, zero)


def _bar(key: str, amount: Decimal, length: int, zero: int, y: int) -> Bar:
    label = f"+{spell(amount)}" if amount > 0 else spell(amount)
    if amount < 0:
        return Bar(key, zero - length, y, length, label, zero - length - 6, "end")
    return Bar(key, zero, y, length, label, zero + length + 6, "start")


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
