"""Files that people bring: kept once, unchanged, handed out as an attachment, erased but remembered."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import RequestFactory

from groupement.kernel.media_types import MediaType
from groupement.kernel.pages import attachment
from groupement.kernel.upload_limit import OversizedFile
from members import filing
from members.models import File
from tests import world
from tests.billing.charges.receipt_files import PDF, picture
from tests.world import NOW

pytestmark = pytest.mark.django_db
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name in ("base_location", "location"):
        monkeypatch.setitem(storages["private"].__dict__, name, str(tmp_path))
    return tmp_path


def kept(data=PDF, name="devis.pdf", **facts):
    return filing.keep(data, name, by=None, at=NOW, **facts)


def files_in(folder):
    return [each for each in folder.rglob("*") if each.is_file()]


def test_a_file_is_kept_with_its_digest_under_a_path_that_tells_nothing(folder):
    somebody = world.coordinator()
    row = filing.keep(PDF, "Devis Aloen.pdf", by=somebody, at=NOW, is_sensitive=True)
    row.refresh_from_db()
    assert (row.name, row.media_type, row.size) == ("Devis Aloen.pdf", "application/pdf", len(PDF))
    assert (row.sha256, row.kept_by, row.kept_at) == (hashlib.sha256(PDF).hexdigest(), somebody, NOW)
    assert (row.is_sensitive, row.purged_at) == (True, None)
    assert row.path.startswith("files/2026/")
    assert "evis" not in row.path
    with filing.open_file(row) as file:
        assert file.read() == PDF
    again = kept()
    assert again.path != row.path, "the same bytes twice are two files"


def test_what_cannot_be_kept_is_refused_with_a_sentence(folder):
    sentences = {}
    for name, data, facts in [
        ("page.pdf", HTML, {}),
        ("dessin.pdf", b"<svg onload='x'/>", {}),
        ("script.pdf", b"#!/bin/sh\nls", {}),
        ("programme.pdf", b"alert(1)", {}),
        ("facture.pdf", picture(), {}),
        ("facture.exe", PDF, {}),
        ("photo.webp", picture("WEBP"), {"kinds": [MediaType.PDF]}),
        ("rien.pdf", b"", {}),
        ("grand.pdf", PDF + b" " * 20 * 1024 * 1024, {}),
    ]:
        with pytest.raises(filing.FileNotKept) as refused:
            kept(data, name, field="receipt", **facts)
        assert refused.value.field == "receipt"
        sentences[name] = refused.value.message.replace("\u00a0", " ")
    refusal = "Ce fichier n’est pas d’une nature que l’on garde, quel que soit son nom. Envoyez-le en : PDF"
    assert {name for name, words in sentences.items() if words.startswith(refusal)} == {
        *("page.pdf", "dessin.pdf", "script.pdf", "photo.webp")
    }
    assert sentences["programme.pdf"].startswith(
        "Le nom de ce fichier finit par « .pdf », mais son contenu est : texte."
    )
    assert "son contenu est : image JPEG" in sentences["facture.pdf"]
    assert "finit par « .exe », mais son contenu est : PDF" in sentences["facture.exe"]
    assert sentences["rien.pdf"] == "Ce fichier est vide. Choisissez-le de nouveau."
    assert sentences["grand.pdf"].startswith("Ce fichier dépasse 20 Mo.")
    assert not File.objects.exists()
    assert files_in(folder) == []


def test_a_name_neither_leads_elsewhere_nor_deceives():
    names = {
        "../../etc/passwd.pdf": "etcpasswd.pdf",
        "C:\\a\\b.PDF": "C:ab.pdf",
        "devis\u202efdp.pdf": "devisfdp.pdf",
        "ligne\r\nX-A: b.pdf": "ligneX-A: b.pdf",
        "x" * 300 + ".pdf": "x" * 140 + ".pdf",
        "sans nature": "sans nature.pdf",
        ".pdf": "pdf.pdf",
        "": "fichier.pdf",
    }
    assert {name: kept(name=name).name for name in names} == names


def test_what_no_row_names_is_not_left(folder, monkeypatch):
    monkeypatch.setattr(File, "save", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("refused")))
    with pytest.raises(RuntimeError, match="refused"):
        kept()
    assert files_in(folder) == []


def test_a_changed_or_lost_file_is_not_handed_out(folder):
    row = kept()
    (file,) = files_in(folder)
    file.write_bytes(PDF[:-1] + b" ")
    with pytest.raises(filing.FileUnreadable, match="modifié"):
        filing.open_file(row)
    file.unlink()
    with pytest.raises(filing.FileUnreadable, match="introuvable"):
        filing.open_file(row)


def test_an_erased_file_leaves_its_row(folder, django_capture_on_commit_callbacks):
    row = kept()
    with django_capture_on_commit_callbacks(execute=True) as done:
        filing.purge(row, at=NOW + timedelta(days=1))
        filing.purge(row, at=NOW + timedelta(days=2))
    row.refresh_from_db()
    assert (row.purged_at, len(done), files_in(folder)) == (NOW + timedelta(days=1), 1, [])
    with pytest.raises(filing.FileUnreadable, match="effacé"):
        filing.open_file(row)


def test_no_sql_changes_or_deletes_a_file():
    row = kept()
    for change in ("sha256 = repeat('a', 64)", "path = 'x'", "kept_at = now()", "is_sensitive = true"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE members_file SET {change}")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        row.delete()
    row.refresh_from_db()
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()


def test_it_is_answered_as_an_attachment_of_a_safe_type():
    row = kept(b"a;b\n", "Tableau été.csv")
    answer = attachment(filing.open_file(row), row.name, row.media_type)
    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''Tableau%20%C3%A9t%C3%A9.csv"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"a;b\n"
    answer.close()


def test_of_a_file_of_two_hundred_megabytes_nothing_is_held(monkeypatch):
    """The form's other fields arrive; of the file its name and size."""
    monkeypatch.setattr("groupement.kernel.upload_limit.LARGEST_FILE", 100_000)
    held = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryFileUploadHandler.receive_data_chunk",
        lambda _self, data, _start: held.append(len(data)),
    )
    file = SimpleUploadedFile("film.pdf", b"x" * 5_000_000, "application/pdf")
    request = RequestFactory().post("/", {"before": "1", "file": file, "after": "Toner"})
    found = request.FILES["file"]
    assert (request.POST["before"], request.POST["after"]) == ("1", "Toner")
    assert isinstance(found, OversizedFile)
    assert (found.name, found.size, found.read()) == ("film.pdf", 5_000_000, b"")
    assert 0 < sum(held) <= 100_000
    with pytest.raises(filing.FileNotKept, match="dépasse"):
        filing.refuse_size(200 * 1024 * 1024)
    small = RequestFactory().post("/", {"file": SimpleUploadedFile("a.pdf", PDF)}).FILES["file"]
    assert small.read() == PDF
