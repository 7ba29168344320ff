"""Pages on which somebody changes what a person wrote: the reason is asked for, what was typed is kept, all is told."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Notice
from tests import world
from tests.markup import flat
from tests.world import NOVEMBER, NOW
from timesheets import approval, recording
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 3)
REASON = "Partie à 14 h, selon le badge."
ASKED = "écrivez dans «\u00a0Motif du changement\u00a0»"


class Cast:
    def __init__(self):
        world.group()
        aloen = world.member("Aloen")
        self.employee = world.employee(members=[aloen])
        self.maelle, self.nolwenn = self.employee.user, world.staff(aloen)
        self.solene = world.coordinator()
        placed = world.assignment(self.employee, aloen)
        self.sheet = world.timesheet(placed, {TUESDAY: 420}, status="draft", by=self.maelle)
        self.cell = f"m-{self.sheet.pk}-{TUESDAY}"
        self.pages = {
            "grid": (self.nolwenn, reverse("timesheets:grid", args=[NOVEMBER, placed.pk])),
            "grid day": (self.nolwenn, reverse("timesheets:grid_day", args=[NOVEMBER, placed.pk, 3])),
            "month": (self.solene, reverse("timesheets:person_month", args=[NOVEMBER, self.employee.pk])),
            "day": (self.solene, reverse("timesheets:person_day", args=[NOVEMBER, self.employee.pk, 3])),
        }
        self.mine = (
            reverse("timesheets:my_month", args=[NOVEMBER]),
            reverse("timesheets:day", args=[NOVEMBER, 3]),
            reverse("timesheets:sheet", args=[self.sheet.pk]),
        )

    def minutes(self):
        return Entry.objects.get(timesheet=self.sheet).minutes


@pytest.fixture
def cast(settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return Cast()


def words(answer):
    return flat(answer.content.decode())


@pytest.mark.parametrize("name", ["grid", "grid day", "month", "day"])
def test_a_change_of_another_s_hours_asks_why_keeps_what_was_typed_and_is_told(cast, client, name):
    who, page = cast.pages[name]
    client.force_login(who)
    assert "Motif du changement" in words(client.get(page))
    for data, headers in (
        ({"do": "save"}, {}),
        ({"do": "auto", "reason": REASON}, {"HX-Request": "true"}),  # of every cell a message of its own
        ({"do": "save", "reason": "   "}, {}),
    ):
        answer = client.post(page, {cast.cell: "5", **data}, headers=headers)
        assert (answer.status_code, ASKED in words(answer), cast.minutes()) == (422, True, 420)
    assert 'value="5"' in words(answer)
    assert not Notice.objects.exists()
    assert client.post(page, {cast.cell: "5", "do": "save", "reason": REASON}).status_code == 302
    assert cast.minutes() == 300
    assert Notice.objects.get().to == cast.maelle
    client.force_login(cast.maelle)
    for address in cast.mine:
        text = words(client.get(address))
        assert "7\u00a0h → 5\u00a0h" in text, address
        assert who.name in text, address
        assert REASON in text, address


def test_nobody_is_asked_why_in_hours_of_their_own_or_on_an_empty_page(cast, client):
    client.force_login(cast.maelle)
    for address in cast.mine[:2]:
        assert "Motif du changement" not in words(client.get(address))
    assert client.post(cast.mine[0], {cast.cell: "6", "do": "save"}).status_code == 302
    Entry.objects.all().delete()
    who, page = cast.pages["grid"]
    client.force_login(who)
    assert "Motif du changement" not in words(client.get(page))


def test_what_another_handed_in_is_not_offered_to_recall(cast, client):
    recording.submit(cast.sheet, by=cast.maelle, at=NOW)
    recall = {"do": f"recall-{cast.sheet.pk}"}
    found = {}
    for name in ("grid", "month"):
        who, page = cast.pages[name]
        client.force_login(who)
        text = words(client.get(page))
        assert f'value="recall-{cast.sheet.pk}"' not in text
        found[name] = text
        refused = client.post(page, recall)
        assert refused.status_code == 422
        assert "a été soumis par Maëlle Kerbrat\u00a0: qui l’a soumis peut le rappeler" in words(refused)
    assert (
        "qui l’a soumis peut le rappeler ou vous pouvez contester des jours, avec un motif" in found["grid"]
    )
    assert "qui l’a soumis peut le rappeler ou vous pouvez le renvoyer, avec un motif" in found["month"]
    client.force_login(cast.maelle)
    assert client.post(cast.mine[0], recall).status_code == 302
    assert Timesheet.objects.get(pk=cast.sheet.pk).status == "draft"


def test_hours_that_came_back_ask_why_in_an_empty_cell_too(cast, client):
    recording.submit(cast.sheet, by=cast.maelle, at=NOW)
    approval.send_back(Timesheet.objects.get(pk=cast.sheet.pk), by=cast.solene, at=NOW, note="À revoir.")
    who, page = cast.pages["month"]
    client.force_login(who)
    answer = client.post(page, {f"m-{cast.sheet.pk}-2026-11-04": "2", "do": "save"})
    assert "Mercredi 4 novembre\u00a0: Maëlle Kerbrat n’y a rien saisi." in words(answer)
    assert (answer.status_code, Entry.objects.count()) == (422, 1)
