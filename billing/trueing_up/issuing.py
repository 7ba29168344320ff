"""Issue a true-up: for each member an invoice or a credit note, which names every invoice concerned, and a letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing import letters
from billing.issuing import issue_alone
from billing.models import (
    Charge,
    ChargeKind,
    Invoice,
    InvoicedTimesheet,
    InvoiceKind,
    LetterKind,
    Line,
    ReserveEntry,
    SettledMonth,
    TrueUp,
    TrueUpShare,
    TrueUpStatus,
    Unit,
)
from billing.trueing_up import preparing, wording
from billing.trueing_up.checking import obstacles
from billing.trueing_up.gathering import Facts, Late, gather
from billing.trueing_up.previewing import shared
from employees.models import VatRegime
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE, allocate
from members.models import Member, User
from timesheets import approval
from timesheets.models import Timesheet

ONE = Decimal("1.00")


class NotIssuable(Refusal):
    """Something changed since the true-up was prepared, or its period cannot be settled any more."""


@dataclass(frozen=True)
class _Item:
    """The part of a share under one VAT regime: owed when positive."""

    share: TrueUpShare
    regime: str
    amount: Decimal


@dataclass(frozen=True)
class _Desk:
    """A true-up being issued, with the facts of now."""

    true_up: TrueUp
    facts: Facts
    by: User | None
    at: datetime


@transaction.atomic
def issue(true_up: TrueUp, *, by: User | None, at: datetime) -> list[Invoice]:
    """Issue what ``true_up`` settles; all of it or nothing. The documents, in the order of members' names.

    What a member owes and what is due back to it are set off within each VAT regime; what is owed by regime makes one
    invoice, what is due back one credit note. A regime that comes to zero makes none. Approved hours that no invoice
    held are held by the member's document, and sealed. Each person's month is settled once; the reserve's ledger gets
    the difference. The same facts must still give the shares prepared. Raises NotIssuable, TooEarly. Queue the files
    afterwards with ``rendering.enqueue``.
    """
    row = TrueUp.objects.select_for_update().get(pk=true_up.pk)
    if row.status != TrueUpStatus.DRAFT:
        raise NotIssuable("Cette régularisation est déjà émise.")
    scope = preparing.scope_again(row)
    # Whoever reopens, approves or bills hours of these months waits for us, or we for them.
    list(scope.of(Timesheet.objects.all()).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    facts = gather(scope)
    desk = _Desk(row, facts, by, at)
    shares = _unchanged_shares(desk)
    _settle_months(desk)
    late = _late_by_member(facts)
    sent = [_send(member, shares.get(member.pk, []), late[member.pk], desk) for member in scope.members]
    _note_reserve(desk)
    written = {str(one.member.pk): _write(one, desk) for one in sent if one.shares}
    approval.seal([sheet.pk for sheet in facts.late if _is_counted(sheet, facts)], at=at)
    row.move(TrueUpStatus.ISSUED, by=by, at=at, issued_at=at, figures={**row.figures, "letters": written})
    return [document for one in sent for document in one.documents]


def _unchanged_shares(desk: _Desk) -> dict[int, list[TrueUpShare]]:
    """The shares prepared, by member; they must still be what the facts give."""
    row, facts = desk.true_up, desk.facts
    if in_the_way := obstacles(facts, row.key):
        raise NotIssuable("Cette période ne peut plus être régularisée.", errors=in_the_way)
    everybody = shared(facts, row.key)
    now = {_figures(share): share for share in preparing.shares(row, facts, everybody)}
    stored = list(row.shares.select_related("employee", "member"))
    known = {_figures(share): share for share in stored}
    if now.keys() != known.keys() or preparing.figures(facts, everybody) != row.figures:
        raise NotIssuable(
            "Les heures, les coûts ou les factures ont changé depuis la préparation\u00a0: préparez de nouveau cette "
            "régularisation, puis relisez-la."
        )
    by_member: dict[int, list[TrueUpShare]] = defaultdict(list)
    for figure in now:  # in the order of names
        by_member[known[figure].member_id].append(known[figure])
    return by_member


def _figures(share: TrueUpShare) -> tuple[object, ...]:
    return share.employee_id, share.member_id, share.minutes, share.actual, share.invoiced


def _settle_months(desk: _Desk) -> None:
    """Each person's month once and for all; of two true-ups at the same moment, PostgreSQL lets one through."""
    months = desk.facts.costs.keys() | desk.facts.worked | desk.facts.billed
    try:
        with transaction.atomic():
            SettledMonth.objects.bulk_create(
                SettledMonth(true_up=desk.true_up, employee_id=employee, month=month)
                for employee, month in sorted(months)
            )
    except IntegrityError as error:
        raise NotIssuable(
            "Un mois de cette période vient d’être régularisé ailleurs. Rechargez la page."
        ) from error


def _send(member: Member, shares: Sequence[TrueUpShare], late: Sequence[Late], desk: _Desk) -> wording.Sent:
    """Make the member's documents, numbered last; late hours go on the first of them."""
    items = [item for share in shares for item in _by_regime(share, desk.facts)]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.regime] += item.amount
    documents: list[Invoice] = []
    for kind, sign in ((InvoiceKind.INVOICE, 1), (InvoiceKind.CREDIT_NOTE, -1)):
        mine = [item for item in items if item.amount and sums[item.regime] * sign > 0]
        if mine:
            held = [] if documents else late
            documents.append(_document(member, kind, mine, held, desk))
    return wording.Sent(
        member,
        shares,
        desk.facts.invoices[member.pk],
        documents,
        desk.true_up.figures["keys"],
        sum(sheet.minutes for sheet in late),
    )


def _by_regime(share: TrueUpShare, facts: Facts) -> list[_Item]:
    """The share by VAT regime: as what it settles was invoiced; with nothing invoiced, as the last terms say."""
    invoiced = facts.invoiced[share.employee_id].get(share.member_id, {})
    nets = {regime: net for regime, net in sorted(invoiced.items()) if net > 0}
    if not nets:
        regime = facts.regimes[share.employee_id].get(share.member_id) or VatRegime.STANDARD
        return [_Item(share, str(regime), share.amount)]
    amounts = allocate(share.amount, [*nets.values()])
    return [_Item(share, regime, amount) for regime, amount in zip(nets, amounts, strict=True)]


def _document(
    member: Member, kind: str, items: Sequence[_Item], late: Sequence[Late], desk: _Desk
) -> Invoice:
    """One issued document: a line and a charge for each person, those that go the other way below zero."""
    true_up, is_credit = desk.true_up, kind == InvoiceKind.CREDIT_NOTE
    draft = Invoice.objects.create(
        true_up=true_up,
        member=member,
        kind=kind,
        reason=wording.reason(true_up),
        service_month=true_up.last_month,
        drafted_at=desk.at,
        minutes=sum(sheet.minutes for sheet in late),
    )
    lines = Line.objects.bulk_create(
        _line(draft, rank, item, -item.amount if is_credit else item.amount, true_up)
        for rank, item in enumerate(items, start=1)
    )
    Charge.objects.bulk_create(_charge(item, line, desk) for item, line in zip(items, lines, strict=True))
    for item, line in zip(items, lines, strict=True):
        if item.share.line_id is None:
            item.share.line = line
            item.share.save(update_fields=["line"])
    InvoicedTimesheet.objects.bulk_create(
        InvoicedTimesheet(invoice=draft, timesheet_id=sheet.pk) for sheet in late
    )
    return issue_alone(draft, by=desk.by, at=desk.at, concerning=desk.facts.invoices[member.pk])


def _line(draft: Invoice, rank: int, item: _Item, amount: Decimal, true_up: TrueUp) -> Line:
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


def _charge(item: _Item, line: Line, desk: _Desk) -> Charge:
    """The ledger's row: below zero for what is due back, so that sums of charges are what a member owes."""
    share = item.share
    return Charge(
        member_id=share.member_id,
        employee_id=share.employee_id,
        service_month=desk.true_up.last_month,
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
            "true_up": desk.true_up.pk,
            "key": desk.true_up.figures["keys"][str(share.employee_id)],
            "actual": str(share.actual),
            "invoiced": str(share.invoiced),
        },
        is_standing=True,
        recorded_by=desk.by,
        recorded_at=desk.at,
        line=line,
    )


def _late_by_member(facts: Facts) -> Mapping[int, list[Late]]:
    late: dict[int, list[Late]] = defaultdict(list)
    for sheet in facts.late:
        if sheet.minutes and sheet.member in facts.scope.member_ids:
            late[sheet.member].append(sheet)
    return late


def _is_counted(sheet: Late, facts: Facts) -> bool:
    """Whether the hours are settled: at a member of the true-up, or at the group."""
    return bool(sheet.minutes) and (sheet.member is None or sheet.member in facts.scope.member_ids)


def _note_reserve(desk: _Desk) -> None:
    """After it, the reserve bears of these months what was left to it, and no more."""
    told = desk.true_up.figures
    if moved := Decimal(told["reserve_before"]) - Decimal(told["reserve_after"]):
        ReserveEntry.objects.create(
            booked_on=timezone.localdate(desk.at),
            amount=moved,
            label=desk.true_up.label[:160],
            noted_by=desk.by,
            noted_at=desk.at,
        )


def _write(sent: wording.Sent, desk: _Desk) -> int:
    """The letter to a member; its id."""
    row = desk.true_up
    content = wording.letter(row, sent, timezone.localdate(desk.at))
    subject = f"{row.label}{NO_BREAK_SPACE}: {sent.member.short_name}"
    return int(
        letters.write(LetterKind.TRUE_UP, member=sent.member, subject=subject, content=content, at=desk.at).pk
    )
