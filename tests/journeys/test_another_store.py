"""What is kept in files lives on in another store than a folder: no journey asks for a path on a disk."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail as outbox
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.urls import reverse
from django.utils import timezone

from billing.charges import expenses
from billing.charges.expenses import ExpenseClaim
from billing.dispatch import sending
from billing.documents import rendering
from billing.models import Document, Expense, Invoice, Letter
from groupement.kernel import uploads
from members import mailing
from tests import world
from tests.billing import scene
from tests.billing.charges.receipt_files import PDF
from tests.billing.prices.test_quoting import quoted
from tests.world import NOW
from timesheets import freezing
from timesheets.models import SignedSheet

pytestmark = pytest.mark.django_db


class Bucket(Storage):
    """As a bucket is: names and bytes, no folder that could be asked for, no path on a disk."""

    def __init__(self):
        self.held = {}

    def _save(self, name, content):
        self.held[name] = (b"".join(content.chunks()), timezone.now())
        return name

    def _open(self, name, mode="rb"):
        if name not in self.held:
            raise FileNotFoundError(name)
        return File(io.BytesIO(self.held[name][0]), name)

    def exists(self, name):
        return name in self.held

    def delete(self, name):
        self.held.pop(name, None)

    def listdir(self, path):
        return [], [name.removeprefix(f"{path}/") for name in self.held if name.startswith(f"{path}/")]

    def get_modified_time(self, name):
        return self.held[name][1]


@pytest.fixture(autouse=True)
def store(settings, monkeypatch):
    named = {"BACKEND": f"{__name__}.Bucket"}
    settings.STORAGES = settings.STORAGES | {"private": named, "default": named}
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return storages["private"]


def test_a_month_is_printed_bundled_sent_and_changed_bytes_are_seen(store):
    run = scene.issued(scene.hosts(2))
    for sheet in SignedSheet.objects.all():
        freezing.print_signed(sheet.pk, at=NOW)
    first, second = scene.printed(run)
    kept = {}
    for document in (first, second):
        with rendering.open_document(document) as file:
            kept[document.path] = file.read()
        assert kept[document.path].startswith(b"%PDF-")
    with rendering.zip_of(run) as bundle:
        names = zipfile.ZipFile(io.BytesIO(bundle.read())).namelist()
    assert sum("annexes/" not in each for each in names) == 2
    sending.send_invoices(list(Invoice.objects.order_by("pk")), by=None, at=NOW)
    outbox.outbox.clear()
    mailing.send_pending(NOW)
    assert sorted(each.attachments[0][1] for each in outbox.outbox) == sorted(kept.values())
    store.held[first.path] = (b"%PDF-another", NOW)
    with pytest.raises(rendering.PdfNotReady, match="modifié"):
        rendering.open_document(Document.objects.get(pk=first.pk))
    store.delete(first.path)
    with pytest.raises(rendering.PdfNotReady, match="introuvable"):
        rendering.open_document(Document.objects.get(pk=first.pk))


def test_a_letter_and_a_signed_sheet_are_kept(store):
    world.group()
    aloen = world.member("Aloen")
    placed = world.assignment(world.employee(members=[aloen]), aloen)
    sheet = world.timesheet(placed, {date(2026, 11, 2): 420}, status="approved", by=world.staff(aloen))
    (signed,) = freezing.sign([sheet], at=NOW)
    assert freezing.print_signed(signed.pk, at=NOW) is True
    signed.refresh_from_db()
    with freezing.open_printed(signed) as file:
        assert file.read().startswith(b"%PDF-")
    quote = quoted(world.finance(), aloen)
    sending.send_quote(quote, by=None, at=NOW)
    assert store.exists(Letter.objects.get().path)


def test_an_upload_waits_an_hour_and_is_swept(store):
    token = uploads.store(b"heures", at=NOW)
    written = store.get_modified_time(f"{uploads.FOLDER}/{token}")
    assert uploads.load(token, at=written) == b"heures"
    assert uploads.delete_expired(at=written + uploads.STORED_FOR) == 0
    assert uploads.delete_expired(at=written + uploads.STORED_FOR + timedelta(seconds=1)) == 1
    with pytest.raises(uploads.UploadGone):
        uploads.load(token, at=written)


def test_a_receipt_is_kept_and_served_as_it_was(store, client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    aloen = world.member("Aloen")
    maelle = world.employee(members=[aloen])
    wanted = ExpenseClaim("purchase", date(2026, 11, 12), "Toner", amount=Decimal("31.20"), receipt=PDF)
    made = expenses.claim(world.assignment(maelle, aloen), wanted, by=maelle.user, at=NOW)
    client.force_login(maelle.user)
    answer = client.get(reverse("billing:receipt", args=[made.pk]))
    assert b"".join(answer.streaming_content) == PDF
    assert Expense.objects.get().receipt
