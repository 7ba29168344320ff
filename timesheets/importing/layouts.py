"""The columns of a file of hours, and the program that wrote it: our own sample, or one whose export we know."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from groupement.kernel.cells import cell_text, plain
from groupement.kernel.french import enumeration, plural, quoted
from groupement.kernel.table_files import COMPLETE, Rating, read_table
from groupement.kernel.tabular import FileLimits, Layout, Table, Unreadable, csv_text

OWN = "own"
# The columns were said by a person, whatever the program.
CHOSEN = "chosen"
# Instead of a person, a place or a kind: lines that are not imported.
LEFT_OUT = "leave_out"
PROGRAMS = {
    OWN: "modèle de l’outil",
    "kimai": "Kimai",
    "toggl": "Toggl Track",
    "clockify": "Clockify",
    "harvest": "Harvest",
    "timecamp": "TimeCamp",
    "odoo": "Odoo",
}

# Our own columns as people read them, in the order of the sample; the documented layout.
COLUMNS = {
    "payroll_number": "matricule",
    "email": "e-mail",
    "person": "personne",
    "member": "adhérent",
    "reference": "référence de mise à disposition",
    "day": "date",
    "hours": "heures",
    "started": "début",
    "ended": "fin",
    "break": "pause",
    "kind": "nature",
    "note": "note",
}
# The same in words, with whether a row needs it.
COLUMN_HELP = [
    ("matricule", "celui de la fiche du salarié", "ou e-mail, ou personne"),
    ("e-mail", "l’adresse du compte", "ou matricule, ou personne"),
    ("personne", "prénom et nom", "ou matricule, ou e-mail"),
    (
        "adhérent",
        "nom court ou dénomination\u00a0; vide pour une absence, une formation, une réunion",
        "ou référence",
    ),
    ("référence de mise à disposition", "celle de la fiche", "ou adhérent"),
    ("date", "03/11/2026 ou 2026-11-03", "obligatoire"),
    ("heures", "7,5 · 7.5 · 7:30 · 7h30 · 450 min\u00a0; 0 vide le jour", "ou début et fin"),
    ("début", "9h, 9:00", "facultatif"),
    ("fin", "17h30, 17:30\u00a0; avant le début, c’est le lendemain", "facultatif"),
    ("pause", "0:45 ou 45 min, entre le début et la fin", "facultatif"),
    ("nature", "travail si vide\u00a0; trajet, formation, réunion, congé, maladie…", "facultatif"),
    ("note", "200 caractères au plus", "facultatif"),
]
_OWN_TITLES = {
    "payroll_number": ("matricule", "matricule de paie"),
    "email": ("e-mail", "email", "mail", "courriel", "adresse e-mail", "adresse email"),
    "person": ("personne", "salarie", "nom complet"),
    "member": ("adherent", "structure"),
    "reference": ("reference de mise a disposition", "reference", "mise a disposition"),
    "day": ("date", "jour"),
    "hours": ("heures", "duree"),
    "started": ("debut", "heure de debut"),
    "ended": ("fin", "heure de fin"),
    "break": ("pause",),
    "kind": ("nature",),
    "note": ("note", "commentaire"),
    # Written by our export, never filled in.
    "supplement": ("complement",),
    "midnight": ("passe minuit",),
}
# Kimai names its columns in the language of who exports.
_KIMAI_TITLES = {
    "day": ("date",),
    "started": ("from", "begin", "start", "de", "debut"),
    "ended": ("to", "end", "a", "fin"),
    "hours": ("duration", "duree"),
    "payroll_number": ("staff number", "matricule", "numero de personnel", "personalnummer"),
    "email": ("email", "e-mail", "courriel", "adresse e-mail"),
    "person": ("alias", "user", "username", "name", "utilisateur", "identifiant", "nom"),
    "member": ("customer", "client"),
    "project": ("project", "projet"),
    "break": ("break", "pause"),
    "note": ("description",),
}
_TOGGL_TITLES = {
    "email": ("email",),
    "person": ("user", "member"),
    "member": ("client",),
    "project": ("project",),
    "day": ("start date",),
    "started": ("start time",),
    "end_day": ("end date", "stop date"),
    "ended": ("end time", "stop time"),
    "hours": ("duration",),
    "note": ("description",),
}
_CLOCKIFY_TITLES = {
    **_TOGGL_TITLES,
    "hours": ("duration (h)", "duration (decimal)"),
    "type": ("type",),
}
_HARVEST_TITLES = {
    "day": ("date",),
    "member": ("client",),
    "project": ("project", "project code"),
    "hours": ("hours",),
    "note": ("notes",),
    "payroll_number": ("employee id",),
    "first_name": ("first name",),
    "last_name": ("last name",),
}
_TIMECAMP_TITLES = {
    "day": ("date", "day"),
    "person": ("user", "user name", "person", "people"),
    "email": ("email", "user email", "e-mail"),
    "member": ("client", "project"),
    "project": ("task", "project code"),
    "started": ("start time", "start", "from"),
    "ended": ("end time", "end", "to"),
    "hours": ("time", "duration", "time (hours)", "hours", "time (decimal)"),
    "note": ("note", "notes", "description"),
}
# Odoo names its columns in the language of who exports, or by their technical names.
_ODOO_TITLES = {
    "day": ("date",),
    "person": ("employee", "employe", "employee id", "employee id/name", "employee/name"),
    "member": ("customer", "client", "partner", "partenaire", "partner id"),
    "project": ("project", "projet", "project id", "project id/name", "project/name"),
    "hours": (
        "hours spent",
        "time spent",
        "quantity",
        "duration (hours)",
        "unit amount",
        "heures passees",
        "temps passe",
        "temps consacre",
        "quantite",
        "duree (heures)",
    ),
    "note": ("description", "name", "libelle"),
}
_TITLES_BY_PROGRAM: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    OWN: _OWN_TITLES,
    "kimai": _KIMAI_TITLES,
    "toggl": _TOGGL_TITLES,
    "clockify": _CLOCKIFY_TITLES,
    "harvest": _HARVEST_TITLES,
    "timecamp": _TIMECAMP_TITLES,
    "odoo": _ODOO_TITLES,
}
_ALL_TITLES = {
    name for columns in _TITLES_BY_PROGRAM.values() for names in columns.values() for name in names
}


@dataclass(frozen=True)
class HoursFileLayout(Layout):
    """The layout of a file of hours, and the code of the program that wrote it.

    CHOSEN: a person said what the columns mean, on ``chosen_on``, and the values of the column of kinds (``kinds``, by
    their form without accents or case: a Kind, or LEFT_OUT).
    """

    program: str = OWN
    kinds: Mapping[str, str] = field(default_factory=dict)
    chosen_on: date | None = None

    @property
    def label(self) -> str:
        return PROGRAMS.get(self.program, "colonnes choisies")

    @property
    def is_own(self) -> bool:
        return self.program == OWN

    @property
    def is_chosen(self) -> bool:
        return self.program == CHOSEN

    def title(self, column: str) -> str:
        """How the file calls a column, for sentences."""
        return self.titles[self.places[column][0]] if self.has(column) else COLUMNS.get(column, column)

    def text(self, column: str, cells: Sequence[Any]) -> str:
        """The first filled cell of a column as text."""
        return cell_text(self.cell(column, cells))

    def kind_of(self, cells: Sequence[Any]) -> str:
        """The kind that was chosen for what a row says; nothing where it says nothing."""
        return self.kinds[plain(text)] if self.is_chosen and (text := self.text("kind", cells)) else ""


class IncompleteTitles(Unreadable):
    """The titles are neither those of a program nor all of ours that are needed; ``short`` says only what they lack."""

    def __init__(self, message: str, *, short: str) -> None:
        super().__init__(message)
        self.short = short


def recognise_layout(titles: Sequence[str]) -> HoursFileLayout:
    """The layout that the titles tell, in any order, whatever their accents or case.

    Raises IncompleteTitles.
    """
    known = [plain(title) for title in titles]
    program = _program(set(known))
    places = {
        column: tuple(place for name in names for place, title in enumerate(known) if title == name)
        for column, names in _TITLES_BY_PROGRAM[program].items()
    }
    layout = HoursFileLayout(titles, {column: found for column, found in places.items() if found}, program)
    if layout.is_own:
        _refuse_incomplete(layout)
    return layout


# What only one program writes, tried in this order: one title of each line.
_SIGNS: tuple[tuple[str, tuple[set[str], ...]], ...] = (
    ("clockify", ({"start date"}, {"duration (h)", "duration (decimal)"})),
    ("toggl", ({"start date"}, {"duration"})),
    ("kimai", ({"date"}, {"activity", "activite"}, {"customer", "client"}, {"duration", "duree"})),
    ("harvest", ({"date"}, {"hours"}, {"client"}, {"first name"}, {"last name"})),
    (
        "timecamp",
        (
            {"date", "day"},
            {"user", "user name", "person", "people"},
            {"task"},
            {"start time", "start", "from"},
            {"time", "duration", "time (hours)", "hours", "time (decimal)"},
        ),
    ),
    (
        "odoo",
        ({"date"}, set(_ODOO_TITLES["person"]), set(_ODOO_TITLES["hours"]), set(_ODOO_TITLES["project"])),
    ),
)


def _program(known: set[str]) -> str:
    return next((program for program, signs in _SIGNS if all(known & titles for titles in signs)), OWN)


def rate_titles(titles: Sequence[str]) -> int:
    """How well a row answers for the titles of a file of hours: table_files.COMPLETE, or how many are known."""
    try:
        recognise_layout(titles)
    except Unreadable:
        return len({plain(title) for title in titles} & _ALL_TITLES)
    return COMPLETE


def _refuse_incomplete(layout: HoursFileLayout) -> None:
    for column, found in layout.places.items():
        if len(found) > 1:
            doubled = f"La colonne {quoted(layout.title(column))} est là deux fois."
            raise IncompleteTitles(f"{doubled} Gardez-en une.", short=doubled)
    missing = [] if layout.has("day") else ["date"]
    if not layout.has("hours") and not (layout.has("started") and layout.has("ended")):
        missing.append("heures")
    if missing:
        titles = enumeration(quoted(name) for name in missing)
        wanted = "\u00a0; ".join(COLUMNS.values())
        programs = enumeration(label for code, label in PROGRAMS.items() if code != OWN)
        which = plural(len(missing), "la colonne", "les colonnes")
        lacking = f"Il manque {which} {titles}."
        raise IncompleteTitles(
            f"{lacking} La première ligne nomme les colonnes, comme dans le modèle\u00a0: "
            f"{wanted}. Les exports de {programs} sont reconnus tels quels.",
            short=lacking if layout.places else "Les titres de ce fichier ne sont pas connus.",
        )


LARGEST_CSV = 12_000_000
LARGEST_WORKBOOK = 6_000_000
MOST_ROWS = 60_000
HOURS_FILE = FileLimits(
    what="les heures",
    largest_text=LARGEST_CSV,
    text_too_large="Le fichier dépasse 12 Mo. Découpez-le, par exemple un fichier par mois.",
    largest_workbook=LARGEST_WORKBOOK,
    workbook_too_large="Le classeur dépasse 6 Mo. Gardez la seule feuille des heures, ou découpez-la.",
    most_rows=MOST_ROWS,
    too_many_rows="Le fichier compte plus de 60\u202f000 lignes. Découpez-le, par exemple un fichier par mois, "
    "et importez chaque partie.",
    no_rows="Le fichier ne contient aucune ligne d’heures sous les titres. Complétez-le.",
)


def read_hours_table(data: bytes, rate: Rating = rate_titles) -> Table:
    """The table in an uploaded file, by its content, not by its name. Raises Unreadable with the cure."""
    return read_table(data, HOURS_FILE, rate)


# Rows of the sample: one by the clock, one by its duration, one at the group; days and people are made up.
SAMPLE_NAMES = ("M001", "", "Maëlle Kerbrat")
SAMPLE_DAY = date(2026, 11, 3)


def sample_csv(member: str) -> str:
    """A file to fill in, as French spreadsheets open it; ``member`` is one that the reader knows."""
    return csv_text([list(COLUMNS.values()), *_sample_rows(member)])


def sample_workbook(member: str) -> bytes:
    """The same as a workbook, with real days, times and durations."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Heures"
    sheet.append(list(COLUMNS.values()))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in _sample_rows(member):
        sheet.append(row)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, date):
                cell.number_format = "dd/mm/yyyy"
            elif isinstance(cell.value, time):
                cell.number_format = "hh:mm"
    for number, width in enumerate((11, 26, 24, 18, 30, 12, 9, 9, 9, 9, 14, 30), start=1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = width
    sheet.freeze_panes = "A2"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _sample_rows(member: str) -> list[list[Any]]:
    return [
        [*SAMPLE_NAMES, member, "", SAMPLE_DAY, Decimal("7"), time(9), time(17), time(1), "travail", ""],
        [
            *SAMPLE_NAMES,
            member,
            "",
            SAMPLE_DAY.replace(day=4),
            Decimal("3.5"),
            "",
            "",
            "",
            "travail",
            "matin",
        ],
        [*SAMPLE_NAMES, "", "", SAMPLE_DAY.replace(day=5), Decimal("7"), "", "", "", "formation", ""],
    ]
