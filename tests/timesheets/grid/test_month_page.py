"""The month grid on the page: what it keeps, how it answers what cannot be, and what can be done with it."""

import re
from datetime import date

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from tests import world
from tests.markup import flat
from tests.world import NOVEMBER
from timesheets import approval, confirming, recording
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 3)
THURSDAY = date(2026, 11, 5)
MINE = reverse("timesheets:my_month", args=[NOVEMBER])


@pytest.fixture(autouse=True)
def _in_december():
    world.group()
    with time_machine.travel(world.NOW, tick=True):
        yield


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


@pytest.fixture
def placed(maelle, aloen):
    return world.assignment(maelle, aloen)


@pytest.fixture
def sheet(placed):
    return world.timesheet(placed, status="draft")


@pytest.fixture
def group_sheet(maelle):
    """Her timesheet at the group."""
    return world.timesheet(maelle, status="draft")


@pytest.fixture
def hers(client, maelle):
    """Her browser."""
    client.force_login(maelle.user)
    return client


def words(response):
    """The page as text with plain spaces and apostrophes."""
    return flat(response.content.decode()).replace("\u00a0", " ").replace("&#x27;", "'")


def found(response):
    return [str(message).replace("\u00a0", " ") for message in get_messages(response.wsgi_request)]


def written(sheet):
    return list(sheet.entries.order_by("day", "kind").values_list("day", "kind", "minutes"))


def state(sheet):
    sheet.refresh_from_db()
    return sheet.state


class TestKeeping:
    def test_month_shows_before_anybody_opened_it(self, hers, placed):
        page = words(hers.get(MINE))
        assert f'name="m-a{placed.pk}-2026-11-02"' in page
        assert "Ce mois n’est pas encore ouvert" in page
        assert Timesheet.objects.count() == 0

    def test_first_save_opens_the_month(self, hers, placed):
        answer = hers.post(MINE, {f"m-a{placed.pk}-{TUESDAY}": "7,5"})
        assert (answer.status_code, answer["Location"]) == (302, MINE)
        assert found(answer) == ["Le brouillon est enregistré."]
        opened = {sheet.assignment_id: written(sheet) for sheet in Timesheet.objects.all()}
        assert opened == {placed.pk: [(TUESDAY, "worked", 450)], None: []}

    def test_page_from_before_the_opening_still_saves(self, hers, placed, sheet):
        hers.post(MINE, {f"m-a{placed.pk}-{TUESDAY}": "7"})
        assert written(sheet) == [(TUESDAY, "worked", 420)]

    @pytest.mark.parametrize("typed", ["7,5", "7.5", "7:30", "7h30", "450 min", " 7 h 30 "])
    def test_case_24_every_way_to_write_seven_and_a_half_hours(self, typed, hers, sheet):
        assert hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": typed}).status_code == 302
        assert written(sheet) == [(TUESDAY, "worked", 450)]

    def test_emptied_cell_takes_the_hours_away(self, hers, placed):
        sheet = world.timesheet(placed, {TUESDAY: 420, THURSDAY: 60}, status="draft")
        hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": "", f"m-{sheet.pk}-{THURSDAY}": "1"})
        assert written(sheet) == [(THURSDAY, "worked", 60)]

    def test_travel_not_shown_is_kept(self, hers, placed):
        sheet = world.timesheet(placed, {TUESDAY: 45}, kind="travel", status="draft")
        hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": "3"})
        assert written(sheet) == [(TUESDAY, "travel", 45), (TUESDAY, "worked", 180)]

    def test_travel_has_its_own_line_on_request(self, hers, sheet):
        assert f'name="t-{sheet.pk}-{TUESDAY}"' not in words(hers.get(MINE))
        assert f'name="t-{sheet.pk}-{TUESDAY}"' in words(hers.get(f"{MINE}?plus=1"))
        hers.post(f"{MINE}?plus=1", {f"t-{sheet.pk}-{TUESDAY}": "0h30"})
        assert written(sheet) == [(TUESDAY, "travel", 30)]

    def test_two_causes_of_absence_fit_in_a_day(self, hers, group_sheet):
        key = group_sheet.pk
        cells = {
            f"m-{key}-{TUESDAY}": "3",
            f"k-{key}-{TUESDAY}": "leave",
            f"m2-{key}-{TUESDAY}": "4",
            f"k2-{key}-{TUESDAY}": "training",
        }
        hers.post(f"{MINE}?plus=1", cells)
        assert written(group_sheet) == [(TUESDAY, "leave", 180), (TUESDAY, "training", 240)]
        assert f'name="k2-{key}-{TUESDAY}"' in words(hers.get(MINE))

    def test_plan_fills_empty_cells_but_not_days_of_absence(self, hers, maelle, aloen, group_sheet):
        placed = world.assignment(maelle, aloen, weekly_pattern=(420, 210, 420, 0, 0, 0, 0))
        sheet = world.timesheet(placed, {TUESDAY: 60}, status="draft")
        monday = date(2026, 11, 9)
        absence = {f"m-{group_sheet.pk}-{monday}": "7", f"k-{group_sheet.pk}-{monday}": "sickness"}
        hers.post(MINE, {"do": "copy", **absence})
        days = {day.day: minutes for day, _, minutes in written(sheet)}
        assert days == {
            2: 420,
            3: 60,
            4: 420,
            10: 210,
            16: 420,
            17: 210,
            18: 420,
            23: 420,
            24: 210,
            25: 420,
            30: 420,
        }
        assert written(group_sheet) == [(monday, "sickness", 420), (date(2026, 11, 11), "holiday", 420)]


BAD = [
    ("7:75", "« 7:75 » compte 75 minutes après l’heure"),
    ("-1", "« -1 » est négatif : une durée commence à 0."),
    ("25:00", "« 25:00 » dépasse 24 h : écrivez par exemple 7,5 ou 7:30"),
    ("beaucoup", "« beaucoup » n’est pas une durée : écrivez par exemple 7,5 ou 7:30 ou 7h30."),
    ("7,512", "« 7,512 » a plus de deux décimales"),
]


class TestBadInput:
    @pytest.mark.parametrize(("typed", "sentence"), BAD)
    def test_what_is_no_duration_is_named_and_kept(self, typed, sentence, hers, sheet):
        cell = f"m-{sheet.pk}-{TUESDAY}"
        answer = hers.post(MINE, {cell: typed, f"m-{sheet.pk}-{THURSDAY}": "2"})
        page = words(answer)
        assert answer.status_code == 422
        assert f'<li id="faute-{cell}"><a href="#{cell}">Mardi 3 novembre (Aloen) : {sentence}' in page
        assert f'value="{typed}" aria-invalid="true" aria-describedby="faute-{cell}"' in page
        assert f'name="m-{sheet.pk}-{THURSDAY}" placeholder=" " value="2"' in page
        assert written(sheet) == []

    def test_absence_needs_its_cause(self, hers, group_sheet):
        answer = hers.post(MINE, {f"m-{group_sheet.pk}-{TUESDAY}": "7", f"k-{group_sheet.pk}-{TUESDAY}": ""})
        assert "Mardi 3 novembre (absence) : choisissez le motif : congé, maladie, formation…" in words(
            answer
        )
        assert written(group_sheet) == []

    def test_an_empty_day_gets_its_choice_of_causes_when_somebody_comes_to_it(self, hers, group_sheet):
        """Thirty lists of causes are a quarter of the page; the script takes them from the one that stands on it."""
        name = f"k-{group_sheet.pk}-{TUESDAY}"
        page = words(hers.get(MINE))
        assert (f'data-cause="{name}"' in page, f'<select class="kind" name="{name}"' in page) == (
            True,
            False,
        )
        assert page.count('<template id="motifs">') == 1
        # Without a script it comes with the question.
        page = words(hers.post(MINE, {f"m-{group_sheet.pk}-{TUESDAY}": "7"}))
        assert (f'data-cause="{name}"' in page, f'<select class="kind" name="{name}"' in page) == (
            False,
            True,
        )

    def test_work_is_no_cause_of_absence(self, hers, group_sheet):
        cells = {f"m-{group_sheet.pk}-{TUESDAY}": "7", f"k-{group_sheet.pk}-{TUESDAY}": "worked"}
        assert hers.post(MINE, cells).status_code == 422
        assert written(group_sheet) == []

    @pytest.mark.parametrize("day", ["2026-11-09", "2026-11-20"])
    def test_day_outside_the_assignment_has_no_cell_and_is_refused(self, day, hers, maelle, aloen):
        short = world.assignment(maelle, aloen, starts_on=date(2026, 11, 10), ends_before=date(2026, 11, 20))
        sheet = world.timesheet(short, status="draft")
        assert f'name="m-{sheet.pk}-{day}"' not in words(hers.get(MINE))
        answer = hers.post(MINE, {f"m-{sheet.pk}-{day}": "7"})
        assert "hors de ce que couvre la mise à disposition chez Aloen. Videz cette case." in words(answer)
        assert written(sheet) == []

    @pytest.mark.parametrize("cell", ["m-999-2026-11-03", "m-a999-2026-11-03", "m-g-2026-13-41"])
    def test_cell_of_no_timesheet_of_hers_is_refused(self, cell, hers, sheet):
        answer = hers.post(MINE, {cell: "7", f"m-{sheet.pk}-{TUESDAY}": "7"})
        assert (answer.status_code, "Cette page n’est plus à jour" in words(answer)) == (422, True)
        assert written(sheet) == []

    def test_day_of_more_than_24_hours_over_all_timesheets_points_at_its_cells(self, hers, sheet, maelle):
        sonam = world.assignment(maelle, world.member("Sonam"))
        other = world.timesheet(sonam, {TUESDAY: 720}, status="submitted")
        answer = hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": "12,5"})
        assert f'href="#m-{sheet.pk}-{TUESDAY}">Mardi 3 novembre : 24,5 h ce jour-là, tous relevés' in words(
            answer
        )
        assert (written(sheet), written(other)) == ([], [(TUESDAY, "worked", 720)])

    @pytest.mark.parametrize(
        ("status", "sentence"),
        [
            ("submitted", "Soumis : rappelez-le pour le corriger."),
            ("confirmed", "Visé : la coordination peut le renvoyer."),
            ("approved", "Approuvé : la coordination peut le rouvrir."),
        ],
    )
    def test_locked_cell_says_who_can_reopen(self, status, sentence, hers, placed):
        sheet = world.timesheet(placed, {TUESDAY: 420}, status=status)
        cell = f"m-{sheet.pk}-{TUESDAY}"
        page = words(hers.get(MINE))
        assert f'name="{cell}" placeholder=" " value="7" readonly' in page
        assert f"({sentence})" in page
        answer = hers.post(MINE, {cell: "6"})
        assert f"Mardi 3 novembre (Aloen) : ce relevé ne se modifie pas. {sentence}" in words(answer)
        assert written(sheet) == [(TUESDAY, "worked", 420)]

    def test_cell_that_two_people_changed_is_not_overwritten(self, hers, placed, sheet):
        seen = {f"vu-{sheet.pk}": ""}
        world.Entry.objects.create(timesheet=sheet, day=TUESDAY, minutes=300)
        cells = {f"m-{sheet.pk}-{TUESDAY}": "7", f"m-{sheet.pk}-{THURSDAY}": "2"}
        answer = hers.post(MINE, {**seen, **cells})
        assert "entre-temps, une autre personne a écrit 5 h. Vérifiez" in words(answer)
        assert written(sheet) == [(TUESDAY, "worked", 300)]

    def test_cell_of_ones_own_other_tab_is_no_other_persons(self, hers, sheet):
        seen, cell = {f"vu-{sheet.pk}": ""}, f"m-{sheet.pk}-{TUESDAY}"
        assert "Le brouillon est enregistré." in words(hers.post(MINE, {**seen, cell: "5"}, follow=True))
        page = words(hers.post(MINE, {**seen, cell: "7"}))
        assert "entre-temps, vous avez écrit 5 h dans un autre onglet. Vérifiez" in page
        assert "Vous, dans un autre onglet" in page
        assert "autre personne" not in page
        # The same value again, as by a second press, is done.
        assert "Le brouillon est enregistré." in words(hers.post(MINE, {**seen, cell: "5"}, follow=True))
        assert written(sheet) == [(TUESDAY, "worked", 300)]

    def test_cell_left_as_it_came_does_not_undo_what_another_wrote(self, hers, sheet):
        world.Entry.objects.create(timesheet=sheet, day=TUESDAY, minutes=300)
        cells = {f"vu-{sheet.pk}": "", f"m-{sheet.pk}-{TUESDAY}": "", f"m-{sheet.pk}-{THURSDAY}": "2"}
        assert hers.post(MINE, cells).status_code == 302
        assert written(sheet) == [(TUESDAY, "worked", 300), (THURSDAY, "worked", 120)]

    def test_month_too_far_ahead_is_refused_with_a_sentence(self, hers, placed):
        later = reverse("timesheets:my_month", args=[NOVEMBER.shift(40)])
        answer = hers.post(later, {f"m-a{placed.pk}-2030-03-04": "7"})
        assert (answer.status_code, "est trop loin pour y saisir des heures" in words(answer)) == (422, True)

    def test_unknown_action_is_refused(self, hers, sheet):
        assert hers.post(MINE, {"do": "approve", f"m-{sheet.pk}-{TUESDAY}": "7"}).status_code == 422
        assert written(sheet) == []


class TestSums:
    """What is summed up is what stands in the cells, saved or not."""

    @pytest.fixture
    def refused(self, sheet, group_sheet):
        """Of 7 h and 3 h of leave, 5 h and 2 h of illness beside a cell that cannot be read."""
        recording.save(sheet, {TUESDAY: {"worked": 420}}, by=sheet.employee.user, at=world.NOW)
        recording.save(group_sheet, {THURSDAY: {"leave": 180}}, by=sheet.employee.user, at=world.NOW)
        return {
            f"m-{sheet.pk}-{TUESDAY}": "5",
            f"m-{sheet.pk}-{date(2026, 11, 4)}": "deux",
            f"m-{group_sheet.pk}-{THURSDAY}": "2",
            f"k-{group_sheet.pk}-{THURSDAY}": "sickness",
        }

    def test_a_refused_month_sums_up_what_it_shows(self, hers, sheet, refused):
        answer = hers.post(MINE, {"do": "save", **refused})
        assert answer.status_code == 422
        page = words(answer)
        assert re.findall(r'<span id="somme"><b>([\d,]+) h</b>', page) == ["5,00"]
        assert re.findall(r"et ([\d,]+) h d’absence", page) == ["2,00"]
        assert [week.minutes for week in answer.context["weeks"]] == [0, 420, 0, 0, 0, 0]
        assert [row.minutes for row in answer.context["weeks"][1].rows] == [300, 120]
        assert [minutes for _, minutes in answer.context["sheets"]] == [300, 120]
        assert written(sheet) == [(TUESDAY, "worked", 420)]

    def test_so_does_the_answer_to_a_page_that_saves_itself(self, hers, refused):
        answer = hers.post(MINE, {"do": "auto", **refused}, headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert '<span id="somme"><b>5,00 h</b>' in words(answer)

    def test_so_does_a_refused_day(self, hers, sheet, refused):
        names = {"m": "5", "d": "quand"}
        answer = hers.post(
            reverse("timesheets:day", args=[NOVEMBER, 3]),
            {"do": "save", **{f"{letter}-{sheet.pk}-{TUESDAY}": text for letter, text in names.items()}},
        )
        assert answer.status_code == 422
        assert '<span id="somme"><b>0 h</b>' in words(answer)


class TestHandingOver:
    def test_whole_month_is_submitted_with_what_was_typed(self, hers, sheet, group_sheet):
        answer = hers.post(MINE, {"do": "submit", f"m-{sheet.pk}-{TUESDAY}": "7"})
        assert found(answer) == ["2 relevés sont soumis."]
        assert (state(sheet), state(group_sheet)) == ("submitted", "submitted")
        assert written(sheet) == [(TUESDAY, "worked", 420)]

    def test_one_timesheet_does_not_wait_for_the_others(self, hers, sheet, group_sheet):
        answer = hers.post(MINE, {"do": f"submit-{sheet.pk}"})
        assert found(answer) == ["Le relevé est soumis."]
        assert (state(sheet), state(group_sheet)) == ("submitted", "draft")

    def test_nothing_is_submitted_while_a_cell_is_wrong(self, hers, sheet):
        assert hers.post(MINE, {"do": "submit", f"m-{sheet.pk}-{TUESDAY}": "7:75"}).status_code == 422
        assert state(sheet) == "draft"

    def test_submitted_timesheet_is_recalled(self, hers, placed):
        sheet = world.timesheet(placed, {TUESDAY: 420}, status="submitted")
        assert f'value="recall-{sheet.pk}"' in words(hers.get(MINE))
        answer = hers.post(MINE, {"do": f"recall-{sheet.pk}"})
        assert state(sheet) == "draft"
        assert found(answer) == ["Le relevé est rappelé : corrigez-le, puis soumettez-le de nouveau."]

    def test_contested_day_shows_its_reason_and_goes_back_with_an_answer(self, hers, placed, aloen):
        sheet = world.timesheet(placed, {THURSDAY: 420}, status="submitted")
        claire = world.staff(aloen, "Claire Danno")
        reason = "Partie à 15 h 30 : nous comptons 5 h 30."
        confirming.contest(sheet, by=claire, at=world.NOW, remarks=[(THURSDAY, reason, 330)])
        page = words(hers.get(MINE))
        assert "Aloen conteste une journée." in page
        assert "Jeudi 5 novembre : 5,5 h attendues" in page
        assert f"« {reason} »" in page
        assert "Claire Danno, jeudi 3 décembre" in page
        assert f'value="7" aria-describedby="remarque-{sheet.pk}-2026-11-05"' in page
        hers.post(
            MINE, {"do": f"submit-{sheet.pk}", f"m-{sheet.pk}-{THURSDAY}": "5h30", "note": "Exact, merci."}
        )
        assert (state(sheet), written(sheet)) == ("submitted", [(THURSDAY, "worked", 330)])
        assert sheet.steps.latest("pk").note == "Exact, merci."
        assert "Aloen conteste" not in words(hers.get(MINE))

    def test_return_shows_who_sent_it_back_and_why(self, hers, placed):
        sheet = world.timesheet(placed, {THURSDAY: 420}, status="submitted")
        approval.send_back(sheet, by=world.coordinator(), at=world.NOW, note="Il manque le vendredi.")
        page = words(hers.get(MINE))
        assert "La coordination renvoie le relevé « Aloen »." in page
        assert "« Il manque le vendredi. »" in page

    def test_htmx_gets_the_month_and_the_news_only(self, hers, sheet):
        answer = hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": "7"}, HTTP_HX_REQUEST="true")
        page = words(answer)
        assert (answer.status_code, "<html" in page, 'id="mois"' in page) == (200, False, True)
        assert "Le brouillon est enregistré." in page
        assert hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": "x"}, HTTP_HX_REQUEST="true").status_code == 422

    def test_page_saves_itself_quietly_and_brings_back_what_it_now_knows(self, hers, sheet):
        cell, seal = f"m-{sheet.pk}-{TUESDAY}", f"vu-{sheet.pk}"
        answer = hers.post(MINE, {"do": "auto", seal: "", cell: "7"}, HTTP_HX_REQUEST="true")
        assert found(answer) == []
        assert "Brouillon enregistré à" in words(answer)
        assert f'name="{seal}" value="03worked420"' in words(answer)
        assert hers.post(MINE, {"do": "auto", seal: "03worked420", cell: "6"}).status_code == 302
        assert written(sheet) == [(TUESDAY, "worked", 360)]


def test_tabs_show_the_months_around_and_how_far_each_is(hers, placed):
    world.timesheet(placed, month=world.OCTOBER, status="approved")
    page = words(hers.get(MINE))
    october = reverse("timesheets:my_month", args=[world.OCTOBER])
    assert f'<a href="{october}">Octobre <span class="badge" data-state="approved">' in page
    assert f'<a href="{MINE}" aria-current="page">Novembre</a>' in page
    january = reverse("timesheets:my_month", args=[world.Month(2027, 1)])
    assert f'<a href="{january}">Janvier 2027</a>' in words(hers.get(january.replace("2027-01", "2026-12")))
