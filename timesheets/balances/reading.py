"""The year read from the database: plan, hours, contracts, absences; the same few queries whatever they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet, Subquery, Sum
from django.db.models.functions import Lower

from employees.limits import limits_on
from employees.models import Assignment, ContractTerms, Employee, HoursEntry, WorkingTimeLimits
from employees.planning import absences, holidays, plan_between
from groupement.kernel.periods import Month
from members.models import Group, HolidayZone, Member
from timesheets.balances import arithmetic
from timesheets.balances.arithmetic import ContractPeriod, FullTime, months_of
from timesheets.balances.year import AssignmentYear, HourFigures, MemberYear, PersonYear, member_year
from timesheets.credited import credited_minutes
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.models.entry import ABSENCES, ASSIGNMENT_KINDS, GROUP_KINDS

# What the hours of a timesheet stand on: its state, who enters them, what was credited of them.
SHEET_FACTS = ("status", "billed_at", "assignment__hours_entry", "credited")
BY_NAME = (Lower("employee__last_name__unaccent"), Lower("employee__first_name__unaccent"), "employee")


class SheetMinutes(NamedTuple):
    """What the timesheets of one place and month hold, in minutes; ``is_open`` while one of them is a draft."""

    worked: int = 0
    approved: int = 0
    billed: int = 0
    at_group: int = 0
    absent: int = 0
    is_open: bool = False

    def plus(self, other: SheetMinutes) -> SheetMinutes:
        return SheetMinutes(
            self.worked + other.worked,
            self.approved + other.approved,
            self.billed + other.billed,
            self.at_group + other.at_group,
            self.absent + other.absent,
            self.is_open or other.is_open,
        )


# By employee, assignment (None at the group) and month.
HoursByPlace = dict[tuple[int, int | None, Month], SheetMinutes]


@dataclass
class Contracts:
    """Who is under contract: the people by name, the periods of each by id, and the zone of public holidays."""

    people: dict[int, Employee] = field(default_factory=dict)
    contract_periods: dict[int, list[ContractPeriod]] = field(default_factory=lambda: defaultdict(list))
    zone: str = HolidayZone.METROPOLE
    _open: dict[int, list[list[date]]] = field(default_factory=dict)

    def open_days(self, year: int) -> list[list[date]]:
        """The open days of each month of ``year`` in the group's zone, found once."""
        if year not in self._open:
            feasts = holidays(year, self.zone)
            self._open[year] = [arithmetic.open_days(month, feasts) for month in months_of(year)]
        return self._open[year]


@dataclass(frozen=True)
class YearRoster:
    """Who worked where in a year, before any figure is read: contracts, and assignments by the person's name."""

    year: int
    contracts: Contracts
    placed: list[Assignment]

    @property
    def people(self) -> list[Employee]:
        return list(self.contracts.people.values())

    @property
    def members(self) -> list[Member]:
        """Those that have an assignment, the oldest first."""
        found = {each.member_id: each.member for each in self.placed}
        return [found[pk] for pk in sorted(found)]


def read_roster(year: int) -> YearRoster:
    """Everybody with a contract or an assignment in ``year``; two queries."""
    contracts, placed = read_contracts(*bounds(year)), list(assignments(year))
    for each in placed:
        contracts.people.setdefault(each.employee_id, each.employee)
    return YearRoster(year, contracts, placed)


def people_years(of: YearRoster) -> list[PersonYear]:
    """The years of all people of a roster, by name; four queries."""
    first, before = bounds(of.year)
    plans = plan_between(first, before, of.placed)
    sheets = read_sheets(of.year)
    away = absences(first, before)
    limits = year_limits(of.year)
    placed: dict[int, list[Assignment]] = defaultdict(list)
    for each in of.placed:
        placed[each.employee_id].append(each)
    return [
        person_year(
            person, of.year, of.contracts, limits, placed[person.pk], plans, sheets, away.get(person.pk, {})
        )
        for person in of.people
    ]


def read_member_year(member: Member, year: int, *, on: date, discreetly: bool = True) -> MemberYear:
    """The year of one member and nothing of any other; three queries.

    ``discreetly``: hours that the person enters alone are left out until they are submitted.
    """
    first, before = bounds(year)
    placed = list(assignments(year).filter(member=member))
    plans = plan_between(first, before, placed)
    sheets = read_sheets(year, assignment__member=member, discreetly=discreetly)
    return member_year(member, [assignment_year(each, year, plans, sheets) for each in placed], year, on=on)


def bounds(year: int) -> tuple[date, date]:
    """1 January, and the one after."""
    return date(year, 1, 1), date(year + 1, 1, 1)


def assignments(year: int) -> QuerySet[Assignment]:
    """Those that hold a day of ``year``, by the person's name, then the oldest first."""
    first, before = bounds(year)
    held = Assignment.objects.filter(
        Q(ends_before__isnull=True) | Q(ends_before__gt=first), starts_on__lt=before
    )
    return held.select_related("employee", "member").order_by(*BY_NAME, "starts_on", "pk")


def year_limits(year: int) -> WorkingTimeLimits:
    """The limits with a full-time year and week: those in force as the year ends; one query."""
    return limits_on(date(year, 12, 31))


def full_time(limits: WorkingTimeLimits) -> FullTime:
    """What full time is under ``limits``."""
    return FullTime(limits.yearly_minutes, limits.legal_week_minutes)


def read_contracts(first: date, before: date, *, employee: int | None = None) -> Contracts:
    """The periods under contract that hold a day of the range, cut where the contract ends; one query."""
    of_one = {} if employee is None else {"contract__employee": employee}
    rows = (
        ContractTerms.objects.filter(
            Q(ends_before__isnull=True) | Q(ends_before__gt=first),
            Q(contract__ends_before__isnull=True) | Q(contract__ends_before__gt=first),
            starts_on__lt=before,
            contract__starts_on__lt=before,
            **of_one,
        )
        .select_related("contract__employee")
        .annotate(group_zone=Subquery(Group.objects.order_by("pk").values("holiday_zone")[:1]))
        .order_by(
            Lower("contract__employee__last_name__unaccent"),
            Lower("contract__employee__first_name__unaccent"),
            "contract__employee",
            "starts_on",
            "pk",
        )
    )
    found = Contracts()
    for row in rows:
        person = row.contract.employee
        found.people[person.pk] = person
        found.contract_periods[person.pk].append(_contract_period(row))
        found.zone = row.group_zone or HolidayZone.METROPOLE
    return found


def read_sheets(year: int, *, discreetly: bool = False, **scope: object) -> HoursByPlace:
    """What the timesheets in ``scope`` hold, by person, place and month of ``year``; one query."""
    by_kind = {
        name: Sum("entries__minutes", filter=Q(entries__kind__in=kinds), default=0)
        for name, kinds in (
            ("worked", ASSIGNMENT_KINDS),
            ("at_group", GROUP_KINDS - ABSENCES),
            ("absent", ABSENCES),
        )
    }
    rows = (
        Timesheet.objects.filter(month__range=(Month(year, 1), Month(year, 12)), **scope)
        .annotate(credited=credited_minutes())
        .values_list("employee", "assignment", "month", "pk", *SHEET_FACTS)
        .annotate(**by_kind)
    )
    found: HoursByPlace = {}
    for employee, assignment, month, _, status, billed_at, hours_entry, credited, *sums in rows:
        entered, at_group, absent = sums
        is_open = status == TimesheetStatus.DRAFT
        is_private = discreetly and is_open and hours_entry == HoursEntry.EMPLOYEE
        worked = 0 if is_private else entered
        held = SheetMinutes(
            worked,
            worked if status == TimesheetStatus.APPROVED else 0,
            worked - credited if billed_at else 0,
            at_group,
            absent,
            is_open,
        )
        key = (employee, assignment, month)
        found[key] = found[key].plus(held) if key in found else held
    return found


def assignment_year(
    assignment: Assignment, year: int, plans: Mapping[int, Mapping[date, int]], sheets: HoursByPlace
) -> AssignmentYear:
    """The twelve months of one assignment."""
    planned = by_month(plans.get(assignment.pk, {}), year)
    held = [sheets.get((assignment.employee_id, assignment.pk, month)) for month in months_of(year)]
    return AssignmentYear(
        assignment,
        tuple(
            HourFigures(plan, each.worked, each.approved, each.billed) if each else HourFigures(plan)
            for plan, each in zip(planned, held, strict=True)
        ),
        tuple(each is not None and not each.is_open for each in held),
    )


def person_year(
    employee: Employee,
    year: int,
    contracts: Contracts,
    limits: WorkingTimeLimits,
    placed: Iterable[Assignment],
    plans: Mapping[int, Mapping[date, int]],
    sheets: HoursByPlace,
    away: Collection[date],
) -> PersonYear:
    """The year of one person, from what was read of everybody."""
    contract_periods = tuple(contracts.contract_periods.get(employee.pk, ()))
    placements = tuple(assignment_year(each, year, plans, sheets) for each in placed)
    planned = [plans.get(each.assignment.pk, {}) for each in placements]
    lost = {day: sum(days.get(day, 0) for days in planned) for day in away}
    at_group = [sheets.get((employee.pk, None, month), SheetMinutes()) for month in months_of(year)]
    return PersonYear(
        employee=employee,
        contract_periods=contract_periods,
        target=arithmetic.yearly_target(contract_periods, year, full_time=full_time(limits)),
        placements=placements,
        contract=tuple(
            arithmetic.contract_minutes(contract_periods, days) for days in contracts.open_days(year)
        ),
        away=by_month(lost, year),
        at_group=tuple(each.at_group for each in at_group),
        absent=tuple(each.absent for each in at_group),
    )


def by_month(days: Mapping[date, int], year: int) -> tuple[int, ...]:
    """Minutes by day summed to the twelve months of ``year``."""
    sums = [0] * 12
    for day, minutes in days.items():
        if day.year == year:
            sums[day.month - 1] += minutes
    return tuple(sums)


def _contract_period(row: ContractTerms) -> ContractPeriod:
    ends = [end for end in (row.ends_before, row.contract.ends_before) if end]
    return ContractPeriod(
        max(row.starts_on, row.contract.starts_on),
        min(ends, default=None),
        row.weekly_minutes,
        row.time_scheme,
        row.yearly_minutes,
        row.yearly_days,
    )
