"""A pytest plugin that tries faults with the tests instead of running them: pytest -p tests.mutation.loop."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """In place of pytest’s own. What it needs is imported here, after conftest.py has chosen the server."""
    from tests.mutation import trying

    trying.try_all(session)
    return True
