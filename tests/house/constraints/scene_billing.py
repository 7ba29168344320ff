"""Rows of billing: a month issued, a month drafted, a month open, and what hangs on them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import (
    ActualCost,
    Allocation,
    BankLayout,
    BankOperation,
    BankStatement,
    BillingRun,
    CarriedCost,
    Charge,
    Dispatch,
    Dispute,
    Document,
    DuesYear,
    DunningLevel,
    EmployerCost,
    Expense,
    ExpenseScale,
    FundedCost,
    FundedHours,
    FundingLine,
    FundingReport,
    Invoice,
    InvoicedTimesheet,
    LegalMention,
    Letter,
    Line,
    Payment,
    PayrollImport,
    PayrollLayout,
    PriceIndex,
    PriceTrial,
    Proof,
    ProvisionEntry,
    Quote,
    Refund,
    Release,
    Reminder,
    Rendering,
    ReserveEntry,
    RunProblem,
    Series,
    SettledMonth,
    Settlement,
    TrueUp,
    TrueUpShare,
    VatRate,
)
from employees.models import Terms
from tests.house.constraints.scene import TODAY, A, B, C, Cast
from tests.unguarded import unguarded
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER
from timesheets.models import Entry

JANUARY = date(2026, 1, 1)
ONE = {"quantity": 1, "unit": "C62", "vat_regime": "S20"}


def billing(cast: Cast) -> None:
    """Everything of billing; what is issued is written before it is issued."""
    issued, drafted, _ = (BillingRun.objects.create(month=month) for month in (OCTOBER, NOVEMBER, DECEMBER))
    for run in (issued, drafted):
        run.steps.create(source="open", target="drafted", by=cast.boss, at=NOW)
    bought = _line(_draft(cast, run=issued), "200.00")
    line = _line(_draft(cast, run=drafted), "20.00")
    other = _line(_draft(cast, member=cast.sonam), "200.00")
    note = _credit(cast, bought, "24.00")
    waiting = _credit(cast, bought, "12.00")
    _hours(cast, bought, line, issued, drafted)
    _costs(cast, issued, drafted)
    _true_ups(cast, line)
    for number, invoice in enumerate((bought.invoice, other.invoice, note.invoice), start=1):
        _issue(invoice, number)
    drafted.move("drafted", by=cast.boss, at=NOW, drafted_at=NOW)
    issued.move("drafted", by=cast.boss, at=NOW, drafted_at=NOW)
    issued.move("issued", by=cast.boss, at=NOW, issued_at=NOW)
    _bare(cast, bought.invoice)
    Series.objects.update(last_sequence=4, last_issued_on=TODAY)
    _trial()
    Proof.objects.create(at=NOW)
    VatRate.objects.update(source="Loi de finances")
    LegalMention.objects.update(source="Loi de finances")
    _charges(cast, bought.invoice, waiting)
    _papers(cast, bought.invoice)
    _money(cast, bought.invoice, note.invoice)
    _grants(cast)
    for reason in ("En double", ""):
        Expense.objects.filter(label="À décider").update(refused_reason=reason)


def _draft(cast: Cast, **columns: Any) -> Invoice:
    return Invoice.objects.create(
        **{"member": cast.aloen, "service_month": OCTOBER, "drafted_at": NOW, **columns}
    )


def _line(invoice: Invoice, net: str, **columns: Any) -> Line:
    amount = Decimal(net)
    Invoice.objects.filter(pk=invoice.pk).update(net=amount, total=amount)
    return Line.objects.create(
        invoice=invoice, position=1, label="Heures", unit_price=amount, net=amount, **ONE, **columns
    )


def _credit(cast: Cast, line: Line, net: str) -> Line:
    """A credit note with one line that takes back a part, told in euros."""
    made = _draft(cast, kind="credit_note", corrects=line.invoice, reason="Heures en trop")
    return _line(made, net, credits=line)


def _issue(invoice: Invoice, sequence: int) -> None:
    series = Series.objects.get_or_create(kind="invoice", year=2026, prefix="F")[0]
    invoice.refresh_from_db()
    invoice.move(
        "issued",
        by=None,
        at=NOW,
        series=series,
        sequence=sequence,
        number=f"F-2026-{sequence:04d}",
        issued_at=NOW,
        issued_on=TODAY,
        due_on=TODAY,
        snapshot={},
    )


def _bare(cast: Cast, corrected: Invoice) -> None:
    """An issued run, credit note and true-up on which nothing hangs: their own trigger alone keeps them."""
    BillingRun.objects.create(month=JANUARY, status="issued", drafted_at=NOW, issued_at=NOW)
    TrueUp.objects.create(
        label="Sans suite",
        first_month=JANUARY,
        last_month=JANUARY,
        key="hours",
        status="issued",
        prepared_at=NOW,
        issued_at=NOW,
    )
    note = _draft(cast, kind="credit_note", corrects=corrected, reason="Sans suite")
    Invoice.objects.filter(pk=note.pk).update(
        status="issued",
        net=5,
        total=5,
        series=Series.objects.get(),
        sequence=Invoice.objects.exclude(sequence=None).count() + 1,
        number="F-2026-0009",
        issued_at=NOW,
        issued_on=TODAY,
        due_on=TODAY,
        snapshot={},
    )


def _trial() -> None:
    """The row that no transaction commits, of another one."""
    with unguarded():
        PriceTrial.objects.create(transaction=1)


def _charge(cast: Cast, kind: str, price: str, **columns: Any) -> Charge:
    return Charge.objects.create(
        **{
            "member": cast.aloen,
            "service_month": OCTOBER,
            "kind": kind,
            "unit_price": Decimal(price),
            "net": Decimal(price),
            **ONE,
            **columns,
        }
    )


def _hours(cast: Cast, bought: Line, line: Line, issued: BillingRun, drafted: BillingRun) -> None:
    """A charge of hours that is billed, one of an assignment's month that is drafted."""
    InvoicedTimesheet.objects.create(invoice=bought.invoice, timesheet=cast.billed)
    InvoicedTimesheet.objects.create(invoice=line.invoice, timesheet=cast.approved)
    source = {"employee": cast.maelle, "assignment": cast.placed, "terms": Terms.objects.get()}
    _charge(cast, "worked_hours", "200.00", run=issued, line=bought, timesheet=cast.billed, **source)
    _charge(cast, "flat_amount", "20.00", run=drafted, line=line, **source)
    second = Line.objects.create(
        invoice=bought.invoice, position=2, label="Libérée", unit_price=5, net=5, **ONE
    )
    Line.objects.create(invoice=line.invoice, position=3, label="Libre", unit_price=5, net=5, **ONE)
    _charge(cast, "worked_hours", "5.00", run=issued, line=second, released_at=NOW)
    exempt = {**ONE, "vat_regime": "E261B"}
    eaten = Line.objects.create(
        invoice=bought.invoice, position=3, label="Repas", unit_price=6, net=6, **exempt
    )
    _charge(cast, "travel", "6.00", line=eaten, is_standing=True, recorded_at=NOW, vat_regime="E261B")


def _charges(cast: Cast, late: Invoice, waiting: Line) -> None:
    """Charges that acts record, an expense and dues that became such, and hours taken back."""
    billed = Charge.objects.get(timesheet=cast.billed, released_at=None)
    recorded = {"is_standing": True, "recorded_at": NOW}
    meal = _charge(cast, "meal", "12.00", **recorded)
    snack = _charge(cast, "meal", "12.00", figures={"expense": 2}, **recorded)
    dues = _charge(cast, "dues", "50.00", **recorded)
    _charge(cast, "free", "7.00", minutes=60, **recorded).delete()
    _charge(cast, "late_interest", "1.00", late_invoice=late, figures={"first": "2026-12-01"}, **recorded)
    _charge(cast, "indemnity", "40.00", late_invoice=late, **recorded)
    _charge(cast, "worked_hours", "10.00", rebills=billed, **recorded)
    Release.objects.create(line=waiting, credited=billed, entry=cast.entry, minutes=60, fate="released")
    ExpenseScale.objects.create(
        kind="travel", rate=Decimal("0.529"), source="Barème", starts_on=JANUARY, ends_before=date(2027, 1, 1)
    )
    facts = {"kind": "meal", "assignment": cast.placed, "employee": cast.maelle, "recorded_at": NOW}
    for label, charge in (("À décider", None), ("Repas", meal), ("Goûter", snack)):
        Expense.objects.create(
            label=label, spent_on=date(2026, 10, 5), amount=Decimal("12.00"), charge=charge, **facts
        )
    ExpenseScale.objects.create(kind="meal", rate=Decimal(12), source="Barème", starts_on=JANUARY)
    Expense.objects.create(
        label="Facturé",
        spent_on=date(2026, 10, 5),
        amount=6,
        charge=Charge.objects.get(kind="travel"),
        **facts,
    )
    DuesYear.objects.create(member=cast.aloen, year=None, charge=dues)


def _costs(cast: Cast, issued: BillingRun, drafted: BillingRun) -> None:
    """Costs of the closed month and of an open one, and provisions of both."""
    source = PayrollImport.objects.create(
        month=OCTOBER, file_name="paie.csv", sha256=A, row_count=1, total=0, imported_at=NOW
    )
    PayrollImport.objects.create(
        month=OCTOBER, file_name="vide.csv", sha256="f" * 64, row_count=1, total=0, imported_at=NOW
    )
    PayrollLayout.objects.create(titles_digest=A, titles=[], columns={}, used_at=NOW)
    of = {"employee": cast.maelle}
    for run, month in ((drafted, NOVEMBER), (issued, OCTOBER)):
        EmployerCost.objects.create(month=month, kind="gross_pay", amount=2000, source=source, **of)
        CarriedCost.objects.create(
            from_month=date(2026, 8, 1), into_month=month.first, amount=5, noted_at=NOW, **of
        )
        Settlement.objects.create(run=run, month=month, employer_cost=2000, charged=1900, reserve=100, **of)
        ProvisionEntry.objects.create(
            member=cast.aloen, month=month, kind="set_aside", amount=100, run=run, noted_at=NOW, **of
        )
    ProvisionEntry.objects.create(month=DECEMBER, kind="set_aside", amount=10, noted_at=NOW, **of)
    for kind, amount in (("set_aside", 10), ("drawn", -10)):
        ProvisionEntry.objects.create(
            employee=cast.yann,
            member=cast.aloen,
            month=date(2026, 9, 1),
            kind=kind,
            amount=amount,
            noted_at=NOW,
        )
    ActualCost.objects.create(month=OCTOBER, kind="gross_pay", amount=2100, source=source, **of)
    ReserveEntry.objects.create(booked_on=TODAY, amount=10, label="Dotation", noted_at=NOW)
    RunProblem.objects.create(run=drafted, member=cast.sonam, code="no_hours", message="…")


def _true_ups(cast: Cast, line: Line) -> None:
    """One prepared, one issued."""
    months = {"first_month": date(2026, 1, 1), "last_month": date(2026, 6, 1), "key": "hours"}
    shared = {"employee": cast.maelle, "member": cast.aloen, "actual": 110, "invoiced": 100, "amount": 10}
    for label, billed in (("Préparée", line), ("Émise", None)):
        TrueUp.objects.create(label="Abandonnée", prepared_at=NOW, **months).delete()
        true_up = TrueUp.objects.create(label=label, prepared_at=NOW, **months)
        TrueUpShare.objects.create(true_up=true_up, line=billed, **shared)
    true_up.move("issued", by=cast.boss, at=NOW, issued_at=NOW)
    SettledMonth.objects.create(true_up=true_up, employee=cast.maelle, month=date(2026, 1, 1))


def _papers(cast: Cast, invoice: Invoice) -> None:
    """Papers made and to be made, reminders, a dispute, a quote."""
    Document.objects.create(
        invoice=invoice, path="f.pdf", size=1, sha256=A, chain_position=1, chain_digest=B, made_at=NOW
    )
    Rendering.objects.create(invoice=invoice, queued_at=NOW)
    done = Invoice.objects.filter(status="issued", kind="credit_note").order_by("pk")[0]
    Rendering.objects.create(invoice=done, queued_at=NOW, status="done", started_at=NOW, finished_at=NOW)
    facts = {"subject": "Relance", "member": cast.aloen, "content": {}, "digest": A, "written_at": NOW}
    letter = Letter.objects.create(kind="reminder", **facts)
    Letter.objects.create(kind="quote", path="l.pdf", size=1, sha256=C, made_at=NOW, **facts)
    level = DunningLevel.objects.create(rank=1, title="Rappel", days_late=5, text="…")
    Reminder.objects.create(
        invoice=invoice, level=level, letter=letter, sent_on=TODAY, amount_due=240, sent_at=NOW
    )
    Dispute.objects.create(invoice=invoice, reason="Heures", opened_on=TODAY)
    Dispute.objects.create(
        invoice=invoice, reason="Prix", opened_on=TODAY, closed_on=TODAY, outcome="Accord", closed_by=None
    )
    Quote.objects.create(
        letter=letter,
        member=cast.aloen,
        figures={},
        valid_until=TODAY,
        made_at=NOW,
        terms=Terms.objects.get(),
    )
    PriceIndex.objects.create(code="SYNTEC", month=OCTOBER, value=300)


def _money(cast: Cast, invoice: Invoice, note: Invoice) -> None:
    """A payment that settles and goes back in part, one that waits, a statement with operations matched and split."""
    facts = {"member": cast.aloen, "received_on": TODAY, "method": "transfer", "recorded_at": NOW}
    used, free = (Payment.objects.create(amount=amount, **facts) for amount in (60, 30))
    Payment.objects.create(amount=15, reference="sans suite", **facts)
    settled = {"invoice": invoice, "settled_on": TODAY, "recorded_at": NOW}
    Allocation.objects.create(source="payment", payment=used, amount=20, **settled)
    Allocation.objects.create(source="credit_note", credit_note=note, amount=10, **settled)
    back = {"member": cast.aloen, "payment": used, "paid_on": TODAY, "method": "transfer", "recorded_at": NOW}
    refund = Refund.objects.create(amount=5, **back)
    Refund.objects.create(amount=3, **back)
    Refund.objects.create(amount=2, cancelled_on=TODAY, cancel_reason="Rejet", **back)
    Dispatch.objects.create(invoice=invoice, sent_at=NOW)
    read = {"format": "camt", "starts_on": TODAY, "ends_on": TODAY, "imported_at": NOW}
    statement = BankStatement.objects.create(file_name="r.xml", sha256=A, **read)
    undone = BankStatement.objects.create(file_name="s.xml", sha256=B, **read)
    BankLayout.objects.create(titles_digest=A, titles=[], columns={}, used_at=NOW)
    of = {"statement": statement, "iban": "FR76", "booked_on": TODAY}
    BankOperation.objects.create(key="1", amount=30, status="matched", payment=free, **of)
    BankOperation.objects.create(key="2", amount=-60, status="matched", reverses=used, **of)
    BankOperation.objects.create(key="5", amount=-5, status="matched", refund=refund, **of)
    whole = BankOperation.objects.create(key="3", amount=100, status="split", **of)
    BankOperation.objects.create(key="3-1", amount=40, part_of=whole, **of)
    BankOperation.objects.create(key="3-0", amount=10, part_of=whole, status="set_aside", **of)
    BankOperation.objects.create(key="6", amount=7, **{**of, "statement": undone})
    BankOperation.objects.create(key="7", amount=8, **of)
    BankStatement.objects.filter(pk=undone.pk).update(undone_at=NOW)
    BankStatement.objects.create(file_name="vide.xml", sha256="f" * 64, **read)


def _grants(cast: Cast) -> None:
    """Hours and costs tagged to an open line, and to one whose October is locked."""
    tagged = {"action": "Accueil", "tagged_at": NOW}
    october = Entry.objects.get(timesheet=cast.approved)
    expense = Expense.objects.get(label="Repas")
    for code in ("OUVERTE", "FERMEE"):
        line = FundingLine.objects.create(code=code, label="…", funder="ADEME", starts_on=JANUARY)
        FundedHours.objects.create(line=line, entry=october, month=OCTOBER, minutes=1, **tagged).delete()
        FundedHours.objects.create(line=line, entry=october, month=OCTOBER, minutes=60, **tagged)
        FundedCost.objects.create(line=line, expense=expense, month=OCTOBER, amount=1, **tagged).delete()
        FundedCost.objects.create(line=line, expense=expense, month=OCTOBER, amount=4, **tagged)
    FundingReport.objects.create(
        line=line,
        first_month=OCTOBER,
        last_month=OCTOBER,
        digest=A,
        locked_at=NOW,
        content={},
    )
