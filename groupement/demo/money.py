"""What became of the demonstration's invoices: payments, a part-paid one, an overdue one, a credit note, reminders."""

from datetime import date, timedelta
from decimal import Decimal

from billing.accounts import payments, receivables
from billing.charge_kinds import ChargeKind
from billing.charges import dues, expense_decisions, expenses
from billing.credit_notes import composing, crediting
from billing.grants.tagging import tag
from billing.models import Charge, ExpenseKind, ExpenseScale, Fate, FundingLine, Invoice, Payment
from billing.reminders import choosing, sending, wording
from employees.models import Assignment
from groupement.demo import months
from groupement.demo.founding import moment
from groupement.demo.story import account
from groupement.kernel.money import ZERO
from members.models import Member, User
from timesheets.models import Entry

# Days after issue on which each invoice was paid, and the part of it; what is not here is still awaited.
PAID = {
    "F-2026-0001": (21, "1"),
    "F-2026-0002": (28, "1"),
    "F-2026-0003": (24, "1"),
    "F-2026-0005": (29, "0.6"),
    "F-2026-0006": (16, "1"),
    "F-2026-0007": (25, "1"),
    "F-2026-0008": (29, "1"),
    "F-2026-0009": (30, "1"),
    "F-2026-0012": (19, "1"),
}
REMINDED = (date(2026, 10, 12), date(2026, 10, 22))
CREDITED_ON = date(2026, 10, 13)
SCALES = (
    (ExpenseKind.TRAVEL, "0.529", "Barème du conseil, délibération du 12 janvier 2026 (démonstration)"),
    (ExpenseKind.MEAL, "20.000", "Barème du conseil, délibération du 12 janvier 2026 (démonstration)"),
)
TRIP = ("MAD-2026-001", date(2026, 10, 6), "Dépôt des archives", Decimal("38.0"))
GRANT = ("coop-ter", "Coop’Ter, coopération territoriale", "ADEME (démonstration)", "6000.00")
GRANTED = ("MAD-2026-003", months.SEPTEMBER, "Animation de la charte")


def collect() -> None:
    """Live what follows the invoices, day by day, by the product's own acts. Done before, it changes nothing."""
    if Payment.objects.exists():
        return
    finance = User.objects.get(email__startswith="gael.perrot@")
    wording.install_levels()
    for kind, rate, source in SCALES:
        ExpenseScale.objects.create(kind=kind, starts_on=date(2026, 1, 1), rate=Decimal(rate), source=source)
    _pay_all(finance)
    _credit(finance)
    for day in REMINDED:
        if letters := choosing.due_reminders(day):
            sending.send_reminders(letters, by=finance, at=moment(day, 9))
    _spend(finance)
    dues.call_dues(2026, by=finance, at=moment(date(2026, 11, 2), 9))
    _fund(finance)


def _pay_all(finance: User) -> None:
    for invoice in Invoice.objects.filter(number__in=PAID).select_related("member").order_by("number"):
        days, part = PAID[str(invoice.number)]
        on = (invoice.issued_on or date.min) + timedelta(days=days)
        amount = (invoice.total * Decimal(part)).quantize(Decimal("0.01"))
        payments.record_payment(
            invoice.member,
            amount=amount,
            received_on=on,
            method="cheque" if invoice.member.short_name == "Sonam" else "transfer",
            reference=f"Règlement {invoice.number}",
            allocations=[(invoice, amount)],
            by=finance,
            at=moment(on, 15),
        )


def _credit(finance: User) -> None:
    """The last day of a line of hours was counted by mistake: it is credited, for good."""
    charge = (
        Charge.objects.filter(kind=ChargeKind.WORKED_HOURS, line__invoice__run__month=months.SEPTEMBER)
        .select_related("line__invoice")
        .order_by("line__invoice__number", "line__position")
        .first()
    )
    if charge is None or charge.line is None:
        return
    last = Entry.objects.filter(timesheet=charge.timesheet).order_by("-day", "pk").first()
    if last is not None:
        crediting.issue_credit_note(
            charge.line.invoice,
            lines=[composing.CreditHours(charge.line, {last.pk: last.minutes}, Fate.VOIDED)],
            reason="Journée comptée par erreur : la réunion était celle du groupement.",
            by=finance,
            at=moment(CREDITED_ON, 11),
        )


def _spend(finance: User) -> None:
    """One trip accepted, which waits for October's invoice; another that waits for an answer."""
    reference, day, label, kilometres = TRIP
    placed = Assignment.objects.select_related("employee__user").get(reference=reference)
    for n, wanted in enumerate((label, "Rendez-vous à la banque")):
        on = day + timedelta(days=7 * n)
        claim = expenses.ExpenseClaim(ExpenseKind.TRAVEL, on, wanted, kilometres=kilometres)
        made = expenses.claim(placed, claim, by=account(placed.employee), at=moment(on, 18))
        if n == 0:
            expense_decisions.accept(made, by=finance, at=moment(date(2026, 10, 30), 9))


def _fund(finance: User) -> None:
    """Two days of September are the grant's."""
    code, label, funder, budget = GRANT
    line = FundingLine.objects.create(
        code=code, label=label, funder=funder, budget=Decimal(budget), starts_on=date(2026, 1, 1)
    )
    reference, month, action = GRANTED
    days = Entry.objects.filter(timesheet__assignment__reference=reference, timesheet__month=month)
    tagged = {entry.pk: entry.minutes for entry in days.order_by("day", "pk")[:2]}
    tag(line, tagged, action=action, by=finance, at=moment(date(2026, 10, 15), 10))


def owing() -> list[tuple[str, Decimal]]:
    """What each member still owes, for the summary of the command."""
    due = receivables.with_dues(Invoice.objects.filter(status="issued", kind="invoice"))
    sums: dict[int, Decimal] = {}
    for invoice in due.order_by("pk"):
        sums[invoice.member_id] = sums.get(invoice.member_id, ZERO) + invoice.due
    return [(row.short_name, sums[row.pk]) for row in Member.objects.by_name() if sums.get(row.pk)]
