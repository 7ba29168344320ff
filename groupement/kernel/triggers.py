"""Triggers as they are installed: without the switch of pgtrigger, on every path, and against emptying whole tables.

pgtrigger begins each function with a question: whether a setting of the connection (``pgtrigger.ignore``) names it. Any
role may set it, so any role could set a trigger aside. Ours are written without; only who owns a table can lift one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pgtrigger
import pgtrigger.migrations
from django.apps import AppConfig
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger import compiler, registry

# What a table is guarded by without being asked: that it is not emptied, and that a history is only written on.
NOT_EMPTIED = pgtrigger.Trigger(
    name="is_not_emptied",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="RAISE EXCEPTION 'the table % is not emptied', TG_TABLE_NAME USING ERRCODE = 'check_violation';",
)
HISTORY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class FirmTriggerSql(compiler.UpsertTriggerSql):
    """The SQL of a trigger whose function is what was written, and nothing before it."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


def firmly(written: compiler.Trigger) -> compiler.Trigger:
    """The same trigger without the switch."""
    known = {name: value for name, value in written.sql.kwargs.items() if name != "ignore_func_name"}
    return compiler.Trigger(name=written.name, sql=FirmTriggerSql(**known))


class Firm(pgtrigger.Trigger):
    """A trigger as a model declares it, to be installed without the switch."""

    def __init__(self, declared: pgtrigger.Trigger) -> None:
        self.declared = declared
        self.__dict__.update(declared.__dict__)

    def compile(self, model: type[models.Model]) -> compiler.Trigger:  # type: ignore[override]
        return firmly(self.declared.compile(cast(Any, model)))


def make_firm(apps: Iterable[AppConfig]) -> None:
    """Have every trigger of these apps installed so, those that keep history too; and no table of theirs be emptied.

    Call it when all models are loaded, before pgtrigger reads what they declare.
    """
    for config in apps:
        for model in config.get_models(include_auto_created=True):
            _make_firm(model)


def _make_firm(model: type[models.Model]) -> None:
    meta: Any = model._meta
    declared = list(getattr(meta, "triggers", ()))
    if declared:
        # What a trigger watches row by row, TRUNCATE would pass by.
        declared.append(NOT_EMPTIED)
    for trigger in declared:
        uri = f"{meta.label}:{trigger.name}"
        if uri in registry._registry.data:
            registry.delete(uri)
    firm = [each if isinstance(each, Firm) else Firm(each) for each in declared]
    if firm:
        meta.triggers, meta.original_attrs["triggers"] = list(firm), list(firm)


class AddTrigger(pgtrigger.migrations.AddTrigger):
    """Migration: install a trigger; the models are not made anew for it, since its SQL is complete.

    pgtrigger makes the model and all that refer to it anew, twice a trigger: a quarter of the time that migrating from
    nothing took.
    """

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name_lower].options
        options["triggers"] = [*options.get("triggers", ()), self.trigger]

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(cast(compiler.Trigger, self.trigger).install_sql, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(cast(compiler.Trigger, self.trigger).uninstall_sql, params=None)


class RemoveTrigger(pgtrigger.migrations.RemoveTrigger):
    """Migration: take a trigger away; as ``AddTrigger``."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name_lower].options
        options["triggers"] = [each for each in options.get("triggers", ()) if each.name != self.name]

    def _executed(
        self, app_label: str, state: ProjectState, sql: str, editor: BaseDatabaseSchemaEditor
    ) -> None:
        for trigger in state.models[app_label, self.model_name_lower].options["triggers"]:
            if trigger.name == self.name:
                editor.execute(getattr(trigger, sql), params=None)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._executed(app_label, from_state, "uninstall_sql", schema_editor)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._executed(app_label, to_state, "install_sql", schema_editor)


class WriteFirmly(Operation):
    """Migration: write anew, without the switch, every trigger that the app has at this point."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # The models are not made anew for it: what they declare is read of the state.
        for (app, _), model in state.models.items():
            if app == app_label and model.options.get("triggers"):
                model.options["triggers"] = [firmly(each) for each in model.options["triggers"]]

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for (app, _), model in to_state.models.items():
            if app == app_label:
                for trigger in model.options.get("triggers", ()):
                    # Without parameters: what a function says is no place for one.
                    schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "Write every trigger of the app without a switch"


class Guard(Operation):
    """Migration: have these models of the app be guarded, by NOT_EMPTIED or, for histories, by HISTORY too."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, *, kept: Sequence[str] = (), histories: Sequence[str] = ()) -> None:
        self.kept, self.histories = kept, histories

    def _of(self, app_label: str, state: ProjectState) -> Iterator[tuple[str, compiler.Trigger]]:
        wanted = [(HISTORY, self.histories), (NOT_EMPTIED, [*self.kept, *self.histories])]
        for trigger, names in wanted:
            for name in names:
                model = state.models[app_label, name]
                table = model.options.get("db_table") or f"{app_label}_{name}"
                meta = SimpleNamespace(app_label=app_label, object_name=model.name, db_table=table, fields=())
                yield name, firmly(trigger.compile(cast(Any, SimpleNamespace(_meta=meta))))

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for name, trigger in self._of(app_label, state):
            options = state.models[app_label, name].options
            options["triggers"] = [*options.get("triggers", ()), trigger]

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for _, trigger in self._of(app_label, to_state):
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for _, trigger in self._of(app_label, from_state):
            schema_editor.execute(trigger.uninstall_sql, params=None)

    def describe(self) -> str:
        return "Refuse to empty tables, and to rewrite histories"
