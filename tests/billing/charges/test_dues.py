"""Dues of a year, deposits, free lines: whom they ask, once, outside VAT; what is refused, and taken back."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.charges import dues, recording
from billing.models import Charge, DuesYear
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members.models import Membership
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance():
    world.group()
    return world.finance()


def joined(name, *, yearly_dues="120.00", deposit="0", **facts):
    """A member with these figures of the statutes; ``facts`` are those of its membership."""
    member = world.member(name, admitted_on=None)
    Membership.objects.create(
        member=member,
        applied_on=date(2025, 12, 1),
        yearly_dues=Decimal(yearly_dues),
        deposit=Decimal(deposit),
        **{"status": "admitted", "starts_on": date(2026, 1, 1), **facts},
    )
    return member


def found(calls):
    return [(call.member.short_name, call.amount, call.charge is not None) for call in calls]


def test_dues_ask_each_admitted_member_once_whole_and_outside_vat(finance):
    sonam, aloen = joined("Sonam", yearly_dues="80.00"), joined("Aloen")
    joined("Optim’ism", yearly_dues="0")
    assert found(dues.dues_of(2026)) == [
        ("Aloen", Decimal("120.00"), False),
        ("Sonam", Decimal("80.00"), False),
    ]
    made = dues.call_dues(2026, by=finance, at=NOW)
    assert [(charge.member, charge.net) for charge in made] == [
        (aloen, Decimal("120.00")),
        (sonam, Decimal("80.00")),
    ]
    (charge, _) = made
    assert (charge.kind, charge.vat_regime, charge.service_month, charge.label) == (
        "dues",
        "O",
        Month(2026, 1),
        "Cotisation de l’année 2026",
    )
    assert set(Charge.objects.waiting()) == set(made)
    assert dues.call_dues(2026, by=finance, at=NOW) == []
    assert found(dues.dues_of(2026)) == [
        ("Aloen", Decimal("120.00"), True),
        ("Sonam", Decimal("80.00"), True),
    ]
    assert len(dues.call_dues(2027, by=finance, at=NOW)) == 2


def test_who_was_a_member_for_a_day_of_the_year_owes_it(finance):
    gone = {"status": "left", "notice_on": date(2026, 1, 2)}
    joined("Aloen", starts_on=date(2025, 3, 1), ends_before=date(2026, 1, 2), **gone)
    joined("Sonam", starts_on=date(2025, 3, 1), ends_before=date(2026, 1, 1), **gone)
    joined("Optim’ism", starts_on=date(2026, 12, 31))
    joined("OnCIMé", starts_on=date(2027, 1, 1))
    joined("Book", starts_on=None, status="candidate")
    assert [call.member.short_name for call in dues.dues_of(2026)] == ["Aloen", "Optim’ism"]


def test_who_came_back_owes_the_year_once(finance):
    member = joined(
        "Aloen",
        status="left",
        notice_on=date(2026, 2, 1),
        ends_before=date(2026, 3, 1),
    )
    Membership.objects.create(
        member=member,
        status="admitted",
        applied_on=date(2026, 5, 1),
        starts_on=date(2026, 6, 1),
        yearly_dues=Decimal("150.00"),
    )
    assert found(dues.dues_of(2026)) == [("Aloen", Decimal("150.00"), False)]


@pytest.mark.parametrize("year", [2024, 2028, 9999])
def test_a_year_far_off_is_refused(finance, year):
    with pytest.raises(dues.NotChargeable, match=f"2025, 2026 ou 2027, pas pour {year}"):
        dues.call_dues(year, by=finance, at=NOW)


def test_a_deposit_is_asked_for_once(finance):
    joined("Aloen", deposit="500.00")
    joined("Sonam")
    (charge,) = dues.ask_deposits(by=finance, at=NOW)
    assert (charge.kind, charge.vat_regime, charge.net) == ("deposit", "O", Decimal("500.00"))
    assert dues.ask_deposits(by=finance, at=NOW) == []


def test_postgresql_refuses_to_ask_twice(finance):
    member = joined("Aloen", deposit="500.00")
    dues.ask_deposits(by=finance, at=NOW)
    (charge,) = dues.call_dues(2026, by=finance, at=NOW)
    for year in (None, 2026):
        other = Charge.objects.exclude(pk=charge.pk).get() if year is None else charge
        with pytest.raises(IntegrityError), transaction.atomic():
            DuesYear.objects.create(member=member, year=year, charge=other)


def test_what_was_withdrawn_is_asked_for_again(finance):
    joined("Aloen")
    (charge,) = dues.call_dues(2026, by=finance, at=NOW)
    dues.withdraw(charge, by=None, at=NOW)
    assert not Charge.objects.exists()
    assert len(dues.call_dues(2026, by=finance, at=NOW)) == 1


def line(member, finance, **facts):
    wanted = {
        "label": "Location de la salle, 3 jours",
        "quantity": Decimal("3"),
        "unit": "DAY",
        "unit_price": Decimal("45.00"),
        "vat_regime": "S20",
        "service_month": Month(2026, 11),
        **facts,
    }
    return dues.add_line(member, by=finance, at=NOW, **wanted)


def test_a_free_line_waits_for_the_next_invoice(finance):
    made = line(joined("Aloen"), finance)
    assert (made.kind, made.net, made.is_standing) == ("free", Decimal("135.00"), True)
    assert list(Charge.objects.waiting()) == [made]
    dues.withdraw(made, by=None, at=NOW)
    assert not Charge.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"label": " "}, "label", "désignation"),
        ({"quantity": Decimal("0")}, "quantity", "supérieure à zéro"),
        ({"unit_price": Decimal("-45")}, "unit_price", "passe par un avoir"),
        ({"vat_regime": "F293B"}, "vat_regime", "ne va pas avec une ligne libre"),
        ({"vat_regime": "E261B"}, "vat_regime", "n’a pas d’attestation de TVA valable"),
        ({"service_month": Month(2028, 1)}, "service_month", "trop loin"),
    ],
)
def test_a_line_that_cannot_be_is_told_why(finance, facts, field, sentence):
    member = joined("Aloen")
    with pytest.raises(Refusal) as caught:
        line(member, finance, **facts)
    assert sentence in caught.value.message
    assert caught.value.field == field
    assert not Charge.objects.exists()


def test_an_exempt_line_needs_a_statement_for_the_whole_month(finance):
    member = joined("Aloen")
    world.attestation(member, ends_before=date(2026, 11, 30))
    with pytest.raises(Refusal, match="attestation"):
        line(member, finance, vat_regime="E261B")
    assert line(member, finance, vat_regime="E261B", service_month=Month(2026, 10)).vat_regime == "E261B"


def test_two_statements_in_a_row_cover_their_month_together(finance):
    member = joined("Aloen")
    middle = date(2026, 11, 15)
    world.attestation(member, ends_before=middle)
    later = world.attestation(member, starts_on=middle, ends_before=date(2027, 1, 1))
    assert line(member, finance, vat_regime="E261B").vat_regime == "E261B"
    later.starts_on = date(2026, 11, 16)
    later.save()
    with pytest.raises(Refusal, match="pour tout le mois de novembre 2026"):
        line(member, finance, vat_regime="E261B")


def test_a_group_in_franchise_has_its_own_regimes(finance):
    group = world.group()
    group.vat_franchise = True
    group.save()
    member = joined("Aloen")
    assert line(member, finance, vat_regime="F293B").vat_regime == "F293B"
    with pytest.raises(Refusal):
        line(member, finance, vat_regime="S20")


def test_what_another_part_recorded_is_not_withdrawn_here(finance):
    member = joined("Aloen")
    expense = recording.record_charge(
        member,
        kind="expense",
        label="Achat",
        quantity=Decimal(1),
        unit="C62",
        unit_price=Decimal("3.20"),
        vat_regime="S20",
        service_month=Month(2026, 11),
        by=finance,
        at=NOW,
    )
    with pytest.raises(dues.NotChargeable, match="ne vient pas d’ici"):
        dues.withdraw(expense, by=None, at=NOW)


@pytest.mark.parametrize("regime", ["", "S99"])
def test_a_sum_without_a_regime_is_refused_when_it_is_recorded_not_when_the_month_is_tried(finance, regime):
    with pytest.raises(recording.ChargeNotRecordable, match="Choisissez le régime de TVA") as refused:
        recording.record_charge(
            joined("Aloen"),
            kind="free",
            label="Atelier",
            quantity=Decimal(1),
            unit="C62",
            unit_price=Decimal("3.20"),
            vat_regime=regime,
            service_month=Month(2026, 11),
            by=finance,
            at=NOW,
        )
    assert refused.value.field == "vat_regime"
