"""Who put how much aside and whose provision is drawn: the entries that a run's charges make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from billing.closing import Key, closed_months
from billing.models import (
    BillingRun,
    Charge,
    ChargeKind,
    CostKind,
    EmployerCost,
    ProvisionEntry,
    ProvisionKind,
)
from billing.provisioning.balances import ZERO, ByMember, available
from billing.provisioning.leave import drawn, set_aside

LEAVE_KINDS = (CostKind.LEAVE_PROVISION, CostKind.LEAVE_DRAWN)


@transaction.atomic
def note(run: BillingRun, at: datetime) -> list[ProvisionEntry]:
    """Write the provision entries of what ``run`` settles, in place of those of its earlier draft.

    To be called once the run's charges and settlements are written, and when they are thrown away. What is put aside
    goes by each member's share of the month's cost; what is drawn by what each holds for the person. Months whose cost
    an issued invoice stands on keep their entries.
    """
    noted = ProvisionEntry.objects.filter(run=run)
    leave = EmployerCost.objects.filter(kind__in=LEAVE_KINDS, month__lte=run.month)
    if not leave.exists() and not noted.exists():
        return []
    settled = {(row.employee_id, row.month): row.employer_cost for row in run.settlements.order_by("pk")}
    settled = {key: cost for key, cost in settled.items() if cost > 0}
    kept = closed_months({employee for employee, _ in settled}) & set(settled)
    has_entry = set(noted.values_list("employee", "month"))
    noted.exclude(pk__in=[row.pk for row in noted if (row.employee_id, row.month) in kept]).delete()
    moves = _moves([key for key in settled if key not in kept or key not in has_entry])
    if not moves:
        return []
    shares = _shares(run)
    held = available({employee for employee, _ in moves}, leaving_out=moves)
    return ProvisionEntry.objects.bulk_create(
        ProvisionEntry(
            employee_id=key[0], member_id=member, month=key[1], kind=kind, amount=part, run=run, noted_at=at
        )
        for key in sorted(moves)
        for kind, parts in _parts(moves[key], settled[key], shares.get(key, {}), held.setdefault(key[0], {}))
        for member, part in parts.items()
    )


def _parts(
    move: tuple[Decimal, Decimal], cost: Decimal, shares: Mapping[int, Decimal], balances: ByMember
) -> list[tuple[str, ByMember]]:
    """What a month puts aside and draws by member; ``balances`` follow, for the person's next month."""
    provision, taken = move
    aside = set_aside(provision, cost, shares) if provision else {}
    _add(balances, aside)
    less = drawn(min(taken, _held(balances)), balances)
    _add(balances, less)
    return [(ProvisionKind.SET_ASIDE, aside), (ProvisionKind.DRAWN, less)]


def _moves(keys: Collection[Key]) -> dict[Key, tuple[Decimal, Decimal]]:
    """What each month puts aside and draws, both above zero."""
    wanted = set(keys)
    moves: dict[Key, tuple[Decimal, Decimal]] = {}
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


def _shares(run: BillingRun) -> dict[Key, dict[int, Decimal]]:
    """What each member is charged of each month's cost, fees aside."""
    shares: dict[Key, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    rows = Charge.objects.filter(run=run, kind=ChargeKind.COST_SHARE, employee__isnull=False)
    for employee, month, member, net in rows.values_list(
        "employee", "service_month", "member", "net"
    ).order_by("member__short_name", "pk"):
        shares[employee, month][member] += net
    return shares


def _held(balances: ByMember) -> Decimal:
    return sum((balance for balance in balances.values() if balance > 0), ZERO)


def _add(balances: ByMember, parts: ByMember) -> None:
    for member, part in parts.items():
        balances[member] = balances.get(member, ZERO) + part
