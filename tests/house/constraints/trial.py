"""Trying a row of the table on the scene: who refuses, what goes in; each statement is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tests.house.constraints.catalog import Catalog, Rule
from tests.house.constraints.scene import cast
from tests.house.constraints.scene_billing import billing
from tests.house.constraints.statements import Row, Statement
from tests.house.constraints.table import TWINS

# In the database, so that the thousand statements of a walk are not a thousand round trips.
TRY = r"""
    CREATE FUNCTION pg_temp.refused_by(statement text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
        touched integer; refusing text; place text; said text;
    BEGIN
        EXECUTE statement;
        GET DIAGNOSTICS touched = ROW_COUNT;
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE EXCEPTION 'taken back' USING ERRCODE = 'ZZ000';
    EXCEPTION
        WHEN SQLSTATE 'ZZ000' THEN
            RETURN CASE touched WHEN 1 THEN '' ELSE format('nothing: it touches %s rows', touched) END;
        WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS refusing = CONSTRAINT_NAME, place = PG_EXCEPTION_CONTEXT, said = MESSAGE_TEXT;
            RETURN coalesce(nullif(refusing, ''), substring(place FROM 'PL/pgSQL function (pgtrigger_\w+)'), said);
    END $$
"""


def set_scene() -> None:
    """A row at least in each of our tables, and nothing left to be asked at the end of the transaction."""
    billing(cast())
    ask_now()
    run(TRY)


def ask_now() -> None:
    """Have every deferred constraint asked at once, then let them wait again."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


def run(statement: str) -> int:
    """Do it as it stands; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside has not happened."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)


def refused_by(statements: list[str]) -> list[str]:
    """Of each, the constraint or trigger that refuses it, "" when it goes in; all are taken back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_temp.refused_by(one) FROM unnest(%s::text[]) WITH ORDINALITY AS all_of_it(one, place)"
            " ORDER BY place",
            [statements],
        )
        return [name for (name,) in cursor.fetchall()]


class RowChecker:
    """The rows of the table, tried one by one on the scene."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def faults(self, rule: Rule, row: Row) -> list[str]:
        """What of ``row`` is not as it says: refused by another, let in, or a neighbour refused."""
        breaks, holds = self.statements(rule, row)
        with taken_back():
            found = self._lift(rule, breaks, row.lifts)
            if not (breaks and holds):
                found.append("it breaks nothing, or lets nothing in")
            for one, by in self.refused_by(rule, breaks).items():
                if by != rule.name:
                    found.append(f"{one}: refused by {by or 'nothing'}")
            for one, by in self.refused_by(rule, holds).items():
                if by:
                    found.append(f"{one}: should go in, and is refused by {by}")
        return found

    def without(self, rule: Rule, row: Row) -> dict[str, str]:
        """Who refuses its breaking statements when it is gone: "" where one goes in."""
        breaks, _ = self.statements(rule, row)
        with taken_back():
            self._lift(rule, breaks, row.lifts)
            run(rule.removal)
            return self.refused_by(rule, breaks)

    def refused_by(self, rule: Rule, statements: tuple[Statement, ...]) -> dict[str, str]:
        """As refused_by(), under what the statements are called."""
        columns = self.catalog.tables[rule.table]
        names = refused_by([one.sql(rule.table, columns) for one in statements])
        return dict(zip(map(str, statements), names, strict=True))

    def statements(self, rule: Rule, row: Row) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        """The breaking statements and their neighbours."""
        if not row.same:
            return row.breaks, row.holds
        twin = TWINS[rule.table]
        return (twin.without(row.same),), (twin,)

    def _lift(self, rule: Rule, breaks: tuple[Statement, ...], names: tuple[str, ...]) -> list[str]:
        """Take away what would refuse first; a fault when it would not."""
        needless = []
        for name in names:
            stricter = self.catalog.rules[name]
            if stricter.name not in self.refused_by(rule, breaks).values():
                needless.append(f"{name} does not refuse first: it need not be lifted")
            run(stricter.removal)
        return needless
