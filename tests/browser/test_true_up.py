"""A true-up in a browser: three keys, one prepared and issued, its papers opened by finance and by a member."""

import io
from datetime import date

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from billing.documents import letters
from billing.models import Document, Invoice, Letter
from groupement.kernel.periods import Month
from members.models import Member
from tests import world
from tests.billing.true_ups import period
from tests.browser.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)


def read(path):
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)
    return " ".join(text.split())


def test_a_period_is_settled_by_one_of_three_keys(enter, site, worker):
    # The browser has the clock of the day: what it settles is past, whenever it runs.
    period.half_year(first=Month(2026, 1), at=world.at(date(2026, 7, 3)))
    page = enter(world.finance())
    page.goto(site.url)
    page.get_by_role("link", name="Année").first.click()
    page.get_by_role("link", name="Préparer une régularisation").click()
    page.get_by_label("Du mois de").fill("2026-01")
    page.get_by_label("Au mois de").fill("2026-06")
    page.get_by_role("button", name="Voir l’aperçu").click()
    aloen = page.get_by_role("row", name="Aloen").first
    for amount in ("+840,65", "−5\u202f408,00"):
        expect(aloen).to_contain_text(amount)
    expect(page.get_by_role("img", name="Différence par adhérent selon la clé")).to_be_visible()
    page.get_by_label("heures de la période").check()
    page.get_by_role("button", name="Préparer la régularisation").click()
    expect(page.get_by_role("main")).to_contain_text("+1\u202f728,00\u00a0€")
    page.get_by_role("link", name="Émettre").click()
    page.get_by_role("button", name="Émettre la régularisation").click()
    expect(page.get_by_role("link", name="Facture F-2026-0019")).to_be_visible()

    until(lambda: Document.objects.filter(invoice__true_up__isnull=False).count() == 3)
    until(lambda: Letter.objects.filter(made_at__isnull=False).count() == 3)
    page.get_by_role("link", name="Facture F-2026-0019").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le PDF").click()
    paper = read(download.value.path())
    assert "Complète les factures F-2026-0001 du" in paper
    assert "840,65" in paper

    sonam = Member.objects.get(short_name="Sonam")
    invoice = Invoice.objects.get(true_up__isnull=False, member=sonam)
    page = enter(world.staff(sonam, "Anaïs Moal"))
    page.goto(f"{site.url}/facturation/factures/{invoice.pk}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Lire le courrier").click()
    letter = read(download.value.path())
    assert "548,76" in letter
    assert "Aloen" not in letter
    assert letters.content_digest(Letter.objects.get(member=sonam).content)[:12] in letter
