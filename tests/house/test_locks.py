"""Every ``select_for_update`` is tried by two connections, in an order that goes wrong without it."""

from __future__ import annotations

import re

import pytest

from tests.house.locks import sites

CASES = sites.load_cases()


def test_every_lock_has_its_case_and_every_case_its_lock():
    found = sites.sites().keys()
    assert (sorted(found - CASES.keys()), sorted(CASES.keys() - found)) == ([], [])


def test_every_lock_is_written_as_a_call():
    """As a function handed on it would stand in no table; in SQL of our own nor."""
    texts = [path.read_text() for app in sites.APPS for path in (sites.ROOT / app).rglob("*.py")]
    named = sum(len(re.findall(rf"\b{sites.LOCK}\b", text)) for text in texts)
    assert named == len(sites.sites()) > 60


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CASES)
def test_two_connections_meet_at(name: str):
    sites.run(CASES[name], sites.sites()[name])
