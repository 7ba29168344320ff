"""Every POST of the site, sent twice at once: the database holds what one sending made, and no error is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.house import trying
from tests.house.door import Door
from tests.house.doors import OURS
from tests.house.forms_people import WITHOUT_FORM
from tests.house.test_doors import ADMIN_WINGS, WINGS
from tests.house.trying_admin import FORMS, form_of
from tests.house.twice import BY_HTMX, FROM_A_POPUP, Base, fault, is_of_account

TEMPLATES = Path(__file__).parents[2] / "templates"
# Of each wing the addresses that take a form; one test each, so that workers share them.
POSTED = {
    wing: {name: door for name, door in doors.items() if name in FORMS}
    for wing, doors in WINGS.items()
    if any(name in FORMS for name in doors)
}


# Sent from two pages, each with a key of its own, these are two acts on purpose, and both are done.
ANEW = {
    "papers:write_agreement": "an agreement may be written anew while another waits; it is voided, not undone",
    "employees:open_feed": "another address is made on purpose; the first is closed",
    "secretariat:open_feed": "another address is made on purpose; the first is closed",
    "secretariat:add_duty": "two duties may be called the same",
    "members:invite": "an invitation is sent again when the first has not arrived; it is void then",
    "billing:allocate": "two parts of a payment are two parts",
    "billing:draft": "a month is drafted as often as one likes; each time leaves its step",
    "billing:make_quote": "two quotes of one price may go to one host",
    "billing:prepare_true_up": "true-ups are prepared side by side, to compare them",
}
# What allauth writes is not ours to lock; its forms carry the key.
UNKEYED = {
    wing: {name: door for name, door in doors.items() if not is_of_account(name) and name not in ANEW}
    for wing, doors in POSTED.items()
    if wing != "accounts"
}


# The administration, where forms carry the key as well.
ADMINISTRATION = {
    wing: {name: door for name, door in doors.items() if door.post} for wing, doors in ADMIN_WINGS.items()
}


@pytest.fixture
def base(transactional_db: None, tmp_path) -> Iterator[Base]:
    with trying.scene(tmp_path) as house:
        yield Base(house)


def test_every_address_that_takes_a_posting_is_sent_twice():
    posted = {name for name, door in OURS.items() if door.post is not None}
    sent = [name for doors in POSTED.values() for name in doors]
    assert sorted(sent) == sorted(posted - WITHOUT_FORM.keys())


@pytest.mark.parametrize("doors", POSTED.values(), ids=POSTED)
def test_a_rendered_form_sent_twice_at_once_does_its_act_once(base: Base, doors: Mapping[str, Door]):
    found = {name: fault(base, name, door, FORMS[name], with_key=True) for name, door in doors.items()}
    wrong = {name: fault for name, fault in found.items() if fault}
    assert not wrong, "\n".join(f"{name} {fault}" for name, fault in wrong.items())


@pytest.mark.parametrize("doors", ADMINISTRATION.values(), ids=ADMINISTRATION)
def test_a_form_of_the_administration_sent_twice_at_once_does_its_act_once(
    base: Base, doors: Mapping[str, Door]
):
    found = {name: fault(base, name, door, form_of(name), with_key=True) for name, door in doors.items()}
    wrong = {name: fault for name, fault in found.items() if fault}
    assert not wrong, "\n".join(f"{name} {fault}" for name, fault in wrong.items())


# What opens in a window of its own, from the form of another record, and what htmx sends from a part of a page.
ADDED = {
    wing: {name: door for name, door in doors.items() if name.endswith("_add")}
    for wing, doors in ADMINISTRATION.items()
}
SENT_BY_HTMX = re.compile(r"""hx-post="\{% url ["']([\w:]+)["']""")
PARTS = sorted(
    {name for path in TEMPLATES.rglob("*.html") for name in SENT_BY_HTMX.findall(path.read_text())}
)


@pytest.mark.parametrize("doors", ADDED.values(), ids=ADDED)
def test_a_record_added_from_another_form_is_added_once(base: Base, doors: Mapping[str, Door]):
    found = {
        name: fault(base, name, door, form_of(name), with_key=True, way=FROM_A_POPUP)
        for name, door in doors.items()
    }
    wrong = {name: fault for name, fault in found.items() if fault}
    assert not wrong, "\n".join(f"{name} {fault}" for name, fault in wrong.items())


def test_what_htmx_sends_twice_is_done_once(base: Base):
    assert len(PARTS) > 3
    found = {name: fault(base, name, OURS[name], FORMS[name], with_key=False, way=BY_HTMX) for name in PARTS}
    wrong = {name: fault for name, fault in found.items() if fault}
    assert not wrong, "\n".join(f"{name} {fault}" for name, fault in wrong.items())


@pytest.mark.parametrize("doors", UNKEYED.values(), ids=UNKEYED)
def test_without_its_key_the_act_itself_holds(base: Base, doors: Mapping[str, Door]):
    found = {name: fault(base, name, door, FORMS[name], with_key=False) for name, door in doors.items()}
    wrong = {name: fault for name, fault in found.items() if fault}
    assert not wrong, "\n".join(f"{name} {fault}" for name, fault in wrong.items())


def test_what_is_done_anew_is_done_twice_without_a_key(base: Base):
    """Else it would not have to be named above."""
    found = {name: fault(base, name, OURS[name], FORMS[name], with_key=False) for name in ANEW}
    assert [name for name, wrong in found.items() if not wrong.startswith("leaves ")] == []
