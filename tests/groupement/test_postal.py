"""Postal addresses of rows and of snapshots."""

from types import SimpleNamespace

import pytest

from groupement.kernel import postal

SEAT = {"street": "12 quai des Indes", "postal_code": "56100", "city": "Lorient"}


def test_the_parts_are_copied_under_their_plain_names():
    row = SimpleNamespace(billing_street="3 rue", billing_postal_code="56100", billing_city="Lorient", **SEAT)
    assert postal.parts_of(row) == SEAT
    assert postal.parts_of(row, "billing_") == SEAT | {"street": "3 rue"}


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, ["12 quai des Indes", "56100 Lorient"]),
        ({"postal_code": ""}, ["12 quai des Indes", "Lorient"]),
        ({"street": ""}, ["56100 Lorient"]),
        ({"street": "", "postal_code": "", "city": ""}, []),
    ],
)
def test_the_lines_are_those_that_say_something(changed, lines):
    assert postal.lines(SEAT | changed) == lines
    assert postal.lines(SimpleNamespace(**SEAT | changed)) == lines
