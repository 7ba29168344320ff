"""A member that leaves is trued up by itself, and the others later: months are settled member by member."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.credit_notes import crediting, remaining
from billing.liability import reserve
from billing.models import Fate, Invoice, ReserveEntry, SettledMonth
from billing.true_ups import issuing, previewing
from billing.true_ups.issuing import TrueUpNotIssuable
from members.models import Member
from tests import world
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db
AUGUST = period.FIRST.shift(2)
LATER = world.at(NOW.date())


def issue(**choices):
    return issuing.issue(period.prepared(**choices), by=None, at=NOW)


def of(*names: str):
    return Member.objects.filter(short_name__in=names)


def nets(made) -> dict[str, str]:
    return {row.member.short_name: f"{'-' if row.kind == 'credit_note' else ''}{row.net}" for row in made}


OTHERS = ("Sonam", "Optim’ism")


def test_who_leaves_in_august_is_settled_then_and_the_others_at_the_end() -> None:
    """Six months for 40 800.00, 1 480 h at 26.40: the reserve bears 1 728.00.

    Aloen to August: 360 of 750 h of 20 400.00 are 9 792.00, 9 504.00 invoiced, 288.00 owed. The others to November: as
    without it. The reserve has 1 728.00 − 288.00 − 887.35: of Aloen's 19 848.65 by November's key, 19 296.00 are borne.
    """
    period.half_year("40800.00")
    assert reserve.balance() == Decimal("-1728.00")
    assert nets(issue(first=period.FIRST, last=AUGUST, members=of("Aloen"))) == {"Aloen": "288.00"}
    assert reserve.balance() == Decimal("-1440.00")
    assert SettledMonth.objects.count() == 3
    later = period.prepared(members=of(*OTHERS))
    assert (later.figures["reserve_before"], later.figures["reserve_after"]) == ("1440.00", "552.65")
    assert nets(issuing.issue(later, by=None, at=NOW)) == {"Optim’ism": "338.59", "Sonam": "548.76"}
    assert reserve.balance() == Decimal("-552.65")
    assert SettledMonth.objects.count() == 3 + 12


@pytest.mark.parametrize("rate", ["0", "10", "7.33"])
@pytest.mark.parametrize("cost", ["40800.00", "38000.00"])
def test_one_after_the_other_makes_the_same_as_all_at_once(cost: str, rate: str) -> None:
    period.half_year(cost, management_rate=Decimal(rate))
    whole = previewing.preview(period.scope())
    expected = {row.member.short_name: str(abs(row.amounts[0][1])) for row in whole.rows}
    moved = Decimal(period.prepared().figures["reserve_before"])
    made = [*issue(members=of("Aloen")), *issue(members=of(*OTHERS))]
    assert {row.member.short_name: str(row.net) for row in made} == expected
    assert sum(ReserveEntry.objects.values_list("amount", flat=True)) == moved
    assert reserve.balance() == Decimal("0.00")


def test_what_was_credited_of_the_first_stays_with_the_reserve() -> None:
    """Aloen's 840.65 are given up after its true-up; the others' true-up gives the reserve its own part only."""
    period.half_year("40800.00")
    (own,) = issue(members=of("Aloen"))
    lines = crediting.whole_invoice(remaining.remainder_of(own), Fate.VOIDED)
    crediting.issue_credit_note(own, lines=lines, reason="Geste", by=None, at=LATER)
    assert reserve.balance() == Decimal("-1728.00")
    issue(members=of(*OTHERS))
    assert reserve.balance() == Decimal("-840.65")


def test_what_is_settled_with_a_member_is_settled_once_and_said() -> None:
    period.half_year("40800.00")
    late = period.prepared(members=of("Aloen"))
    issue(first=period.FIRST, last=AUGUST, members=of("Aloen"))
    (sentence,) = previewing.preview(period.scope()).obstacles
    assert sentence.startswith("Maëlle Kerbrat (juin 2026, juillet 2026")
    assert (
        "déjà régularisé avec Aloen. Choisissez une autre période, d’autres personnes, ou d’autres"
        in sentence
    )
    with pytest.raises(TrueUpNotIssuable):
        issuing.issue(late, by=None, at=NOW)
    inside = previewing.preview(period.scope(first=AUGUST, last=NOVEMBER, members=of(*OTHERS)))
    assert "choisissez une période qui contient tous ces mois" in inside.obstacles[0]
    one = SettledMonth.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        SettledMonth.objects.create(
            true_up=one.true_up, employee=one.employee, member=one.member, month=one.month
        )
    assert Invoice.objects.filter(true_up=late).count() == 0
