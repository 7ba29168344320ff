"""Estimates: from the last payroll or the contract, marked as such, replaced by the actual file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.costs import estimates
from billing.costs.estimates import Basis, NotEstimable
from billing.models import EmployerCost
from employees.models import Contract, ContractTerms
from tests import world
from tests.billing.costs import books
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db
RATE = Decimal("40.00")


@pytest.fixture
def maelle():
    return world.employee(gross_monthly_pay="2000.00")


def from_contract(month=NOVEMBER, rate=RATE, **whom):
    return estimates.estimate(month, basis=Basis.CONTRACT, rate=rate, by=None, at=NOW, **whom)


def test_an_estimate_repeats_the_last_actual_month_and_says_so(maelle):
    books.take(books.line(maelle, "2000,00", "800,00", "12,50", "100,00"), month=OCTOBER)
    gael = world.finance()
    done = estimates.estimate(DECEMBER, by=gael, at=NOW)
    assert ([person.full_name for person in done.made], done.without) == (["Maëlle Kerbrat"], [])
    assert books.kept(DECEMBER) == {
        "gross_pay": "2000.00?",
        "employer_contributions": "800.00?",
        "other": "12.50?",
        "aid": "-100.00?",
    }
    assert done.total == Decimal("2712.50")
    cost = EmployerCost.objects.filter(month=DECEMBER).first()
    assert (cost.basis, cost.noted_by, cost.noted_at) == ("d’après octobre 2026", gael, NOW)


def test_an_estimate_from_the_contract_takes_gross_pay_and_a_rate(maelle):
    from_contract()
    assert books.kept() == {"gross_pay": "2000.00?", "employer_contributions": "800.00?"}
    assert EmployerCost.objects.first().basis == "d’après le contrat, cotisations 40,00\u00a0%"


def test_a_contract_that_begins_on_the_way_counts_its_days(maelle):
    Contract.objects.update(starts_on=NOVEMBER.days[15])
    ContractTerms.objects.update(starts_on=NOVEMBER.days[15])
    from_contract()
    assert books.kept() == {"gross_pay": "1000.00?", "employer_contributions": "400.00?"}


def test_the_actual_file_replaces_the_estimate_of_an_open_month(maelle):
    from_contract()
    made = books.take(books.line(maelle, "2100,00", "840,00"))
    assert books.kept() == {"gross_pay": "2100.00", "employer_contributions": "840.00"}
    assert [(change["before"], change["after"]) for change in made.changes] == [
        ("2000.00", "2100.00"),
        ("800.00", "840.00"),
    ]


def test_an_estimate_is_replaced_by_the_next_and_never_touches_an_actual_figure(maelle):
    youenn = world.employee("Youenn", "Talec", gross_monthly_pay="1800.00")
    books.take(books.line(maelle, "2100,00", "840,00"))
    from_contract()
    from_contract(rate=Decimal("50.00"))
    assert books.kept(person=maelle) == {"gross_pay": "2100.00", "employer_contributions": "840.00"}
    assert books.kept(person=youenn) == {"gross_pay": "1800.00?", "employer_contributions": "900.00?"}


def test_one_person_is_estimated_alone(maelle):
    world.employee("Youenn", "Talec")
    assert from_contract(employees=[maelle]).made == [maelle]
    assert set(EmployerCost.objects.values_list("employee", flat=True)) == {maelle.pk}


def test_who_has_no_known_payroll_is_told_and_the_others_are_estimated(maelle):
    youenn = world.employee("Youenn", "Talec")
    books.take(books.line(maelle, "2000,00", "800,00"), month=OCTOBER)
    done = estimates.estimate(NOVEMBER, by=None, at=NOW)
    assert (done.made, done.without) == ([maelle], [youenn])


def test_what_cannot_be_estimated_is_refused_with_a_sentence(maelle):
    with pytest.raises(NotEstimable, match="Aucune paie connue pour Maëlle Kerbrat"):
        estimates.estimate(NOVEMBER, by=None, at=NOW)
    with pytest.raises(NotEstimable, match="Indiquez le taux de cotisations") as refused:
        from_contract(rate=None)
    assert refused.value.field == "rate"
    books.take(books.line(maelle, "2000,00", "800,00"))
    with pytest.raises(NotEstimable, match="Tous les coûts de novembre 2026 sont connus"):
        from_contract()
    with pytest.raises(NotEstimable, match="déjà connu ou facturé"):
        from_contract(employees=[maelle])
    assert books.kept() == {"gross_pay": "2000.00", "employer_contributions": "800.00"}


def test_an_invoiced_estimate_is_not_estimated_again(maelle):
    from_contract()
    books.close(maelle)
    with pytest.raises(NotEstimable):
        from_contract(rate=Decimal("50.00"))
    assert books.kept() == {"gross_pay": "2000.00?", "employer_contributions": "800.00?"}


def test_the_usual_rate_is_that_of_the_year_s_payroll(maelle):
    assert estimates.usual_rate(NOVEMBER) is None
    books.take(books.line(maelle, "2000,00", "840,00"), month=OCTOBER)
    assert estimates.usual_rate(NOVEMBER) == Decimal("42.00")
