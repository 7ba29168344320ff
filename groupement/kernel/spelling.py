"""Names and numbers that are written in more than one way: "LR001" and "lr001", "Épicerie" and "epicerie" are one.

``plain`` of kernel.cells tells Python; PostgreSQL's function plain_text, of a migration of members, tells a constraint
or a query. Both say the same: what is unique is so in the way in which it is looked up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CharField, UniqueConstraint


class Plain(models.Transform):
    """A text as it is compared: ``filter(payroll_number__plain=plain(number))``."""

    lookup_name = "plain"
    function = "plain_text"
    output_field = CharField()


CharField.register_lookup(Plain)


class OneSpelling(UniqueConstraint):
    """Two rows do not have the same ``field``, however it is written; a form is told beside the field."""

    def __init__(self, *, field: str, name: str, violation_error_message: str) -> None:
        super().__init__(Plain(field), name=name, violation_error_message=violation_error_message)
        self.field = field

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, (), {**kwargs, "field": self.field}

    def validate(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().validate(*args, **kwargs)
        except ValidationError as error:
            raise ValidationError({self.field: error.messages}) from error


def refuse_doubles(rows: Iterable[tuple[int, str]], what: str, plain: Callable[[str], str]) -> None:
    """Raise ValueError with all ``rows``, key and text, that are the same but for their spelling; for a migration."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, text in rows:
        found[plain(text)].append(f"n°\u00a0{key} «\u00a0{text}\u00a0»")
    doubles = [" = ".join(each) for each in found.values() if len(each) > 1]
    if doubles:
        raise ValueError(
            f"{what} en double, à la casse ou aux accents près\u00a0: {' ; '.join(doubles)}. "
            "Rien n’a été changé\u00a0: corrigez ces fiches avec la version précédente, puis recommencez."
        )
