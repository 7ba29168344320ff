"""Duties of money: the payroll of a month that has not come, the VAT return of a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from billing.models import ActualCost, CostKind, EmployerCost
from employees.models import Contract
from groupement.kernel.periods import Month
from members.duties import Audience, Due
from members.models import DutyRole, DutyTopic, Group, VatPeriod
from timesheets.models import Timesheet

TO_FINANCE = Audience(finance=True)


def due(first: date, before: date, group: Group) -> list[Due]:
    """Those of [first, before), done or not, and those due before that are still open. Four queries at most.

    VAT returns come all as if open: acts alone say which are done. What the group has not set yields nothing.
    """
    found = [*_payrolls(before, group), *_vat_returns(before, group)]
    return [each for each in found if each.falls(first, before)]


def unset(group: Group) -> list[str]:
    """What the group has to set so that its duties of money are computed, in words."""
    missing = [] if group.payroll_day else ["le jour où la paie arrive"]
    if not group.vat_period and not group.vat_franchise:
        missing.append("le rythme et le jour de la déclaration de TVA")
    return missing


def payroll_due_on(month: Month, day: int) -> date:
    """The day of the next month by which the payroll of ``month`` is there."""
    return month.next.first.replace(day=day)


def vat_due_on(last: Month, day: int) -> date:
    """The day of the month after the period's last one (CGI 287; ann. IV, 39: from the 15th to the 24th)."""
    return last.next.first.replace(day=day)


def vat_periods(first: Month, before: date, period: str) -> Iterator[tuple[Month, Month]]:
    """(first, last month) of each period from that of ``first`` on that begins before that day.

    Quarters are those of the calendar.
    """
    length = 3 if period == VatPeriod.QUARTERLY else 1
    begin = first.shift(-((first.first.month - 1) % length))
    while begin.first < before:
        yield begin, begin.shift(length - 1)
        begin = begin.shift(length)


def _vat_returns(before: date, group: Group) -> Iterator[Due]:
    declares = group.vat_period in (VatPeriod.MONTHLY, VatPeriod.QUARTERLY) and not group.vat_franchise
    if not declares or group.vat_first_period is None or group.vat_day is None:
        return
    for begin, last in vat_periods(Month.of(group.vat_first_period), before, group.vat_period):
        label = last.label if begin == last else f"{begin.label} à {last.label}"
        yield Due(
            key=f"vat_return:{begin}",
            title=f"Déclarer et payer la TVA, {label}",
            article="CGI, art. 287 et annexe IV, art. 39",
            detail="Jour limite de l’espace professionnel du groupement",
            due_on=vat_due_on(last, group.vat_day),
            topic=DutyTopic.MONEY,
            role=DutyRole.FINANCE,
            audience=TO_FINANCE,
            wants_proof=True,
        )


def _payrolls(before: date, group: Group) -> Iterator[Due]:
    """One for each month from the first with hours here, in which somebody has a contract."""
    first = Timesheet.objects.order_by("month").values_list("month", flat=True).first()
    if group.payroll_day is None or first is None:
        return
    contracts = list(Contract.objects.values_list("employee_id", "starts_on", "ends_before"))
    paid, noted = _paid(first)
    month = first
    while month.first < before:
        employed = {
            employee
            for employee, starts_on, ends_before in contracts
            if starts_on < month.before and (ends_before is None or ends_before > month.first)
        }
        if employed:
            done_on = noted[month] if employed <= paid[month] else None
            yield _payroll(month, group.payroll_day, done_on)
        month = month.next


def _paid(first: Month) -> tuple[dict[Month, set[int]], dict[Month, date]]:
    """By month: whose pay is known from the payroll, no estimate; and when the last of it came. Two queries."""
    people: dict[Month, set[int]] = defaultdict(set)
    came: dict[Month, date] = {}
    known = EmployerCost.objects.filter(month__gte=first, kind=CostKind.GROSS_PAY, is_estimate=False)
    of_costs = known.values_list("employee_id", "month").annotate(
        noted=Max("noted_at"), imported=Max("source__imported_at")
    )
    later = ActualCost.objects.filter(month__gte=first, kind=CostKind.GROSS_PAY)
    of_actual = later.values_list("employee_id", "month").annotate(imported=Max("source__imported_at"))
    for employee, month, *moments in [*of_costs.order_by(), *of_actual.order_by()]:
        people[month].add(employee)
        days = [timezone.localdate(moment) for moment in moments if moment] or [month.last]
        came[month] = max(came.get(month, month.first), *days)
    return people, came


def _payroll(month: Month, day: int, done_on: date | None) -> Due:
    return Due(
        key=f"payroll:{month}",
        title=f"Recevoir la paie {month.of_label}",
        detail="Sans elle, le mois se facture sur une estimation",
        due_on=payroll_due_on(month, day),
        topic=DutyTopic.MONEY,
        role=DutyRole.FINANCE,
        audience=TO_FINANCE,
        link=f"{reverse('billing:costs')}?mois={month}",
        action="Coûts du mois",
        is_finances_link=True,
        done_on=done_on,
        is_kept_elsewhere=True,
    )
