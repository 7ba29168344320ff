"""Papers in the proof: their PDF and signed copies to the byte, what they say, who signed; a lost PDF is made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import storages

from billing.proving.proof import prove
from members.models import Member, User
from members.papers.models import Paper, Signature, Way
from members.papers.signing import Copy, record_copy
from tests import world
from tests.billing.charges.receipt_files import picture
from tests.papers import written
from tests.unguarded import unguarded
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    """Aloen's agreement, printed; the group signed in the app, Aloen by hand."""
    world.group()
    aloen, boss = world.member("Aloen"), world.coordinator()
    opened = written.opened(aloen, boss, printed=True)
    written.sign(opened, "group", boss)
    scan = Copy(Way.PAPER, picture(), "scan.jpg", NOW.date(), "Yann Le Goff", characters=opened.short_digest)
    record_copy(written.party(opened, "member"), scan, by=boss, at=NOW)
    opened.refresh_from_db()
    assert (opened.status, Member.objects.count(), User.objects.count()) == ("signed", 1, 1)
    return opened


def found() -> list[str]:
    return [f"{each['kind']}: {each['subject']}" for each in prove(at=NOW).findings]


def test_one_changed_byte_of_a_pdf_or_a_copy_is_named(paper: Paper) -> None:
    assert found() == []
    copy = Signature.objects.get(way="paper").copy
    assert paper.pdf is not None
    assert copy is not None
    for kept, subject in (
        (paper.pdf, f"file: PDF du document Convention-cadre {paper.reference}"),
        (copy, f"file: copie signée de {paper.reference}"),
    ):
        file = Path(storages["private"].path(kept.path))
        before = file.read_bytes()
        spoilt = bytearray(before)
        spoilt[len(spoilt) // 2] ^= 1
        file.write_bytes(spoilt)
        assert found() == [subject]
        file.write_bytes(before)
    assert found() == []


def test_one_changed_letter_of_what_was_written_or_signed_is_named(paper: Paper) -> None:
    named = [f"content: document {paper}"]
    with unguarded():
        Paper.objects.update(content={**paper.content, "title": "Convention-cadrE"})
    assert found() == named
    with unguarded():
        Paper.objects.update(content=paper.content)
        Signature.objects.filter(way="click").update(digest="a" * 64)
    assert found() == named


def test_a_lost_pdf_is_made_again_to_the_byte(paper: Paper) -> None:
    assert paper.pdf is not None
    file = Path(storages["private"].path(paper.pdf.path))
    before = file.read_bytes()
    file.unlink()
    assert prove(at=NOW, makes_again=True).findings == []
    assert file.read_bytes() == before
