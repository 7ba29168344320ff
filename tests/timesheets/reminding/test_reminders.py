"""The coordination reminds by hand: who has to act next, once a day for each timesheet; else it is told why not."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.models import Mail, MailKind, MailStatus
from tests import world
from tests.timesheets.reminding.scene import CONFIRMED, MORNING, SUBMITTED, Scene, letter, readers
from timesheets.reminding import sending

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: MORNING)
    world.group()
    return Scene()


@pytest.fixture
def solene(scene):
    return world.coordinator()


def refusal(sheets, by, at=MORNING):
    with pytest.raises(sending.NobodyToRemind) as refused:
        sending.remind(sheets, by=by, at=at)
    return refused.value.message


def test_a_draft_reminds_the_person(scene, solene):
    maelle = scene.person("Maëlle", frequency="weekly")
    assert sending.remind([scene.sheets["Maëlle"]], by=solene, at=MORNING) == [maelle]
    written = letter(maelle, MailKind.HOURS_REMINDER)
    assert "Solène Rivoal, de la coordination, vous relance. En attente de votre part\u00a0:" in written.text
    assert "Aloen, novembre 2026\u00a0: à soumettre" in written.text


def test_submitted_hours_remind_the_member_s_staff(scene, solene):
    nolwenn, ronan = scene.staff("Nolwenn Jégo"), scene.staff("Ronan Le Bihan", function="manager")
    scene.staff("Anaïs Moal", at=scene.sonam)
    scene.person("Maëlle", status=SUBMITTED)
    assert sending.remind([scene.sheets["Maëlle"]], by=solene, at=MORNING) == [nolwenn, ronan]
    assert "1\u00a0relevé à viser" in letter(nolwenn, MailKind.CONFIRM_DIGEST).text


def test_several_timesheets_are_one_message_a_person(scene, solene):
    maelle = scene.person("Maëlle")
    nolwenn = scene.staff("Nolwenn Jégo")
    other = world.assignment(scene.sheets["Maëlle"].employee, scene.sonam)
    second = world.timesheet(other, {}, status="draft")
    scene.person("Youenn", status=SUBMITTED)
    sheets = [scene.sheets["Maëlle"], second, scene.sheets["Youenn"]]
    assert sending.remind(sheets, by=solene, at=MORNING) == [maelle, nolwenn]
    assert "Aloen, novembre" in letter(maelle).text
    assert "Sonam, novembre" in letter(maelle).text


def test_once_a_day_for_each_timesheet_and_person(scene, solene):
    scene.person("Maëlle")
    first = scene.sheets["Maëlle"]
    other = world.assignment(first.employee, scene.sonam)
    second = world.timesheet(other, {}, status="draft")
    sending.remind([first], by=solene, at=MORNING)
    assert refusal([first], solene) == "Une relance est déjà partie aujourd’hui à Maëlle Kerbrat."
    sending.remind([first, second], by=solene, at=MORNING)
    latest = Mail.objects.latest("pk")
    assert "Sonam" in latest.text
    assert "Aloen" not in latest.text
    sending.remind([first], by=solene, at=MORNING + timedelta(days=1))
    assert Mail.objects.count() == 3


def test_whoever_cannot_be_written_to_is_named_with_the_cure(scene, solene):
    scene.person("Lénaïg")
    scene.away("Lénaïg")
    scene.person("Yann", frequency="never")
    scene.person("Youenn", status=SUBMITTED)
    scene.person("Erwan", hours_entry="employee")
    scene.leaves("Erwan")
    scene.person("Maëlle", status=CONFIRMED)
    found = {name: refusal([sheet], solene) for name, sheet in scene.sheets.items()}
    assert found == {
        "Lénaïg": "Lénaïg Kerbrat est en absence aujourd’hui\u00a0: relancez à son retour.",
        "Yann": "Yann Kerbrat ne veut pas de messages\u00a0: appelez plutôt.",
        "Youenn": "Personne chez Aloen ne peut viser ces heures\u00a0: donnez un siège à quelqu’un.",
        "Erwan": "Erwan Kerbrat n’a pas de compte ouvert ou n’est plus en contrat\u00a0: "
        "saisissez les heures pour cette personne.",
        "Maëlle": "Ces heures n’attendent que la coordination\u00a0: visé.",
    }
    assert readers() == []
    refused = pytest.raises(sending.NobodyToRemind)
    with refused as several:
        sending.remind(list(scene.sheets.values()), by=solene, at=MORNING)
    assert len(several.value.errors) == 4


def test_an_address_that_refuses_is_said(scene, solene):
    maelle = scene.person("Maëlle")
    sending.remind([scene.sheets["Maëlle"]], by=solene, at=MORNING)
    Mail.objects.update(status=MailStatus.FAILED, error="Adresse refusée (550)")
    tomorrow = MORNING + timedelta(days=1)
    assert refusal([scene.sheets["Maëlle"]], solene, tomorrow) == (
        f"L’adresse de {maelle} refuse nos messages\u00a0: vérifiez-la."
    )


def test_only_the_coordination_reminds_and_its_deputies_too(scene, solene):
    scene.person("Maëlle")
    with pytest.raises(sending.NotInCharge):
        sending.remind([scene.sheets["Maëlle"]], by=scene.staff("Nolwenn Jégo"), at=MORNING)
    stand_in = world.user("Gwenn Le Roux")
    world.deputy(solene, stand_in)
    assert len(sending.remind([scene.sheets["Maëlle"]], by=stand_in, at=MORNING)) == 1


def test_the_button_reminds_and_comes_back(scene, solene, client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    scene.person("Maëlle")
    sheet = scene.sheets["Maëlle"]
    client.force_login(solene)
    address = reverse("timesheets:remind", args=[sheet.pk])
    answer = client.post(address, follow=True)
    assert answer.redirect_chain[0][0] == reverse("timesheets:sheet", args=[sheet.pk])
    assert "Relance envoyée à Maëlle Kerbrat." in answer.content.decode()
    assert "Une relance est déjà partie" in client.post(address, follow=True).content.decode()
    back = client.post(address, {"back": "month"})
    assert back.url == reverse("timesheets:month", args=[sheet.month])
