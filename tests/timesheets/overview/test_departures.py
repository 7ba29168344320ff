"""Approving many at once: what departs is seen first, some are taken out, the whole is undone within a quarter of an
hour."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tests import world
from tests.markup import flat
from tests.world import NOVEMBER, NOW
from timesheets import approval, confirming, recording
from timesheets.models import Timesheet
from timesheets.overview.departures import read_batch
from timesheets.overview.month_sheets import read_month, to_approve

pytestmark = pytest.mark.django_db

MONDAYS = [date(2026, 11, day) for day in (2, 9, 16, 23, 30)]
FULL = dict.fromkeys(MONDAYS, 420)
BADGE = "«\u00a0Selon le badge.\u00a0»"
INBOX = reverse("timesheets:inbox", args=[NOVEMBER])
APPROVE_ALL = reverse("timesheets:approve_confirmed", args=[NOVEMBER])


class Cast:
    """At Aloen on Mondays: Anna as planned; Youenn short; Maëlle changed by the staff and contested; Erwan too long."""

    def __init__(self):
        world.group()
        self.aloen = world.member("Aloen")
        self.claire, self.solene = world.staff(self.aloen, "Claire Danno"), world.coordinator()
        self.sheets = {}
        for name, days in (
            ("Anna", FULL),
            ("Youenn", FULL | {MONDAYS[0]: 300}),
            ("Maëlle", FULL),
            ("Erwan", FULL | {MONDAYS[1]: 660}),
        ):
            person = world.employee(name, "Talec", members=[self.aloen])
            sheet = world.timesheet(
                world.assignment(person, self.aloen), days, status="draft", by=person.user
            )
            recording.submit(sheet, by=person.user, at=NOW)
            self.sheets[name] = sheet
        dispute = self.sheets["Maëlle"]
        confirming.contest(dispute, by=self.claire, at=NOW, remarks=[(MONDAYS[2], "Partie à 14 h.", 300)])
        recording.save(
            dispute, {MONDAYS[2]: {"worked": 300}}, by=self.claire, at=NOW, reason="Selon le badge."
        )
        recording.submit(dispute, by=self.claire, at=NOW)
        for sheet in self.sheets.values():
            confirming.confirm(self.fresh(sheet), by=self.claire, at=NOW)
        self.at_group = world.timesheet(
            self.sheets["Youenn"].employee, {MONDAYS[3]: 60}, kind="training", status="submitted"
        )

    def fresh(self, sheet):
        return Timesheet.objects.select_related("employee", "assignment__member").get(pk=sheet.pk)

    def states(self):
        return {name: self.fresh(sheet).status for name, sheet in self.sheets.items()}


@pytest.fixture
def cast(client, settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    found = Cast()
    client.force_login(found.solene)
    return found


def test_what_departs_is_told_and_the_rest_is_as_planned(cast):
    reading = read_month(NOVEMBER, on=NOW.date())
    batch = read_batch(reading, to_approve(reading))
    found = {
        each.line.employee.first_name: (each.findings != (), each.contests, each.changes, each.plan)
        for each in batch.departing
    }
    assert found == {
        "Erwan": (True, (), (), ("Lundi 9 novembre\u00a0: 11\u00a0h, au lieu de 7\u00a0h.",)),
        "Maëlle": (
            False,
            ("Lundi 16 novembre, contesté\u00a0: «\u00a0Partie à 14 h.\u00a0», l’adhérent compte 5\u00a0h",),
            ("Lundi 16 novembre\u00a0: 7\u00a0h → 5\u00a0h, changé par Claire Danno\u00a0: " + BADGE,),
            ("Lundi 16 novembre\u00a0: 5\u00a0h, au lieu de 7\u00a0h.",),
        ),
        "Youenn": (False, (), (), ("Lundi 2 novembre\u00a0: 5\u00a0h, au lieu de 7\u00a0h.",)),
    }
    assert [each.line.employee.first_name for each in batch.departing] == ["Erwan", "Maëlle", "Youenn"]
    assert [each.line.employee.first_name for each in batch.on_plan] == ["Anna", "Youenn"]
    assert (batch.count, batch.minutes, batch.rest) == (5, 4 * 2100 - 120 - 120 + 240 + 60, 0)


def test_reading_a_batch_takes_the_same_queries_for_one_and_for_many(cast, django_assert_num_queries):
    reading = read_month(NOVEMBER, on=NOW.date())
    queue = [line for line in to_approve(reading) if line.employee.first_name == "Maëlle"]
    for lines in (queue, to_approve(reading)):
        with django_assert_num_queries(11):
            read_batch(reading, lines)


def test_a_long_list_is_approved_in_several(cast, monkeypatch):
    monkeypatch.setattr("timesheets.overview.departures.MOST_AT_ONCE", 1)
    reading = read_month(NOVEMBER, on=NOW.date())
    batch = read_batch(reading, to_approve(reading))
    assert (len(batch.departing), len(batch.on_plan), batch.rest) == (1, 1, 3)


def test_some_are_taken_out_and_the_whole_is_undone_at_once(cast, client):
    page = flat(client.get(INBOX).content.decode())
    ticked = [sheet.pk for name, sheet in cast.sheets.items() if name != "Erwan"]
    for sheet in (*cast.sheets.values(), cast.at_group):
        assert f'name="timesheet" value="{sheet.pk}" checked' in page
    answer = client.post(APPROVE_ALL, {"timesheet": ticked}, follow=True)
    assert cast.states() == dict.fromkeys(("Anna", "Youenn", "Maëlle"), "approved") | {"Erwan": "confirmed"}
    text = flat(answer.content.decode())
    assert "3\u00a0relevés approuvés</b> par vous à 9\u00a0h\u00a000" in text
    way_back = f"{reverse('timesheets:undo_approvals', args=[NOVEMBER])}?le=2026-12-03T08%3A00%3A00%2B00%3A00"
    assert (
        text.count(f'action="{way_back}"') == 2
    )  # in the message, and on the page for as long as it can be done
    undone = flat(client.post(way_back, follow=True).content.decode())
    assert "Approbation annulée\u00a0: 3\u00a0relevés." in undone
    assert cast.states() == dict.fromkeys(cast.sheets, "confirmed")
    assert "relevés approuvés</b>" not in undone
    again = flat(client.post(way_back, follow=True).content.decode())
    assert "Cette approbation est déjà annulée" in again


def test_nothing_ticked_and_no_moment_are_answered_with_a_sentence(cast, client):
    assert "Aucun relevé n’est coché" in flat(client.post(APPROVE_ALL, {}, follow=True).content.decode())
    address = reverse("timesheets:undo_approvals", args=[NOVEMBER])
    for text in (
        "",
        "?le=",
        "?le=hier",
        "?le=2026-99-99T00:00:00Z",
        "?le=2026-12-03T09:00:00",
        "?le=0001-01-01T00:00:00%2B23:00",
        "?le=" + "9" * 300,
    ):
        answer = client.post(address + text, follow=True)
        assert "Cette approbation est déjà annulée, ou" in flat(answer.content.decode()), text


def test_the_whole_is_undone_by_who_approved_within_a_quarter_of_an_hour_and_unbilled(cast):
    sheets = [cast.fresh(sheet) for sheet in cast.sheets.values()]
    anna, youenn, maelle, erwan = sheets
    other = world.coordinator("Anna Riou")
    approval.approve_all(sheets, by=cast.solene, at=NOW)
    Timesheet.objects.filter(pk=anna.pk).update(billed_at=NOW)
    late = approval.undo_all(sheets, by=cast.solene, at=NOW + timedelta(minutes=16))
    by_another = approval.undo_all(sheets, by=other, at=NOW + timedelta(minutes=1))
    for done in (late, by_another):
        sentences = [sentence for _, sentence in done.exceptions]
        assert (done.count, "sont facturées" in sentences[0], set(sentences[1:])) == (
            0,
            True,
            {approval.UNDONE_BY},
        )
    assert approval.last_batch(NOVEMBER, by=other, at=NOW) is None
    assert approval.last_batch(NOVEMBER, by=cast.solene, at=NOW + timedelta(minutes=16)) is None
    assert approval.last_batch(NOVEMBER, by=cast.solene, at=NOW) == (NOW, 3)
    done = approval.undo_all(
        [*sheets, cast.fresh(cast.at_group)], by=cast.solene, at=NOW + timedelta(minutes=15)
    )
    assert done.count == 3
    assert [sheet.pk for sheet, _ in done.exceptions] == [anna.pk, cast.at_group.pk]
    assert [step.kind for step in erwan.steps.order_by("pk")][-2:] == ["approve", "undo"]
    assert {cast.fresh(each).status for each in (youenn, maelle, erwan)} == {"confirmed"}
