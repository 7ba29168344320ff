"""Lives the demonstration’s months by the product’s own acts: hours, plans ahead, invoices, and what became of them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal

from django.utils import timezone

from billing.accounts import payments, receivables
from billing.charge_kinds import ChargeKind
from billing.charges import dues, expense_decisions, expenses
from billing.costs import payroll_file as costs_payroll_file
from billing.costs import payroll_import
from billing.credit_notes import composing, crediting
from billing.grants.tagging import tag
from billing.models import BillingRun, Charge, ExpenseKind, ExpenseScale, Fate, FundingLine, Invoice, Payment
from billing.month import drafting, issuing
from billing.reminders import choosing, wording
from billing.reminders import sending as invoice_reminders
from employees import absences, assigning, moving, planning
from employees.models import Assignment, Employee
from groupement.demo import afterwards, cast
from groupement.demo.founding import moment
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month
from groupement.kernel.worktime import span_minutes
from members import deputising
from members.models import Group, Mail, MailStatus, Member, Seat, User
from timesheets import approval, confirming, recording
from timesheets.answer_delay import read_delays
from timesheets.models import Entry, Timesheet
from timesheets.reminding import recipients, sending

Days = dict[date, dict[str, int]]

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
GRANTED = ("MAD-2026-003", cast.SEPTEMBER, "Animation de la charte")


def live() -> None:
    """Fill every month: the closed ones to approval, the open one as far as it has come."""
    for month in (*cast.CLOSED, cast.OPEN):
        recording.open_month(month, at=moment(month.first, 8))
        for sheet in _sheets(month):
            _fill(sheet)
    for month in cast.CLOSED:
        for sheet in _sheets(month):
            _advance(sheet, "submitted" if _lapses(sheet) else "approved")
    _let_lapse()
    for sheet in _sheets(cast.OPEN):
        goal = cast.PROGRESS[sheet.assignment.reference] if sheet.assignment else "submitted"
        _advance(sheet, goal)
    plan_december()


def _lapses(sheet: Timesheet) -> bool:
    return (
        sheet.month == cast.SEPTEMBER
        and sheet.assignment is not None
        and sheet.assignment.reference == cast.LAPSED
    )


def _let_lapse() -> None:
    """September was confirmed tacitly where nobody answered; since then the group prefers to wait for an answer."""
    after = cast.SEPTEMBER.before
    # Two days then: from Wednesday evening to Friday.
    Group.objects.update(has_tacit_confirmation=True)
    _tell_member(after)
    lapsed = after + timedelta(days=2)
    for sheet in confirming.confirm_tacitly(on=lapsed, at=moment(lapsed, 5, 30)):
        approval.approve(sheet, by=user("solene.rivoal"), at=moment(after + timedelta(days=4), 8))
    Group.objects.update(has_tacit_confirmation=False)


def _tell_member(day: date) -> None:
    """The morning’s message about these hours, as sent: a delay does not end before somebody was told."""
    group, roster = Group.objects.get(), recipients.read_duty_roster(day)
    waiting = sending.waiting_for_visa()
    delays = read_delays(waiting, group, on=day)
    at = moment(day, 7, 30)
    for digest in sending.visa_digests(waiting, roster, group, delays):
        if mail := digest.write(at):
            Mail.objects.filter(pk=mail.pk).update(status=MailStatus.SENT, sent_at=at, attempts=1)


def bill(month: Month) -> BillingRun:
    """Close one month: payroll file, drafts, issue. What is already done stays as it is."""
    finance = user("gael.perrot")
    run = BillingRun.objects.filter(month=month, supplement=0).first()
    if run is not None and run.status == "issued":
        return run
    first = month.before
    if not costing_is_done(month):
        payroll_import.import_payroll(
            costs_payroll_file.read_payroll(payroll_file(month), file_name=f"paie-{month}.csv", month=month),
            month=month,
            by=finance,
            at=moment(first + timedelta(days=3), 9),
        )
    run = drafting.draft(month, by=finance, at=moment(first + timedelta(days=4), 9))
    issuing.issue_run(run, by=finance, at=moment(first + timedelta(days=4), 10))
    run.refresh_from_db()
    return run


def costing_is_done(month: Month) -> bool:
    from billing.models import PayrollImport

    return PayrollImport.objects.filter(month=month).exists()


def payroll_file(month: Month) -> bytes:
    """The payroll office's file of ``month``: Windows-1252, semicolons and decimal commas, as they come."""
    names = {shared.payroll_number: shared for shared in cast.EMPLOYEES}
    lines = ["matricule;nom;prénom;mois;brut;cotisations patronales;autres"]
    for number, *amounts in cast.PAYROLL[month]:
        person = names[number]
        figures = ";".join(amount.replace(".", ",") for amount in amounts)
        lines.append(f"{number};{person.last_name};{person.first_name};{month};{figures}")
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _sheets(month: Month) -> list[Timesheet]:
    return list(
        Timesheet.objects.filter(month=month)
        .select_related("employee__user", "assignment__member")
        .order_by("employee_id", "assignment_id")
    )


def _fill(sheet: Timesheet) -> None:
    days = _worked(sheet.assignment, sheet.month) if sheet.assignment else _away(sheet.employee, sheet.month)
    if days:
        recording.save(sheet, days, by=account(sheet.employee), at=moment(sheet.month.last, 17))
    if sheet.assignment:
        _set_clock_times(sheet, sheet.assignment.reference)


def _worked(assignment: Assignment, month: Month) -> Days:
    plan: Mapping[date, int] = planning.plan(month).get(assignment.pk, {})
    minutes = {
        day: planned
        for day, planned in plan.items()
        if planned and not _is_away(assignment.employee.payroll_number, day)
    }
    for change in cast.CHANGED:
        if change.reference == assignment.reference and change.day in month:
            minutes[change.day] = change.minutes
    until = cast.UNFINISHED.get(assignment.reference, date.max)
    return {
        day: {"worked": worked}
        for day, worked in minutes.items()
        if worked and (month != cast.OPEN or day < until)
    }


def _away(employee: Employee, month: Month) -> Days:
    plans = planning.plan(month)
    own = Assignment.objects.filter(employee=employee).values_list("pk", flat=True)
    planned: dict[date, int] = defaultdict(int)
    for pk in own:
        for day, minutes in plans.get(pk, {}).items():
            planned[day] += minutes
    return {
        day: {away.kind: planned[day]}
        for away in cast.AWAY
        if away.payroll_number == employee.payroll_number
        for day in planned
        if away.first <= day <= away.last and planned[day]
    }


def _is_away(payroll_number: str, day: date) -> bool:
    return any(away.payroll_number == payroll_number and away.first <= day <= away.last for away in cast.AWAY)


def _set_clock_times(sheet: Timesheet, reference: str) -> None:
    for change in cast.CHANGED:
        if change.reference == reference and change.day in sheet.month and change.started:
            started, ended = map(time.fromisoformat, (change.started, change.ended))
            span = span_minutes(change.day, started, ended, timezone.get_default_timezone())
            Entry.objects.filter(timesheet=sheet, day=change.day).update(
                started_at=started, ended_at=ended, break_minutes=span - change.minutes
            )


def _advance(sheet: Timesheet, goal: str) -> None:
    last = sheet.month.last
    if goal == "draft":
        return
    recording.submit(sheet, by=account(sheet.employee), at=moment(last, 18))
    if goal == "submitted":
        return
    if sheet.assignment:
        _confirm(sheet, sheet.assignment.member, goal, last)
    if goal == "approved":
        approval.approve(sheet, by=user("solene.rivoal"), at=moment(last + timedelta(days=2), 9))


def _confirm(sheet: Timesheet, member: Member, goal: str, last: date) -> None:
    seats = Seat.objects.filter(member=member, function="representative")
    representative = seats.select_related("user").order_by("pk")[0].user
    if goal == "contested":
        _, day, reason, expected = cast.CONTESTED
        confirming.contest(
            sheet,
            by=representative,
            at=moment(last + timedelta(days=1), 11),
            remarks=[(day, reason, expected)],
        )
    else:
        confirming.confirm(sheet, by=representative, at=moment(last + timedelta(days=1), 10))


PLANNED_ON = date(2026, 11, 5)


def plan_december() -> None:
    """Plan December, as the coordination did early in November."""
    solene, at = user("solene.rivoal"), moment(PLANNED_ON, 15)
    people = {employee.payroll_number: employee for employee in Employee.objects.order_by("pk")}
    for number, kind, first, last in (
        ("LR001", "leave", date(2026, 12, 21), date(2026, 12, 31)),
        ("LR003", "training", date(2026, 12, 3), date(2026, 12, 3)),
        ("LR002", "leave", date(2026, 12, 24), date(2026, 12, 31)),
    ):
        absences.record(people[number], kind=kind, first=first, last=last, note="", by=solene, at=at)
    moving.move_day(
        _assignment("MAD-2026-009"),
        date(2026, 11, 26),
        to=date(2026, 11, 25),
        reason="Inventaire du dépôt",
        by=solene,
        at=at,
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
        at=at,
    )
    deputising.appoint(
        solene, user("gael.perrot"), first=date(2026, 12, 24), last=date(2026, 12, 31), by=solene, at=at
    )


def user(login: str) -> User:
    return User.objects.get(email=f"{login}@{cast.DOMAIN}")


def account(employee: Employee) -> User:
    """Whom the employee logs in as; everybody in the cast does."""
    if employee.user is None:
        raise LookupError(f"{employee} has no account.")
    return employee.user


def _assignment(reference: str) -> Assignment:
    return Assignment.objects.select_related("employee", "member").get(reference=reference)


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
    afterwards.complete(finance, user("solene.rivoal"))
    for day in REMINDED:
        if letters := choosing.due_reminders(day):
            invoice_reminders.send_reminders(letters, by=finance, at=moment(day, 9))
    _spend(finance)
    dues.call_dues(2026, by=finance, at=moment(date(2026, 11, 2), 9))
    afterwards.give_back(finance)
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
        Charge.objects.filter(kind=ChargeKind.WORKED_HOURS, line__invoice__run__month=cast.SEPTEMBER)
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
            reason="Journée comptée par erreur\u00a0: la réunion était celle du groupement.",
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
