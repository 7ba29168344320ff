"""The load: employee e, working day d, half-day k works for customer (2e + k + 2·(d // 5)) mod C, 4 h then 3 h, 85 €/h.

The same work that a general-purpose ERP was measured with, a line for each pair of customer and employee (kind B).
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from employees.models import Assignment, Contract, ContractMember, Employee, Terms
from groupement.kernel.periods import Month
from members.models import Member, Membership, User
from tests import world
from timesheets.models import Entry, Timesheet

PRICE = Decimal("85.00")
MORNING, AFTERNOON = 4 * 60, 3 * 60


def hours(customers: int, employees: int, month: Month) -> dict[tuple[int, int], dict[date, int]]:
    """Minutes by day for each (employee, customer)."""
    days = [day for day in month.days if day.weekday() < 5][:20]
    shared: dict[tuple[int, int], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for e in range(employees):
        for d, day in enumerate(days):
            for k, minutes in enumerate((MORNING, AFTERNOON)):
                shared[e, (2 * e + k + 2 * (d // 5)) % customers][day] += minutes
    return shared


def people(customers: int, employees: int) -> tuple[User, dict[tuple[int, int], Assignment]]:
    """Members, employees and an assignment for every pair that works together."""
    world.group()
    finance = world.user("Gaël Perrot", is_finance=True, is_coordinator=True)
    members = Member.objects.bulk_create(_member(rank) for rank in range(customers))
    Membership.objects.bulk_create(
        Membership(member=member, status="admitted", applied_on=date(2025, 12, 1), starts_on=world.YEAR_START)
        for member in members
    )
    workers = Employee.objects.bulk_create(
        Employee(
            first_name="Personne",
            last_name=f"{rank:04d}",
            birth_date=date(1990, 1, 1),
            sex="F",
            job="assistance",
            qualification="employé",
            payroll_number=f"M{rank:04d}",
        )
        for rank in range(employees)
    )
    contracts = Contract.objects.bulk_create(
        Contract(employee=worker, starts_on=world.YEAR_START) for worker in workers
    )
    pairs = sorted(hours(customers, employees, world.NOVEMBER))
    ContractMember.objects.bulk_create(
        ContractMember(contract=contracts[e], member=members[c], starts_on=world.YEAR_START) for e, c in pairs
    )
    assignments = Assignment.objects.bulk_create(
        Assignment(
            reference=f"MAD-{e:04d}-{c:04d}",
            employee=workers[e],
            contract=contracts[e],
            member=members[c],
            job="assistance",
            starts_on=world.YEAR_START,
        )
        for e, c in pairs
    )
    Terms.objects.bulk_create(
        Terms(
            assignment=assignment,
            starts_on=world.YEAR_START,
            weekly_pattern=[0] * 7,
            price_method="hourly",
            hourly_price=PRICE,
        )
        for assignment in assignments
    )
    return finance, dict(zip(pairs, assignments, strict=True))


def approved(
    assignments: dict[tuple[int, int], Assignment], customers: int, employees: int, month: Month
) -> int:
    """Timesheets of ``month``, confirmed and approved; the number of entries."""
    shared = hours(customers, employees, month)
    sheets = Timesheet.objects.bulk_create(
        Timesheet(employee_id=assignments[pair].employee_id, assignment=assignments[pair], month=month)
        for pair in shared
    )
    entries = Entry.objects.bulk_create(
        (
            Entry(timesheet=sheet, day=day, minutes=minutes)
            for sheet, days in zip(sheets, shared.values(), strict=True)
            for day, minutes in days.items()
        ),
        batch_size=2000,
    )
    start = month.before
    stamps = {
        "submitted_at": world.at(start),
        "confirmed_at": world.at(start, 10),
        "approved_at": world.at(start + timedelta(days=1)),
    }
    for status, columns in (
        ("submitted", 1),
        ("confirmed", 2),
        ("approved", 3),
    ):
        Timesheet.objects.filter(month=month).update(status=status, **dict(list(stamps.items())[:columns]))
    return len(entries)


def _member(rank: int) -> Member:
    number = world.siren(100 + rank)
    return Member(
        legal_name=f"Structure {rank:03d}",
        short_name=f"Structure {rank:03d}",
        hue=rank % 12 + 1,
        shape=rank // 12 % 12 + 1,
        legal_form="association",
        siren=number,
        siret=world.siret(number),
        vat_number=world.vat_number(number),
        street="1 rue du Port",
        postal_code="56100",
        city="Lorient",
    )
