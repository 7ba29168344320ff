"""What somebody is asked before hours are imported: the file, how to round, what unknown names stand for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from openpyxl import Workbook
from openpyxl.styles import Font

from groupement.kernel.tabular import inert, plain
from timesheets.importing.cells import DAY_FIRST, MONTH_FIRST
from timesheets.importing.layouts import COLUMNS, LARGEST_CSV
from timesheets.importing.rehearsing import Trial
from timesheets.importing.rows import Fault
from timesheets.importing.scope import LEFT_OUT, Choices

EXTENSIONS = (".csv", ".txt", ".xlsx")
WAYS = [
    ("none", "à la minute, sans arrondi"),
    ("nearest", "au plus proche"),
    ("up", "vers le haut"),
    ("outward", "début vers le bas, fin vers le haut"),
]
STEPS = [(step, f"{step}\u00a0minutes") for step in (5, 6, 10, 15, 30, 60)]
UNSETTLED = "auto"
ORDERS = [(UNSETTLED, "à reconnaître"), (DAY_FIRST, "jour/mois/année"), (MONTH_FIRST, "mois/jour/année")]
# More names than this are a wrong file, not names to choose for.
MOST_NAMES = 60


class Setting(forms.ChoiceField):
    """A choice that stands at its first value until somebody changes it: it is never missing."""

    def clean(self, value: Any) -> str:
        return str(super().clean(value or self.initial))


class UploadForm(forms.Form):
    """The file, or the one that is kept already, and how to read it."""

    file = forms.FileField(
        label="Fichier CSV ou XLSX",
        help_text="12\u00a0Mo au plus pour un CSV, 6\u00a0Mo pour un classeur\u00a0; 60\u202f000 lignes au plus.",
        error_messages={
            "required": "Choisissez le fichier des heures.",
            "missing": "Choisissez le fichier des heures.",
            "empty": "Ce fichier est vide. Exportez-le de nouveau.",
        },
        widget=forms.FileInput(attrs={"accept": ",".join(EXTENSIONS)}),
    )
    how = Setting(label="Arrondi des durées", choices=WAYS, initial="none")
    step = Setting(label="Pas de l’arrondi", choices=STEPS, initial="15")
    order = Setting(label="Ordre des dates du fichier", choices=ORDERS, initial=UNSETTLED)

    def __init__(self, *args: Any, has_file: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not has_file

    def clean_file(self) -> Any:
        """Refuse by name and size what cannot be hours, before anybody reads it."""
        file = self.cleaned_data["file"]
        if file and Path(file.name).suffix.lower() == ".xlsm":
            raise forms.ValidationError(
                "Ce classeur peut contenir des macros. Enregistrez-le au format .xlsx."
            )
        if file and Path(file.name).suffix.lower() not in EXTENSIONS:
            raise forms.ValidationError(
                "Ce fichier n’est ni un CSV ni un classeur .xlsx. Exportez les heures dans l’un de ces formats."
            )
        if file and file.size > LARGEST_CSV:
            raise forms.ValidationError(
                "Ce fichier dépasse 12\u00a0Mo. Découpez-le, par exemple un fichier par mois."
            )
        return file

    def choices(self, people: Mapping[str, str], places: Mapping[str, str]) -> Choices:
        """What was chosen, with what names stand for."""
        data = self.cleaned_data
        order = "" if data["order"] == UNSETTLED else data["order"]
        return Choices(data["how"], int(data["step"]), order, dict(people), dict(places))


class NamesForm(forms.Form):
    """One choice for each name that nobody answers to; fields are called after the name, so that it comes back.

    Names may be chosen for a few at a time: the browser is not told that all are needed.
    """

    use_required_attribute = False

    def __init__(self, trial: Trial, choices: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        directory = trial.directory
        people = [(str(each.pk), each.full_name) for each in directory.people.values()]
        members = [(str(each.pk), each.short_name) for each in directory.members.values()]
        self._ask("people", "Personne", people, trial, choices.people)
        self._ask("places", "Client ou projet", members, trial, choices.places)

    def _ask(
        self,
        group: str,
        what: str,
        options: Iterable[tuple[str, str]],
        trial: Trial,
        chosen: Mapping[str, str],
    ) -> None:
        listed = sorted(options, key=lambda option: plain(option[1]))
        names = [plain(name) for name in trial.unknown.get(group, {})]
        for key in list(dict.fromkeys([*chosen, *names]))[:MOST_NAMES]:
            name = trial.directory.asked.get(key, key)
            self.fields[f"{group}:{key}"] = forms.ChoiceField(
                label=f"{what} «\u00a0{name[:60]}\u00a0»",
                choices=[("", "Choisissez"), *listed, (LEFT_OUT, "Ne pas importer ces lignes")],
                initial=chosen.get(key, ""),
            )


def chosen_names(data: Mapping[str, str], group: str) -> dict[str, str]:
    """What the posted NamesForm says for the names of a group: an id or LEFT_OUT by name, those chosen only."""
    start = f"{group}:"
    return {
        name.removeprefix(start)[:200]: value
        for name, value in data.items()
        if name.startswith(start) and (value == LEFT_OUT or (value.isdecimal() and len(value) < 19))
    }


MARK = "\ufeff"
# Rows of the sample: one by the clock, one by its duration, one at the group; days and people are made up.
SAMPLE_NAMES = ("M001", "", "Maëlle Kerbrat")
SAMPLE_DAY = date(2026, 11, 3)


def report(faults: Iterable[Fault]) -> str:
    """Every fault as a line of CSV for French spreadsheets; what the file said is made inert."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["ligne", "colonne", "valeur", "erreur"])
    writer.writerows(
        [fault.line, inert(fault.column), inert(fault.told), inert(fault.message)] for fault in faults
    )
    return MARK + text.getvalue()


def sample_csv(member: str) -> str:
    """A file to fill in, as French spreadsheets open it; ``member`` is one that the reader knows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    writer.writerows([_french(value) for value in row] for row in _rows(member))
    return MARK + text.getvalue()


def sample_workbook(member: str) -> bytes:
    """The same as a workbook, with real days, times and durations."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Heures"
    sheet.append(list(COLUMNS.values()))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in _rows(member):
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


def _rows(member: str) -> list[list[Any]]:
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


def _french(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return inert(str(value).replace(".", ",") if isinstance(value, Decimal) else str(value))
