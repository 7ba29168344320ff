"""Issue a true-up: for each member an invoice or a credit note, which names every invoice concerned, and a letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.documents import letters
from billing.models import (
    Charge,
    Invoice,
    InvoicedTimesheet,
    LetterKind,
    Line,
    ReserveEntry,
    SettledMonth,
    TrueUp,
    TrueUpShare,
    TrueUpStatus,
)
from billing.month.issuing import issue_together
from billing.true_ups import papers as true_ups_papers
from billing.true_ups import preparing
from billing.true_ups.checks import obstacles
from billing.true_ups.gathering import Facts, Late, gather
from billing.true_ups.papers import Paper, charge_of, draft_of, line_of, papers_of
from billing.true_ups.previewing import shared
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from members.models import User
from timesheets import approval
from timesheets.models import Timesheet


class NotIssuable(Refusal):
    """Something changed since the true-up was prepared, or its period cannot be settled any more."""


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
    papers = [
        paper
        for member in scope.members
        for paper in papers_of(member, shares.get(member.pk, []), late, facts)
    ]
    documents = _issue(papers, desk)
    _note_reserve(desk)
    written = _write(documents, shares, late, desk)
    approval.seal([sheet.pk for sheet in facts.late if _is_counted(sheet, facts)], at=at)
    row.move(TrueUpStatus.ISSUED, by=by, at=at, issued_at=at, figures={**row.figures, "letters": written})
    return documents


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


def _issue(papers: Sequence[Paper], desk: _Desk) -> list[Invoice]:
    """The documents: a line and a charge for each person, those that go the other way below zero; numbered last."""
    drafts = Invoice.objects.bulk_create(draft_of(paper, desk.true_up, desk.at) for paper in papers)
    items = [
        (item, line_of(draft, rank, item, desk.true_up))
        for draft, paper in zip(drafts, papers, strict=True)
        for rank, item in enumerate(paper.items, start=1)
    ]
    Line.objects.bulk_create(line for _, line in items)
    Charge.objects.bulk_create(
        charge_of(item, line, desk.true_up, by=desk.by, at=desk.at) for item, line in items
    )
    shares = {item.share.pk: item.share for item, _ in items}
    for item, line in items[::-1]:
        # Of a share under two regimes, its first line.
        shares[item.share.pk].line = line
    TrueUpShare.objects.bulk_update(shares.values(), ["line"])
    InvoicedTimesheet.objects.bulk_create(
        InvoicedTimesheet(invoice=draft, timesheet_id=sheet.pk)
        for draft, paper in zip(drafts, papers, strict=True)
        for sheet in paper.late
    )
    concerning = {draft.pk: desk.facts.invoices[draft.member_id] for draft in drafts}
    return issue_together(drafts, by=desk.by, at=desk.at, concerning=concerning)


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


def _write(
    documents: Sequence[Invoice],
    shares: Mapping[int, Sequence[TrueUpShare]],
    late: Mapping[int, Sequence[Late]],
    desk: _Desk,
) -> dict[str, int]:
    """A letter to each member that has a share; their ids by the member's."""
    row, sender, written = desk.true_up, letters.sender(), {}
    for member in desk.facts.scope.members:
        if mine := shares.get(member.pk):
            sent = true_ups_papers.Sent(
                member,
                mine,
                desk.facts.invoices[member.pk],
                [document for document in documents if document.member_id == member.pk],
                row.figures["keys"],
                sum(sheet.minutes for sheet in late.get(member.pk, ())),
            )
            content = {"sender": sender, **true_ups_papers.letter(row, sent, timezone.localdate(desk.at))}
            subject = f"{row.label}{NO_BREAK_SPACE}: {member.short_name}"
            letter = letters.write(
                LetterKind.TRUE_UP, member=member, subject=subject, content=content, at=desk.at
            )
            written[str(member.pk)] = letter.pk
    return written
