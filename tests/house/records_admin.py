"""A record of each model that Django admin shows, by the act that writes it where there is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model

from billing.models import (
    ActualCost,
    CarriedCost,
    Document,
    EmployerCost,
    ExpenseScale,
    PayrollImport,
    PriceIndex,
    SettledMonth,
    TrueUp,
    VatRate,
)
from charter.models import Theme
from employees.models import Employee, EmployeeMerge, WorkingTimeLimits
from members.models import Declaration, Membership, Seat, SecurityEvent, Site
from members.papers.models import Template
from tests import world
from tests.billing import owing
from tests.charter import agreed
from tests.house.house import House
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER
from timesheets.models import Timesheet, TimesheetStatus

Make = Callable[[House], Model]

# The form whose act writes one.
BY_FORM = {
    "members.mail": "timesheets:remind",
    "members.invitation": "members:invite",
    "members.grouprule": "members:rule",
    "charter.signature": "charter:sign",
    "employees.plannedday": "employees:set_day",
    "employees.absence": "employees:record_absence",
    "employees.calendarfeed": "employees:open_feed",
    "billing.payment": "billing:record_payment",
    "billing.allocation": "billing:allocate",
    "billing.refund": "billing:cancel_refund",
    "billing.dispatch": "billing:send_invoice",
    "billing.bankstatement": "billing:import_bank",
    "billing.bankoperation": "billing:import_bank",
    "billing.banklayout": "billing:bank_columns",
    "billing.expense": "billing:my_expenses",
    "billing.duesyear": "billing:call_dues",
    "billing.payrollimport": "billing:cost_confirm",
    "billing.provisionentry": "billing:cost_settle_provision",
    "billing.payrolllayout": "billing:cost_columns",
    "billing.fundingline": "billing:funding",
    "billing.fundedhours": "billing:funding_tag",
    "billing.fundedcost": "billing:funding_tag_expense",
    "billing.fundingreport": "billing:funding_lock",
    "billing.line": "billing:draft",
    "billing.charge": "billing:draft",
    "billing.series": "billing:issue",
    "billing.rendering": "billing:issue",
    "billing.reserveentry": "billing:note_reserve",
    "billing.quote": "billing:make_quote",
    "billing.dunninglevel": "billing:install_levels",
    "billing.reminder": "billing:send_reminders",
    "billing.dispute": "billing:dispute",
    "billing.trueup": "billing:prepare_true_up",
}


def _membership(_house: House) -> Model:
    """Of somebody who applies."""
    applicant = world.member("Brise", admitted_on=None)
    return Membership.objects.create(member=applicant, status="candidate", applied_on=NOW.date())


def _declaration(house: House) -> Model:
    days = {"event_on": NOW.date(), "due_on": NOW.date() + timedelta(30)}
    return Declaration.objects.create(membership=house.aloen.memberships.get(), subject="Adhésion", **days)


def _merged(house: House) -> Model:
    names = {
        "source_name": "Maelle Kerbrat",
        "source_payroll_number": "M900",
        "target_name": "Maëlle Kerbrat",
    }
    facts = {"reason": "La même personne", "by": world.admin("Anna Admin"), "at": NOW, **names}
    return EmployeeMerge.objects.create(source=900_000, target=house.maelle.pk, **facts)


def _draft(house: House) -> Timesheet:
    days = world.hours(DECEMBER, 7)
    return world.timesheet(house.placed, days, month=DECEMBER, status=TimesheetStatus.DRAFT)


def _place(house: House) -> Model:
    somebody = world.employee("Annick", "Le Goff", members=[house.aloen])
    return world.assignment(somebody, house.aloen)


def _cost(house: House, **facts: Any) -> dict[str, Any]:
    return {"employee": house.maelle, "amount": Decimal(100), **facts}


def _actual(house: House) -> Model:
    facts = {"file_name": "paie.csv", "sha256": "0" * 64, "row_count": 1, "total": Decimal(100)}
    read = PayrollImport.objects.create(month=NOVEMBER, **facts, imported_at=NOW)
    return ActualCost.objects.create(**_cost(house), month=NOVEMBER, kind="other", source=read)


def _carried(house: House) -> Model:
    months = {"from_month": OCTOBER, "into_month": NOVEMBER}
    return CarriedCost.objects.create(**_cost(house), **months, noted_at=NOW)


def _document(house: House) -> Model:
    digests = {"sha256": "0" * 64, "chain_digest": "1" * 64}
    kept = {"path": "invoices/2026/F.pdf", "size": 1, "chain_position": 1, "made_at": NOW}
    return Document.objects.create(invoice=owing.invoice(house.aloen), **kept, **digests)


def _settled(house: House) -> Model:
    period = {"first_month": NOVEMBER, "last_month": NOVEMBER}
    made = TrueUp.objects.create(label="Novembre", key="hours", prepared_at=NOW, **period)
    return SettledMonth.objects.create(true_up=made, employee=house.maelle, month=NOVEMBER)


BY_HAND: dict[str, Make] = {
    "members.group": lambda _house: world.group(),
    "employees.employeemerge": _merged,
    "members.securityevent": lambda house: SecurityEvent.objects.create(
        at=NOW, kind="login", user=house.users["reader"], ip="127.0.0.1", detail="password"
    ),
    "members.user": lambda _house: world.user("Quelqu’un d’autre"),
    "members.member": lambda _house: world.member("Brise", admitted_on=None),
    "members.membership": _membership,
    "members.declaration": _declaration,
    "members.site": lambda house: Site.objects.create(member=house.aloen, name="Atelier", city="Lorient"),
    "members.seat": lambda house: Seat.objects.get(user=house.users["reader"]),
    "members.vatattestation": lambda house: world.attestation(house.aloen),
    "members.deputy": lambda house: house.users["deputy"].deputies.get(),
    "mfa.authenticator": lambda house: house.users["finance"].authenticator_set.get(),
    "papers.template": lambda _house: Template.objects.create(
        code="agreement", version=1, title="Convention", body="Entre {adherent_nom}."
    ),
    "charter.charter": lambda _house: agreed.draft(),
    "charter.theme": lambda _house: Theme.objects.create(
        code="eau", label="Eau", summary="L’eau.", position=9
    ),
    "employees.employee": lambda _house: Employee.objects.create(
        first_name="Annick",
        last_name="Le Goff",
        birth_date=world.YEAR_START.replace(year=1990),
        payroll_number="M9",
        sex="F",
        job="comptable",
        qualification="technicien",
    ),
    "employees.contract": lambda house: world.employee(
        "Annick", "Le Goff", members=[house.aloen]
    ).contracts.get(),
    "employees.assignment": _place,
    "employees.workingtimelimits": lambda _house: WorkingTimeLimits.objects.create(
        collective_agreement="ECLAT (1518)", starts_on=world.YEAR_START
    ),
    "timesheets.timesheet": _draft,
    "timesheets.entry": lambda house: _draft(house).entries.get(),
    "billing.invoice": lambda house: house.invoice,
    "billing.billingrun": lambda house: house.invoice.run,
    "billing.employercost": lambda house: EmployerCost.objects.create(
        **_cost(house), month=NOVEMBER, kind="other"
    ),
    "billing.actualcost": _actual,
    "billing.carriedcost": _carried,
    "billing.settledmonth": _settled,
    "billing.document": _document,
    "billing.expensescale": lambda _house: ExpenseScale.objects.create(
        kind="travel", rate=Decimal("0.5"), source="Barème", starts_on=world.YEAR_START
    ),
    "billing.priceindex": lambda _house: PriceIndex.objects.create(
        code="smic", month=OCTOBER, value=Decimal(100)
    ),
    "billing.vatrate": lambda _house: VatRate.objects.order_by("pk").last(),
}
