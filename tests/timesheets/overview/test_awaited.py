"""Who is late, person by person, and what is in time; all who are late are reminded by one posting, once a day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from members.models import Mail, RuleCode
from tests import world
from tests.markup import flat
from tests.world import NOVEMBER
from timesheets import approval, recording
from timesheets.overview import blockers
from timesheets.overview.awaited import late_sheets, read_awaited
from timesheets.overview.month_sheets import read_month
from timesheets.reminding import sending

pytestmark = pytest.mark.django_db

MONDAYS = [date(2026, 11, day) for day in (2, 9, 16, 23, 30)]
SEVENTH = world.at(date(2026, 12, 7))
INBOX = reverse("timesheets:inbox", args=[NOVEMBER])
REMIND = reverse("timesheets:remind_late", args=[NOVEMBER])


class Cast:
    """At Aloen: Anna’s hours wait for its visa since the 1st; Youenn has not handed his in, there nor at Sonam."""

    def __init__(self):
        world.group()
        world.rule(RuleCode.CONFIRMATION_DAYS, days=3)
        self.aloen, self.sonam = world.member("Aloen"), world.member("Sonam")
        self.erwan = world.staff(self.aloen, "Erwan Le Bris")
        self.erwan.phone = "02 61 91 20 17"
        self.erwan.save()
        self.anna, self.youenn = world.employee("Anna", "Guillou"), world.employee("Youenn", "Talec")
        self.waiting = self.sheet(self.anna, self.aloen, dict.fromkeys(MONDAYS, 420))
        recording.submit(self.waiting, by=self.anna.user, at=world.at(date(2026, 12, 1)))
        world.visa_mail(self.waiting, self.erwan, world.at(date(2026, 12, 1), 10))
        self.drafts = [
            self.sheet(self.youenn, self.aloen, {MONDAYS[0]: 420}),
            self.sheet(self.youenn, self.sonam, {}),
        ]
        self.solene = world.coordinator()

    def sheet(self, person, member, days):
        return world.timesheet(world.assignment(person, member), days, status="draft")


@pytest.fixture
def cast(client, settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: SEVENTH)
    found = Cast()
    client.force_login(found.solene)
    return found


def awaited(on):
    reading = read_month(NOVEMBER, on=on)
    return read_awaited(reading, blockers.blockers(reading))


def sentences(on):
    """Those who are late with their sentences, and what is in time."""
    found = awaited(on)
    late = [(each.name, each.sentences) for each in found.late]
    return late, [each.what for each in found.in_time]


def test_many_in_which_nothing_stands_are_told_in_one_sentence(cast):
    for name in ("Book", "OnCIMé"):
        cast.sheet(cast.youenn, world.member(name), {})
    late, _ = sentences(date(2026, 12, 4))
    together = "3\u00a0relevés à soumettre (Book, OnCIMé et Sonam), 4\u00a0jours de retard"
    assert [(name, sorted(each)) for name, each in late] == [
        ("Youenn Talec", sorted([together, "7\u00a0h à soumettre chez Aloen, 4\u00a0jours de retard"]))
    ]


def test_late_and_in_time_are_told_apart_person_by_person(cast):
    drafts = ["7\u00a0h à soumettre chez Aloen", "Relevé à soumettre chez Sonam"]
    visa = "35\u00a0h d’Anna Guillou à viser"
    assert sentences(date(2026, 12, 4)) == (
        [("Youenn Talec", [f"{each}, 4\u00a0jours de retard" for each in drafts])],
        [visa],
    )
    late, in_time = sentences(date(2026, 12, 7))
    assert late == [
        ("Youenn Talec", [f"{each}, 7\u00a0jours de retard" for each in drafts]),
        ("Erwan Le Bris", [f"{visa}, 3\u00a0jours de retard"]),
    ]
    assert in_time == []
    [_, erwan] = awaited(date(2026, 12, 7)).late
    assert (erwan.phone, erwan.dialled, erwan.member) == ("02 61 91 20 17", "0261912017", cast.aloen)


def test_hours_of_the_month_under_way_are_late_after_three_days(cast):
    found = {
        on.day: [each.name for each in awaited(on).late] for on in (date(2026, 11, 12), date(2026, 11, 13))
    }
    assert found == {12: [], 13: ["Youenn Talec"]}


def test_what_came_back_today_is_in_time(cast):
    approval.send_back(cast.waiting, by=cast.solene, at=SEVENTH, note="Le 16 est férié.")
    assert [each.what for each in awaited(SEVENTH.date()).in_time] == ["35\u00a0h à corriger chez Aloen"]
    tomorrow = awaited(SEVENTH.date() + timedelta(days=1))
    assert ("Anna Guillou", 1) in [(each.name, each.sheets[0].days_late) for each in tomorrow.late]


def test_one_posting_reminds_all_who_are_late_and_a_second_one_nobody(cast, client):
    page = flat(client.get(INBOX).content.decode())
    assert "Relancer les 2" in page
    assert 'href="tel:0261912017"' in page
    everybody = ",".join(str(sheet.pk) for sheet in late_sheets(awaited(SEVENTH.date())))
    assert f'value="{everybody}"' in page
    first = flat(client.post(REMIND, {"timesheet": everybody}, follow=True).content.decode())
    assert "Relance envoyée à " in first
    written = Mail.objects.filter(is_by_hand=True)
    assert sorted(written.values_list("to__name", flat=True)) == ["Erwan Le Bris", "Youenn Talec"]
    again = flat(client.post(REMIND, {"timesheet": everybody}, follow=True).content.decode())
    assert "déjà été relancées aujourd’hui" in again
    assert written.count() == 2
    page = flat(client.get(INBOX).content.decode())
    assert "relance envoyée aujourd’hui" in page
    assert "Relancer les" not in page


def test_what_is_in_time_or_was_not_listed_reminds_nobody(cast, client):
    late = cast.sheet(cast.anna, cast.sonam, {MONDAYS[0]: 60})
    recording.submit(late, by=cast.anna.user, at=SEVENTH)
    answer = flat(client.post(REMIND, {"timesheet": [late.pk, "x", "9" * 30]}, follow=True).content.decode())
    assert "Personne n’est en retard parmi ces relevés" in answer
    world.staff(cast.sonam, "Anaïs Moal")
    with pytest.raises(sending.NobodyToRemind, match="soumises aujourd’hui"):
        sending.remind([late], by=cast.solene, at=SEVENTH)
    assert not Mail.objects.filter(is_by_hand=True).exists()
