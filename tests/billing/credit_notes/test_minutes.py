"""Hours credited minute by minute: each part is worth something, and together they are what was invoiced."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.credit_notes import remaining
from billing.models import Invoice
from groupement.kernel.money import ZERO
from tests.billing.credit_notes.issued import RELEASED, VOIDED, credit, days, invoice, line, waiting

pytestmark = pytest.mark.django_db


def credited_one_by_one(of: Invoice, minutes: list[dict[int, int]], fate: str) -> list[Decimal]:
    return [credit(of, days(line(of), part, fate)).net for part in minutes]


@pytest.mark.parametrize(
    ("price", "nets"),
    [
        # 5 min are 0.08 h: 1.60. After each minute 0.02, 0.03, 0.05, 0.07 and 0.08 h are credited.
        ("20.00", ["0.40", "0.20", "0.40", "0.40", "0.20"]),
        # 0.08 × 22.37 = 1.79, of which 0.02 h is 0.45, 0.01 h 0.22 and the last gets what is left of it.
        ("22.37", ["0.45", "0.22", "0.45", "0.45", "0.22"]),
        ("11.55", ["0.23", "0.12", "0.23", "0.23", "0.11"]),
    ],
)
def test_five_entries_of_one_minute_are_credited_one_by_one(price: str, nets: list[str]) -> None:
    of = invoice(dict.fromkeys(range(2, 7), 1), price)
    got = credited_one_by_one(of, [{day: 1} for day in range(2, 7)], RELEASED)
    assert [str(net) for net in got] == nets
    left = remaining.remainder_of(of)
    assert (sum(got, ZERO), left.total, left.is_fully_credited) == (of.net, ZERO, True)
    assert waiting() == 5


@pytest.mark.parametrize(("price", "each"), [("23.45", 1), ("11.55", 1), ("31.07", 7), ("26.40", 50)])
def test_many_small_parts_are_the_whole_and_never_more(price: str, each: int) -> None:
    """Six entries, each credited in two parts: every part has a sum, and nothing is left."""
    of = invoice(dict.fromkeys(range(2, 8), 2 * each), price)
    parts = [{day: each} for day in range(2, 8)] * 2
    got = credited_one_by_one(of, parts, VOIDED)
    assert min(got) > 0
    assert (sum(got, ZERO), remaining.remainder_of(of).total) == (of.net, ZERO)
