"""The ring: arcs that close the circle, whatever the number of members."""

from types import SimpleNamespace

import pytest

from groupement.kernel.templatetags.ring import TURN, ring_arcs


def members(count):
    return [SimpleNamespace(pk=number, hue=number % 12 + 1) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 25))
def test_each_arc_fills_the_turn_and_starts_after_the_one_before(count):
    arcs = ring_arcs(members(count), signed={0})

    assert [sum(map(int, arc.dasharray.split())) for arc in arcs] == [TURN] * count
    starts = [-arc.dashoffset for arc in arcs]
    assert starts == sorted(set(starts))
    assert starts[-1] < TURN


def test_a_missing_signature_is_dashed_within_its_part():
    full, dashed = ring_arcs(members(2), signed={0})

    assert (full.signed, dashed.signed) == (True, False)
    assert len(full.dasharray.split()) == 2
    drawn = [int(part) for part in dashed.dasharray.split()[:-1]]
    assert len(drawn) > 20
    assert sum(drawn) <= int(full.dasharray.split()[0])


def test_nobody_has_no_ring():
    assert ring_arcs([]) == []
