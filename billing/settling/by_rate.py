"""What a part of an invoice holds of each VAT rate; the parts that settle it whole give exactly its VAT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from groupement.money import allocate, cents

Row = Mapping[str, str]
# Euros by (rate in percent, "net" or "vat"): an invoice, or what was taken of it, down to its smallest boxes.
Cells = dict[tuple[str, str], Decimal]

ZERO = Decimal("0.00")


def whole(vat: Iterable[Row]) -> Cells:
    """The cells of an invoice, from the VAT table of its snapshot."""
    cells: Cells = {}
    for row in vat:
        _add(cells, row["rate"], net=Decimal(row["base"]), vat=Decimal(row["amount"]))
    return cells


def taken(parts: Iterable[Iterable[Row]]) -> Cells:
    """What allocations took together, from their ``by_rate``."""
    cells: Cells = {}
    for rows in parts:
        for row in rows:
            vat = Decimal(row["vat"])
            _add(cells, row["rate"], net=Decimal(row["amount"]) - vat, vat=vat)
    return cells


def split(amount: Decimal, of: Cells, before: Cells, like: Cells | None = None) -> list[dict[str, str]]:
    """The ``by_rate`` of the next part: ``amount`` out of the invoice ``of``, of which ``before`` is settled.

    The settled parts together follow the invoice's proportions to the cent; what an undone part left behind is caught
    up. ``like``: a credit note takes what it corrects first, so that the rest due is that of the other lines.
    Raises ValueError when less is left than ``amount``.
    """
    room = {cell: of[cell] - before.get(cell, ZERO) for cell in of}
    left = sum(room.values(), ZERO)
    if not ZERO < amount <= left:
        raise ValueError(f"{amount} does not fit into {left}")
    if amount == left:
        return _rows(room)
    if min(room.values()) < 0:
        return _rows(_with_negatives(amount, room))
    first = _alike(amount, room, like) if like else {}
    rest = amount - sum(first.values(), ZERO)
    begun = {cell: before.get(cell, ZERO) + first.get(cell, ZERO) for cell in of}
    then = _in_proportion(rest, of, begun) if rest else {}
    return _rows({cell: first.get(cell, ZERO) + then.get(cell, ZERO) for cell in of})


def _in_proportion(amount: Decimal, of: Cells, before: Cells) -> Cells:
    """Bring the sum of what is settled to the invoice's proportions; a cell that is ahead waits."""
    target = allocate(sum(before.values(), amount), list(of.values()))
    missing = [max(goal - before[cell], ZERO) for goal, cell in zip(target, of, strict=True)]
    return dict(zip(of, allocate(amount, missing), strict=True))


def _alike(amount: Decimal, room: Cells, like: Cells) -> Cells:
    """``amount`` in the proportions of ``like``, as far as there is room in the same cells."""
    weights = [max(like.get(cell, ZERO), ZERO) for cell in room]
    elsewhere = sum((max(value, ZERO) for cell, value in like.items() if cell not in room), ZERO)
    if not any(weights):
        return {}
    shares = allocate(amount, [*weights, elsewhere])
    return {cell: min(share, room[cell]) for cell, share in zip(room, shares, strict=False)}


def _with_negatives(amount: Decimal, room: Cells) -> Cells:
    """A rate whose lines sum below zero gives back in proportion; each share stays within its cell."""
    back = -sum((value for value in room.values() if value < 0), ZERO)
    given = cents(amount * back / sum(room.values(), ZERO))
    plus = allocate(amount + given, [max(value, ZERO) for value in room.values()])
    minus = allocate(given, [max(-value, ZERO) for value in room.values()])
    return {cell: up - down for cell, up, down in zip(room, plus, minus, strict=True)}


def _rows(cells: Cells) -> list[dict[str, str]]:
    rows = []
    for rate in sorted({rate for rate, _ in cells}, key=Decimal, reverse=True):
        net, vat = cells.get((rate, "net"), ZERO), cells.get((rate, "vat"), ZERO)
        if net or vat:
            rows.append({"rate": rate, "amount": str(net + vat), "vat": str(vat)})
    return rows


def _add(cells: Cells, rate: str, *, net: Decimal, vat: Decimal) -> None:
    key = f"{Decimal(rate):.2f}"
    for part, value in (("net", net), ("vat", vat)):
        cells[key, part] = cells.get((key, part), ZERO) + value
