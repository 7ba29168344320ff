"""As the site’s own role nothing that is frozen is changed, deleted or emptied, whatever the connection sets."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from groupement import local
from groupement.database_roles import let_in
from tests import environment
from tests.house.constraints import guarding
from tests.house.constraints.catalog import Catalog, own_tables
from tests.house.constraints.table import table
from tests.house.constraints.trial import run, set_scene

pytestmark = pytest.mark.django_db

ROLE = "groupement_probe"
# As trial.TRY, in the shoes of the site’s role, with the triggers that are named set aside if that can be done.
TRY = r"""
    CREATE FUNCTION pg_temp.refused_to(site text, aside text, statement text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
        touched integer;
    BEGIN
        PERFORM set_config('pgtrigger.ignore', aside, true);
        EXECUTE format('SET LOCAL ROLE %I', site);
        EXECUTE statement;
        GET DIAGNOSTICS touched = ROW_COUNT;
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE EXCEPTION 'goes in: %', touched USING ERRCODE = 'ZZ000';
    EXCEPTION
        WHEN SQLSTATE 'ZZ000' THEN RETURN SQLERRM;
        WHEN OTHERS THEN RETURN '';
    END $$
"""


@pytest.fixture
def site():
    """The scene, and a role that is let in as the site’s is."""
    set_scene()
    let_in(connection, ROLE)
    run(TRY)
    return ROLE


def let_through(site: str, statements: list[str], aside: str) -> dict[str, str]:
    """Of the statements those that are not refused, and what became of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one, pg_temp.refused_to(%s, %s, one) FROM unnest(%s::text[]) one",
            [site, aside, statements],
        )
        return {statement: found for statement, found in cursor.fetchall() if found}


def frozen(catalog: Catalog) -> list[str]:
    """Every UPDATE, DELETE and TRUNCATE that a trigger of ours refuses, from the table of constraints."""
    rows, found = table(catalog), []
    for key, rule in catalog.rules.items():
        if rule.kind in guarding.KINDS:
            found += guarding.statements(rule)
        elif rule.kind == "trigger":
            columns = catalog.tables[rule.table]
            tried = [one for one in rows[key].breaks if one.verb != "copy"]
            found += [one.sql(rule.table, columns) for one in tried]
    return found


def test_what_is_frozen_is_refused_to_the_site_with_and_without_the_switch(site) -> None:
    catalog = Catalog()
    statements = frozen(catalog)
    verbs = [statement.split()[0] for statement in statements]
    assert (verbs.count("UPDATE") > 150, verbs.count("DELETE") > 50, verbs.count("TRUNCATE") > 90) == (
        True,
    ) * 3
    named = ",".join(rule.name for rule in catalog.rules.values() if rule.name.startswith("pgtrigger_"))
    assert {aside[:12]: let_through(site, statements, aside) for aside in ("{}", "{" + named + "}")} == {
        "{}": {},
        ("{" + named)[:12]: {},
    }


def test_what_is_not_frozen_goes_in_for_the_site(site) -> None:
    goes_in = ["UPDATE members_site SET city = 'Auray'", "DELETE FROM billing_actualcost"]
    assert set(let_through(site, goes_in, "{}")) == set(goes_in)


def test_no_function_of_a_trigger_asks_whether_it_is_set_aside() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND (prosrc ~ 'pgtrigger.ignore' OR prosrc ~ 'should_ignore')"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("role", [ROLE, local.SITE_ROLE])
def test_the_role_of_the_site_owns_nothing_and_may_read_and_write_rows_only(role: str) -> None:
    if role == ROLE:
        let_in(connection, role)
    elif not environment.has_own_server():
        pytest.skip("the server is not ours, nor are its roles")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,"
            " (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid)"
            " + (SELECT count(*) FROM pg_proc WHERE proowner = pg_roles.oid)"
            " + (SELECT count(*) FROM pg_auth_members WHERE member = pg_roles.oid),"
            " has_schema_privilege(rolname, 'public', 'CREATE') FROM pg_roles WHERE rolname = %s",
            [role],
        )
        assert cursor.fetchall() == [(False, 0, False)]
        cursor.execute(
            "SELECT name, kind FROM unnest(%s::text[]) name, unnest('{TRUNCATE,TRIGGER,REFERENCES}'::text[]) kind"
            " WHERE has_table_privilege(%s, name, kind) UNION ALL"
            " SELECT name, kind FROM unnest(%s::text[]) name, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) kind"
            " WHERE NOT has_table_privilege(%s, name, kind)",
            [own_tables(), role, own_tables(), role],
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE billing_invoice DISABLE TRIGGER USER",
        "DROP TABLE billing_invoice",
        "CREATE OR REPLACE FUNCTION pgtrigger_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "SET session_replication_role = replica",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
    ],
)
def test_the_site_takes_no_guard_away(statement: str) -> None:
    let_in(connection, ROLE)
    run(f"SET LOCAL ROLE {ROLE}")
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        run(statement)
    run("RESET ROLE")
