"""Uploads of these tests are kept whatever the clock says: pages are asked on the day of world.NOW, files made now."""

from datetime import timedelta

import pytest

from groupement.kernel import uploads


@pytest.fixture(autouse=True)
def kept_uploads(monkeypatch):
    monkeypatch.setattr(uploads, "STORED_FOR", timedelta(days=36_500))
