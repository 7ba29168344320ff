"""The scene in which every address is tried: two members, two people, and somebody of each role."""

from __future__ import annotations

from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from django.test import Client

from billing.models import BillingRun, Invoice
from employees.models import Assignment, Employee
from members.models import Member, User
from members.models.people import Function
from tests import world
from timesheets import freezing
from timesheets.models import Timesheet

ROLES = (
    "anonymous",
    "roleless",
    "stranger",
    "colleague",
    "reader",
    "manager",
    "representative",
    "employee",
    "deputy",
    "coordinator",
    "coordinator_deputy",
    "finance",
    "admin",
)


@dataclass(frozen=True)
class House:
    """What stands in the scene; everything that doors are tried with is Aloen’s, Maëlle’s or the group’s."""

    aloen: Member
    sonam: Member
    maelle: Employee
    placed: Assignment
    sheet: Timesheet
    invoice: Invoice
    users: dict[str, User | None]
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """A browser in which somebody of ``role`` is logged in; the same one each time."""
        if role not in self.clients:
            self.clients[role] = Client()
            user = self.users[role]
            if user is not None:
                self.clients[role].force_login(user)
        return self.clients[role]


def build() -> House:
    """Aloen has an employee at work, hours and an invoice of November; a stranger and a colleague are at Sonam."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    placed = world.assignment(maelle, aloen)
    sheet = world.timesheet(placed, world.hours(world.NOVEMBER, 7))
    freezing.sign(Timesheet.objects.filter(assignment__isnull=False), at=world.NOW)
    run = BillingRun.objects.create(month=world.NOVEMBER)
    invoice = Invoice.objects.create(run=run, member=aloen, service_month=run.month, drafted_at=world.NOW)
    users = _users(aloen, sonam, maelle)
    return House(aloen, sonam, maelle, placed, sheet, invoice, users)


def _users(aloen: Member, sonam: Member, maelle: Employee) -> dict[str, User | None]:
    """Somebody of each role; whoever has the group’s data in hand has a second factor."""
    represents = world.staff(aloen, "Nolwenn Jégo")
    coordinator = world.coordinator()
    users = {
        "anonymous": None,
        "roleless": world.user("Perig Le Roux"),
        "stranger": world.staff(sonam, "Anaïs Moal"),
        "colleague": world.employee("Youenn", "Talec", members=[sonam]).user,
        "reader": world.staff(aloen, "Rozenn Guillou", function=Function.READER),
        "manager": world.staff(aloen, "Erwan Le Bris", function=Function.MANAGER),
        "representative": represents,
        "employee": maelle.user,
        "deputy": world.user("Loïc Tanguy"),
        "coordinator": coordinator,
        "coordinator_deputy": world.user("Gwenaëlle Riou"),
        "finance": world.finance(),
        "admin": world.admin(),
    }
    world.deputy(represents, users["deputy"], member=aloen)
    world.deputy(coordinator, users["coordinator_deputy"])
    for role in ("coordinator", "coordinator_deputy", "finance", "admin"):
        Authenticator.objects.create(user=users[role], type=Authenticator.Type.TOTP, data={})
    return users
