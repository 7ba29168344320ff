"""Which columns a file has, and from which program it comes: our own layout, Kimai, Toggl Track or Clockify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupement.kernel import tabular
from groupement.kernel.french import enumeration, quoted
from groupement.kernel.tabular import Table, Unreadable, plain

OWN = "own"
LABELS = {OWN: "modèle de l’outil", "kimai": "Kimai", "toggl": "Toggl Track", "clockify": "Clockify"}

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
DESCRIBED = [
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
_OWN = {
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
}
# Kimai names its columns in the language of who exports.
_KIMAI = {
    "day": ("date",),
    "started": ("from", "begin", "start", "de", "debut"),
    "ended": ("to", "end", "a", "fin"),
    "hours": ("duration", "duree"),
    "email": ("email", "e-mail", "courriel", "adresse e-mail"),
    "person": ("alias", "user", "username", "name", "utilisateur", "identifiant", "nom"),
    "member": ("customer", "client"),
    "project": ("project", "projet"),
    "break": ("break", "pause"),
    "note": ("description",),
}
_TOGGL = {
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
_CLOCKIFY = {
    **_TOGGL,
    "hours": ("duration (h)", "duration (decimal)"),
}
_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    OWN: _OWN,
    "kimai": _KIMAI,
    "toggl": _TOGGL,
    "clockify": _CLOCKIFY,
}


@dataclass(frozen=True)
class Layout:
    """Where the columns are: ``places`` by name, several where the program has several of them."""

    code: str
    titles: Sequence[str]
    places: Mapping[str, tuple[int, ...]]

    @property
    def label(self) -> str:
        return LABELS[self.code]

    @property
    def is_own(self) -> bool:
        return self.code == OWN

    @property
    def ignored(self) -> list[str]:
        """The titles of columns that are not read."""
        read = {place for places in self.places.values() for place in places}
        return [title for place, title in enumerate(self.titles) if title and place not in read]

    def has(self, column: str) -> bool:
        return column in self.places

    def title(self, column: str) -> str:
        """How the file calls a column, for sentences."""
        return self.titles[self.places[column][0]] if self.has(column) else COLUMNS.get(column, column)

    def cell(self, column: str, cells: Sequence[Any]) -> Any:
        """The first filled cell of a column; None when there is none."""
        for place in self.places.get(column, ()):
            if place < len(cells) and cells[place] not in (None, ""):
                return cells[place]
        return None


def recognise(titles: Sequence[str]) -> Layout:
    """The layout that the titles tell, in any order, whatever their accents or case. Raises Unreadable."""
    known = [plain(title) for title in titles]
    code = _program(set(known))
    places = {
        column: tuple(place for name in names for place, title in enumerate(known) if title == name)
        for column, names in _NAMES[code].items()
    }
    layout = Layout(code, titles, {column: found for column, found in places.items() if found})
    if layout.is_own:
        _refuse_what_is_not_ours(layout)
    return layout


def _program(known: set[str]) -> str:
    if "start date" in known and known & {"duration (h)", "duration (decimal)"}:
        return "clockify"
    if {"start date", "duration"} <= known:
        return "toggl"
    if "date" in known and all(
        known & names for names in ({"activity", "activite"}, {"customer", "client"}, {"duration", "duree"})
    ):
        return "kimai"
    return OWN


def _refuse_what_is_not_ours(layout: Layout) -> None:
    for column, found in layout.places.items():
        if len(found) > 1:
            raise Unreadable(f"La colonne {quoted(COLUMNS[column])} est là deux fois. Gardez-en une.")
    missing = [] if layout.has("day") else ["date"]
    if not layout.has("hours") and not (layout.has("started") and layout.has("ended")):
        missing.append("heures")
    if missing:
        titles = enumeration(quoted(name) for name in missing)
        wanted = "\u00a0; ".join(COLUMNS.values())
        raise Unreadable(
            f"Il manque la colonne {titles}. La première ligne nomme les colonnes, comme dans le modèle\u00a0: "
            f"{wanted}. Les exports de Kimai, Toggl Track et Clockify sont reconnus tels quels."
        )


LARGEST_CSV = 12_000_000
LARGEST_WORKBOOK = 6_000_000
MOST_ROWS = 60_000
HOURS = tabular.Asked(
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


def read_table(data: bytes) -> Table:
    """The table in an uploaded file, by its content, not by its name. Raises Unreadable with the cure."""
    return tabular.read_table(data, HOURS)
