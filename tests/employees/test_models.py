"""What PostgreSQL refuses of employees, contracts and assignments, and who sees which of them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from employees.models import Assignment, Contract, ContractMember, ContractTerms, Employee, Terms
from tests import world
from tests.world import YEAR_START

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


@pytest.fixture
def placed(maelle, aloen):
    return world.assignment(maelle, aloen)


def breaks(constraint, write):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def test_contracts_of_an_employee_do_not_overlap(maelle):
    breaks(
        "contracts_of_an_employee_do_not_overlap",
        lambda: Contract.objects.create(employee=maelle, starts_on=JUNE),
    )


def test_contract_ends_after_it_starts(maelle):
    breaks("contract_ends_after_it_starts", lambda: Contract.objects.update(ends_before=YEAR_START))


def test_fixed_term_contract_has_an_end(maelle):
    breaks("fixed_term_contract_has_an_end", lambda: Contract.objects.update(kind="fixed_term"))


def test_member_stands_once_in_a_contract(maelle, aloen):
    contract = maelle.contracts.get()
    breaks(
        "a_member_stands_once_in_a_contract",
        lambda: ContractMember.objects.create(contract=contract, member=aloen, starts_on=JUNE),
    )
    breaks(
        "contract_member_ends_after_it_starts", lambda: ContractMember.objects.update(ends_before=YEAR_START)
    )


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("contract_terms_weekly_minutes_are_possible", {"weekly_minutes": 0}),
        ("contract_terms_weekly_minutes_are_possible", {"weekly_minutes": 3601}),
        ("contract_terms_pay_is_not_negative", {"gross_monthly_pay": Decimal("-0.01")}),
        ("contract_terms_end_after_they_start", {"ends_before": YEAR_START}),
    ],
)
def test_contract_terms_are_possible(constraint, change, maelle):
    breaks(constraint, lambda: ContractTerms.objects.update(**change))


def test_terms_of_a_contract_do_not_overlap(maelle):
    contract = maelle.contracts.get()
    breaks(
        "terms_of_a_contract_do_not_overlap",
        lambda: ContractTerms.objects.create(
            contract=contract, starts_on=JUNE, weekly_minutes=60, gross_monthly_pay=Decimal("1.00")
        ),
    )


def test_assignments_of_an_employee_at_a_member_do_not_overlap(placed):
    twin = Assignment(
        reference="MAD-X",
        employee=placed.employee,
        contract=placed.contract,
        member=placed.member,
        job="comptable",
        starts_on=JUNE,
    )
    breaks("assignments_of_an_employee_at_a_member_do_not_overlap", twin.save)
    breaks("assignment_ends_after_it_starts", lambda: Assignment.objects.update(ends_before=YEAR_START))


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("terms_price_method_matches_its_figures", {"hourly_price": None}),
        ("terms_price_method_matches_its_figures", {"hourly_price": Decimal("0.00")}),
        ("terms_price_method_matches_its_figures", {"flat_amount": Decimal("10.00")}),
        ("terms_price_method_matches_its_figures", {"price_method": "actual"}),
        ("terms_price_method_matches_its_figures", {"price_method": "flat"}),
        ("exempt_terms_are_at_cost", {"vat_regime": "E261B"}),
        ("weekly_pattern_has_seven_days", {"weekly_pattern": [420] * 6}),
        ("terms_management_rate_is_a_percentage", {"management_rate": Decimal("100.01")}),
        ("terms_management_rate_is_a_percentage", {"management_rate": Decimal("-0.01")}),
        ("terms_end_after_they_start", {"ends_before": YEAR_START}),
    ],
)
def test_terms_agree_with_themselves(constraint, change, placed):
    breaks(constraint, lambda: Terms.objects.filter(assignment=placed).update(**change))


def test_terms_of_an_assignment_do_not_overlap(placed):
    twin = Terms(assignment=placed, starts_on=JUNE, weekly_pattern=[0] * 7, price_method="actual")
    breaks("terms_of_an_assignment_do_not_overlap", twin.save)


def test_payroll_number_is_unique(maelle):
    other = world.employee("Youenn", "Talec")
    breaks(
        "payroll_number_is_one_however_written",
        lambda: Employee.objects.filter(pk=other.pk).update(payroll_number=maelle.payroll_number),
    )


class TestVisible:
    def test_people_see_themselves_and_staff_see_who_is_at_their_member(self, maelle, placed, aloen):
        youenn = world.employee("Youenn", "Talec")
        elsewhere = world.assignment(youenn, world.member("Sonam"))
        seen = {
            person: (
                set(Employee.objects.visible_to(person)),
                set(Assignment.objects.visible_to(person)),
            )
            for person in (maelle.user, youenn.user, world.staff(aloen), world.coordinator(), world.finance())
        }
        everything = ({maelle, youenn}, {placed, elsewhere})
        assert list(seen.values()) == [
            ({maelle}, {placed}),
            ({youenn}, {elsewhere}),
            ({maelle}, {placed}),
            everything,
            everything,
        ]

    def test_former_seat_shows_nobody(self, placed, aloen):
        gone = world.staff(aloen, ends_before=date(2026, 2, 1))
        assert list(Employee.objects.visible_to(gone)) == []
        assert list(Assignment.objects.visible_to(gone)) == []

    def test_names_are_sorted_as_people_read(self):
        for last_name in ("Étienne", "Zola", "abgrall", "Evan"):
            world.employee("Ann", last_name, with_account=False)
        assert [person.last_name for person in Employee.objects.by_name()] == [
            "abgrall",
            "Étienne",
            "Evan",
            "Zola",
        ]


def test_names_say_what_a_record_is_without_a_query(maelle, placed, django_assert_num_queries):
    contract, terms = maelle.contracts.get(), Terms.objects.get()
    with django_assert_num_queries(0):
        assert (str(maelle), maelle.initials) == ("Maëlle Kerbrat", "MK")
        assert str(contract) == "CDI depuis le 01/01/2026"
        assert str(placed) == "MAD-2026-001"
        assert (str(terms), terms.weekly_minutes) == ("conditions du 01/01/2026", 420)
    assert str(ContractTerms.objects.get()) == "depuis le 01/01/2026"
    assert str(ContractMember.objects.get()) == "depuis le 01/01/2026"
