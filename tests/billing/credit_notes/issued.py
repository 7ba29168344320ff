"""What the tests of credit notes use: issued invoices with hours by day, at a price, and sums of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from billing.charges import recording
from billing.credit_notes import composing, crediting, remaining
from billing.models import Charge, Fate, Invoice, Line, Release
from billing.month import drafting, issuing, sealing
from employees.models import Assignment
from groupement.kernel.periods import Month
from members.models import Member
from tests import world
from tests.world import NOVEMBER, NOW

REASON = "Journées comptées deux fois"
RELEASED, VOIDED = Fate.RELEASED, Fate.VOIDED


def placed(price: str = "20.00", *, member: Member | None = None, **terms: Any) -> Assignment:
    """Maëlle at Aloen by the hour."""
    world.group()
    host = member or world.member("Aloen")
    return world.assignment(world.employee(members=[host]), host, hourly_price=Decimal(price), **terms)


def worked(assignment: Assignment, days: Mapping[int, int], *, month: Month = NOVEMBER, **facts: Any) -> None:
    """Approved minutes by day of the month."""
    dated = {date(month.year, month.month, day): minutes for day, minutes in days.items()}
    world.timesheet(assignment, dated, month=month, **facts)


def bill(month: Month = NOVEMBER, *, member: Member | None = None) -> Invoice:
    """Draft and issue the month; the invoice of ``member``, or the only one."""
    run = drafting.draft(month, by=None, at=at_end_of(month))
    issuing.issue_run(run, by=None, at=at_end_of(month))
    return Invoice.objects.get(run=run, **({"member": member} if member else {}))


def at_end_of(month: Month) -> Any:
    """The third of the month after."""
    return world.at(month.next.first.replace(day=3))


def invoice(days: Mapping[int, int], price: str = "20.00") -> Invoice:
    """Aloen's invoice of November with one line of hours."""
    worked(placed(price), days)
    return bill()


def free(
    member: Member,
    net: str,
    *,
    quantity: str = "1",
    unit: str = "C62",
    regime: str = "S20",
    month: Month = NOVEMBER,
) -> Charge:
    """A sum recorded beside the hours."""
    return recording.record_charge(
        member,
        kind="free",
        label="Atelier",
        quantity=Decimal(quantity),
        unit=unit,
        unit_price=Decimal(net),
        vat_regime=regime,
        service_month=month,
        by=None,
        at=NOW,
    )


def of_sums(*nets: tuple[str, str]) -> Invoice:
    """An invoice issued by itself with one line of "1 unité" for each (net, regime)."""
    world.group()
    aloen = Member.objects.filter(short_name="Aloen").first() or world.member("Aloen")
    made = Invoice.objects.create(member=aloen, service_month=NOVEMBER, drafted_at=NOW)
    Line.objects.bulk_create(
        Line(
            invoice=made,
            position=position,
            label=f"Atelier {position}",
            quantity=1,
            unit="C62",
            unit_price=Decimal(net),
            net=Decimal(net),
            vat_regime=regime,
        )
        for position, (net, regime) in enumerate(nets, start=1)
    )
    return sealing.issue_alone(made, by=None, at=NOW)


def credit(of: Invoice, *lines: composing.CreditRequest, at: Any = NOW, reason: str = REASON) -> Invoice:
    return crediting.issue_credit_note(of, lines=lines, reason=reason, by=None, at=at)


def credit_all(of: Invoice, fate: Fate = VOIDED, at: Any = NOW) -> Invoice:
    return credit(of, *crediting.whole_invoice(remaining.remainder_of(of), fate), at=at)


def days(of: Line, minutes: Mapping[int, int], fate: Fate = RELEASED) -> composing.CreditHours:
    """Minutes by day of the month, as named entries of the line."""
    row = next(row for row in remaining.remainder_of(of.invoice).lines if row.line == of)
    entries = {entry.day.day: entry.entry for entry in row.entries}
    return composing.CreditHours(of, {entries[day]: credited for day, credited in minutes.items()}, fate)


def line(of: Invoice) -> Line:
    return of.lines.get()


def printed(of: Invoice) -> list[tuple[Any, ...]]:
    """Quantity, unit, price and net of each line of the paper."""
    return [
        (row["quantity"], row["unit_code"], row["unit_price"], row["net"]) for row in of.snapshot["lines"]
    ]


def waiting() -> int:
    """Minutes that wait to be billed again."""
    return sum(Release.objects.filter(fate=RELEASED, charge__isnull=True).values_list("minutes", flat=True))
