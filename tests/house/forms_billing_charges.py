"""Valid postings to the pages of expenses, of dues and free lines, and of grants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from billing.charges import dues, expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.grants import tagging
from billing.models import Expense, FundingLine
from billing.month import drafting, issuing
from employees.models import Assignment, Employee
from members.models import Membership
from tests import world
from tests.billing.charges.receipt_files import PDF
from tests.billing.grants import granted
from tests.house.form import Filled, Form
from tests.house.house import House
from tests.world import DECEMBER, NOVEMBER, NOW
from timesheets.models import Entry

DAY = date(2026, 11, 12)
ACTION = "Animation"


def claimed(house: House) -> Expense:
    """A purchase that Maëlle wrote down with its receipt; it waits for a decision."""
    bought = ExpenseClaim("purchase", DAY, "Toner", amount=Decimal("31.20"), receipt=PDF)
    by = house.users["employee"]
    assert by is not None
    return expenses.claim(house.placed, bought, by=by, at=NOW)


def accepted(house: House) -> Expense:
    made = claimed(house)
    expense_decisions.accept(made, by=house.users["finance"], at=NOW)
    return made


def purchase(placed: Assignment) -> dict[str, Any]:
    return {
        "kind": "purchase",
        "assignment": placed.pk,
        "spent_on": DAY.isoformat(),
        "label": "Toner",
        "kilometres": "",
        "amount": "31,20",
        "receipt": SimpleUploadedFile("toner.pdf", PDF, "application/pdf"),
    }


def my_expenses(house: House, role: str) -> Filled:
    """An employee without an assignment is placed at Sonam first: one writes down one's own only."""
    mine = Employee.objects.filter(user=house.users[role]).exclude(user=None).first()
    own = mine.assignments.first() if mine else house.placed
    return Filled(fields=purchase(own or world.assignment(mine, house.sonam)))


def anybodys_expense(house: House, _role: str) -> Filled:
    return Filled(fields=purchase(house.placed))


def accept_expense(house: House, _role: str) -> Filled:
    return Filled({"pk": claimed(house).pk}, {"label": "Fournitures", "cost": "26,00"})


def refuse_expense(house: House, _role: str) -> Filled:
    return Filled({"pk": claimed(house).pk}, {"reason": "Achat déjà remboursé"})


def put_back_expense(house: House, _role: str) -> Filled:
    return Filled({"pk": accepted(house).pk})


def withdraw_expense(house: House, _role: str) -> Filled:
    return Filled({"pk": claimed(house).pk})


EXPENSES = {
    "billing:my_expenses": Form(my_expenses),
    "billing:expenses": Form(anybodys_expense),
    "billing:accept_expense": Form(accept_expense),
    "billing:refuse_expense": Form(refuse_expense),
    "billing:put_back_expense": Form(put_back_expense),
    "billing:withdraw_expense": Form(withdraw_expense),
}


def call_dues(house: House, _role: str) -> Filled:
    Membership.objects.filter(member=house.aloen).update(yearly_dues=Decimal("120.00"))
    return Filled(fields={"annee": "2026"})


def ask_deposits(house: House, _role: str) -> Filled:
    Membership.objects.filter(member=house.aloen).update(deposit=Decimal("500.00"))
    return Filled()


def hall() -> dict[str, Any]:
    """A free line, with values as the act takes them."""
    return {
        "label": "Location de la salle",
        "quantity": Decimal("2.5"),
        "unit": "DAY",
        "unit_price": Decimal(45),
        "vat_regime": "S20",
        "service_month": NOVEMBER,
    }


def release_deposit(house: House, _role: str) -> Filled:
    """A deposit that the run of December invoiced."""
    Membership.objects.filter(member=house.aloen).update(deposit=Decimal("500.00"))
    (charge,) = dues.ask_deposits(by=house.users["finance"], at=NOW)
    run = drafting.draft(DECEMBER, by=house.users["finance"], at=NOW)
    issuing.issue_run(run, by=house.users["finance"], at=NOW, accepts_early=True)
    return Filled({"pk": charge.pk})


def add_line(house: House, _role: str) -> Filled:
    typed = {"quantity": "2,5", "unit_price": "45,00", "service_month": str(NOVEMBER)}
    return Filled(fields={"member": house.aloen.pk, **hall(), **typed})


def withdraw_charge(house: House, _role: str) -> Filled:
    return Filled({"pk": dues.add_line(house.aloen, **hall(), by=house.users["finance"], at=NOW).pk})


DUES_AND_LINES = {
    "billing:call_dues": Form(call_dues),
    "billing:ask_deposits": Form(ask_deposits),
    "billing:release_deposit": Form(release_deposit),
    "billing:add_line": Form(add_line),
    "billing:withdraw_charge": Form(withdraw_charge),
}


def tagged(house: House) -> FundingLine:
    """A grant that pays for Maëlle's hours of November."""
    line, by = granted.grant(), house.users["finance"]
    assert by is not None
    tagging.tag(line, granted.whole(worked(house)), action=ACTION, by=by, at=NOW)
    return line


def worked(house: House) -> list[Entry]:
    return list(Entry.objects.filter(timesheet=house.sheet).order_by("day"))


def fund(_house: House, _role: str) -> Filled:
    line: Mapping[str, str] = {
        "code": "COOPTER",
        "label": "Coop’Ter",
        "funder": "ADEME",
        "budget": "10000",
        "starts_on": "2026-01-01",
        "ends_before": "2029-01-01",
    }
    return Filled(fields=line)


def funding_tag(house: House, _role: str) -> Filled:
    entry = worked(house)[0]
    return Filled(
        {"pk": granted.grant().pk},
        {"action": ACTION, "entry": [entry.pk], f"minutes_{entry.pk}": "4h30"},
        urlencode({"mois": str(NOVEMBER), "personne": house.maelle.pk}),
    )


def funding_untag(house: House, _role: str) -> Filled:
    whose = {"person": house.maelle.pk, "month": str(NOVEMBER), "action": ACTION}
    return Filled({"pk": tagged(house).pk}, whose)


def funding_lock(house: House, _role: str) -> Filled:
    world.cost(house.maelle)
    return Filled({"pk": tagged(house).pk}, {"first": str(NOVEMBER), "last": str(NOVEMBER)})


def funding_tag_expense(house: House, _role: str) -> Filled:
    fields = {"expense": accepted(house).pk, "amount": "20,00", "action": ACTION}
    return Filled({"pk": granted.grant().pk}, fields)


def funding_untag_expense(house: House, _role: str) -> Filled:
    line, spent, by = granted.grant(), accepted(house), house.users["finance"]
    assert by is not None
    return Filled(
        {"pk": tagging.tag_expense(line, spent, amount=Decimal(20), action=ACTION, by=by, at=NOW).pk}
    )


GRANTS = {
    "billing:funding": Form(fund),
    "billing:funding_tag": Form(funding_tag),
    "billing:funding_untag": Form(funding_untag),
    "billing:funding_lock": Form(funding_lock),
    "billing:funding_tag_expense": Form(funding_tag_expense),
    "billing:funding_untag_expense": Form(funding_untag_expense),
}

FORMS = EXPENSES | DUES_AND_LINES | GRANTS
