"""What invoices come to now: issued, credited, and what is left of both. Every page and file that adds invoices up asks
here, so that a credit note reaches the month, the year, the reserve and the list alike.

A credit note that corrects an invoice takes off that invoice; one of a true-up stands by itself, like an invoice below
zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from billing.charge_kinds import PAYS_FOR_WORK, TRUES_UP
from billing.models import Charge, Invoice, InvoiceKind, InvoiceStatus, Line, Release, RunStatus
from groupement.kernel.money import ZERO, MoneyField


class Credited(TypedDict):
    """What with_credits() adds to an invoice: what issued credit notes took off it (euros, above zero)."""

    credited_net: Decimal
    credited_vat: Decimal
    credited_total: Decimal


class CreditedNet(TypedDict):
    """What charges_with_credits() adds to a charge: the net that issued credit notes took off its line."""

    credited: Decimal


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    InvoiceWithCredits = WithAnnotations[Invoice, Credited]
    ChargeWithCredits = WithAnnotations[Charge, CreditedNet]


def with_credits(invoices: QuerySet[Invoice]) -> QuerySet[InvoiceWithCredits]:
    """Annotate invoices with what was credited of them; 0.00 for a draft and for a credit note."""
    found = invoices.annotate(
        credited_net=_credited("net"), credited_vat=_credited("vat"), credited_total=_credited("total")
    )
    return cast("QuerySet[InvoiceWithCredits]", found)


def charges_with_credits(charges: QuerySet[Charge]) -> QuerySet[ChargeWithCredits]:
    """Annotate charges with the net that was credited of the line that bills them."""
    rows = Line.objects.filter(credits=OuterRef("line"), invoice__status=InvoiceStatus.ISSUED)
    total = rows.order_by().values("credits").annotate(sum=Sum("net")).values("sum")
    found = charges.annotate(credited=Coalesce(Subquery(total), Value(ZERO), output_field=MoneyField()))
    return cast("QuerySet[ChargeWithCredits]", found)


def signed(name: str) -> Case:
    """The column ``name`` of an invoice, below zero for a credit note, whose amounts are kept positive."""
    given = When(kind=InvoiceKind.CREDIT_NOTE, then=0 - F(name))
    return Case(given, default=F(name), output_field=MoneyField())


def total_of(name: str) -> Coalesce:
    """An aggregate: the sum of ``name`` over invoices, less that over credit notes."""
    return Coalesce(Sum(signed(name)), Value(ZERO), output_field=MoneyField())


def work_taken_back() -> QuerySet[Line]:
    """The lines of issued credit notes that take back what an issued run or a true-up charged for the work of a month.

    No member pays that any more: until a later run bills it again, the reserve bears it.
    """
    of_a_run = Q(credits__charge__run__status=RunStatus.ISSUED)
    of_a_true_up = Q(credits__charge__kind__in=TRUES_UP, credits__charge__run=None)
    return Line.objects.filter(
        of_a_run | of_a_true_up, invoice__status=InvoiceStatus.ISSUED, credits__charge__kind__in=PAYS_FOR_WORK
    )


def replaced_by(charges: QuerySet[Charge]) -> Exists:
    """Whether one of ``charges`` stands in the place of a released one: it bills another of the same month again."""
    pk = Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField())
    return Exists(charges.filter(rebills__isnull=False, figures__replaces__contains=pk))


def minutes_taken_back(timesheet: OuterRef) -> QuerySet[Any, Any]:
    """The minutes of a timesheet (a reference) that issued credit notes took off, and that no issued invoice bills
    again: given up, waiting, or on a draft.
    """
    rows = Release.objects.filter(
        Q(charge=None) | ~Q(charge__line__invoice__status=InvoiceStatus.ISSUED),
        entry__timesheet=timesheet,
        line__invoice__status=InvoiceStatus.ISSUED,
    )
    return rows.order_by().values("entry__timesheet").annotate(sum=Sum("minutes")).values("sum")


def _credited(name: str) -> Coalesce:
    notes = Invoice.objects.filter(corrects=OuterRef("pk"), status=InvoiceStatus.ISSUED)
    total = notes.order_by().values("corrects").annotate(sum=Sum(name)).values("sum")
    return Coalesce(Subquery(total), Value(ZERO), output_field=MoneyField())
