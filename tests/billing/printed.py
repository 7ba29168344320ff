"""Adds up what a page prints: its tables by columns and rows, its ladders line by line, its running balances."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tests.markup import Element, tree_of

AMOUNT = re.compile(r"[+\u2212-]?\d{1,3}(?:[ \u202f\u00a0]\d{3})*,\d{2}(?!\d)")
ZERO = Decimal("0.00")


def amounts(text: str) -> list[Decimal]:
    """Every amount in ``text``, in its order: "−1 234,50" is -1234.50."""
    return [
        Decimal(re.sub(r"[ \u202f\u00a0]", "", found).replace(",", ".").replace("\u2212", "-"))
        for found in AMOUNT.findall(text)
    ]


def words(element: Element) -> str:
    """What the element shows, in plain spaces."""
    own = " ".join([*element.text, *(words(child) for child in element.children)])
    return re.sub(r"[\s\u00a0]+", " ", own).strip()


@dataclass
class Table:
    """A table as it is read: titles of its columns, rows of its bodies, and its last line if it has one."""

    name: str
    titles: list[str]
    rows: list[list[Element]]
    foot: list[Element]
    kinds: list[str]
    sums: list[bool]

    def column(self, title: str) -> list[Decimal]:
        """The first amount of each row below ``title``; zero where none is printed."""
        at = self.titles.index(title)
        return [_first(row[at]) for row in self.rows]

    def total(self, title: str) -> Decimal:
        return _first(self.foot[self.titles.index(title)])


def tables(text: str) -> list[Table]:
    return [_table(element) for element in tree_of(text).elements if element.tag == "table"]


def named(text: str, name: str) -> Table:
    """The one table whose caption begins with ``name``."""
    (found,) = [table for table in tables(text) if table.name.startswith(name)]
    return found


def facts(text: str) -> dict[str, Decimal]:
    """The figures beside the title and in pairs, by their label; the first where a label comes twice."""
    found: dict[str, Decimal] = {}
    for element in tree_of(text).elements:
        if element.tag == "div" and [child.tag for child in element.children][:2] == ["dt", "dd"]:
            label, value = element.children[:2]
            if shown := amounts(words(value)):
                found.setdefault(words(label), shown[0])
    return found


def faults(text: str) -> list[str]:
    """What does not add up on the page, whatever the page."""
    return [fault for table in tables(text) for fault in [*_columns(table), *_ladder(table), *_rows(table)]]


def _columns(table: Table) -> Iterable[str]:
    """The last line is the sum of the lines above it; lines that part another one are left out."""
    if not table.foot or "Solde" in table.titles:
        return
    for at, cell in enumerate(table.foot):
        if not (shown := amounts(words(cell))) or "%" in words(cell).split(" ")[:1]:
            continue
        whole = [row for row, kind in zip(table.rows, table.kinds, strict=True) if "is-part" not in kind]
        total = sum((_first(row[at]) for row in whole if at < len(row)), ZERO)
        if total != shown[0]:
            yield f"{table.name}, {table.titles[at]}: {total} above {shown[0]}"


def _ladder(table: Table) -> Iterable[str]:
    """A line marked as a sum is that of the lines above it, column by column."""
    if not any(table.sums):
        return
    for at, title in enumerate(table.titles):
        total = ZERO
        for row, is_sum in zip(table.rows, table.sums, strict=True):
            shown = _first(row[at])
            if is_sum and shown != total:
                yield f"{table.name}, {title}: {total} above {shown} ({words(row[0])})"
            total += ZERO if is_sum else shown


ACROSS = (
    (("HT", "TVA"), "TTC"),
    (("TTC", "Avoirs"), "Net TTC"),
    (("À l’émission", "Avoirs"), "Maintenant"),
    (("Facturé", "Différence"), "Part réelle"),
    (("Coût employeur", "Réserve"), "Refacturé"),
    (("Estimé", "Écart"), "Réel"),
)


def _rows(table: Table) -> Iterable[str]:
    """What stands side by side adds up too."""
    for parts, whole in ACROSS:
        if not {*parts, whole} <= set(table.titles):
            continue
        columns = [table.column(title) for title in (*parts, whole)]
        for row, *figures, total in zip(table.rows, *columns, strict=True):
            if any(figures) and sum(figures, ZERO) != total:
                yield f"{table.name}, {words(row[0])}: {' + '.join(map(str, figures))} beside {total}"


def _first(cell: Element) -> Decimal:
    return next(iter(amounts(words(cell))), ZERO)


def _table(element: Element) -> Table:
    caption = next((child for child in element.children if child.tag == "caption"), None)
    head = _rows_of(element, "thead")
    body, foot = _rows_of(element, "tbody"), _rows_of(element, "tfoot")
    return Table(
        words(caption) if caption else element["aria-label"],
        [words(cell) for cell in head[0].children] if head else [],
        [row.children for row in body],
        foot[0].children if foot else [],
        [row["class"] for row in body],
        [row.has("data-sum") for row in body],
    )


def _rows_of(table: Element, part: str) -> list[Element]:
    return [row for each in table.children if each.tag == part for row in each.children if row.tag == "tr"]
