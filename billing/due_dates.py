"""When an invoice is to be paid (C. com., art. L441-10): from its date, to or from the end of a month."""

from __future__ import annotations

from datetime import date, timedelta

from groupement.periods import Month
from members.models import PaymentBasis


def due_on(issued_on: date, *, days: int, basis: str = PaymentBasis.INVOICE_DATE) -> date:
    """The last day to pay what was issued on ``issued_on``; the day of issue itself is not counted."""
    delay = timedelta(days=days)
    if basis == PaymentBasis.DAYS_THEN_END_OF_MONTH:
        return Month.of(issued_on + delay).last
    if basis == PaymentBasis.END_OF_MONTH_THEN_DAYS:
        return Month.of(issued_on).last + delay
    return issued_on + delay
