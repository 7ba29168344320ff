"""The locks of true-ups: prepared again, thrown away, and issued on hours that nobody moves meanwhile."""

from __future__ import annotations

from billing.models import Invoice, TrueUp, TrueUpShare
from billing.true_ups import issuing, preparing
from billing.true_ups.issuing import TrueUpNotIssuable
from billing.true_ups.preparing import NotPreparable
from members.models import Member
from tests import world
from tests.billing.true_ups import period
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOVEMBER, NOW
from timesheets import approval

ONLY_NOVEMBER = {"first": NOVEMBER, "last": NOVEMBER}


@holds("billing.true_ups.issuing.issue")
def a_true_up_prepared_again_while_it_is_issued() -> Meeting:
    """In equal parts nobody owes anything; by hours Aloen owes what is due back to Sonam."""
    period.late_hours()
    true_up, scope = period.prepared("equal", **ONLY_NOVEMBER), period.scope(**ONLY_NOVEMBER)
    met = meet(
        lambda: preparing.prepare(scope, key="hours", true_up=true_up, by=None, at=NOW),
        lambda: issuing.issue(TrueUp.objects.get(pk=true_up.pk), by=None, at=NOW),
    )
    assert isinstance(met.second, list), met
    assert [(made.kind, str(made.net)) for made in met.second] == [
        ("invoice", "642.70"),
        ("credit_note", "642.70"),
    ]
    shares = TrueUpShare.objects.order_by("pk").values_list("line__invoice", flat=True)
    assert list(shares) == [made.pk for made in met.second]
    return met


@holds("billing.true_ups.issuing.issue#2")
def hours_reopened_while_their_month_is_trued_up() -> Meeting:
    """Aloen’s hours weigh in what is Sonam’s, though Sonam’s documents do not seal them."""
    _, late = period.late_hours()
    sonam = Member.objects.filter(short_name="Sonam")
    true_up, issued = period.prepared(**ONLY_NOVEMBER, members=sonam), Invoice.objects.count()
    solene = world.coordinator()
    met = meet(
        lambda: approval.reopen(late, by=solene, at=NOW, note="Il manque un jour."),
        lambda: issuing.issue(true_up, by=None, at=NOW),
    )
    assert isinstance(met.second, TrueUpNotIssuable), met
    assert met.second.message == "Cette période ne peut plus être régularisée."
    assert (TrueUp.objects.get().status, Invoice.objects.count()) == ("draft", issued)
    return met


@holds("billing.true_ups.preparing._draft")
def a_true_up_thrown_away_while_it_is_issued() -> Meeting:
    period.late_hours()
    true_up = period.prepared(**ONLY_NOVEMBER)
    met = meet(
        lambda: issuing.issue(true_up, by=None, at=NOW),
        lambda: preparing.discard(TrueUp.objects.get(pk=true_up.pk), by=None, at=NOW),
    )
    assert isinstance(met.second, NotPreparable), met
    assert met.second.message == "Cette régularisation est émise\u00a0: elle ne change plus."
    assert TrueUp.objects.get().invoices.count() == len(met.first) == 2
    return met
