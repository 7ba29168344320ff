"""An empty store for the receipts of each test."""

import pytest
from django.core.files.storage import storages


@pytest.fixture(autouse=True)
def receipt_files(tmp_path, monkeypatch):
    """Columns of files write to the default store, which lies where the private one does."""
    for name in ("base_location", "location"):
        monkeypatch.setitem(storages["default"].__dict__, name, str(tmp_path))
    return tmp_path
