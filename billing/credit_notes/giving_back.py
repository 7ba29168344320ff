"""The hours that come back with a flat amount or a share released whole: an hourly price may bill them next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Sum

from billing.models import Charge, InvoicedTimesheet, Release
from billing.month.segments import Span, in_spans, spans_by_price
from employees.models import Terms
from timesheets.models import Entry, TimesheetStatus


def hours_given_back(charges: Sequence[Charge]) -> dict[int, list[tuple[int, int]]]:
    """By charge (id), the entries (ids) and minutes that it stands for; nothing of other kinds. Four queries at most.

    Those that it billed again itself, and those of its days on sealed timesheets that no credit note has ever released.
    """
    standing = [row for row in charges if row.rule.stands_for_hours and row.assignment_id]
    if not standing:
        return {}
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    again = Release.objects.filter(charge__in=standing).order_by("entry").values_list("charge", "entry")
    for charge, entry, minutes in again.annotate(sum=Sum("minutes")):
        found[charge or 0].append((entry, minutes))
    spans = _spans(standing)
    entries = Entry.objects.filter(
        Exists(InvoicedTimesheet.objects.filter(timesheet=OuterRef("timesheet"))),
        ~Exists(Release.objects.filter(entry=OuterRef("pk"))),
        timesheet__assignment__in={row.assignment_id for row in standing},
        timesheet__month__in={row.service_month for row in standing},
        timesheet__status=TimesheetStatus.APPROVED,
        minutes__gt=0,
    )
    rows = entries.values_list("timesheet__assignment", "timesheet__month", "day", "pk", "minutes")
    for assignment, month, day, entry, minutes in rows.order_by("day", "pk"):
        for row in standing:
            is_of_month = (row.assignment_id, row.service_month) == (assignment, month)
            if is_of_month and in_spans(day, spans[row.pk]):
                found[row.pk].append((entry, minutes))
                break
    return found


def _spans(charges: Sequence[Charge]) -> dict[int, Sequence[Span]]:
    """The days of each charge (id): those of its price, the whole month where its terms are gone."""
    terms: dict[int, list[Terms]] = defaultdict(list)
    of = Terms.objects.filter(assignment__in={row.assignment_id for row in charges})
    for each in of.select_related("assignment").order_by("assignment", "starts_on"):
        terms[each.assignment_id].append(each)
    days: dict[int, Sequence[Span]] = {}
    for row in charges:
        own = terms.get(row.assignment_id or 0, [])
        parts = spans_by_price(own[0].assignment, own, row.service_month) if own else []
        whole = [(row.service_month.first, row.service_month.before)]
        days[row.pk] = next((spans for first, spans in parts if first.pk == row.terms_id), whole)
    return days
