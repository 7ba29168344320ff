"""What the provisions hold: by person and member, as the plain sum of their entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from billing.charge_kinds import SHARES_COST
from billing.costs.closing import EmployeeMonth, closed_months
from billing.costs.leave import shares_drawn, shares_set_aside
from billing.models import (
    BillingRun,
    CarriedCost,
    Charge,
    CostKind,
    EmployerCost,
    Invoice,
    InvoiceStatus,
    ProvisionEntry,
    ProvisionKind,
    RunStatus,
)
from employees.models import Assignment, Employee
from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, allocate, cents
from groupement.kernel.periods import Month
from members.models import Group, Member, User

ByMember = dict[int | None, Decimal]
"""Euros by member (id), None for the group's own part."""


@dataclass(frozen=True)
class ProvisionBalance:
    """One person's provision paid by one member, None for the group; drawn is below zero.

    ``set_aside`` is what the payroll makes of it at last: what corrections came to is in it.
    """

    employee: Employee
    member: Member | None
    set_aside: Decimal
    drawn: Decimal
    settled: Decimal

    @property
    def balance(self) -> Decimal:
        return self.set_aside + self.drawn + self.settled


def balances() -> list[ProvisionBalance]:
    """Every provision that ever moved, by person then member, the group's own part last. Three queries."""
    moved: dict[tuple[int, int | None], dict[str, Decimal]] = defaultdict(dict)
    sums = ProvisionEntry.objects.values_list("employee", "member", "kind").annotate(Sum("amount"))
    for employee, member, kind, amount in sums.order_by("employee", "member", "kind"):
        moved[employee, member][kind] = amount
    people = Employee.objects.filter(pk__in={employee for employee, _ in moved}).by_name()
    members = list(Member.objects.filter(pk__in={member for _, member in moved if member}).by_name())
    return [
        ProvisionBalance(
            person,
            member,
            kinds.get(ProvisionKind.SET_ASIDE, ZERO) + kinds.get(ProvisionKind.CORRECTED, ZERO),
            kinds.get(ProvisionKind.DRAWN, ZERO),
            kinds.get(ProvisionKind.SETTLED, ZERO),
        )
        for person in people
        for member in [*members, None]
        if (kinds := moved.get((person.pk, member.pk if member else None)))
    ]


def with_provision() -> set[int]:
    """The people (ids) for whom something is held today; one query."""
    held = _final(ProvisionEntry.objects.all()).order_by("employee").values("employee")
    return set(held.annotate(sum=Sum("amount")).filter(sum__gt=0).values_list("employee", flat=True))


def available(
    employees: Collection[int], *, leaving_out: Iterable[EmployeeMonth] = ()
) -> dict[int, ByMember]:
    """What may still be drawn, by employee and member, without the entries of some months.

    What is put aside counts once its run is issued; what is drawn counts at once, so that two drafts never draw the
    same euro.
    """
    left_out = set(leaving_out)
    held: dict[int, ByMember] = defaultdict(lambda: defaultdict(Decimal))
    rows = _final(ProvisionEntry.objects.filter(employee__in=employees))
    for employee, member, month, amount in rows.values_list("employee", "member", "month", "amount"):
        if (employee, month) not in left_out:
            held[employee][member] += amount
    return held


def _final(entries: QuerySet[ProvisionEntry]) -> QuerySet[Any]:
    return entries.filter(
        Q(run__isnull=True)
        | Q(run__status=RunStatus.ISSUED)
        | Q(kind=ProvisionKind.DRAWN)
        | Q(kind=ProvisionKind.CORRECTED, amount__lt=0)
    ).order_by("month", "pk")


LEAVE_KINDS = (CostKind.LEAVE_PROVISION, CostKind.LEAVE_DRAWN)


@transaction.atomic
def record_entries(run: BillingRun, at: datetime) -> list[ProvisionEntry]:
    """Write the provision entries of what ``run`` settles, in place of those of its earlier draft.

    To be called once the run's charges and settlements are written, and when they are thrown away. What is put aside
    goes by each member's share of the month's cost; what is drawn by what each holds for the person. Months whose cost
    an issued invoice stands on keep their entries.
    """
    entries = ProvisionEntry.objects.filter(run=run)
    leave = EmployerCost.objects.filter(kind__in=LEAVE_KINDS, month__lte=run.month)
    if not leave.exists() and not entries.exists():
        return []
    settled = {(row.employee_id, row.month): row.employer_cost for row in run.settlements.order_by("pk")}
    settled = {key: cost for key, cost in settled.items() if cost}
    kept = closed_months({employee for employee, _ in settled}) & set(settled)
    has_entry = set(entries.values_list("employee", "month"))
    entries.exclude(pk__in=[row.pk for row in entries if (row.employee_id, row.month) in kept]).delete()
    to_write = [key for key in settled if key not in kept or key not in has_entry]
    moves, corrected = _moves(to_write), _corrections(to_write)
    for key, carried in _carried(moves).items():
        settled[key] -= carried
    keys = sorted({*moves, *corrected})
    if not keys:
        return []
    shares = _shares(run)
    held = available({employee for employee, _ in keys}, leaving_out=keys)
    return ProvisionEntry.objects.bulk_create(
        ProvisionEntry(
            employee_id=key[0], member_id=member, month=key[1], kind=kind, amount=part, run=run, noted_at=at
        )
        for key in keys
        for kind, parts in [
            *_parts(
                moves.get(key, (ZERO, ZERO)),
                settled[key],
                shares.get(key, {}),
                held.setdefault(key[0], {}),
            ),
            (ProvisionKind.CORRECTED, _corrected(corrected.get(key, ()), held[key[0]])),
        ]
        for member, part in parts.items()
    )


def _corrections(keys: Collection[EmployeeMonth]) -> dict[EmployeeMonth, list[tuple[Decimal, ByMember]]]:
    """What the provisions of earlier months were corrected by in each of these, and who had put those aside."""
    rows = CarriedCost.objects.filter(
        ~Q(provision=0), employee__in={key[0] for key in keys}, into_month__in={key[1] for key in keys}
    )
    moved = [
        row for row in rows.order_by("from_month", "pk") if (row.employee_id, row.into_month) in set(keys)
    ]
    aside: dict[EmployeeMonth, ByMember] = defaultdict(dict)
    entries = ProvisionEntry.objects.filter(
        employee__in={row.employee_id for row in moved},
        month__in={row.from_month for row in moved},
        kind=ProvisionKind.SET_ASIDE,
    )
    for entry in entries.order_by("pk") if moved else ():
        aside[entry.employee_id, entry.month][entry.member_id] = entry.amount
    found: dict[EmployeeMonth, list[tuple[Decimal, ByMember]]] = defaultdict(list)
    for row in moved:
        borne = aside[row.employee_id, row.from_month]
        found[row.employee_id, row.into_month].append((row.provision, borne))
    return found


def _corrected(corrections: Iterable[tuple[Decimal, ByMember]], balances: ByMember) -> ByMember:
    """By member, what corrections put aside as who had put aside, or take back of what is held at most."""
    parts: ByMember = {}
    for amount, borne in corrections:
        if amount > 0:
            weights = {member: put for member, put in borne.items() if put > 0} or {None: Decimal(1)}
            moved: ByMember = dict(zip(weights, allocate(amount, [*weights.values()]), strict=True))
        else:
            moved = shares_drawn(min(0 - amount, _positive_sum(balances)), balances)
        _add(balances, moved)
        _add(parts, moved)
    return {member: part for member, part in parts.items() if part}


def _parts(
    move: tuple[Decimal, Decimal], cost: Decimal, shares: Mapping[int, Decimal], balances: ByMember
) -> list[tuple[str, ByMember]]:
    """What a month puts aside and draws by member; ``balances`` follow, for the person's next month."""
    provision, taken = move
    aside = shares_set_aside(provision, cost, shares) if provision else {}
    _add(balances, aside)
    less = shares_drawn(min(taken, _positive_sum(balances)), balances)
    _add(balances, less)
    return [(ProvisionKind.SET_ASIDE, aside), (ProvisionKind.DRAWN, less)]


def _moves(keys: Collection[EmployeeMonth]) -> dict[EmployeeMonth, tuple[Decimal, Decimal]]:
    """What each month puts aside and draws, both above zero."""
    wanted = set(keys)
    moves: dict[EmployeeMonth, tuple[Decimal, Decimal]] = {}
    rows = EmployerCost.objects.filter(
        employee__in={key[0] for key in keys}, month__in={key[1] for key in keys}, kind__in=LEAVE_KINDS
    )
    for row in rows.order_by("employee", "month", "kind"):
        key = row.employee_id, row.month
        if key in wanted:
            aside, taken = moves.get(key, (ZERO, ZERO))
            is_aside = row.kind == CostKind.LEAVE_PROVISION
            moves[key] = (row.amount, taken) if is_aside else (aside, 0 - row.amount)
    return moves


def _carried(keys: Collection[EmployeeMonth]) -> dict[EmployeeMonth, Decimal]:
    """What months carry of others' differences: a provision is no part of it."""
    rows = EmployerCost.objects.filter(
        employee__in={key[0] for key in keys}, month__in={key[1] for key in keys}, kind=CostKind.CARRIED
    )
    found = {(row.employee_id, row.month): row.amount for row in rows.order_by("pk")}
    return {key: amount for key, amount in found.items() if key in keys}


def _shares(run: BillingRun) -> dict[EmployeeMonth, dict[int, Decimal]]:
    """What each member is charged of each month's cost, fees aside."""
    shares: dict[EmployeeMonth, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    rows = Charge.objects.filter(run=run, kind__in=SHARES_COST, employee__isnull=False)
    for employee, month, member, net in rows.values_list(
        "employee", "service_month", "member", "net"
    ).order_by("member__short_name", "pk"):
        shares[employee, month][member] += net
    return shares


def _positive_sum(balances: ByMember) -> Decimal:
    return sum((balance for balance in balances.values() if balance > 0), ZERO)


def _add(balances: ByMember, parts: ByMember) -> None:
    for member, part in parts.items():
        balances[member] = balances.get(member, ZERO) + part


@transaction.atomic
def move_unpaid(note: Invoice, *, by: User | None, at: datetime) -> None:
    """Move to the group's own part what its member had put aside with the shares that ``note`` credited for good.

    To be called once the credit note is issued. Who no longer pays a part of a month's cost has not paid that part of
    its provision either; what was drawn of it since has paid leave, and stays drawn. A share that is to be billed again
    keeps its provision.
    """
    credited = _credited_shares(note)
    if not credited:
        return
    member: Member = note.member
    mine = ProvisionEntry.objects.filter(member=member, employee__in={employee for employee, _ in credited})
    held = dict(mine.values_list("employee").annotate(Sum("amount")).order_by("employee"))
    unpaid: dict[int, Decimal] = defaultdict(Decimal)
    for entry in mine.filter(kind=ProvisionKind.SET_ASIDE).order_by("month", "pk"):
        if share := credited.get((entry.employee_id, entry.month)):
            part = share.part_of(entry.amount)
            unpaid[entry.employee_id] += min(part, held[entry.employee_id] - unpaid[entry.employee_id])
    _move(member, {employee: amount for employee, amount in unpaid.items() if amount > 0}, by=by, at=at)


@dataclass
class _CreditedShare:
    """A member's share of a month's cost: what was charged, what is credited for good, by a note and in all (euros)."""

    charged: Decimal = ZERO
    credited: Decimal = ZERO
    by_note: Decimal = ZERO

    def part_of(self, provision: Decimal) -> Decimal:
        """What the note takes of ``provision``: all that is then unpaid, less what was before, to the cent."""
        if self.charged <= 0:
            return ZERO
        before = self.credited - self.by_note
        return cents(provision * self.credited / self.charged) - cents(provision * before / self.charged)


def _credited_shares(note: Invoice) -> dict[EmployeeMonth, _CreditedShare]:
    """The shares of costs that ``note`` credits for good, by employee's month; one query, two when there are any."""
    shares = Charge.objects.filter(kind__in=SHARES_COST, member=note.member, employee__isnull=False)
    of_note = shares.filter(line__credited_by__invoice=note, released_at=None)
    keys = set(of_note.values_list("employee", "service_month"))
    if not keys:
        return {}
    issued = Q(line__credited_by__invoice__status=InvoiceStatus.ISSUED)
    rows = shares.filter(
        employee__in={employee for employee, _ in keys}, service_month__in={month for _, month in keys}
    ).annotate(
        credited=Sum("line__credited_by__net", filter=issued),
        by_note=Sum("line__credited_by__net", filter=Q(line__credited_by__invoice=note)),
    )
    found: dict[EmployeeMonth, _CreditedShare] = {key: _CreditedShare() for key in keys}
    for employee, month, net, rebills, released_at, in_all, by_note in rows.order_by("pk").values_list(
        "employee", "service_month", "net", "rebills", "released_at", "credited", "by_note"
    ):
        share = found.get((employee or 0, month))
        if share is None:
            continue
        # A copy that bills a released share again is the same share.
        share.charged += ZERO if rebills else net
        if released_at is None:
            share.credited += in_all or ZERO
            share.by_note += by_note or ZERO
    return found


class NotSettled(Refusal):
    """The member still has people at work, invoices to come, or nothing to settle."""


@transaction.atomic
def settle_with_member(member: Member, *, by: User | None, at: datetime) -> Decimal:
    """Move what ``member`` holds of every provision to the group's own part; returns how much, in euros.

    The leave was earned while people worked there and is owed to them: the money pays it when it is taken, whoever
    they work for then. Raises NotSettled while an assignment runs or drafts wait.
    """
    # The row that a draft takes too: one under way may be setting aside for this very member.
    Group.objects.select_for_update(no_key=True).order_by("pk").first()
    _refuse_too_early(member, timezone.localdate(at))
    mine = ProvisionEntry.objects.filter(member=member)
    held = dict(mine.values_list("employee").annotate(Sum("amount")).order_by("employee"))
    held = {employee: amount for employee, amount in held.items() if amount}
    if not held:
        raise NotSettled(f"{member.short_name} n’a pas de provision à solder.")
    _move(member, held, by=by, at=at)
    return sum(held.values(), ZERO)


def _refuse_too_early(member: Member, today: date) -> None:
    running = Q(ends_before__isnull=True) | Q(ends_before__gt=today)
    if Assignment.objects.filter(running, member=member).exists():
        raise NotSettled(
            f"{member.short_name} accueille encore quelqu’un. Terminez ses mises à disposition, puis soldez."
        )
    drafted = ProvisionEntry.objects.filter(member=member, run__isnull=False)
    if drafted.exclude(run__status=RunStatus.ISSUED).exists():
        raise NotSettled(
            f"Des brouillons comptent encore une provision {of(member.short_name)}. "
            "Émettez les factures, ou abandonnez les brouillons, puis soldez."
        )


def _move(member: Member, held: Mapping[int, Decimal], *, by: User | None, at: datetime) -> None:
    """Add to the month's entries of both sides, since two members may leave in one month."""
    month = Month.of(timezone.localdate(at))
    there = ProvisionEntry.objects.filter(
        Q(member=member) | Q(member=None), employee__in=held, month=month, kind=ProvisionKind.SETTLED
    )
    rows = {(row.employee_id, row.member_id): row for row in there.order_by("pk")}
    for employee, amount in held.items():
        for whose, moved in ((member.pk, 0 - amount), (None, amount)):
            row = rows.setdefault(
                (employee, whose),
                ProvisionEntry(
                    employee_id=employee,
                    member_id=whose,
                    month=month,
                    kind=ProvisionKind.SETTLED,
                    amount=ZERO,
                ),
            )
            row.amount, row.noted_by, row.noted_at = row.amount + moved, by, at
    ProvisionEntry.objects.bulk_create([row for row in rows.values() if row.pk is None])
    ProvisionEntry.objects.bulk_update(
        [row for row in rows.values() if row.pk is not None], ["amount", "noted_by", "noted_at"]
    )
