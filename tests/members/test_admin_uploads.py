"""Files that the administration takes: read by their content, refused beside their field, the rest stays typed."""

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import File
from tests import world
from tests.billing.charges.receipt_files import PDF, picture
from tests.members.admin_forms import change_url, filled

pytestmark = pytest.mark.django_db

HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
REFUSED = "Ce fichier n’est pas d’une nature que l’on garde"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name in ("base_location", "location"):
        monkeypatch.setitem(storages["private"].__dict__, name, str(tmp_path))


@pytest.mark.parametrize(
    ("column", "named", "good"),
    [("document", "attestation.pdf", PDF), ("logo", "logo.png", picture("PNG"))],
)
def test_what_is_no_paper_or_picture_is_refused_and_the_rest_stays_typed(
    client, settings, column, named, good
):
    settings.REQUIRE_SECOND_FACTOR = False
    malo = world.admin()
    client.force_login(malo)
    group = world.group()
    row = group if column == "logo" else world.attestation(world.member())
    typed = "legal_form" if column == "logo" else "legal_basis"
    wrong = {}
    for name, data, sentence in [
        (named, HTML, REFUSED),
        (named, SVG, REFUSED),
        (named, b"#!/bin/sh\nls", REFUSED),
        (named.replace(".p", "."), HTML, REFUSED),
        ("a.exe", good, "finit par"),
        (named, b"x" * (20 * 1024 * 1024 + 1), "dépasse 20"),
    ]:
        sent = filled(client, row) | {
            typed: "Association, mot nouveau",
            column: SimpleUploadedFile(name, data),
        }
        answer = client.post(change_url(row), sent)
        page = answer.content.decode()
        if answer.status_code != 200 or sentence not in page or "Association, mot nouveau" not in page:
            wrong[name, data[:20]] = answer.status_code
        row.refresh_from_db()
        assert getattr(row, column) is None
    assert wrong == {}
    assert not File.objects.exists()
    sent = filled(client, row) | {column: SimpleUploadedFile(named, good)}
    assert client.post(change_url(row), sent).status_code == 302
    row.refresh_from_db()
    kept = getattr(row, column)
    assert (kept.name, kept.kept_by) == (named, malo)
    address = reverse(f"admin:members_{row._meta.model_name}_file", args=[row.pk])
    assert f'href="{address}"' in client.get(change_url(row)).content.decode()
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == good
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (kept.media_type, "nosniff")
    assert answer["Content-Disposition"].startswith("attachment")

    # A form that brings no other file keeps it, and the box takes it off; the store keeps what was brought.
    again = {name: value for name, value in filled(client, row).items() if name != column}
    assert client.post(change_url(row), again).status_code == 302
    row.refresh_from_db()
    assert getattr(row, column) == kept
    again = {name: value for name, value in filled(client, row).items() if name != column}
    assert client.post(change_url(row), again | {f"{column}-clear": "on"}).status_code == 302
    row.refresh_from_db()
    assert getattr(row, column) is None
    assert client.get(address).status_code == 404
    assert File.objects.get() == kept
