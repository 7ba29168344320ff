"""Which column of a payroll file means what: by its title, as finance said on screen once, or not yet known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from billing.models import CostKind, PayrollLayout
from groupement.lifecycle import Refusal
from groupement.money import NO_BREAK_SPACE
from groupement.tabular import Unreadable, plain

NUMBER, LAST_NAME, FIRST_NAME, MONTH, ROW_TOTAL = "number", "last_name", "first_name", "month", "row_total"
# What a column may mean, as the mapping asks for it; an amount may be in several columns, which add up.
MEANINGS: dict[str, str] = {
    NUMBER: "matricule",
    LAST_NAME: "nom",
    FIRST_NAME: "prénom",
    MONTH: "mois",
    CostKind.GROSS_PAY: "salaire brut",
    CostKind.EMPLOYER_CONTRIBUTIONS: "cotisations patronales",
    CostKind.OTHER: "autres coûts",
    CostKind.AID: "aides, déduites du coût",
    ROW_TOTAL: "coût total de la ligne, à vérifier",
}
AMOUNTS = (CostKind.GROSS_PAY, CostKind.EMPLOYER_CONTRIBUTIONS, CostKind.OTHER, CostKind.AID)
NEEDED = (NUMBER, CostKind.GROSS_PAY, CostKind.EMPLOYER_CONTRIBUTIONS)
# Our own titles, as people read them in the sample and in sentences.
TITLES: dict[str, str] = {
    NUMBER: "matricule",
    LAST_NAME: "nom",
    FIRST_NAME: "prénom",
    MONTH: "mois",
    CostKind.GROSS_PAY: "brut",
    CostKind.EMPLOYER_CONTRIBUTIONS: "cotisations patronales",
    CostKind.OTHER: "autres",
    CostKind.AID: "aides",
    ROW_TOTAL: "coût total",
}
_ALIASES: Mapping[str, tuple[str, ...]] = {
    CostKind.GROSS_PAY: ("salaire brut",),
    CostKind.EMPLOYER_CONTRIBUTIONS: ("cotisations", "charges patronales"),
    CostKind.OTHER: ("autres couts",),
    CostKind.AID: ("aide", "aides deduites"),
    ROW_TOTAL: ("cout total", "cout employeur", "total employeur"),
}
_KNOWN = {
    plain(title): code
    for code, names in {code: (title, *_ALIASES.get(code, ())) for code, title in TITLES.items()}.items()
    for title in names
}


class BadColumns(Refusal):
    """The columns as they were chosen do not make a payroll file."""


@dataclass(frozen=True)
class Layout:
    """Where the columns are: ``places`` by meaning, several for an amount that is the sum of several."""

    titles: Sequence[str]
    places: Mapping[str, tuple[int, ...]]

    @property
    def last(self) -> int:
        """The last column that is read."""
        return max(place for places in self.places.values() for place in places)

    @property
    def ignored(self) -> list[str]:
        """The titles of columns that are not read."""
        read = {place for places in self.places.values() for place in places}
        return [title for place, title in enumerate(self.titles) if title and place not in read]

    def title(self, meaning: str) -> str:
        """How sentences call a column: as the file does; several, one after the other."""
        places = self.places.get(meaning, ())
        names = [self.titles[place] for place in places if self.titles[place]]
        own = len(names) == 1 and _KNOWN.get(plain(names[0])) == meaning
        return TITLES[meaning] if own or not names else " + ".join(names)


def recognise(titles: Sequence[str]) -> Layout | None:
    """The layout that was remembered for these titles, else the one that our own titles tell; None when unknown."""
    remembered = PayrollLayout.objects.filter(titles_digest=digest(titles)).first()
    if remembered:
        return _layout(titles, remembered.columns)
    codes = [_KNOWN.get(plain(title), "") for title in titles]
    doubled = any(code and codes.count(code) > 1 for code in codes)
    return None if doubled or not set(NEEDED) <= set(codes) else _layout(titles, codes)


def own_layout(titles: Sequence[str]) -> Layout:
    """The layout of our own titles. Raises Unreadable when one is doubled or missing."""
    codes = [_KNOWN.get(plain(title), "") for title in titles]
    for place, code in enumerate(codes):
        if code and code in codes[:place]:
            raise Unreadable(f"La colonne {_quoted(titles[place])} est là deux fois. Gardez-en une.")
    missing = [code for code in NEEDED if code not in codes]
    if missing:
        quoted = ", ".join(_quoted(TITLES[code]) for code in missing)
        raise Unreadable(
            f"Il manque la colonne {quoted}. La première ligne doit nommer les colonnes{NO_BREAK_SPACE}: "
            "matricule ; nom ; prénom ; mois ; brut ; cotisations patronales ; autres ; aides."
        )
    return _layout(titles, codes)


def guess(titles: Sequence[str]) -> list[str]:
    """What each column may mean, "" for one that nothing tells: where the mapping begins."""
    remembered = PayrollLayout.objects.filter(titles_digest=digest(titles)).first()
    if remembered:
        return [str(code) for code in remembered.columns]
    codes = [_KNOWN.get(plain(title)) or _by_word(plain(title)) for title in titles]
    single = (NUMBER, LAST_NAME, FIRST_NAME, MONTH, ROW_TOTAL)
    return ["" if code in single and code in codes[:place] else code for place, code in enumerate(codes)]


@transaction.atomic
def remember(titles: Sequence[str], columns: Sequence[str], *, at: datetime) -> Layout:
    """Keep what each column means for the next file with these titles. Raises BadColumns with the cure."""
    errors = [f"Choisissez la colonne {_quoted(MEANINGS[code])}." for code in NEEDED if code not in columns]
    errors += [
        f"Une seule colonne peut être {_quoted(MEANINGS[code])}."
        for code in (NUMBER, LAST_NAME, FIRST_NAME, MONTH, ROW_TOTAL)
        if list(columns).count(code) > 1
    ]
    if errors or len(columns) != len(titles) or not set(columns) <= {"", *MEANINGS}:
        raise BadColumns("Les colonnes ne sont pas toutes choisies.", errors=errors)
    PayrollLayout.objects.update_or_create(
        titles_digest=digest(titles),
        defaults={"titles": list(titles), "columns": list(columns), "used_at": at},
    )
    return _layout(titles, columns)


def digest(titles: Sequence[str]) -> str:
    """The mark by which a layout is found again: the titles in their order, whatever their accents or case."""
    return hashlib.sha256("\n".join(plain(title) for title in titles).encode()).hexdigest()


# Words by which payroll offices call their columns: the first that a title holds tells.
_WORDS = (
    ("matricule", NUMBER),
    ("prenom", FIRST_NAME),
    ("cout global", ROW_TOTAL),
    ("cout total", ROW_TOTAL),
    ("brut", CostKind.GROSS_PAY),
    ("patronal", CostKind.EMPLOYER_CONTRIBUTIONS),
    ("employeur", CostKind.EMPLOYER_CONTRIBUTIONS),
    ("aide", CostKind.AID),
    ("nom", LAST_NAME),
    ("mois", MONTH),
    ("periode", MONTH),
)


def _by_word(title: str) -> str:
    return next((code for word, code in _WORDS if word in title), "")


def _layout(titles: Sequence[str], codes: Sequence[str]) -> Layout:
    places: dict[str, tuple[int, ...]] = {}
    for place, code in enumerate(codes):
        if code:
            places[code] = (*places.get(code, ()), place)
    return Layout(list(titles), places)


def _quoted(text: str) -> str:
    return f"«{NO_BREAK_SPACE}{text}{NO_BREAK_SPACE}»"
