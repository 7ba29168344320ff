"""Which reminders are due on a day: levels in order, a week apart, none for what is contested, covered, or in the bank.

Nor for a small rest of an invoice that was paid: it is written off (``Group.write_off_limit``).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.accounts import receivables
from billing.accounts.spreading import spread
from billing.bank.expected import ExpectedSettlement, expected_settlements
from billing.models import Dispute, DunningLevel, Reminder
from billing.reminders.lateness import LateInvoice, late_invoices
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import ZERO, spell
from groupement.kernel.templatetags.formats import long_date
from members.models import Member

# Days to answer a letter before the next one is sent.
DAYS_BETWEEN = 7


@dataclass(frozen=True)
class DueReminder:
    """One letter to send: a member, a level, and the late invoices that call for it, the oldest first."""

    member: Member
    level: DunningLevel
    rows: Sequence[LateInvoice]

    @property
    def key(self) -> str:
        """Identifies the letter that a person read; changes when a sum, an invoice or the text of the level does."""
        level = self.level
        words = [level.title, level.text, level.asks_for_interest]
        figures = [[row.invoice.pk, str(row.due), str(row.costs_left), row.days] for row in self.rows]
        digest = hashlib.sha256(json.dumps([words, figures]).encode()).hexdigest()
        return f"{self.member.pk}-{level.pk}-{digest[:16]}"

    @property
    def due(self) -> Decimal:
        return sum((row.due for row in self.rows), ZERO)

    @property
    def interest(self) -> Decimal:
        """Asked in this letter, zero at a level that does not ask for it."""
        return sum((row.interest_left for row in self.rows), ZERO) if self.level.asks_for_interest else ZERO

    @property
    def indemnity(self) -> Decimal:
        return sum((row.indemnity_left for row in self.rows), ZERO) if self.level.asks_for_interest else ZERO

    @property
    def costs(self) -> Decimal:
        return self.interest + self.indemnity

    @property
    def total(self) -> Decimal:
        return self.due + self.costs

    @property
    def longest(self) -> int:
        """Days of the longest delay."""
        return max(row.days for row in self.rows)


@dataclass(frozen=True)
class InvoiceNotReminded:
    """A late invoice that no letter is sent for today: badge, its ``tone``, and the reason as a sentence."""

    member: Member
    late: LateInvoice
    label: str
    reason: str
    tone: str = "info"
    is_contested: bool = False
    expected: ExpectedSettlement | None = None
    is_small_rest: bool = False


@dataclass(frozen=True)
class RemindersOfDay:
    """The letters to send on a day, and the late invoices without a letter, both by name of the member."""

    to_send: list[DueReminder]
    not_reminded: list[InvoiceNotReminded]


def due_reminders(on: date, *, despite_bank: Collection[int] = ()) -> list[DueReminder]:
    """The letters to send on a day, by name of the member, the highest level first."""
    return reminders_of_day(on, despite_bank=despite_bank).to_send


def reminders_of_day(on: date, *, despite_bank: Collection[int] = ()) -> RemindersOfDay:
    """Sort all invoices that are late on a day; a fixed number of queries.

    ``despite_bank``: invoices (ids) that somebody reminds although an operation that would settle them waits.
    """
    facts = _LateFacts(on, despite_bank)
    due: dict[tuple[int, DunningLevel], list[LateInvoice]] = defaultdict(list)
    not_reminded: list[InvoiceNotReminded] = []
    for late in facts.late:
        if reason := facts.reason_not_to_send(late):
            member, contested = facts.members[late.invoice.member_id], late.invoice.pk in facts.disputes
            row = InvoiceNotReminded(
                member,
                late,
                *reason,
                is_contested=contested,
                expected=facts.expected.get(late.invoice.pk),
                is_small_rest=late.is_small_rest,
            )
            not_reminded.append(row)
        elif level := facts.next_level(late):
            due[late.invoice.member_id, level].append(late)
    rank = {pk: number for number, pk in enumerate(facts.members)}
    letters = [DueReminder(facts.members[member], level, rows) for (member, level), rows in due.items()]
    letters.sort(key=lambda letter: (rank[letter.member.pk], -letter.level.rank))
    not_reminded.sort(key=lambda each: (rank[each.member.pk], each.late.due_on, each.late.invoice.pk))
    return RemindersOfDay(letters, not_reminded)


class _LateFacts:
    """The late invoices of a day, with their reminders, disputes and unused credits, and what follows from them."""

    def __init__(self, on: date, despite_bank: Collection[int]) -> None:
        self.on = on
        self.late = late_invoices(on)
        ids = [late.invoice.pk for late in self.late]
        members = Member.objects.filter(pk__in={late.invoice.member_id for late in self.late}).by_name()
        self.members: dict[int, Member] = {member.pk: member for member in members}
        self.levels = list(DunningLevel.objects.filter(is_active=True).order_by("rank", "pk"))
        sent = Reminder.objects.filter(invoice__in=ids).select_related("level")
        self.sent = {row.invoice_id: row for row in sent.order_by("level__rank", "pk")}
        disputes = Dispute.objects.filter(invoice__in=ids, closed_on=None).order_by("pk")
        self.disputes = {row.invoice_id: row for row in disputes}
        asked = [pk for pk in ids if pk not in despite_bank]
        self.expected = expected_settlements(asked, on=on)
        # The ids of those that the unused credit of the member would settle whole, the oldest first.
        self.covered = {
            late.invoice.pk
            for member, credit in receivables.unused_credits(list(self.members)).items()
            for late, part in spread(credit, [each for each in self.late if each.invoice.member_id == member])
            if part == late.due
        }

    def next_level(self, late: LateInvoice) -> DunningLevel | None:
        """The lowest active level above the highest one sent of this invoice; None after the last."""
        sent = self.sent.get(late.invoice.pk)
        reached = sent.level.rank if sent else 0
        return next((level for level in self.levels if level.rank > reached), None)

    def day_of_next(self, late: LateInvoice) -> date | None:
        """The first day on which the next level may be sent; None after the last level."""
        level = self.next_level(late)
        if level is None:
            return None
        day = late.due_on + timedelta(days=level.days_late)
        sent = self.sent.get(late.invoice.pk)
        return max(day, sent.sent_on + timedelta(days=DAYS_BETWEEN)) if sent else day

    def reason_not_to_send(self, late: LateInvoice) -> tuple[str, str, str] | None:
        """Badge, sentence and tone of why no letter is sent today; None when one is."""
        if dispute := self.disputes.get(late.invoice.pk):
            since = f"Depuis le {long_date(dispute.opened_on)}{NO_BREAK_SPACE}: {dispute.reason}"
            return "Contestée", since, "danger"
        if late.invoice.pk in self.covered:
            return (
                "Couverte",
                f"{spell(late.due)} sont chez nous sans être imputés{NO_BREAK_SPACE}: imputez-les.",
                "warning",
            )
        if late.is_small_rest:
            return "Reste minime", _small_rest(late), "info"
        if waits := self.expected.get(late.invoice.pk):
            return "En banque", _in_bank(waits), "warning"
        day, sent = self.day_of_next(late), self.sent.get(late.invoice.pk)
        if day is None and sent:
            return "Dernier niveau", f"{sent.level.title} du {long_date(sent.sent_on)}.", "warning"
        if day is None:
            return "Sans niveau", "Aucun niveau de relance n’est en vigueur.", "warning"
        if day > self.on:
            level = self.next_level(late)
            after = f"{sent.level.title} du {long_date(sent.sent_on)}. " if sent else ""
            return "Attend", f"{after}{level}{NO_BREAK_SPACE}: le {long_date(day)}.", "info"
        return None


def _small_rest(late: LateInvoice) -> str:
    rest = f"{spell(late.due)} sur {spell(late.invoice.total)}"
    return f"{rest}{NO_BREAK_SPACE}: abandonnez ce reste plutôt que de le réclamer."


def _in_bank(waits: ExpectedSettlement) -> str:
    operation = f"Une opération de {spell(waits.operation.amount)} du {long_date(waits.operation.booked_on)}"
    return f"{operation} attend son rapprochement. {waits.reasons}"
