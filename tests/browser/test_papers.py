"""A paper in a real browser: written and opened, signed on a phone, a scan recorded, taken back, verified, forged."""

from datetime import date

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.files.storage import storages
from django.utils import timezone
from playwright.sync_api import expect

from members.papers import printing
from members.papers.models import Paper, Signature
from tests import world
from tests.billing.charges.receipt_files import picture
from tests.papers import written

pytestmark = pytest.mark.django_db(transaction=True)

NOW = world.at(date(2026, 12, 1))
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = "() => axe.run().then(found => found.violations.map(each => each.id))"


@pytest.fixture
def cast(monkeypatch, tmp_path):
    for name in ("base_location", "location"):
        monkeypatch.setitem(storages["private"].__dict__, name, str(tmp_path))
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()
    aloen = world.member("Aloen")
    solene = world.coordinator()
    written.template(solene)
    return {"aloen": aloen, "solene": solene, "nolwenn": world.staff(aloen)}


def read_whole(page):
    """No violation of axe, and nothing beside the window."""
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(VIOLATIONS) == []
    assert page.evaluate(OVERFLOW) == 0


def write(page, site, cast):
    page.goto(f"{site.url}/documents/")
    page.get_by_role("link", name="Écrire une convention").click()
    page.get_by_label("Adhérent", exact=True).select_option(label=str(cast["aloen"]))
    page.get_by_label("Prise d’effet").fill("2026-12-01")
    read_whole(page)
    page.get_by_role("button", name="Écrire la convention").click()
    expect(page.locator("#toasts")).to_contain_text("est écrite")
    paper = Paper.objects.get()
    printing.print_paper(paper.pk, at=NOW)
    page.get_by_role("button", name="Ouvrir à la signature").click()
    expect(page.get_by_text("À la signature").first).to_be_visible()
    page.reload()
    read_whole(page)
    paper.refresh_from_db()
    return paper


def test_a_paper_is_written_signed_on_a_phone_recorded_as_a_scan_and_taken_back(cast, enter, site, tmp_path):
    laptop = enter(cast["solene"], allowed_errors="422")
    paper = write(laptop, site, cast)

    phone = enter(cast["nolwenn"], "phone", color_scheme="dark")
    phone.goto(f"{site.url}/documents/")
    read_whole(phone)
    phone.get_by_role("link", name=paper.reference).first.click()
    read_whole(phone)
    phone.get_by_label("J’ai lu ce document").check()
    phone.get_by_role("button", name="Signer", exact=True).click()
    expect(phone.locator("#toasts")).to_contain_text("Vous avez signé")
    assert Signature.objects.get().way == "click"

    # The group signs by hand; the wrong characters are refused beside what was typed.
    scan = tmp_path / "scan.jpg"
    scan.write_bytes(picture())
    laptop.reload()
    laptop.get_by_text("Enregistrer une copie signée").first.click()
    laptop.get_by_label("Signé le").fill("2026-12-01")
    laptop.get_by_label("Empreinte").fill("00000000")
    laptop.get_by_label("Copie signée").set_input_files(scan)
    laptop.get_by_role("button", name="Enregistrer la copie").click()
    expect(laptop.get_by_text("Ces caractères ne sont pas ceux de ce document").first).to_be_visible()
    laptop.get_by_label("Empreinte").fill(paper.short_digest)
    laptop.get_by_label("Copie signée").set_input_files(scan)
    laptop.get_by_role("button", name="Enregistrer la copie").click()
    expect(laptop.locator("#toasts")).to_contain_text("est gardée")
    paper.refresh_from_db()
    assert paper.status == "signed"

    phone.goto(f"{site.url}/documents/{paper.pk}/")
    phone.get_by_text("Retirer la signature d").click()
    phone.get_by_label("Motif").fill("Nous changeons de statuts.")
    phone.get_by_role("button", name="Retirer la signature").click()
    expect(phone.get_by_text("Nous changeons de statuts.").first).to_be_visible()
    read_whole(phone)


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_file_is_verified_and_a_forged_one_refused(cast, enter, site, tmp_path, size):
    paper = written.opened(cast["aloen"], cast["solene"], at=NOW, printed=True)
    with printing.open_pdf(paper) as file:
        ours = file.read()
    forged = bytearray(ours)
    forged[len(ours) // 2] ^= 1
    page = enter(cast["nolwenn"], size)
    page.goto(f"{site.url}/documents/{paper.pk}/verifier/")
    for name, data, sentence in (
        ("juste.pdf", ours, "C’est notre PDF, à l’octet près."),
        ("faux.pdf", bytes(forged), "un octet au moins diffère"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        page.get_by_label("Fichier à vérifier").set_input_files(path)
        page.get_by_role("button", name="Vérifier le fichier").click()
        expect(page.get_by_text(sentence)).to_be_visible()
        read_whole(page)
