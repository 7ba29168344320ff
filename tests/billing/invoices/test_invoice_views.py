"""Invoices on the page: who sees which, what the page prints of a draft and of an issued invoice, and the file."""

import html
import re
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.urls import reverse

from billing.models import Invoice
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db

LIST = reverse("billing:invoices")
WAGES = ("2 640,00", "997,92", "3 637,92", "Salaire brut", "Cotisations patronales")


def words(response):
    """The text of the page, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def page_of(invoice):
    return reverse("billing:invoice", args=[invoice.pk])


def pdf_of(invoice):
    return reverse("billing:pdf", args=[invoice.pk])


def body(answer):
    return b"".join(answer.streaming_content)


def test_member_staff_see_their_own_issued_invoices_only(login):
    aloen, sonam = scene.hosts(2)
    scene.issued([aloen, sonam])
    own, theirs = (Invoice.objects.get(member=member) for member in (aloen, sonam))
    client = login(world.staff(aloen))
    listed = words(client.get(LIST))
    assert own.number in listed
    assert theirs.number not in listed
    assert "Sonam" not in listed
    assert client.get(page_of(own)).status_code == 200
    assert client.get(page_of(theirs)).status_code == 404
    assert client.get(pdf_of(theirs)).status_code == 404
    assert words(login(world.finance()).get(LIST)).count("F-2026-") == 2


def test_a_draft_is_shown_to_the_group_and_hidden_from_the_member(login):
    (aloen,) = scene.hosts(1)
    draft = scene.drafted([aloen]).invoices.get()
    client = login(world.coordinator())
    assert "Ceci est un brouillon." in words(client.get(page_of(draft)))
    assert "Brouillon" in words(client.get(LIST))
    assert client.get(pdf_of(draft)).status_code == 404
    client = login(world.staff(aloen))
    assert client.get(page_of(draft)).status_code == 404
    assert client.get(pdf_of(draft)).status_code == 404
    assert "Pas encore de facture" in words(client.get(LIST))


def test_no_wage_is_on_any_page_of_a_member(login):
    aloen, sonam = scene.hosts(2)
    run = scene.issued([aloen, sonam])
    scene.printed(run)
    invoice = run.invoices.get(member=aloen)
    seen = words(login(world.finance()).get(page_of(invoice)))
    for wage in WAGES:
        assert wage in seen
    client = login(world.staff(aloen))
    for address in (page_of(invoice), LIST, reverse("member_home")):
        text = words(client.get(address))
        assert invoice.number in text
        for wage in WAGES:
            assert wage not in text


def test_an_issued_invoice_says_what_its_paper_says(login):
    (aloen,) = scene.hosts(1)
    invoice = scene.issued([aloen], by=world.finance()).invoices.get()
    aloen.legal_name, aloen.city = "Aloen renommé", "Vannes"
    aloen.save()
    page = words(login(world.coordinator()).get(page_of(invoice)))
    assert "Aloen (structure de démonstration)" in page
    assert "Aloen renommé" not in page
    assert "56100 Lorient" in page
    for line in invoice.lines.all():
        assert line.label in page
    assert "Émise le 3 décembre 2026" in page
    assert "Échéance 2 janvier 2027" in page
    assert "Indemnité forfaitaire pour frais de recouvrement" in page


def test_the_trail_goes_from_the_hours_to_the_file(login):
    (aloen,) = scene.hosts(1)
    run = scene.issued([aloen], by=world.finance())
    (document,) = scene.printed(run)
    page = words(login(world.staff(aloen)).get(page_of(document.invoice)))
    assert "Heures de Maëlle Kerbrat, novembre 2026 Visées le 1er décembre 2026." in page
    assert "Approuvées le 2 décembre 2026." in page
    assert "Facture émise sous le numéro F-2026-0001 Par Gaël Perrot, le 3 décembre 2026 à 9 h 00." in page
    assert document.sha256 in page
    assert "rang 1 de la chaîne" in page


def test_an_exempt_line_carries_its_mention(login):
    (aloen,) = scene.hosts(1)
    world.attestation(aloen)
    invoice = scene.issued([aloen], vat_regime="E261B").invoices.get()
    page = words(login(world.staff(aloen)).get(page_of(invoice)))
    assert invoice.vat == Decimal("0.00")
    assert "exonéré" in page
    assert "261 B" in page


def test_the_pdf_is_the_file_that_was_kept(login):
    (aloen,) = scene.hosts(1)
    run = scene.issued([aloen])
    (document,) = scene.printed(run)
    answer = login(world.staff(aloen)).get(pdf_of(document.invoice))
    assert answer["Content-Disposition"] == 'attachment; filename="F-2026-0001.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    with storages["private"].open(document.path, "rb") as stored:
        assert body(answer) == stored.read()


def test_a_pdf_that_is_not_made_yet_is_announced(login):
    (aloen,) = scene.hosts(1)
    invoice = scene.issued([aloen]).invoices.get()
    client = login(world.staff(aloen))
    assert client.get(pdf_of(invoice)).url == page_of(invoice)
    page = client.get(page_of(invoice))
    assert "Le PDF est en préparation." in words(page)
    assert pdf_of(invoice) not in page.content.decode()


def test_a_file_that_was_altered_is_not_handed_out(login):
    (aloen,) = scene.hosts(1)
    (document,) = scene.printed(scene.issued([aloen]))
    with open(storages["private"].path(document.path), "ab") as file:  # noqa: PTH123 - a storage path is a text
        file.write(b"%")
    client = login(world.staff(aloen))
    assert client.get(pdf_of(document.invoice)).url == page_of(document.invoice)
    assert "a été modifié depuis sa création" in words(client.get(page_of(document.invoice)))


def test_invoices_are_filtered_by_member_month_and_year(login):
    aloen, sonam = scene.hosts(2)
    maelle = scene.worked([aloen, sonam], month=NOVEMBER.previous)
    scene.drafting.draft(NOVEMBER.previous, by=None, at=world.NOW)
    scene.issuing.issue_run(scene.BillingRun.objects.get(), by=None, at=world.NOW)
    scene.issued([aloen, sonam], person=maelle)
    client = login(world.finance())

    def numbers(**query):
        return re.findall(r"F-2026-\d{4}(?=</a>)", client.get(LIST, query).content.decode())

    assert numbers() == ["F-2026-0004", "F-2026-0003", "F-2026-0002", "F-2026-0001"]
    assert numbers(adherent=aloen.pk) == ["F-2026-0003", "F-2026-0001"]
    assert numbers(mois="2026-10") == ["F-2026-0002", "F-2026-0001"]
    assert numbers(adherent=sonam.pk, mois="2026-10") == ["F-2026-0002"]
    assert numbers(annee="2026") == numbers()
    assert numbers(annee="1999") == []
    assert numbers(mois="hier") == []
    assert "n’est pas un mois" in words(client.get(LIST, {"mois": "hier"}))


def test_the_filter_offers_no_other_member(login):
    aloen, sonam = scene.hosts(2)
    scene.issued([aloen, sonam])
    client = login(world.staff(aloen))
    assert words(client.get(LIST, {"adherent": sonam.pk})).count("F-2026-") == 0
    both = world.staff(aloen, "Yann Le Floch")
    world.seat(both, sonam)
    assert words(login(both).get(LIST, {"adherent": sonam.pk})).count("F-2026-0002") == 1


def test_an_employee_has_no_list_of_invoices(login):
    (aloen,) = scene.hosts(1)
    answer = login(scene.worked([aloen]).user).get(LIST)
    assert answer.status_code == 403
    assert "réservée" in words(answer)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries(login, count, django_assert_num_queries):
    scene.printed(scene.issued(scene.hosts(count)))
    client = login(world.finance())
    client.get(LIST)
    with django_assert_num_queries(10):
        client.get(LIST)


@pytest.mark.parametrize("count", [1, 3])
def test_an_invoice_takes_the_same_queries_whatever_its_people(login, count, django_assert_num_queries):
    (aloen,) = scene.hosts(1)
    for rank in range(count):
        scene.worked([aloen], person=world.employee(f"Ana{rank}", members=[aloen]))
    scene.drafting.draft(NOVEMBER, by=None, at=world.NOW)
    scene.issuing.issue_run(scene.BillingRun.objects.get(), by=None, at=world.NOW)
    invoice = Invoice.objects.get()
    client = login(world.finance())
    client.get(page_of(invoice))
    with django_assert_num_queries(17):
        client.get(page_of(invoice))
