"""The ground that every test stands on; the guards are in guards.py."""

import gc
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import environment

environment.prepare()

from tests import emptying, guards  # noqa: E402 - they need Django set up
from tests.scheduling import (  # noqa: E402, F401 - pytest finds them here
    pytest_collection_modifyitems,
    pytest_runtest_makereport,
    pytest_xdist_auto_num_workers,
    pytest_xdist_setupnodes,
)

guards.install()
emptying.install()
# How long an example takes tells of the machine’s load, not of the code.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Start the run’s PostgreSQL, unless tests are only listed."""
    if not config.option.collectonly:
        environment.start()


def pytest_collection_finish() -> None:
    """Let the collector pass over what stays for the whole run: the modules and the list of tests."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    environment.stop()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Copy the migrated database under the test database’s name; Django then only needs what is missing in it."""
    from django.db import connection

    return environment.clone_database(connection.creation._get_test_db_name())


@pytest.fixture(autouse=True)
def _this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", environment.connect_to_this_machine_only)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits are counted in the cache: one test’s logins must not shut out the next."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()
