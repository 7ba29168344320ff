"""The folder of private files: whole files only, replaced where that is meant, closed to others."""

import pytest
from django.core.files.base import ContentFile

from groupement.kernel.private_folder import PrivateFolder


def folder(place, **options):
    return PrivateFolder(
        location=place, file_permissions_mode=0o600, directory_permissions_mode=0o700, **options
    )


class Torn(ContentFile):
    """A file whose second half never comes."""

    def chunks(self, chunk_size=None):
        yield b"half"
        raise OSError("plus de place")


def test_a_file_is_whole_or_as_before(tmp_path):
    store = folder(tmp_path)
    assert store.save("a/b.pdf", ContentFile(b"first")) == "a/b.pdf"
    with pytest.raises(OSError, match="plus de place"):
        store.save("a/b.pdf", Torn(b""))
    assert (tmp_path / "a/b.pdf").read_bytes() == b"first"
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["b.pdf"], "what was half written is gone"


def test_a_file_made_again_takes_the_same_path_unless_both_are_kept(tmp_path):
    assert folder(tmp_path).save("b.pdf", ContentFile(b"first")) == "b.pdf"
    assert folder(tmp_path).save("b.pdf", ContentFile(b"second")) == "b.pdf"
    other = folder(tmp_path, allow_overwrite=False).save("b.pdf", ContentFile(b"third"))
    assert other != "b.pdf"
    assert (tmp_path / "b.pdf").read_bytes() == b"second"
    assert (tmp_path / other).stat().st_mode & 0o777 == 0o600
