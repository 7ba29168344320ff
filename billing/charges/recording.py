"""Record what a member owes beside hours and cost: it stands in the ledger until a month's invoice takes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction

from billing.charge_kinds import KINDS, VatRule
from billing.models import Charge, Invoice, InvoiceStatus
from employees.models import Assignment, Employee, VatRegime
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.money import line_net
from groupement.kernel.periods import Month
from members.models import Member, User


class ChargeNotRecordable(Refusal):
    """The sum cannot be owed as it was put."""


class ChargeNotWithdrawable(Refusal):
    """The sum is on an invoice: a credit note is the way back."""


@transaction.atomic
def record_charge(
    member: Member,
    *,
    kind: str,
    label: str,
    quantity: Decimal,
    unit: str,
    unit_price: Decimal,
    service_month: Month,
    by: User | None,
    at: datetime,
    vat_regime: str = "",
    detail: str = "",
    assignment: Assignment | None = None,
    employee: Employee | None = None,
    figures: Mapping[str, Any] | None = None,
    late_invoice: Invoice | None = None,
) -> Charge:
    """A standing charge: the next draft of a month not before ``service_month`` puts it on the member's invoice.

    The net is ``quantity`` × ``unit_price``, euros without VAT (rule R3). ``vat_regime`` is that of the terms or the
    one chosen; kinds that are always outside VAT need none. ``late_invoice``: of interest and indemnities, the invoice
    that is late. Raises ChargeNotRecordable for a computed kind, no label, no regime, a sum of zero or less (that is
    a credit note).
    """
    net = line_net(quantity, unit_price)
    is_outside = KINDS[kind].vat is VatRule.OUT_OF_SCOPE
    _refuse(kind, label, net)
    if not is_outside and vat_regime not in VatRegime.values:
        raise ChargeNotRecordable("Choisissez le régime de TVA de cette somme.", field="vat_regime")
    sums: dict[str, Any] = {"quantity": quantity, "unit": unit, "unit_price": unit_price, "net": net}
    return Charge.objects.create(
        member=member,
        employee=employee or getattr(assignment, "employee", None),
        assignment=assignment,
        service_month=service_month,
        kind=kind,
        label=label.strip()[:200],
        detail=detail.strip()[:300],
        vat_regime=VatRegime.OUT_OF_SCOPE if is_outside else vat_regime,
        figures=dict(figures or {}),
        late_invoice=late_invoice,
        is_standing=True,
        recorded_by=by,
        recorded_at=at,
        **sums,
    )


def _refuse(kind: str, label: str, net: Decimal) -> None:
    if KINDS[kind].is_computed:
        raise ChargeNotRecordable("Les heures et les parts de coût sont calculées par la clôture du mois.")
    if not label.strip():
        raise ChargeNotRecordable("Indiquez la désignation qui figurera sur la facture.", field="label")
    if net <= 0:
        raise ChargeNotRecordable(
            f"Le montant doit être supérieur à zéro{NO_BREAK_SPACE}: une somme à rendre passe par un avoir.",
            field="unit_price",
        )


@transaction.atomic
def withdraw_charge(charge: Charge, *, by: User | None, at: datetime) -> None:
    """Take back a charge that no issued invoice holds; a draft that holds it is to be made again.

    The journal keeps what it was, who took it back and when. Raises ChargeNotWithdrawable.
    """
    row = lock_withdrawable(charge)
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        row.delete()


@transaction.atomic
def lock_withdrawable(charge: Charge) -> Charge:
    """The row, locked. Raises ChargeNotWithdrawable."""
    # Its line is read afterwards: joined, it would be as it was before the wait.
    row: Charge = still_there(Charge.objects.select_for_update(), charge.pk)
    if not row.is_standing:
        raise ChargeNotWithdrawable("Cette somme vient de la clôture du mois, elle ne se retire pas.")
    if row.line is not None:
        if row.line.invoice.status == InvoiceStatus.ISSUED:
            raise ChargeNotWithdrawable(
                f"Cette somme est facturée ({row.line.invoice.number}){NO_BREAK_SPACE}: faites un avoir."
            )
        raise ChargeNotWithdrawable(
            "Cette somme est dans un brouillon. Abandonnez d’abord les brouillons de la clôture, puis retirez-la."
        )
    return row
