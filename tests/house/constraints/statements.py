"""How a row of the table is written: statements on one row of the scene, some to be refused, some to go in.

Values are SQL, in which the columns of the row stand for what they hold: ``update(ends_before="starts_on")``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations


@dataclass(frozen=True)
class Statement:
    """What is done to the first row of its table that meets ``of``; ``verb`` is update, copy or delete."""

    verb: str
    of: str = "true"
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        changes = ", ".join(f"{column} = {value}" for column, value in self.values.items())
        return f"{self.verb} of [{self.of}] {changes}".rstrip()

    def but(self, **values: str) -> Statement:
        """The same with other values besides."""
        return Statement(self.verb, self.of, {**self.values, **values})

    def without(self, columns: Iterable[str]) -> Statement:
        """The same, but these columns as the row has them."""
        left = set(columns)
        return Statement(self.verb, self.of, {k: v for k, v in self.values.items() if k not in left})

    def sql(self, table: str, columns: list[str]) -> str:
        """The statement; ``columns`` are those of the table without its primary key."""
        key = "pgh_id" if "pgh_label" in columns else "id"
        row = f"{key} = (SELECT min({key}) FROM {table} WHERE {self.of})"
        if self.verb == "delete":
            return f"DELETE FROM {table} WHERE {row}"
        if self.verb == "update":
            changes = ", ".join(f'"{column}" = {value}' for column, value in self.values.items())
            return f"UPDATE {table} SET {changes} WHERE {row}"
        unknown = set(self.values) - set(columns)
        assert not unknown, f"{table} has no {unknown}"
        names = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(self.values.get(column, f'"{column}"') for column in columns)
        return f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {row}"


def update(of: str = "true", **values: str) -> Statement:
    """Change one row."""
    return Statement("update", of, values)


def copy(of: str = "true", **values: str) -> Statement:
    """Insert a second row like one that is there, save for ``values``."""
    return Statement("copy", of, values)


def delete(of: str = "true") -> Statement:
    """Take one row away."""
    return Statement("delete", of)


@dataclass(frozen=True)
class Row:
    """Statements that the constraint refuses, and neighbours of theirs that go in.

    ``same``: columns in which the twin of a row (TWINS) is left as the row, which is then refused; the twin goes in.
    ``lifts``: what says the same more strictly and would refuse first; it is taken away before the trial.
    """

    breaks: tuple[Statement, ...] = ()
    holds: tuple[Statement, ...] = ()
    same: tuple[str, ...] = ()
    lifts: tuple[str, ...] = ()


def row(*breaks: Statement, holds: Statement | tuple[Statement, ...], lifts: tuple[str, ...] = ()) -> Row:
    """Each of ``breaks`` is refused, each of ``holds`` goes in."""
    return Row(breaks, holds if isinstance(holds, tuple) else (holds,), lifts=lifts)


def same(*columns: str) -> Row:
    """The twin of a row with these columns alike is refused."""
    return Row(same=columns)


def ends_after_start(of: str = "true") -> Row:
    """A range holds one day at least."""
    return row(update(of, ends_before="starts_on"), holds=update(of, ends_before="starts_on + 1"))


def overlapping(of: str = "true", **values: str) -> Row:
    """A range before another: refused when it holds the other's first day, let in when it ends on the eve."""
    before = copy(of, **{"starts_on": "starts_on - 10", "ends_before": "starts_on", **values})
    return row(before.but(ends_before="starts_on + 1"), holds=before)


def states(
    base: Statement, filled: Mapping[str, str], legal: Mapping[str, Iterable[tuple[str, ...]]], **empty: str
) -> Row:
    """Each state (SQL, of the column status) with each choice of filled columns: those of ``legal`` go in, no other.

    A column that is not filled is NULL, unless ``empty`` tells how it is written.
    """
    choices = list(chain.from_iterable(combinations(filled, number) for number in range(len(filled) + 1)))
    breaks, holds = [], []
    for state, chosen in legal.items():
        fitting = {frozenset(columns) for columns in chosen}
        for choice in choices:
            stamps = {
                name: value if name in choice else empty.get(name, "NULL") for name, value in filled.items()
            }
            one = base.but(**stamps, **({"status": state} if state else {}))
            (holds if frozenset(choice) in fitting else breaks).append(one)
    return Row(tuple(breaks), tuple(holds))


def signs(base: Statement, **kinds: str) -> Row:
    """A kind of sum by its sign, "+", "-" or "either": nothing at all and its own sign go in, the other does not."""

    def amounts(of_sign: Mapping[str, tuple[str, ...]]) -> tuple[Statement, ...]:
        return tuple(
            base.but(kind=f"'{kind}'", amount=amount)
            for kind, sign in kinds.items()
            for amount in of_sign.get(sign, ())
        )

    return Row(
        amounts({"+": ("-0.01",), "-": ("0.01",)}),
        amounts({"+": ("0", "0.01"), "-": ("0", "-0.01"), "either": ("-0.01", "0.01")}),
    )


def together(*rows: Row) -> Row:
    """All that they break and let in."""
    return Row(tuple(b for one in rows for b in one.breaks), tuple(h for one in rows for h in one.holds))


def append_only(column: str, written: Statement, *, of: str = "true") -> Row:
    """Neither changed nor deleted; ``written`` goes in."""
    return row(update(of, **{column: column}), delete(of), holds=written)


def frozen(*columns: str, of: str = "true", holds: Statement) -> Row:
    """None of these columns changes, each tried alone: "column=value", or the name alone of a column of text."""
    return Row(tuple(update(of, **{name: value}) for name, value in map(_other, columns)), (holds,))


def _other(column: str) -> tuple[str, str]:
    name, _, value = column.partition("=")
    return name, value or f"\"{name}\" || 'x'"
