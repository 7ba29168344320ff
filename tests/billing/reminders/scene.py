"""What the tests of reminders use: members with late invoices, the levels, the day."""

from datetime import date
from decimal import Decimal

from billing.accounts import payments
from billing.reminders import choosing, sending, wording
from tests import world
from tests.billing import owing

ISSUED = date(2026, 11, 1)
DUE = date(2026, 12, 1)


def day(number, month=12):
    """A day of December 2026, unless given."""
    return date(2026, month, number)


def moment(number, month=12, hour=9):
    return world.at(day(number, month), hour)


def levels():
    """The group and the three levels: 5, 15 and 30 days after the due date."""
    world.group()
    return wording.install_levels()


def late(member, total="1000.00", *, issued_on=ISSUED, **columns):
    """An issued invoice due thirty days after its date: on 1 December unless given."""
    return owing.invoice(member, total, issued_on=issued_on, **columns)


def pay(invoice, amount=None, *, on, allocated=True, at=None):
    """Money for ``invoice``, whole unless given, settled at once or only received."""
    money = Decimal(amount) if amount else invoice.total
    return payments.record_payment(
        invoice.member,
        amount=money,
        received_on=on,
        method="transfer",
        allocations=[(invoice, money)] if allocated else [],
        by=None,
        at=at or world.at(on, 18),
    )


def send(on, by=None):
    """Everything that a day calls for."""
    return sending.send_reminders(choosing.due_reminders(on), by=by, at=world.at(on))


def remind_to_the_last(*, by=None):
    """Three letters, on 6, 16 and 31 December."""
    return [send(day(number), by=by) for number in (6, 16, 31)]


def due_letters(on):
    """What a day calls for, in short: (member, level, numbers)."""
    return [
        (letter.member.short_name, letter.level.rank, [str(row.invoice) for row in letter.rows])
        for letter in choosing.due_reminders(on)
    ]
