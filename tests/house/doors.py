"""The table of every address: what it takes, whom it is for, and an object of its own to open it with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billing.accounts import payments
from billing.bank import importing
from billing.documents import letters
from billing.models import (
    BankOperation,
    BankStatement,
    DunningLevel,
    Expense,
    FundingLine,
    Invoice,
    LetterKind,
    Payment,
    Quote,
    Reminder,
    TrueUp,
)
from billing.reminders import disputing
from employees import feeds
from employees.calendar.week import Week
from employees.models import Absence, Assignment, Employee
from members.models import Member
from tests import world
from tests.billing import owing
from timesheets.models import Timesheet


@dataclass(frozen=True)
class Door:
    """An address: what it takes, and how it greets a member's staff who has no business there.

    ``kind``: open (no login), shared (all who are logged in), role (403 with whom it is reserved to), object (404).
    """

    kind: str
    methods: frozenset[str]
    arguments: Callable[[], dict[str, Any]] = dict


GET, POST = frozenset({"GET"}), frozenset({"POST"})
BOTH = GET | POST


def month() -> dict[str, Any]:
    return {"month": world.NOVEMBER}


def sheet() -> dict[str, Any]:
    return {"pk": Timesheet.objects.filter(assignment__isnull=False).order_by("pk").first().pk}


def signed_sheet() -> dict[str, Any]:
    return {**sheet(), "version": 1}


def true_up() -> dict[str, Any]:
    period = {"first_month": world.NOVEMBER, "last_month": world.NOVEMBER}
    return {"pk": TrueUp.objects.create(label="Novembre", key="hours", prepared_at=world.NOW, **period).pk}


def true_up_letter() -> dict[str, Any]:
    aloen = Member.objects.get(short_name="Aloen")
    return {"pk": letters.write(LetterKind.TRUE_UP, member=aloen, subject="x", content={}, at=world.NOW).pk}


def invoice() -> dict[str, Any]:
    return {"pk": Invoice.objects.get().pk}


def account() -> dict[str, Any]:
    return {"pk": Member.objects.get(short_name="Aloen").pk}


def payment() -> dict[str, Any]:
    aloen = Member.objects.get(short_name="Aloen")
    paid = Payment.objects.filter(member=aloen).first() or payments.record_payment(
        aloen, amount=Decimal(1), received_on=world.NOW.date(), method="cheque", by=None, at=world.NOW
    )
    return {"pk": paid.pk}


def allocation() -> dict[str, Any]:
    invoice = owing.invoice(Member.objects.get(short_name="Aloen"), "1.00")
    payment()
    return {"pk": invoice.allocations.get().pk}


def late() -> dict[str, Any]:
    return {"pk": owing.invoice(Member.objects.get(short_name="Aloen"), "1.00").pk}


def reminder() -> dict[str, Any]:
    level = DunningLevel.objects.get_or_create(rank=1, defaults={"title": "Rappel", "days_late": 1})[0]
    about = Invoice.objects.get(pk=late()["pk"])
    letter = letters.write(LetterKind.REMINDER, member=about.member, subject="x", content={}, at=world.NOW)
    sent = {"sent_on": world.NOW.date(), "sent_at": world.NOW, "amount_due": 1}
    Reminder.objects.create(invoice=about, level=level, letter=letter, **sent)
    return {"pk": letter.pk}


def dispute() -> dict[str, Any]:
    about = Invoice.objects.get(pk=late()["pk"])
    return {"pk": disputing.open_dispute(about, reason="x", by=None, at=world.NOW).pk}


def statement() -> dict[str, Any]:
    row = (world.NOW.date(), "VIR ALOEN", "1,00")
    table = f"Date;Libellé;Montant\n{row[0]:%d/%m/%Y};{row[1]};{row[2]}\n".encode()
    known = BankStatement.objects.first()
    return {
        "pk": (
            known or importing.import_statement(table, file_name="r.csv", by=None, at=world.NOW).statement
        ).pk
    }


def operation() -> dict[str, Any]:
    return {"pk": BankOperation.objects.get(statement=statement()["pk"]).pk}


def expense() -> dict[str, Any]:
    placed = Assignment.objects.order_by("pk").first()
    facts = {"kind": "purchase", "receipt": "receipts/2026/1-a.pdf", "label": "Toner", "amount": Decimal(9)}
    day, owner = world.NOVEMBER.first, placed.employee
    made = Expense.objects.create(
        assignment=placed, employee=owner, spent_on=day, recorded_at=world.NOW, **facts
    )
    return {"pk": made.pk}


def grant() -> dict[str, Any]:
    first = {"label": "Coop’Ter", "funder": "ADEME", "starts_on": world.YEAR_START}
    return {"pk": FundingLine.objects.get_or_create(code="COOPTER", defaults=first)[0].pk}


def deputyship() -> dict[str, Any]:
    between = [world.staff(Member.objects.get(short_name="Aloen"), name) for name in ("Ana", "Léo")]
    return {"pk": world.deputy(*between, member=Member.objects.get(short_name="Aloen")).pk}


def feed() -> dict[str, Any]:
    maelle = Employee.objects.get(first_name="Maëlle")
    return {"pk": feeds.open_feed(maelle.user, employee=maelle, at=world.NOW)[0].pk}


def grid() -> dict[str, Any]:
    first = Timesheet.objects.filter(assignment__isnull=False).order_by("pk").first()
    return {"month": world.NOVEMBER, "assignment": first.assignment_id}


def placed() -> dict[str, Any]:
    return {"pk": grid()["assignment"]}


def absence() -> dict[str, Any]:
    noted = Absence.objects.create(
        employee=Employee.objects.get(first_name="Maëlle"),
        starts_on=world.NOVEMBER.first,
        ends_before=world.NOVEMBER.before,
        recorded_at=world.NOW,
    )
    return {"pk": noted.pk}


def person() -> dict[str, Any]:
    return {"month": world.NOVEMBER, "employee": Timesheet.objects.order_by("pk").first().employee_id}


def quote() -> dict[str, Any]:
    aloen = Member.objects.get(short_name="Aloen")
    letter = letters.write(
        "quote", member=aloen, subject="Devis", content={"reference": "DEV-1"}, at=world.NOW
    )
    made = Quote.objects.create(
        letter=letter, member=aloen, figures={}, valid_until=world.NOW.date(), made_at=world.NOW
    )
    return {"pk": made.pk}


def somebody() -> dict[str, Any]:
    return {"employee": Timesheet.objects.order_by("pk").first().employee_id}


DOORS = {
    "home": Door("shared", GET),
    "member_home": Door("shared", GET),
    "alive": Door("open", GET),
    "ready": Door("open", GET),
    "members:switch_role": Door("shared", POST),
    "members:theme": Door("open", POST),
    "members:invitation": Door("open", BOTH, lambda: {"token": "x"}),
    "members:invite": Door("object", POST, lambda: {"pk": world.user("Quelqu'un d'autre").pk}),
    "members:demo_login": Door("open", POST),
    "members:preferences": Door("shared", BOTH),
    "members:appoint_deputy": Door("shared", POST),
    "members:end_deputy": Door("object", POST, deputyship),
    "charter:charter": Door("shared", GET),
    "charter:version": Door("shared", GET, lambda: {"version": 9}),
    "charter:sign": Door("shared", POST, lambda: {"version": 9}),
    "employees:planning": Door("shared", GET),
    "employees:week": Door("shared", GET, lambda: {"week": Week.parse("2026-S45")}),
    "employees:month": Door("shared", GET, month),
    "employees:set_day": Door("object", POST, placed),
    "employees:move_day": Door("object", POST, placed),
    "employees:clear_days": Door("object", POST, placed),
    "employees:restore_day": Door("object", POST, placed),
    "employees:record_absence": Door("role", POST),
    "employees:change_absence": Door("object", POST, absence),
    "employees:cancel_absence": Door("object", POST, absence),
    "employees:feeds": Door("shared", GET),
    "employees:open_feed": Door("shared", POST),
    "employees:revoke_feed": Door("object", POST, feed),
    "employees:feed": Door("open", GET, lambda: {"secret": "x"}),
    "timesheets:my_months": Door("role", GET),
    "timesheets:my_month": Door("role", BOTH, month),
    "timesheets:day": Door("role", BOTH, lambda: month() | {"day": 3}),
    "timesheets:person_month": Door("object", BOTH, person),
    "timesheets:person_day": Door("object", BOTH, lambda: person() | {"day": 3}),
    "timesheets:grid": Door("object", BOTH, grid),
    "timesheets:grid_day": Door("object", BOTH, lambda: grid() | {"day": 3}),
    "timesheets:months": Door("role", GET),
    "timesheets:month": Door("role", GET, month),
    "timesheets:month_alerts": Door("role", GET, month),
    "timesheets:open": Door("role", POST, month),
    "timesheets:approve_confirmed": Door("role", POST, month),
    "timesheets:findings": Door("role", GET),
    "timesheets:acknowledge": Door("object", POST, somebody),
    "timesheets:my_findings": Door("role", GET, month),
    "timesheets:to_confirm": Door("shared", GET),
    "timesheets:import": Door("shared", BOTH),
    "timesheets:import_confirm": Door("shared", POST),
    "timesheets:import_report": Door("shared", GET),
    "timesheets:import_sample": Door("shared", GET),
    "timesheets:export": Door("shared", GET),
    "timesheets:balances": Door("role", GET),
    "timesheets:my_balance": Door("role", GET),
    "timesheets:member_balance": Door("shared", GET),
    "timesheets:sheet": Door("object", GET, sheet),
    "timesheets:signed": Door("object", GET, signed_sheet),
    "timesheets:confirm": Door("object", POST, sheet),
    "timesheets:approve": Door("object", POST, sheet),
    "timesheets:undo": Door("object", POST, sheet),
    "timesheets:settle": Door("object", POST, sheet),
    "timesheets:return": Door("object", POST, sheet),
    "timesheets:reopen": Door("object", POST, sheet),
    "timesheets:remind": Door("object", POST, sheet),
    "timesheets:supplement": Door("object", POST, sheet),
    "billing:payments": Door("role", GET),
    "billing:record_payment": Door("role", BOTH),
    "billing:payment": Door("object", GET, payment),
    "billing:allocate": Door("object", POST, payment),
    "billing:reverse_payment": Door("object", POST, payment),
    "billing:undo_payment": Door("object", POST, payment),
    "billing:unallocate": Door("object", POST, allocation),
    "billing:write_off": Door("object", POST, invoice),
    "billing:apply_credit": Door("object", POST, invoice),
    "billing:bank": Door("role", GET),
    "billing:import_bank": Door("role", POST),
    "billing:bank_columns": Door("role", POST),
    "billing:statement": Door("object", GET, statement),
    "billing:accept_certain": Door("object", POST, statement),
    "billing:set_aside_unrelated": Door("object", POST, statement),
    "billing:operation": Door("object", GET, operation),
    "billing:accept_operation": Door("object", POST, operation),
    "billing:settle_operation": Door("object", POST, lambda: operation() | {"member": account()["pk"]}),
    "billing:take_back": Door("object", POST, operation),
    "billing:set_aside_operation": Door("object", POST, operation),
    "billing:split_operation": Door("object", POST, operation),
    "billing:undo_operation": Door("object", POST, operation),
    "billing:ageing": Door("role", GET),
    "billing:account": Door("object", GET, account),
    "billing:account_pdf": Door("object", GET, account),
    "billing:reminders": Door("role", GET),
    "billing:review_reminders": Door("role", GET),
    "billing:send_reminders": Door("role", POST),
    "billing:sent_reminders": Door("shared", GET),
    "billing:reminder_letter": Door("object", GET, reminder),
    "billing:reminder_pdf": Door("object", GET, reminder),
    "billing:dunning_levels": Door("role", GET),
    "billing:install_levels": Door("role", POST),
    "billing:late_costs": Door("role", GET),
    "billing:charge_interest": Door("role", POST),
    "billing:dispute": Door("object", BOTH, late),
    "billing:close_dispute": Door("object", BOTH, dispute),
    "billing:my_expenses": Door("role", BOTH),
    "billing:expenses": Door("role", BOTH),
    "billing:expense": Door("object", GET, expense),
    "billing:receipt": Door("object", GET, expense),
    "billing:accept_expense": Door("object", POST, expense),
    "billing:refuse_expense": Door("object", POST, expense),
    "billing:put_back_expense": Door("object", POST, expense),
    "billing:withdraw_expense": Door("object", POST, expense),
    "billing:dues": Door("role", GET),
    "billing:call_dues": Door("role", POST),
    "billing:ask_deposits": Door("role", POST),
    "billing:waiting_charges": Door("role", GET),
    "billing:add_line": Door("role", POST),
    "billing:withdraw_charge": Door("object", POST, expense),
    "billing:funding": Door("role", BOTH),
    "billing:funding_line": Door("object", GET, grant),
    "billing:funding_tag": Door("object", BOTH, grant),
    "billing:funding_untag": Door("object", POST, grant),
    "billing:funding_tag_expense": Door("object", POST, grant),
    "billing:funding_untag_expense": Door("object", POST, grant),
    "billing:funding_lock": Door("object", POST, grant),
    "billing:funding_csv": Door("object", GET, grant),
    "billing:funding_xlsx": Door("object", GET, grant),
    "billing:funding_pdf": Door("object", GET, grant),
    "billing:runs": Door("role", GET),
    "billing:run": Door("role", GET, month),
    "billing:draft": Door("role", POST, month),
    "billing:discard": Door("role", POST, month),
    "billing:issue": Door("role", POST, month),
    "billing:progress": Door("role", GET, month),
    "billing:retry": Door("role", POST, month),
    "billing:zip": Door("role", GET, month),
    "billing:costs": Door("role", GET),
    "billing:import_costs": Door("role", BOTH),
    "billing:cost_columns": Door("role", BOTH),
    "billing:cost_confirm": Door("role", POST),
    "billing:cost_estimate": Door("role", POST),
    "billing:cost_provisions": Door("role", GET),
    "billing:cost_settle_provision": Door("object", POST, account),
    "billing:cost_aids": Door("role", GET),
    "billing:cost_sample": Door("role", GET, month),
    "billing:cost_sample_xlsx": Door("role", GET, month),
    "billing:invoices": Door("shared", GET),
    "billing:invoice": Door("object", GET, invoice),
    "billing:pdf": Door("object", GET, invoice),
    "billing:prices": Door("role", GET),
    "billing:price_indices": Door("role", GET),
    "billing:price": Door("object", GET, placed),
    "billing:change_price": Door("object", BOTH, placed),
    "billing:revise_price": Door("object", BOTH, placed),
    "billing:simulator": Door("role", GET),
    "billing:make_quote": Door("role", POST),
    "billing:quotes": Door("shared", GET),
    "billing:quote": Door("object", GET, quote),
    "billing:quote_pdf": Door("object", GET, quote),
    "billing:accept_quote": Door("object", BOTH, quote),
    "billing:year": Door("role", GET),
    "billing:true_up_preview": Door("role", GET),
    "billing:prepare_true_up": Door("role", POST),
    "billing:true_up": Door("object", GET, true_up),
    "billing:issue_true_up": Door("object", POST, true_up),
    "billing:discard_true_up": Door("object", POST, true_up),
    "billing:true_up_letter": Door("object", GET, true_up_letter),
    "billing:liability": Door("role", GET),
    "billing:liability_pdf": Door("role", GET),
    "billing:my_share": Door("shared", GET),
    "billing:reserve": Door("role", GET),
    "billing:note_reserve": Door("role", POST),
    "billing:credit": Door("object", BOTH, invoice),
    "billing:retry_paper": Door("object", POST, invoice),
}
