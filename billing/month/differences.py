"""Why a member's month differs from the one before, by cause: hours, price, share of absences, and the rest; exact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from billing.models import BillingRun, Charge, InvoiceKind
from billing.month.summing import charges_with_credits
from groupement.kernel.money import ZERO, cents
from groupement.kernel.periods import Month

if TYPE_CHECKING:
    from billing.month.summing import ChargeWithCredits


class DifferenceCause(NamedTuple):
    """One reason of a difference: its code and French label, and what it makes in euros without VAT."""

    code: str
    label: str
    amount: Decimal


LABELS = {
    "hours": "heures",
    "price": "prix de l’heure",
    "absences": "part des absences",
    "placed": "mises à disposition nouvelles ou finies",
    "fees": "frais de gestion",
    "flat": "forfaits",
    "late": "heures d’autres mois",
    "difference": "écarts sur des coûts estimés",
    "other": "frais, cotisations et autres sommes",
    "credited": "avoirs",
}


@dataclass
class AssignmentNet:
    """The charges of one assignment for one month, added up: own minutes, minutes of absences borne, net (euros)."""

    minutes: int = 0
    borne: int = 0
    net: Decimal = ZERO

    @property
    def absent(self) -> Decimal:
        """The part of the net that absences make."""
        total = self.minutes + self.borne
        return cents(self.net * self.borne / total) if total else ZERO

    @property
    def own(self) -> Decimal:
        return self.net - self.absent


def causes(now: Iterable[Charge], before: Iterable[Charge], *, month: Month) -> list[DifferenceCause]:
    """What makes the net of ``now`` (charges of ``month``'s run) differ from that of ``before`` (the run before).

    The amounts sum to the difference exactly; causes of zero are left out, the largest comes first. Hours are priced at
    the earlier price and the price at the present hours, so that together they are the whole; the cent of rounding is
    the price's.
    """
    amounts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    now_by_assignment, before_by_assignment = (
        _by_assignment(now, month, amounts, 1),
        _by_assignment(before, month.previous, amounts, -1),
    )
    for key in {*now_by_assignment, *before_by_assignment}:
        new, old = now_by_assignment.get(key), before_by_assignment.get(key)
        if new is None or old is None:
            amounts["placed"] += (new.net if new else ZERO) - (old.net if old else ZERO)
            continue
        hours = cents(old.own * (new.minutes - old.minutes) / old.minutes) if old.minutes else new.own
        amounts["hours"] += hours
        amounts["absences"] += new.absent - old.absent
        amounts["price"] += new.own - old.own - hours
    found = [DifferenceCause(code, LABELS[code], amount) for code, amount in amounts.items() if amount]
    return sorted(found, key=lambda cause: (-abs(cause.amount), cause.code))


def _by_assignment(
    charges: Iterable[Charge], month: Month, amounts: dict[str, Decimal], sign: int
) -> dict[int | None, AssignmentNet]:
    """The sums of ``charges`` by assignment; what is no hour of the month is added to its own cause in ``amounts``."""
    sums: dict[int | None, AssignmentNet] = defaultdict(AssignmentNet)
    for charge in charges:
        cause = charge.rule.cause
        if cause is None:
            if charge.service_month != month:
                amounts["late"] += sign * charge.net
                continue
            own = sums[charge.assignment_id]
            own.net += charge.net
            own.minutes += charge.minutes
            own.borne += charge.figures.get("borne_minutes", 0)
        else:
            amounts[cause] += sign * charge.net
    return sums


def by_member(run: BillingRun, members: Collection[int]) -> dict[int, Sequence[DifferenceCause]]:
    """The causes for each of these members billed in both months, credit notes among them; two queries.

    Sums outside VAT are compared with sums outside VAT on their own rows and stay out of here.
    """
    now = _charges(members, run=run)
    before = _charges(members, run__month=run.month.previous)
    found: dict[int, Sequence[DifferenceCause]] = {}
    for member in members:
        if member in now and member in before:
            found[member] = causes(now[member], before[member], month=run.month)
            back = _credited(before[member]) - _credited(now[member])
            if back:
                found[member] = [*found[member], DifferenceCause("credited", LABELS["credited"], back)]
    return found


def _credited(charges: Iterable[ChargeWithCredits]) -> Decimal:
    return sum((charge.credited for charge in charges), ZERO)


def _charges(members: Collection[int], **of_run: BillingRun | Month) -> dict[int, list[ChargeWithCredits]]:
    found: dict[int, list[ChargeWithCredits]] = defaultdict(list)
    rows = charges_with_credits(Charge.objects.all()).filter(
        **of_run,
        member__in=members,
        line__invoice__kind=InvoiceKind.INVOICE,
        line__invoice__is_out_of_scope=False,
    )
    for charge in rows.only(
        "member", "assignment", "kind", "service_month", "minutes", "net", "figures"
    ).order_by("pk"):
        found[charge.member_id].append(charge)
    return found
