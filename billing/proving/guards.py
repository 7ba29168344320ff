"""Whether PostgreSQL still refuses what it shall refuse: triggers and constraints, in place and as written."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connection

from billing.proving.findings import Checked, FindingKind, ProofFinding


def check_guards() -> Checked:
    """Every trigger that a model declares stands, is enabled and says what it said; every constraint stands."""
    standing = _triggers()
    found, count = [], 0
    for model, trigger in pgtrigger.registered():
        count += 1
        table, name = model._meta.db_table, trigger.get_pgid(model)
        subject = f"{trigger.name} ({table})"
        compiled = trigger.compile(model)
        is_enabled, mark, body = standing.get((table, name), (None, "", ""))
        if is_enabled is None:
            found.append(ProofFinding(FindingKind.GUARD, subject, "le déclencheur a disparu."))
        elif not is_enabled:
            found.append(ProofFinding(FindingKind.GUARD, subject, "le déclencheur est désactivé."))
        elif mark != compiled.hash or body != _body(compiled.install_sql, name):
            found.append(
                ProofFinding(FindingKind.GUARD, subject, "le déclencheur n’est plus celui qui a été écrit.")
            )
    constraints = _constraints()
    for table, name in _declared():
        count += 1
        if (table, name) not in constraints:
            found.append(ProofFinding(FindingKind.GUARD, f"{name} ({table})", "la contrainte a disparu."))
    found += _role()
    return Checked({FindingKind.GUARD: count}, found)


def _body(install_sql: str, name: str) -> str:
    """What stands between the quotes of the function."""
    _, _, written = install_sql.partition(f"FUNCTION {name}()")
    return " ".join(written.split("$$")[1].split())


def _triggers() -> dict[tuple[str, str], tuple[bool, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname, tgenabled IN ('O', 'A'), obj_description(pg_trigger.oid, 'pg_trigger'), prosrc"
            " FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal"
        )
        rows = cursor.fetchall()
    return {
        (table, name): (enabled, mark or "", " ".join(body.split()))
        for table, name, enabled, mark, body in rows
    }


def _declared() -> list[tuple[str, str]]:
    declared: list[tuple[str, str]] = []
    for model in apps.get_models():
        meta: Any = model._meta
        if meta.managed and not meta.proxy and meta.constraints:
            declared += [(meta.db_table, constraint.name) for constraint in meta.constraints]
    return declared


def _constraints() -> set[tuple[str, str]]:
    """Constraints that are valid, and unique indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE convalidated"
            " UNION SELECT of.relname, named.relname FROM pg_index JOIN pg_class of ON of.oid = indrelid"
            " JOIN pg_class named ON named.oid = indexrelid WHERE indisunique AND indisvalid"
        )
        return set(cursor.fetchall())


def _role() -> list[ProofFinding]:
    """In production the site’s role owns nothing: who owns a table takes its triggers away."""
    if settings.LOCAL_MODE:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR EXISTS"
            " (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace))"
        )
        rows = cursor.fetchall()
    sentence = (
        "le site se connecte par un rôle qui possède ses tables (docs/operations.md, OWNER_DATABASE_URL)."
    )
    return [ProofFinding(FindingKind.GUARD, f"rôle {role}", sentence) for (role,) in rows]
