"""Forms of an import of hours: the file, how to round, what columns, unknown names and values mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django import forms

from groupement.kernel.asked import asked_key
from groupement.kernel.cells import DAY_FIRST, MONTH_FIRST, plain
from groupement.kernel.column_meanings import ColumnMeaningsForm
from groupement.kernel.french import quoted
from timesheets.changing import LONGEST_REASON
from timesheets.importing import columns
from timesheets.importing.columns import HoursFile
from timesheets.importing.guessing import HOURS_MEANINGS, guess_kind
from timesheets.importing.layouts import LARGEST_CSV, LEFT_OUT
from timesheets.importing.preview import HoursPreview
from timesheets.importing.scope import ImportChoices
from timesheets.importing.twins import COUNTED, NOT_COUNTED
from timesheets.models import Kind

EXTENSIONS = (".csv", ".txt", ".xlsx", ".ods")
ROUNDINGS = [
    ("none", "à la minute, sans arrondi"),
    ("nearest", "au plus proche"),
    ("up", "vers le haut"),
    ("outward", "début vers le bas, fin vers le haut"),
]
STEPS = [(step, f"{step}\u00a0minutes") for step in (5, 6, 10, 15, 30, 60)]
ORDER_FROM_FILE = "auto"
ORDERS = [
    (ORDER_FROM_FILE, "à reconnaître"),
    (DAY_FIRST, "jour/mois/année"),
    (MONTH_FIRST, "mois/jour/année"),
]
TWIN_DECISIONS = [
    (COUNTED, "D’autres heures\u00a0: les compter aussi"),
    (NOT_COUNTED, "Une copie\u00a0: ne pas compter la ligne"),
]
KINDS = [
    *((str(kind.value), str(kind.label)) for kind in Kind),
    (LEFT_OUT, "ne pas importer ces lignes"),
]
# More names than this are a wrong file, not names to choose for.
MOST_NAMES = 60


class ChoiceWithDefault(forms.ChoiceField):
    """A choice with a default: it is never missing."""

    def clean(self, value: Any) -> str:
        return str(super().clean(value or self.initial))


class HoursUploadForm(forms.Form):
    """The file, or the stored one when ``has_file``, and how to read it."""

    file = forms.FileField(
        label="Fichier CSV, XLSX ou ODS",
        help_text="12\u00a0Mo au plus pour un CSV, 6\u00a0Mo pour un classeur\u00a0; 60\u202f000 lignes au plus.",
        error_messages={
            "required": "Choisissez le fichier des heures.",
            "missing": "Choisissez le fichier des heures.",
            "empty": "Ce fichier est vide. Exportez-le de nouveau.",
        },
        widget=forms.FileInput(attrs={"accept": ",".join(EXTENSIONS)}),
    )
    how = ChoiceWithDefault(label="Arrondi des durées", choices=ROUNDINGS, initial="none")
    step = ChoiceWithDefault(label="Pas de l’arrondi", choices=STEPS, initial="15")
    order = ChoiceWithDefault(label="Ordre des dates du fichier", choices=ORDERS, initial=ORDER_FROM_FILE)
    reason = forms.CharField(
        label="Motif du changement",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Si le fichier change des heures qu’une autre personne a saisies ou remises\u00a0: elle le lira.",
    )

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
                "Ce fichier n’est ni un CSV ni un classeur .xlsx ou .ods. Exportez les heures dans l’un de ces formats."
            )
        if file and file.size > LARGEST_CSV:
            raise forms.ValidationError(
                "Ce fichier dépasse 12\u00a0Mo. Découpez-le, par exemple un fichier par mois."
            )
        return file

    def choices(
        self, people: Mapping[str, str], places: Mapping[str, str], twins: Mapping[str, str]
    ) -> ImportChoices:
        """The choices of a valid form, with the meaning of unknown names and of lines that repeat others."""
        data = self.cleaned_data
        order = "" if data["order"] == ORDER_FROM_FILE else data["order"]
        return ImportChoices(
            data["how"], int(data["step"]), order, dict(people), dict(places), dict(twins), data["reason"]
        )


class UnknownNamesForm(forms.Form):
    """One choice for each unknown name or line that repeats another; a field is named after what it is about.

    Not required in the browser: some names may be chosen now, others later.
    """

    use_required_attribute = False

    def __init__(self, preview: HoursPreview, choices: ImportChoices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        directory = preview.directory
        people = [(str(each.pk), each.full_name) for each in directory.people.values()]
        members = [(str(each.pk), each.short_name) for each in directory.members.values()]
        self._ask("people", "Personne", people, preview, choices.people)
        self._ask("places", "Client ou projet", members, preview, choices.places)
        for twin in preview.twins[:MOST_NAMES]:
            self.fields[f"twins:{twin.line}"] = forms.ChoiceField(
                label=twin.label, choices=[("", "Choisissez"), *TWIN_DECISIONS], initial=twin.decision
            )

    def _ask(
        self,
        group: str,
        what: str,
        options: Iterable[tuple[str, str]],
        preview: HoursPreview,
        chosen: Mapping[str, str],
    ) -> None:
        listed = sorted(options, key=lambda option: plain(option[1]))
        names = [plain(name) for name in preview.unknown.get(group, {})]
        for key in list(dict.fromkeys([*chosen, *names]))[:MOST_NAMES]:
            name = preview.directory.asked.get(key, key)
            self.fields[f"{group}:{key}"] = forms.ChoiceField(
                label=f"{what} {quoted(name, at_most=60)}",
                choices=[("", "Choisissez"), *listed, (LEFT_OUT, "Ne pas importer ces lignes")],
                initial=chosen.get(key, ""),
            )


class HoursColumnsForm(ColumnMeaningsForm):
    """What each column of a file means, and each value of the column of kinds; a value without a choice is as the rest.

    A value's field is named after its column: the values of another column are other values.
    """

    def __init__(self, *args: Any, file: HoursFile, **kwargs: Any) -> None:
        super().__init__(
            *args,
            meanings=HOURS_MEANINGS,
            table=file.table,
            guessed=columns.guess_meanings(file),
            **kwargs,
        )
        stored = file.stored.kinds if file.stored else {}
        self.values: dict[str, str] = {}
        self.kind_title = ""
        place = self._kind_place()
        if place is None:
            return
        self.kind_title = file.table.titles[place]
        values = columns.values_of(file.table, place)
        if len(values) > columns.MOST_VALUES:
            return  # refused by the act
        for number, (value, text) in enumerate(values.items()):
            name = f"value_{place}_{number}"
            self.values[name] = value
            self.fields[name] = forms.ChoiceField(
                label=text,
                choices=[("", "à choisir"), *KINDS],
                required=False,
                initial=stored.get(value) or guess_kind(value),
            )
        self.fields["others"] = forms.ChoiceField(
            label="Toutes celles qui restent à choisir",
            choices=[("", "je les choisis une par une"), *KINDS],
            required=False,
        )

    def _kind_place(self) -> int | None:
        """The first column that is chosen, or guessed, as that of kinds."""
        for place in range(len(self.table.titles)):
            name = f"column_{place}"
            if (self.data.get(name) if self.is_bound else self.fields[name].initial) == "kind":
                return place
        return None

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each value, by its form without accents or case; those chosen only."""
        others = self.cleaned_data.get("others", "")
        found = {value: self.cleaned_data[name] or others for name, value in self.values.items()}
        return {value: kind for value, kind in found.items() if kind}

    def value_fields(self) -> list[forms.BoundField]:
        """The choices of values, the one for all others last."""
        return [self[name] for name in self.values] + [self["others"]] if self.values else []


def chosen_names(data: Mapping[str, str], group: str) -> dict[str, str]:
    """What the posted NamesForm says for the names of a group: an id or LEFT_OUT by name, those chosen only."""
    start = f"{group}:"
    return {
        name.removeprefix(start)[:200]: value
        for name, value in data.items()
        if name.startswith(start) and (value == LEFT_OUT or asked_key(value) is not None)
    }


def chosen_twins(data: Mapping[str, str]) -> dict[str, str]:
    """What the posted form says of lines that repeat others, by their number; those chosen only."""
    return {
        name.removeprefix("twins:"): value
        for name, value in data.items()
        if name.startswith("twins:")
        and value in dict(TWIN_DECISIONS)
        and name[6:].isdecimal()
        and len(name) < 14
    }


def chosen_answers(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """All that the posted form says, by what it is about: people, places, twins."""
    names = {group: chosen_names(data, group) for group in ("people", "places")}
    return {**names, "twins": chosen_twins(data)}
