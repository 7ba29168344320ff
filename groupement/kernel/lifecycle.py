"""The states of a record: Lifecycle.move, the Step it leaves, the Refusal it raises; still_there() of a locked row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from django.conf import settings
from django.core import checks
from django.db import models, transaction
from django.db.models.functions import Cast

from groupement.kernel.french import quoted

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import QuerySet

# Rows in one statement: what a CASE of so many branches costs is nothing beside a statement for each.
TOGETHER = 250


class Refusal(Exception):  # noqa: N818 - the house calls it so
    """An act may not be done; ``message`` is a French sentence for the person who asked.

    ``field`` names the form field at fault, if one is; ``errors`` lists faults line by line (an imported
    file, the days of a month), each a sentence of its own.
    """

    def __init__(self, message: str, *, field: str | None = None, errors: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.errors = list(errors)


class IllegalMove(Refusal):
    """The state the record is in does not lead to the state asked for."""


class StaleRow(Refusal):
    """Somebody was faster: the record is no longer in the state that the person saw."""


def still_there(rows: QuerySet[Any], pk: int) -> Any:
    """The row ``pk`` of ``rows``, which lock it: whoever was faster may have taken it away. Raises StaleRow."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise StaleRow("Quelqu’un vient de le retirer\u00a0: rechargez la page.")
    return row


class Lifecycle(models.Model):
    """A record with a ``status``; ``MOVES`` maps each state to those it leads to, ``steps`` are who moved it and when.

    The concrete model declares ``status`` with its choices, MOVES with one key for each of them, and a Step
    model whose ``subject`` points here with ``related_name="steps"``.
    """

    MOVES: ClassVar[Mapping[str, AbstractSet[str]]] = {}

    if TYPE_CHECKING:
        status: Any
        steps: Any

    class Meta:
        abstract = True

    @transaction.atomic
    def move(
        self,
        to: str,
        *,
        by: AbstractBaseUser | None,
        at: datetime,
        note: str = "",
        kind: str = "",
        **columns: Any,
    ) -> None:
        """Go to the state ``to``, write ``columns`` in the same statement and leave a step.

        ``kind`` names the act where several lead from one state to another and the step keeps which it was.
        ``by`` is None for what happens by lapse of time. Raises IllegalMove when MOVES does not allow it and
        StaleRow when the row has left the state that this instance was read in. The instance follows the row.
        """
        self._refuse_illegal(to)
        source = str(self.status)
        # Guard and write are one statement: of two people who move the same row, PostgreSQL lets one through.
        rows: QuerySet[Any] = cast("Any", type(self)._base_manager).filter(pk=self.pk, status=source)
        if not rows.update(status=to, **columns):
            raise StaleRow(
                f"{self} n’est plus à l’état {quoted(self._label(source))}\u00a0: "
                "quelqu’un vient de le modifier. Rechargez la page."
            )
        self.steps.create(
            source=source, target=to, by=by, at=at, note=note, **({"kind": kind} if kind else {})
        )
        self._write({"status": to, **columns})

    @classmethod
    @transaction.atomic
    def move_together(
        cls,
        rows: Sequence[Self],
        to: str,
        *,
        by: AbstractBaseUser | None,
        at: datetime,
        columns: Sequence[Mapping[str, Any]],
        note: str = "",
    ) -> None:
        """``move`` for many rows, all or none: for every few hundred an update, for all of them an insert.

        ``columns`` are those of each row, in the order of ``rows``, with the same names. Raises IllegalMove and
        StaleRow as ``move`` does, for the first row at fault. The instances follow the rows.
        """
        for row in rows:
            row._refuse_illegal(to)
        names = ["status", *(columns[0] if columns else ())]
        former = [[getattr(row, name) for name in names] for row in rows]
        for row, written in zip(rows, columns, strict=True):
            row._write({"status": to, **written})
        try:
            cls._guarded_update(rows, names, sources={str(status) for status, *_ in former})
        except BaseException:
            for row, values in zip(rows, former, strict=True):
                row._write(dict(zip(names, values, strict=True)))
            raise
        step: Any = cls._meta.get_field("steps").related_model
        step._base_manager.bulk_create(
            step(subject=row, source=source, target=to, by=by, at=at, note=note)
            for row, (source, *_) in zip(rows, former, strict=True)
        )

    @classmethod
    def _guarded_update(
        cls, rows: Sequence[Self], names: Sequence[str], *, sources: AbstractSet[str]
    ) -> None:
        """Write ``names`` of ``rows`` where the row is still in one of ``sources``. Raises StaleRow."""
        written = 0
        for start in range(0, len(rows), TOGETHER):
            some = rows[start : start + TOGETHER]
            unmoved: QuerySet[Any] = cast("Any", cls._base_manager).filter(pk__in=[row.pk for row in some])
            values = {name: cls._by_row(name, some) for name in names}
            written += unmoved.filter(status__in=sources).update(**values)
        if written != len(rows):
            raise StaleRow(
                "L’un de ces documents n’est plus dans l’état affiché\u00a0: "
                "quelqu’un vient de le modifier. Rechargez la page."
            )

    @classmethod
    def _by_row(cls, name: str, rows: Sequence[Self]) -> object:
        """The value of the column ``name`` for each of ``rows``: one where they share it, else a CASE."""
        first, *others = values = [getattr(row, name) for row in rows]
        if all(value == first for value in others):
            return first
        column = cast("Any", cls._meta.get_field(name))
        cases = [
            models.When(pk=row.pk, then=models.Value(value, output_field=column))
            for row, value in zip(rows, values, strict=True)
        ]
        # A CASE of parameters has no type of its own.
        return Cast(models.Case(*cases, output_field=column), output_field=column)

    def _write(self, columns: Mapping[str, Any]) -> None:
        for name, value in columns.items():
            setattr(self, name, value)

    def _refuse_illegal(self, to: str) -> None:
        if not self.may_move(to):
            raise IllegalMove(
                f"{self}\u00a0: impossible de passer de {quoted(self._label(str(self.status)))} "
                f"à {quoted(self._label(to))}."
            )

    def may_move(self, to: str) -> bool:
        """Whether MOVES leads from the present state to ``to``."""
        return to in self.MOVES.get(str(self.status), frozenset())

    @classmethod
    def check(cls, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *cls._check_moves()]

    @classmethod
    def _check_moves(cls) -> list[checks.CheckMessage]:
        states = set(cls._labels())
        named = {str(state) for state in cls.MOVES}.union(
            *({str(to) for to in tos} for tos in cls.MOVES.values())
        )
        if states == named and states == {str(state) for state in cls.MOVES}:
            return []
        return [
            checks.Error(
                "MOVES and the choices of status name different states.", obj=cls, id="groupement.E003"
            )
        ]

    @classmethod
    def _label(cls, state: str) -> str:
        return cls._labels().get(state, state).lower()

    @classmethod
    def _labels(cls) -> dict[str, str]:
        status = cast("models.CharField[str, str]", cls._meta.get_field("status"))
        return {str(value): str(label) for value, label in status.flatchoices}


class Step(models.Model):
    """One move of a record: from where to where, by whom, when and with what note.

    The concrete model adds ``subject``, a foreign key with ``related_name="steps"``, and ``kind`` where from and to do
    not tell which act it was.
    """

    source = models.CharField("de", max_length=20)
    target = models.CharField("à", max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    at = models.DateTimeField("le")
    note = models.TextField("motif", blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
