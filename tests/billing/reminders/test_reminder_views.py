"""The pages of reminders: read before they leave, sent once, and to each member its own only."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail as box
from django.urls import reverse
from django.utils import timezone

from billing.documents import letters
from billing.models import Charge, Dispute, DunningLevel, Invoice, Letter, Reminder
from billing.reminders import choosing
from members import mailing
from tests import world
from tests.billing.invoices.test_invoice_views import words
from tests.billing.reminders import scene
from tests.billing.reminders.scene import day, moment

pytestmark = pytest.mark.django_db

TO_SEND = reverse("billing:reminders")
REVIEW = reverse("billing:review_reminders")
SEND = reverse("billing:send_reminders")
SENT = reverse("billing:sent_reminders")
LEVELS = reverse("billing:dunning_levels")
COSTS = reverse("billing:late_costs")


def letter_page(letter):
    return reverse("billing:reminder_letter", args=[letter.pk])


def contest(invoice):
    return reverse("billing:dispute", args=[invoice.pk])


def close(dispute):
    return reverse("billing:close_dispute", args=[dispute.pk])


def member_invoices(member):
    return list(Invoice.objects.filter(member=member).order_by("due_on"))


def invoice_page(invoice):
    return reverse("billing:invoice", args=[invoice.pk])


@pytest.fixture
def on(login, monkeypatch):
    """Log somebody in on a day of December 2026."""

    def log_in(person, number=6):
        monkeypatch.setattr(timezone, "now", lambda: moment(number))
        return login(person)

    return log_in


@pytest.fixture
def aloen():
    scene.levels()
    return world.member("Aloen")


def test_what_is_to_send_is_read_whole_and_sent_by_who_read_it(on, aloen):
    world.staff(aloen)
    invoice = scene.late(aloen, "1000.00")
    client = on(world.finance())
    listed = client.get(TO_SEND)
    assert "À envoyer aujourd’hui 1 courrier" in words(listed)
    (key,) = [letter.key for letter in choosing.due_reminders(day(6))]
    assert key in listed.content.decode()
    read = words(client.get(REVIEW, {"lettre": key}))
    assert "il reste 1 000,00 € à régler pour la facture F-2026-0001" in read
    assert "Nolwenn Jégo" in read
    assert aloen.billing_email in read
    assert client.get(SEND).status_code == 405
    answer = client.post(SEND, {"lettre": key}, follow=True)
    assert "1 courrier envoyé par e-mail." in words(answer)
    assert Reminder.objects.get().invoice == invoice
    mailing.send_pending(moment(6))
    assert [letter.to for letter in box.outbox] == [["nolwenn.jego@laronde.example"], [aloen.billing_email]]
    again = client.post(SEND, {"lettre": key}, follow=True)
    assert "déjà envoyé par Gaël Perrot le 6 décembre 2026" in words(again)
    assert Letter.objects.count() == 1


def test_a_member_without_address_is_named_to_be_posted(on, aloen):
    aloen.billing_email = ""
    aloen.save()
    scene.late(aloen)
    client = on(world.finance())
    assert "Aucune adresse e-mail" in words(client.get(REVIEW))
    (key,) = [letter.key for letter in choosing.due_reminders(day(6))]
    assert "Sans adresse pour Aloen : imprimez le PDF" in words(
        client.post(SEND, {"lettre": key}, follow=True)
    )


def test_nothing_ticked_reads_all_and_what_went_is_said(on, aloen):
    invoice = scene.late(aloen)
    scene.late(world.member("Sonam"))
    client = on(world.finance())
    assert "Relire ces 2 courriers" in words(client.get(REVIEW))
    keys = [letter.key for letter in choosing.due_reminders(day(6))]
    scene.pay(invoice, on=day(6))
    assert "Votre choix a changé." in words(client.get(REVIEW, {"lettre": keys}))
    assert client.get(REVIEW, {"lettre": keys[0]}).url == TO_SEND
    assert "a changé depuis votre lecture" in words(client.post(SEND, {"lettre": keys}, follow=True))
    assert "Cochez au moins un courrier" in words(client.post(SEND, follow=True))
    assert not Letter.objects.exists()


def test_the_group_reads_and_only_finance_sends(on, aloen):
    scene.late(aloen)
    keys = [letter.key for letter in choosing.due_reminders(day(6))]
    for person in (world.coordinator(), world.admin()):
        client = on(person)
        assert "Lire les courriers" in words(client.get(TO_SEND))
        assert "Envoyer ce courrier" not in words(client.get(REVIEW))
        for address in (SEND, reverse("billing:charge_interest"), reverse("billing:install_levels")):
            assert client.post(address, {"lettre": keys}).status_code == 403
    assert "Envoyer ce courrier" in words(on(world.finance()).get(REVIEW))
    assert not Letter.objects.exists()


def test_a_member_reads_its_own_letters_and_nobody_else_s(on, aloen):
    sonam = world.member("Sonam")
    to_aloen, theirs = scene.late(aloen, "1000.00"), scene.late(sonam, "777.00")
    scene.send(day(6), by=world.finance())
    own, other = (Letter.objects.get(member=member) for member in (aloen, sonam))
    everything = words(on(world.coordinator()).get(SENT))
    assert to_aloen.number in everything
    assert theirs.number in everything
    client = on(world.staff(aloen, function="reader"))
    listed = words(client.get(SENT))
    assert "Relances reçues" in listed
    assert to_aloen.number in listed
    for hidden in (theirs.number, "Sonam", "777"):
        assert hidden not in listed
    read = words(client.get(letter_page(own)))
    assert "Sauf erreur de notre part" in read
    assert aloen.billing_email not in read
    assert aloen.billing_email in words(on(world.finance("Ana Riou")).get(letter_page(own)))
    client = on(world.staff(aloen, "Yann Le Floch"))
    assert client.get(letter_page(other)).status_code == 404
    assert client.get(reverse("billing:reminder_pdf", args=[other.pk])).status_code == 404


def test_the_letter_is_downloaded_by_the_group_and_by_its_member(on, aloen):
    scene.late(aloen)
    (sent,) = scene.send(day(6))
    letters.open_pdf(sent.letter).close()
    for person in (world.finance(), world.staff(aloen)):
        answer = on(person).get(reverse("billing:reminder_pdf", args=[sent.letter.pk]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].endswith(f'"relance-2026-12-06-{sent.letter.pk}.pdf"')
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
    stranger = on(world.employee("Youenn", "Talec").user)
    assert stranger.get(reverse("billing:reminder_pdf", args=[sent.letter.pk])).status_code == 404


def test_a_representative_contests_and_finance_closes(on, aloen):
    invoice = scene.late(aloen)
    nolwenn = world.staff(aloen)
    client = on(nolwenn)
    assert contest(invoice) in client.get(invoice_page(invoice)).content.decode()
    answer = client.post(contest(invoice), {"reason": "  "})
    assert answer.status_code == 422
    assert "Dites ce que vous contestez" in words(answer)
    long = client.post(contest(invoice), {"reason": "x" * 301})
    assert long.status_code == 422
    assert "x" * 301 in long.content.decode()
    page = client.post(contest(invoice), {"reason": "Deux jours <en> trop"}, follow=True)
    assert "« Deux jours <en> trop »" in words(page)
    assert contest(invoice) not in page.content.decode()
    assert client.post(contest(invoice), {"reason": "Encore"}).status_code == 422
    dispute = Dispute.objects.get()
    assert (dispute.opened_by, dispute.opened_on) == (nolwenn, day(6))
    assert client.get(close(dispute)).status_code == 404
    client = on(world.finance(), 8)
    listed = words(client.get(TO_SEND))
    assert "Factures contestées" in listed
    assert "Aucun courrier aujourd’hui" in listed
    assert client.post(close(dispute), {"outcome": ""}).status_code == 422
    page = words(client.post(close(dispute), {"outcome": "Avoir de deux jours"}, follow=True))
    assert "Clos le 8 décembre 2026 : « Avoir de deux jours »" in page
    assert "À envoyer aujourd’hui 1 courrier" in words(client.get(TO_SEND))
    assert client.post(close(dispute), {"outcome": "Encore"}).status_code == 422


def test_who_does_not_engage_the_member_cannot_contest(on, aloen):
    invoice = scene.late(aloen)
    for person in (
        world.staff(aloen, "Erwan Le Bris", function="manager"),
        world.staff(world.member("Sonam"), "Anaïs Moal"),
        world.coordinator(),
    ):
        assert on(person).post(contest(invoice), {"reason": "Prix"}).status_code == 404
    assert not Dispute.objects.exists()
    assert on(world.finance()).post(contest(invoice), {"reason": "Par téléphone"}).status_code == 302


def test_the_invoice_says_which_reminders_it_had(on, aloen):
    invoice = scene.late(aloen, "1000.00")
    (sent,) = scene.send(day(6))
    for person in (world.finance(), world.staff(aloen)):
        page = on(person, 7).get(invoice_page(invoice))
        assert "Rappel de paiement Le 6 décembre 2026, pour 1 000,00 €." in words(page)
        assert letter_page(sent.letter) in page.content.decode()


def test_levels_are_proposed_then_in_use(on):
    world.group()
    client = on(world.finance())
    assert "Aucun niveau de relance n’est en vigueur." in words(client.get(TO_SEND))
    assert "Voici trois niveaux proposés." in words(client.get(LEVELS))
    page = words(client.post(reverse("billing:install_levels"), follow=True))
    assert "Les trois niveaux proposés sont en vigueur." in page
    assert "3. Mise en demeure" in page
    assert DunningLevel.objects.count() == 3
    assert "Des niveaux existent déjà" in words(client.post(reverse("billing:install_levels"), follow=True))


def test_lateness_is_claimed_from_its_page(on, aloen):
    invoice = scene.late(aloen, "1000.00")
    scene.pay(invoice, on=day(31))
    client = on(world.finance(), 31)
    page = words(client.get(COSTS))
    assert "9,99" in page
    assert "02/12/2026 – 31/12/2026 : 30 j sur 1 000,00 €" in page
    address = reverse("billing:charge_interest")
    assert "Cochez au moins une facture." in words(client.post(address, {"facture": "x"}, follow=True))
    done = words(client.post(address, {"facture": invoice.pk}, follow=True))
    assert "Les frais de retard d’une facture rejoindront" in done
    assert "Rien à réclamer" in done
    assert sorted(Charge.objects.values_list("net", flat=True)) == [Decimal("9.99"), Decimal("40.00")]
    assert "déjà réclamé" in words(client.post(address, {"facture": invoice.pk}, follow=True))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"), [(TO_SEND, 18), (REVIEW, 18), (SENT, 8), (COSTS, 10), (LEVELS, 6)]
)
def test_pages_take_the_same_queries(on, aloen, address, queries, count, django_assert_num_queries):
    members = [world.member(f"Membre {number}") for number in range(count)]
    for issued_on in (date(2026, 10, 1), scene.ISSUED, date(2026, 11, 15)):
        for member in members:
            scene.late(member, issued_on=issued_on)
    for number, member in enumerate(members):
        world.staff(member, f"Ana {number}")
        paid = member_invoices(member)[1]
        scene.pay(paid, on=day(4))
    scene.send(day(6))
    client = on(world.finance(), 16)
    client.get(address)
    with django_assert_num_queries(queries):
        client.get(address)


@pytest.mark.parametrize("count", [1, 3])
def test_a_letter_takes_the_same_queries(on, aloen, count, django_assert_num_queries):
    for _ in range(count):
        scene.late(aloen)
    (sent,) = scene.send(day(6))
    client = on(world.finance())
    client.get(letter_page(sent.letter))
    with django_assert_num_queries(8):
        client.get(letter_page(sent.letter))
