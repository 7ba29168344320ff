"""What came after a month was issued: hours that were forgotten, money that came twice, papers sent by e-mail."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction

from billing.accounts import payments, refunding
from billing.dispatch import sending
from billing.models import BillingRun, Invoice, Refund
from billing.month import drafting, issuing
from groupement.demo import cast
from groupement.demo.founding import moment
from members.models import Mail, MailStatus, Seat, User
from timesheets import approval, confirming, recording
from timesheets.models import Timesheet

# A meeting of two hours on the last Monday of September, found in October.
FORGOTTEN = ("MAD-2026-011", date(2026, 9, 28), 120)
FOUND_ON = date(2026, 10, 14)
# Its invoice was paid with 100.00 too much, which went back.
PAID_ON, TOO_MUCH, RETURNED_ON = date(2026, 11, 2), Decimal("100.00"), date(2026, 11, 6)
SENT_ON = date(2026, 11, 9)


def complete(finance: User, coordinator: User) -> BillingRun | None:
    """Hours that were forgotten make a supplement of their month, with an invoice of its own."""
    reference, day, minutes = FORGOTTEN
    sheet = (
        Timesheet.objects.filter(assignment__reference=reference, month=cast.SEPTEMBER)
        .select_related("employee__user", "assignment__member")
        .first()
    )
    if sheet is None or sheet.billed_at is None or sheet.assignment is None or sheet.employee.user is None:
        return None
    more = approval.open_supplement(sheet, by=coordinator, at=moment(FOUND_ON, 8))
    person = sheet.employee.user
    recording.save(more, {day: {"worked": minutes}}, by=person, at=moment(FOUND_ON, 9))
    recording.submit(more, by=person, at=moment(FOUND_ON, 10))
    seats = Seat.objects.filter(member=sheet.assignment.member, function="representative")
    representative = seats.select_related("user").order_by("pk")[0].user
    confirming.confirm(more, by=representative, at=moment(FOUND_ON, 11))
    approval.approve(more, by=coordinator, at=moment(FOUND_ON, 14))
    run = drafting.draft(cast.SEPTEMBER, by=finance, at=moment(FOUND_ON, 15))
    issuing.issue_run(run, by=finance, at=moment(FOUND_ON, 16))
    run.refresh_from_db()
    return run


def give_back(finance: User) -> Refund | None:
    """The supplement's invoice is paid, too much of it, and what is too much goes back."""
    invoice = Invoice.objects.filter(run__month=cast.SEPTEMBER, run__supplement=1).order_by("pk").first()
    if invoice is None:
        return None
    payment = payments.record_payment(
        invoice.member,
        amount=invoice.total + TOO_MUCH,
        received_on=PAID_ON,
        method="transfer",
        reference=f"Règlement {invoice.number}",
        allocations=[(invoice, invoice.total)],
        by=finance,
        at=moment(PAID_ON, 15),
    )
    return refunding.give_back(
        payment,
        amount=TOO_MUCH,
        paid_on=RETURNED_ON,
        method="transfer",
        reference="Trop-perçu",
        by=finance,
        at=moment(RETURNED_ON, 10),
    )


@transaction.atomic
def send_papers(finance: User) -> int:
    """September's papers leave by e-mail once they are printed; how many were sent. Sent before, they stay sent."""
    papers = Invoice.objects.filter(service_month=cast.SEPTEMBER)
    waiting = list(sending.unsent(papers).order_by("sequence", "pk"))
    at = moment(SENT_ON, 9)
    if waiting:
        sent = sending.send_invoices(waiting, by=finance, at=at)
        # Nobody reads the addresses of the demonstration: the messages are kept as sent.
        dispatches = type(sent[0].dispatch).objects.filter(pk__in=[each.dispatch.pk for each in sent])
        rows = Mail.objects.filter(pk__in=sending.mails_of(dispatches).values("pk"))
        left_at = at + timedelta(minutes=1)
        rows.filter(status=MailStatus.PENDING).update(status=MailStatus.SENT, sent_at=left_at, attempts=1)
        # Nothing is left for a worker, which may not be at work when the command ends.
        connection.run_on_commit = []
    return len(waiting)
