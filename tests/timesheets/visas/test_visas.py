"""Everybody's hours confirmed by one posting, what departs in sight; contested in part, undone, taken back."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from groupement.kernel.lifecycle import Refusal
from members.models import DraftVisibility, Group, Notice
from tests import world
from tests.markup import flat
from tests.world import NOW
from timesheets import approval, confirming, recording
from timesheets.answer_delay import read_delays
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

THURSDAYS = [date(2026, 11, day) for day in (5, 12, 19, 26)]
FULL = dict.fromkeys(THURSDAYS, 420)
LIST, ALL = reverse("timesheets:to_confirm"), reverse("timesheets:confirm_all")


class Cast:
    """At Book on Thursdays: Anna and Berc’hed as planned, Youenn with 5 h 30 more on the 19th."""

    def __init__(self):
        world.group()
        self.book = world.member("Book Hémisphères")
        self.claire, self.solene = world.staff(self.book, "Claire Danno"), world.coordinator()
        self.sheets = {}
        for name, days in (("Anna", FULL), ("Berc’hed", FULL), ("Youenn", FULL | {THURSDAYS[2]: 750})):
            person = world.employee(name, "Talec")
            facts = {"weekly_pattern": (0, 0, 0, 420, 0, 0, 0), "hours_entry": "employee"}
            placed = world.assignment(person, self.book, **facts)
            sheet = world.timesheet(placed, days, status="draft", by=person.user)
            recording.submit(sheet, by=person.user, at=NOW - timedelta(days=1))
            self.sheets[name] = sheet

    def fresh(self, name):
        sheets = Timesheet.objects.select_related("employee", "assignment__member")
        return sheets.get(pk=self.sheets[name].pk)

    def states(self):
        return {name: self.fresh(name).state for name in self.sheets}

    def posted(self, **more):
        """What the page sends."""
        data = {"timesheet": [sheet.pk for sheet in self.sheets.values()], **more}
        for name in self.sheets:
            sheet = self.fresh(name)
            data.setdefault(f"s{sheet.pk}-seen", sheet.submitted_at.isoformat() if sheet.submitted_at else "")
        return data

    def contest(self, name, day, reason="Fermé à 15 h 30.", minutes="5,5"):
        at = f"s{self.sheets[name].pk}-%s-{day.isoformat()}"
        return {at % "contest": "contest", at % "reason": reason, at % "minutes": minutes}


@pytest.fixture
def moment():
    """The clock of the test: [now]."""
    return [NOW]


@pytest.fixture
def cast(client, settings, monkeypatch, moment):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment[0])
    found = Cast()
    client.force_login(found.claire)
    return found


def words(response):
    return flat(response.content.decode())


def post(client, address, data=None):
    return words(client.post(address, data or {}, follow=True))


def test_only_what_departs_is_unfolded_and_one_posting_confirms_all(cast, client):
    page = words(client.get(LIST))
    unfolded = re.sub(r"<details.*?</details>", "", page)
    assert "jeudi 19 novembre" in unfolded
    assert "jeudi 5 novembre" not in unfolded
    assert page.count("jeudi 5 novembre</b>") == 3
    assert "Viser les 3 relevés" in page
    assert "checked" not in page
    done = post(client, ALL, cast.posted())
    assert "3\u00a0relevés visés." in done
    assert set(cast.states().values()) == {"confirmed"}
    assert "3\u00a0relevés visés</b> par vous à 9\u00a0h\u00a000" in done
    again = post(client, ALL, cast.posted())
    assert "3\u00a0relevés n’attendent plus votre visa" in again
    assert [step.kind for step in cast.sheets["Anna"].steps.order_by("pk")] == ["submit", "confirm"]


def test_one_day_is_contested_and_the_rest_confirmed(cast, client):
    done = post(client, ALL, cast.posted(**cast.contest("Youenn", THURSDAYS[2])))
    assert "2\u00a0relevés visés." in done
    assert "Contestation envoyée\u00a0: Youenn Talec, Book Hémisphères." in done
    assert cast.states() == {"Anna": "confirmed", "Berc’hed": "confirmed", "Youenn": "contested"}
    assert Notice.objects.get(kind="contested").to == cast.sheets["Youenn"].employee.user


def test_two_people_are_contested_by_one_posting(cast, client):
    both = cast.contest("Youenn", THURSDAYS[2]) | cast.contest("Anna", THURSDAYS[0])
    post(client, ALL, cast.posted(**both))
    assert cast.states() == {"Anna": "contested", "Berc’hed": "confirmed", "Youenn": "contested"}


def test_a_fault_keeps_all_back_and_what_was_typed(cast, client):
    answer = client.post(
        ALL, cast.posted(**cast.contest("Anna", THURSDAYS[0], reason="", minutes="beaucoup"))
    )
    assert answer.status_code == 422
    text = words(answer)
    assert "Écrivez ce que vous avez constaté" in text
    assert 'value="beaucoup"' in text
    assert '<details class="conform" open>' in text
    assert set(cast.states().values()) == {"submitted"}


def test_hours_taken_back_say_so_and_offer_nothing(cast, client):
    posted = cast.posted()
    recording.recall(cast.fresh("Youenn"), by=cast.sheets["Youenn"].employee.user, at=NOW)
    done = post(client, ALL, posted)
    assert "1\u00a0relevé n’attend plus votre visa" in done
    assert cast.states() == {"Anna": "confirmed", "Berc’hed": "confirmed", "Youenn": "draft"}
    sheet = cast.sheets["Youenn"]
    one = post(
        client, reverse("timesheets:confirm", args=[sheet.pk]), {"answer": "confirm", "seen": "2026-12-01"}
    )
    assert "Ces heures ont été reprises pour être corrigées" in one
    assert "Tout viser" not in one
    assert "soumises à nouveau entre-temps" not in one
    Group.objects.update(draft_visibility=DraftVisibility.NOTHING)
    for address in ("timesheets:sheet", "timesheets:confirm"):
        path = reverse(address, args=[sheet.pk])
        answer = (
            client.get(path, follow=True) if address.endswith("sheet") else client.post(path, follow=True)
        )
        assert "Ces heures ont été reprises pour être corrigées" in words(answer), address


def test_hours_handed_over_anew_are_read_again_once(cast, client):
    posted = cast.posted()
    person = cast.sheets["Youenn"].employee.user
    recording.recall(cast.fresh("Youenn"), by=person, at=NOW)
    recording.save(cast.fresh("Youenn"), {THURSDAYS[2]: {"worked": 480}}, by=person, at=NOW)
    recording.submit(cast.fresh("Youenn"), by=person, at=NOW)
    answer = client.post(ALL, posted)
    assert answer.status_code == 422
    assert "soumises à nouveau entre-temps" in words(answer)
    seen = re.search(rf'name="s{cast.sheets["Youenn"].pk}-seen" value="([^"]+)"', words(answer))[1]
    post(client, ALL, posted | {f"s{cast.sheets['Youenn'].pk}-seen": seen})
    assert set(cast.states().values()) == {"confirmed"}
    one = reverse("timesheets:confirm", args=[cast.sheets["Youenn"].pk])
    confirming.take_back(cast.fresh("Youenn"), by=cast.claire, at=NOW)
    stale = client.post(one, {"answer": "confirm", "seen": "2026-11-01T00:00:00+00:00"})
    assert stale.status_code == 422
    seen = re.search(r'name="seen" value="([^"]+)"', words(stale))[1]
    client.post(one, {"answer": "confirm", "seen": seen})
    assert cast.fresh("Youenn").state == "confirmed"


def test_the_next_person_follows_without_the_list(cast, client):
    first, second, last = (cast.sheets[name].pk for name in ("Anna", "Berc’hed", "Youenn"))
    for pk, following in ((first, second), (second, last), (last, None)):
        answer = client.post(reverse("timesheets:confirm", args=[pk]), {"answer": "confirm"})
        assert answer.url == (reverse("timesheets:sheet", args=[following]) if following else LIST)


def test_the_whole_is_undone_within_a_quarter_of_an_hour(cast, client, moment):
    page = post(client, ALL, cast.posted())
    way_back = re.search(r'action="([^"]+reprendre/\?le=[^"]+)"', page)[1].replace("&amp;", "&")
    moment[0] = NOW + timedelta(minutes=15)
    assert "Visa annulé\u00a0: 3\u00a0relevés." in post(client, way_back)
    assert set(cast.states().values()) == {"submitted"}
    assert "Ce visa est déjà annulé" in post(client, way_back)
    moment[0] = NOW
    page = post(client, ALL, cast.posted())
    moment[0] = NOW + timedelta(minutes=16)
    assert "ne s’annule plus d’un coup" in post(client, way_back)
    assert set(cast.states().values()) == {"confirmed"}
    for text in ("", "?le=", "?le=hier"):
        assert "Ce visa est déjà annulé" in post(client, reverse("timesheets:take_back_all") + text), text


def test_later_a_visa_is_taken_back_with_a_reason_until_the_hours_are_approved(cast, client, moment):
    post(client, ALL, cast.posted())
    sheet = cast.sheets["Anna"]
    page, address = (reverse(f"timesheets:{name}", args=[sheet.pk]) for name in ("sheet", "take_back"))
    assert "Annuler mon visa" in words(client.get(page))
    moment[0] = NOW + timedelta(days=1)
    assert "Reprendre le visa" in words(client.get(page))
    answer = client.post(address)
    assert answer.status_code == 422
    assert "Écrivez pourquoi vous reprenez ce visa" in words(answer)
    assert "Visa repris\u00a0: Anna Talec" in post(client, address, {"note": "Le 12, elle était à Sonam."})
    assert cast.fresh("Anna").state == "submitted"
    assert sheet.steps.latest("pk").note == "Le 12, elle était à Sonam."
    # The delay does not end on the day on which it was taken back.
    due_on = read_delays([cast.fresh("Anna")], Group.objects.get(), on=moment[0].date())[sheet.pk].due_on
    assert due_on > moment[0].date()
    approval.approve(cast.fresh("Youenn"), by=cast.solene, at=moment[0])
    with pytest.raises(Refusal, match="sont approuvées"):
        confirming.take_back(cast.fresh("Youenn"), by=cast.claire, at=moment[0], note="Trop tard.")


def test_what_the_coordination_settled_or_somebody_else_answers_is_not_taken_back(cast):
    remarks = [(THURSDAYS[2], "Fermé.", 330)]
    confirming.contest(cast.fresh("Youenn"), by=cast.claire, at=NOW, remarks=remarks)
    recording.submit(cast.fresh("Youenn"), by=cast.sheets["Youenn"].employee.user, at=NOW)
    approval.settle(cast.fresh("Youenn"), by=cast.solene, at=NOW, note="Le badge fait foi.")
    with pytest.raises(Refusal, match="La coordination a tranché"):
        confirming.take_back(cast.fresh("Youenn"), by=cast.claire, at=NOW, note="Non.")
    stranger = world.staff(world.member("Sonam"), "Anaïs Moal")
    found = confirming.confirm_all([cast.fresh("Anna")], by=stranger, at=NOW)
    assert (found.count, len(found.exceptions)) == (0, 1)
    assert cast.fresh("Anna").state == "submitted"
