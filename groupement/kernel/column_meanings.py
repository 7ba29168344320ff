"""What the columns of an uploaded file mean where a person says it: the guess, the form, what a choice may not be.

Payroll and hours ask alike; which meanings there are, what is needed and where the choice is stored is theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from groupement.kernel.cells import cell_text, plain
from groupement.kernel.french import quoted
from groupement.kernel.tabular import Table

NOT_READ = "ne pas lire"
SAMPLES = 3
LONGEST_SAMPLE = 60


@dataclass(frozen=True)
class ColumnMeanings:
    """What a column may mean: ``labels`` by code, in the order of the choice; ``once``: those of one column at most.

    ``known``: codes of titles that are ours, without accents or case; ``words``: parts of titles of others with their
    code, of which the first that a title contains decides; blanks around a part want a whole word.
    """

    labels: Mapping[str, str]
    once: Collection[str]
    known: Mapping[str, str] = field(default_factory=dict)
    words: Sequence[tuple[str, str]] = ()

    def of_title(self, title: str) -> str:
        """What a title tells; nothing for an unknown one."""
        name = plain(title)
        return self.known.get(name) or next((code for word, code in self.words if word in f" {name} "), "")

    def guess(self, titles: Sequence[str]) -> list[str]:
        """What each column may mean, "" for an unknown one: what the page offers first."""
        codes = [self.of_title(title) for title in titles]
        return [
            "" if code in self.once and code in codes[:place] else code for place, code in enumerate(codes)
        ]

    def doubled(self, codes: Sequence[str]) -> list[str]:
        """A sentence for each meaning that was chosen for several columns and may be that of one."""
        return [
            f"Une seule colonne peut être {quoted(label)}."
            for code, label in self.labels.items()
            if code in self.once and list(codes).count(code) > 1
        ]

    def fits(self, codes: Sequence[str], titles: Sequence[str]) -> bool:
        """Whether there is a known meaning, or none, for each column."""
        return len(codes) == len(titles) and set(codes) <= {"", *self.labels}


def places_of(codes: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The places of the columns by what they mean."""
    places: dict[str, tuple[int, ...]] = {}
    for place, code in enumerate(codes):
        if code:
            places[code] = (*places.get(code, ()), place)
    return places


def first_values(table: Table, place: int) -> list[str]:
    """The first filled cells of a column, as people read them."""
    values = [cell_text(cells[place]) for _, cells in table.rows[:SAMPLES] if place < len(cells)]
    return [value[:LONGEST_SAMPLE] for value in values if value]


class ColumnMeaningsForm(forms.Form):
    """What each column of a file means; a field for each, by its place."""

    # The page says which are needed, and every column has a choice.
    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        meanings: ColumnMeanings,
        table: Table,
        guessed: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        for place, title in enumerate(table.titles):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=f"Colonne {quoted(title)}" if title else f"Colonne {place + 1}, sans titre",
                choices=[("", NOT_READ), *meanings.labels.items()],
                required=False,
                initial=guessed[place] if place < len(guessed) else "",
            )

    @property
    def columns(self) -> list[str]:
        """The meanings in the order of the columns."""
        return [self.cleaned_data[f"column_{place}"] for place in range(len(self.table.titles))]

    def rows(self) -> Iterator[tuple[forms.BoundField, str, list[str]]]:
        """Of each column its field, its title and its first values, for the page."""
        for place, title in enumerate(self.table.titles):
            yield self[f"column_{place}"], title, first_values(self.table, place)
