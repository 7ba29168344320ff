"""Issue a true-up: for each member an invoice or a credit note, which names every invoice concerned, and a letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from billing.month import ahead
from billing.month.sealing import issue_together
from billing.true_ups import preparing
from billing.true_ups.checks import obstacles
from billing.true_ups.gathering import LateSheet, TrueUpFacts, gather
from billing.true_ups.papers import (
    LetterParts,
    TrueUpPaper,
    charge_of,
    draft_of,
    letter_content,
    line_of,
    papers_of,
)
from billing.true_ups.sharing import share_all
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, still_there
from members.models import User
from timesheets import approval
from timesheets.models import Timesheet


class TrueUpNotIssuable(Refusal):
    """Something changed since the true-up was prepared, or its period cannot be settled any more."""


@dataclass(frozen=True)
class _IssueContext:
    """A true-up being issued, with the facts of now."""

    true_up: TrueUp
    facts: TrueUpFacts
    by: User | None
    at: datetime
    issued_on: date | None = None


@transaction.atomic
def issue(
    true_up: TrueUp,
    *,
    by: User | None,
    at: datetime,
    issued_on: date | None = None,
    accepts_clock: bool = True,
) -> list[Invoice]:
    """Issue what ``true_up`` settles; all of it or nothing. The documents, in the order of members' names.

    What a member owes and what is due back to it are set off within each VAT regime; what is owed by regime makes one
    invoice, what is due back one credit note. A regime that comes to zero makes none. Approved hours that no invoice
    bills are billed by the member's document, and sealed. Each person's month is settled once with each member; the
    reserve's ledger gets the difference. The same facts must still give the shares prepared. ``issued_on``: the date of
    the documents when it is not that of ``at``, the day that numbers have reached. Queue the files afterwards with
    ``rendering.enqueue``. Raises TrueUpNotIssuable, NumberTooEarly, ahead.NotTheDateReached.
    """
    if not accepts_clock:
        ahead.refuse_clock(timezone.localdate(at))
    row = still_there(TrueUp.objects.select_for_update(), true_up.pk)
    if row.status != TrueUpStatus.DRAFT:
        raise TrueUpNotIssuable("Cette régularisation est déjà émise.")
    scope = preparing.scope_again(row)
    # Whoever reopens, approves or bills hours of these months waits for us, or we for them.
    list(scope.of(Timesheet.objects.all()).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    facts = gather(scope)
    context = _IssueContext(row, facts, by, at, issued_on)
    shares = _unchanged_shares(context)
    _settle_months(context)
    late = _late_by_member(facts)
    papers = [
        paper
        for member in scope.members
        for paper in papers_of(member, shares.get(member.pk, []), late, facts)
    ]
    documents = _issue(papers, context)
    _record_reserve(context)
    written = _write(documents, shares, late, context)
    approval.seal([sheet.pk for sheet in facts.late if _is_counted(sheet, facts)], at=at)
    row.move(TrueUpStatus.ISSUED, by=by, at=at, issued_at=at, figures={**row.figures, "letters": written})
    return documents


def _unchanged_shares(context: _IssueContext) -> dict[int, list[TrueUpShare]]:
    """The shares prepared, by member; they must still be what the facts give."""
    row, facts = context.true_up, context.facts
    if found := obstacles(facts, row.key):
        raise TrueUpNotIssuable("Cette période ne peut plus être régularisée.", errors=found)
    everybody = share_all(facts.periods, row.key)
    now = {_figures(share): share for share in preparing.shares(row, facts, everybody)}
    stored = list(row.shares.select_related("employee", "member"))
    known = {_figures(share): share for share in stored}
    if now.keys() != known.keys() or preparing.figures(facts, everybody) != row.figures:
        raise TrueUpNotIssuable(
            "Les heures, les coûts ou les factures ont changé depuis la préparation\u00a0: préparez de nouveau cette "
            "régularisation, puis relisez-la."
        )
    by_member: dict[int, list[TrueUpShare]] = defaultdict(list)
    for figure in now:  # in the order of names
        by_member[known[figure].member_id].append(known[figure])
    return by_member


def _figures(share: TrueUpShare) -> tuple[object, ...]:
    return share.employee_id, share.member_id, share.minutes, share.actual, share.invoiced


def _settle_months(context: _IssueContext) -> None:
    """A person's month with a member, once and for all; of two true-ups at one moment, PostgreSQL lets one through."""
    facts = context.facts
    months = sorted(facts.costs.keys() | facts.worked | facts.billed)
    members = {period.employee: facts.scope.member_ids & {*period.members} for period in facts.periods}
    try:
        with transaction.atomic():
            SettledMonth.objects.bulk_create(
                SettledMonth(true_up=context.true_up, employee_id=employee, month=month, member_id=member)
                for employee, month in months
                for member in sorted(members[employee])
            )
    except IntegrityError as error:
        raise TrueUpNotIssuable(
            "Un mois de cette période vient d’être régularisé ailleurs. Rechargez la page."
        ) from error


def _issue(papers: Sequence[TrueUpPaper], context: _IssueContext) -> list[Invoice]:
    """The documents: a line and a charge for each person, those that go the other way below zero; numbered last."""
    drafts = Invoice.objects.bulk_create(draft_of(paper, context.true_up, context.at) for paper in papers)
    items = [
        (item, line_of(draft, rank, item, context.true_up))
        for draft, paper in zip(drafts, papers, strict=True)
        for rank, item in enumerate(paper.items, start=1)
    ]
    Line.objects.bulk_create(line for _, line in items)
    Charge.objects.bulk_create(
        charge_of(item, line, context.true_up, by=context.by, at=context.at) for item, line in items
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
    concerning = {draft.pk: context.facts.invoices[draft.member_id] for draft in drafts}
    return issue_together(
        drafts, by=context.by, at=context.at, concerning=concerning, issued_on=context.issued_on
    )


def _late_by_member(facts: TrueUpFacts) -> Mapping[int, list[LateSheet]]:
    late: dict[int, list[LateSheet]] = defaultdict(list)
    for sheet in facts.late:
        if sheet.minutes and sheet.member in facts.scope.member_ids:
            late[sheet.member].append(sheet)
    return late


def _is_counted(sheet: LateSheet, facts: TrueUpFacts) -> bool:
    """Whether the hours are trued up: at a member of the true-up, or at the group."""
    return bool(sheet.minutes) and (sheet.member is None or sheet.member in facts.scope.member_ids)


def _record_reserve(context: _IssueContext) -> None:
    """An entry of the reserve, so that of these months it bears what is left to it, and no more."""
    figures = context.true_up.figures
    if moved := Decimal(figures["reserve_before"]) - Decimal(figures["reserve_after"]):
        ReserveEntry.objects.create(
            booked_on=timezone.localdate(context.at),
            amount=moved,
            label=context.true_up.label[:160],
            noted_by=context.by,
            noted_at=context.at,
        )


def _write(
    documents: Sequence[Invoice],
    shares: Mapping[int, Sequence[TrueUpShare]],
    late: Mapping[int, Sequence[LateSheet]],
    context: _IssueContext,
) -> dict[str, int]:
    """A letter to each member that has a share; their ids by the member's."""
    row, sender, written = context.true_up, letters.sender(), {}
    for member in context.facts.scope.members:
        if own := shares.get(member.pk):
            parts = LetterParts(
                member,
                own,
                context.facts.invoices[member.pk],
                [document for document in documents if document.member_id == member.pk],
                row.figures["keys"],
                sum(sheet.minutes for sheet in late.get(member.pk, ())),
            )
            content = {"sender": sender, **letter_content(row, parts, timezone.localdate(context.at))}
            subject = f"{row.label}{NO_BREAK_SPACE}: {member.short_name}"
            letter = letters.write(
                LetterKind.TRUE_UP, member=member, subject=subject, content=content, at=context.at
            )
            written[str(member.pk)] = letter.pk
    return written
