"""Who may do what: roles, seats by day, the second factor, the demonstration's people."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from members import access
from members.roles import Role
from tests import world

pytestmark = pytest.mark.django_db

LONG_AGO = date(2020, 1, 1)


def signer(**dates):
    """A representative whose seat began long ago, so that it holds whatever the clock says."""
    return world.staff(world.member(), **{"starts_on": LONG_AGO, **dates})


@access.for_roles("coordinator", "finance", "admin")
def _reserved(request):
    return HttpResponse("open")


def _request(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_a_role_is_held_by_its_claim_its_seat_or_its_employee():
    people = {
        Role.COORDINATOR: world.coordinator(),
        Role.FINANCE: world.finance(),
        Role.ADMIN: world.admin(),
        Role.MEMBER: signer(),
        Role.EMPLOYEE: world.employee().user,
    }
    for role, person in people.items():
        assert [each for each in Role if access.holds(person, each)] == [role]


def test_who_has_been_closed_out_holds_nothing():
    person = world.coordinator()
    person.is_active = False
    assert [role for role in Role if access.holds(person, role)] == []


def test_an_ended_seat_gives_no_role():
    person = signer(ends_before=date(2021, 1, 1))
    assert not access.holds(person, Role.MEMBER)


def test_a_reserved_view_opens_to_each_of_its_roles():
    for person in (world.coordinator(), world.finance(), world.admin()):
        assert _reserved(_request(person)).content == b"open"


def test_a_reserved_view_says_whom_it_is_reserved_to():
    with pytest.raises(PermissionDenied) as refused:
        _reserved(_request(signer()))
    sentence = "Cette page est réservée à la coordination, aux finances et à l’administration."
    assert str(refused.value) == sentence


def test_an_unknown_role_is_refused_when_the_view_is_declared():
    with pytest.raises(ValueError, match="manager"):
        access.for_roles("manager")


@pytest.mark.parametrize(
    ("function", "writes", "signs"),
    [("representative", True, True), ("manager", True, False), ("reader", False, False)],
)
def test_the_function_of_a_seat_says_what_it_allows(function, writes, signs):
    aloen = world.member()
    person = world.staff(aloen, function=function, starts_on=LONG_AGO)
    assert access.answers_for(person, aloen, None) is writes
    assert (access.can_sign_for(person, aloen, access.today()) is not None) is signs


def test_a_seat_counts_at_its_own_member_only():
    aloen, sonam = world.member(), world.member("Sonam")
    person = world.staff(aloen, starts_on=LONG_AGO)
    assert access.answers_for(person, aloen, None)
    assert not access.answers_for(person, sonam, None)
    assert access.can_sign_for(person, sonam, access.today()) is None


def test_a_mandate_is_asked_for_its_day():
    aloen = world.member()
    person = world.staff(aloen, starts_on=date(2026, 3, 1), ends_before=date(2026, 4, 1))
    found = {
        day: access.can_sign_for(person, aloen, day) is not None
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    }
    assert list(found.values()) == [False, True, True, False]


def test_a_group_wide_role_gives_no_mandate():
    aloen = world.member()
    assert access.can_sign_for(world.admin(), aloen, access.today()) is None
    assert not access.answers_for(world.coordinator(), aloen, None)


class TestSecondFactor:
    @pytest.mark.parametrize("role", ["coordinator", "finance", "admin"])
    def test_a_group_wide_role_without_one_is_sent_to_the_security_page(self, client, role):
        client.force_login(getattr(world, role)())
        answer = client.get(reverse("charter:charter"), follow=True)
        assert answer.redirect_chain == [(reverse("mfa_index"), 302)]
        assert "il demande un second facteur" in answer.content.decode()

    def test_htmx_is_sent_as_a_whole_page(self, client):
        client.force_login(world.coordinator())
        answer = client.get(reverse("charter:charter"), headers={"HX-Request": "true"})
        assert answer["HX-Redirect"] == reverse("mfa_index")

    @pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    def test_a_code_app_or_a_passkey_is_enough(self, client, kind):
        person = world.coordinator()
        Authenticator.objects.create(user=person, type=kind, data={})
        client.force_login(person)
        assert client.get(reverse("charter:charter")).templates[0].name == "charter/none.html"

    def test_recovery_codes_alone_are_not(self):
        person = world.coordinator()
        Authenticator.objects.create(user=person, type=Authenticator.Type.RECOVERY_CODES, data={})
        assert access.needs_second_factor(person)

    def test_member_staff_and_employees_do_not_owe_one(self):
        assert not access.needs_second_factor(signer())
        assert not access.needs_second_factor(world.employee().user)

    def test_the_setting_turns_it_off(self, client, settings):
        settings.REQUIRE_SECOND_FACTOR = False
        client.force_login(world.coordinator())
        assert client.get(reverse("charter:charter")).templates[0].name == "charter/none.html"

    def test_signing_out_stays_open(self, client):
        client.force_login(world.coordinator())
        client.post(reverse("account_logout"))
        assert "_auth_user_id" not in client.session


class TestDoor:
    def test_nobody_signs_up(self, client):
        answer = client.get(reverse("account_signup"))
        assert "On entre sur invitation" in answer.content.decode()

    def test_a_wrong_password_is_answered_in_french(self, client):
        world.user(email="camille@laronde.example")
        answer = client.post(
            reverse("account_login"), {"login": "camille@laronde.example", "password": "Pas celui-là"}
        )
        assert "L’adresse e-mail ou le mot de passe ne correspond pas." in answer.content.decode()

    def test_a_trusted_address_logs_in_with_its_password(self, client):
        person = world.user(email="camille@laronde.example")
        access.trust_email(person)
        client.post(
            reverse("account_login"), {"login": "Camille@laronde.example", "password": world.PASSWORD}
        )
        assert client.session["_auth_user_id"] == str(person.pk)

    def test_trusting_again_follows_the_account_address(self):
        person = world.user(email="camille@laronde.example")
        access.trust_email(person)
        person.email = "camille@autre.example"
        person.save()
        access.trust_email(person)
        rows = EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")
        assert list(rows) == [("camille@autre.example", True, True)]


class TestDemoPeople:
    def test_everybody_active_is_offered_by_role(self, settings):
        settings.DEMO_MODE = True
        aloen = world.member()
        solene = world.coordinator()
        nolwenn = world.staff(aloen, starts_on=LONG_AGO)
        maelle = world.employee().user
        closed = world.finance()
        closed.is_active = False
        closed.save()
        expected = [
            (solene, "Coordination"),
            (nolwenn, "Représentation, Aloen"),
            (maelle, "Salariat partagé"),
        ]
        assert access.demo_people() == [
            {"pk": person.pk, "name": person.name, "role": role, "email": person.email}
            for person, role in expected
        ]

    @pytest.mark.parametrize("members", [1, 3])
    def test_three_queries_whatever_their_number(self, settings, members, django_assert_num_queries):
        settings.DEMO_MODE = True
        for n in range(members):
            world.staff(world.member(f"Maison {n}"), f"Personne {n}", starts_on=LONG_AGO)
        with django_assert_num_queries(3):
            assert len(access.demo_people()) == members

    def test_outside_demo_mode_nobody_is_and_nothing_is_asked(self, settings, django_assert_num_queries):
        settings.DEMO_MODE = False
        with django_assert_num_queries(0):
            assert access.demo_people() == []
