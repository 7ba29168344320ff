"""The same number, name or person a second time, in another case: refused or asked about beside its field."""

import pytest
from django.urls import reverse

from billing.costs import payroll_file
from employees.models import Employee
from tests import world
from tests.members.admin_forms import change_url, filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def malo(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(world.admin())


def errors(answer):
    return {} if answer.status_code == 302 else answer.context["adminform"].form.errors


def test_what_is_looked_up_alike_is_refused_beside_its_field(client):
    places = [world.assignment(world.employee(name), world.member(name)) for name in ("Aloen", "Sonam")]
    first, second = places
    answers = {}
    for row, taken, column in (
        (second.employee, first.employee.payroll_number.lower(), "payroll_number"),
        (second.member, " àLOEN ", "short_name"),
        (second, first.reference.lower(), "reference"),
    ):
        found = errors(client.post(change_url(row), {**filled(client, row), column: taken}))
        answers[column] = found.get(column, ["nothing"])
    assert answers == {
        "payroll_number": ["Une autre personne a déjà ce matricule, à la casse ou aux accents près."],
        "short_name": ["Un autre adhérent a déjà ce nom court, à la casse ou aux accents près."],
        "reference": ["Une autre mise à disposition a déjà cette référence, à la casse près."],
    }
    # One's own number in another case is no other person's.
    number = first.employee.payroll_number.lower()
    typed = {**filled(client, first.employee), "payroll_number": number}
    assert errors(client.post(change_url(first.employee), typed)) == {}
    assert Employee.objects.get(pk=first.employee_id).payroll_number == number


def test_a_payroll_row_goes_to_the_number_however_it_is_written():
    maelle = world.employee()
    Employee.objects.filter(pk=maelle.pk).update(payroll_number="LÉ_001")
    data = b"matricule;brut;cotisations patronales\nle 001;2000;800\n"
    (row,) = payroll_file.read_payroll(data, file_name="paie.csv", month=world.NOVEMBER).rows
    assert row.employee == maelle


def test_the_same_person_is_asked_about(client):
    maelle = world.employee()
    typed = {
        "last_name": maelle.last_name.upper(),
        "first_name": maelle.first_name.replace("ë", "e"),
        "birth_date": maelle.birth_date.isoformat(),
        "payroll_number": "Z900",
        **{name: getattr(maelle, name) for name in ("sex", "nationality", "job", "qualification")},
        **{
            f"{each}-{key}_FORMS": "0"
            for each in ("contracts", "assignments")
            for key in ("TOTAL", "INITIAL")
        },
    }
    add = reverse("admin:employees_employee_add")
    assert "C’est une autre personne" not in client.get(add).content.decode()
    answer = client.post(add, typed)
    (sentence,) = errors(answer)["is_another_person"]
    assert f"a déjà une fiche, de matricule {maelle.payroll_number}." in sentence
    assert 'name="is_another_person"' in answer.content.decode()
    assert errors(client.post(add, {**typed, "birth_date": "1990-02-01"})) == {}
    assert errors(client.post(add, {**typed, "payroll_number": "Z901", "is_another_person": "on"})) == {}
    assert Employee.objects.count() == 3
