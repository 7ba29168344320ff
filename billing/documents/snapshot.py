"""Everything the paper says, copied at issue as plain texts; templates/paper/invoice.html tells its shape."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.charge_kinds import Writer
from billing.documents import explaining, mentions
from billing.documents.annex import annexes, credited_annexes
from billing.documents.payment_code import code_of
from billing.documents.vat import Rates, is_without_vat, rate_label
from billing.models import Invoice, InvoiceKind, InvoiceStatus, Line, Unit
from groupement.kernel import postal
from groupement.kernel.french import enumeration
from groupement.kernel.money import ZERO, VatSum, vat, vat_by_rate
from groupement.kernel.periods import Month, name_months, name_period
from members import filing
from members.models import Group, LeaveMethod, Member, PaymentBasis

UNITS = {
    Unit.HOUR: "heure",
    Unit.MONTH: "mois",
    Unit.ONE: "unité",
    Unit.KILOMETRE: "km",
    Unit.DAY: "jour",
}

PROVISION = (
    "Le coût réel comprend une provision pour congés payés\u00a0; les congés pris sont repris de cette provision et ne "
    "sont pas facturés une deuxième fois."
)


@dataclass
class SnapshotBuilder:
    """Copies invoices issued on one day; what they have in common is read once, whatever their number."""

    group: Group
    issued_on: date
    wordings: mentions.MentionsOfDay
    lines: Mapping[int, Sequence[Line]]
    rates: Mapping[int, Decimal]
    annexes: Mapping[int, Sequence[Mapping[str, Any]]]
    months: Mapping[int, Collection[Month]]
    concerning: Mapping[int, Sequence[Invoice]]

    @property
    def due_on(self) -> date:
        of_day = self.wordings.rules
        return due_on(self.issued_on, days=of_day.payment_days, basis=of_day.payment_basis)

    def due_of(self, invoice: Invoice) -> date:
        """An invoice is due when its terms say; a credit note falls due as it is issued."""
        return self.issued_on if invoice.kind == InvoiceKind.CREDIT_NOTE else self.due_on

    def totals(self, invoice: Invoice) -> tuple[Decimal, Decimal]:
        """Net and VAT of ``invoice``, euros, from its lines."""
        return total_and_vat(self.vat_sums(invoice))

    def vat_sums(self, invoice: Invoice) -> list[VatSum]:
        """VAT per rate on the sum of the nets (rule R4); of a credit note, what mirrors its invoice to the cent.

        The credits of an invoice telescope: VAT on all that is credited so far, less what was credited before. The last
        one leaves nothing, whatever the parts (rule R6).
        """
        sums = vat_by_rate((self.rates[line.pk], line.net) for line in self.lines.get(invoice.pk, ()))
        if invoice.corrects_id is None:
            return sums
        before = _credited_before(invoice)
        return [
            VatSum(row.rate, row.base, vat(base + row.base, row.rate) - tax)
            for row in sums
            for base, tax in [before.get(row.rate, (ZERO, ZERO))]
        ]

    def copy(self, invoice: Invoice) -> dict[str, Any]:
        """The snapshot of ``invoice``, whose member is loaded; its number is put in when it is taken."""
        lines = self.lines.get(invoice.pk, ())
        sums = self.vat_sums(invoice)
        net, vat_total = total_and_vat(sums)
        return {
            "number": "",
            "kind": invoice.kind,
            "issued_on": self.issued_on.isoformat(),
            "due_on": self.due_of(invoice).isoformat(),
            "period_label": self._period(invoice),
            "seller": self.seller,
            "buyer": _buyer(invoice.member),
            "lines": [_line(line, self.rates[line.pk]) for line in lines],
            "vat": [self._vat(row, lines) for row in sums],
            "net": str(net),
            "vat_total": str(vat_total),
            "total": str(net + vat_total),
            "mentions": self.wordings.mentions({line.vat_regime for line in lines}),
            "payment": {
                **self.wordings.payment(),
                **self.late_terms,
                "reference": "",
                "code": code_of(invoice.kind, self.seller, net + vat_total),
            },
            "why": self._why(lines),
            "annex": list(self.annexes.get(invoice.pk, ())),
        } | self._origin(invoice)

    @property
    def late_terms(self) -> dict[str, str]:
        """The figures of the sentences on lateness: what is late later is claimed at the rate that was printed."""
        return {
            "penalty_rate": str(self.wordings.rules.late_penalty_rate),
            "indemnity_amount": str(self.group.recovery_indemnity),
        }

    def _period(self, invoice: Invoice) -> str:
        """The months served; of a true-up, the whole period that it settles."""
        if invoice.true_up is not None:
            return name_period(invoice.true_up.first_month, invoice.true_up.last_month)
        return name_months(self.months.get(invoice.pk) or {invoice.service_month})

    def _why(self, lines: Iterable[Line]) -> list[dict[str, Any]]:
        """Where each price comes from, as far as the group lets members read it."""
        charges = [charge for line in lines if (charge := getattr(line, "charge", None))]
        # The line of a true-up says its reckoning itself.
        charges = [charge for charge in charges if charge.rule.writer is not Writer.TRUE_UP]
        found = [
            {"employee": row.employee, "period_label": row.month.label, "sentences": row.sentences}
            for row in explaining.by_person_and_month(charges, self.group.price_detail)
        ]
        has_provision = self.group.leave_method == LeaveMethod.PROVISION
        if has_provision and any(charge.rule.shares_cost for charge in charges):
            found.append({"employee": "", "period_label": "", "sentences": [PROVISION]})
        return found

    def _origin(self, invoice: Invoice) -> dict[str, Any]:
        """What a correction says of the invoices that it concerns, with their number and date (CGI art. 289, I-5)."""
        concerned = (
            [invoice.corrects] if invoice.corrects is not None else list(self.concerning.get(invoice.pk, ()))
        )
        if not concerned and not invoice.reason:
            return {}
        return {
            "corrects": [
                {"number": str(row.number), "issued_on": (row.issued_on or self.issued_on).isoformat()}
                for row in concerned
            ],
            "reason": invoice.reason,
        }

    def _vat(self, row: VatSum, lines: Iterable[Line]) -> dict[str, str]:
        """One rate; of 0 % there may be several kinds, exempt and charged at nothing, which are all named."""
        regimes = dict.fromkeys(line.vat_regime for line in lines if self.rates[line.pk] == row.rate)
        return {
            "label": enumeration(rate_label(regime, row.rate) for regime in regimes),
            "rate": str(row.rate),
            "base": str(row.base),
            "amount": str(row.amount),
        }

    @property
    def seller(self) -> dict[str, str]:
        more = ("rna", "vat_number", "email", "phone", "iban", "bic", "bank_name", "collective_agreement")
        return self.group.letterhead(*more) | {"logo": self.logo}

    @property
    def logo(self) -> str:
        """The logo as a data: address, so that the paper never depends on a file that may change."""
        logo = self.group.logo
        if logo is None:
            return ""
        with filing.open_file(logo) as file:
            return f"data:{logo.media_type};base64,{base64.b64encode(file.read()).decode()}"


def prepare(
    invoices: Sequence[Invoice],
    *,
    issued_on: date,
    concerning: Mapping[int, Sequence[Invoice]] | None = None,
) -> SnapshotBuilder:
    """Read what the snapshots of ``invoices`` need, in a fixed number of queries.

    ``concerning`` are, by the id of a true-up’s document, the invoices that it settles, to be named on it.
    """
    group = Group.objects.get()
    ids = [invoice.pk for invoice in invoices]
    month_of = {invoice.pk: invoice.service_month for invoice in invoices}
    known, rates = Rates(), dict[int, Decimal]()
    lines: dict[int, list[Line]] = defaultdict(list)
    months: dict[int, set[Month]] = defaultdict(set)
    notes = [invoice.pk for invoice in invoices if invoice.kind == InvoiceKind.CREDIT_NOTE]
    rows = Line.objects.filter(invoice__in=ids).select_related("charge").prefetch_related("charge__employee")
    if notes:
        rows = rows.select_related("charge", "credits__invoice", "credits__charge")
    for line in rows.order_by("invoice", "position"):
        lines[line.invoice_id].append(line)
        charge = getattr(line, "charge", None) or (getattr(line.credits, "charge", None) if notes else None)
        if charge:
            months[line.invoice_id].add(charge.service_month)
        served_in = charge.service_month if charge else month_of[line.invoice_id]
        credited = _credited_rate(line) if notes else None
        rates[line.pk] = known.of(line.vat_regime, served_in.last) if credited is None else credited
    wordings = mentions.MentionsOfDay(group, issued_on)
    hours = annexes(ids) | (credited_annexes(notes) if notes else {})
    return SnapshotBuilder(group, issued_on, wordings, lines, rates, hours, months, concerning or {})


def with_number(copied: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The snapshot with its number, which is also the reference of the payment."""
    return {**copied, "number": number, "payment": {**copied["payment"], "reference": number}}


def total_and_vat(sums: Sequence[VatSum]) -> tuple[Decimal, Decimal]:
    """Net and VAT of an invoice, euros."""
    return sum((row.base for row in sums), ZERO), sum((row.amount for row in sums), ZERO)


def _credited_rate(line: Line) -> Decimal | None:
    """The rate at which the line that ``line`` credits was invoiced, as its invoice says."""
    if line.credits is None:
        return None
    copied = (line.credits.invoice.snapshot or {})["lines"]
    return next(Decimal(row["vat_rate"]) for row in copied if row["position"] == line.credits.position)


def _credited_before(credit_note: Invoice) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """Base and VAT by rate of the credit notes that were issued on the same invoice."""
    before: dict[Decimal, tuple[Decimal, Decimal]] = {}
    earlier = Invoice.objects.filter(corrects=credit_note.corrects_id, status=InvoiceStatus.ISSUED)
    for copied in earlier.exclude(pk=credit_note.pk).order_by("pk").values_list("snapshot", flat=True):
        for row in (copied or {})["vat"]:
            base, tax = before.get(Decimal(row["rate"]), (ZERO, ZERO))
            before[Decimal(row["rate"])] = base + Decimal(row["base"]), tax + Decimal(row["amount"])
    return before


def _buyer(member: Member) -> dict[str, Any]:
    names = ("legal_name", "siren", "vat_number", "order_reference")
    buyer: dict[str, Any] = {name: getattr(member, name) for name in names} | postal.parts_of(member)
    buyer["legal_form"] = member.get_legal_form_display()
    buyer["billing"] = {"name": ""} | member.invoice_address if member.has_billing_address else ""
    return buyer


def _line(line: Line, rate: Decimal) -> dict[str, Any]:
    return {
        "position": line.position,
        "label": line.label,
        "detail": line.detail,
        "quantity": str(line.quantity),
        "unit": UNITS[Unit(line.unit)],
        "unit_code": line.unit,
        "unit_price": str(line.unit_price),
        "net": str(line.net),
        "vat_rate": str(rate),
        "vat_label": rate_label(line.vat_regime, rate),
        "vat_regime": line.vat_regime,
        "exempt": is_without_vat(line.vat_regime),
    }


def due_on(issued_on: date, *, days: int, basis: str = PaymentBasis.INVOICE_DATE) -> date:
    """The last day to pay what was issued on ``issued_on``; the day of issue itself is not counted."""
    delay = timedelta(days=days)
    if basis == PaymentBasis.DAYS_THEN_END_OF_MONTH:
        return Month.of(issued_on + delay).last
    if basis == PaymentBasis.END_OF_MONTH_THEN_DAYS:
        return Month.of(issued_on).last + delay
    return issued_on + delay
