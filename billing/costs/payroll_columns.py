"""The columns of a payroll file: known by their titles, or chosen on screen once and stored; the sample to fill in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from openpyxl import Workbook
from openpyxl.styles import Font

from billing.models import NEGATIVE, CostKind, EmployerCost, PayrollLayout
from employees.models import Employee
from groupement.kernel.cells import plain
from groupement.kernel.column_meanings import ColumnMeanings, places_of
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, plural, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from groupement.kernel.table_files import COMPLETE, read_table
from groupement.kernel.tabular import FileLimits, Layout, Table, Unreadable, inert, titles_digest
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
    ROW_TOTAL: (
        "cout total",
        "cout global",
        "cout employeur",
        "cout global employeur",
        "cout total employeur",
        "total employeur",
    ),
}
_KNOWN = {
    plain(title): code
    for code, names in {code: (title, *_ALIASES.get(code, ())) for code, title in TITLES.items()}.items()
    for title in names
}
# Words in the titles of payroll offices: the first that a title contains decides.
_WORDS = (
    ("matricule", NUMBER),
    ("prenom", FIRST_NAME),
    ("cout global", ROW_TOTAL),
    ("cout total", ROW_TOTAL),
    ("reduction", CostKind.AID),
    ("exoneration", CostKind.AID),
    ("allegement", CostKind.AID),
    ("brut", CostKind.GROSS_PAY),
    ("patronal", CostKind.EMPLOYER_CONTRIBUTIONS),
    ("employeur", CostKind.EMPLOYER_CONTRIBUTIONS),
    ("aide", CostKind.AID),
    ("nom", LAST_NAME),
    ("mois", MONTH),
    ("periode", MONTH),
)
# A row of titles names so many columns at least; its rate is above that of any heading.
_FEWEST, _MANY = 3, 4
COLUMN_MEANINGS = ColumnMeanings(MEANINGS, (NUMBER, LAST_NAME, FIRST_NAME, MONTH, ROW_TOTAL), _KNOWN, _WORDS)


class BadPayrollColumns(Refusal):
    """The columns as they were chosen do not make a payroll file."""


class PayrollFileLayout(Layout):
    """The layout of a payroll file; an amount may be the sum of several columns."""

    def title(self, meaning: str) -> str:
        """How sentences call a column: as the file does; several, one after the other."""
        names = [self.titles[place] for place in self.places.get(meaning, ()) if self.titles[place]]
        own = len(names) == 1 and _KNOWN.get(plain(names[0])) == meaning != ROW_TOTAL
        return TITLES[meaning] if own or not names else " + ".join(names)


def recognise_layout(titles: Sequence[str]) -> PayrollFileLayout | None:
    """The layout stored for these titles, else that of our own titles; None when they are unknown."""
    stored = _stored(titles)
    if stored:
        return _layout(titles, stored.columns)
    codes = [_KNOWN.get(plain(title), "") for title in titles]
    doubled = any(code and codes.count(code) > 1 for code in codes)
    return None if doubled or not set(NEEDED) <= set(codes) else _layout(titles, codes)


def rate_titles(titles: Sequence[str]) -> int:
    """How well a row answers for the titles of a payroll file: table_files.COMPLETE, or how many may mean something.

    A line above the titles, "Paie du mois de novembre", has words of titles in it: what names more columns wins. One of
    groups ("Identité", nothing, "Salaire") has gaps.
    """
    if recognise_layout(titles):
        return COMPLETE
    codes = {COLUMN_MEANINGS.of_title(title) for title in titles} - {""}
    words = sum(1 for title in titles if any(map(str.isalpha, title)) and not any(map(str.isdigit, title)))
    filled = [place for place, title in enumerate(titles) if title]
    gaps = filled[-1] + 1 - len(filled) if filled else 0
    is_of_titles = words >= _FEWEST and gaps * 4 <= len(filled)
    return len(codes) + (_MANY * (len(codes) + words) if is_of_titles else 0)


def own_layout(titles: Sequence[str]) -> PayrollFileLayout:
    """The layout of our own titles. Raises Unreadable when one is doubled or missing."""
    codes = [_KNOWN.get(plain(title), "") for title in titles]
    for place, code in enumerate(codes):
        if code and code in codes[:place]:
            raise Unreadable(f"La colonne {quoted(titles[place])} est là deux fois. Gardez-en une.")
    missing = [code for code in NEEDED if code not in codes]
    if missing:
        which = plural(len(missing), "la colonne", "les colonnes")
        names = enumeration(quoted(TITLES[code]) for code in missing)
        raise Unreadable(
            f"Il manque {which} {names}. La première ligne doit nommer les colonnes{NO_BREAK_SPACE}: "
            "matricule\u00a0; nom\u00a0; prénom\u00a0; mois\u00a0; brut\u00a0; "
            "cotisations patronales\u00a0; autres\u00a0; aides."
        )
    return _layout(titles, codes)


def guess_meanings(titles: Sequence[str]) -> list[str]:
    """What each column may mean, "" for an unknown one: what the page offers first."""
    stored = _stored(titles)
    if stored:
        return [str(code) for code in stored.columns]
    return COLUMN_MEANINGS.guess(titles)


@transaction.atomic
def save_layout(titles: Sequence[str], columns: Sequence[str], *, at: datetime) -> PayrollFileLayout:
    """Store what each column means for the next file with these titles. Raises BadPayrollColumns with the cure."""
    errors = [f"Choisissez la colonne {quoted(MEANINGS[code])}." for code in NEEDED if code not in columns]
    errors += COLUMN_MEANINGS.doubled(columns)
    if errors or not COLUMN_MEANINGS.fits(columns, titles):
        raise BadPayrollColumns("Les colonnes ne sont pas toutes choisies.", errors=errors)
    PayrollLayout.objects.update_or_create(
        titles_digest=titles_digest(titles),
        defaults={"titles": list(titles), "columns": list(columns), "used_at": at},
    )
    return _layout(titles, columns)


def _stored(titles: Sequence[str]) -> PayrollLayout | None:
    return PayrollLayout.objects.filter(titles_digest=titles_digest(titles)).first()


def _layout(titles: Sequence[str], codes: Sequence[str]) -> PayrollFileLayout:
    return PayrollFileLayout(list(titles), places_of(codes))


LARGEST_FILE = 1_000_000
PAYROLL_FILE = FileLimits(
    what="la paie",
    largest_text=LARGEST_FILE,
    text_too_large="Le fichier dépasse 1 Mo. Un fichier de paie du mois est bien plus petit.",
    largest_workbook=LARGEST_FILE,
    workbook_too_large="Le classeur dépasse 1 Mo. Gardez la seule feuille de la paie du mois.",
    most_rows=5_000,
    too_many_rows="Le fichier compte plus de 5\u202f000 lignes. Importez la paie d’un seul mois.",
    no_rows="Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres.",
)


def read_payroll_table(data: bytes) -> Table:
    """The table in a payroll file. Raises Unreadable with the cure."""
    return read_table(data, PAYROLL_FILE, rate_titles)


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
