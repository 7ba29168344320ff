"""What PostgreSQL must refuse, constraint by constraint: the table tried on one scene, held against the catalog."""

import pytest
from django.apps import apps
from pgtrigger import registered

from tests.house.constraints import guarding, tracking
from tests.house.constraints.catalog import Catalog
from tests.house.constraints.statements import copy, row, update
from tests.house.constraints.table import is_also_refused_by, table
from tests.house.constraints.trial import RowChecker, run, set_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog():
    return Catalog()


@pytest.fixture
def scene(catalog):
    set_scene()
    return RowChecker(catalog)


def test_every_constraint_and_trigger_has_its_row_and_every_row_its_constraint(catalog):
    known = {rule.key for rule in catalog.rules.values() if rule.kind not in {"tracking", *guarding.KINDS}}
    rows = table(catalog)
    assert {"without a row": sorted(known - set(rows)), "of nothing": sorted(set(rows) - known)} == {
        "without a row": [],
        "of nothing": [],
    }


def test_every_trigger_that_a_model_declares_stands_in_the_database(catalog):
    ours = set(catalog.tables)
    declared = {trigger.get_pgid(model) for model, trigger in registered() if model._meta.db_table in ours}
    standing = {rule.name for rule in catalog.rules.values() if rule.name.startswith("pgtrigger_")}
    assert sorted(declared ^ standing) == []


def test_what_a_constraint_says_is_refused_under_its_name_and_its_neighbour_goes_in(catalog, scene):
    rows = table(catalog)
    faults = {key: found for key, row in rows.items() if (found := scene.faults(catalog.rules[key], row))}
    assert faults == {}


def test_nothing_else_refuses_it(catalog, scene):
    still_refused = {
        (key, statement): by
        for key, row in table(catalog).items()
        for statement, by in scene.without(catalog.rules[key], row).items()
        if by and not is_also_refused_by(catalog, catalog.rules[key], by)
    }
    assert still_refused == {}


def test_every_act_on_a_tracked_row_leaves_an_event(catalog, scene):
    tracked = [rule for rule in catalog.rules.values() if rule.kind == "tracking"]
    assert len(tracked) > 40
    assert [fault for rule in tracked for fault in tracking.faults(rule)] == []
    assert set(tracking.CHANGES) == {rule.table for rule in tracked}


def test_no_watched_table_is_emptied_and_no_history_rewritten(catalog, scene):
    guarded = [rule for rule in catalog.rules.values() if rule.kind in guarding.KINDS]
    assert [fault for rule in guarded for fault in guarding.faults(rule)] == []
    watched = {
        rule.table for rule in catalog.rules.values() if rule.kind in {"trigger", "tracking", "history"}
    }
    histories = {table for table, columns in catalog.tables.items() if "pgh_label" in columns}
    for kind, tables in (("emptying", watched), ("history", histories)):
        assert {rule.table for rule in guarded if rule.kind == kind} == tables


def test_a_constraint_that_no_row_names_is_seen(catalog):
    before = set(catalog.rules)
    run("ALTER TABLE members_site ADD CONSTRAINT a_site_has_a_name CHECK (name <> '')")
    run("CREATE UNIQUE INDEX one_site_a_street ON members_site (street) WHERE street <> ''")
    run("ALTER TABLE members_site DROP CONSTRAINT site_name_is_unique_at_a_member")
    rules = Catalog().rules
    assert set(rules) - before == {"a_site_has_a_name", "one_site_a_street"}
    assert set(table(Catalog())) - set(rules) == {"site_name_is_unique_at_a_member"}


def test_a_row_that_proves_nothing_is_seen(catalog, scene):
    rule = catalog.rules["members_member_headcount_check"]
    assert scene.faults(rule, row(update(headcount="-1"), holds=update(headcount="0"))) == []
    assert len(scene.faults(rule, row(update(headcount="1"), holds=update(headcount="-1")))) == 2
    assert len(scene.faults(rule, row(update("false", headcount="-1"), holds=update(headcount="0")))) == 1
    assert len(scene.faults(rule, row(update(hue="13"), holds=copy()))) == 2
    assert len(scene.faults(rule, row(holds=update(headcount="0")))) == 1
    needless = row(update(headcount="-1"), holds=update(headcount="0"), lifts=("member_mark_is_drawable",))
    assert len(scene.faults(rule, needless)) == 1


def test_third_parties_tables_are_left_out_by_where_their_app_lies(catalog):
    left_out = {model._meta.db_table for model in apps.get_models()} - set(catalog.tables)
    assert {"account_emailaddress", "django_session"} <= left_out
    assert not [table for table in left_out if table.split("_")[0] in {"members", "billing", "employees"}]
