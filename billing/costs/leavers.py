"""Who left and whose last month is closed: what is still held for their leave is nobody's leave any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from billing.costs.closing import EmployeeMonth, closed_months
from employees.models import Assignment, Contract
from groupement.kernel.periods import Month, overlaps

# The last pay may come in the month after the end; from the second on, no pay is waited for.
AFTER_THE_END = 2


def left_behind(keys: Collection[EmployeeMonth]) -> set[EmployeeMonth]:
    """Of ``keys``, months so long after the end of somebody's last contract that no leave will be paid any more.

    The month of the end is closed by then, and the person works nowhere. Three queries, none without keys.
    """
    if not keys:
        return set()
    employees = {employee for employee, _ in keys}
    contracts = Contract.objects.filter(employee__in=employees).order_by("starts_on", "pk")
    ends: dict[int, date | None] = dict(contracts.values_list("employee", "ends_before"))
    last = {who: Month.of(before - timedelta(days=1)) for who, before in ends.items() if before}
    late = {key for key in keys if key[0] in last and key[1] >= last[key[0]].shift(AFTER_THE_END)}
    if not late:
        return set()
    placed: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = Assignment.objects.filter(employee__in={employee for employee, _ in late})
    for row in rows:
        placed[row.employee_id].append((row.starts_on, row.ends_before))
    shut = closed_months({employee for employee, _ in late})
    return {
        (who, month)
        for who, month in late
        if (who, last[who]) in shut
        and not any(overlaps(*span, month.first, month.before) for span in placed[who])
    }
