"""The planning as pages: what each role reads, what the coordination changes there, and what is never shown."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from employees.models import Absence, PlannedDay
from members.models import Member
from tests import world

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
WEEK, MONTH = "/equipe/planning/2026-S45/", "/equipe/planning/2026-11/"


@pytest.fixture(autouse=True)
def _today(monkeypatch, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.at(TUESDAY))


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def sonam(aloen):
    return world.member("Sonam")


@pytest.fixture
def maelle(aloen, sonam):
    """Maëlle: Monday and Tuesday at Aloen, Tuesday and Thursday at Sonam, sick on Tuesday; 30 hours by contract."""
    person = world.employee(weekly_minutes=1800)
    world.assignment(person, aloen, weekly_pattern=(420, 300, 0, 0, 0, 0, 0), job="paie")
    world.assignment(person, sonam, weekly_pattern=(0, 180, 0, 231, 0, 0, 0), job="tournées")
    Absence.objects.create(
        employee=person,
        kind="sickness",
        note="Opération",
        starts_on=TUESDAY,
        ends_before=TUESDAY + timedelta(days=1),
        recorded_at=world.NOW,
    )
    return person


@pytest.fixture
def placed(maelle, aloen):
    return maelle.assignments.get(member=aloen)


@pytest.fixture
def solene(client):
    person = world.coordinator()
    client.force_login(person)
    return person


def words(response):
    text = re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.DOTALL)
    main = text[text.index("<main") :] if "<main" in text else text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def change(client, name, placed, data=None, **how):
    address = reverse(f"employees:{name}", args=[placed.pk])
    query = f"?pour=2026-S45&vue=personnes&qui={placed.employee_id}&jour={how.pop('day', MONDAY)}"
    return client.post(address + query, data or {}, **how)


class TestWhoReadsWhat:
    def test_the_coordination_reads_everything(self, client, solene, maelle):
        text = words(client.get(WEEK))
        for expected in (
            "Aloen 7 h",
            "Sonam 3 h",
            "Sonam 3,85 h",
            "Maladie",
            "Opération",
            "18,85 h",
            "11,15 h à placer",
        ):
            assert expected in text
        assert "Maladie, 8 h restent prévues" in text

    @pytest.mark.parametrize("role", [world.finance, world.admin])
    def test_finance_and_admins_read_without_changing(self, client, maelle, role):
        client.force_login(role())
        page = client.get(WEEK)
        assert "Maladie" in words(page)
        assert "Noter une absence" not in words(page)
        assert "qui=" not in page.content.decode()

    @pytest.mark.parametrize("path", [WEEK, MONTH])
    def test_a_member_s_staff_read_their_own_hours_and_nothing_else(self, client, maelle, aloen, path):
        client.force_login(world.staff(aloen))
        page = client.get(path)
        text, source = words(page), page.content.decode()
        for expected in ("Maëlle Kerbrat", "Indisponible", "Qui vient chez vous"):
            assert expected in text
        for hidden in (
            "Sonam",
            "Maladie",
            "Opération",
            "sickness",
            "tournées",
            "3,85",
            "18,85",
            "à placer",
            "À regarder",
        ):
            assert hidden not in source
        assert ("12 h" if path == WEEK else "55 h") in text

    def test_no_parameter_opens_more(self, client, maelle, aloen, sonam):
        world.assignment(world.employee("Youenn", "Talec"), sonam)
        client.force_login(world.staff(aloen))
        for query in (
            "?vue=adherents",
            "?vue=moi",
            f"?adherent={sonam.pk}",
            f"?personne={maelle.pk}",
            f"?qui={maelle.pk}&jour=2026-11-05",
            "?loi=1",
        ):
            source = client.get(WEEK + query).content.decode()
            assert not re.search("Sonam|Talec|Maladie|3,85|restent prévues|Planifier", source), query
        assert "Maëlle" in words(client.get(f"{WEEK}?personne={maelle.pk}"))

    def test_a_day_away_that_is_not_theirs_stays_unknown(self, client, maelle, sonam, aloen):
        Absence.objects.update(starts_on=MONDAY, ends_before=TUESDAY)
        client.force_login(world.staff(sonam))
        assert "is-away" not in client.get(WEEK).content.decode()
        client.force_login(world.staff(aloen, "Claire Danno"))
        assert "is-away" in client.get(WEEK).content.decode()

    def test_a_person_reads_where_to_be_when_and_with_whom(self, client, maelle, aloen):
        youenn = world.employee("Youenn", "Talec")
        world.assignment(youenn, aloen, job="jardin")
        world.assignment(youenn, world.member("Book"), weekly_pattern=(0, 60, 0, 0, 0, 0, 0))
        client.force_login(maelle.user)
        text = words(client.get(reverse("employees:planning"), follow=True))
        for expected in (
            "Mon planning",
            "Lundi 2",
            "Aloen 7 h",
            "Avec Youenn Talec",
            "Maladie",
            "dont 8 h d’absence",
        ):
            assert expected in text
        assert "Mes heures de novembre 2026" in text
        assert re.search(r"du 2 au 8 novembre 2026\. (Aujourd’hui|Prochaine journée).* h prévues, dont", text)
        assert not re.search("Book|jardin", text)
        assert "Maëlle" not in words(client.get(MONTH))

    def test_at_the_weekend_one_s_own_planning_turns_to_the_next_week(self, client, maelle, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: world.at(date(2026, 11, 7)))
        client.force_login(maelle.user)
        assert client.get(reverse("employees:planning")).url == "/equipe/planning/2026-S46/?vue=moi"

    def test_who_has_no_planning_is_told(self, client):
        client.force_login(world.user("Personne Seule"))
        assert client.get(WEEK).status_code == 403

    @pytest.mark.parametrize("path", ["2026-S54", "2027-S53", "0001-S01", "0001-01", "9998-12", "2026-13"])
    def test_days_that_no_calendar_has_are_not_found(self, client, solene, path):
        assert client.get(f"/equipe/planning/{path}/").status_code == 404

    def test_what_cannot_be_read_in_the_address_is_left_out(self, client, solene, maelle):
        query = "?vue=tout&personne=x&adherent=99999999999999&qui=1&jour=hier&page=zz"
        assert "Maëlle Kerbrat" in words(client.get(WEEK + query))


class TestChoosing:
    def test_choices_are_kept_from_one_week_to_the_next(self, client, solene, maelle, sonam):
        page = client.get(f"{WEEK}?vue=adherents&adherent={sonam.pk}").content.decode()
        source = " ".join(unescape(page).split())
        kept = f"?vue=adherents&adherent={sonam.pk}"
        assert f'href="/equipe/planning/2026-S46/{kept}" aria-label="Semaine suivante"' in source
        assert f'href="/equipe/planning/2026-11/{kept}"' in source
        assert f'<option value="{sonam.pk}" selected>' in source

    def test_by_member(self, client, solene, maelle):
        text = words(client.get(f"{WEEK}?vue=adherents"))
        assert re.search(r"Aloen .*Maëlle Kerbrat 7 h", text)

    def test_htmx_gets_the_content_without_its_frame(self, client, solene, maelle):
        part = client.get(WEEK, headers={"HX-Request": "true"}).content.decode()
        assert part.lstrip().startswith('<div class="stack is-region" id="planning">')

    def test_forty_rows_a_page(self, client, solene, aloen):
        for number in range(41):
            world.employee("Anna", f"Riou{number:02}", with_account=False)
        shown = [
            client.get(f"{WEEK}?page={number}").content.decode().count("Planifier Anna") for number in (1, 2)
        ]
        assert shown == [40 * 7, 7]


class TestChanging:
    def test_a_day_is_opened_with_its_places(self, client, solene, maelle):
        text = words(client.get(f"{WEEK}?qui={maelle.pk}&jour=2026-11-02"))
        assert "Lundi 2 novembre, 7 h prévues" in text
        assert "Déplacer à un autre jour" in text
        assert "Planifier ce jour ici" in text

    def test_another_duration(self, client, solene, placed):
        data = {f"m{placed.pk}-set-minutes": "3h30", f"m{placed.pk}-set-reason": "Fermeture"}
        answer = change(client, "set_day", placed, data, follow=True)
        assert answer.redirect_chain == [(f"{WEEK}?vue=personnes", 302)]
        assert "Maëlle Kerbrat, Aloen. Lundi 2 novembre\u00a0: 3,5\u00a0h prévues." in unescape(
            answer.content.decode()
        )
        assert PlannedDay.objects.values_list("day", "minutes", "reason").get() == (MONDAY, 210, "Fermeture")

    def test_short_notice_is_reported_and_not_refused(self, client, solene, placed):
        answer = change(client, "set_day", placed, {f"m{placed.pk}-set-minutes": "0"}, follow=True)
        assert "Prévenance courte\u00a0: aucun jour au lieu de 7 (C. trav. L3123-31)." in unescape(
            answer.content.decode()
        )
        assert PlannedDay.objects.get().made_by == solene

    def test_a_day_is_moved_and_restored(self, client, solene, placed):
        change(client, "move_day", placed, {f"m{placed.pk}-move-to": "2026-11-06"})
        assert dict(PlannedDay.objects.values_list("day", "minutes")) == {MONDAY: 0, date(2026, 11, 6): 420}
        change(client, "restore_day", placed)
        assert dict(PlannedDay.objects.values_list("day", "minutes")) == {date(2026, 11, 6): 420}

    def test_days_are_freed(self, client, solene, placed):
        data = {f"m{placed.pk}-clear-first": "2026-11-02", f"m{placed.pk}-clear-last": "2026-11-15"}
        answer = change(client, "clear_days", placed, data, follow=True)
        assert "4\u00a0jours libérés, 24\u00a0h." in unescape(answer.content.decode())

    @pytest.mark.parametrize(
        ("name", "typed", "sentence"),
        [
            (
                "set",
                {"minutes": "beaucoup", "reason": "Pourquoi pas"},
                "«\u00a0beaucoup\u00a0» n’est pas une durée",
            ),
            ("set", {"minutes": "25", "reason": ""}, "dépasse 24\u00a0h"),
            ("set", {"minutes": ""}, "Écrivez une durée"),
            ("move", {"to": "2025-12-31", "reason": "Trop tôt"}, "n’est pas dans la mise à disposition"),
            ("move", {"to": "demain"}, "Écrivez un jour"),
            (
                "clear",
                {"first": "2026-11-06", "last": "2026-11-02"},
                "Le dernier jour vient avant le premier.",
            ),
        ],
    )
    def test_what_was_typed_stays_with_the_sentence(self, client, solene, placed, name, typed, sentence):
        act = {"set": "set_day", "move": "move_day", "clear": "clear_days"}[name]
        data = {f"m{placed.pk}-{name}-{field}": value for field, value in typed.items()}
        answer = change(client, act, placed, data)
        source = unescape(answer.content.decode())
        assert answer.status_code == 422
        assert sentence in source
        for field, value in data.items():
            assert not value or re.search(f'name="{field}" value="{value}"', source)
        assert not PlannedDay.objects.exists()

    def test_htmx_gets_the_new_week_and_its_address(self, client, solene, placed):
        data = {f"m{placed.pk}-set-minutes": "2"}
        answer = change(client, "set_day", placed, data, headers={"HX-Request": "true"})
        assert answer["HX-Push-Url"] == f"{WEEK}?vue=personnes"
        assert "Aloen 2 h" in words(answer)

    @pytest.mark.parametrize("name", ["set_day", "move_day", "clear_days", "restore_day"])
    def test_nobody_but_the_coordination_changes_the_plan(self, client, placed, aloen, name):
        for stranger in (placed.employee.user, world.staff(aloen), world.finance()):
            client.force_login(stranger)
            assert change(client, name, placed, {f"m{placed.pk}-set-minutes": "2"}).status_code == 404
        assert not PlannedDay.objects.exists()

    @pytest.mark.parametrize("day", ["", "hier"])
    def test_without_a_day_there_is_nothing_to_change(self, client, solene, placed, day):
        assert change(client, "restore_day", placed, day=day).status_code == 404


class TestAbsences:
    def post(self, client, person=None, query="vue=personnes", **typed):
        data = {"kind": "leave", "first": "2026-11-09", "last": "2026-11-13", "note": "", **typed}
        if person is not None:
            data["employee"] = person.pk
        fields = {f"absence-{name}": value for name, value in data.items()}
        return client.post(f"{reverse('employees:record_absence')}?pour=2026-S45&{query}", fields)

    def test_the_coordination_notes_somebody_s(self, client, solene, maelle):
        assert self.post(client, maelle).url == f"{WEEK}?vue=personnes"
        assert Absence.objects.filter(employee=maelle, kind="leave", starts_on=date(2026, 11, 9)).exists()

    def test_a_person_notes_their_own_whatever_they_send(self, client, maelle):
        youenn = world.employee("Youenn", "Talec")
        client.force_login(maelle.user)
        self.post(client, youenn, query="vue=moi")
        assert (
            list(Absence.objects.order_by("starts_on").values_list("employee", flat=True)) == [maelle.pk] * 2
        )

    def test_an_overlap_names_the_other_days_and_keeps_what_was_typed(self, client, maelle):
        client.force_login(maelle.user)
        answer = self.post(client, query="vue=moi", first="2026-11-01", note="Fête de famille")
        assert answer.status_code == 422
        assert "Une absence est déjà prévue le 03/11/2026" in words(answer)
        assert 'value="Fête de famille"' in answer.content.decode()

    def test_an_absence_is_changed_and_cancelled(self, client, maelle):
        absence = Absence.objects.get()
        client.force_login(maelle.user)
        data = {
            f"a{absence.pk}-{name}": value
            for name, value in {"kind": "leave", "first": "2026-11-04", "last": "2026-11-05"}.items()
        }
        client.post(reverse("employees:change_absence", args=[absence.pk]) + "?pour=2026-S45", data)
        absence.refresh_from_db()
        assert (absence.kind, absence.starts_on, absence.last_day) == (
            "leave",
            date(2026, 11, 4),
            date(2026, 11, 5),
        )
        client.post(reverse("employees:cancel_absence", args=[absence.pk]) + "?pour=2026-S45")
        assert not Absence.objects.exists()

    def test_a_faulty_change_stays_open(self, client, solene, maelle):
        absence = Absence.objects.get()
        data = {
            f"a{absence.pk}-kind": "leave",
            f"a{absence.pk}-first": "2026-11-04",
            f"a{absence.pk}-last": "",
        }
        answer = client.post(reverse("employees:change_absence", args=[absence.pk]) + "?pour=2026-S45", data)
        assert answer.status_code == 422
        assert "Choisissez un jour." in words(answer)
        assert "<details open>" in answer.content.decode()

    def test_an_absence_of_somebody_else_does_not_exist(self, client, maelle, aloen):
        absence = Absence.objects.get()
        for stranger in (world.staff(aloen), world.finance(), world.employee("Youenn", "Talec").user):
            client.force_login(stranger)
            for name in ("change_absence", "cancel_absence"):
                assert client.post(reverse(f"employees:{name}", args=[absence.pk])).status_code == 404
        assert Absence.objects.get().kind == "sickness"


class TestLaw:
    def test_the_page_asks_for_it_once_it_is_there(self, client, solene, maelle):
        assert 'hx-trigger="load"' in client.get(WEEK).content.decode()

    def test_the_law_speaks_of_the_plan_before_it_happens(self, client, solene, maelle):
        for placed in maelle.assignments.all():
            placed.terms.update(weekly_pattern=[300, 300, 300, 300, 300, 300, 300])
        part = client.get(
            f"{WEEK}?vue=personnes&loi=1", headers={"HX-Request": "true", "HX-Target": "planning-law"}
        )
        assert re.match(r'\s*<section\s+class="panel"\s+id="planning-law"', part.content.decode())
        assert "Maëlle Kerbrat" in words(part)
        assert "L3121-20" in words(part)

    def test_nothing_to_tell_is_told(self, client, solene, aloen):
        assert "Rien à signaler" in words(client.get(f"{WEEK}?loi=1"))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("who", "path", "queries"),
    [
        ("solene", f"{WEEK}?vue=personnes", 13),
        ("solene", f"{MONTH}?vue=adherents", 13),
        ("staff", WEEK, 11),
        ("staff", MONTH, 11),
        ("anna", WEEK, 14),
        ("anna", MONTH, 14),
    ],
)
def test_a_page_takes_the_same_queries_whatever_it_holds(
    client, settings, aloen, count, who, path, queries, django_assert_num_queries
):
    people = {"solene": world.coordinator(), "staff": world.staff(aloen)}
    for number in range(count + 1):
        anna = world.employee("Anna", f"Riou{number}")
        people["anna"] = anna.user
        placed = world.assignment(anna, aloen)
        world.assignment(anna, world.member(f"Structure {number}"))
        PlannedDay.objects.create(assignment=placed, day=TUESDAY, minutes=60, made_at=world.NOW)
        Absence.objects.create(
            employee=anna, kind="leave", starts_on=MONDAY, ends_before=TUESDAY, recorded_at=world.NOW
        )
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    client.force_login(people[who])
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200
    assert Member.objects.count() == count + 2
