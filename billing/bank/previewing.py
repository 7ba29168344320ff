"""A table whose layout nobody confirmed, shown before anything is stored: columns, sums, what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeGuard

from billing.bank import csv_layouts, importing
from billing.bank.csv_layouts import UnknownColumns
from billing.bank.importing import StatementNotImportable
from billing.bank.statement import BadStatement, FileStatement, StatementColumns
from groupement.kernel.money import ZERO
from members.models import Group

NO_SUCH_COLUMNS = "La colonne de la date ne contient pas des jours, ou celle du montant pas des montants."


@dataclass(frozen=True)
class StatementSums:
    """What an import would bring: operations, euros in and out, from the first day to the last."""

    count: int
    came_in: Decimal
    went_out: Decimal
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class StatementPreview:
    """A table under one layout. ``places``: of the columns that are read, by what they mean; ``rows``: examples.

    ``sums`` and ``left_out`` are there once the columns make a statement without fault, ``refusal`` says what is wrong
    where they do not; neither while columns are still to be chosen.
    """

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    places: Mapping[str, Sequence[int]]
    sums: StatementSums | None = None
    left_out: Sequence[str] = ()
    refusal: BadStatement | None = None

    @property
    def all_titles(self) -> list[str]:
        """The titles, and an empty one for each column that has none."""
        width = max([len(self.titles), *map(len, self.rows)])
        return [*self.titles, *[""] * (width - len(self.titles))]

    @property
    def unread(self) -> list[str]:
        """The titles of columns that are not read, by their place where they have none."""
        read = {place for places in self.places.values() for place in places}
        return [title for place, title in enumerate(self.titles) if title and place not in read]

    @property
    def shown(self) -> str:
        """What was shown, so that columns changed afterwards are noticed; empty without sums."""
        if self.sums is None:
            return ""
        columns = sorted((place, name) for name, places in self.places.items() for place in places)
        return ",".join(f"{place}={name}" for place, name in columns)


def preview(
    data: bytes, *, at: datetime, columns: Mapping[str, Sequence[int]] | None = None
) -> StatementPreview | None:
    """What the import of ``data`` would read, under ``columns`` where they are chosen; None where nothing is guessed.

    A layout that is known, a CAMT.053 and an OFX are left to the import, which reads or refuses them. Raises what
    refusal the reading of no table raises.
    """
    found: StatementColumns | None = None
    try:
        read = _read(data, columns)
        found = read.columns
        if _is_asked(found, columns):
            return _preview(found, read=importing.would_import(data, read, at=at))
    except UnknownColumns as unknown:
        if columns is None:
            return StatementPreview(unknown.titles, unknown.rows, unknown.places)
        return StatementPreview(unknown.titles, unknown.rows, columns, refusal=BadStatement(NO_SUCH_COLUMNS))
    except BadStatement as refusal:
        found = refusal.columns or found
        if _is_asked(found, columns):
            return _preview(found, refusal=refusal)
    except StatementNotImportable:
        pass  # the import says it
    return None


def _read(data: bytes, columns: Mapping[str, Sequence[int]] | None) -> FileStatement:
    stored, group = importing.stored_layouts(), Group.objects.order_by("pk").first()
    if columns is not None and (titles := _titles(data)):
        stored = {**stored, csv_layouts.digest(titles): columns}
    return importing.read_file(data, stored, iban=group.iban if group else "")


def _is_asked(
    found: StatementColumns | None, columns: Mapping[str, Sequence[int]] | None
) -> TypeGuard[StatementColumns]:
    """Whether a table is shown: its layout was guessed, or its columns were chosen on the page."""
    return found is not None and (columns is not None or not found.is_known)


def _preview(
    found: StatementColumns, *, read: FileStatement | None = None, refusal: BadStatement | None = None
) -> StatementPreview:
    sums, left_out = (_sums(read), read.left_out) if read else (None, ())
    return StatementPreview(found.layout.titles, found.rows, found.layout.places, sums, left_out, refusal)


def _sums(read: FileStatement) -> StatementSums:
    amounts = [each.amount for each in read.operations]
    return StatementSums(
        len(amounts),
        sum((amount for amount in amounts if amount > 0), ZERO),
        sum((amount for amount in amounts if amount < 0), ZERO),
        read.starts_on,
        read.ends_on,
    )


def _titles(data: bytes) -> Sequence[str]:
    """The titles of the table as an import finds them; none where there are none to choose columns for."""
    try:
        read = importing.read_file(data, {}, iban="")
    except UnknownColumns as unknown:
        return unknown.titles
    except BadStatement as refusal:
        return refusal.columns.layout.titles if refusal.columns else ()
    return read.columns.layout.titles if read.columns else ()
