"""Logging in for the tests of pages."""

import pytest
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
