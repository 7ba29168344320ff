"""Django’s columns that a column of ours extends: their types stand in brackets, which Django does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from django.db.models import CharField as CharColumn
    from django.db.models import DateField as DateColumn
    from django.db.models import DecimalField as DecimalColumn
else:
    from django.db import models

    class Bracketed:
        """At run time the types in brackets say nothing."""

        def __class_getitem__(cls, types: object) -> type[Self]:
            return cls

    class CharColumn(Bracketed, models.CharField):
        """A column of text."""

    class DateColumn(Bracketed, models.DateField):
        """A column of days."""

    class DecimalColumn(Bracketed, models.DecimalField):
        """A column of decimals."""


__all__ = ["CharColumn", "DateColumn", "DecimalColumn"]
