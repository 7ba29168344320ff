"""Money that stands on a membership, a contract, an assignment, on hours, prices and rules: for members.standing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet, Sum

from billing.accounts.receivables import unsettled, unused_credits
from billing.documents.ruled import issued_by_rule
from billing.grants.tagging import paid_hours
from billing.models import Charge
from billing.prices.invoiced import invoiced_prices, still_billed
from groupement.kernel.french import NO_BREAK_SPACE, counted, enumeration, of, plural
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month, overlaps
from members.models import Membership
from members.standing import Days, StandingFact, StandingKind, stand_on

COLON = f"{NO_BREAK_SPACE}:"


def register() -> None:
    """Tell the apps below."""
    stand_on(StandingKind.TIMESHEET, paid_hours)
    stand_on(StandingKind.PRICE, invoiced_prices)
    stand_on(StandingKind.RULE, issued_by_rule)
    stand_on(StandingKind.MEMBERSHIP, open_accounts)
    for kind, lookup in ASSIGNED.items():
        stand_on(kind, partial(_of_assignments, lookup))


# The charges of assignments that each fact carries. What a member is billed for hours is told with the hours.
ASSIGNED: Mapping[StandingKind, Callable[[int], Q]] = {
    StandingKind.ASSIGNMENT: lambda pk: Q(assignment=pk),
    StandingKind.CONTRACT: lambda pk: Q(assignment__contract=pk),
    StandingKind.MEMBERSHIP: lambda pk: Q(
        assignment__member__in=Membership.objects.filter(pk=pk).values("member")
    ),
}


def _of_assignments(lookup: Callable[[int], Q], pk: int, days: Days | None) -> Iterator[StandingFact]:
    return months_without_hours(lookup(pk), days)


def months_without_hours(of_assignments: Q, days: Days | None) -> Iterator[StandingFact]:
    """Months that issued invoices bill without a timesheet (flat amounts, shares of a cost, minimums), of those days.

    None is final: what is billed goes back by a credit note, and an end that is true can be noted before.
    """
    charges = Charge.objects.filter(of_assignments, assignment__isnull=False, timesheet__isnull=True)
    rows: QuerySet[Any] = still_billed(charges).select_related(
        "assignment__employee", "member", "line__invoice"
    )
    found: dict[tuple[str, Month], dict[str, None]] = {}
    for charge in rows.order_by("service_month", "pk"):
        month = charge.service_month
        if days is None or overlaps(month.first, month.before, *days):
            where = f"{charge.assignment.employee.full_name} chez {charge.member}"
            found.setdefault((where, month), {})[str(charge.line.invoice.number)] = None
    for (where, month), numbers in found.items():
        papers = f"{plural(len(numbers), 'facture')} {enumeration(list(numbers))}"
        yield StandingFact(
            f"{where}{COLON} {month.label} est facturé sans relevé ({papers})\N{NO-BREAK SPACE}; un avoir reprend ce "
            "qui n’est plus dû."
        )


def open_accounts(membership: int, _days: Days | None = None) -> Iterable[StandingFact]:
    """What stands between a member and the group: sums due, money of its own, sums that wait for an invoice."""
    member = Membership.objects.select_related("member").get(pk=membership).member
    due = list(unsettled(member.pk).values_list("due", flat=True))
    if due:
        yield StandingFact(
            f"{member} doit encore {spell(sum(due, ZERO))} ({counted(len(due), 'facture')}){COLON} le départ n’y "
            "change rien.",
            len(due),
        )
    if unused := unused_credits([member.pk]).get(member.pk):
        yield StandingFact(
            f"Le groupement doit {spell(unused)} à {member}{COLON} imputez-les ou remboursez-les."
        )
    waiting: QuerySet[Charge] = Charge.objects.waiting().filter(member=member)
    if count := waiting.count():
        net = waiting.aggregate(sum=Sum("net"))["sum"] or ZERO
        yield StandingFact(
            f"{counted(count, 'somme')} {of(str(member))} à facturer, {spell(net)} HT{COLON} la prochaine clôture les "
            "prend.",
            count,
        )
