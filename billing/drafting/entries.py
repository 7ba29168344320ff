"""What goes on a draft: one line and its charge, whether computed from the month or recorded before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from billing import vat
from billing.drafting import wording
from billing.drafting.assessing import Owed
from billing.models import BillingRun, Charge, Invoice, Line
from employees.models import VatRegime
from groupement.periods import Month


@dataclass(frozen=True)
class Entry:
    """One line to come: ``owed`` when the run computed it, ``recorded`` when an act had recorded the charge."""

    member: int
    month: Month
    vat_regime: str
    label: str
    detail: str
    minutes: int
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    owed: Owed | None = None
    recorded: Charge | None = None

    @property
    def is_out_of_scope(self) -> bool:
        """Sums outside VAT never share an invoice with others (EN 16931, BR-O-02)."""
        return self.vat_regime == VatRegime.OUT_OF_SCOPE

    def line(self, invoice: Invoice, position: int) -> Line:
        return Line(
            invoice=invoice,
            position=position,
            label=self.label,
            detail=self.detail,
            quantity=self.quantity,
            unit=self.unit,
            unit_price=self.unit_price,
            net=self.net,
            vat_regime=self.vat_regime,
        )

    def charge(self, run: BillingRun, line: Line) -> Charge:
        """The charge of a computed line."""
        if self.owed is None:
            raise ValueError("a recorded charge exists already")
        due, assignment = self.owed.due, self.owed.assignment
        return Charge(
            run=run,
            member_id=assignment.member_id,
            employee_id=assignment.employee_id,
            assignment=assignment,
            terms_id=due.segment.terms,
            timesheet_id=self.owed.sheets[0].pk if self.owed.sheets else None,
            service_month=self.month,
            kind=due.kind,
            minutes=due.minutes,
            quantity=due.quantity,
            unit=due.unit,
            unit_price=due.unit_price,
            net=due.net,
            vat_regime=self.vat_regime,
            figures=dict(due.figures),
            rank=self.owed.rank,
            line=line,
        )


def entry_of_due(owed: Owed) -> Entry:
    """The line of what the run computed."""
    due, assignment = owed.due, owed.assignment
    supplement = owed.sheets[0].supplement if len(owed.sheets) == 1 else 0
    return Entry(
        member=assignment.member_id,
        month=owed.month,
        vat_regime=owed.vat_regime,
        label=wording.label(due.kind, assignment),
        detail=wording.detail(due, assignment, owed.month, supplement=supplement),
        minutes=due.minutes,
        quantity=due.quantity,
        unit=due.unit,
        unit_price=due.unit_price,
        net=due.net,
        owed=owed,
    )


def entry_of_charge(charge: Charge, is_franchise: bool) -> Entry:
    """The line of a recorded charge; what comes back after a credit note says so."""
    regime = charge.vat_regime
    if is_franchise and not vat.bears_none(regime):
        regime = VatRegime.FRANCHISE
    label, detail = charge.label, charge.detail
    if charge.rebills is not None and charge.rebills.line is not None:
        former = charge.rebills.line
        label = label or former.label
        detail = detail or former.detail
    return Entry(
        member=charge.member_id,
        month=charge.service_month,
        vat_regime=regime,
        label=label,
        detail=detail,
        minutes=charge.minutes,
        quantity=charge.quantity,
        unit=charge.unit,
        unit_price=charge.unit_price,
        net=charge.net,
        recorded=charge,
    )
