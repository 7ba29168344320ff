"""Who ends a membership, contract or assignment reads first what is billed there without hours and what is owed."""

from datetime import date
from decimal import Decimal

import pytest

from billing.accounts.payments import record_payment
from billing.models import Invoice
from members import joining, standing
from members.standing import NotConfirmed, StandingKind
from tests import world
from tests.billing import owing
from tests.billing.credit_notes import issued
from tests.world import NOW

pytestmark = pytest.mark.django_db

ENDS = date(2026, 11, 16)
FLAT = {"price_method": "flat", "flat_amount": Decimal("650.00"), "management_rate": Decimal(0)}


def sentences(kind, pk, days=(ENDS, None)):
    return [each.sentence for each in standing.on(kind, pk, days)]


@pytest.fixture
def flat():
    """Seven hours in a month at a flat amount, issued."""
    world.group()
    host = world.member("Aloen")
    placed = world.assignment(world.employee(members=[host]), host, **FLAT)
    issued.worked(placed, {2: 420})
    issued.bill()
    return placed


def test_a_flat_month_is_told_with_its_invoice_and_is_not_final(flat):
    number = Invoice.objects.get().number
    expected = (
        f"Maëlle Kerbrat chez Aloen\u00a0: novembre 2026 est facturé sans relevé (facture {number})\u00a0; un avoir "
        "reprend ce qui n’est plus dû."
    )
    membership = flat.member.memberships.get()
    for kind, pk in (
        (StandingKind.ASSIGNMENT, flat.pk),
        (StandingKind.CONTRACT, flat.contract_id),
        (StandingKind.MEMBERSHIP, membership.pk),
    ):
        assert [each for each in sentences(kind, pk) if "sans relevé" in each] == [expected]
        assert [
            each.is_final for each in standing.on(kind, pk, (ENDS, None)) if each.sentence == expected
        ] == [False]
        assert expected not in sentences(kind, pk, (date(2026, 12, 1), None))


def test_a_month_that_a_credit_note_took_back_is_not_told(flat):
    issued.credit_all(Invoice.objects.get(kind="invoice"))
    assert [each for each in sentences(StandingKind.ASSIGNMENT, flat.pk) if "sans relevé" in each] == []


def test_hours_are_told_once_by_their_timesheet_and_not_again_by_their_invoice():
    placed = issued.placed()
    issued.worked(placed, {2: 420, 20: 420})
    issued.bill()
    found = sentences(StandingKind.ASSIGNMENT, placed.pk)
    assert [each.partition(", facturées")[0] for each in found] == [
        "Maëlle Kerbrat chez Aloen\u00a0: 7\u00a0h le 20/11/2026"
    ]


def test_who_leaves_reads_what_is_owed_on_both_sides_and_what_is_still_to_be_billed():
    world.group()
    aloen = world.member("Aloen")
    membership = aloen.memberships.get()
    leaving = {"by": world.coordinator(), "at": NOW, "ends_before": date(2027, 1, 1)}
    other = world.member("Sonam")
    owing.invoice(other, "999.00")
    issued.free(other, "77.00")
    assert sentences(StandingKind.MEMBERSHIP, membership.pk) == []
    owing.invoice(aloen, "240.00")
    owing.invoice(aloen, "60.10")
    record_payment(
        aloen,
        amount=Decimal("25.00"),
        received_on=date(2026, 11, 20),
        method="transfer",
        by=None,
        at=NOW,
        allocations=[],
    )
    issued.free(aloen, "12.50")
    issued.free(aloen, "30.00")
    expected = [
        "Aloen doit encore 300,10\u00a0€ (2\u00a0factures)\u00a0: le départ n’y change rien.",
        "Le groupement doit 25,00\u00a0€ à Aloen\u00a0: imputez-les ou remboursez-les.",
        "2\u00a0sommes d’Aloen à facturer, 42,50\u00a0€ HT\u00a0: la prochaine clôture les prend.",
    ]
    assert sentences(StandingKind.MEMBERSHIP, membership.pk) == expected
    with pytest.raises(NotConfirmed) as refused:
        joining.announce_departure(membership, **leaving)
    assert refused.value.errors == expected
    joining.announce_departure(membership, **leaving, is_confirmed=True)
    membership.refresh_from_db()
    assert membership.status == "leaving"
