"""The locks of funding: tags on hours and expenses, and the reports that lock their months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.charges import expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.grants import reports, tagging
from billing.grants.tagging import NotTaggable
from billing.models import Expense, ExpenseScale, FundedCost, FundedHours, FundingLine
from members.models import User
from tests import world
from tests.billing.grants.granted import grant, whole, worked
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOVEMBER, NOW
from timesheets import approval
from timesheets.models import Entry


def fourteen_hours() -> tuple[list[Entry], User]:
    """Two approved days of seven hours whose cost is known, and who tags them."""
    world.group()
    aloen = world.member("Aloen")
    maelle = world.employee(members=[aloen])
    world.cost(maelle)
    return worked(maelle, aloen, "14"), world.finance()


def put(line: FundingLine, entries: list[Entry], by: User) -> list[FundedHours]:
    return tagging.tag(line, whole(entries), action="Animation", by=by, at=NOW)


@holds("billing.grants.reports.lock")
def a_report_locked_while_hours_are_tagged() -> Meeting:
    """Else the tag would stand in a locked month whose report does not tell of it."""
    entries, by = fourteen_hours()
    line = grant()
    put(line, entries[:1], by)
    met = meet(
        lambda: put(line, entries[1:], by),
        lambda: reports.lock(line, first=NOVEMBER, last=NOVEMBER, by=by, at=NOW),
    )
    minutes = sum(FundedHours.objects.values_list("minutes", flat=True))
    assert (minutes, line.reports.get().content["minutes"]) == (840, 840), met
    return met


@holds("billing.grants.tagging._lock_line")
def hours_tagged_while_their_month_is_locked() -> Meeting:
    entries, by = fourteen_hours()
    line = grant()
    put(line, entries[:1], by)
    met = meet(
        lambda: reports.lock(line, first=NOVEMBER, last=NOVEMBER, by=by, at=NOW),
        lambda: put(line, entries[1:], by),
    )
    assert isinstance(met.second, NotTaggable), met
    assert met.second.errors[0].endswith("novembre 2026 est verrouillé pour COOPTER."), met
    assert FundedHours.objects.count() == 1
    return met


@holds("billing.grants.tagging.tag")
def hours_reopened_while_they_are_tagged() -> Meeting:
    """The row that tells whether they are approved is the timesheet’s; the trigger reads it as it was."""
    entries, by = fourteen_hours()
    line, sheet, solene = grant(), entries[0].timesheet, world.coordinator()
    met = meet(
        lambda: approval.reopen(sheet, by=solene, at=NOW, note="Un jour manque."),
        lambda: put(line, entries, by),
    )
    assert isinstance(met.second, NotTaggable), met
    assert met.second.errors[0].endswith("ces heures ne sont pas approuvées."), met
    assert not FundedHours.objects.exists()
    return met


@holds("billing.grants.tagging.tag_expense")
def an_expense_paid_by_two_lines() -> Meeting:
    world.group()
    aloen = world.member("Aloen")
    placed = world.assignment(world.employee(members=[aloen]), aloen)
    ExpenseScale.objects.create(
        kind="meal", starts_on=world.YEAR_START, rate=Decimal("20.000"), source="Décision du conseil"
    )
    by = world.finance()
    wanted = ExpenseClaim("meal", date(2026, 11, 12), "Repas")
    made = expenses.claim(placed, wanted, by=placed.employee.user, at=NOW)
    expense_decisions.accept(made, by=by, at=NOW)
    expense = Expense.objects.get()

    def fund(line: FundingLine) -> FundedCost:
        return tagging.tag_expense(line, expense, amount=Decimal(15), action="Animation", by=by, at=NOW)

    one, other = grant(), grant("FSE")
    met = meet(lambda: fund(one), lambda: fund(other))
    assert isinstance(met.second, NotTaggable), met
    assert met.second.message == (
        "Il reste 5,00\u00a0€ à financer de cette dépense, le reste est déjà sur COOPTER."
    )
    assert FundedCost.objects.get().line == one
    return met
