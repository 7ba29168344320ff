"""A contest is settled in one act: the person's hours are kept, or the member's count retained; both sides are told."""

from datetime import date, time

import pytest
from django.urls import reverse

from groupement.kernel.lifecycle import Refusal, StaleRow
from members.models import Mail, MailKind
from tests import world
from tests.markup import flat
from tests.world import NOVEMBER, NOW
from timesheets import confirming, recording, settling
from timesheets.day_rules import TimedHours
from timesheets.models import ChangedHours, Entry, Timesheet

pytestmark = pytest.mark.django_db

MONDAYS = [date(2026, 11, day) for day in (2, 9, 16)]
INBOX = reverse("timesheets:inbox", args=[NOVEMBER])


class Cast:
    """Youenn has entered 7 h on three Mondays; Claire counts 5 h 30 on the last one."""

    def __init__(self):
        world.group()
        self.book = world.member("Book Hémisphères")
        self.claire, self.solene = world.staff(self.book, "Claire Danno"), world.coordinator()
        self.youenn = world.employee("Youenn", "Talec")
        placed = world.assignment(self.youenn, self.book)
        self.sheet = world.timesheet(placed, dict.fromkeys(MONDAYS, 420), status="draft")
        recording.submit(self.sheet, by=self.youenn.user, at=NOW)

    def contest(self, *remarks):
        confirming.contest(self.sheet, by=self.claire, at=NOW, remarks=remarks)

    def fresh(self):
        return Timesheet.objects.select_related("employee", "assignment__member").get(pk=self.sheet.pk)

    def dispute(self):
        return settling.read_contests(Timesheet.objects.all()).get(self.sheet.pk)

    def settle(self, deed, seen=None):
        deed(self.fresh(), by=self.solene, at=NOW, seen=self.dispute().seen if seen is None else seen)


@pytest.fixture
def cast(settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    found = Cast()
    found.contest((MONDAYS[2], "Fermé à 15 h 30.", 330))
    return found


def minutes():
    return dict(Entry.objects.order_by("day").values_list("day", "minutes"))


def acts(sheet):
    return [step.kind for step in sheet.steps.order_by("pk")]


def test_kept_hours_stand_and_are_confirmed(cast):
    cast.settle(settling.keep)
    assert cast.fresh().state == "confirmed"
    assert minutes() == dict.fromkeys(MONDAYS, 420)
    assert acts(cast.sheet) == ["submit", "contest", "submit", "settle"]
    assert cast.sheet.steps.latest("pk").note == (
        "Heures gardées comme saisies\u00a0: lundi 16 novembre, 7\u00a0h."
    )
    assert cast.dispute() is None


@pytest.mark.parametrize("contested", [16, 17])
def test_one_number_does_not_settle_a_night_of_two_days(cast, contested):
    """Neither the evening nor what goes on after midnight: the other day's hours would go with it."""
    night = {MONDAYS[2]: {"worked": TimedHours(None, time(22), time(6))}}
    recording.save(cast.fresh(), night, by=cast.youenn.user, at=NOW)
    recording.submit(cast.fresh(), by=cast.youenn.user, at=NOW)
    cast.sheet = cast.fresh()
    cast.contest((date(2026, 11, contested), "Parti plus tôt.", 60))
    before = minutes()
    with pytest.raises(Refusal, match="passe minuit jusqu’au mardi 17 novembre"):
        cast.settle(settling.retain)
    assert minutes() == before
    assert before[date(2026, 11, 17)] == 360
    cast.settle(settling.keep)
    assert minutes() == before


@pytest.mark.parametrize("is_maintained", [False, True])
def test_the_member_s_count_is_retained_and_what_stood_there_kept_in_sight(cast, is_maintained):
    if is_maintained:
        recording.submit(cast.fresh(), by=cast.youenn.user, at=NOW, note="J’étais là jusqu’à 17 h.")
        assert cast.dispute().reply == "J’étais là jusqu’à 17 h."
    cast.settle(settling.retain)
    assert cast.fresh().state == "confirmed"
    assert minutes() == {MONDAYS[0]: 420, MONDAYS[1]: 420, MONDAYS[2]: 330}
    changed = ChangedHours.objects.get()
    assert (changed.day, changed.before_minutes, changed.after_minutes) == (MONDAYS[2], 420, 330)
    assert acts(cast.sheet)[-3:] == ["change", "submit", "settle"]
    assert "5,5\u00a0h au lieu de 7\u00a0h" in cast.sheet.steps.latest("pk").note


def test_nobody_settles_hours_that_changed_since_they_were_read(cast):
    seen = cast.dispute().seen
    recording.save(cast.fresh(), {MONDAYS[2]: {"worked": 360}}, by=cast.youenn.user, at=NOW)
    for deed in (settling.keep, settling.retain):
        with pytest.raises(StaleRow, match="ont changé depuis"):
            cast.settle(deed, seen)
    assert cast.fresh().state == "contested"
    assert acts(cast.sheet) == ["submit", "contest"]


def test_without_a_count_the_hours_are_kept_or_corrected(cast):
    recording.submit(cast.fresh(), by=cast.youenn.user, at=NOW)
    cast.sheet = cast.fresh()
    cast.contest((MONDAYS[0], "Absent.", None), (MONDAYS[1], "Fermé à midi.", 180))
    assert not cast.dispute().can_be_retained
    with pytest.raises(Refusal, match="n’a pas dit combien"):
        cast.settle(settling.retain)
    assert minutes() == dict.fromkeys(MONDAYS, 420)
    cast.settle(settling.keep)
    assert "lundi 2 novembre, 7\u00a0h et lundi 9 novembre, 7\u00a0h" in cast.sheet.steps.latest("pk").note


def test_other_hours_of_the_day_stay_beside_what_the_member_counts(cast):
    recording.save(cast.fresh(), {MONDAYS[2]: {"worked": 360, "travel": 60}}, by=cast.youenn.user, at=NOW)
    cast.settle(settling.retain)
    day = Entry.objects.filter(day=MONDAYS[2]).values_list("kind", "minutes")
    assert dict(day) == {"worked": 270, "travel": 60}


@pytest.mark.parametrize(("deed", "name"), [("keep", "Garder 7\u00a0h"), ("retain", "Retenir 5,5\u00a0h")])
def test_it_is_answered_in_place_both_sides_are_told_and_twice_is_harmless(cast, client, deed, name):
    client.force_login(cast.solene)
    assert name in flat(client.get(INBOX).content.decode())
    assert name in flat(client.get(reverse("timesheets:sheet", args=[cast.sheet.pk])).content.decode())
    address = reverse(f"timesheets:{deed}", args=[cast.sheet.pk])
    posted = {"back": "month", "seen": cast.dispute().seen}
    answer = client.post(address, posted, follow=True)
    assert "Contestation tranchée\u00a0: Youenn Talec, Book Hémisphères." in flat(answer.content.decode())
    again = flat(client.post(address, posted, follow=True).content.decode())
    assert "Aucune contestation n’attend sur ce relevé" in again
    written = Mail.objects.filter(kind=MailKind.SETTLED).order_by("to__name")
    assert [mail.to for mail in written] == [cast.claire, cast.youenn.user]
    assert all("lundi 16 novembre" in mail.text for mail in written)
    assert acts(cast.sheet).count("settle") == 1
    assert f'id="timesheet-{cast.sheet.pk}"' in flat(client.get(INBOX).content.decode())
