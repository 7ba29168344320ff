"""What stands on prices: months that an issued invoice bills by them, for members.standing."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from billing.models import Charge, InvoiceStatus
from groupement.kernel.french import NO_BREAK_SPACE, enumeration
from groupement.kernel.periods import Month, overlaps
from groupement.kernel.templatetags.formats import long_date
from members.standing import Days, StandingFact


def invoiced_prices(assignment: int, days: Days | None) -> list[StandingFact]:
    """The months of the assignment that invoices bill and credit notes have not taken back whole, of those days."""
    left = billed_charges(assignment)
    months: dict[Month, dict[str, None]] = {}
    for month, number in left.order_by("service_month", "pk").values_list(
        "service_month", "line__invoice__number"
    ):
        if days is None or overlaps(month.first, month.before, *days):
            months.setdefault(month, {})[str(number)] = None
    return [StandingFact(_sentence(month, list(numbers)), is_final=True) for month, numbers in months.items()]


def billed_charges(assignment: int) -> QuerySet[Charge]:
    """What issued invoices charge by the terms of the assignment, less what credit notes took back whole."""
    return still_billed(Charge.objects.filter(assignment=assignment, terms__isnull=False))


def still_billed(charges: QuerySet[Charge]) -> QuerySet[Charge]:
    """Those of ``charges`` that an issued invoice bills, less what credit notes took back whole."""
    billed = charges.filter(released_at__isnull=True, line__invoice__status=InvoiceStatus.ISSUED)
    given = Sum("line__credited_by__net", filter=Q(line__credited_by__invoice__status=InvoiceStatus.ISSUED))
    return billed.annotate(given=Coalesce(given, Decimal(0))).exclude(line__net=F("given"))


def _sentence(month: Month, numbers: list[str]) -> str:
    papers = f"{'factures' if len(numbers) > 1 else 'facture'} {enumeration(numbers)}"
    return (
        f"{month.label.capitalize()} est facturé à ce prix ({papers}){NO_BREAK_SPACE}: créditez ce mois en entier, ou "
        f"convenez d’un prix à partir du {long_date(month.before)}."
    )
