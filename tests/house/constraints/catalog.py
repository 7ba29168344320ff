"""What PostgreSQL's catalog says of our tables: their columns, constraints, unique indexes and triggers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

KINDS = {"c": "check", "u": "unique", "x": "exclude"}
# What each table of a kind has under one name (groupement.kernel.triggers).
GENERATED = {"append_only": "history", "is_not_emptied": "emptying"}
TRACKING = re.compile(r"(insert|update|delete)_\1")
TRIGGER = re.compile(r"pgtrigger_(.+)_[0-9a-f]{5}")


@dataclass(frozen=True)
class Rule:
    """A constraint, unique index or trigger. ``name`` is PostgreSQL's, ``key`` ours: without pgtrigger's additions."""

    kind: str
    table: str
    name: str
    definition: str
    columns: tuple[str, ...] = ()
    is_index: bool = False

    @property
    def key(self) -> str:
        found = TRIGGER.fullmatch(self.name)
        if self.kind in {"tracking", *GENERATED.values()}:
            return f"{self.table}: {found[1] if found else self.name}"
        return found[1] if found else self.name

    @property
    def removal(self) -> str:
        """The statement that takes it away."""
        if self.kind in {"trigger", "tracking", *GENERATED.values()}:
            return f"DROP TRIGGER {self.name} ON {self.table}"
        return (
            f"DROP INDEX {self.name}"
            if self.is_index
            else f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}"
        )


def own_tables() -> list[str]:
    """The tables of the apps that lie in the project; those of Django and of packages are their makers' to try."""
    root = Path(settings.BASE_DIR)
    return sorted(
        model._meta.db_table
        for config in apps.get_app_configs()
        if (root / config.name.partition(".")[0]).is_dir()
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    )


class Catalog:
    """Read once of the connected database."""

    @cached_property
    def tables(self) -> dict[str, list[str]]:
        """Our tables with their columns, the primary key aside."""
        read = _read(
            "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace AND attnum > 0"
            " AND NOT attisdropped AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary"
            " AND attnum = ANY(indkey)) ORDER BY relname, attnum"
        )
        tables: dict[str, list[str]] = {table: [] for table in own_tables()}
        for table, column in read:
            tables[table].append(column)
        return tables

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """By key, in the order of tables."""
        found = [*self._constraints(), *self._indexes(), *self._triggers()]
        rules = {
            rule.key: rule for rule in sorted(found, key=lambda rule: (rule.table, rule.kind, rule.name))
        }
        assert len(rules) == len(found), "two of one name"
        return rules

    def _constraints(self) -> list[Rule]:
        read = _read(
            "SELECT relname, contype, conname, pg_get_constraintdef(pg_constraint.oid),"
            " (SELECT array_agg(attname ORDER BY attname) FROM pg_attribute"
            "  WHERE attrelid = conrelid AND attnum = ANY(conkey))"
            " FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
            " WHERE relname = ANY(%s) AND contype IN ('c', 'u', 'x')"
        )
        return [Rule(KINDS[kind], table, name, text, tuple(of or ())) for table, kind, name, text, of in read]

    def _indexes(self) -> list[Rule]:
        read = _read(
            "SELECT t.relname, i.relname, pg_get_indexdef(i.oid) FROM pg_index"
            " JOIN pg_class t ON t.oid = indrelid JOIN pg_class i ON i.oid = indexrelid"
            " WHERE t.relname = ANY(%s) AND indisunique"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid AND contype IN ('p', 'u', 'x'))"
        )
        return [Rule("unique", table, name, text, is_index=True) for table, name, text in read]

    def _triggers(self) -> list[Rule]:
        read = _read(
            "SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger"
            " JOIN pg_class ON pg_class.oid = tgrelid WHERE relname = ANY(%s) AND NOT tgisinternal"
        )
        return [Rule(_kind(name), table, name, text) for table, name, text in read]


def _kind(trigger: str) -> str:
    found = TRIGGER.fullmatch(trigger)
    if found and TRACKING.fullmatch(found[1]):
        return "tracking"
    return GENERATED.get(found[1], "trigger") if found else "trigger"


def _read(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [own_tables()])
        return cursor.fetchall()
