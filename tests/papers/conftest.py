"""A store of files for each test, and who is there: Aloen with its representative, a coordinator."""

import pytest
from django.core.files.storage import storages

from tests import world


@pytest.fixture(autouse=True)
def private_files(tmp_path, monkeypatch):
    for name in ("base_location", "location"):
        monkeypatch.setitem(storages["private"].__dict__, name, str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def _password_alone(settings):
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture
def group():
    return world.group()


@pytest.fixture
def aloen(group):
    return world.member("Aloen")


@pytest.fixture
def nolwenn(aloen):
    return world.staff(aloen)


@pytest.fixture
def solene(group):
    return world.coordinator()
