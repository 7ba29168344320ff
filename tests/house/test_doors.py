"""Every address × every role: who may gets in and the act is done, who may not is greeted as the table says.

The table is doors.py; how an address is tried, trying.py and trying_admin.py. ``make doors`` opens each door and sees
that these tests notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.house import doors_accounts, doors_admin, doors_billing, doors_people, trying, trying_admin
from tests.house.door import MISSING, Door
from tests.house.doors import DOORS, OURS, addresses
from tests.house.forms_people import WITHOUT_FORM
from tests.house.house import ROLES, House
from tests.house.trying_admin import FORMS

# One test each, so that workers share them: every one builds the house.
WINGS = {
    "entrance": doors_people.PEOPLE | doors_people.CHARTER,
    "signing": doors_people.PAPERS,
    "planning": doors_people.PLANNING,
    "hours": doors_people.HOURS,
    "sheets": doors_people.SHEETS,
    "duties": doors_people.DUTIES,
    "accounts": doors_accounts.DOORS,
    "payments": doors_billing.ACCOUNTS,
    "bank": doors_billing.BANK | doors_billing.CLOSE | doors_billing.COSTS,
    "reminders": doors_billing.REMINDERS,
    "charges": doors_billing.CHARGES | doors_billing.GRANTS,
    "papers": doors_billing.INVOICES | doors_billing.PRICES,
    "year": doors_billing.YEAR,
}
ADMIN_WINGS = {
    "site": doors_admin.SITE,
    **{app: doors_admin.models_of(*apps) for app, apps in doors_admin.APPS.items()},
}


@pytest.fixture
def scene(db: None, tmp_path) -> Iterator[House]:
    with trying.scene(tmp_path) as built:
        yield built


def test_every_address_is_in_the_table_and_every_entry_is_an_address():
    assert set(DOORS) == set(addresses())


def test_every_address_is_tried_once():
    tried = [name for doors in (*WINGS.values(), *ADMIN_WINGS.values()) for name in doors]
    assert sorted(tried) == sorted(DOORS)


def test_every_posting_has_its_form():
    posted = {name for name, door in OURS.items() if door.post is not None}
    assert posted == FORMS.keys() | WITHOUT_FORM.keys()


@pytest.mark.parametrize("doors", WINGS.values(), ids=WINGS)
def test_who_may_gets_in_and_nobody_else(scene: House, doors: Mapping[str, Door]):
    tried = {
        key: wrong
        for name, door in doors.items()
        for key, wrong in trying.tries(scene, name, door, FORMS.get(name))
    }
    assert {role for _, _, role in tried} == set(ROLES)
    assert {key: wrong for key, wrong in tried.items() if wrong} == {}


@pytest.mark.parametrize("doors", ADMIN_WINGS.values(), ids=ADMIN_WINGS)
def test_the_administration_is_for_admins_and_keeps_what_is_written(scene: House, doors: Mapping[str, Door]):
    tried = {
        key: wrong for name, door in doors.items() for key, wrong in trying_admin.tries(scene, name, door)
    }
    assert {role for _, _, role in tried} == set(ROLES)
    assert {key: wrong for key, wrong in tried.items() if wrong} == {}


def test_there_is_no_demonstration_elsewhere(scene):
    form = FORMS["members:demo_login"]
    answers = {role: trying.post(scene, "members:demo_login", role, form) for role in ROLES}
    assert {role: (answer.status, answer.written) for role, answer in answers.items()} == dict.fromkeys(
        ROLES, (MISSING, [])
    )
