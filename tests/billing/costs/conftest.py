"""Uploads of these tests are kept whatever the clock says: pages are asked on the day of world.NOW, files made now."""

from datetime import timedelta

import pytest

from timesheets.importing import uploads


@pytest.fixture(autouse=True)
def kept_uploads(monkeypatch):
    monkeypatch.setattr(uploads, "KEPT", timedelta(days=36_500))
