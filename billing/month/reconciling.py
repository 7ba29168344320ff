"""What a month's invoices come to, person by person: employer cost + what the reserve receives = charged; then the fees
and other sums that make the invoices, and what credit notes took back since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from billing.charge_kinds import KINDS
from billing.models import BillingRun, Charge, InvoiceStatus, Settlement
from billing.month.summing import charges_with_credits
from employees.models import Employee
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month


@dataclass
class ReconciliationRow:
    """One employee's month: ``employer_cost = charged + reserve``; management ``fees`` are billed on top.

    ``credited`` and ``credited_fees`` are what credit notes took back of both since.
    """

    employee: Employee
    month: Month
    employer_cost: Decimal = ZERO
    charged: Decimal = ZERO
    reserve: Decimal = ZERO
    fees: Decimal = ZERO
    credited: Decimal = ZERO
    credited_fees: Decimal = ZERO

    @property
    def received(self) -> Decimal:
        """What the reserve receives of it, as its own page counts: below zero when the reserve pays."""
        return self.charged - self.credited - self.employer_cost

    @property
    def charged_now(self) -> Decimal:
        return self.charged - self.credited

    @property
    def fees_now(self) -> Decimal:
        return self.fees - self.credited_fees


@dataclass(frozen=True)
class BalanceLine:
    """One step from the cost to the invoices: at issue, what was credited since (below zero), and now."""

    label: str
    issued: Decimal
    credited: Decimal
    sign: str = ""
    is_sum: bool = False

    @property
    def now(self) -> Decimal:
        return self.issued + self.credited


@dataclass(frozen=True)
class Reconciliation:
    """All rows of a month's runs and their sums, in euros without VAT; ``others`` are expenses, dues and free lines."""

    rows: Sequence[ReconciliationRow]
    others: Decimal = ZERO
    credited_others: Decimal = ZERO

    @property
    def employer_cost(self) -> Decimal:
        return self._sum("employer_cost")

    @property
    def charged(self) -> Decimal:
        """What members were asked, at cost or at an agreed price, management fees aside."""
        return self._sum("charged")

    @property
    def reserve(self) -> Decimal:
        """What stayed with the group at issue: borne by it when positive, a surplus over cost when negative."""
        return self._sum("reserve")

    @property
    def fees(self) -> Decimal:
        return self._sum("fees")

    @property
    def without_cost(self) -> set[tuple[int, Month]]:
        """The people’s months (ids and months) whose work is charged, while nothing of their cost is counted here."""
        return {(row.employee.pk, row.month) for row in self.rows if row.charged and not row.employer_cost}

    @property
    def invoiced(self) -> Decimal:
        """Net of all the invoices as they were issued: charged, fees, and the others."""
        return self.charged + self.fees + self.others

    @property
    def credited(self) -> Decimal:
        """What credit notes took back of them, net."""
        return self._sum("credited") + self._sum("credited_fees") + self.credited_others

    @property
    def received(self) -> Decimal:
        """What the reserve receives now, below zero when it pays."""
        return self._sum("received")

    @property
    def borne_or_received(self) -> Decimal:
        """The same without its sign, for a sentence that says which."""
        return abs(self.received)

    @property
    def charged_now(self) -> Decimal:
        return self._sum("charged_now")

    @property
    def fees_now(self) -> Decimal:
        return self._sum("fees_now")

    @property
    def net(self) -> Decimal:
        """Net of the invoices now, less their credit notes."""
        return self.invoiced - self.credited

    @property
    def sentence(self) -> str:
        """Who gave what to whom: "La réserve a versé 692,17 €." """
        if not self.received:
            return "La réserve n’a rien versé ni reçu."
        return f"La réserve a {'reçu' if self.received > 0 else 'versé'} {spell(abs(self.received))}."

    @property
    def sentence_to_come(self) -> str:
        """The same while a draft is part of it: "La réserve versera 692,17 € en tout, une fois …" """
        if not self.received:
            return "La réserve ne versera ni ne recevra rien à l’émission."
        verb = "recevra" if self.received > 0 else "versera"
        return f"La réserve {verb} {spell(abs(self.received))} en tout, une fois les brouillons émis."

    @property
    def lines(self) -> list[BalanceLine]:
        """From the cost to what is invoiced; each sum is that of the lines above it, in every column."""
        credited = self._sum("credited")
        found = [
            BalanceLine("Coût employeur", self.employer_cost, ZERO),
            BalanceLine("Réserve (+ elle reçoit, − elle verse)", 0 - self.reserve, 0 - credited, "+"),
            BalanceLine("Refacturé aux adhérents", self.charged, 0 - credited, "=", is_sum=True),
            BalanceLine("Frais de gestion", self.fees, 0 - self._sum("credited_fees"), "+"),
        ]
        if self.others or self.credited_others:
            label = "Frais, cotisations et autres sommes"
            found.append(BalanceLine(label, self.others, 0 - self.credited_others, "+"))
        return [*found, BalanceLine("Factures HT", self.invoiced, 0 - self.credited, "=", is_sum=True)]

    def _sum(self, name: str) -> Decimal:
        return sum((getattr(row, name) for row in self.rows), ZERO)


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


def reconcile(*runs: BillingRun) -> Reconciliation:
    """The settlements of a month's ``runs`` by employee's name and month, in two queries.

    Charged at an agreed price counts as charged, so that ``employer_cost = charged + reserve`` for each row and in all;
    management fees pay for the group's own work and come on top, as do expenses, dues and other
    recorded sums: Σ net of invoices = charged + fees + others, and so with what was credited since.
    """
    rows: dict[tuple[int, Month], ReconciliationRow] = {}
    for settled in Settlement.objects.filter(run__in=runs).select_related("employee").order_by("pk"):
        row = _row(rows, settled.employee, settled.month)
        row.employer_cost += settled.employer_cost
        row.charged += settled.charged
        row.reserve += settled.reserve
    others = credited_others = ZERO
    sums = list(_charged_by_kind(runs))
    people = Employee.objects.in_bulk({who for who, *_ in sums if who} - {who for who, _ in rows})
    people |= {row.employee.pk: row.employee for row in rows.values()}
    for employee, month, kind, net, credited in sums:
        rule = KINDS[kind]
        if employee is None or not (rule.is_computed or rule.pays_for_work):
            others += net
            credited_others += credited
            continue
        row = _row(rows, people[employee], month)
        if rule.pays_for_work:
            row.credited += credited
        else:
            row.fees += net
            row.credited_fees += credited
    by_name = sorted(rows.values(), key=lambda row: (row.employee.last_name, row.employee.first_name))
    return Reconciliation(by_name, others, credited_others)


def _charged_by_kind(runs: Sequence[BillingRun]) -> Iterable[tuple[int | None, Month, str, Decimal, Decimal]]:
    """Net and what was credited of it, by employee, month of service and kind."""
    charges = charges_with_credits(Charge.objects.filter(run__in=runs))
    sums = charges.values_list("employee", "service_month", "kind").annotate(Sum("net"), Sum("credited"))
    return sums.order_by("employee", "service_month", "kind")


def _row(
    rows: dict[tuple[int, Month], ReconciliationRow], employee: Employee, month: Month
) -> ReconciliationRow:
    return rows.setdefault((employee.pk, month), ReconciliationRow(employee, month))


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
