"""The statement of a member's account: invoices, credit notes, payments, refunds, write-offs, and the balance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from billing.accounts.receivables import unsettled, unused_credits
from billing.models import Allocation, AllocationSource, Invoice, InvoiceKind, InvoiceStatus, Payment, Refund
from groupement.kernel import paper, postal
from groupement.kernel.money import ZERO
from groupement.kernel.printable import refuse_holes
from members.models import Group, Member


@dataclass(frozen=True)
class AccountMovement:
    """What changed the account on a day: ``debit`` is what the member owes by it, ``credit`` what it no longer owes."""

    on: date
    label: str
    detail: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    reason: str = ""
    due_on: date | None = None
    invoice: int | None = None
    payment: int | None = None
    refund: int | None = None


@dataclass(frozen=True)
class StatementLine:
    """A movement, and what the member owes after it; below zero, what the group owes the member."""

    movement: AccountMovement
    balance: Decimal


@dataclass(frozen=True)
class AccountStatement:
    """The account from ``first`` to ``last``, both included; ``opening`` is its balance before."""

    first: date
    last: date
    opening: Decimal
    lines: list[StatementLine]
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True)
class AccountPosition:
    """What a member owes on a day, in euros: ``overdue`` is the part of ``due`` that is late, ``credit`` is unused."""

    due: Decimal
    overdue: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        return self.due - self.credit

    @property
    def in_favour(self) -> Decimal:
        """What the group would have to give back, if nothing more were invoiced."""
        return max(-self.balance, ZERO)


def account_statement(member: Member, *, first: date, last: date) -> AccountStatement:
    """The account of ``member`` from ``first`` to ``last``; what came before is summed up in ``opening``."""
    opening = debit = credit = ZERO
    lines = []
    for movement in _movements(member):
        if movement.on < first:
            opening += movement.debit - movement.credit
        elif movement.on <= last:
            debit, credit = debit + movement.debit, credit + movement.credit
            lines.append(StatementLine(movement, opening + debit - credit))
    return AccountStatement(first, last, opening, lines, debit, credit)


def account_position(member: Member, *, on: date) -> AccountPosition:
    """What ``member`` owes on day ``on``, and its unused credit; what was due before that day is overdue."""
    due = overdue = ZERO
    for due_on, amount in unsettled(member.pk).order_by("pk").values_list("due_on", "due"):
        due += amount
        overdue += amount if due_on and due_on < on else ZERO
    return AccountPosition(due, overdue, unused_credits([member.pk]).get(member.pk, ZERO))


def _movements(member: Member) -> list[AccountMovement]:
    """All of them, by day; on one day invoices and credit notes by number, payments, reversals, refunds, write-offs."""
    found = [*_invoices(member), *_payments(member), *_refunds(member), *_write_offs(member)]
    return sorted(found, key=lambda movement: movement.on)


def _invoices(member: Member) -> Iterable[AccountMovement]:
    rows = Invoice.objects.filter(member=member, status=InvoiceStatus.ISSUED).select_related("corrects")
    for row in rows.defer("snapshot", "corrects__snapshot").order_by("issued_on", "sequence", "pk"):
        on = row.issued_on or date.min
        label = f"{row.document_name.capitalize()} {row.number}"
        if row.kind == InvoiceKind.CREDIT_NOTE:
            about = f"sur {row.corrects.number}" if row.corrects else row.service_month.label
            yield AccountMovement(on, label, about, credit=row.total, invoice=row.pk)
        else:
            yield AccountMovement(
                on,
                label,
                row.service_month.label,
                debit=row.total,
                due_on=row.due_on,
                invoice=row.pk,
            )


def _payments(member: Member) -> Iterable[AccountMovement]:
    rows = list(Payment.objects.filter(member=member).order_by("received_on", "pk"))
    for row in rows:
        label = f"Règlement par {row.get_method_display()}" if row.method != "other" else "Règlement"
        yield AccountMovement(row.received_on, label, row.reference, credit=row.amount, payment=row.pk)
    for row in rows:
        if row.reversed_on:
            yield AccountMovement(
                row.reversed_on,
                "Règlement annulé",
                f"celui du {row.received_on:%d/%m/%Y}",
                debit=row.amount,
                reason=row.reversal_reason,
                payment=row.pk,
            )


def _refunds(member: Member) -> Iterable[AccountMovement]:
    rows = list(Refund.objects.filter(member=member).select_related("credit_note").order_by("paid_on", "pk"))
    for row in rows:
        label = f"Remboursement par {row.get_method_display()}" if row.method != "other" else "Remboursement"
        about = row.reference or (f"avoir {row.credit_note.number}" if row.credit_note else "trop-perçu")
        yield AccountMovement(row.paid_on, label, about, debit=row.amount, refund=row.pk)
    for row in rows:
        if row.cancelled_on:
            yield AccountMovement(
                row.cancelled_on,
                "Remboursement annulé",
                f"celui du {row.paid_on:%d/%m/%Y}",
                credit=row.amount,
                reason=row.cancel_reason,
                refund=row.pk,
            )


def _write_offs(member: Member) -> Iterable[AccountMovement]:
    rows = Allocation.objects.filter(source=AllocationSource.WRITE_OFF, invoice__member=member)
    named = rows.values_list("settled_on", "invoice__number", "amount", "reason", "invoice")
    for on, number, amount, reason, invoice in named.order_by("settled_on", "pk"):
        yield AccountMovement(
            on, "Abandon d’un reste dû", f"sur {number}", credit=amount, reason=reason, invoice=invoice
        )


def _letterhead(member: Member) -> dict[str, str]:
    return {"legal_name": member.legal_name, "short_name": member.short_name, **postal.parts_of(member)}


def statement_pdf(
    member: Member, statement: AccountStatement, position: AccountPosition, *, at: datetime
) -> bytes:
    """``statement`` as a PDF, with the position at ``at``; the reasons written by finance are not in it.

    Raises printable.HoleInPaper.
    """
    group = Group.objects.get()
    on = timezone.localdate(at)
    context: dict[str, Any] = {
        "group": group,
        "member": member,
        "statement": statement,
        "position": position,
        "on": on,
    }
    movements = {
        f"{line.movement.on:%d/%m/%Y}": {"label": line.movement.label, "detail": line.movement.detail}
        for line in statement.lines
    }
    refuse_holes({"group": group.letterhead(), "member": _letterhead(member), "movements": movements})
    html = render_to_string("paper/account.html", context)
    # Of one account and one moment there is one statement: its identifier does not depend on how the HTML is laid out.
    named = f"compte {member.pk} {statement.first} {statement.last} {at.isoformat()}"
    title = f"Relevé de compte, {member.short_name}, {statement.last:%d/%m/%Y}"
    return paper.pdf(html, title=title, author=group.name, created_at=at, identifier=named)
