"""Two acts that meet at one moment, on two connections: the second reads what the first wrote, or is told a sentence.

Each lock has its case in locks/cases; here are the meetings of two different acts, or of two months.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.costs import leave_ledger
from billing.costs.leave_ledger import NotSettled
from billing.models import BillingRun, Line, ProvisionEntry
from billing.month import drafting, issuing
from billing.prices import changing, offering
from billing.prices.changing import NotRepriceable
from billing.prices.offering import NotAcceptable
from charter import writing
from charter.models import Charter
from charter.writing import AnotherIsOpen
from employees.models import Assignment, Terms
from groupement.kernel.lifecycle import StaleRow
from members import inviting
from members.inviting import ClosedAccount
from members.models import Group, User
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.billing.credit_notes.issued import free
from tests.charter import agreed
from tests.house.locks.cases.of_prices import JANUARY, placed, prices, quoted
from tests.together import meet
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER
from timesheets import approval, confirming
from timesheets import recording as hours
from timesheets.models import Kind, Timesheet

pytestmark = pytest.mark.django_db(transaction=True)


def draft(month):
    return drafting.draft(month, by=None, at=NOW)


def test_two_months_drafted_at_once_bill_a_recorded_sum_once():
    world.group()
    charge = free(world.member("Aloen"), "50.00", month=OCTOBER)
    met = meet(lambda: draft(OCTOBER), lambda: draft(NOVEMBER))
    met.assert_both_done()
    assert (Line.objects.get().charge, Line.objects.get().invoice.run) == (charge, met.first)


def provided():
    """Aloen holds a provision of October, and has hours of November; it hosts nobody any more."""
    later = world.at(DECEMBER.before)
    aloen, _ = hosts = scene.hosts(2)
    Group.objects.update(leave_method="provision")
    maelle = world.employee(members=hosts)
    for month in (OCTOBER, NOVEMBER):
        for host in hosts:
            placed = maelle.assignments.filter(member=host).first() or world.assignment(
                maelle, host, price_method="actual", management_rate=Decimal(0)
            )
            world.timesheet(placed, world.hours(month, 50), month=month)
        world.timesheet(maelle, month=month)
        books.take(books.line(maelle, "2000,00", "800,00"), month=month)
        if month == OCTOBER:
            issuing.issue_run(drafting.draft(month, by=None, at=later), by=None, at=later)
    Assignment.objects.filter(member=aloen).update(ends_before=NOVEMBER.before)
    return aloen, later


def test_a_provision_is_not_settled_while_a_month_is_drafted():
    aloen, later = provided()
    met = meet(
        lambda: drafting.draft(NOVEMBER, by=None, at=later),
        lambda: leave_ledger.settle_with_member(aloen, by=None, at=later),
    )
    met.assert_refused(NotSettled, "Des brouillons comptent encore une provision d’Aloen")
    assert not ProvisionEntry.objects.filter(kind="settled").exists()


def test_a_month_is_drafted_once_a_provision_is_settled():
    aloen, later = provided()
    met = meet(
        lambda: leave_ledger.settle_with_member(aloen, by=None, at=later),
        lambda: drafting.draft(NOVEMBER, by=None, at=later),
    )
    met.assert_both_done()
    assert met.waited


def agree(of, by, starts_on=JANUARY):
    figures = {"price_method": "hourly", "hourly_price": Decimal("24.00")}
    return changing.agree(of, starts_on=starts_on, figures=figures, by=by, at=NOW)


def test_one_day_has_the_price_of_the_later_word():
    of, by = placed(), world.finance()
    quote = quoted(by)
    met = meet(lambda: offering.accept(quote, of, starts_on=JANUARY, by=by, at=NOW), lambda: agree(of, by))
    met.assert_refused(NotRepriceable, "vient d’un devis accepté")
    assert [price for *_, price in prices(of)] == ["22.44", "26.40"]


def test_two_quotes_accepted_from_one_day_on():
    of, by = placed(), world.finance()
    one, other = quoted(by), quoted(by)
    met = meet(
        lambda: offering.accept(one, of, starts_on=JANUARY, by=by, at=NOW),
        lambda: offering.accept(other, of, starts_on=JANUARY, by=by, at=NOW),
    )
    assert isinstance(met.second, NotAcceptable | NotRepriceable), met
    assert Terms.objects.filter(assignment=of, starts_on=JANUARY).count() == 1


def test_two_versions_of_the_charter_opened_at_once():
    by, one, other = world.coordinator(), agreed.draft(version=1), agreed.draft(version=2)
    met = meet(
        lambda: writing.open_for_signature(one, by=by, at=NOW),
        lambda: writing.open_for_signature(other, by=by, at=NOW),
    )
    met.assert_refused(AnotherIsOpen, "La version 1 est déjà ouverte")


def test_two_drafts_of_the_next_version_at_once():
    by, former = world.coordinator(), agreed.draft(version=1)
    met = meet(
        lambda: writing.draft_next(former, by=by, at=NOW), lambda: writing.draft_next(former, by=by, at=NOW)
    )
    met.assert_both_done()
    assert sorted(Charter.objects.values_list("version", flat=True)) == [1, 2, 3]


def test_a_link_followed_while_the_account_is_closed():
    by, nolwenn = world.coordinator(), world.user("Nolwenn Jégo")
    token = inviting.invite(nolwenn, by=by, at=NOW)
    met = meet(
        lambda: User.objects.filter(pk=nolwenn.pk).update(is_active=False),
        lambda: inviting.accept(token, "Trois haies, deux mares, un toit", at=NOW),
    )
    met.assert_refused(ClosedAccount, "Ce compte est fermé")
    assert nolwenn.invitations.get().used_at is None


@pytest.mark.parametrize(
    "approve", [approval.approve, lambda sheet, **by: approval.approve_all([sheet], **by)]
)
def test_hours_approved_that_were_confirmed_anew(approve):
    """What was read had seven hours; the member has confirmed eight since."""
    world.group()
    member = world.member()
    nolwenn, by = world.staff(member), world.coordinator()
    of = world.assignment(world.employee(members=[member]), member)
    sheet = world.timesheet(of, {date(2026, 11, 3): 420}, status="confirmed")
    read = Timesheet.objects.select_related("employee", "assignment__member").get(pk=sheet.pk)
    later = NOW + timedelta(hours=1)

    def confirm_anew():
        now = Timesheet.objects.get(pk=sheet.pk)
        approval.send_back(now, by=by, at=NOW, note="Une heure manque.")
        person = now.employee.user
        hours.save(now, {date(2026, 11, 3): {Kind.WORKED: 480}}, by=person, at=later)
        hours.submit(now, by=person, at=later)
        confirming.confirm(now, by=nolwenn, at=later)

    met = meet(confirm_anew, lambda: approve(read, by=by, at=later))
    refused = met.second if isinstance(met.second, StaleRow) else met.second.exceptions[0][1]
    assert str(refused) == "Quelqu’un vient de modifier ce relevé\u00a0: rechargez la page."
    assert Timesheet.objects.get(pk=sheet.pk).status == "confirmed"


def test_a_month_of_its_own_waits_for_no_other_once_it_is_done():
    world.group()
    draft(OCTOBER)
    assert draft(NOVEMBER).month == NOVEMBER
    assert BillingRun.objects.count() == 2
