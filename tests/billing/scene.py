"""What the tests of billing’s pages stand on: a month of one person at some members, worked, drafted or issued."""

from decimal import Decimal

from billing.documents import rendering
from billing.models import BillingRun, Document
from billing.month import drafting, issuing
from tests import world
from tests.world import NOVEMBER, NOW

MEMBERS = ("Aloen", "Sonam", "Optim’ism")


def hosts(count=2):
    """The group and ``count`` members, in the order of their names."""
    world.group()
    return [world.member(name) for name in MEMBERS[:count]]


def worked(members, *, month=NOVEMBER, person=None, **terms):
    """One person at actual cost, seven hours at each of ``members``, all approved, and the month’s cost."""
    maelle = person or world.employee(members=members)
    prices = {"price_method": "actual", "management_rate": Decimal("6.00"), **terms}
    for member in members:
        placed = maelle.assignments.filter(member=member).first() or world.assignment(
            maelle, member, **prices
        )
        world.timesheet(placed, world.hours(month, 7), month=month)
    world.timesheet(maelle, month=month)
    world.cost(maelle, month=month, gross="2640.00", contributions="997.92")
    return maelle


def drafted(members, *, month=NOVEMBER, **facts):
    """The month worked and drafted."""
    worked(members, month=month, **facts)
    return drafting.draft(month, by=None, at=NOW)


def issued(members, *, month=NOVEMBER, by=None, **facts):
    """The month worked, drafted and issued; its PDFs are asked for and not made."""
    run = drafted(members, month=month, **facts)
    issuing.issue_run(run, by=by, at=NOW)
    return BillingRun.objects.get(pk=run.pk)


def printed(run):
    """Make the PDFs of ``run``."""
    for invoice in run.invoices.order_by("pk"):
        rendering.render(invoice.pk, at=NOW)
    return list(Document.objects.filter(invoice__run=run).order_by("chain_position"))
