"""Which column of a payroll file means what: by its title, as finance said on screen once, or not yet known."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from openpyxl import Workbook
from openpyxl.styles import Font

from billing.models import NEGATIVE, CostKind, EmployerCost, PayrollLayout
from employees.models import Employee
from groupement.kernel import tabular
from groupement.kernel.french import MONTHS, NO_BREAK_SPACE, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import cents, parse_amount
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Table, Unreadable, inert, plain
from timesheets.models import Timesheet

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
            raise Unreadable(f"La colonne {quoted(titles[place])} est là deux fois. Gardez-en une.")
    missing = [code for code in NEEDED if code not in codes]
    if missing:
        titles = ", ".join(quoted(TITLES[code]) for code in missing)
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
    errors = [f"Choisissez la colonne {quoted(MEANINGS[code])}." for code in NEEDED if code not in columns]
    errors += [
        f"Une seule colonne peut être {quoted(MEANINGS[code])}."
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


LARGEST_FILE = 1_000_000
PAYROLL = tabular.Asked(
    what="la paie",
    largest_text=LARGEST_FILE,
    text_too_large="Le fichier dépasse 1 Mo. Un fichier de paie du mois est bien plus petit.",
    largest_workbook=LARGEST_FILE,
    workbook_too_large="Le classeur dépasse 1 Mo. Gardez la seule feuille de la paie du mois.",
    most_rows=5_000,
    too_many_rows="Le fichier compte plus de 5\u202f000 lignes. Importez la paie d’un seul mois.",
    no_rows="Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres.",
)
# A workbook keeps 0.1 + 0.2 as 0.30000000000000004: what is nearer to a cent than this is that cent.
NEARLY = Decimal("0.000001")


def read_table(data: bytes) -> Table:
    """The table in a payroll file. Raises Unreadable with the cure."""
    return tabular.read_table(data, PAYROLL)


def shown(value: Any) -> str:
    """A cell as text: a number of a workbook without its idle decimals, nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read_amount(value: Any) -> Decimal | None:
    """Euros in whole cents; None when the cell is empty. Raises ValueError with a sentence for the person."""
    if value is None or value == "":
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value)
    told = shown(value)
    if isinstance(value, (bool, date, datetime)):
        raise ValueError(f"{quoted(told, at_most=20)} n’est pas un montant.")
    if told[0] in "=@":
        raise ValueError(f"{quoted(told, at_most=20)} est une formule. Écrivez le montant.")
    return parse_amount(told[:40])


def read_month(told: Any) -> Month | None:
    """ "2026-11", "11/2026", "30/11/2026", "202611", "novembre 2026", or a date of a workbook."""
    if isinstance(told, date):
        return Month.of(told)
    words = plain(shown(told))
    names = {plain(name): rank for rank, name in enumerate(MONTHS, start=1)}
    patterns = (
        r"(?P<year>\d{4})[-/ ](?P<month>\d{1,2})(?:[-/]\d{1,2})?",
        r"(?:\d{1,2}[-/])?(?P<month>\d{1,2})[-/ ](?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<month>\d{2})",
        r"(?P<month>[a-z]+) (?P<year>\d{4})",
    )
    for pattern in patterns:
        if match := re.fullmatch(pattern, words):
            rank = names.get(match["month"]) or (int(match["month"]) if match["month"].isdigit() else 0)
            return Month(int(match["year"]), rank) if 1 <= rank <= 12 and int(match["year"]) > 0 else None
    return None


def _number(value: float) -> Decimal:
    exact = Decimal(repr(value))
    if not exact.is_finite():
        raise ValueError("le nombre de cette cellule n’est pas un montant.")
    rounded = cents(exact)
    if abs(exact - rounded) > NEARLY:
        told = str(exact).replace(".", ",")
        raise ValueError(
            f"{quoted(told, at_most=20)} a plus de deux décimales{NO_BREAK_SPACE}: arrondissez au centime."
        )
    return rounded


SAMPLE_TITLES = [TITLES[code] for code in (NUMBER, LAST_NAME, FIRST_NAME, *AMOUNTS)]
WIDTHS = (12, 20, 20, 12, 24, 12, 12)


def sample_rows(month: Month) -> Iterator[tuple[list[str], list[Decimal | None]]]:
    """Number and names, then the amounts as they are typed, of everybody with hours or a cost in ``month``."""
    known: dict[int, dict[str, Decimal]] = {}
    for cost in EmployerCost.objects.filter(month=month, kind__in=AMOUNTS).order_by("pk"):
        known.setdefault(cost.employee_id, {})[cost.kind] = (
            0 - cost.amount if cost.kind in NEGATIVE else cost.amount
        )
    staff = {*known, *Timesheet.objects.filter(month=month).values_list("employee", flat=True)}
    for person in Employee.objects.filter(pk__in=staff).by_name():
        names = [person.payroll_number, person.last_name, person.first_name]
        yield names, [known.get(person.pk, {}).get(kind) for kind in AMOUNTS]


def sample_workbook(month: Month) -> bytes:
    """The same as a workbook."""
    book = Workbook()
    sheet = book.active
    sheet.title = f"Paie {month}"
    sheet.append(SAMPLE_TITLES)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for names, amounts in sample_rows(month):
        sheet.append([*map(inert, names), *amounts])
    for row in sheet.iter_rows(min_row=2, min_col=4):
        for cell in row:
            cell.number_format = "#,##0.00"
    for number, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = width
    sheet.freeze_panes = "A2"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
