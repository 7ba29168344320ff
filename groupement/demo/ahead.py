"""What the demonstration knows of the weeks to come: absences, a day moved, weeks that alternate, a deputy."""

from datetime import date
from decimal import Decimal

from employees import absences, assigning, rescheduling
from employees.models import Assignment, Employee
from groupement.demo import cast
from groupement.demo.founding import moment
from members import deputising
from members.models import User

TOLD_ON = date(2026, 11, 5)


def look_ahead() -> None:
    """Plan December, as the coordination did early in November."""
    solene, told = _user("solene.rivoal"), moment(TOLD_ON, 15)
    people = {employee.payroll_number: employee for employee in Employee.objects.order_by("pk")}
    for number, kind, first, last in (
        ("LR001", "leave", date(2026, 12, 21), date(2026, 12, 31)),
        ("LR003", "training", date(2026, 12, 3), date(2026, 12, 3)),
        ("LR002", "leave", date(2026, 12, 24), date(2026, 12, 31)),
    ):
        absences.record(people[number], kind=kind, first=first, last=last, note="", by=solene, at=told)
    rescheduling.move_day(
        _assignment("MAD-2026-009"),
        date(2026, 11, 26),
        to=date(2026, 11, 25),
        reason="Inventaire du dépôt",
        by=solene,
        at=told,
    )
    # From December on, every other Tuesday at the bookshop is shared between Tuesday and Wednesday mornings.
    assigning.set_terms(
        _assignment("MAD-2026-008"),
        starts_on=date(2026, 12, 1),
        weekly_pattern=cast.week(tuesday=420),
        alternate_pattern=list(cast.week(tuesday=210, wednesday=210)),
        price_method="hourly",
        hourly_price=Decimal("22.44"),
        by=solene,
        at=told,
    )
    deputising.appoint(
        solene, _user("gael.perrot"), first=date(2026, 12, 24), last=date(2026, 12, 31), by=solene, at=told
    )


def _user(login: str) -> User:
    return User.objects.get(email=f"{login}@{cast.DOMAIN}")


def _assignment(reference: str) -> Assignment:
    return Assignment.objects.select_related("employee", "member").get(reference=reference)
