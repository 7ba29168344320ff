"""The morning: only people concerned, each once, each at their rhythm; and nothing that is not theirs."""

from datetime import date, timedelta

import pytest

from members.models import Group, Mail, MailKind
from tests import world
from tests.timesheets.reminding.scene import (
    CONFIRMED,
    MORNING,
    SUBMITTED,
    THURSDAY,
    Scene,
    letter,
    linked,
    readers,
)
from timesheets.reminding import recipients, sending

pytestmark = pytest.mark.django_db
HOURS, VISAS, DECISIONS = MailKind.HOURS_REMINDER, MailKind.CONFIRM_DIGEST, MailKind.APPROVE_DIGEST


@pytest.fixture
def scene():
    world.group()
    return Scene()


def test_hours_not_submitted_remind_those_who_can_submit_them(scene):
    late = scene.person("Maëlle")
    scene.person("Youenn", status=SUBMITTED)
    scene.person("Lénaïg")
    scene.away("Lénaïg")
    scene.person("Erwan")
    scene.leaves("Erwan")
    scene.person("Yann", frequency="never")
    scene.person("Tifenn", frequency="weekly")
    scene.person("Katell", hours_entry="member")
    closed = scene.person("Goulven")
    closed.is_active = False
    closed.save()
    assert sending.send_digests(MORNING) == 1
    assert readers(HOURS) == ["Maëlle Kerbrat"]
    written = letter(late)
    assert written.subject == "Vos heures de novembre 2026 restent à soumettre"
    assert "- Aloen, novembre 2026\u00a0: à soumettre\n" in written.text
    assert "<li>Aloen, novembre 2026\u00a0: à soumettre</li>" in written.html
    assert linked(written) == "/heures/2026-11/"


def test_who_comes_back_from_leave_is_reminded_then(scene):
    scene.person("Lénaïg")
    scene.away("Lénaïg", "leave")
    assert sending.send_digests(MORNING) == 0
    assert sending.send_digests(MORNING + timedelta(days=4)) == 1
    assert readers() == ["Lénaïg Kerbrat"]
    assert "cong" not in Mail.objects.get().text.lower()


def test_the_present_month_counts_from_its_last_working_day(scene):
    scene.person("Maëlle")
    friday = world.at(date(2026, 11, 27), 7, 30)
    assert sending.send_digests(friday) == 0
    assert sending.send_digests(friday + timedelta(days=3)) == 1


def test_hours_sent_back_remind_at_once_whatever_the_month(scene):
    user = scene.person("Maëlle", status=SUBMITTED)
    sheet = scene.sheets["Maëlle"]
    mid_month = world.at(date(2026, 11, 12), 7, 30)
    sheet.move("draft", kind="contest", by=None, at=mid_month, submitted_at=None, contested_at=mid_month)
    assert sending.send_digests(mid_month) == 1
    written = letter(user)
    assert written.subject == "1\u00a0relevé d’heures à corriger"
    assert "contesté par l’adhérent" in written.text


def test_it_is_said_once_a_day_however_often_the_task_runs(scene):
    scene.person("Maëlle")
    assert [sending.send_digests(MORNING) for _ in range(3)] == [1, 0, 0]
    assert sending.send_digests(MORNING + timedelta(days=1)) == 1
    assert sending.send_digests(MORNING + timedelta(days=2)) == 0  # Saturday
    assert sending.send_digests(MORNING + timedelta(hours=-4)) == 0  # a restart at half past three


def test_weekly_people_are_told_on_monday(scene):
    scene.person("Tifenn", frequency="weekly")
    assert sending.send_digests(MORNING) == 0
    assert sending.send_digests(MORNING + timedelta(days=4)) == 1


def test_a_member_s_staff_learn_how_many_wait_until_when_and_what_follows(scene):
    nolwenn = scene.staff("Nolwenn Jégo")
    scene.staff("Ronan Le Bihan", function="manager")
    scene.staff("Soizic Lucas", function="reader")
    scene.staff("Yves Even", frequency="never")
    scene.staff("Paol Kerisit", starts_on=world.YEAR_START, ends_before=THURSDAY)
    scene.staff("Anaïs Moal", at=scene.sonam)
    scene.person("Maëlle", status=SUBMITTED)
    scene.person("Youenn", status=SUBMITTED)
    scene.person("Lénaïg", status=CONFIRMED)
    sending.send_digests(MORNING)
    assert readers(VISAS) == ["Nolwenn Jégo", "Ronan Le Bihan"]
    written = letter(nolwenn)
    assert written.subject == "2\u00a0relevés attendent votre visa"
    assert "- Aloen\u00a0: 2\u00a0relevés à viser, jusqu’au lundi 7 décembre\n" in written.text
    assert "«\u00a0visa tacite\u00a0»" in written.text
    assert linked(written) == "/heures/a-viser/"


def test_without_tacit_confirmation_the_message_says_what_blocks(scene):
    Group.objects.update(has_tacit_confirmation=False)
    nolwenn = scene.staff("Nolwenn Jégo")
    scene.person("Maëlle", status=SUBMITTED)
    world.visa_mail(scene.sheets["Maëlle"], nolwenn, MORNING)
    sending.send_digests(MORNING + timedelta(days=5))
    written = Mail.objects.filter(to=nolwenn).latest("pk")
    assert "attendu depuis le lundi 7 décembre" in written.text
    assert "la coordination ne peut pas approuver" in written.text
    assert "tacite" not in written.text


def test_another_member_is_never_named(scene):
    scene.person("Maëlle", status=SUBMITTED)
    scene.person("Youenn", at=scene.sonam, status=SUBMITTED)
    scene.person("Lénaïg", status=SUBMITTED)
    scene.away("Lénaïg")
    nolwenn = scene.staff("Nolwenn Jégo")
    both = scene.staff("Anaïs Moal", at=scene.sonam)
    world.seat(both, scene.aloen)
    sending.send_digests(MORNING)
    own, several = letter(nolwenn), letter(both)
    # It could be seen: who sits at both members reads of both.
    assert "Aloen" in several.text
    assert "Sonam" in several.text
    for form in (own.text, own.html):
        assert "Aloen\u00a0: 2\u00a0relevés" in form
        assert "Sonam" not in form
        assert "malad" not in form.lower()


def test_hours_that_the_staff_enter_are_theirs_to_hand_over(scene):
    nolwenn = scene.staff("Nolwenn Jégo")
    scene.person("Katell", hours_entry="member")
    sending.send_digests(MORNING)
    written = letter(nolwenn, VISAS)
    assert written.subject == "1\u00a0relevé d’heures à saisir"
    assert "Aloen\u00a0: 1\u00a0relevé à saisir par votre équipe" in written.text
    assert "visa" not in written.text


def test_the_coordination_learns_what_to_approve_and_what_is_contested(scene):
    solene = world.coordinator()
    scene.person("Maëlle", status=CONFIRMED)
    scene.person("Youenn", status=CONFIRMED)
    scene.person("Lénaïg", status=SUBMITTED)
    sheet = scene.sheets["Lénaïg"]
    sheet.move("draft", kind="contest", by=None, at=MORNING, submitted_at=None, contested_at=MORNING)
    sending.send_digests(MORNING)
    written = letter(solene)
    assert (written.kind, written.subject) == (DECISIONS, "2\u00a0relevés à approuver, et plus")
    assert (
        "- 2\u00a0relevés à approuver\n- 1\u00a0relevé contesté par un adhérent, à suivre\n" in written.text
    )
    assert linked(written) == "/heures/mois/2026-11/"


def test_nobody_is_told_to_decide_on_their_own_hours(scene):
    own = scene.person("Maëlle", status=CONFIRMED)
    own.is_coordinator = True
    own.save()
    world.seat(own, scene.aloen)
    solene = world.coordinator()
    sending.send_digests(MORNING)
    assert readers() == [solene.name]


def test_the_coordination_learns_of_open_findings_but_not_of_its_own(scene):
    own = scene.person("Maëlle")
    own.is_coordinator = True
    own.save()
    solene = world.coordinator()
    # Eleven hours on one day (C. trav. L3121-18).
    scene.sheets["Maëlle"].entries.filter(day=world.NOVEMBER.first + timedelta(days=1)).update(minutes=660)
    sending.send_digests(MORNING)
    assert readers(DECISIONS) == [solene.name]
    written = letter(solene)
    assert written.subject == "1\u00a0alerte sur le temps de travail, à lire"
    assert linked(written) == "/heures/mois/2026-11/"
    assert "Maëlle" not in written.text


def test_nothing_to_say_is_no_message(scene):
    scene.staff("Nolwenn Jégo")
    world.coordinator()
    world.finance()
    assert sending.send_digests(MORNING) == 0
    assert Mail.objects.count() == 0


def test_one_message_that_cannot_be_written_holds_up_no_other(scene, monkeypatch):
    scene.person("Maëlle")
    scene.person("Youenn")
    from timesheets.reminding.wording import ReminderMail

    real = ReminderMail.write

    def write(self, at):
        if self.to.name.startswith("Maëlle"):
            raise ValueError("a fault of ours")
        return real(self, at)

    monkeypatch.setattr(ReminderMail, "write", write)
    assert sending.send_digests(MORNING) == 1
    assert readers() == ["Youenn Kerbrat"]


def test_a_morning_is_read_in_a_fixed_number_of_queries(scene, django_assert_num_queries):
    from timesheets.reminding import sending

    scene.staff("Nolwenn Jégo")
    world.coordinator()
    group = Group.objects.get()
    for number in range(3):
        scene.person(f"Maëlle{number}", status=SUBMITTED)
        scene.person(f"Youenn{number}")
        scene.person(f"Katell{number}", status=CONFIRMED)
        with django_assert_num_queries(24):
            assert len(list(sending._digests(MORNING, group))) == number + 3


def test_duty_says_of_everybody_what_access_says_of_one(scene, monkeypatch):
    """The table of (who × timesheet): writers and deciders are those whom the rights would let act."""
    from members import access
    from members.models import User

    monkeypatch.setattr("django.utils.timezone.now", lambda: MORNING)
    nolwenn, reader = scene.staff("Nolwenn Jégo"), scene.staff("Soizic Lucas", function="reader")
    past = scene.staff("Paol Kerisit", ends_before=THURSDAY)
    maelle = scene.person("Maëlle", status=SUBMITTED)
    scene.person("Youenn", at=scene.sonam, status=SUBMITTED)
    world.seat(maelle, scene.aloen, function="manager")
    solene, gael = world.coordinator(), world.coordinator("Gael Riou")
    gael.is_active = False
    gael.save()
    for principal in (nolwenn, reader, past, maelle):
        world.deputy(principal, world.user(f"Suppléance de {principal.name}"), member=scene.aloen)
    for principal in (solene, gael):
        world.deputy(principal, world.user(f"Suppléance de {principal.name}"))
    world.deputy(solene, maelle)
    duty = recipients.read_duty_roster(THURSDAY)
    for sheet in scene.sheets.values():
        member, person = sheet.assignment.member, sheet.employee.user_id
        everybody = list(User.objects.filter(is_active=True).order_by("pk"))
        may_answer = {user.name for user in everybody if access.answers_for(user, member, person)}
        may_decide = {user.name for user in everybody if access.decides_on(user, person)}
        assert {user.name for user in duty.writers(sheet)} == may_answer
        assert {user.name for user in duty.deciders(person)} == may_decide
    assert {user.name for user in duty.writers(scene.sheets["Maëlle"])} == {
        "Nolwenn Jégo",
        "Suppléance de Nolwenn Jégo",
    }
