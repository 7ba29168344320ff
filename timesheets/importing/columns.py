"""The columns of a file of hours from any program, chosen on screen once and remembered for who imports it.

What a file's titles tell is in layouts.py; here is what a person says where they tell nothing, or too little.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from groupement.kernel.cells import cell_text, plain
from groupement.kernel.column_meanings import places_of
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.table_files import COMPLETE, MOST_COLUMNS
from groupement.kernel.tabular import Table, Unreadable, titles_digest
from members.models import User
from timesheets.importing import guessing, layouts
from timesheets.importing.guessing import HOURS_MEANINGS, LABELS, MOMENTS
from timesheets.importing.layouts import CHOSEN, LEFT_OUT, HoursFileLayout, IncompleteTitles
from timesheets.importing.scope import read_directory
from timesheets.models import HoursLayout, Kind

# A day and a duration; a page asks about no more columns than a workbook may have.
FEWEST_COLUMNS = 2
# More values than these are no kinds.
MOST_VALUES = 60
LONGEST_VALUE = 60
# What would be said twice.
_EITHER = (
    ("day", "start_moment"),
    ("started", "start_moment"),
    ("ended", "end_moment"),
    ("end_day", "end_moment"),
    ("hours", "minutes"),
    ("break", "break_minutes"),
)
_WHO = ("payroll_number", "email", "person", "last_name", "reference")


class ColumnsAsked(Unreadable):
    """Titles tell nothing, or too little, or the column of kinds has new values: a person is asked."""


class BadHoursColumns(Refusal):
    """The columns as they were chosen do not make a file of hours."""


@dataclass(frozen=True)
class HoursFile:
    """A file of hours as somebody sends it, and the columns that they chose for its titles once, if they did."""

    table: Table
    stored: HoursLayout | None


def read_hours_file(data: bytes, *, by: User) -> HoursFile:
    """The table in an uploaded file, whose titles may be those of a layout that ``by`` chose. Raises Unreadable."""
    chosen = {row.titles_digest: row for row in chosen_layouts(by)}

    def rate(titles: Sequence[str]) -> int:
        if digest_of(titles) in chosen:
            return COMPLETE
        known = layouts.rate_titles(titles)
        return known if known == COMPLETE else max(known, sum(map(bool, HOURS_MEANINGS.guess(titles))))

    table = layouts.read_hours_table(data, rate)
    return HoursFile(table, chosen.get(digest_of(table.titles)))


def read_file_to_ask(data: bytes, *, by: User) -> HoursFile:
    """The same, for the page that asks about each column. Raises Unreadable for more columns than a page can ask."""
    file = read_hours_file(data, by=by)
    if len(file.table.titles) > MOST_COLUMNS:
        raise Unreadable(
            f"Ce fichier a {len(file.table.titles)} colonnes, {MOST_COLUMNS} au plus peuvent être choisies. "
            "Gardez celles des heures."
        )
    return file


def chosen_layouts(by: User) -> QuerySet[HoursLayout]:
    """What somebody chose, the latest first; nobody else's."""
    return HoursLayout.objects.filter(chosen_by=by).order_by("-chosen_at", "pk")


def digest_of(titles: Sequence[str]) -> str:
    """By which a layout is found again; a row of titles may go on with empty cells."""
    last = max((place for place, title in enumerate(titles) if title), default=-1)
    return titles_digest(titles[: last + 1])


def find_layout(file: HoursFile, *, names_nobody: bool) -> HoursFileLayout:
    """The layout of a file: as it was chosen, else as its titles tell.

    ``names_nobody``: who imports has no hours but their own. Raises ColumnsAsked where a person must say more, and
    Unreadable for what has not even a day and a duration.
    """
    if file.stored:
        return _stored_layout(file.table, file.stored)
    titles = file.table.titles
    try:
        layout = layouts.recognise_layout(titles)
    except IncompleteTitles as incomplete:
        if sum(map(bool, titles)) < FEWEST_COLUMNS:
            raise
        raise ColumnsAsked(incomplete.short) from incomplete
    if layout.is_own and layout.ignored and not names_nobody and not any(map(layout.has, _WHO)):
        raise ColumnsAsked("Les titres ne disent pas quelle colonne est la personne.")
    return layout


def what_is_asked(file: HoursFile, *, names_nobody: bool) -> str:
    """Why a person is asked for the columns of a file; nothing where they come to change them."""
    try:
        find_layout(file, names_nobody=names_nobody)
    except Unreadable as asked:
        return asked.message
    return ""


def guess_meanings(file: HoursFile) -> list[str]:
    """What each column may mean, "" for an unknown one: as it was chosen, else by its title and first values."""
    if file.stored:
        return [str(code) for code in file.stored.columns]
    return [
        "" if code == "kind" and len(values_of(file.table, place)) > MOST_VALUES else code
        for place, code in enumerate(guessing.guess_columns(file.table))
    ]


def values_of(table: Table, place: int) -> dict[str, str]:
    """The values of a column as the file spells them first, by their form without accents or case; blank ones not."""
    values: dict[str, str] = {}
    for _, cells in table.rows:
        if place < len(cells) and (text := cell_text(cells[place])):
            values.setdefault(plain(text), text[:LONGEST_VALUE])
    return values


@transaction.atomic
def save_layout(
    table: Table, columns: Sequence[str], kinds: Mapping[str, str], *, by: User, at: datetime
) -> HoursLayout:
    """Remember what each column means, and each value of the column of kinds, for ``by`` and files with these titles.

    Raises BadHoursColumns with the cure.
    """
    errors = HOURS_MEANINGS.doubled(columns)
    errors += [
        f"Choisissez {quoted(LABELS[first])} ou {quoted(LABELS[other])}, pas les deux."
        for first, other in _EITHER
        if first in columns and other in columns
    ]
    errors += _missing(set(columns), names_nobody=read_directory(by).is_own_only)
    if "kind" in columns and not errors:
        errors += _missing_kinds(values_of(table, columns.index("kind")), kinds)
    if errors or not HOURS_MEANINGS.fits(columns, table.titles):
        raise BadHoursColumns("Des colonnes sont à corriger.", errors=errors)
    found: dict[str, Any] = {"chosen_by": by, "titles_digest": digest_of(table.titles)}
    facts: dict[str, Any] = {
        "titles": list(table.titles),
        "columns": list(columns),
        "kinds": dict(kinds) if "kind" in columns else {},
        "chosen_at": at,
    }
    earlier = HoursLayout.objects.filter(**found, columns=facts["columns"]).first()
    if earlier:
        # Values that this file does not have.
        facts["kinds"] = earlier.kinds | facts["kinds"]
    return HoursLayout.objects.update_or_create(**found, defaults=facts)[0]


@transaction.atomic
def forget_layout(layout: HoursLayout, *, by: User) -> None:
    """Forget what ``by`` said of these titles; asked for twice, it is forgotten once."""
    HoursLayout.objects.filter(pk=layout.pk, chosen_by=by).delete()


def _missing(columns: Collection[str], *, names_nobody: bool) -> list[str]:
    """A sentence for each thing without which no hours can be read."""
    found: list[str] = []
    has = {each for code in columns for each in MOMENTS.get(code, (code,))}
    if not names_nobody and not has & set(_WHO):
        found.append(
            "Il manque le nom\u00a0: un prénom seul ne dit pas qui c’est."
            if "first_name" in has
            else "Dites quelle colonne est la personne\u00a0: son matricule, son e-mail ou son nom."
        )
    if "day" not in has:
        found.append("Dites quelle colonne est le jour.")
    has_duration = bool(has & {"hours", "minutes"})
    if "started" in has and "ended" not in has:
        found.append("Dites aussi quelle colonne est l’heure de fin, ou ne lisez pas celle du début.")
    elif "ended" in has and "started" not in has:
        found.append("Dites aussi quelle colonne est l’heure de début, ou ne lisez pas celle de la fin.")
    elif not has_duration and "started" not in has:
        found.append("Dites quelle colonne est la durée, ou lesquelles sont le début et la fin.")
    elif has & {"break", "break_minutes"} and "started" not in has:
        found.append(
            "Une pause se déduit du début et de la fin, pas d’une durée\u00a0: ne lisez pas la colonne de la pause."
        )
    return found


def _missing_kinds(values: Mapping[str, str], kinds: Mapping[str, str]) -> list[str]:
    if len(values) > MOST_VALUES:
        return [
            (
                f"La colonne de la nature a {len(values)} valeurs différentes, {MOST_VALUES} au plus peuvent "
                "en avoir une. Choisissez une autre colonne, ou ne la lisez pas."
            )
        ]
    known = {*map(str, Kind), LEFT_OUT}
    missing = [name for value, name in values.items() if kinds.get(value) not in known]
    if missing:
        names = enumeration((quoted(name) for name in missing), at_most=5)
        return [f"Dites ce que veut dire {names}."]
    if values and all(kinds[value] == LEFT_OUT for value in values):
        return [
            "Toutes les lignes seraient laissées de côté. Choisissez une nature pour une valeur au moins."
        ]
    return []


def _stored_layout(table: Table, stored: HoursLayout) -> HoursFileLayout:
    places: dict[str, tuple[int, ...]] = {}
    for code, found in places_of(stored.columns).items():
        for meaning in MOMENTS.get(code, (code,)):
            places[meaning] = found
    if "kind" in places:
        values = values_of(table, places["kind"][0])
        if new := [name for value, name in values.items() if value not in stored.kinds]:
            names = enumeration((quoted(name) for name in new), at_most=5)
            raise ColumnsAsked(f"De nouvelles natures sont dans ce fichier{NO_BREAK_SPACE}: {names}.")
    on = timezone.localdate(stored.chosen_at)
    untitled = [""] * (len(stored.columns) - len(table.titles))
    return HoursFileLayout([*table.titles, *untitled], places, CHOSEN, stored.kinds, on)
