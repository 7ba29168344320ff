"""Files of invoices: made once, from the snapshot, taken up again after a crash, chained, bundled."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from pypdf import PdfReader

from billing import tasks
from billing.documents import rendering
from billing.documents.rendering import PdfNotReady
from billing.models import Document, Invoice, Rendering
from groupement.kernel import paper
from members.models import Member
from tests import world
from tests.billing import scene
from tests.together import all_at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=1)


def on_disk(document: Document) -> Path:
    return Path(storages["private"].path(document.path))


def test_file_says_what_the_invoice_says(private_files) -> None:
    run = scene.issued(scene.hosts(1))
    (document,) = scene.printed(run)
    assert on_disk(document) == private_files / "invoices/2026/F-2026-0001.pdf"
    content = on_disk(document).read_bytes()
    assert (document.size, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert stat.S_IMODE(on_disk(document).stat().st_mode) == 0o600
    pdf = PdfReader(io.BytesIO(content))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).replace("\u202f", " ").split())
    invoice = run.invoices.get()
    for found in (
        "F-2026-0001",
        "La Ronde",
        invoice.member.legal_name,
        "Maëlle Kerbrat",
        "MAD-2026-001",
        "Annexe",
    ):
        assert found in text, found
    assert pdf.metadata.title == "Facture F-2026-0001"


def test_rendering_again_makes_nothing_new() -> None:
    run = scene.issued(scene.hosts(1))
    (document,) = scene.printed(run)
    before = on_disk(document).stat().st_mtime_ns
    again = rendering.render(run.invoices.get().pk, at=LATER)
    assert again == document
    assert on_disk(document).stat().st_mtime_ns == before
    assert list(Rendering.objects.values_list("status", "attempts", "error")) == [("done", 1, "")]


def test_case_65_file_does_not_follow_later_changes() -> None:
    run = scene.issued(scene.hosts(1))
    (document,) = scene.printed(run)
    Member.objects.update(legal_name="Autre nom", street="2 rue du Port")
    world.group().save()
    printed = rendering.print_pdf(Invoice.objects.get())
    assert hashlib.sha256(printed).hexdigest() == document.sha256


def test_documents_are_chained() -> None:
    documents = scene.printed(scene.issued(scene.hosts(3)))
    before = rendering.NO_DOCUMENT_BEFORE
    for position, document in enumerate(documents, start=1):
        assert document.chain_position == position
        assert document.chain_digest == rendering.chain_digest(before, document.path, document.sha256)
        before = document.chain_digest


def break_paper(monkeypatch, message: str = "no ink") -> None:
    def fail(*args, **kwargs):
        raise RuntimeError(message)

    monkeypatch.setattr(paper, "pdf", fail)


def test_failure_is_kept_tried_thrice_and_then_given_up(
    monkeypatch, django_capture_on_commit_callbacks
) -> None:
    run = scene.issued(scene.hosts(1))
    invoice = run.invoices.get()
    with monkeypatch.context() as broken:
        break_paper(broken)
        seen = []
        for _ in range(3):
            with pytest.raises(RuntimeError):
                rendering.render(invoice.pk, at=NOW)
            seen.append(Rendering.objects.values_list("status", "attempts", "error").get())
    assert seen == [
        ("pending", 1, "RuntimeError\u00a0: no ink"),
        ("pending", 2, "RuntimeError\u00a0: no ink"),
        ("failed", 3, "RuntimeError\u00a0: no ink"),
    ]
    assert rendering.render(invoice.pk, at=NOW) is None
    assert rendering.progress(run) == rendering.RenderingProgress(total=1, ready=0, failed=1)
    sent: list[int] = []
    monkeypatch.setattr(rendering, "enqueue", sent.extend)
    with django_capture_on_commit_callbacks(execute=True):
        assert rendering.retry([invoice.pk], at=LATER) == 1
    assert sent == [invoice.pk]
    assert rendering.render(invoice.pk, at=LATER) == Document.objects.get()
    assert rendering.progress(run) == rendering.RenderingProgress(total=1, ready=1, failed=0)


def test_crash_half_way_is_taken_up(monkeypatch) -> None:
    run = scene.issued(scene.hosts(1))
    invoice = run.invoices.get()

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(Document.objects, "create", die)
        with pytest.raises(KeyboardInterrupt):
            rendering.render(invoice.pk, at=NOW)
    assert Rendering.objects.get().status == "running"
    assert rendering.render(invoice.pk, at=NOW) is None
    assert rendering.interrupted(NOW) == []
    assert rendering.interrupted(LATER) == [invoice.pk]
    assert rendering.render(invoice.pk, at=LATER) == Document.objects.get()
    assert [file.name for file in on_disk(Document.objects.get()).parent.iterdir()] == ["F-2026-0001.pdf"]


def test_queue_that_was_lost_is_filled_again(monkeypatch) -> None:
    run = scene.issued(scene.hosts(3))
    ids = list(run.invoices.order_by("sequence").values_list("pk", flat=True))
    rendering.render(ids[0], at=NOW)
    sent: list[int] = []
    monkeypatch.setattr(rendering, "enqueue", sent.extend)
    monkeypatch.setattr(tasks.timezone, "now", lambda: LATER)
    tasks.take_up_renderings()
    assert sent == ids[1:]
    tasks.take_up_renderings()
    assert sent == ids[1:]


def test_task_renders_its_invoice() -> None:
    run = scene.issued(scene.hosts(1))
    tasks.render_invoice(run.invoices.get().pk)
    assert Document.objects.get().invoice.run == run


def test_draft_has_no_file() -> None:
    draft = scene.drafted(scene.hosts(1)).invoices.get()
    assert rendering.render(draft.pk, at=NOW) is None
    with pytest.raises(PdfNotReady, match="Un brouillon n’a pas de PDF."):
        rendering.print_pdf(draft)


def test_file_that_was_changed_or_lost_is_not_handed_out() -> None:
    (document,) = scene.printed(scene.issued(scene.hosts(1)))
    with rendering.open_document(document) as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == document.sha256
    on_disk(document).write_bytes(content + b" ")
    with pytest.raises(PdfNotReady, match="a été modifié depuis sa création"):
        rendering.open_document(document)
    on_disk(document).unlink()
    with pytest.raises(PdfNotReady, match="est introuvable"):
        rendering.open_document(document)


def test_bundle_holds_every_file_and_is_the_same_each_time() -> None:
    run = scene.issued(scene.hosts(3))
    documents = scene.printed(run)
    with rendering.zip_of(run) as bundle:
        content = bundle.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [
            "F-2026-0001 Aloen-structure-de-demonstration.pdf",
            "F-2026-0002 Optimism-structure-de-demonstration.pdf",
            "F-2026-0003 Sonam-structure-de-demonstration.pdf",
        ]
        digests = [hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()]
    by_path = sorted(documents, key=lambda document: document.path)
    assert digests == [document.sha256 for document in by_path]
    with rendering.zip_of(run) as again:
        assert again.read() == content


def test_bundle_that_lacks_a_file_is_refused() -> None:
    run = scene.issued(scene.hosts(2))
    rendering.render(run.invoices.first().pk, at=NOW)
    with pytest.raises(PdfNotReady, match="1 PDF sur 2 sont prêts"):
        rendering.zip_of(run)
    with pytest.raises(PdfNotReady, match="Aucune facture n’est émise pour ce mois."):
        rendering.zip_of(scene.BillingRun.objects.create(month=world.DECEMBER))


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_make_each_file_once() -> None:
    run = scene.issued(scene.hosts(3))
    ids = list(run.invoices.order_by("sequence").values_list("pk", flat=True))
    calls = all_at_once([lambda pk=pk: rendering.render(pk, at=NOW) for pk in ids * 2])
    assert [call.error for call in calls] == [None] * 6
    chain = Document.objects.order_by("chain_position").values_list("chain_position", flat=True)
    assert list(chain) == [1, 2, 3]
    assert set(Rendering.objects.values_list("status", "attempts")) == {("done", 1)}
