"""Calendar addresses: what the file says and to whom, the rules of its bytes, and how addresses live and end."""

import re
from datetime import date, timedelta

import pytest
import vobject
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from employees import feeds
from employees.models import Absence, AbsenceKind, CalendarFeed, PlannedDay
from members.models import Site, User
from tests import world
from tests.journeys.visiting import Visitor

pytestmark = pytest.mark.django_db

PAGE = reverse("employees:feeds")
SICK = date(2026, 12, 14)
TUESDAY_OFF = date(2026, 12, 8)


@pytest.fixture(autouse=True)
def third_of_december(settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = False
    settings.SITE_URL = "https://ronde.example"
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)


@pytest.fixture
def house():
    """Maëlle is at Aloen on Mondays and at Sonam on Tuesdays; she is ill on one Monday, and off on one Tuesday."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", job="comptabilité")
    site = Site.objects.create(
        member=aloen, name="Siège", street="1 rue du Port", postal_code="56100", city="Lorient"
    )
    here = world.assignment(maelle, aloen)
    here.site = site
    here.save()
    there = world.assignment(maelle, sonam, weekly_pattern=(0, 450, 0, 0, 0, 0, 0))
    PlannedDay.objects.create(assignment=there, day=TUESDAY_OFF, minutes=0, made_at=world.NOW)
    Absence.objects.create(
        employee=maelle,
        kind=AbsenceKind.SICKNESS,
        note="Grippe",
        starts_on=SICK,
        ends_before=SICK + timedelta(days=2),
        recorded_at=world.NOW,
    )
    return {
        "aloen": aloen,
        "sonam": sonam,
        "maelle": maelle,
        "here": here,
        "there": there,
        "nolwenn": world.staff(aloen, "Nolwenn Jégo", function="reader"),
        "anais": world.staff(sonam, "Anaïs Moal"),
        "solene": world.coordinator(),
    }


def open_feed(user, **calendar):
    return feeds.open_feed(user, **calendar, at=world.NOW)


def fetch(client, secret, **headers):
    return client.get(reverse("employees:feed", args=[secret]), headers=headers)


def written(user, **calendar):
    return feeds.write_calendar(open_feed(user, **calendar)[0], at=world.NOW)


def events(content, *, first=date(2026, 12, 7), before=date(2026, 12, 21)):
    """(day, days, summary) of what begins in these days."""
    found = []
    for event in Calendar.from_ical(content).walk("VEVENT"):
        start, end = event["dtstart"].dt, event["dtend"].dt
        if first <= start < before:
            found.append((start, (end - start).days, str(event["summary"]).replace("\u00a0", " ")))
    return sorted(found)


class TestWhatItSays:
    def test_one_s_own_has_places_and_one_s_own_absences(self, house):
        assert events(written(house["maelle"].user, employee=house["maelle"])) == [
            (date(2026, 12, 7), 1, "Aloen · comptabilité (7 h)"),
            (SICK, 2, "Maladie"),
        ]

    def test_a_week_without_exceptions(self, house):
        content = written(house["maelle"].user, employee=house["maelle"])
        assert events(content, first=date(2026, 11, 30), before=date(2026, 12, 7)) == [
            (date(2026, 11, 30), 1, "Aloen · comptabilité (7 h)"),
            (date(2026, 12, 1), 1, "Sonam · comptabilité (7 h 30)"),
        ]

    def test_a_member_s_says_who_comes_and_who_cannot_without_a_cause(self, house):
        assert events(written(house["nolwenn"], member=house["aloen"])) == [
            (date(2026, 12, 7), 1, "Maëlle Kerbrat (7 h)"),
            (SICK, 1, "Maëlle Kerbrat : indisponible"),
        ]

    def test_a_member_s_says_nothing_of_another_nor_of_a_cause(self, house):
        """The person’s own calendar shows that all of it could be shown."""
        secrets = ("Sonam", "Maladie", f"{SICK + timedelta(days=1):%Y%m%d}")
        own = unfolded(written(house["maelle"].user, employee=house["maelle"]))
        assert [word for word in secrets if word not in own.replace("20261216", "20261215")] == []
        shared = unfolded(written(house["nolwenn"], member=house["aloen"]))
        assert [word for word in (*secrets[:2], "Grippe") if word in shared] == []
        assert f"DTSTART;VALUE=DATE:{secrets[2]}" not in shared

    def test_the_coordination_reads_a_person_s_absence_without_its_cause(self, house):
        shown = events(written(house["solene"], employee=house["maelle"]))
        assert shown[-1] == (SICK, 2, "Indisponible")

    def test_it_goes_from_three_months_back_to_twelve_ahead(self, house):
        days = [
            day
            for day, _, _ in events(
                written(house["nolwenn"], member=house["aloen"]),
                first=date(2020, 1, 1),
                before=date(2030, 1, 1),
            )
        ]
        assert (days[0], days[-1]) == (date(2026, 9, 7), date(2027, 12, 27))

    def test_where_to_go_is_told(self, house):
        event = Calendar.from_ical(written(house["maelle"].user, employee=house["maelle"])).walk("VEVENT")[0]
        assert str(event["location"]) == "Siège, 1 rue du Port, 56100 Lorient"

    def test_it_has_the_name_of_the_group_and_of_whom_it_is(self, house):
        calendar = Calendar.from_ical(written(house["nolwenn"], member=house["aloen"]))
        assert str(calendar["x-wr-calname"]) == str(calendar["name"]) == "La Ronde · Aloen"
        assert calendar["refresh-interval"].to_ical() == b"PT4H"

    def test_an_empty_calendar_is_one_too(self, house):
        book = world.member("Book Hémisphères")
        assert events(written(house["solene"], member=book)) == []


def unfolded(content):
    return content.decode().replace("\r\n ", "")


@pytest.mark.parametrize("whose", ["employee", "member"])
class TestBytes:
    @pytest.fixture
    def content(self, house, whose):
        long_name = (
            "Fédération départementale des associations d’éducation populaire du Morbihan, « Île »; été"
        )
        house["here"].job = long_name
        house["here"].save()
        house["maelle"].last_name = "Kerbrat-Le Goff de la Très Longue Maison du Bout du Monde, Îles"
        house["maelle"].save()
        reader = {"employee": house["maelle"].user, "member": house["nolwenn"]}[whose]
        return written(reader, **{whose: {"employee": house["maelle"], "member": house["aloen"]}[whose]})

    def test_lines_end_and_fold_as_the_standard_wants(self, content):
        assert content.count(b"\n") == content.count(b"\r\n")
        assert content.endswith(b"END:VCALENDAR\r\n")
        assert max(len(line) for line in content.split(b"\r\n")) <= 75
        assert b"\r\n " in content

    def test_two_readers_find_no_fault(self, content):
        for component in Calendar.from_ical(content).walk():
            assert component.errors == []
        read = vobject.readOne(content.decode())
        assert read.validate(raiseException=True)
        assert len(read.vevent_list) == len(Calendar.from_ical(content).walk("VEVENT"))

    def test_what_separates_values_is_escaped(self, content, whose):
        named = {"employee": r"d’éducation populaire du Morbihan\, « Île »\; été", "member": r"Monde\, Îles"}
        assert named[whose] in unfolded(content)
        title = {"employee": r"Bout du Monde\, Îles", "member": "La Ronde · Aloen"}
        assert unfolded(content).partition("X-WR-CALNAME:")[2].splitlines()[0].endswith(title[whose])

    def test_each_event_has_a_uid_of_its_own_that_stays(self, house, content, whose):
        found = [str(event["uid"]) for event in Calendar.from_ical(content).walk("VEVENT")]
        assert len(set(found)) == len(found) > 50
        assert {uid.partition("@")[2] for uid in found} == {"ronde.example"}
        feed = CalendarFeed.objects.get()
        assert feeds.write_calendar(feed, at=world.at(date(2026, 12, 3), 18)) == content


class TestAddress:
    def test_only_the_digest_of_a_long_secret_is_kept(self, house):
        feed, secret = open_feed(house["maelle"].user, employee=house["maelle"])
        assert len(secret) == 43
        assert secret not in str(CalendarFeed.objects.values().get())
        assert feeds.find_feed(secret) == feed

    def test_it_answers_without_login_and_is_kept_by_no_shared_cache(self, house, client):
        _, secret = open_feed(house["maelle"].user, employee=house["maelle"])
        answer = fetch(client, secret)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        assert answer["Cache-Control"] == "private, no-cache"
        again = fetch(client, secret, **{"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        PlannedDay.objects.create(
            assignment=house["here"], day=date(2027, 1, 4), minutes=60, made_at=world.NOW
        )
        assert fetch(client, secret, **{"If-None-Match": answer["ETag"]}).status_code == 200

    def test_a_second_one_of_the_same_calendar_ends_the_first(self, house, client):
        user = house["nolwenn"]
        (_, first), (_, second) = (open_feed(user, member=house["aloen"]) for _ in range(2))
        assert [fetch(client, secret).status_code for secret in (first, second)] == [404, 200]
        with pytest.raises(IntegrityError, match="one_live_feed"), transaction.atomic():
            CalendarFeed.objects.update(revoked_at=None)

    def test_one_that_is_revoked_or_invented_does_not_exist(self, house, client):
        feed, secret = open_feed(house["nolwenn"], member=house["aloen"])
        assert fetch(client, secret).status_code == 200
        feeds.revoke_feed(feed, world.NOW)
        assert fetch(client, secret).status_code == 404
        assert fetch(client, "x" * 43).status_code == 404

    @pytest.mark.parametrize("how", ["seat ended", "account closed", "deputy over"])
    def test_it_ends_with_the_right_to_read(self, house, client, how):
        person, member = house["nolwenn"], house["aloen"]
        if how == "deputy over":
            world.seat(person, house["sonam"])
            person = world.user("Erwan Le Bris")
            member = house["sonam"]
            held = world.deputy(house["anais"], person, member=member)
        _, secret = open_feed(User.objects.get(pk=person.pk), member=member)
        assert fetch(client, secret).status_code == 200
        if how == "seat ended":
            person.seats.update(ends_before=date(2026, 12, 3))
        elif how == "account closed":
            User.objects.filter(pk=person.pk).update(is_active=False)
        else:
            type(held).objects.update(ends_before=date(2026, 12, 3))
        assert fetch(client, secret).status_code == 404

    @pytest.mark.parametrize(
        ("who", "calendar", "may"),
        [
            ("nolwenn", {"member": "aloen"}, True),
            ("nolwenn", {"member": "sonam"}, False),
            ("nolwenn", {"employee": "maelle"}, False),
            ("maelle", {"employee": "maelle"}, True),
            ("maelle", {"member": "aloen"}, False),
            ("solene", {"member": "sonam"}, True),
            ("solene", {"employee": "maelle"}, True),
            ("solene", {}, False),
            ("solene", {"employee": "maelle", "member": "aloen"}, False),
        ],
    )
    def test_who_may_open_which(self, house, who, calendar, may):
        user = house["maelle"].user if who == "maelle" else house[who]
        chosen = {name: house[key] for name, key in calendar.items()}
        assert feeds.may_read(user, **chosen) is may
        if not may:
            with pytest.raises(feeds.NotYourCalendar):
                open_feed(user, **chosen)

    @pytest.mark.parametrize("people", [1, 3])
    def test_as_many_queries_for_one_person_as_for_three(self, house, client, people):
        for n in range(people):
            world.assignment(world.employee(f"Prénom{n}", "Talec"), house["aloen"])
        _, secret = open_feed(house["nolwenn"], member=house["aloen"])
        with CaptureQueriesContext(connection) as queries:
            assert fetch(client, secret).content.count(b"BEGIN:VEVENT") > 60 * people
        assert len(queries) == 7


class TestPage:
    def test_an_address_is_shown_once_and_works(self, house, client):
        page = Visitor(house["maelle"].user).open(PAGE).press("Créer l’adresse")
        shown = address_on(page)
        assert shown.startswith("https://ronde.example/equipe/agenda/")
        assert f'href="webcal{shown.removeprefix("https")}"' in page.page.content.decode()
        assert client.get(shown.removeprefix("https://ronde.example")).status_code == 200
        assert "no-store" in page.page["Cache-Control"]
        page.open(PAGE)
        assert shown not in page.page.content.decode()
        assert "Adresses en service" in page.words
        page.press("Révoquer")
        assert "L’adresse est révoquée" in page.words
        assert client.get(shown.removeprefix("https://ronde.example")).status_code == 404

    def test_a_member_s_staff_choose_among_their_own(self, house):
        world.seat(house["nolwenn"], house["sonam"])
        page = Visitor(house["nolwenn"]).open(PAGE)
        assert "Maëlle" not in page.words
        page.press("Créer l’adresse", {"calendar": f"adherent-{house['sonam'].pk}"})
        assert CalendarFeed.objects.get().member == house["sonam"]

    @pytest.mark.parametrize("calendar", ["", "adherent-0", "autre", None])
    def test_what_one_may_not_read_is_refused(self, house, calendar):
        wanted = f"adherent-{house['sonam'].pk}" if calendar is None else calendar
        page = Visitor(house["nolwenn"]).open(PAGE).send(reverse("employees:open_feed"), {"calendar": wanted})
        assert page.page.status_code == 422
        assert not CalendarFeed.objects.exists()

    def test_the_coordination_chooses_among_all(self, house):
        page = Visitor(house["solene"]).open(PAGE)
        page.press("Créer l’adresse", {"calendar": f"personne-{house['maelle'].pk}"})
        assert CalendarFeed.objects.get().employee == house["maelle"]

    def test_somebody_else_s_address_does_not_exist(self, house):
        feed, secret = open_feed(house["maelle"].user, employee=house["maelle"])
        page = Visitor(house["solene"]).send(reverse("employees:revoke_feed", args=[feed.pk]), {})
        assert page.page.status_code == 404
        assert feeds.find_feed(secret) == feed

    def test_who_has_no_planning_reads_whom_it_is_for(self, house):
        page = Visitor(world.user("Ana Nouvelle")).open(PAGE)
        assert page.page.status_code == 403
        assert "réservée aux salariés partagés" in page.words

    @pytest.mark.parametrize("count", [1, 3])
    def test_as_many_queries_for_one_address_as_for_three(self, house, client, count):
        for n in range(count):
            open_feed(house["solene"], member=world.member(f"Maison {n}"))
        client.force_login(house["solene"])
        client.get(PAGE)  # the first page of a day notes the visit
        with CaptureQueriesContext(connection) as queries:
            page = client.get(PAGE)
        assert len(re.findall(r'Révoquer<span class="vh">\s+l', page.content.decode())) == count
        assert len(queries) == 8


def address_on(page):
    found = re.search(r'id="address"\s+value="([^"]+)"', page.page.content.decode())
    return found[1] if found else ""
