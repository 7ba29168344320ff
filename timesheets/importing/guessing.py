"""What the columns of a file of hours and the values of its kinds may mean: by titles, words and first cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from groupement.kernel.cells import cell_text, plain
from groupement.kernel.column_meanings import ColumnMeanings
from groupement.kernel.tabular import Table
from timesheets.importing.layouts import LEFT_OUT
from timesheets.importing.rows import PRESENT, kind_of_word
from timesheets.models import Kind

# A plain number above is minutes: nobody works more hours a day, or pauses as many.
MOST_HOURS, MOST_HOURS_OF_BREAK = 24, 4
SAMPLE_ROWS = 200
LABELS = {
    "payroll_number": "matricule de la personne",
    "email": "e-mail de la personne",
    "person": "prénom et nom de la personne",
    "first_name": "prénom seul",
    "last_name": "nom seul",
    "member": "lieu\u00a0: adhérent, client ou projet",
    "reference": "référence de mise à disposition",
    "day": "jour",
    "hours": "durée, en heures (7,5 ou 7:30)",
    "minutes": "durée, en minutes",
    "started": "heure de début",
    "start_moment": "jour et heure de début",
    "ended": "heure de fin",
    "end_moment": "jour et heure de fin",
    "end_day": "jour de fin",
    "break": "pause, en heures (0,75 ou 0:45)",
    "break_minutes": "pause, en minutes",
    "kind": "nature\u00a0: travail, congé…",
    "note": "note",
}
_KNOWN = {
    "de": "started",
    "a": "ended",
    "from": "started",
    "to": "ended",
    "user": "person",
    "nom": "person",
    "name": "person",
    "time": "hours",
    "heure": "hours",
    "day": "day",
    "lieu": "member",
    "site": "member",
}
_WORDS = (
    ("matricule", "payroll_number"),
    ("staff number", "payroll_number"),
    ("mail", "email"),
    ("courriel", "email"),
    ("prenom et nom", "person"),
    ("nom et prenom", "person"),
    ("nom prenom", "person"),
    ("prenom nom", "person"),
    ("nom complet", "person"),
    ("full name", "person"),
    ("prenom", "first_name"),
    ("first name", "first_name"),
    ("last name", "last_name"),
    ("nom de famille", "last_name"),
    ("employeur", "member"),
    ("salarie", "person"),
    ("collaborat", "person"),
    ("employe", "person"),
    ("personne", "person"),
    ("utilisateur", "person"),
    ("intervenant", "person"),
    ("agent", "person"),
    ("username", "person"),
    ("worker", "person"),
    ("mise a disposition", "reference"),
    ("adherent", "member"),
    ("client", "member"),
    ("customer", "member"),
    ("structure", "member"),
    ("etablissement", "member"),
    ("chantier", "member"),
    ("entreprise", "member"),
    ("lieu de", "member"),
    ("projet", "member"),
    ("project", "member"),
    ("pause", "break"),
    (" break", "break"),
    ("date de fin", "end_day"),
    ("date fin", "end_day"),
    ("jour de fin", "end_day"),
    ("end date", "end_day"),
    ("date de debut", "day"),
    ("date debut", "day"),
    ("jour de debut", "day"),
    ("start date", "day"),
    ("debut", "started"),
    ("arrivee", "started"),
    (" start", "started"),
    (" begin", "started"),
    (" fin ", "ended"),
    ("depart ", "ended"),
    (" end ", "ended"),
    (" end time", "ended"),
    (" stop", "ended"),
    ("duree", "hours"),
    ("duration", "hours"),
    ("heures", "hours"),
    (" hours", "hours"),
    ("temps", "hours"),
    ("minutes", "minutes"),
    ("date", "day"),
    (" jour ", "day"),
    ("nature", "kind"),
    ("categorie", "kind"),
    ("category", "kind"),
    (" type ", "kind"),
    ("activite", "kind"),
    ("activity", "kind"),
    ("motif", "kind"),
    ("commentaire", "note"),
    ("comment", "note"),
    (" note", "note"),
    ("remarque", "note"),
    ("description", "note"),
)
HOURS_MEANINGS = ColumnMeanings(LABELS, [code for code in LABELS if code != "member"], _KNOWN, _WORDS)
# One column may say the day and the time of the clock.
MOMENTS = {"start_moment": ("day", "started"), "end_moment": ("end_day", "ended")}
_MOMENT = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\D+\d{1,2}:\d\d")


def guess_columns(table: Table) -> list[str]:
    """What each column may mean, "" for an unknown one."""
    codes = HOURS_MEANINGS.guess(table.titles)
    guessed = [_by_values(code, table, place, codes) for place, code in enumerate(codes)]
    in_moments = {each for code in guessed for each in MOMENTS.get(code, ())}
    return ["" if code in in_moments else code for code in guessed]


def guess_kind(value: str) -> str:
    """What a value of the column of kinds may mean; nothing where its words tell nothing."""
    name = plain(value)
    known = kind_of_word(name)
    if known and known != PRESENT:
        return known
    return next((kind for word, kind in _KIND_WORDS if word in f" {name} "), "")


def _by_values(code: str, table: Table, place: int, codes: Sequence[str]) -> str:
    """The meaning that the first values tell more exactly than the title: minutes, or the day with the clock."""
    cells = [
        row[place] for _, row in table.rows[:SAMPLE_ROWS] if place < len(row) and row[place] not in (None, "")
    ]
    if code in ("hours", "break"):
        most = MOST_HOURS if code == "hours" else MOST_HOURS_OF_BREAK
        is_in_minutes = any(_whole_number(cell) > most for cell in cells)
        return {"hours": "minutes", "break": "break_minutes"}[code] if is_in_minutes else code
    for moment, (day, clock) in MOMENTS.items():
        if code == clock or (code == day and clock not in codes):
            return moment if cells and all(map(_says_day_and_clock, cells)) else code
    return code


def _whole_number(cell: object) -> int:
    text = cell_text(cell)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _says_day_and_clock(cell: object) -> bool:
    """ "03/11/2026 09:00", "2026-11-03T09:00"; a day of a workbook is midnight, which says no clock."""
    if isinstance(cell, datetime):
        return (cell.hour, cell.minute) != (0, 0)
    return _MOMENT.match(cell_text(cell)) is not None


_KIND_WORDS = (
    ("conge", Kind.LEAVE),
    (" cp ", Kind.LEAVE),
    (" rtt ", Kind.LEAVE),
    ("vacation", Kind.LEAVE),
    (" leave", Kind.LEAVE),
    ("maladie", Kind.SICKNESS),
    ("arret de travail", Kind.SICKNESS),
    (" sick", Kind.SICKNESS),
    ("ferie", Kind.HOLIDAY),
    ("public holiday", Kind.HOLIDAY),
    ("formation", Kind.TRAINING),
    ("training", Kind.TRAINING),
    ("trajet", Kind.TRAVEL),
    ("deplacement", Kind.TRAVEL),
    (" travel", Kind.TRAVEL),
    ("reunion", Kind.MEETING),
    (" meeting", Kind.MEETING),
    ("sans mission", Kind.DOWNTIME),
    (" pause ", LEFT_OUT),
    (" break ", LEFT_OUT),
    ("travail", Kind.WORKED),
    (" work", Kind.WORKED),
    ("production", Kind.WORKED),
)
