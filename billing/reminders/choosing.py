"""Choose what to remind whom of on a day: levels in order, not too often, never what is paid or contested."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.accounts import receivables
from billing.models import Dispute, DunningLevel, Invoice, Reminder
from billing.reminders.lateness import Late, late_on
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import ZERO, spell
from groupement.kernel.templatetags.formats import long_date
from members.models import Member

# Time to answer a letter before the next one leaves.
DAYS_BETWEEN = 7


@dataclass(frozen=True)
class DueReminder:
    """One letter to send: a member, a level, and the late invoices that call for it, the oldest first."""

    member: Member
    level: DunningLevel
    rows: Sequence[Late]

    @property
    def key(self) -> str:
        """What was read: changes as soon as a sum, an invoice or the words of the letter do."""
        level = self.level
        said = [level.title, level.text, level.asks_for_interest]
        figures = [[row.invoice.pk, str(row.due), str(row.costs_left), row.days] for row in self.rows]
        digest = hashlib.sha256(json.dumps([said, figures]).encode()).hexdigest()
        return f"{self.member.pk}-{level.pk}-{digest[:16]}"

    @property
    def due(self) -> Decimal:
        return sum((row.due for row in self.rows), ZERO)

    @property
    def interest(self) -> Decimal:
        """Asked in this letter: none below the level that does."""
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
        """Days of the invoice that is late since longest."""
        return max(row.days for row in self.rows)


@dataclass(frozen=True)
class Held:
    """A late invoice that no letter leaves for today, and why; ``tone`` is that of its badge."""

    member: Member
    late: Late
    label: str
    why: str
    tone: str = "info"
    is_contested: bool = False


@dataclass(frozen=True)
class Choice:
    """What to send on a day, member by member, and what is late and waits."""

    to_send: list[DueReminder]
    held: list[Held]


def due_reminders(on: date) -> list[DueReminder]:
    """The letters that ``on`` calls for, by member's name, the gravest level first."""
    return choose(on).to_send


def choose(on: date) -> Choice:
    """Look at all that is late on a day; a constant number of queries."""
    facts = _Facts(on)
    due: dict[tuple[int, DunningLevel], list[Late]] = defaultdict(list)
    held: list[Held] = []
    for late in facts.late:
        if reason := facts.reason_to_wait(late):
            contested = late.invoice.pk in facts.disputes
            held.append(Held(facts.members[late.invoice.member_id], late, *reason, contested))
        elif level := facts.next_level(late):
            due[late.invoice.member_id, level].append(late)
    rank = {pk: number for number, pk in enumerate(facts.members)}
    letters = [DueReminder(facts.members[member], level, rows) for (member, level), rows in due.items()]
    letters.sort(key=lambda letter: (rank[letter.member.pk], -letter.level.rank))
    held.sort(key=lambda each: (rank[each.member.pk], each.late.due_on, each.late.invoice.pk))
    return Choice(letters, held)


class _Facts:
    """What the choice stands on, read once."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.late = late_on(on)
        ids = [late.invoice.pk for late in self.late]
        members = Member.objects.filter(pk__in={late.invoice.member_id for late in self.late}).by_name()
        self.members: dict[int, Member] = {member.pk: member for member in members}
        self.levels = list(DunningLevel.objects.filter(is_active=True).order_by("rank", "pk"))
        sent = Reminder.objects.filter(invoice__in=ids).select_related("level")
        self.sent = {row.invoice_id: row for row in sent.order_by("level__rank", "pk")}
        disputes = Dispute.objects.filter(invoice__in=ids, closed_on=None).order_by("pk")
        self.disputes = {row.invoice_id: row for row in disputes}
        self.covered = self._covered()

    def _covered(self) -> set[int]:
        """The late invoices that what their members have at hand would settle, the oldest first."""
        at_hand = receivables.credits_at_hand(list(self.members))
        covered = set()
        for late in self.late:
            left = at_hand.get(late.invoice.member_id, ZERO)
            if left >= late.due:
                covered.add(late.invoice.pk)
            at_hand[late.invoice.member_id] = max(left - late.due, ZERO)
        return covered

    def next_level(self, late: Late) -> DunningLevel | None:
        """The lowest level above the highest one sent: none is skipped, and none comes again."""
        sent = self.sent.get(late.invoice.pk)
        reached = sent.level.rank if sent else 0
        return next((level for level in self.levels if level.rank > reached), None)

    def day_of_next(self, late: Late) -> date | None:
        level = self.next_level(late)
        if level is None:
            return None
        day = late.due_on + timedelta(days=level.days_late)
        sent = self.sent.get(late.invoice.pk)
        return max(day, sent.sent_on + timedelta(days=DAYS_BETWEEN)) if sent else day

    def reason_to_wait(self, late: Late) -> tuple[str, str, str] | None:
        """Badge, sentence and tone of what holds a letter back; None when it may leave."""
        if dispute := self.disputes.get(late.invoice.pk):
            said = f"Depuis le {long_date(dispute.opened_on)}{NO_BREAK_SPACE}: {dispute.reason}"
            return "Contestée", said, "danger"
        if late.invoice.pk in self.covered:
            return (
                "Couverte",
                f"{spell(late.due)} sont chez nous sans être imputés{NO_BREAK_SPACE}: imputez-les.",
                "warning",
            )
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


def open_dispute_of(invoice: Invoice) -> Dispute | None:
    """The dispute that holds back the reminders of ``invoice``, if any."""
    return Dispute.objects.filter(invoice=invoice, closed_on=None).order_by("pk").first()
