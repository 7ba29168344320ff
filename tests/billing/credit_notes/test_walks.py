"""Any sequence of work, bill, credit and bill again bills each hour at most once and leaves none behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts import receivables
from billing.credit_notes import crediting, remaining
from billing.credit_notes.composing import CreditAmount, CreditHours, CreditWhole, NotCreditable
from billing.models import Charge, Invoice, InvoicedTimesheet, Release
from billing.month import drafting, issuing
from billing.month.sealing import DraftNotIssuable
from employees.models import Assignment
from groupement.kernel.periods import Month
from tests import world
from tests.billing.credit_notes.issued import REASON, RELEASED, VOIDED, at_end_of, free
from timesheets.models import Entry

pytestmark = pytest.mark.django_db

JANUARY = Month(2026, 1)
FATES = st.sampled_from([RELEASED, VOIDED])
STEPS = st.one_of(
    st.tuples(st.just("work"), st.integers(0, 1), st.lists(st.integers(1, 600), min_size=1, max_size=3)),
    st.tuples(st.just("owe"), st.integers(0, 1), st.integers(1, 99_999)),
    st.tuples(st.just("bill")),
    st.tuples(st.just("bill")),
    st.tuples(st.just("credit_all"), st.integers(0, 9), FATES),
    st.tuples(
        st.just("credit_part"),
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from(["0.01", "0.33", "0.50", "0.90", "1"]),
        FATES,
    ),
)


@dataclass
class Walk:
    """Two assignments, the months as they are billed, and steps that may be refused with a sentence."""

    assignments: list[Assignment] = field(default_factory=list)
    month: Month = JANUARY
    supplements: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def work(self, which: int, minutes: list[int]) -> None:
        """A supplement of January: the month may be billed long since."""
        rank = self.supplements[which]
        self.supplements[which] += 1
        days = {date(2026, 1, day): each for day, each in enumerate(minutes, start=5)}
        world.timesheet(self.assignments[which], days, month=JANUARY, supplement=rank)

    def owe(self, which: int, cents: int) -> None:
        free(self.assignments[which].member, str(Decimal(cents) / 100), month=JANUARY)

    def bill(self) -> None:
        when = at_end_of(self.month)
        run = drafting.draft(self.month, by=None, at=when)
        try:
            done = issuing.issue_run(run, by=None, at=when)
            assert done.failed == []
            self.month = self.month.next
        except DraftNotIssuable:
            drafting.discard(run, by=None, at=when)

    def credit_all(self, which: int, fate: Any) -> None:
        self._credit(which, lambda left: crediting.whole_invoice(left, fate))

    def credit_part(self, which: int, line: int, part: str, fate: Any) -> None:
        def asked(left: remaining.InvoiceRemainder) -> list[Any]:
            row = left.lines[line % len(left.lines)]
            if not row.is_hourly:
                net = (row.net * Decimal(part)).quantize(Decimal("0.01"))
                return [CreditAmount(row.line, net) if net < row.net else CreditWhole(row.line, fate)]
            minutes = {entry.entry: int(entry.left * Decimal(part)) for entry in row.entries}
            return [CreditHours(row.line, {entry: each for entry, each in minutes.items() if each}, fate)]

        self._credit(which, asked)

    def _credit(self, which: int, asked: Any) -> None:
        issued = list(Invoice.objects.filter(kind="invoice", status="issued").order_by("pk"))
        if not issued:
            return
        of = issued[which % len(issued)]
        try:
            with transaction.atomic():
                lines = asked(remaining.remainder_of(of))
                crediting.issue_credit_note(of, lines=lines, reason=REASON, by=None, at=self.today)
        except (NotCreditable, DraftNotIssuable):
            pass

    @property
    def today(self) -> Any:
        """No earlier than the last number."""
        return at_end_of(self.month.previous if self.month > JANUARY else JANUARY)


def held_once() -> None:
    """Of each entry: what invoices still bill, what was given up and what waits make what was billed first."""
    first = set(
        InvoicedTimesheet.objects.filter(invoice__status="issued").values_list("timesheet", flat=True)
    )
    releases = list(Release.objects.order_by("pk"))
    for entry in Entry.objects.order_by("pk"):
        of_entry = [row for row in releases if row.entry_id == entry.pk]
        credited = sum(row.minutes for row in of_entry)
        again = sum(row.minutes for row in of_entry if row.charge_id)
        voided = sum(row.minutes for row in of_entry if row.fate == VOIDED)
        waiting = sum(row.minutes for row in of_entry if row.fate == RELEASED and not row.charge_id)
        billed = entry.minutes if entry.timesheet_id in first else 0
        live = billed + again - credited
        assert 0 <= live <= billed
        assert live + voided + waiting == billed


def papers_add_up() -> None:
    for of in Invoice.objects.filter(kind="invoice", status="issued").order_by("pk"):
        left = remaining.remainder_of(of)
        notes = list(of.credit_notes.order_by("pk"))
        assert left.total == of.total - sum(note.total for note in notes)
        assert min(left.net, left.vat, *(row.net for row in left.lines)) >= 0
        for row in left.lines:
            assert not row.is_hourly or sum(entry.billed for entry in row.entries) == row.charge.minutes
        if not left.net:
            assert left.vat == 0
    dues = receivables.with_dues(Invoice.objects.filter(status="issued"))
    assert sum(row.due - row.left for row in dues) == sum(
        -row.total if row.kind == "credit_note" else row.total for row in dues
    )


def sums_come_back_once() -> None:
    """Of a recorded sum at most one copy is live; what was released waits or is billed again."""
    for charge in Charge.objects.filter(kind="free", released_at__isnull=False):
        assert Charge.objects.filter(rebills=charge).count() <= 1


def numbers_have_no_gap() -> None:
    issued = Invoice.objects.filter(status="issued").order_by("series", "sequence")
    by_series = defaultdict(list)
    for series, sequence, day in issued.values_list("series", "sequence", "issued_on"):
        by_series[series].append((sequence, day))
    for numbers in by_series.values():
        assert [sequence for sequence, _ in numbers] == list(range(1, len(numbers) + 1))
        assert [day for _, day in numbers] == sorted(day for _, day in numbers)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(STEPS, min_size=3, max_size=10), st.sampled_from(["20.00", "22.44", "32.25", "0.07"]))
def test_walk_bills_each_hour_once_and_leaves_none_behind(steps, price):
    with transaction.atomic():
        world.group()
        hosts = [world.member(name) for name in ("Aloen", "Sonam")]
        maelle = world.employee(members=hosts)
        walk = Walk([world.assignment(maelle, host, hourly_price=Decimal(price)) for host in hosts])
        for name, *arguments in steps:
            getattr(walk, name)(*arguments)
            held_once()
        walk.bill()
        held_once()
        papers_add_up()
        sums_come_back_once()
        numbers_have_no_gap()
        unbilled = Entry.objects.filter(timesheet__billed_at=None, timesheet__status="approved")
        assert not unbilled.exists() or price == "0.07"
        assert not Release.objects.filter(fate=RELEASED, charge=None).exists() or price == "0.07"
        connection.check_constraints()
        transaction.set_rollback(True)
