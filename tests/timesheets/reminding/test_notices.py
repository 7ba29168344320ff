"""What comes soon: a contest with its reasons, a return, a tacit confirmation; to who has to act only."""

from datetime import timedelta

import pytest

from members import mailing, notifying
from members.models import Mail, MailKind
from tests import world
from tests.timesheets.reminding.scene import MORNING, SUBMITTED, Scene, letter, linked, readers
from timesheets import approval, confirming, recording
from timesheets.reminding import sending

pytestmark = pytest.mark.django_db
FIRST = world.NOVEMBER.first + timedelta(days=1)  # Monday 2 November


@pytest.fixture
def scene(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: MORNING)
    world.group()
    return Scene()


def tell():
    """What waits leaves a quarter of an hour later; how many messages."""
    return notifying.tell_quiet(MORNING + notifying.QUIET)


def contest(scene, name="Maëlle", reason="Vous étiez là le matin seulement"):
    by = scene.staff("Nolwenn Jégo")
    sheet = scene.sheets[name]
    confirming.contest(sheet, by=by, at=MORNING, remarks=[(FIRST, reason, 210)], note="À revoir ensemble")
    return sheet


def test_a_contest_reaches_the_person_at_once_with_its_reasons(scene):
    maelle = scene.person("Maëlle", status=SUBMITTED, frequency="weekly")
    sheet = contest(scene)
    sending.notify_contested(sheet, at=MORNING)
    assert tell() == 1
    assert readers() == ["Maëlle Kerbrat"]
    written = letter(maelle, MailKind.NOTICES)
    assert written.subject == "Des heures sont contestées"
    assert "Aloen conteste vos heures de novembre 2026." in written.text
    line = "Lundi 2 novembre\u00a0: «\u00a0Vous étiez là le matin seulement\u00a0», l’adhérent compte 3\u00a0h\u00a030"
    assert f"- {line}\n" in written.text
    assert f"<li>{line}</li>" in written.html
    assert "À revoir ensemble" in written.text
    assert linked(written) == f"/heures/releve/{sheet.pk}/"


def test_a_contest_is_told_once_and_the_next_one_again(scene):
    maelle = scene.person("Maëlle", status=SUBMITTED)
    sheet = contest(scene)
    for expected in (1, 0):
        sending.notify_contested(sheet, at=MORNING)
        assert tell() == expected
    recording.submit(sheet, by=maelle, at=MORNING)
    nolwenn = letter_writer()
    confirming.contest(sheet, by=nolwenn, at=MORNING, remarks=[(FIRST, "Toujours pas", None)])
    sending.notify_contested(sheet, at=MORNING)
    assert tell() == 1
    assert "compte 3" not in Mail.objects.latest("pk").text


def letter_writer():
    from members.models import User

    return User.objects.get(name="Nolwenn Jégo")


@pytest.mark.parametrize("why", ["away", "never", "closed"])
def test_who_is_not_to_be_disturbed_is_not(scene, why):
    maelle = scene.person("Maëlle", status=SUBMITTED, frequency="never" if why == "never" else "daily")
    if why == "away":
        scene.away("Maëlle")
    maelle.is_active = why != "closed"
    maelle.save()
    sheet = contest(scene)
    sheet.employee.user.refresh_from_db()
    sending.notify_contested(sheet, at=MORNING)
    tell()
    assert "Maëlle Kerbrat" not in readers()


def test_hours_that_the_staff_enter_come_back_to_them(scene):
    scene.person("Katell", status=SUBMITTED, hours_entry="member")
    ronan = scene.staff("Ronan Le Bihan")
    sheet = contest(scene, "Katell")
    sending.notify_contested(sheet, at=MORNING)
    assert tell() == 2
    assert readers() == ["Nolwenn Jégo", "Ronan Le Bihan"]
    assert "conteste les heures de Katell Kerbrat de novembre 2026" in letter(ronan).text


def test_a_return_gives_its_reason_to_the_person_only(scene):
    maelle = scene.person("Maëlle", status=SUBMITTED)
    scene.person("Katell", status=SUBMITTED, hours_entry="member")
    nolwenn, solene = scene.staff("Nolwenn Jégo"), world.coordinator()
    for name in ("Maëlle", "Katell"):
        sheet = scene.sheets[name]
        approval.send_back(sheet, by=solene, at=MORNING, note="Votre arrêt du 3 manque")
        sending.notify_returned(sheet, at=MORNING)
    assert tell() == 2
    own, theirs = letter(maelle, MailKind.NOTICES), letter(nolwenn, MailKind.NOTICES)
    assert own.subject == "Des heures sont à corriger"
    assert "La coordination renvoie vos heures de novembre 2026 (Aloen)." in own.text
    assert "Votre arrêt du 3 manque" in own.text
    assert "Votre arrêt du 3 manque" in own.html
    assert "Katell Kerbrat" in theirs.text
    for form in (theirs.text, theirs.html):
        assert "arrêt" not in form


def test_a_tacit_confirmation_is_told_to_the_member_s_staff_once(scene):
    nolwenn = scene.staff("Nolwenn Jégo", frequency="weekly")
    scene.staff("Anaïs Moal", at=scene.sonam)
    scene.staff("Yves Even", frequency="never")
    scene.person("Maëlle", status=SUBMITTED)
    scene.person("Youenn", status=SUBMITTED)
    scene.write_visa_mails(nolwenn)
    done = confirming.confirm_tacitly(on=(MORNING + timedelta(days=6)).date(), at=MORNING)
    assert len(done) == 2
    assert sending.notify_confirmed_tacitly(done, at=MORNING) == 1
    assert sending.notify_confirmed_tacitly(done, at=MORNING) == 0
    assert readers(MailKind.CONFIRMED_TACITLY) == ["Nolwenn Jégo"]
    written = letter(nolwenn, MailKind.CONFIRMED_TACITLY)
    assert written.subject == "2\u00a0relevés visés d’office chez Aloen"
    assert "- Aloen, novembre 2026\u00a0: Maëlle Kerbrat\n" in written.text
    assert sending.notify_confirmed_tacitly([], at=MORNING) == 0


def test_what_lapsed_at_night_is_told_in_the_morning(scene):
    nolwenn = scene.staff("Nolwenn Jégo")
    scene.person("Maëlle", status=SUBMITTED)
    scene.write_visa_mails(nolwenn)
    saturday = MORNING + timedelta(days=2, hours=-2)
    done = confirming.confirm_tacitly(on=(MORNING + timedelta(days=6)).date(), at=saturday)
    assert sending.notify_confirmed_tacitly(done, at=saturday) == 1
    monday = world.at((MORNING + timedelta(days=4)).date(), 7)
    assert mailing.send_pending(monday - timedelta(minutes=1)) == 0
    assert mailing.send_pending(monday) == 1


def test_sheets_sent_back_within_minutes_are_one_message(scene):
    """Red before: two messages of one subject within a minute."""
    maelle = scene.person("Maëlle", status=SUBMITTED)
    other = world.assignment(scene.sheets["Maëlle"].employee, scene.sonam)
    second = world.timesheet(other, {FIRST: 420}, status=SUBMITTED)
    solene = world.coordinator()
    for number, sheet in enumerate((scene.sheets["Maëlle"], second)):
        at = MORNING + number * timedelta(minutes=2)
        approval.send_back(sheet, by=solene, at=at, note="À revoir")
        sending.notify_returned(sheet, at=at)
    assert tell() == 0  # not quiet yet
    assert notifying.tell_quiet(MORNING + timedelta(minutes=17)) == 1
    text = letter(maelle, MailKind.NOTICES).text
    assert "(Aloen)" in text
    assert "(Sonam)" in text
