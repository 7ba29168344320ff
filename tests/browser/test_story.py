"""The whole story in a browser: hours, confirmation, approval, costs, run, progress, ZIP, and nothing changes after."""

import hashlib
import io
import re
import zipfile

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from billing.models import Document, Invoice
from members.models import Member
from tests import world
from tests.world import OCTOBER
from timesheets.models import SignedSheet, Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

PAYROLL = (
    "matricule;nom;prénom;mois;brut;cotisations patronales\nM001;Kerbrat;Maëlle;2026-10;2350,00;893,00\n"
)


@pytest.fixture
def cast():
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam", is_taxable_person=False)
    world.attestation(sonam)
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    world.assignment(maelle, aloen, weekly_pattern=(420, 420, 0, 0, 0, 0, 0))
    world.assignment(
        maelle,
        sonam,
        weekly_pattern=(0, 0, 420, 0, 0, 0, 0),
        price_method="actual",
        management_rate="5.00",
        vat_regime="E261B",
    )
    return {
        "maelle": maelle.user,
        "nolwenn": world.staff(aloen, "Nolwenn Jégo"),
        "anais": world.staff(sonam, "Anaïs Moal"),
        "solene": world.coordinator(),
        "gael": world.finance(),
        "malo": world.admin(),
    }


def test_a_month_from_hours_to_downloaded_invoices(cast, enter, site, worker, tmp_path):
    enter_hours(enter(cast["maelle"]), site)
    for person in ("nolwenn", "anais"):
        confirm(enter(cast[person], by_form=True))
    approve(enter(cast["solene"]), site)
    archive = bill(enter(cast["gael"]), site, tmp_path)

    names = archive.namelist()
    assert len(names) == 4  # two invoices, each with the signed hours behind it
    for name in names:
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(archive.read(name))).pages)
        assert "Maëlle Kerbrat" in text
    digests = {hashlib.sha256(archive.read(name)).hexdigest() for name in names}
    signed = SignedSheet.objects.exclude(timesheet__assignment=None)
    assert digests == {
        *Document.objects.values_list("sha256", flat=True),
        *signed.values_list("sha256", flat=True),
    }

    move_house(enter(cast["malo"]), site)
    assert Member.objects.get(short_name="Aloen").street == "99 avenue Nouvelle"
    invoice = Invoice.objects.get(member__short_name="Aloen")
    assert invoice.snapshot["buyer"]["street"] == "1 rue du Port"
    page = enter(cast["nolwenn"])
    page.goto(f"{site.url}/facturation/factures/{invoice.pk}/")
    expect(page.get_by_role("main")).to_contain_text("1 rue du Port")
    expect(page.get_by_role("main")).not_to_contain_text("99 avenue Nouvelle")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").first.click()
    assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() in digests


def enter_hours(page, site):
    """The month is filled from the plan, a day is changed, and all is submitted."""
    page.goto(f"{site.url}/heures/{OCTOBER}/")
    page.get_by_role("button", name="Remplir le mois comme prévu").click()
    cell = page.locator("input.hrs[id$='2026-10-05']").first
    expect(cell).to_have_value("7")
    cell.fill("6h30")
    cell.press("Tab")
    expect(cell).to_have_value("6,5")
    page.get_by_role("button", name="Soumettre le mois").click()
    expect(page.locator("body")).to_contain_text("relevés sont soumis")


def confirm(page):
    """The member's staff finds the hours on the way and confirms them."""
    page.get_by_role("link", name="Heures à viser").first.click()
    page.get_by_role("link", name="Maëlle Kerbrat").first.click()
    page.get_by_role("button", name="Tout viser").click()
    expect(page.locator("body")).to_contain_text("Heures visées")


def approve(page, site):
    page.goto(f"{site.url}/heures/mois/{OCTOBER}/")
    page.get_by_role("button", name="Approuver cet écart").click()
    expect(page.locator("body")).to_contain_text("Un relevé approuvé.")
    page.get_by_role("button", name=re.compile("^Approuver les? ")).click()
    expect(page.locator("#month")).to_contain_text("Rien à approuver")
    assert set(Timesheet.objects.values_list("status", flat=True)) == {"approved"}


def bill(page, site, tmp_path):
    """Payroll in, dry run, issue, watch the PDFs come, take them all."""
    file = tmp_path / "paie-2026-10.csv"
    file.write_bytes(PAYROLL.encode("cp1252"))
    page.goto(f"{site.url}/facturation/couts/?mois={OCTOBER}")
    page.locator("input[type=file]").set_input_files(str(file))
    page.locator("#id_month").fill(str(OCTOBER))
    page.get_by_role("button", name="Relire le fichier").click()
    page.get_by_role("button", name="Importer la paie").click()
    page.goto(f"{site.url}/facturation/{OCTOBER}/")
    page.get_by_role("button", name="Faire un essai").click()
    expect(page.get_by_role("main")).to_contain_text("Le compte est bon")
    page.get_by_role("link", name="Émettre les 2 factures").click()
    page.get_by_role("dialog").get_by_role("button", name="Émettre les 2 factures").click()
    expect(page.get_by_role("main")).to_contain_text("2 sur 2 prêts", timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Les 2 PDF (ZIP)").click()
    return zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))


def move_house(page, site):
    """An admin changes a member's address in Django admin."""
    member = Member.objects.get(short_name="Aloen")
    page.goto(f"{site.url}/admin/members/member/{member.pk}/change/")
    page.locator("input[name=street]").fill("99 avenue Nouvelle")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("body")).to_contain_text("modifi")
