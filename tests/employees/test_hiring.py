"""Somebody is taken on with a contract that names where they may work."""

from datetime import date
from decimal import Decimal

import pytest

from employees import hiring
from employees.hiring import NotHireable
from employees.models import Contract, ContractMember, Employee
from tests import world
from tests.world import NOW, YEAR_START

pytestmark = pytest.mark.django_db

PERSON = {
    "last_name": "Talec",
    "first_name": "Youenn",
    "birth_date": date(1994, 3, 8),
    "sex": "M",
    "job": "assistant administratif",
    "qualification": "employé",
    "payroll_number": "M007",
}
JUNE = date(2026, 6, 1)


@pytest.fixture
def boss():
    return world.coordinator()


@pytest.fixture
def aloen():
    return world.member("Aloen")


def sign(employee, boss, members, **facts):
    terms = {"starts_on": YEAR_START, "weekly_minutes": 1680, "gross_monthly_pay": Decimal("1980.00")}
    return hiring.sign_contract(employee, members=members, by=boss, at=NOW, **{**terms, **facts})


def test_hired_person_stands_in_the_register(boss):
    hiring.hire(**PERSON, starts_on=YEAR_START, by=boss, at=NOW)
    assert Employee.objects.get().full_name == "Youenn Talec"


def test_hiring_is_remembered_with_who_did_it(boss):
    employee = hiring.hire(**PERSON, starts_on=YEAR_START, by=boss, at=NOW)
    context = employee.events.get().pgh_context.metadata
    assert context == {"user": boss.pk, "at": NOW.isoformat()}


@pytest.mark.parametrize(("born", "is_refused"), [(date(2010, 1, 1), False), (date(2010, 1, 2), True)])
def test_nobody_is_hired_before_sixteen(born, is_refused, boss):
    person = {**PERSON, "birth_date": born}
    if is_refused:
        with pytest.raises(NotHireable, match="n’aura pas 16 ans le 01/01/2026") as refusal:
            hiring.hire(**person, starts_on=YEAR_START, by=boss, at=NOW)
        assert refusal.value.field == "birth_date"
    else:
        hiring.hire(**person, starts_on=YEAR_START, by=boss, at=NOW)
    assert Employee.objects.exists() is not is_refused


def test_payroll_number_belongs_to_one_person(boss):
    hiring.hire(**PERSON, starts_on=YEAR_START, by=boss, at=NOW)
    for number in ("M007", "m007", " M007"):
        with pytest.raises(NotHireable, match="déjà celui de Youenn Talec"):
            hiring.hire(**PERSON | {"payroll_number": number}, starts_on=YEAR_START, by=boss, at=NOW)


def test_the_same_person_twice_is_asked_about(boss):
    hiring.hire(**PERSON, starts_on=YEAR_START, by=boss, at=NOW)
    again = PERSON | {"payroll_number": "M008", "last_name": "TALEC", "first_name": "youènn"}
    with pytest.raises(NotHireable, match="a déjà une fiche, de matricule M007") as refusal:
        hiring.hire(**again, starts_on=YEAR_START, by=boss, at=NOW)
    assert refusal.value.field == "is_another_person"
    hiring.hire(**again, is_another_person=True, starts_on=YEAR_START, by=boss, at=NOW)
    assert Employee.objects.count() == 2


@pytest.fixture
def youenn(boss):
    return hiring.hire(**PERSON, starts_on=YEAR_START, by=boss, at=NOW)


class TestContract:
    def test_contract_comes_with_terms_and_its_list_of_members(self, youenn, boss, aloen):
        sonam = world.member("Sonam")
        contract = sign(youenn, boss, [aloen, sonam], classification="groupe B")
        assert contract.terms.values_list(
            "starts_on", "ends_before", "weekly_minutes", "classification"
        ).get() == (
            YEAR_START,
            None,
            1680,
            "groupe B",
        )
        assert set(contract.allowed_members.values_list("member", "starts_on")) == {
            (aloen.pk, YEAR_START),
            (sonam.pk, YEAR_START),
        }

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"members": []}, "doit citer au moins un adhérent"),
            ({"kind": "fixed_term"}, "Un CDD a une date de fin"),
            ({"ends_before": YEAR_START}, "La fin doit venir après le début"),
            ({"weekly_minutes": 3601}, "va jusqu’à 60"),
            ({"weekly_minutes": 0}, "va jusqu’à 60"),
            ({"gross_monthly_pay": Decimal("-1.00")}, "ne peut pas être négatif"),
        ],
    )
    def test_impossible_contract_is_refused_whole(self, facts, sentence, youenn, boss, aloen):
        with pytest.raises(NotHireable, match=sentence):
            sign(youenn, boss, **{"members": [aloen], **facts})
        assert Contract.objects.count() == 0

    def test_contracts_of_a_person_do_not_overlap(self, youenn, boss, aloen):
        sign(youenn, boss, [aloen], kind="fixed_term", ends_before=JUNE)
        with pytest.raises(NotHireable, match="a déjà un CDD depuis le 01/01/2026"):
            sign(youenn, boss, [aloen], starts_on=date(2026, 5, 31))
        sign(youenn, boss, [aloen], starts_on=JUNE)
        assert youenn.contracts.count() == 2


class TestTerms:
    def test_new_terms_close_those_before(self, youenn, boss, aloen):
        contract = sign(youenn, boss, [aloen])
        new = {"weekly_minutes": 2100, "gross_monthly_pay": Decimal("2300.00")}
        hiring.set_contract_terms(contract, starts_on=JUNE, **new, by=boss, at=NOW)
        rows = contract.terms.order_by("starts_on").values_list("starts_on", "ends_before", "weekly_minutes")
        assert list(rows) == [(YEAR_START, JUNE, 1680), (JUNE, None, 2100)]

    @pytest.mark.parametrize(
        ("starts_on", "sentence"),
        [
            (YEAR_START, "commencent déjà le 01/01/2026"),
            (date(2025, 12, 31), "Le 31/12/2025 n’est pas dans le contrat"),
        ],
    )
    def test_terms_neither_rewrite_the_past_nor_leave_the_contract(
        self, starts_on, sentence, youenn, boss, aloen
    ):
        contract = sign(youenn, boss, [aloen])
        new = {"weekly_minutes": 2100, "gross_monthly_pay": Decimal("2300.00")}
        with pytest.raises(NotHireable, match=sentence):
            hiring.set_contract_terms(contract, starts_on=starts_on, **new, by=boss, at=NOW)
        assert contract.terms.get().weekly_minutes == 1680


class TestList:
    def test_amendment_names_a_further_member(self, youenn, boss, aloen):
        contract = sign(youenn, boss, [aloen])
        sonam = world.member("Sonam")
        hiring.name_member(contract, sonam, starts_on=JUNE, by=boss, at=NOW)
        assert contract.allowed_members.get(member=sonam).starts_on == JUNE

    @pytest.mark.parametrize(
        ("dates", "sentence"),
        [
            ({"starts_on": JUNE}, "cite déjà Aloen à partir du 01/01/2026"),
            ({"starts_on": date(2025, 6, 1)}, "n’est pas dans le contrat"),
            ({"starts_on": JUNE, "ends_before": JUNE}, "La fin doit venir après le début"),
        ],
    )
    def test_list_names_a_member_once_within_the_contract(self, dates, sentence, youenn, boss, aloen):
        contract = sign(youenn, boss, [aloen])
        with pytest.raises(NotHireable, match=sentence):
            hiring.name_member(contract, aloen, **dates, by=boss, at=NOW)
        assert ContractMember.objects.count() == 1


def test_a_contract_is_signed_by_the_year_and_changed_to_days():
    solene, aloen = world.coordinator(), world.member("Aloen")
    person = world.employee(with_account=False)
    Contract.objects.filter(employee=person).update(kind="fixed_term", ends_before=date(2026, 6, 1))
    contract = hiring.sign_contract(
        person,
        starts_on=date(2026, 6, 1),
        members=[aloen],
        weekly_minutes=2100,
        gross_monthly_pay=Decimal("2000"),
        classification="groupe D",
        time_scheme="annualised",
        yearly_minutes=96420,
        by=solene,
        at=world.NOW,
    )
    hiring.set_contract_terms(
        contract,
        starts_on=date(2026, 9, 1),
        weekly_minutes=2100,
        gross_monthly_pay=Decimal("2600"),
        time_scheme="day_rate",
        yearly_days=218,
        by=solene,
        at=world.NOW,
    )
    kept = contract.terms.order_by("starts_on")
    assert list(kept.values_list("time_scheme", "yearly_minutes", "yearly_days", "classification")) == [
        ("annualised", 96420, None, "groupe D"),
        ("day_rate", None, 218, ""),
    ]
