"""Compose the documents of a true-up: which member gets what, a line and a charge for each person; nothing is saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.models import Charge, ChargeKind, Invoice, InvoiceKind, Line, TrueUp, TrueUpShare, Unit
from billing.trueing_up import wording
from billing.trueing_up.gathering import Facts, Late
from employees.models import VatRegime
from groupement.money import allocate
from members.models import Member, User

ONE = Decimal("1.00")


@dataclass(frozen=True)
class Item:
    """The part of a share under one VAT regime: owed when positive."""

    share: TrueUpShare
    regime: str
    amount: Decimal


@dataclass(frozen=True)
class Paper:
    """A document to be: of one member, one way, with the late hours that it holds."""

    member: Member
    kind: str
    items: Sequence[Item]
    late: Sequence[Late]


def papers_of(
    member: Member, shares: Sequence[TrueUpShare], late: Mapping[int, Sequence[Late]], facts: Facts
) -> list[Paper]:
    """What the member gets: an invoice, a credit note, both or neither; late hours go on the first."""
    items = [item for share in shares for item in _by_regime(share, facts)]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.regime] += item.amount
    papers: list[Paper] = []
    for kind, sign in ((InvoiceKind.INVOICE, 1), (InvoiceKind.CREDIT_NOTE, -1)):
        mine = [item for item in items if item.amount and sums[item.regime] * sign > 0]
        if mine:
            papers.append(Paper(member, kind, mine, () if papers else late.get(member.pk, ())))
    return papers


def _by_regime(share: TrueUpShare, facts: Facts) -> list[Item]:
    """The share by VAT regime: as what it settles was invoiced; with nothing invoiced, as the last terms say."""
    invoiced = facts.invoiced[share.employee_id].get(share.member_id, {})
    nets = {regime: net for regime, net in sorted(invoiced.items()) if net > 0}
    if not nets:
        regime = facts.regimes[share.employee_id].get(share.member_id) or VatRegime.STANDARD
        return [Item(share, str(regime), share.amount)]
    amounts = allocate(share.amount, [*nets.values()])
    return [Item(share, regime, amount) for regime, amount in zip(nets, amounts, strict=True)]


def draft_of(paper: Paper, true_up: TrueUp, at: datetime) -> Invoice:
    """The document itself, not issued yet."""
    return Invoice(
        true_up=true_up,
        member=paper.member,
        kind=paper.kind,
        reason=wording.reason(true_up),
        service_month=true_up.last_month,
        drafted_at=at,
        minutes=sum(sheet.minutes for sheet in paper.late),
    )


def line_of(draft: Invoice, rank: int, item: Item, true_up: TrueUp) -> Line:
    """One person’s line, which goes the way of its document, or below zero."""
    amount = -item.amount if draft.kind == InvoiceKind.CREDIT_NOTE else item.amount
    return Line(
        invoice=draft,
        position=rank,
        label=wording.line_label(item.share.employee),
        detail=wording.line_detail(item.share, true_up, item.amount),
        quantity=ONE if amount > 0 else -ONE,
        unit=Unit.ONE,
        unit_price=abs(amount),
        net=amount,
        vat_regime=item.regime,
    )


def charge_of(item: Item, line: Line, true_up: TrueUp, *, by: User | None, at: datetime) -> Charge:
    """The ledger's row: below zero for what is due back, so that sums of charges are what a member owes."""
    share = item.share
    return Charge(
        member_id=share.member_id,
        employee_id=share.employee_id,
        service_month=true_up.last_month,
        kind=ChargeKind.TRUE_UP,
        label=line.label,
        detail=line.detail,
        minutes=0,
        quantity=ONE if item.amount > 0 else -ONE,
        unit=Unit.ONE,
        unit_price=abs(item.amount),
        net=item.amount,
        vat_regime=item.regime,
        figures={
            "true_up": true_up.pk,
            "key": true_up.figures["keys"][str(share.employee_id)],
            "actual": str(share.actual),
            "invoiced": str(share.invoiced),
        },
        is_standing=True,
        recorded_by=by,
        recorded_at=at,
        line=line,
    )
