"""Logging in for the tests of pages, and a store of files for each test."""

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from tests import world


@pytest.fixture
def login(client, settings, monkeypatch):
    """Log people in on the day of world.NOW; the second factor has tests of its own."""
    settings.REQUIRE_SECOND_FACTOR = False
    settings.USERSESSIONS_TRACK_ACTIVITY = False  # its queries are not the page’s
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)

    def log_in(person):
        client.force_login(person)
        return client

    return log_in


@pytest.fixture(autouse=True)
def private_files(tmp_path, monkeypatch):
    """An empty store: xdist's workers would else write over each other's F-2026-0001."""
    store = storages["private"]
    for name in ("base_location", "location"):
        monkeypatch.setitem(store.__dict__, name, str(tmp_path))
    return tmp_path
