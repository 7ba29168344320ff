"""Every address × every field that it reads × values that no calendar, no column and no keyboard holds: never a 500."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.house import odd, trying
from tests.house.door import Door
from tests.house.doors import routes
from tests.house.house import House
from tests.house.test_doors import WINGS
from tests.house.trying_admin import FORMS

NOT_ALLAUTH = {
    wing: {name: door for name, door in doors.items() if ":" in name} for wing, doors in WINGS.items()
}


@pytest.fixture
def scene(db: None, tmp_path) -> Iterator[House]:
    with trying.scene(tmp_path) as built:
        yield built


@pytest.mark.parametrize("doors", NOT_ALLAUTH.values(), ids=NOT_ALLAUTH)
def test_an_odd_value_is_answered(scene: House, doors: Mapping[str, Door]):
    written = routes()
    wrong = {
        key: fault
        for name, door in doors.items()
        for key, fault in odd.faults(scene, name, written[name], door, FORMS.get(name)).items()
    }
    assert wrong == {}
