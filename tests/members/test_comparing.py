"""One record opened in two admin forms: the second save says what the first one changed, and undoes nothing."""

import json

import pytest
from django.contrib import admin
from django.test import Client

from employees.models import Assignment, WorkingTimeLimits
from members.admin.comparing import RecordAdmin
from members.models import Declaration, Group, Member, Membership, Site, User
from tests import world
from tests.members.admin_forms import change_url, filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    settings.ZEAL_ALLOWLIST = [{"model": "members.User", "field": "get()"}]


def logged_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def malo():
    return logged_in(world.admin())


@pytest.fixture
def ana():
    return logged_in(world.admin("Ana Riou"))


def errors_of(answer):
    return [] if answer.status_code == 302 else [str(each) for each in answer.context["errors"]]


def test_every_form_of_the_admin_compares():
    # The package's list of changes has no form.
    assert [
        model._meta.label
        for model, each in admin.site._registry.items()
        if not isinstance(each, RecordAdmin) and model._meta.label != "pghistory.MiddlewareEvents"
    ] == []


def test_every_form_that_may_be_saved_carries_what_it_showed(malo):
    world.group()
    world.assignment(world.employee(), world.member())
    limits = WorkingTimeLimits.objects.create(collective_agreement="ECLAT", starts_on=world.NOW.date())
    assignment = Assignment.objects.get()
    saved = [
        *(Group.objects.get(), Member.objects.get(), Membership.objects.get(), limits),
        *(assignment, assignment.contract, assignment.employee, User.objects.earliest("pk")),
    ]
    wrong = {}
    for row in saved:
        shown = json.loads(filled(malo, row)["vu"])[0]
        if not shown:
            wrong[row._meta.label] = shown
    assert wrong == {}


class TestRefused:
    def test_the_e_mail_of_a_member(self, malo, ana):
        aloen = world.member("Aloen", billing_email="factures@aloen.example", city="Rennes")
        first, second = filled(malo, aloen), filled(ana, aloen)
        assert (
            malo.post(change_url(aloen), {**first, "billing_email": "compta@aloen.example"}).status_code
            == 302
        )
        answer = ana.post(change_url(aloen), {**second, "city": "Brest"})
        (sentence,) = [each for each in errors_of(answer) if "depuis" in each]
        assert "Malo Kervella a changé «\u00a0e-mail de facturation\u00a0»" in sentence
        assert "(maintenant «\u00a0compta@aloen.example\u00a0»)" in sentence
        aloen.refresh_from_db()
        assert (aloen.billing_email, aloen.city) == ("compta@aloen.example", "Rennes")

        # What was typed is kept, what was not touched follows, and the next save undoes nothing.
        form = answer.context["adminform"].form
        assert (form["city"].value(), form["billing_email"].value()) == ("Brest", "compta@aloen.example")
        again = {
            **second,
            "city": "Brest",
            "billing_email": form["billing_email"].value(),
            "vu": answer.context["vu"],
        }
        assert ana.post(change_url(aloen), again).status_code == 302
        aloen.refresh_from_db()
        assert (aloen.billing_email, aloen.city) == ("compta@aloen.example", "Brest")

    def test_the_account_of_the_group(self, malo, ana):
        group = world.group()
        first, second = filled(malo, group), filled(ana, group)
        iban = "FR1420041010050500013M02606"
        assert errors_of(malo.post(change_url(group), {**first, "iban": iban})) == []
        answer = ana.post(change_url(group), {**second, "iban": second["iban"], "tagline": "Ensemble"})
        assert any("«\u00a0IBAN\u00a0»" in each for each in errors_of(answer)), errors_of(answer)
        group.refresh_from_db()
        assert group.iban == iban

    def test_a_row_below_the_record(self, malo, ana):
        aloen = world.member("Aloen")
        site = Site.objects.create(member=aloen, name="Siège", city="Rennes")
        first, second = filled(malo, aloen), filled(ana, aloen)
        assert errors_of(malo.post(change_url(aloen), {**first, "sites-0-city": "Brest"})) == []
        answer = ana.post(change_url(aloen), {**second, "headcount": "12"})
        assert any("ville" in each and "Brest" in each for each in errors_of(answer)), errors_of(answer)
        site.refresh_from_db()
        assert site.city == "Brest"
        aloen.refresh_from_db()
        assert aloen.headcount == 0

    def test_a_row_that_is_gone(self, malo, ana):
        aloen = world.member("Aloen")
        site = Site.objects.create(member=aloen, name="Siège", city="Rennes")
        second = filled(ana, aloen)
        site.delete()
        answer = ana.post(change_url(aloen), {**second, "headcount": "12"})
        assert any("supprimé depuis" in each for each in errors_of(answer)), errors_of(answer)

    def test_ones_own_other_tab_is_no_other_person(self, malo):
        aloen = world.member("Aloen", city="Rennes")
        first, second = filled(malo, aloen), filled(malo, aloen)
        assert errors_of(malo.post(change_url(aloen), {**first, "city": "Brest"})) == []
        (sentence, *_) = errors_of(malo.post(change_url(aloen), {**second, "headcount": "12"}))
        assert "Dans un autre onglet, vous avez changé «\u00a0ville\u00a0»" in sentence


class TestDoneWithoutAWord:
    def test_the_same_values_twice(self, malo):
        aloen = world.member("Aloen", city="Rennes")
        typed = {**filled(malo, aloen), "city": "Brest"}
        assert [errors_of(malo.post(change_url(aloen), typed)) for _ in range(2)] == [[], []]
        aloen.refresh_from_db()
        assert aloen.city == "Brest"

    def test_a_new_row_twice(self, malo):
        world.group()
        membership = Membership.objects.get(member=world.member("Aloen"))
        present = Declaration.objects.count()
        typed = filled(malo, membership)
        row = {"subject": "Sortie", "event_on": "2026-11-02", "due_on": "2026-12-02"}
        typed |= {f"declarations-{present}-{name}": value for name, value in row.items()}
        typed["declarations-TOTAL_FORMS"] = str(present + 1)
        assert [errors_of(malo.post(change_url(membership), typed)) for _ in range(2)] == [[], []]
        assert Declaration.objects.count() == present + 1

    def test_what_a_form_says_that_nobody_can_read(self, malo):
        aloen = world.member("Aloen", city="Rennes")
        typed = filled(malo, aloen)
        for seen in (
            "",
            "[]",
            "[[],[],[]]",
            '[{},{"sites":{"x":{}}},{}]',
            "{",
            "[" * 5000,
            '[{"city":1},{},{}]',
        ):
            malo.post(change_url(aloen), {**typed, "vu": seen, "city": "Brest"})
        assert Member.objects.get(pk=aloen.pk).city == "Brest"
