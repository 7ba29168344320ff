"""What a deputy sees and may do, on which days, and what stays the principal’s own."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from charter import signing, writing
from employees.models import Assignment
from members import access, inviting
from members.access import Backend
from members.models import Invitation, Member, User
from members.roles import Role
from tests import world
from tests.charter import agreed
from tests.journeys.visiting import Visitor
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

MONDAY, SATURDAY = date(2026, 12, 7), date(2026, 12, 12)
BEFORE, DURING, LAST, AFTER = (date(2026, 12, day) for day in (6, 9, 11, 12))


class Calendar:
    """The day that the house believes it is."""

    def __init__(self):
        self.moment = world.at(DURING)

    def set(self, day):
        self.moment = world.at(day)


@pytest.fixture
def calendar(monkeypatch):
    made = Calendar()
    monkeypatch.setattr(timezone, "now", lambda: made.moment)
    return made


@pytest.fixture
def house(calendar, settings):
    """From the 7th to the 11th Erwan stands in for Nolwenn at Aloen, Léa for Solène; Maëlle works in two places."""
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat")
    nolwenn, solene = world.staff(aloen, "Nolwenn Jégo"), world.coordinator()
    world.seat(nolwenn, sonam)
    erwan, lea = world.user("Erwan Le Bris"), world.user("Léa Morvan")
    week = {"starts_on": MONDAY, "ends_before": SATURDAY}
    world.deputy(nolwenn, erwan, member=aloen, **week)
    world.deputy(solene, lea, **week)
    return {
        "aloen": aloen,
        "sonam": sonam,
        "maelle": maelle,
        "nolwenn": nolwenn,
        "solene": solene,
        "erwan": erwan,
        "lea": lea,
        "here": world.timesheet(world.assignment(maelle, aloen), world.hours(world.NOVEMBER, 7)),
        "there": world.timesheet(world.assignment(maelle, sonam), world.hours(world.NOVEMBER, 14)),
    }


def fresh(person):
    """The person as a request reads them."""
    return Backend().get_user(person.pk)


@pytest.mark.parametrize(("day", "holds"), [(BEFORE, False), (MONDAY, True), (LAST, True), (AFTER, False)])
class TestDays:
    def test_at_a_member(self, house, calendar, day, holds):
        calendar.set(day)
        erwan, aloen = fresh(house["erwan"]), house["aloen"]
        assert access.holds(erwan, Role.MEMBER) is holds
        assert access.answers_for(erwan, aloen, house["maelle"].user_id) is holds
        assert list(Member.objects.visible_to(erwan)) == [aloen][: int(holds)]
        assert list(Timesheet.objects.visible_to(erwan)) == [house["here"]][: int(holds)]

    def test_for_the_coordination(self, house, calendar, day, holds):
        calendar.set(day)
        lea = fresh(house["lea"])
        assert access.holds(lea, Role.COORDINATOR) is holds
        assert access.coordinates(lea) is holds
        assert access.decides_on(lea, house["maelle"].user_id) is holds
        assert lea.sees_every_member is holds
        assert Member.objects.visible_to(lea).count() == 2 * holds
        page = Visitor(house["lea"]).open(reverse("timesheets:months")).page
        assert page.status_code == (200 if holds else 403)


class TestNoMoreThanThePrincipal:
    def test_the_other_member_of_the_principal_stays_closed(self, house):
        assert Member.objects.visible_to(house["nolwenn"]).count() == 2
        erwan = fresh(house["erwan"])
        assert list(Member.objects.visible_to(erwan)) == [house["aloen"]]
        assert [str(seat.member) for seat in access.current_seats(erwan)] == ["Aloen"]
        assert list(Assignment.objects.visible_to(erwan)) == [house["here"].assignment]
        visitor = Visitor(house["erwan"])
        for path in (f"/heures/releve/{house['there'].pk}/", f"/accueil/?adherent={house['sonam'].pk}"):
            assert visitor.open(path).page.status_code == 404
        assert "Sonam" not in visitor.open("/accueil/").words
        assert "Sonam" in Visitor(house["nolwenn"]).open("/accueil/").words

    @pytest.mark.parametrize("how", ["seat ended", "seat reads", "account closed"])
    def test_with_the_principal_s_word_goes_the_deputy_s(self, house, how):
        seat = house["nolwenn"].seats.get(member=house["aloen"])
        if how == "account closed":
            User.objects.filter(pk=house["nolwenn"].pk).update(is_active=False)
        elif how == "seat ended":
            type(seat).objects.filter(pk=seat.pk).update(ends_before=DURING)
        else:
            type(seat).objects.filter(pk=seat.pk).update(function="reader")
        erwan = fresh(house["erwan"])
        assert list(Member.objects.visible_to(erwan)) == []
        assert list(access.current_seats(erwan)) == []
        assert not access.answers_for(erwan, house["aloen"], None)

    def test_with_the_coordination_resigned_too(self, house):
        User.objects.filter(pk=house["solene"].pk).update(is_coordinator=False)
        lea = fresh(house["lea"])
        assert (lea.sees_every_member, access.coordinates(lea)) == (False, False)

    def test_a_deputy_s_deputy_has_nothing(self, house):
        further = world.user("Yann Riou")
        world.deputy(house["erwan"], further, member=house["aloen"])
        world.deputy(house["lea"], further)
        assert fresh(further).deputyships == ()

    def test_a_closed_account_stands_in_for_nobody(self, house):
        User.objects.filter(pk=house["lea"].pk).update(is_active=False)
        assert fresh(house["lea"]) is None
        house["lea"].refresh_from_db()
        assert not access.coordinates(house["lea"])


class TestWhoseHours:
    def test_never_one_s_own(self, house):
        person = house["maelle"].user
        world.deputy(house["nolwenn"], person, member=house["aloen"])
        world.deputy(house["solene"], person)
        person = fresh(person)
        other = world.user("Yann Riou").pk
        assert access.answers_for(person, house["aloen"], other)
        assert not access.answers_for(person, house["aloen"], person.pk)
        assert access.decides_on(person, other)
        assert not access.decides_on(person, person.pk)

    def test_never_the_principal_s(self, house):
        assert not access.answers_for(fresh(house["erwan"]), house["aloen"], house["nolwenn"].pk)
        assert not access.decides_on(fresh(house["lea"]), house["solene"].pk)

    def test_for_another_principal_s_those_of_the_first(self, house):
        second = world.coordinator("Ronan Kervella")
        world.deputy(second, house["lea"])
        assert access.decides_on(fresh(house["lea"]), house["solene"].pk)
        world.deputy(world.staff(house["aloen"], "Yann Riou"), house["erwan"], member=house["aloen"])
        assert access.answers_for(fresh(house["erwan"]), house["aloen"], house["nolwenn"].pk)


class TestNeverSigns:
    @pytest.fixture
    def charter(self, house):
        made = agreed.draft()
        writing.open_for_signature(made, by=None, at=world.NOW)
        return made

    def test_the_mandate_is_the_principal_s(self, house, charter):
        erwan = fresh(house["erwan"])
        assert access.can_sign_for(house["nolwenn"], house["aloen"], DURING) is not None
        assert access.can_sign_for(erwan, house["aloen"], DURING) is None
        with pytest.raises(signing.NoMandate):
            signing.sign(charter, member=house["aloen"], by=erwan, at=world.at(DURING), consent=True)

    def test_no_page_offers_it(self, house, charter):
        assert "Lire et signer" in Visitor(house["nolwenn"]).open("/accueil/").words
        assert Visitor(house["nolwenn"]).open("/charte/").offers("Signer pour Aloen")
        deputy = Visitor(house["erwan"])
        assert "attend la signature de votre structure" in deputy.open("/accueil/").words
        assert "Lire et signer" not in deputy.words
        assert not deputy.open("/charte/").offers("Signer")

    def test_invitations_are_the_coordination_s_own(self, house):
        newcomer = world.user("Ana Nouvelle")
        visitor = Visitor(house["lea"])
        visitor.send(reverse("members:invite", args=[newcomer.pk]), {"next": "/charte/"})
        assert "Une suppléance n’ouvre pas de compte." in visitor.words
        assert not Invitation.objects.exists()
        inviting.invite(newcomer, by=house["solene"], at=world.at(DURING))
        assert Invitation.objects.get().user == newcomer


class TestDeputyIsNamed:
    def test_the_bar_says_for_whom(self, house):
        assert "Suppléance de Nolwenn Jégo" in Visitor(house["erwan"]).open("/accueil/").words
        assert "Suppléance de Solène Rivoal" in Visitor(house["lea"]).open("/charte/").words
        assert "Suppléance" not in Visitor(house["nolwenn"]).open("/accueil/").words

    def test_the_home_says_it_too(self, house):
        assert "Vous remplacez Nolwenn Jégo." in Visitor(house["erwan"]).open("/accueil/").words

    def test_one_s_own_seat_elsewhere_comes_first(self, house):
        book = world.member("Book Hémisphères")
        world.seat(house["erwan"], book)
        words = Visitor(house["erwan"]).open("/accueil/").words
        assert "Book Hémisphères · Suppléance de Nolwenn Jégo" in words

    def test_one_s_own_seat_at_the_same_member_is_one_place(self, house):
        world.seat(house["erwan"], house["aloen"], function="reader")
        assert 'aria-label="Vos structures"' not in (
            Visitor(house["erwan"]).open("/accueil/").page.content.decode()
        )
        seats = access.one_seat_a_member(house["erwan"], access.current_seats(fresh(house["erwan"])))
        assert [seat.user for seat in seats] == [house["nolwenn"]]

    def test_the_demonstration_says_it_at_the_door(self, house, settings):
        settings.DEMO_MODE = True
        roles = {person["name"]: person["role"] for person in access.demo_people()}
        assert roles["Erwan Le Bris"] == "Suppléance de Nolwenn Jégo"
        assert roles["Léa Morvan"] == "Suppléance de Solène Rivoal"


def test_a_coordinator_s_deputy_owes_a_second_factor(house, settings, calendar):
    settings.REQUIRE_SECOND_FACTOR = True
    assert access.needs_second_factor(fresh(house["lea"]))
    assert not access.needs_second_factor(fresh(house["erwan"]))
    calendar.set(AFTER)
    assert not access.needs_second_factor(fresh(house["lea"]))
    calendar.set(DURING)
    Authenticator.objects.create(user=house["lea"], type=Authenticator.Type.TOTP, data={})
    assert not access.needs_second_factor(fresh(house["lea"]))


def test_who_is_nobody_s_deputy_pays_nothing_for_deputies(house, client):
    """Deputies are asked about in the query that reads the person; a query of their own comes for deputies only."""
    world.seat(world.user("Yann Riou"), house["aloen"])
    asked = {}
    for name, person in (("colleague", User.objects.get(name="Yann Riou")), ("deputy", house["erwan"])):
        client.force_login(person)
        client.get("/charte/")  # the first page of a day notes the visit
        with CaptureQueriesContext(connection) as queries:
            client.get("/charte/")
        asked[name] = [each["sql"] for each in queries if 'FROM "members_deputy"' in each["sql"]]
    assert ['AS "is_deputy"' in sql for sql in asked["colleague"]] == [True]
    assert len(asked["deputy"]) == 2
