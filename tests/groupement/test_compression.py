"""Pages go out compressed, and nothing else does."""

import gzip

import pytest
from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from groupement.compression import PageCompressionMiddleware
from tests import world

pytestmark = pytest.mark.django_db
TAKES = {"HTTP_ACCEPT_ENCODING": "gzip"}


def sent(response, **headers):
    return PageCompressionMiddleware(lambda request: response)(RequestFactory().get("/", **headers))


def test_a_page_goes_out_compressed_to_who_takes_it_so(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    client.force_login(world.coordinator())
    plain = client.get("/charte/")
    packed = client.get("/charte/", **TAKES)
    assert plain.get("Content-Encoding") is None
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 3
    assert "<h1>" in gzip.decompress(packed.content).decode()


@pytest.mark.parametrize("kind", ["application/pdf", "text/csv", "application/json"])
def test_files_keep_their_length(kind, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"%PDF" * 1000)
    for response in (
        FileResponse(path.open("rb"), content_type=kind),
        HttpResponse(b"x" * 4000, content_type=kind),
    ):
        answer = sent(response, **TAKES)
        assert answer.get("Content-Encoding") is None
        assert answer.get("Content-Length", "4000") == "4000"
        answer.close()
