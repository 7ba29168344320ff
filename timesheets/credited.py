"""What credit notes took off billed hours: the app above that writes them says how that is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

# Of a timesheet (a reference to its row), one row with the minutes that no invoice bills any more, or none.
Count = Callable[[OuterRef], "QuerySet[Any, Any]"]
_COUNTS: list[Count] = []


def count_credited_by(count: Count) -> None:
    """Register the answer of an upper app."""
    _COUNTS.append(count)


def credited_minutes() -> Coalesce:
    """A part of a query of timesheets: the minutes of each that were billed and credited since, else zero."""
    parts = [Subquery(count(OuterRef("pk")), output_field=IntegerField()) for count in _COUNTS]
    return Coalesce(*parts, Value(0), Value(0), output_field=IntegerField())
