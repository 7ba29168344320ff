"""Why a charge comes to what it comes to: what a member reads by default, and what the group may add."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.documents import explaining
from billing.models import Charge
from employees.models import Employee
from tests.world import NOVEMBER, OCTOBER

SHARE = {
    "employer_cost": "2940.00",
    "worked_minutes": 6000,
    "pool_minutes": 3000,
    "borne_minutes": 2100,
    "absence_rule": "worked_hours",
}


def charge(kind: str, **facts) -> Charge:
    return Charge(
        **{
            "kind": kind,
            "service_month": NOVEMBER,
            "minutes": 4200,
            "quantity": Decimal("1.00"),
            "unit": "C62",
            "unit_price": Decimal("2058.00"),
            "net": Decimal("2058.00"),
            "figures": {},
            **facts,
        }
    )


def plain(sentence: str) -> str:
    return sentence.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("detail", "sentence"),
    [
        (
            "amount",
            (
                "Part du coût réel du mois : 70 h chez vous. Congés, fériés et temps au groupement sont compris, "
                "répartis selon les heures travaillées du mois."
            ),
        ),
        (
            "hours",
            (
                "Part du coût réel du mois : 70 h chez vous, soit 29,40 € l’heure. Congés, fériés et temps au "
                "groupement sont compris, répartis selon les heures travaillées du mois."
            ),
        ),
        (
            "shares",
            (
                "Part du coût réel du mois : 70 h chez vous, soit 29,40 € l’heure ; 70,0 % des heures du mois. Congés, "
                "fériés et temps au groupement sont compris, répartis selon les heures travaillées du mois."
            ),
        ),
        (
            "costs",
            (
                "Part du coût réel : 70 h sur 100 h travaillées en tout. Absences et temps au groupement : 50 h, "
                "réparties selon les heures travaillées du mois."
            ),
        ),
    ],
)
def test_a_share_is_told_as_far_as_the_group_decided(detail, sentence):
    assert plain(explaining.sentence(charge("cost_share", figures=SHARE), detail)) == sentence


@pytest.mark.parametrize("detail", ["hours", "shares"])
def test_neither_the_cost_nor_the_hours_of_others_are_told(detail):
    found = plain(explaining.sentence(charge("cost_share", figures=SHARE), detail))
    for secret in ("2 940", "2940", "100 h", "50 h"):
        assert secret not in found
    assert "100 h" in plain(explaining.sentence(charge("cost_share", figures=SHARE), "costs"))


def test_hours_say_what_comes_back_and_what_the_minimum_covers():
    hours = charge(
        "worked_hours",
        quantity=Decimal("10.00"),
        unit_price=Decimal("22.44"),
        figures={"hourly_price": "22.44", "again_minutes": 210, "covered_minutes": 60},
    )
    assert plain(explaining.sentence(hours, "hours")) == (
        "10,00 h × 22,44 €, prix horaire convenu, dont 3,5 h facturées de nouveau après un avoir ; 1 h étaient déjà "
        "couvertes par le minimum."
    )


@pytest.mark.parametrize(
    ("kind", "figures", "sentence"),
    [
        (
            "minimum",
            {"minimum_minutes": 3600, "worked_minutes": 3120},
            "Minimum convenu : 60 h pour la période, 52 h faites ; le reste est au prix horaire.",
        ),
        (
            "management_fee",
            {"management_rate": "5.00", "share": "2058.00"},
            "Frais de gestion : 5 % de 2 058,00 €.",
        ),
        (
            "management_fee",
            {"management_rate": "5.00", "share": "50.05", "of_share": "100.10"},
            "Frais de gestion : 5 % de 100,10 €, pour la part de 50,05 €.",
        ),
        (
            "cost_difference",
            {"months": {"2026-09": "-10.00", "2026-10": "70.00"}},
            (
                "Écart entre le coût facturé et la paie de septembre 2026, d’octobre 2026, selon votre part de ce "
                "coût : 2 058,00 €."
            ),
        ),
        (
            "flat_amount",
            {"flat_amount": "1575.00", "days": 30, "days_of_month": 30},
            "Forfait mensuel convenu : 1 575,00 €.",
        ),
        (
            "flat_amount",
            {"flat_amount": "1575.00", "days": 12, "days_of_month": 30},
            "Forfait mensuel de 1 575,00 €, pour 12 jours sur 30.",
        ),
    ],
)
def test_each_kind_has_its_sentence(kind, figures, sentence):
    assert plain(explaining.sentence(charge(kind, figures=figures), "hours")) == sentence


def test_a_minimum_at_two_prices_says_what_is_at_each():
    part = charge(
        "minimum",
        minutes=600,
        unit_price=Decimal("21.00"),
        figures={"minimum_minutes": 3600, "worked_minutes": 2700, "lacking_minutes": 900},
    )
    assert plain(explaining.sentence(part, "hours")) == (
        "Minimum convenu : 60 h pour la période, 45 h faites ; le reste est au prix horaire, 10 h sur 15 h à 21,00 €."
    )


def test_a_recorded_sum_says_its_label():
    trip = charge("travel", label="Lorient – Auray", detail="42,0 km × 0,603 €", net=Decimal("25.33"))
    assert plain(explaining.sentence(trip, "hours")) == "Lorient – Auray, 42,0 km × 0,603 € : 25,33 €."


def test_sentences_go_by_person_and_month():
    maelle = Employee(pk=1, first_name="Maëlle", last_name="Kerbrat")
    flat = {"flat_amount": "10.00", "days": 30, "days_of_month": 30}
    charges = [
        charge("flat_amount", employee=maelle, figures=flat),
        charge("management_fee", employee=maelle, figures={"management_rate": "5.00", "share": "10.00"}),
        charge("flat_amount", employee=maelle, service_month=OCTOBER, figures=flat),
        charge("free", label="Reprographie"),
    ]
    found = explaining.by_person_and_month(charges, "hours")
    assert [(row.employee, row.month, len(row.sentences)) for row in found] == [
        ("Maëlle Kerbrat", NOVEMBER, 2),
        ("Maëlle Kerbrat", OCTOBER, 1),
        ("", NOVEMBER, 1),
    ]
