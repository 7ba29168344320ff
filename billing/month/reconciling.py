"""The identity of a run, employee by employee: employer cost = charged + reserve; and what its invoices come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from billing.charge_kinds import COMPUTED, kinds_where
from billing.models import BillingRun, Charge, InvoiceStatus
from employees.models import Employee
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month

FEES = kinds_where(lambda row: row.is_computed and not row.pays_for_work)


@dataclass(frozen=True)
class ReconciliationRow:
    """One employee's month: ``employer_cost = charged + reserve``; management ``fees`` are billed on top."""

    employee: Employee
    month: Month
    employer_cost: Decimal
    charged: Decimal
    reserve: Decimal
    fees: Decimal


@dataclass(frozen=True)
class Reconciliation:
    """All rows of a run and their sums, in euros without VAT; ``others`` are expenses, dues and free lines."""

    rows: Sequence[ReconciliationRow]
    others: Decimal = ZERO

    @property
    def employer_cost(self) -> Decimal:
        return sum((row.employer_cost for row in self.rows), ZERO)

    @property
    def charged(self) -> Decimal:
        """What members owe, at cost or at an agreed price, management fees aside."""
        return sum((row.charged for row in self.rows), ZERO)

    @property
    def reserve(self) -> Decimal:
        """What stays with the group: borne by it when positive, a surplus over cost when negative."""
        return sum((row.reserve for row in self.rows), ZERO)

    @property
    def fees(self) -> Decimal:
        return sum((row.fees for row in self.rows), ZERO)

    @property
    def invoiced(self) -> Decimal:
        """Net of all the run's invoices: charged, fees, and the others."""
        return self.charged + self.fees + self.others


@dataclass(frozen=True)
class IssuedInvoice:
    """One issued invoice, amounts in euros; ``file`` is the path of its PDF, empty until it is made."""

    number: str
    member: str
    minutes: int
    net: Decimal
    vat: Decimal
    total: Decimal
    file: str


def reconcile(run: BillingRun) -> Reconciliation:
    """The settlements of ``run`` by employee's name and month, in three queries.

    Charged at an agreed price counts as charged, so that ``employer_cost = charged + reserve`` for each row and in all;
    management fees pay for the group's own work and come on top, as do expenses, dues and other
    recorded sums: Σ net of invoices = charged + fees + others.
    """
    fees = {
        (employee, month): total
        for employee, month, total in Charge.objects.filter(run=run, kind__in=FEES)
        .values_list("employee", "service_month")
        .annotate(Sum("net"))
        .order_by("employee", "service_month")
    }
    settlements = sorted(
        run.settlements.select_related("employee"),
        key=lambda row: (row.employee.last_name, row.employee.first_name, row.pk),
    )
    beside = Charge.objects.filter(run=run).exclude(kind__in=COMPUTED).aggregate(sum=Sum("net"))["sum"]
    return Reconciliation(
        [
            ReconciliationRow(
                row.employee,
                row.month,
                row.employer_cost,
                row.charged,
                row.reserve,
                fees.get((row.employee_id, row.month), ZERO),
            )
            for row in settlements
        ],
        beside or ZERO,
    )


def issued_invoices(run: BillingRun) -> list[IssuedInvoice]:
    """The issued invoices of ``run`` by number, from their snapshots."""
    issued = run.invoices.filter(status=InvoiceStatus.ISSUED).select_related("document", "member")
    return [
        IssuedInvoice(
            str(invoice.number),
            invoice.member.short_name,
            invoice.minutes,
            invoice.net,
            invoice.vat,
            invoice.total,
            str(invoice.document.path) if hasattr(invoice, "document") else "",
        )
        for invoice in issued.order_by("series", "sequence")
    ]
