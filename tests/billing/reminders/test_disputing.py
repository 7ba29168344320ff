"""Disputes: opened with a reason, one at a time, closed with an outcome."""

import pytest
from django.db import IntegrityError, transaction

from billing.models import Dispute, Invoice
from billing.reminders import disputing
from groupement.kernel.lifecycle import StaleRow
from groupement.kernel.periods import Month
from tests import world
from tests.billing import owing
from tests.billing.reminders import scene
from tests.billing.reminders.scene import day, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice():
    world.group()
    return scene.late(world.member("Aloen"))


def test_a_dispute_is_opened_and_closed_with_names_and_words(invoice):
    nolwenn, gael = world.staff(invoice.member), world.finance()
    dispute = disputing.open_dispute(invoice, reason="  Deux jours\n en trop ", by=nolwenn, at=moment(3))
    assert (dispute.reason, dispute.opened_on, dispute.opened_by) == ("Deux jours en trop", day(3), nolwenn)
    closed = disputing.close_dispute(dispute, outcome="Avoir AV-1", by=gael, at=moment(5))
    assert (closed.outcome, closed.closed_on, closed.closed_by) == ("Avoir AV-1", day(5), gael)


def test_an_invoice_is_contested_once_at_a_time(invoice):
    first = disputing.open_dispute(invoice, reason="Prix", by=None, at=moment(3))
    with pytest.raises(disputing.NotDisputable, match="déjà contestée depuis le 3 décembre 2026"):
        disputing.open_dispute(invoice, reason="Heures", by=None, at=moment(4))
    disputing.close_dispute(first, outcome="Accord", by=None, at=moment(5))
    with pytest.raises(StaleRow, match="déjà clos"):
        disputing.close_dispute(first, outcome="Accord", by=None, at=moment(6))
    assert disputing.open_dispute(invoice, reason="Heures", by=None, at=moment(6)).pk != first.pk


@pytest.mark.parametrize(
    ("reason", "sentence"), [("", "Dites ce que"), (" \n", "Dites ce que"), ("x" * 301, "300")]
)
def test_a_dispute_says_why_in_some_words(invoice, reason, sentence):
    with pytest.raises(disputing.NotDisputable, match=sentence) as refused:
        disputing.open_dispute(invoice, reason=reason, by=None, at=moment(3))
    assert refused.value.field == "reason"
    dispute = disputing.open_dispute(invoice, reason="Prix", by=None, at=moment(3))
    with pytest.raises(disputing.NotDisputable) as refused:
        disputing.close_dispute(dispute, outcome=reason, by=None, at=moment(4))
    assert refused.value.field == "outcome"


def test_only_an_issued_invoice_is_contested(invoice):
    draft = Invoice.objects.create(member=invoice.member, service_month=Month(2026, 12), drafted_at=moment(3))
    note = owing.credit_note(invoice, "10.00", issued_on=day(3))
    for paper in (draft, note):
        with pytest.raises(disputing.NotDisputable, match="facture émise"):
            disputing.open_dispute(paper, reason="Prix", by=None, at=moment(3))


def test_postgresql_refuses_two_open_ones_and_an_end_without_words(invoice):
    dispute = disputing.open_dispute(invoice, reason="Prix", by=None, at=moment(3))
    with pytest.raises(IntegrityError, match="one_open_dispute_per_invoice"), transaction.atomic():
        Dispute.objects.create(invoice=invoice, reason="Heures", opened_on=day(3))
    with pytest.raises(IntegrityError, match="a_closed_dispute_says_how_it_ended"), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(closed_on=day(4))
    with pytest.raises(IntegrityError, match="a_dispute_closes_after_it_opens"), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(closed_on=day(2), outcome="Accord")
