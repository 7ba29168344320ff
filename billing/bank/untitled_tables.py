"""Tables without titles, as some banks write them: which column is the day, the amount, the words, by what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from billing.bank.bank_words import side_of
from billing.bank.csv_layouts import CsvRow
from groupement.kernel.cells import is_signed, read_bank_amount, read_day
from groupement.kernel.tabular import Layout

# Of ten cells, as many have the meaning of their column: a line of balance may lack it.
MOST = 0.8
_FEWEST_COLUMNS = 3


def layout_by_content(rows: Sequence[CsvRow]) -> Layout | None:
    """The layout of ``rows`` where days and amounts stand in columns from the first row on; None elsewhere."""
    width = max((len(cells) for _, cells in rows), default=0)
    if width < _FEWEST_COLUMNS:
        return None
    columns = [[cells[place] if place < len(cells) else "" for _, cells in rows] for place in range(width)]
    days = [place for place, cells in enumerate(columns) if _share(cells, _is_day) >= MOST]
    if not days or not _is_day(columns[days[0]][0]):
        return None
    places: dict[str, tuple[int, ...]] = {"booked_on": (days[0],)}
    left = [place for place in range(width) if place not in days]
    places |= _amount_places(columns, left)
    if "amount" not in places and "credit" not in places:
        return None
    used = {place for found in places.values() for place in found}
    texts = [
        place for place in left if place not in used and _share(columns[place], _is_text, filled=True) > MOST
    ]
    if texts:
        places["label"] = tuple(texts)
    return Layout([f"Colonne {place + 1}" for place in range(width)], places)


def fits(rows: Sequence[CsvRow], places: Mapping[str, Sequence[int]]) -> bool:
    """Whether the columns of a layout say days and amounts in ``rows`` too: without titles nothing else tells."""
    days = [cells[place] for _, cells in rows for place in places.get("booked_on", ()) if place < len(cells)]
    amounts = [
        cells[place]
        for _, cells in rows
        for column in ("amount", "debit", "credit")
        for place in places.get(column, ())
        if place < len(cells)
    ]
    return _share(days, _is_day) >= MOST and _share(amounts, _is_amount, filled=True) >= MOST


def _amount_places(columns: Sequence[Sequence[str]], places: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """One column of amounts, the signed one first; else two of which each row fills one: debit, then credit."""
    amounts = [place for place in places if _is_of_amounts(columns[place])]
    full = [place for place in amounts if _share(columns[place], _is_amount) >= MOST]
    if full:
        signed = [place for place in full if any(map(is_signed, columns[place]))]
        found: dict[str, tuple[int, ...]] = {"amount": ((signed or full)[0],)}
        sides = [place for place in places if place not in amounts and _is_side(columns[place])]
        return found | ({"side": (sides[0],)} if sides else {})
    for debit, credit in pairwise(amounts):
        pairs = list(zip(columns[debit], columns[credit], strict=True))
        if sum(bool(out) != bool(came) for out, came in pairs) >= MOST * len(pairs):
            return {"debit": (debit,), "credit": (credit,)}
    return {}


def _share(cells: Sequence[str], has_meaning: Callable[[str], bool], *, filled: bool = False) -> float:
    """The part of ``cells``, of those that are ``filled``, that have a meaning."""
    counted = [cell for cell in cells if cell] if filled else list(cells)
    return sum(map(has_meaning, counted)) / len(counted) if counted else 0.0


def _is_day(cell: str) -> bool:
    try:
        return bool(cell[:1].isdigit() and read_day(cell))
    except ValueError:
        return False


def _is_amount(cell: str) -> bool:
    try:
        read_bank_amount(cell)
    except ValueError:
        return False
    return True


def _is_of_amounts(cells: Sequence[str]) -> bool:
    """Whether a column says amounts, at least half of which cannot be codes."""
    return (
        _share(cells, _is_amount, filled=True) >= MOST and _share(cells, _is_money, filled=True) >= MOST / 2
    )


def _is_money(cell: str) -> bool:
    """Whether a cell is an amount that cannot be a code: with cents or a sign."""
    return _is_amount(cell) and (is_signed(cell) or "," in cell or "." in cell)


def _is_text(cell: str) -> bool:
    return any(map(str.isalpha, cell)) and not _is_amount(cell)


def _is_side(cells: Sequence[str]) -> bool:
    return all(map(side_of, filter(None, cells))) and any(cells)
