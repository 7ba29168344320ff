"""What no font of papers draws is told when it is saved, and never issued; the rest prints the same everywhere."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from pypdf import PdfReader

from billing.documents import letters
from billing.models import Invoice
from billing.month import drafting, issuing
from groupement.kernel import paper
from groupement.kernel.printable import HoleInPaper
from members.models import Member
from tests import world
from tests.billing import scene
from tests.members.admin_forms import change_url, filled
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

NAMES = "Nguyễn Thị Ánh, Ελένη Παπαδοπούλου, Жуков Пётр Љ, Ștefan Łódź"


def test_vietnamese_greek_and_cyrillic_are_drawn_and_emoji_and_ideograms_are_not() -> None:
    assert paper.unprintable(NAMES + "\u202f€ œ Œ № ✓ → −\n") == ""
    assert paper.unprintable("Ferme 😀 李 et 李") == "😀李"
    fonts = [
        settings.BASE_DIR / "static/fonts" / f"inter-more-{weight}.ttf" for weight in ("regular", "semibold")
    ]
    assert sum(font.stat().st_size for font in fonts) <= 300_000


def print_names() -> bytes:
    html = f"<html><body><p>{NAMES}</p><p><b>{NAMES}</b></p><p>{'x' * 150}</p></body></html>"
    return paper.pdf(html, title="Noms", author="La Ronde", created_at=NOW, identifier="noms")


def test_papers_hold_our_fonts_alone_and_every_letter() -> None:
    (page,) = PdfReader(io.BytesIO(print_names())).pages
    fonts = {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}
    assert {name.split("+")[1].split("-")[0] for name in fonts} <= {"Paper", "Inter", "InterMore"}, fonts
    assert " ".join(page.extract_text().split()).count(NAMES.split(",")[2].strip()) == 2


def test_the_same_bytes_without_a_font_of_the_system(tmp_path: Path) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    script = (
        "import django, hashlib; django.setup(); from tests.billing.documents.test_printable import print_names;"
        "print(hashlib.sha256(print_names()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            cwd=settings.BASE_DIR,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for variables in ({}, {"FONTCONFIG_FILE": str(empty)})
    }
    assert len(digests) == 1


def test_an_unbroken_word_stays_on_its_page() -> None:
    (page,) = PdfReader(io.BytesIO(print_names())).pages
    lines = [line for line in page.extract_text().splitlines() if "xx" in line]
    assert "".join(lines) == "x" * 150
    assert len(lines) > 1


def test_an_invoice_with_a_hole_stays_a_draft_and_the_field_is_named() -> None:
    run = scene.drafted(scene.hosts())
    Member.objects.filter(short_name="Aloen").update(legal_name="Aloen 😀")
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    done = issuing.issue_run(run, by=None, at=NOW)
    ((member, sentence),) = done.failed
    assert member.short_name == "Aloen"
    assert "😀 (raison sociale, adhérent)" in sentence
    assert [invoice.member.short_name for invoice in Invoice.objects.filter(status="issued")] == ["Sonam"]


def test_a_quote_with_a_hole_is_not_written() -> None:
    world.group()
    with pytest.raises(HoleInPaper, match="李"):
        letters.write("quote", member=None, subject="Devis", content={"prospect": "李"}, at=NOW)


def test_who_saves_a_name_reads_what_cannot_be_printed(login) -> None:
    world.group()
    aloen = world.member()
    client = login(world.admin())
    answer = client.post(change_url(aloen), filled(client, aloen) | {"legal_name": "Ferme 李"}, follow=True)
    assert "李 ne s’imprime pas" in answer.content.decode()


def test_what_a_killed_worker_left_is_swept_and_nothing_else(private_files: Path) -> None:
    kept = paper.store("invoices/2026/F-2026-0001.pdf", b"whole")
    folder = Path(storages["private"].path(kept.path)).parent
    left, fresh = folder / ".F-2026-0002.pdf.a1b2c3d4", folder / ".F-2026-0003.pdf.a1b2c3d4"
    for each in (left, fresh):
        each.write_bytes(b"half")
    old = (NOW - timedelta(hours=2)).timestamp()
    os.utime(left, (old, old))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    assert paper.sweep(at=NOW) == 1
    assert sorted(each.name for each in folder.iterdir()) == [fresh.name, "F-2026-0001.pdf"]
