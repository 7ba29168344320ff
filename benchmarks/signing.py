"""A paper's PDF against an invoice's first page, in one process: ``python -m benchmarks.signing``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

from benchmarks import aims
from benchmarks.database import temporary_database

# The time of an invoice's first page over that of a paper: as fast, or faster.
AS_FAST = 1.0


def timed(act: Callable[[], Any]) -> float:
    """Seconds of CPU that ``act`` takes: other work on the machine does not count."""
    began = time.process_time()
    act()
    return time.process_time() - began


def main(rounds: int = 15) -> None:
    """Print one and the other by turns and hold the median of their ratios to the aim."""
    with temporary_database(), aims.held() as held:
        from benchmarks.papers import months
        from billing.documents import rendering
        from billing.models import Invoice
        from members.models import Member
        from members.papers import printing
        from tests import world
        from tests.papers import written

        (number,) = next(months(1))
        invoice = Invoice.objects.get(pk=number)
        snapshot: dict[str, Any] = dict(invoice.snapshot or {})
        invoice.snapshot = {**snapshot, "annex": [], "why": []}
        boss, member = world.coordinator(), Member.objects.order_by("pk")[0]
        paper = written.agreement(member, boss, at=world.at(date(2026, 12, 3)))
        acts = {
            "invoice": lambda: rendering.print_pdf(invoice),
            "paper": lambda: printing.render(paper),
        }
        figures: dict[str, list[float]] = {name: [] for name in acts}
        for turn in range(rounds + 1):
            for name, act in acts.items():
                seconds = timed(act)
                if turn:  # the first of each reads the fonts
                    figures[name].append(seconds)
        ratio = median(a / b for a, b in zip(figures["invoice"], figures["paper"], strict=True))
        print(f"{rounds} rounds, CPU of an invoice without annex and of a paper:")
        for name, spent in figures.items():
            print(f"  {name}: {median(spent) * 1000:.0f} ms")
        held.least("an invoice's first page over a paper", ratio, AS_FAST)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
